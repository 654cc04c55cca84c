//! What is agreed about events, against the columns.

use super::super::column::ColumnType;
use super::super::pipeline::Pipeline;
use super::super::reader::Reader;
use super::report;

pub(super) fn check(reader: &Reader<'_>, pipeline: &Pipeline) {
    for added in &pipeline.events.added {
        let column = pipeline.schema.iter().find(|column| column.name == added.name);
        // A timestamp is text in JSON, too.
        let other =
            column.filter(|column| column.column_type != added.column_type && column.column_type != ColumnType::String);
        if let Some(other) = other {
            let (name, of_file, of_track) = (&added.name, &other.column_type, &added.column_type);
            let message = format!("the column `{name}` is to be {of_file}, and `track` writes a {of_track} into it");
            let hint = format!("write `{name}: {of_track}`, or leave `events.{name}` out");
            report(reader, (&format!("schema.{name}"), &[&format!("events.{name}")]), message, &hint);
        }
    }
    if let Some(first) = pipeline.events.rejected.first()
        && pipeline.columns_in_room().is_none()
    {
        let message = format!(
            "`track` cannot reject what it does not know: the {} columns of `schema` have no room in its variables, for which Lambda has 4 KB",
            pipeline.schema.len()
        );
        report(
            reader,
            (&format!("events.{first}"), &["schema"]),
            message,
            "write `keep`, or fewer columns: members of a struct count, too",
        );
    }
}

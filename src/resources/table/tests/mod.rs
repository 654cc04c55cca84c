//! The kind against Local AWS, and descriptions that mean the same or do not.

use super::*;
use crate::config::{Column, ColumnType};
use crate::engine::diff::diff;

fn columns(text: &str) -> Columns {
    let column = |part: &str| {
        let (name, kind) = part.split_once(' ').unwrap();
        Column { name: name.to_owned(), column_type: ColumnType::parse(kind).unwrap() }
    };
    Columns::of(&text.split("; ").map(column).collect::<Vec<_>>())
}

fn table(format: Format) -> Table {
    let location = "s3://clicks/analytics_data/".to_owned();
    Table {
        database: "clicks".into(),
        name: "analytics_data".into(),
        description: "Events".into(),
        format,
        columns: columns("event string; ctx struct<b:int,a:array<string>>; price decimal(9,2)"),
        partitions: Partitions::daily(&location),
        location,
        since: Since(None),
    }
}

/// A table as AWS would describe it after it was declared.
fn described(table: &Table) -> Description {
    let mut parameters: std::collections::HashMap<_, _> =
        partitions::projected(&table.location, 2024).into_iter().collect();
    let classes = table.format.classes().unwrap();
    parameters.insert("classification".into(), classes.classification.into());
    parameters.extend(table.mark(&Names::example(), "parquet"));
    let serde = aws_sdk_glue::types::SerDeInfo::builder().serialization_library(classes.library);
    let storage = aws_sdk_glue::types::StorageDescriptor::builder()
        .set_columns(Some(table.columns.declared(&[])))
        .location(&table.location)
        .input_format(classes.input)
        .output_format(classes.output)
        .serde_info(serde.set_parameters(Some(classes.parameters())).build());
    Description::builder()
        .name(&table.name)
        .database_name(&table.database)
        .description(&table.description)
        .storage_descriptor(storage.build())
        .set_partition_keys(Some(table.partitions.keys()))
        .table_type("EXTERNAL_TABLE")
        .set_parameters(Some(parameters))
        .build()
        .unwrap()
}

type Edit = fn(&mut Description);

fn parameter(table: &mut Description, name: &str, value: &str) {
    table.parameters.get_or_insert_default().insert(name.to_owned(), value.to_owned());
}

fn serde(table: &mut Description, name: &str, value: &str) {
    let serde = table.storage_descriptor.as_mut().unwrap().serde_info.as_mut().unwrap();
    serde.parameters.get_or_insert_default().insert(name.to_owned(), value.to_owned());
}

fn changed(wanted: &Table, edit: Edit) -> Vec<String> {
    let mut live = described(wanted);
    edit(&mut live);
    let changes = diff(&Table::from_description(&live).attributes(), &wanted.attributes());
    changes.into_iter().map(|change| change.attribute.into_owned()).collect()
}

#[test]
fn what_others_write_there_and_other_spellings_are_no_difference() {
    let same: [Edit; 8] = [
        |_| {},
        |live| {
            for name in ["transient_lastDdlTime", "averageRecordSize", "objectCount", "recordCount", "sizeKey"] {
                parameter(live, name, "7");
            }
            parameter(live, "UPDATED_BY_CRAWLER", "clicks-prod-parquet");
            parameter(live, "last_modified_by", "hadoop");
        },
        |live| serde(live, "paths", "ctx,event,price"),
        |live| serde(live, "case.insensitive", "TRUE"),
        |live| serde(live, "serialization.format", "1"),
        |live| live.storage_descriptor.as_mut().unwrap().columns.as_mut().unwrap().reverse(),
        |live| {
            let columns = live.storage_descriptor.as_mut().unwrap().columns.as_mut().unwrap();
            columns[1].r#type = Some("struct<a:array<string>,b:int>".into());
            columns[0].comment = Some("what happened".into());
        },
        |live| parameter(live, "projection.year.range", "2019,NOW"),
    ];
    for format in [Format::Json, Format::Parquet] {
        for (index, edit) in same.iter().enumerate() {
            assert_eq!(changed(&table(format.clone()), *edit), [""; 0], "{format:?} {index}");
        }
    }
}

#[test]
fn what_queries_would_read_differently_is_one() {
    let others: [(&str, Edit); 14] = [
        ("format", |live| live.table_type = None),
        ("format", |live| parameter(live, "classification", "csv")),
        ("format", |live| serde(live, "mapping.ts", "timeStamp")),
        ("format", |live| serde(live, "case.insensitive", "false")),
        ("format", |live| live.storage_descriptor.as_mut().unwrap().input_format = None),
        ("location", |live| live.storage_descriptor.as_mut().unwrap().location = Some("s3://clicks/other/".into())),
        ("columns", |live| {
            live.storage_descriptor.as_mut().unwrap().columns.as_mut().unwrap()[0].r#type = Some("int".into());
        }),
        ("columns", |live| drop(live.storage_descriptor.as_mut().unwrap().columns.as_mut().unwrap().pop())),
        ("description", |live| live.description = None),
        ("partitions", |live| drop(live.partition_keys.as_mut().unwrap().pop())),
        ("partitions", |live| parameter(live, "projection.enabled", "false")),
        ("partitions", |live| parameter(live, "projection.year.range", "2019,2024")),
        ("partitions", |live| parameter(live, "projection.day.digits", "1")),
        ("partitions", |live| parameter(live, "storage.location.template", "s3://clicks/${year}/${month}/${day}/")),
    ];
    for (index, (attribute, edit)) in others.into_iter().enumerate() {
        let told = changed(&table(Format::Json), edit);
        // A place of its own is one for the partitions, too.
        assert!(told.contains(&attribute.to_owned()) && told.len() <= 2, "{index}: {told:?}");
    }
}

#[test]
fn a_first_year_counts_where_the_file_says_it() {
    let (none, file) = (table(Format::Json), Table { since: Since(Some(2024)), ..table(Format::Json) });
    let attributes = |edit: Edit| {
        let mut live = described(&none);
        edit(&mut live);
        Table::from_description(&live).attributes()
    };
    let from_file = |live: &mut Description| parameter(live, partitions::SINCE, "file");
    assert_eq!(diff(&attributes(from_file), &file.attributes()), []);
    assert_eq!(diff(&attributes(from_file), &none.attributes()), []);
    assert_eq!(attributes(from_file).digest(), file.attributes().digest());
    assert_eq!(attributes(|_| {}).digest(), none.attributes().digest());
    let moved: Edit = |live| {
        parameter(live, partitions::SINCE, "file");
        parameter(live, "projection.year.range", "2020,NOW");
    };
    assert_eq!(diff(&attributes(moved), &file.attributes())[0].to_string_pair(), ("2020".into(), "2024".into()));
}

#[test]
fn only_what_our_crawlers_made_or_we_declared_is_ours() {
    let names = Names::example();
    let owned = |name: &str, value: &str| {
        owner(&names, &Description::builder().name("t").parameters(name, value).build().unwrap())
    };
    assert_eq!(owned("UPDATED_BY_CRAWLER", "clicks-prod-raw"), Owner::Us);
    assert_eq!(owned("UPDATED_BY_CRAWLER", "clicks-dev-raw"), Owner::Nobody);
    assert_eq!(owned("classification", "json"), Owner::Nobody);
    let mut live = described(&table(Format::Json));
    assert!(is_ours(&names, &live));
    parameter(&mut live, "pipectl:stage", "dev");
    parameter(&mut live, "UPDATED_BY_CRAWLER", "clicks-prod-raw");
    assert_eq!(owner(&names, &live), Owner::Other("clicks/dev".into()));
}

trait Pair {
    fn to_string_pair(&self) -> (String, String);
}

impl Pair for Change {
    fn to_string_pair(&self) -> (String, String) {
        (self.before.to_string(), self.after.to_string())
    }
}

#[cfg(feature = "local")]
mod local;

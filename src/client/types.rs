//! The type of an event in TypeScript, from the columns of `schema`.

use crate::config::{Column, ColumnType, Pipeline};
use std::fmt::Write as _;

/// What the client adds itself, and a page may say otherwise.
const ADDED: [&str; 2] = ["event_id", "sent_at"];

/// `interface Event`: a field for each column that a client fills, none of which has to be there. Without columns an event is
/// any object. What `track` writes itself is none: it takes the place of whatever was sent.
pub(super) fn event(pipeline: &Pipeline) -> String {
    let of = format!("/** An event of {}/{}: the columns of its schema. */\n", pipeline.name, pipeline.stage);
    let sent = pipeline.sent_columns();
    if sent.is_empty() {
        return format!("{of}export type Event = Record<string, unknown>;\n");
    }
    let columns = sent.iter().map(|Column { name, column_type }| (name.as_str(), of_type(column_type)));
    let said = |name: &str| sent.iter().any(|column| column.name == name);
    let added = ADDED.into_iter().filter(|name| !said(name)).map(|name| (name, "string".to_owned()));
    let fields = columns.chain(added).fold(String::new(), |mut text, (name, of)| {
        let _ = writeln!(text, "  {}?: {of} | null;", quoted(name));
        text
    });
    format!("{of}export interface Event {{\n{fields}}}\n")
}

/// What `JSON.stringify` makes a value of the column from.
fn of_type(column_type: &ColumnType) -> String {
    match column_type {
        ColumnType::Boolean => "boolean".to_owned(),
        ColumnType::Tinyint
        | ColumnType::Smallint
        | ColumnType::Int
        | ColumnType::Bigint
        | ColumnType::Float
        | ColumnType::Double
        | ColumnType::Decimal { .. } => "number".to_owned(),
        ColumnType::String | ColumnType::Char(_) | ColumnType::Varchar(_) | ColumnType::Binary | ColumnType::Date => {
            "string".to_owned()
        }
        ColumnType::Timestamp => "string | Date".to_owned(),
        ColumnType::Array(item) => format!("({} | null)[]", of_type(item)),
        ColumnType::Map(_, value) => format!("Record<string, {} | null>", of_type(value)),
        ColumnType::Struct(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(name, field)| format!("{}?: {} | null", quoted(name), of_type(field))).collect();
            format!("{{ {} }}", fields.join("; "))
        }
    }
}

/// A name that is no identifier stands in quotes.
fn quoted(name: &str) -> String {
    let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !name.starts_with(|first: char| first.is_ascii_digit());
    if plain { name.to_owned() } else { serde_json::Value::from(name).to_string() }
}

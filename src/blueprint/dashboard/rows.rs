//! The queries of data sets, and their columns in QuickSight's types.
//!
//! QuickSight asks nobody for the columns of a query: it has to be told. Of the events they are in the file; of a query
//! those that its chart names, cast so that what is told is so.

use crate::chart::{Hint, Type};
use crate::config::{Column, ColumnType};

/// The date of an event, which partitions have in three texts.
const DAY: &str = "event_day";

/// One query, as QuickSight has to be told of it.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    pub(super) name: String,
    pub(super) sql: String,
    pub(super) columns: Vec<(String, String)>,
}

/// What is drawn of the events whatever the file says.
#[derive(Clone, Debug)]
pub(super) struct Usual {
    pub(super) day: String,
    /// What events are called in.
    pub(super) event: Option<String>,
}

impl Usual {
    pub(super) fn of(schema: &[Column]) -> Self {
        let taken = |name: &str| schema.iter().any(|column| column.name == name);
        let mut day = DAY.to_owned();
        while taken(&day) {
            day.push('_');
        }
        let texts = || schema.iter().filter(|column| kind(&column.column_type) == Some("STRING"));
        let event = texts().find(|column| column.name == "event").or_else(|| texts().next());
        Self { day, event: event.map(|column| column.name.clone()) }
    }
}

/// Every event, with its day as a date.
pub(super) fn of_events(database: &str, table: &str, schema: &[Column]) -> Rows {
    let day = Usual::of(schema).day;
    let known = schema.iter().filter_map(|column| Some((column.name.clone(), kind(&column.column_type)?.to_owned())));
    let mut columns: Vec<_> = known.collect();
    let named = columns.iter().map(|(name, _)| quoted(name)).collect::<Vec<_>>();
    let date = format!("date_parse(\"year\" || '-' || \"month\" || '-' || \"day\", '%Y-%m-%d') AS {}", quoted(&day));
    let all = named.into_iter().chain([date]).collect::<Vec<_>>().join(", ");
    columns.push((day, "DATETIME".to_owned()));
    Rows {
        name: "events".to_owned(),
        sql: format!("SELECT {all} FROM {}.{}", quoted(database), quoted(table)),
        columns,
    }
}

/// What a named query answers, in the columns that its chart names.
pub(super) fn of_query(name: &str, sql: &str, hint: &Hint) -> Rows {
    let text = |column: &String| (column.clone(), "varchar", "STRING");
    let number = |column: &String| (column.clone(), "double", "DECIMAL");
    let is_table = hint.kind == Some(Type::Table);
    let values = hint.y.iter().map(|column| if is_table { text(column) } else { number(column) });
    let all: Vec<_> = hint.x.iter().chain(&hint.series).map(text).chain(values).collect();
    let cast = |(column, sql, _): &(String, &str, &str)| format!("CAST({0} AS {sql}) AS {0}", quoted(column));
    let casts = all.iter().map(cast).collect::<Vec<_>>().join(", ");
    // A comment may end it.
    let inner = sql.trim().trim_end_matches(';').trim_end();
    let columns = all.into_iter().map(|(column, _, kind)| (column, kind.to_owned())).collect();
    Rows { name: name.to_owned(), sql: format!("SELECT {casts} FROM (\n{inner}\n) AS answer"), columns }
}

/// `None` for what QuickSight has no columns of.
fn kind(column: &ColumnType) -> Option<&'static str> {
    match column {
        ColumnType::Boolean => Some("BIT"),
        ColumnType::Tinyint | ColumnType::Smallint | ColumnType::Int | ColumnType::Bigint => Some("INTEGER"),
        ColumnType::Float | ColumnType::Double | ColumnType::Decimal { .. } => Some("DECIMAL"),
        ColumnType::String | ColumnType::Char(_) | ColumnType::Varchar(_) => Some("STRING"),
        ColumnType::Date | ColumnType::Timestamp => Some("DATETIME"),
        ColumnType::Binary | ColumnType::Array(_) | ColumnType::Map(..) | ColumnType::Struct(_) => None,
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

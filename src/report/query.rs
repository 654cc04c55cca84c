//! The rows of a query, as a table, CSV or JSON, and what it took.

use super::foreign::one_line;
use crate::cost::Query as Cost;
use serde_json::{Map, Value, json};
use std::fmt;
use std::time::Duration;

/// The version of what `--json` prints.
const SCHEMA: &str = "pipectl-query/1";

/// What a query came to.
pub(crate) struct QueryEnd<'a> {
    pub(crate) rows: usize,
    pub(crate) took: Duration,
    pub(crate) bytes: u64,
    pub(crate) cost: Cost,
    pub(crate) region: &'a str,
    /// Local AWS takes nothing.
    pub(crate) local: bool,
}

/// `3 rows in 0.4 s, 1258291 bytes scanned, $0.000050`
impl fmt::Display for QueryEnd<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, took, bytes, cost, region, local } = self;
        let plural = if *rows == 1 { "" } else { "s" };
        write!(f, "{rows} row{plural} in {:.1} s, {bytes} bytes scanned", took.as_secs_f64())?;
        let price = match cost {
            Cost::Dollars(dollars) => format!("${dollars:.6}"),
            Cost::Missing => format!("no price for {region} in the book"),
        };
        if *local { write!(f, " ({price} on AWS)") } else { write!(f, ", {price}") }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) columns: Vec<String>,
    /// Null is `None`.
    pub(crate) rows: Vec<Vec<Option<String>>>,
}

pub(crate) fn rows_to_table(rows: &Rows) -> String {
    let cell = |value: &Option<String>| one_line(value.as_deref().unwrap_or_default()).into_owned();
    let all: Vec<Vec<String>> = rows.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    let columns: Vec<_> = rows.columns.iter().map(|name| one_line(name).into_owned()).collect();
    let widths: Vec<_> = (0..columns.len())
        .map(|index| {
            let cells = all.iter().filter_map(|row| row.get(index));
            cells.chain([&columns[index]]).map(|text| text.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("{}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
    };
    let ruler: Vec<_> = widths.iter().map(|width| "-".repeat(*width)).collect();
    [line(&columns), line(&ruler)].into_iter().chain(all.iter().map(|row| line(row))).collect()
}

/// RFC 4180; null is an empty field, and an empty text is `""`.
pub(crate) fn rows_to_csv(rows: &Rows) -> String {
    let quoted = |text: &str| match text.is_empty() || text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    };
    let header = rows.columns.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(",");
    let line = |row: &Vec<Option<String>>| {
        let cells = row.iter().map(|value| value.as_deref().map(quoted).unwrap_or_default());
        format!("{}\n", cells.collect::<Vec<_>>().join(","))
    };
    format!("{header}\n{}", rows.rows.iter().map(line).collect::<String>())
}

/// All that a query came to. Values are text or null, as Athena gives them.
pub(crate) fn query_to_json(id: &str, rows: &Rows, end: &QueryEnd<'_>) -> Value {
    let dollars = match end.cost {
        Cost::Dollars(dollars) => Some(dollars),
        Cost::Missing => None,
    };
    json!({
        "schema": SCHEMA,
        "query_id": id,
        "columns": rows.columns,
        "rows": rows_to_json(rows),
        "seconds": end.took.as_secs_f64(),
        "scanned_bytes": end.bytes,
        "usd": dollars,
    })
}

pub(crate) fn rows_to_json(rows: &Rows) -> Value {
    let row = |row: &Vec<Option<String>>| {
        let value = |value: &Option<String>| value.clone().map_or(Value::Null, Value::String);
        let fields = rows.columns.iter().cloned().zip(row.iter().map(value));
        Value::Object(fields.collect::<Map<_, _>>())
    };
    rows.rows.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Rows {
        let text = |text: &str| Some(text.to_owned());
        let rows = vec![vec![text("login"), text("12")], vec![None, text("a, \"b\"")], vec![text(""), text("x")]];
        Rows { columns: vec!["event".into(), "n".into()], rows }
    }

    #[test]
    fn null_is_not_an_empty_text() {
        assert_eq!(rows_to_csv(&rows()), "event,n\nlogin,12\n,\"a, \"\"b\"\"\"\n\"\",x\n");
        assert_eq!(rows_to_json(&rows())[1], json!({"event": null, "n": "a, \"b\""}));
    }

    #[test]
    fn a_row_of_a_table_is_one_line_whatever_is_in_it() {
        let cell = Some("a\nb\t\u{1b}[2Jc".to_owned());
        let table = rows_to_table(&Rows { columns: vec!["x\ny".into()], rows: vec![vec![cell]] });
        assert_eq!(table, "x\\ny\n----------------\na\\nb\\t\\u001b[2Jc\n");
    }

    #[test]
    fn a_table_is_as_wide_as_its_widest_cell() {
        let table = rows_to_table(&rows());
        assert!(table.starts_with("event  n\n-----  ------\nlogin  12\n       a, \"b\"\n"), "{table}");
    }
}

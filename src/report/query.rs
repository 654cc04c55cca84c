//! The rows of a query, as a table, CSV or JSON, and what it took.

use super::foreign::one_line;
use crate::chart::Answer;
use crate::cost::{Query as Cost, grouped};
use serde_json::{Map, Value, json};
use std::fmt;
use std::time::Duration;
use unicode_width::UnicodeWidthStr as _;

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

/// `3 rows in 0.4 s, 1,258,291 bytes scanned, $0.000050`
impl fmt::Display for QueryEnd<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, took, bytes, cost, region, local } = self;
        let plural = if *rows == 1 { "" } else { "s" };
        let (rows, bytes) =
            (grouped(i64::try_from(*rows).unwrap_or(i64::MAX)), grouped(i64::try_from(*bytes).unwrap_or(i64::MAX)));
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
    /// As Athena names them.
    pub(crate) types: Vec<String>,
    /// Null is `None`.
    pub(crate) rows: Vec<Vec<Option<String>>>,
}

impl Rows {
    /// For a chart.
    pub(crate) fn answer(&self) -> Answer<'_> {
        Answer { columns: &self.columns, types: &self.types, rows: &self.rows }
    }
}

/// Narrower than this, a column of a table is no longer read.
const NARROWEST: usize = 10;

pub(crate) fn rows_to_table(rows: &Rows) -> String {
    let (columns, all) = cells(rows);
    table(&columns, &all, &natural(&columns, &all))
}

/// The same, not wider than a terminal: what is too long goes on below, in its cell. `None`: its columns would be too
/// narrow to be read.
pub(crate) fn table_within(rows: &Rows, width: usize) -> Option<String> {
    let (columns, all) = cells(rows);
    let widths = natural(&columns, &all);
    let room = width.checked_sub(2 * widths.len().saturating_sub(1))?;
    let most = (NARROWEST..=width).rev();
    let fits = |most: &usize| widths.iter().map(|width| width.min(most)).sum::<usize>() <= room;
    let most = most.clone().find(fits)?;
    let widths: Vec<_> = widths.iter().map(|width| *width.min(&most)).collect();
    Some(table(&columns, &all, &widths))
}

/// Each row as lines of a name and a value; null is a line without one.
pub(crate) fn rows_to_vertical(rows: &Rows) -> String {
    let (columns, all) = cells(rows);
    let width = columns.iter().map(|name| name.width()).max().unwrap_or_default();
    let line =
        |(name, cell): (&String, &String)| format!("{}\n", format!("{}  {cell}", padded(name, width)).trim_end());
    let row = |(index, row): (usize, &Vec<String>)| {
        let lines: String = columns.iter().zip(row).map(line).collect();
        format!("-- row {}\n{lines}", index + 1)
    };
    all.iter().enumerate().map(row).collect()
}

/// Names and values, each of one line.
fn cells(rows: &Rows) -> (Vec<String>, Vec<Vec<String>>) {
    let cell = |value: &Option<String>| one_line(value.as_deref().unwrap_or_default()).into_owned();
    let all = rows.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    (rows.columns.iter().map(|name| one_line(name).into_owned()).collect(), all)
}

/// As wide as its widest cell, each.
fn natural(columns: &[String], all: &[Vec<String>]) -> Vec<usize> {
    let widest = |(index, name): (usize, &String)| {
        let cells = all.iter().filter_map(|row| row.get(index));
        cells.chain([name]).map(|text| text.width()).max().unwrap_or(0)
    };
    columns.iter().enumerate().map(widest).collect()
}

fn table(columns: &[String], all: &[Vec<String>], widths: &[usize]) -> String {
    let ruler: Vec<_> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let lines = [row(columns, widths), row(&ruler, widths)];
    lines.into_iter().chain(all.iter().map(|cells| row(cells, widths))).collect()
}

/// As many lines as its longest cell takes.
fn row(cells: &[String], widths: &[usize]) -> String {
    let pieces: Vec<_> = cells.iter().zip(widths).map(|(cell, width)| pieces(cell, *width)).collect();
    let height = pieces.iter().map(Vec::len).max().unwrap_or(1);
    let line = |index: usize| {
        let one = |(pieces, width): (&Vec<String>, &usize)| {
            padded(pieces.get(index).map(String::as_str).unwrap_or_default(), *width)
        };
        let all: Vec<_> = pieces.iter().zip(widths).map(one).collect();
        format!("{}\n", all.join("  ").trim_end())
    };
    (0..height).map(line).collect()
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// Broken behind a blank or a comma where there is one in the second half, else anywhere.
fn pieces(cell: &str, width: usize) -> Vec<String> {
    let (mut all, mut piece) = (vec![], String::new());
    for c in cell.chars() {
        piece.push(c);
        if piece.width() > width {
            piece.pop();
            let at = piece.rfind([' ', ',']).map(|at| at + 1).filter(|at| at * 2 > piece.len());
            let rest = piece.split_off(at.unwrap_or(piece.len()));
            all.push(std::mem::replace(&mut piece, rest));
            piece.push(c);
        }
    }
    all.push(piece);
    all
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
        Rows { columns: vec!["event".into(), "n".into()], rows, ..Rows::default() }
    }

    #[test]
    fn null_is_not_an_empty_text() {
        assert_eq!(rows_to_csv(&rows()), "event,n\nlogin,12\n,\"a, \"\"b\"\"\"\n\"\",x\n");
        assert_eq!(rows_to_json(&rows())[1], json!({"event": null, "n": "a, \"b\""}));
    }

    #[test]
    fn a_row_of_a_table_is_one_line_whatever_is_in_it() {
        let cell = Some("a\nb\t\u{1b}[2Jc".to_owned());
        let table = rows_to_table(&Rows { columns: vec!["x\ny".into()], rows: vec![vec![cell]], ..Rows::default() });
        assert_eq!(table, "x\\ny\n----------------\na\\nb\\t\\u001b[2Jc\n");
    }

    #[test]
    fn a_table_within_a_terminal_goes_on_in_its_cells_or_is_none() {
        let text = |text: &str| Some(text.to_owned());
        let one = Rows {
            columns: vec!["event".into(), "address".into()],
            rows: vec![vec![text("login"), text("12 Long Street, Berlin")], vec![None, text("x")]],
            ..Rows::default()
        };
        let within = "event  address\n-----  -----------------\nlogin  12 Long Street,\n       Berlin\n       x\n";
        assert_eq!(table_within(&one, 24).as_deref(), Some(within));
        assert_eq!(table_within(&one, 80), Some(rows_to_table(&one)));
        assert_eq!(table_within(&one, 16), None);
        let vertical = "-- row 1\nevent    login\naddress  12 Long Street, Berlin\n-- row 2\nevent\naddress  x\n";
        assert_eq!(rows_to_vertical(&one), vertical);
    }

    #[test]
    fn a_table_is_as_wide_as_its_widest_cell() {
        let table = rows_to_table(&rows());
        assert!(table.starts_with("event  n\n-----  ------\nlogin  12\n       a, \"b\"\n"), "{table}");
    }
}

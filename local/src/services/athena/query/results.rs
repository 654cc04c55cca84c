//! Results as files: CSV of a SELECT, lines of SHOW and DESCRIBE.

use super::print;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use serde_json::{Value, json};

/// A row; null where there is no value.
pub(in super::super) type Row = Vec<Option<String>>;

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Every value in quotes, null as nothing: what tells it from an empty text.
pub(super) fn write_csv(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Vec<u8>> {
    let names: Vec<_> = schema.fields().iter().map(|field| quote(field.name())).collect();
    let mut text = names.join(",") + "\n";
    for batch in batches {
        for row in 0..batch.num_rows() {
            let values = batch.columns().iter().map(|column| print::value(column, row));
            let values = values.map(|value| Ok(value?.map(|text| quote(&text)).unwrap_or_default()));
            text.push_str(&values.collect::<Result<Vec<_>>>()?.join(","));
            text.push('\n');
        }
    }
    Ok(text.into_bytes())
}

/// The rows of a CSV, with its header.
pub(in super::super) fn read_csv(bytes: &[u8]) -> Vec<Row> {
    let text = String::from_utf8_lossy(bytes);
    let (mut rows, mut row, mut value): (Vec<Row>, Row, Option<String>) = (vec![], vec![], None);
    let (mut quoted, mut letters) = (false, text.chars().peekable());
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                value.get_or_insert_default().push('"');
            }
            '"' => {
                quoted = !quoted;
                value.get_or_insert_default();
            }
            ',' if !quoted => row.push(value.take()),
            '\n' if !quoted => {
                row.push(value.take());
                rows.push(std::mem::take(&mut row));
            }
            other => value.get_or_insert_default().push(other),
        }
    }
    rows
}

pub(in super::super) fn read_lines(bytes: &[u8]) -> Vec<Row> {
    String::from_utf8_lossy(bytes).lines().map(|line| vec![Some(line.to_owned())]).collect()
}

/// A row as GetQueryResults has it.
pub(in super::super) fn row(row: &Row) -> Value {
    let data = row.iter().map(|value| value.as_ref().map_or_else(|| json!({}), |text| json!({"VarCharValue": text})));
    json!({"Data": data.collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_not_an_empty_text() {
        let rows = read_csv(b"\"a\",\"b\"\n,\"\"\n\"x,\"\"y\"\"\",\"two\nlines\"\n");
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(rows[0], [text("a"), text("b")]);
        assert_eq!(rows[1], [None, text("")]);
        assert_eq!(rows[2], [text("x,\"y\""), text("two\nlines")]);
        assert_eq!(row(&rows[1]), json!({"Data": [{}, {"VarCharValue": ""}]}));
    }
}

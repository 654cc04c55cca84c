//! `json_exists`, `json_value` and `json_query`: https://trino.io/docs/current/functions/json.html; `made` has those that
//! make JSON.
//!
//! The parser gives them as functions of the input, the path, what is to be done, both defaults, the names of what is
//! passed (`*` before one that is JSON), and what is passed.

mod found;
mod made;
mod path;

use super::super::print;
use super::call::{Call, Given, Row, fails};
use super::document::Json;
use super::library::Entry;
use datafusion::arrow::datatypes::DataType;
use datafusion::error::DataFusionError;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("$json_exists", "json or varchar, varchar, varchar, varchar, varchar, varchar, any... -> varchar", |call| {
        call.all(|row| Ok(if row.is_null(0) { None } else { exists(call, row)? }))
    }),
    ("$json_value", "json or varchar, varchar, varchar, varchar, varchar, varchar, any... -> varchar", |call| {
        call.all(|row| Ok(if row.is_null(0) { None } else { value(call, row)? }))
    }),
    ("$json_query", "json or varchar, varchar, varchar, varchar, varchar, varchar, any... -> varchar", |call| {
        call.all(|row| Ok(if row.is_null(0) { None } else { query(call, row)? }))
    }),
    ("$json_array", "varchar, varchar, varchar, any... -> varchar", |call| call.all(|row| made::array(call, row))),
    ("$json_object", "varchar, varchar, varchar, any... -> varchar", |call| call.all(|row| made::object(call, row))),
];

enum Failure {
    /// For `ON ERROR`.
    Of(DataFusionError),
    /// Of the statement.
    Statement(DataFusionError),
}

fn has(row: Row<'_>, option: &str) -> bool {
    row.text(2).split(',').any(|known| known == option)
}

fn passed(call: &Call, row: Row<'_>) -> Result<Vec<(String, Option<Json>)>, Failure> {
    let names = row.text(5).split('\u{1}').filter(|name| !name.is_empty());
    let one = |(index, name): (usize, &str)| {
        // The first is there for its place alone.
        let column = &call.arguments[index + 7];
        let text = print::value(column, row.at()).map_err(Failure::Statement)?;
        Ok(match (name.strip_prefix('*'), text) {
            (Some(name), None) => (name.to_owned(), None),
            (Some(name), Some(text)) => (name.to_owned(), Some(Json::parse(&text).ok_or_else(input)?)),
            (None, None) => (name.to_owned(), Some(Json::Null)),
            (None, Some(text)) => (name.to_owned(), Some(value_of(column.data_type(), text))),
        })
    };
    names.enumerate().map(one).collect()
}

/// Of a value as it is printed.
fn value_of(kind: &DataType, text: String) -> Json {
    match kind {
        DataType::Boolean => Json::Boolean(text == "true"),
        kind if kind.is_numeric() => Json::Number(text),
        _ => Json::Text(text),
    }
}

fn no_json() -> DataFusionError {
    fails("JSON_INPUT_CONVERSION_ERROR", "conversion to JSON failed: ")
}

fn input() -> Failure {
    Failure::Of(no_json())
}

fn find(call: &Call, row: Row<'_>) -> Result<Vec<Json>, Failure> {
    let (is_lax, path) = path::parse(row.text(1)).map_err(|why| Failure::Statement(fails("SYNTAX_ERROR", why)))?;
    let root = Json::parse(row.text(0)).ok_or_else(input)?;
    let passed = passed(call, row)?;
    let found = found::Finder { is_lax, root: &root, passed: &passed }.find(&path);
    found.map_err(|why| match why.strip_prefix("no value passed") {
        Some(_) => Failure::Statement(fails("INVALID_PATH", why)),
        None => Failure::Of(fails("PATH_EVALUATION_ERROR", format!("path evaluation failed: {why}"))),
    })
}

fn exists(call: &Call, row: Row<'_>) -> Given<String> {
    match find(call, row) {
        Ok(found) => Ok(Some((!found.is_empty()).to_string())),
        Err(Failure::Statement(why)) => Err(why),
        Err(Failure::Of(why)) if has(row, "error on error") => Err(why),
        Err(Failure::Of(_)) if has(row, "unknown on error") => Ok(None),
        Err(Failure::Of(_)) => Ok(Some(has(row, "true on error").to_string())),
    }
}

/// What is done instead: `NULL`, `ERROR`, `DEFAULT ...`, `EMPTY ARRAY` or `EMPTY OBJECT`, by `ON EMPTY` and `ON ERROR`.
fn instead(row: Row<'_>, when: &str, why: DataFusionError) -> Given<String> {
    let is = |what: &str| has(row, &format!("{what} on {when}"));
    if is("error") {
        return Err(why);
    }
    let default = if when == "empty" { 3 } else { 4 };
    Ok(match () {
        () if is("default") => (!row.is_null(default)).then(|| row.text(default).to_owned()),
        () if is("empty array") => Some("[]".to_owned()),
        () if is("empty object") => Some("{}".to_owned()),
        () => None,
    })
}

fn value(call: &Call, row: Row<'_>) -> Given<String> {
    let fail = |words: &str| fails("JSON_VALUE_RESULT_ERROR", format!("cannot extract SQL scalar from JSON: {words}"));
    let found = match find(call, row) {
        Ok(found) => found,
        Err(Failure::Statement(why)) => return Err(why),
        Err(Failure::Of(why)) => return instead(row, "error", why),
    };
    match found.as_slice() {
        [] => instead(row, "empty", fail("JSON path found no items")),
        [Json::Null] => Ok(None),
        [Json::Array(_) | Json::Object(_)] => {
            instead(row, "error", fail("JSON path found an item that cannot be converted to an SQL value"))
        }
        [one] => Ok(one.scalar()),
        _ => instead(row, "error", fail("JSON path found multiple items")),
    }
}

fn query(call: &Call, row: Row<'_>) -> Given<String> {
    let fail = |words: &str| fails("JSON_OUTPUT_CONVERSION_ERROR", format!("conversion from JSON failed: {words}"));
    let found = match find(call, row) {
        Ok(found) => found,
        Err(Failure::Statement(why)) => return Err(why),
        Err(Failure::Of(why)) => return instead(row, "error", why),
    };
    if found.is_empty() {
        return instead(row, "empty", fail("JSON path found no items"));
    }
    let is_whole = matches!(found.as_slice(), [Json::Array(_) | Json::Object(_)]);
    if has(row, "unconditional") || has(row, "conditional") && !is_whole {
        return Ok(Some(Json::Array(found).write()));
    }
    match found.as_slice() {
        [Json::Text(text)] if has(row, "omit quotes") => Ok(Some(text.clone())),
        [one] => Ok(Some(one.write())),
        _ => instead(row, "error", fail("JSON path found multiple items")),
    }
}

//! `json_array` and `json_object`.
//!
//! The parser gives them as functions of whether nulls stay, whether keys are to be unique, a mark for each value (`*` where
//! it is JSON), and the values, in an object each behind its key.

use super::super::super::print;
use super::super::call::{Call, Given, Row, bad};
use super::super::document::Json;
use super::super::kinds::JSON;
use super::{no_json, value_of};
use datafusion::arrow::array::Array as _;
use datafusion::common::Result;

/// Where values begin.
const FIRST: usize = 4;

/// One argument; `None` for NULL.
fn value(call: &Call, row: Row<'_>, index: usize, is_json: bool) -> Result<Option<Json>> {
    let column = &call.arguments[index];
    let Some(text) = print::value(column, row.at())? else { return Ok(None) };
    match is_json || *column.data_type() == JSON {
        true => Json::parse(&text).ok_or_else(no_json).map(Some),
        false => Ok(Some(value_of(column.data_type(), text))),
    }
}

pub(super) fn array(call: &Call, row: Row<'_>) -> Given<String> {
    let mut items = vec![];
    for (index, mark) in row.text(2).chars().enumerate() {
        let item = value(call, row, FIRST + index, mark == '*')?;
        items.extend(item.or_else(|| (row.text(0) == "null").then_some(Json::Null)));
    }
    Ok(Some(Json::Array(items).write()))
}

pub(super) fn object(call: &Call, row: Row<'_>) -> Given<String> {
    let mut fields: Vec<(String, Json)> = vec![];
    for (index, mark) in row.text(2).chars().enumerate() {
        let at = FIRST + 2 * index;
        let key = print::value(&call.arguments[at], row.at())?;
        let key = key.ok_or_else(|| bad("null value passed for JSON object key to JSON_OBJECT function"))?;
        let item = value(call, row, at + 1, mark == '*')?;
        let Some(item) = item.or_else(|| (row.text(0) == "null").then_some(Json::Null)) else { continue };
        match fields.iter_mut().find(|(known, _)| *known == key) {
            Some(_) if row.text(1) == "unique" => return Err(bad("duplicate key passed to JSON_OBJECT function")),
            Some((_, before)) => *before = item,
            None => fields.push((key, item)),
        }
    }
    Ok(Some(Json::Object(fields).write()))
}

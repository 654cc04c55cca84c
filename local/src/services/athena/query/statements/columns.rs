//! Columns of DDL: their names, types and remarks.

use super::words::Words;
use crate::services::glue::hive::HiveType;
use serde_json::{Value, json};

/// `(a int COMMENT 'x', b string)`, as the catalog keeps them.
///
/// # Errors
/// In Hive's words.
pub(super) fn columns(words: &mut Words<'_>) -> Result<Vec<Value>, String> {
    words.list(column)
}

/// One column.
///
/// # Errors
/// In Hive's words.
pub(super) fn column(words: &mut Words<'_>) -> Result<Value, String> {
    let before = words.clone();
    let name = words.name()?;
    let kind = words.hive_type()?;
    if HiveType::parse(&kind).is_none() {
        return Err(before.unexpected());
    }
    // What Hive reads as one type, it keeps by one name.
    let kind = if kind == "integer" { "int".to_owned() } else { kind };
    let mut column = json!({"Name": name, "Type": kind});
    if words.pass("COMMENT") {
        column["Comment"] = words.text()?.into();
    }
    Ok(column)
}

/// Columns and partition keys of a table of the catalog.
pub(super) fn list(columns: &Value) -> impl Iterator<Item = &Value> {
    columns.as_array().into_iter().flatten()
}

pub(super) fn text<'a>(column: &'a Value, field: &str) -> &'a str {
    column[field].as_str().unwrap_or_default()
}

/// The names of a table's partition keys.
pub(super) fn keys(table: &Value) -> Vec<String> {
    list(&table["PartitionKeys"]).map(|key| text(key, "Name").to_owned()).collect()
}

/// Properties by their names.
pub(super) fn sorted(properties: &Value) -> Vec<(&str, &str)> {
    let all = properties.as_object().into_iter().flatten();
    let mut all: Vec<_> = all.map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default())).collect();
    all.sort_unstable();
    all
}

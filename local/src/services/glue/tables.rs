//! Tables of the catalog.

use super::databases::existing;
use super::{TABLES, already_exists, listed, not_found};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input;
use serde_json::{Value, json};

/// Key: database, `/`, table, `/`, the version, in ten digits.
pub(super) const VERSIONS: &str = "glue.table_version";

const FIELDS: &[&str] = &[
    "Description",
    "Owner",
    "LastAccessTime",
    "LastAnalyzedTime",
    "Retention",
    "StorageDescriptor",
    "PartitionKeys",
    "ViewOriginalText",
    "ViewExpandedText",
    "TableType",
    "Parameters",
    "TargetTable",
];

/// A table, for who reads the catalog.
pub(crate) fn find(context: &Context<'_>, database: &str, name: &str) -> Result<Option<Value>> {
    context.get(TABLES, &format!("{database}/{name}").to_lowercase())
}

/// The names of a database's tables.
pub(crate) fn names(context: &Context<'_>, database: &str) -> Result<Vec<String>> {
    let prefix = format!("{}/", database.to_lowercase());
    let all = context.list(TABLES, &prefix)?;
    Ok(all.into_iter().map(|(key, _)| key[prefix.len()..].to_owned()).collect())
}

pub(super) fn version_key(table: &str, version: &str) -> String {
    format!("{table}/{version:0>10}")
}

/// Keeps a table as it was.
pub(super) fn archive(context: &Context<'_>, key: &str, table: &Value) -> Result<()> {
    context.put(VERSIONS, &version_key(key, table["VersionId"].as_str().unwrap_or("0")), table)
}

/// "After completing this operation, you no longer have access to the table versions."
fn forget(context: &Context<'_>, key: &str) -> Result<()> {
    for (version, _) in context.list(VERSIONS, &format!("{key}/"))? {
        context.remove(VERSIONS, &version)?;
    }
    Ok(())
}

fn missing(name: &str) -> crate::api_error::ApiError {
    not_found(format!("Table {name} not found."))
}

fn read(given: &Value) -> Value {
    FIELDS.iter().map(|field| ((*field).to_owned(), given[*field].clone())).collect()
}

pub(super) fn describe(context: &Context<'_>, key: &str, table: &Value) -> Value {
    let (database, name) = key.split_once('/').unwrap_or_default();
    let mut all = json!({"Name": name, "DatabaseName": database, "CatalogId": context.account});
    for field in FIELDS.iter().chain(&["CreateTime", "UpdateTime", "VersionId"]) {
        all[field] = table[*field].clone();
    }
    if all["Retention"].is_null() {
        all["Retention"] = 0.into();
    }
    all["IsRegisteredWithLakeFormation"] = false.into();
    all
}

pub(crate) fn create_table(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (database, _) = existing(context, input.text("DatabaseName")?)?;
    let given = &input["TableInput"];
    let key = format!("{database}/{}", given.text("Name")?.to_lowercase());
    if context.get(TABLES, &key)?.is_some() {
        return Err(already_exists("Table already exists."));
    }
    let mut table = read(given);
    table["CreateTime"] = context.epoch().into();
    table["UpdateTime"] = context.epoch().into();
    table["VersionId"] = "0".into();
    context.put(TABLES, &key, &table)?;
    Ok(json!({}))
}

pub(super) fn found(context: &Context<'_>, input: &Value, name: &str) -> Result<(String, Value)> {
    let (database, _) = existing(context, input.text("DatabaseName")?)?;
    let key = format!("{database}/{}", name.to_lowercase());
    let table = context.get(TABLES, &key)?.ok_or_else(|| missing(name))?;
    Ok((key, table))
}

pub(super) fn get_table(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, table) = found(context, input, input.text("Name")?)?;
    Ok(json!({"Table": describe(context, &key, &table)}))
}

pub(super) fn get_tables(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (database, _) = existing(context, input.text("DatabaseName")?)?;
    let all = context.list(TABLES, &format!("{database}/"))?;
    listed(context, input, "TableList", all.iter().map(|(key, table)| describe(context, key, table)).collect())
}

pub(crate) fn update_table(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, before) = found(context, input, input["TableInput"].text("Name")?)?;
    if input.optional("VersionId").is_some_and(|version| before["VersionId"] != *version) {
        let words = "Update table failed due to concurrent modifications.";
        return Err(crate::api_error::ApiError::new("ConcurrentModificationException", words));
    }
    if input["SkipArchive"] != true {
        archive(context, &key, &before)?;
    }
    let mut table = read(&input["TableInput"]);
    table["CreateTime"] = before["CreateTime"].clone();
    table["UpdateTime"] = context.epoch().into();
    let version: u64 = before["VersionId"].as_str().and_then(|text| text.parse().ok()).unwrap_or(0);
    table["VersionId"] = (version + 1).to_string().into();
    context.put(TABLES, &key, &table)?;
    Ok(json!({}))
}

pub(crate) fn delete_table(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, _) = found(context, input, input.text("Name")?)?;
    for partition in super::partitions::all(context, &key)? {
        context.remove(super::PARTITIONS, &super::partitions::key(&key, &partition.texts("Values")))?;
    }
    forget(context, &key)?;
    context.remove(TABLES, &key)?;
    Ok(json!({}))
}

//! What tables were before: each update leaves a version, unless it is told not to.

use super::tables::{self, VERSIONS, version_key};
use super::{invalid, not_found};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input;
use serde_json::{Value, json};

/// A table as it was; `LATEST`, or nothing, as it is.
pub(super) fn find(context: &Context<'_>, key: &str, version: &str) -> Result<Option<Value>> {
    let (database, name) = key.split_once('/').unwrap_or_default();
    let latest = tables::find(context, database, name)?;
    if version.is_empty() || version == "LATEST" || latest.as_ref().is_some_and(|table| table["VersionId"] == *version)
    {
        return Ok(latest);
    }
    context.get(VERSIONS, &version_key(key, version))
}

fn described(context: &Context<'_>, key: &str, table: &Value) -> Value {
    json!({"Table": tables::describe(context, key, table), "VersionId": table["VersionId"]})
}

/// The key of the table that an operation is about.
fn key(context: &Context<'_>, input: &Value) -> Result<String> {
    let mut named = input.clone();
    named["Name"] = input.text("TableName")?.into();
    tables::found(context, &named, input.text("TableName")?).map(|(key, _)| key)
}

pub(super) fn get_table_version(context: &Context<'_>, input: &Value) -> Result<Value> {
    let key = key(context, input)?;
    let version = input.optional("VersionId").unwrap_or_default();
    let table = find(context, &key, version)?.ok_or_else(|| not_found("Version not found."))?;
    Ok(json!({"TableVersion": described(context, &key, &table)}))
}

/// The newest first.
pub(super) fn get_table_versions(context: &Context<'_>, input: &Value) -> Result<Value> {
    let key = key(context, input)?;
    let before = context.list(VERSIONS, &format!("{key}/"))?.into_iter().rev().map(|(_, table)| table);
    let all = find(context, &key, "LATEST")?.into_iter().chain(before);
    super::listed(context, input, "TableVersions", all.map(|table| described(context, &key, &table)).collect())
}

fn delete(context: &Context<'_>, key: &str, version: &str) -> Result<()> {
    if find(context, key, "LATEST")?.is_some_and(|table| table["VersionId"] == *version) {
        return Err(invalid("Cannot delete the latest version of a table."));
    }
    context.remove(VERSIONS, &version_key(key, version))?.map(drop).ok_or_else(|| not_found("Version not found."))
}

pub(super) fn delete_table_version(context: &Context<'_>, input: &Value) -> Result<Value> {
    delete(context, &key(context, input)?, input.text("VersionId")?)?;
    Ok(json!({}))
}

/// Each by itself; those that fail are told.
pub(super) fn batch_delete_table_version(context: &Context<'_>, input: &Value) -> Result<Value> {
    let key = key(context, input)?;
    let told = |version: String, error: ApiError| {
        let detail = json!({"ErrorCode": error.code, "ErrorMessage": error.message});
        json!({"TableName": input["TableName"], "VersionId": version, "ErrorDetail": detail})
    };
    let one = |version: String| Some(told(version.clone(), delete(context, &key, &version).err()?));
    let failed: Vec<_> = input.texts("VersionIds").into_iter().filter_map(one).collect();
    Ok(json!({"Errors": failed}))
}

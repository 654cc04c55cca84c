//! What of the catalog services read that work under a role.

use super::hive::HiveType;
use super::{not_found, permit_catalog, table_versions};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use serde_json::Value;

/// "Grant Firehose access to AWS Glue for data format conversion".
const ACTIONS: [&str; 3] = ["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"];

/// A table, as a role may read it: a version of it, or `LATEST`.
///
/// # Errors
/// `AccessDeniedException` of the role, `EntityNotFoundException`.
pub(crate) fn table_under(
    context: &Context<'_>,
    role: &str,
    (database, name): (&str, &str),
    version: &str,
) -> Result<Value> {
    for action in ACTIONS {
        permit_catalog(context, role, action, Some(database), Some(name))?;
    }
    let key = format!("{database}/{name}").to_lowercase();
    table_versions::find(context, &key, version)?.ok_or_else(|| not_found(format!("Table {name} not found.")))
}

/// The columns of a table that are in its files: names in lower case, and their types.
///
/// # Errors
/// A table without columns, or one with a type that nobody knows.
pub(crate) fn columns_of(table: &Value) -> Result<Vec<(String, HiveType)>> {
    let invalid = |why: String| ApiError::new("InvalidSchemaException", why);
    let columns = table["StorageDescriptor"]["Columns"].as_array().map(Vec::as_slice).unwrap_or_default();
    if columns.is_empty() {
        return Err(invalid("The specified table has no columns".to_owned()));
    }
    let one = |column: &Value| {
        let name = column["Name"].as_str().unwrap_or_default().to_lowercase();
        let text = column["Type"].as_str().unwrap_or_default();
        let hive = HiveType::parse(text);
        hive.map(|hive| (name.clone(), hive)).ok_or_else(|| invalid(format!("Column {name} has type {text:?}")))
    };
    columns.iter().map(one).collect()
}

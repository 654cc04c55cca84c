//! The catalog, as Athena tells it.

use super::invalid;
use super::rights::role_of;
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input;
use crate::services::glue::{databases, permit_catalog, tables};
use serde_json::{Value, json};

/// Athena takes it in any case.
pub(super) const CATALOG: &str = "AwsDataCatalog";

fn not_found(what: &str, name: &str) -> ApiError {
    ApiError::new("MetadataException", format!("{what} {name} not found."))
}

fn check_catalog(input: &Value) -> Result<()> {
    match input.text("CatalogName")? {
        name if name.eq_ignore_ascii_case(CATALOG) => Ok(()),
        name => Err(invalid(format!("DataCatalog {name} was not found"))),
    }
}

/// Athena asks the catalog with the rights of who asks it, and tells its refusal as an error of the catalog's.
fn ask(context: &Context<'_>, action: &str, database: Option<&str>, table: Option<&str>) -> Result<()> {
    let role = role_of(context.caller);
    let Some(role) = role.as_str() else { return Ok(()) };
    let denied = |denied: ApiError| ApiError::new("MetadataException", denied.message);
    permit_catalog(context, role, action, database, table).map_err(denied)
}

fn page(context: &Context<'_>, input: &Value, name: &str, all: Vec<Value>) -> Result<Value> {
    let limit = input.number("MaxResults").and_then(|limit| usize::try_from(limit).ok());
    let page = context.page(all, input.optional("NextToken"), limit, 50, || invalid("Invalid NextToken"))?;
    Ok(json!({name: page.items, "NextToken": page.next}))
}

fn database(name: &str, kept: &Value) -> Value {
    json!({"Name": name, "Description": kept["Description"], "Parameters": kept["Parameters"]})
}

pub(super) fn list_databases(context: &Context<'_>, input: &Value) -> Result<Value> {
    check_catalog(input)?;
    ask(context, "glue:GetDatabases", None, None)?;
    let mut all = vec![];
    for name in databases::names(context)? {
        all.push(database(&name, &databases::find(context, &name)?.unwrap_or_default()));
    }
    page(context, input, "DatabaseList", all)
}

pub(super) fn get_database(context: &Context<'_>, input: &Value) -> Result<Value> {
    check_catalog(input)?;
    let name = input.text("DatabaseName")?.to_lowercase();
    ask(context, "glue:GetDatabase", Some(&name), None)?;
    let kept = databases::find(context, &name)?.ok_or_else(|| not_found("Database", &name))?;
    Ok(json!({"Database": database(&name, &kept)}))
}

fn table(name: &str, kept: &Value) -> Value {
    let columns = |columns: &Value| {
        let column = |one: &Value| json!({"Name": one["Name"], "Type": one["Type"], "Comment": one["Comment"]});
        columns.as_array().into_iter().flatten().map(column).collect::<Vec<_>>()
    };
    json!({
        "Name": name,
        "CreateTime": kept["CreateTime"],
        "LastAccessTime": kept["LastAccessTime"],
        "TableType": kept["TableType"],
        "Columns": columns(&kept["StorageDescriptor"]["Columns"]),
        "PartitionKeys": columns(&kept["PartitionKeys"]),
        "Parameters": parameters(kept),
    })
}

/// Beside its own, where and how it lies.
fn parameters(kept: &Value) -> Value {
    let storage = &kept["StorageDescriptor"];
    let mut all = kept["Parameters"].as_object().cloned().unwrap_or_default();
    for (name, value) in [
        ("location", &storage["Location"]),
        ("inputformat", &storage["InputFormat"]),
        ("outputformat", &storage["OutputFormat"]),
        ("serde.serialization.lib", &storage["SerdeInfo"]["SerializationLibrary"]),
    ] {
        if value.is_string() {
            all.insert(name.to_owned(), value.clone());
        }
    }
    for (name, value) in storage["SerdeInfo"]["Parameters"].as_object().into_iter().flatten() {
        all.insert(format!("serde.param.{name}"), value.clone());
    }
    Value::Object(all)
}

/// The database, which has to be there.
fn existing(context: &Context<'_>, input: &Value) -> Result<String> {
    check_catalog(input)?;
    let name = input.text("DatabaseName")?.to_lowercase();
    databases::find(context, &name)?.map(|_| name.clone()).ok_or_else(|| not_found("Database", &name))
}

pub(super) fn list_table_metadata(context: &Context<'_>, input: &Value) -> Result<Value> {
    let database = existing(context, input)?;
    ask(context, "glue:GetTables", Some(&database), None)?;
    // "A regex filter"; what is none of it is looked for in the names.
    let wanted = input.optional("Expression").unwrap_or_default();
    let wanted = wanted.replace(".*", "*").replace('.', "?");
    let mut all = vec![];
    for name in tables::names(context, &database)? {
        if wanted.is_empty() || crate::services::iam::like(&format!("*{wanted}*"), &name) {
            all.push(table(&name, &tables::find(context, &database, &name)?.unwrap_or_default()));
        }
    }
    page(context, input, "TableMetadataList", all)
}

pub(super) fn get_table_metadata(context: &Context<'_>, input: &Value) -> Result<Value> {
    let database = existing(context, input)?;
    let name = input.text("TableName")?.to_lowercase();
    ask(context, "glue:GetTable", Some(&database), Some(&name))?;
    let kept = tables::find(context, &database, &name)?.ok_or_else(|| not_found("Table", &name))?;
    Ok(json!({"TableMetadata": table(&name, &kept)}))
}

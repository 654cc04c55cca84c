//! Databases of the catalog. Names are folded to lower case, as Hive does.

use super::{DATABASES, PARTITIONS, TABLES, already_exists, invalid, listed, not_found, tag};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input;
use serde_json::{Value, json};

pub(super) fn arn(context: &Context<'_>, name: &str) -> String {
    context.arn("glue", &format!("database/{name}"))
}

pub(super) fn existing(context: &Context<'_>, name: &str) -> Result<(String, Value)> {
    let name = name.to_lowercase();
    match context.get(DATABASES, &name)? {
        Some(database) => Ok((name, database)),
        None => Err(not_found(format!("Database {name} not found."))),
    }
}

/// A database, for who reads the catalog.
pub(crate) fn find(context: &Context<'_>, name: &str) -> Result<Option<Value>> {
    context.get(DATABASES, &name.to_lowercase())
}

/// The names of all, for who reads the catalog.
pub(crate) fn names(context: &Context<'_>) -> Result<Vec<String>> {
    Ok(context.list(DATABASES, "")?.into_iter().map(|(name, _)| name).collect())
}

fn describe(context: &Context<'_>, name: &str, database: &Value) -> Value {
    let mut all = json!({"Name": name, "CatalogId": context.account});
    for field in ["Description", "LocationUri", "Parameters", "CreateTime", "CreateTableDefaultPermissions"] {
        all[field] = database[field].clone();
    }
    all
}

/// The fields of a `DatabaseInput`.
fn read(given: &Value) -> Value {
    let mut database = json!({});
    for field in ["Description", "LocationUri", "Parameters", "CreateTableDefaultPermissions"] {
        database[field] = given[field].clone();
    }
    database
}

pub(crate) fn create_database(context: &Context<'_>, input: &Value) -> Result<Value> {
    let given = &input["DatabaseInput"];
    let name = given.text("Name")?.to_lowercase();
    if name.contains('/') {
        return Err(invalid(format!("Database name {name:?} is not valid")));
    }
    if context.get(DATABASES, &name)?.is_some() {
        return Err(already_exists("Database already exists."));
    }
    let mut database = read(given);
    database["CreateTime"] = context.epoch().into();
    if database["CreateTableDefaultPermissions"].is_null() {
        database["CreateTableDefaultPermissions"] = json!([
            {"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}
        ]);
    }
    tag(context, &arn(context, &name), input)?;
    context.put(DATABASES, &name, &database)?;
    Ok(json!({}))
}

pub(super) fn get_database(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, database) = existing(context, input.text("Name")?)?;
    Ok(json!({"Database": describe(context, &name, &database)}))
}

pub(super) fn get_databases(context: &Context<'_>, input: &Value) -> Result<Value> {
    let all = context.list(DATABASES, "")?;
    listed(
        context,
        input,
        "DatabaseList",
        all.iter().map(|(name, database)| describe(context, name, database)).collect(),
    )
}

/// Takes the place of the whole database: what is not given is gone, parameters included.
pub(crate) fn update_database(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, before) = existing(context, input.text("Name")?)?;
    let given = &input["DatabaseInput"];
    if given.text("Name")?.to_lowercase() != name {
        return Err(invalid("Database name cannot be changed."));
    }
    let mut database = read(given);
    database["CreateTime"] = before["CreateTime"].clone();
    if database["CreateTableDefaultPermissions"].is_null() {
        database["CreateTableDefaultPermissions"] = before["CreateTableDefaultPermissions"].clone();
    }
    context.put(DATABASES, &name, &database)?;
    Ok(json!({}))
}

/// Its tables go with it.
pub(crate) fn delete_database(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, _) = existing(context, input.text("Name")?)?;
    for (key, _) in context.list(TABLES, &format!("{name}/"))? {
        context.remove(TABLES, &key)?;
    }
    for (key, _) in context.list(PARTITIONS, &format!("{name}/"))? {
        context.remove(PARTITIONS, &key)?;
    }
    context.remove(DATABASES, &name)?;
    context.forget_tags(&arn(context, &name))?;
    Ok(json!({}))
}

//! Aliases: names for versions, which can be moved, and share what comes between two of them.

use super::reference::{ALIASES, LATEST, Reference};
use super::{arn, check_revision, conflict, existing, invalid, not_found, urls};
use crate::api_error::Result;
use crate::context::{Context, new_uuid};
use crate::service::Input;
use serde_json::{Value, json};

fn key(name: &str, alias: &str) -> String {
    format!("{name}:{alias}")
}

fn of(context: &Context<'_>, name: &str) -> Result<Vec<(String, Value)>> {
    context.list(ALIASES, &key(name, ""))
}

fn read(context: &Context<'_>, input: &Value) -> Result<(String, String, Value)> {
    let (name, _) = existing(context, input)?;
    let alias = input.text("Name")?.to_owned();
    match context.get(ALIASES, &key(&name, &alias))? {
        Some(kept) => Ok((name, alias, kept)),
        None => Err(not_found(format!("Cannot find alias arn: {}:{alias}", arn(context, &name)))),
    }
}

fn describe(context: &Context<'_>, name: &str, kept: &Value) -> Value {
    let mut all = json!({"AliasArn": format!("{}:{}", arn(context, name), kept["Name"].as_str().unwrap_or_default())});
    for field in ["Name", "FunctionVersion", "Description", "RoutingConfig", "RevisionId"] {
        all[field] = kept[field].clone();
    }
    all
}

/// Puts what is given over what is there.
fn set(context: &Context<'_>, name: &str, kept: &mut Value, input: &Value) -> Result<()> {
    for field in ["FunctionVersion", "Description", "RoutingConfig"] {
        if !input[field].is_null() {
            kept[field] = input[field].clone();
        }
    }
    let version = kept.text("FunctionVersion")?.to_owned();
    let exists = |version: &str| {
        Reference { name: name.to_owned(), qualifier: Some(version.to_owned()) }.kept(context).map(|_| ())
    };
    exists(&version)?;
    let weights = kept["RoutingConfig"]["AdditionalVersionWeights"].as_object().cloned().unwrap_or_default();
    if weights.len() > 1 {
        return Err(invalid("Number of items in AdditionalVersionWeights cannot be greater than 1"));
    }
    for (other, _) in &weights {
        if version == LATEST {
            return Err(invalid("$LATEST is not supported for an alias pointing to more than 1 version"));
        }
        if *other == version {
            return Err(invalid(format!(
                "Invalid function version {other}. Function version {other} is already included in routing configuration."
            )));
        }
        exists(other)?;
    }
    if weights.is_empty() {
        kept["RoutingConfig"] = Value::Null;
    }
    kept["RevisionId"] = new_uuid().into();
    Ok(())
}

pub(super) fn create_alias(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, _) = existing(context, input)?;
    let alias = input.text("Name")?;
    if context.get(ALIASES, &key(&name, alias))?.is_some() {
        return Err(conflict(format!("Alias already exists: {}:{alias}", arn(context, &name))));
    }
    let mut kept = json!({"Name": alias, "Description": ""});
    set(context, &name, &mut kept, input)?;
    context.put(ALIASES, &key(&name, alias), &kept)?;
    Ok(describe(context, &name, &kept))
}

pub(super) fn update_alias(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, alias, mut kept) = read(context, input)?;
    check_revision(input, &kept["RevisionId"])?;
    set(context, &name, &mut kept, input)?;
    context.put(ALIASES, &key(&name, &alias), &kept)?;
    Ok(describe(context, &name, &kept))
}

pub(super) fn get_alias(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, _, kept) = read(context, input)?;
    Ok(describe(context, &name, &kept))
}

pub(super) fn list_aliases(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, _) = existing(context, input)?;
    let mut all: Vec<_> = of(context, &name)?.into_iter().map(|(_, kept)| kept).collect();
    if let Some(version) = input.optional("FunctionVersion") {
        all.retain(|kept| points_to(kept, version));
    }
    let limit = input.number("MaxItems").and_then(|limit| usize::try_from(limit).ok());
    let page = context.page(all, input.optional("Marker"), limit, 50, || invalid("Invalid Marker"))?;
    let aliases: Vec<_> = page.items.iter().map(|kept| describe(context, &name, kept)).collect();
    Ok(json!({"Aliases": aliases, "NextMarker": page.next}))
}

/// One that is not there is gone already.
pub(super) fn delete_alias(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, _) = existing(context, input)?;
    let key = key(&name, input.text("Name")?);
    context.remove(ALIASES, &key)?;
    urls::remove(context, &key)?;
    Ok(Value::Null)
}

fn points_to(kept: &Value, version: &str) -> bool {
    kept["FunctionVersion"] == version || !kept["RoutingConfig"]["AdditionalVersionWeights"][version].is_null()
}

/// The aliases that a version is reached by.
pub(super) fn pointing_to(context: &Context<'_>, name: &str, version: &str) -> Result<Vec<String>> {
    let all = of(context, name)?.into_iter().filter(|(_, kept)| points_to(kept, version));
    Ok(all.filter_map(|(_, kept)| kept["Name"].as_str().map(str::to_owned)).collect())
}

pub(super) fn forget(context: &Context<'_>, name: &str) -> Result<()> {
    for (key, _) in of(context, name)? {
        context.remove(ALIASES, &key)?;
    }
    Ok(())
}

//! Versions: what a function was when it was published, for ever.

use super::aliases::{self, pointing_to};
use super::configuration::{describe, settings_differ, touched};
use super::reference::{LATEST, Reference, VERSIONS, is_number, version_key};
use super::{FUNCTIONS, arn, changeable, check_revision, conflict, existing, invalid};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input;
use serde_json::{Value, json};

pub(super) fn publish_version(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, mut function) = existing(context, input)?;
    changeable(context, &name, &function)?;
    check_revision(input, &function["RevisionId"])?;
    if let Some(wanted) = input.optional("CodeSha256").filter(|wanted| function["CodeSha256"] != *wanted) {
        let has = function["CodeSha256"].as_str().unwrap_or_default();
        return Err(invalid(format!(
            "CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({has}). Please try again with the \
             CodeSHA256 in $LATEST."
        )));
    }
    let version = publish(context, &name, &mut function, input.optional("Description"))?;
    Ok(describe_version(context, &name, &version))
}

/// "Lambda doesn't publish a version if the function's configuration and code haven't changed since the last version."
pub(super) fn publish(
    context: &Context<'_>,
    name: &str,
    function: &mut Value,
    description: Option<&str>,
) -> Result<Value> {
    let last = function["published"].as_u64().unwrap_or_default();
    if let Some(same) = context.get(VERSIONS, &version_key(name, &last.to_string()))?
        && same["CodeSha256"] == function["CodeSha256"]
        && !settings_differ(&same, function)
    {
        return Ok(same);
    }
    let number = (last + 1).to_string();
    function["published"] = (last + 1).into();
    context.put(FUNCTIONS, name, function)?;
    let mut version = function.clone();
    // Who may invoke a version is said of each; how many may run, of the function alone.
    for own in ["policy", "policyRevision", "published", "concurrency"] {
        version[own] = Value::Null;
    }
    version["version"] = number.as_str().into();
    if let Some(description) = description {
        version["Description"] = description.into();
    }
    touched(context, &mut version);
    context.put(VERSIONS, &version_key(name, &number), &version)?;
    Ok(version)
}

/// The same as of a function, with its number and the ARN that has it.
pub(super) fn describe_version(context: &Context<'_>, name: &str, version: &Value) -> Value {
    let number = version["version"].as_str().unwrap_or(LATEST);
    let mut all = describe(context, name, version);
    all["FunctionArn"] = format!("{}:{number}", arn(context, name)).into();
    all["Version"] = number.into();
    all
}

pub(super) fn of(context: &Context<'_>, name: &str) -> Result<Vec<(String, Value)>> {
    context.list(VERSIONS, &format!("{name}:"))
}

pub(super) fn list_versions_by_function(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, function) = existing(context, input)?;
    let published = of(context, &name)?.into_iter().map(|(_, version)| version);
    let all: Vec<_> = std::iter::once(function).chain(published).collect();
    let limit = input.number("MaxItems").and_then(|limit| usize::try_from(limit).ok());
    let page = context.page(all, input.optional("Marker"), limit, 50, || invalid("Invalid Marker"))?;
    let versions: Vec<_> = page.items.iter().map(|version| describe_version(context, &name, version)).collect();
    Ok(json!({"Versions": versions, "NextMarker": page.next}))
}

/// One version; one that is not there is gone already.
pub(super) fn delete(context: &Context<'_>, reference: &Reference) -> Result<()> {
    let number = reference.qualifier.as_deref().unwrap_or(LATEST);
    if number == LATEST {
        return Err(invalid("$LATEST version cannot be deleted without deleting the function."));
    }
    if !is_number(number) {
        return Err(invalid("Deletion of aliases is not currently supported."));
    }
    let aliases = pointing_to(context, &reference.name, number)?;
    if !aliases.is_empty() {
        let aliases = aliases.join(", ");
        let words = "Unable to delete version because the following aliases reference it:";
        return Err(conflict(format!("{words} [{aliases}]")));
    }
    context.remove(VERSIONS, &version_key(&reference.name, number)).map(|_| ())
}

/// With the function, its versions and aliases go.
pub(super) fn forget(context: &Context<'_>, name: &str) -> Result<()> {
    for (key, _) in of(context, name)? {
        context.remove(VERSIONS, &key)?;
    }
    aliases::forget(context, name)
}

//! Aliases: names of the account's choice, each for one key of the region.

use super::keys::check_alias;
use super::{ALIASES, existing, find, listed, not_found, usable};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input as _;
use serde_json::{Value, json};

fn alias_arn(context: &Context<'_>, name: &str) -> String {
    context.arn("kms", name)
}

/// The names of a key.
pub(super) fn of(context: &Context<'_>, id: &str) -> Result<Vec<String>> {
    let all = context.list(ALIASES, "alias/")?.into_iter();
    Ok(all.filter(|(_, alias)| alias["key"] == id).map(|(name, _)| name).collect())
}

/// The key that a request is to give a name to.
fn target(context: &Context<'_>, input: &Value) -> Result<String> {
    let (id, key) = existing(context, &json!({"KeyId": input["TargetKeyId"]}))?;
    usable(context, &id, &key)?;
    Ok(id)
}

pub(super) fn create_alias(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("AliasName")?;
    check_alias(name)?;
    let id = target(context, input)?;
    if let Some(there) = context.get(ALIASES, name)?
        && find(context, there["key"].as_str().unwrap_or_default())?.is_some()
    {
        let message = format!("An alias with the name {} already exists", alias_arn(context, name));
        return Err(ApiError::new("AlreadyExistsException", message));
    }
    context.put(ALIASES, name, &json!({"key": id, "created": context.epoch()}))?;
    Ok(Value::Null)
}

pub(super) fn update_alias(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("AliasName")?;
    let mut alias = context.get(ALIASES, name)?.ok_or_else(|| not_found(&format!("Alias {name}")))?;
    alias["key"] = target(context, input)?.into();
    context.put(ALIASES, name, &alias)?;
    Ok(Value::Null)
}

pub(super) fn delete_alias(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("AliasName")?;
    let missing = || not_found(&format!("Alias {}", alias_arn(context, name)));
    context.remove(ALIASES, name)?.map(|_| Value::Null).ok_or_else(missing)
}

pub(super) fn list_aliases(context: &Context<'_>, input: &Value) -> Result<Value> {
    let of = input.optional("KeyId").map(|_| existing(context, input)).transpose()?.map(|(id, _)| id);
    let all = context.list(ALIASES, "alias/")?.into_iter();
    let all = all.filter(|(_, alias)| of.as_ref().is_none_or(|of| alias["key"] == **of));
    let shown = |(name, alias): (String, Value)| {
        json!({
            "AliasName": name,
            "AliasArn": alias_arn(context, &name),
            "TargetKeyId": alias["key"],
            "CreationDate": alias["created"],
            "LastUpdatedDate": alias["created"],
        })
    };
    listed(context, input, "Aliases", all.map(shown).collect())
}

//! API keys.

use super::{KEYS, USAGE_PLANS, arn, bad_request, conflict, listed, not_found, patch, shown_tags};
use crate::api_error::Result;
use crate::context::{Context, new_id};
use crate::service::Input;
use crate::tags::read_map;
use serde_json::{Value, json};

pub(super) fn existing(context: &Context<'_>, id: &str) -> Result<Value> {
    context.get(KEYS, id)?.ok_or_else(|| not_found("Invalid API Key identifier specified"))
}

fn describe(context: &Context<'_>, id: &str, key: &Value, with_value: bool) -> Result<Value> {
    let mut all = key.clone();
    all["id"] = id.into();
    all["stageKeys"] = json!([]);
    all["tags"] = shown_tags(context, &format!("apikeys/{id}"))?;
    if !with_value {
        all["value"] = Value::Null;
    }
    Ok(all)
}

pub(super) fn create_api_key(context: &Context<'_>, input: &Value) -> Result<Value> {
    let value = input.optional("value").map_or_else(|| new_id(40), str::to_owned);
    if !(20..=128).contains(&value.len()) {
        return Err(bad_request("API Key value should be at least 20 characters"));
    }
    if context.list(KEYS, "")?.iter().any(|(_, other)| other["value"] == value.as_str()) {
        return Err(conflict("API Key already exists"));
    }
    let id = new_id(10);
    let key = json!({
        "name": input["name"],
        "description": input["description"],
        "enabled": input["enabled"].as_bool().unwrap_or(false),
        "customerId": input["customerId"],
        "value": value,
        "createdDate": context.now.as_second(),
        "lastUpdatedDate": context.now.as_second(),
    });
    context.add_tags(&arn(context, &format!("apikeys/{id}")), read_map(&input["tags"]), bad_request)?;
    context.put(KEYS, &id, &key)?;
    describe(context, &id, &key, true)
}

fn is_true(input: &Value, name: &str) -> bool {
    input[name] == "true" || input[name] == true
}

pub(super) fn get_api_key(context: &Context<'_>, input: &Value) -> Result<Value> {
    let id = input.text("apiKey")?;
    describe(context, id, &existing(context, id)?, is_true(input, "includeValue"))
}

pub(super) fn get_api_keys(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.optional("nameQuery").unwrap_or_default();
    let mut all = context.list(KEYS, "")?;
    all.retain(|(_, key)| key["name"].as_str().unwrap_or_default().starts_with(name));
    let with_values = is_true(input, "includeValues");
    let all = all.iter().map(|(id, key)| describe(context, id, key, with_values)).collect::<Result<Vec<_>>>()?;
    listed(context, input, all)
}

pub(super) fn update_api_key(context: &Context<'_>, input: &Value) -> Result<Value> {
    let id = input.text("apiKey")?;
    let mut key = existing(context, id)?;
    for patch in patch::read(input)? {
        match (patch.op, patch.parts.join("/").as_str()) {
            ("replace", field @ ("name" | "description" | "customerId")) => key[field] = patch.text()?.into(),
            ("replace", "enabled") => key["enabled"] = patch.flag()?.into(),
            _ => return Err(patch.refuse()),
        }
    }
    key["lastUpdatedDate"] = context.now.as_second().into();
    context.put(KEYS, id, &key)?;
    describe(context, id, &key, false)
}

/// It leaves the usage plans that have it.
pub(super) fn delete_api_key(context: &Context<'_>, input: &Value) -> Result<Value> {
    let id = input.text("apiKey")?;
    existing(context, id)?;
    for (plan_id, mut plan) in context.list(USAGE_PLANS, "")? {
        let gone = plan["keys"].as_object_mut().and_then(|keys| keys.remove(id));
        if gone.is_some() {
            context.put(USAGE_PLANS, &plan_id, &plan)?;
        }
    }
    context.remove(KEYS, id)?;
    context.forget_tags(&arn(context, &format!("apikeys/{id}")))?;
    Ok(Value::Null)
}

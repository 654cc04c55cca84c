//! REST APIs.

use super::{RESTAPIS, USAGE_PLANS, arn, bad_request, listed, not_found, patch, shown_tags};
use crate::api_error::Result;
use crate::context::{Context, new_id};
use crate::service::Input;
use crate::tags::read_map;
use serde_json::{Value, json};

pub(super) fn find(context: &Context<'_>, input: &Value) -> Result<(String, Value)> {
    let id = input.text("restApiId")?;
    let missing = || not_found(format!("Invalid API identifier specified {}:{id}", context.account));
    Ok((id.to_owned(), context.get(RESTAPIS, id)?.ok_or_else(missing)?))
}

pub(super) fn keep(context: &Context<'_>, id: &str, api: &Value) -> Result<()> {
    context.put(RESTAPIS, id, api)
}

pub(super) fn resource<'a>(api: &'a mut Value, id: &str) -> Result<&'a mut Value> {
    let found = api["resources"].get_mut(id);
    found.ok_or_else(|| not_found("Invalid Resource identifier specified"))
}

pub(super) fn deployment<'a>(api: &'a mut Value, id: &str) -> Result<&'a mut Value> {
    api["deployments"].get_mut(id).ok_or_else(|| not_found("Invalid Deployment identifier specified"))
}

pub(super) fn create_rest_api(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("name").map_err(|_| bad_request("Name is required"))?;
    let (id, root) = (new_id(10), new_id(10));
    let endpoint = match &input["endpointConfiguration"] {
        Value::Null => json!({"types": ["EDGE"]}),
        given => given.clone(),
    };
    let api = json!({
        "name": name,
        "description": input["description"],
        "version": input["version"],
        "createdDate": context.now.as_second(),
        "apiKeySource": input.optional("apiKeySource").unwrap_or("HEADER"),
        "endpointConfiguration": endpoint,
        "binaryMediaTypes": input["binaryMediaTypes"],
        "minimumCompressionSize": input["minimumCompressionSize"],
        "disableExecuteApiEndpoint": input["disableExecuteApiEndpoint"].as_bool().unwrap_or(false),
        "policy": input["policy"],
        "rootResourceId": root,
        "resources": {&root: {"path": "/", "methods": {}}},
        "responses": {},
        "deployments": {},
        "stages": {},
    });
    context.add_tags(&arn(context, &format!("restapis/{id}")), read_map(&input["tags"]), bad_request)?;
    keep(context, &id, &api)?;
    describe(context, &id, &api)
}

fn describe(context: &Context<'_>, id: &str, api: &Value) -> Result<Value> {
    let mut all = json!({"id": id, "tags": shown_tags(context, &format!("restapis/{id}"))?});
    let inner = ["resources", "responses", "deployments", "stages"];
    for (field, value) in api.as_object().into_iter().flatten().filter(|(name, _)| !inner.contains(&name.as_str())) {
        all[field] = value.clone();
    }
    Ok(all)
}

pub(super) fn get_rest_api(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, api) = find(context, input)?;
    describe(context, &id, &api)
}

pub(super) fn get_rest_apis(context: &Context<'_>, input: &Value) -> Result<Value> {
    let all = context.list(RESTAPIS, "")?;
    let all = all.iter().map(|(id, api)| describe(context, id, api)).collect::<Result<Vec<_>>>()?;
    listed(context, input, all)
}

pub(super) fn update_rest_api(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut api) = find(context, input)?;
    for patch in patch::read(input)? {
        let parts: Vec<_> = patch.parts.iter().map(String::as_str).collect();
        match (patch.op, &parts[..]) {
            ("replace", [field @ ("name" | "description" | "apiKeySource" | "policy")]) => {
                api[*field] = patch.text()?.into();
            }
            ("replace", ["disableExecuteApiEndpoint"]) => api["disableExecuteApiEndpoint"] = patch.flag()?.into(),
            // Without a size it is turned off.
            ("replace", ["minimumCompressionSize"]) if patch.value.is_none() => {
                api["minimumCompressionSize"] = Value::Null;
            }
            ("replace", ["minimumCompressionSize"]) => api["minimumCompressionSize"] = patch.number::<i64>()?.into(),
            ("replace", ["endpointConfiguration", "ipAddressType"]) => {
                api["endpointConfiguration"]["ipAddressType"] = patch.text()?.into();
            }
            ("add", ["binaryMediaTypes", kind]) => {
                let mut all = api.texts("binaryMediaTypes");
                all.push((*kind).to_owned());
                api["binaryMediaTypes"] = json!(all);
            }
            ("remove", ["binaryMediaTypes", kind]) => {
                let all = api.texts("binaryMediaTypes").into_iter().filter(|one| one != kind).collect::<Vec<_>>();
                api["binaryMediaTypes"] = json!(all);
            }
            ("replace", ["endpointConfiguration", "types", _]) => {
                api["endpointConfiguration"]["types"] = json!([patch.text()?]);
            }
            _ => return Err(patch.refuse()),
        }
    }
    keep(context, &id, &api)?;
    describe(context, &id, &api)
}

/// Refused while a usage plan has one of its stages.
pub(super) fn delete_rest_api(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, _) = find(context, input)?;
    for (_, plan) in context.list(USAGE_PLANS, "")? {
        if plan["apiStages"].as_array().into_iter().flatten().any(|stage| stage["apiId"] == id.as_str()) {
            let message =
                "Cannot delete API: a stage of it is associated with a usage plan. Remove the association first.";
            return Err(bad_request(message));
        }
    }
    context.remove(RESTAPIS, &id)?;
    context.forget_tags(&arn(context, &format!("restapis/{id}")))?;
    for (other, _) in context.all_tags()? {
        if other.starts_with(&arn(context, &format!("restapis/{id}/"))) {
            context.forget_tags(&other)?;
        }
    }
    Ok(Value::Null)
}

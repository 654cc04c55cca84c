//! The paths of an API.

use super::apis::{self, find, keep};
use super::{bad_request, conflict, listed};
use crate::api_error::Result;
use crate::context::{Context, new_id};
use crate::service::Input;
use serde_json::{Value, json};

fn describe(id: &str, resource: &Value, with_methods: bool) -> Value {
    let mut all = json!({"id": id, "path": resource["path"]});
    for field in ["parentId", "pathPart"] {
        all[field] = resource[field].clone();
    }
    let methods = resource["methods"].as_object().filter(|methods| !methods.is_empty());
    if let Some(methods) = methods {
        let shown = |(name, method): (&String, &Value)| {
            (name.clone(), if with_methods { super::methods::describe(name, method) } else { json!({}) })
        };
        all["resourceMethods"] = Value::Object(methods.iter().map(shown).collect());
    }
    all
}

fn embeds_methods(input: &Value) -> bool {
    input.texts("embed").iter().any(|embedded| embedded == "methods")
}

pub(super) fn get_resources(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, api) = find(context, input)?;
    let all = api["resources"].as_object().into_iter().flatten();
    let all = all.map(|(id, resource)| describe(id, resource, embeds_methods(input))).collect();
    listed(context, input, all)
}

pub(super) fn get_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, mut api) = find(context, input)?;
    let id = input.text("resourceId")?;
    Ok(describe(id, apis::resource(&mut api, id)?, embeds_methods(input)))
}

pub(super) fn create_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (api_id, mut api) = find(context, input)?;
    let (parent, part) = (input.text("parentId")?, input.text("pathPart")?);
    let inner = |c: char| c.is_ascii_alphanumeric() || "._-~:$".contains(c);
    let is_parameter = part.starts_with('{') && part.ends_with('}');
    if !is_parameter && !part.chars().all(inner) {
        let message = "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces \
                       at the beginning and the end.";
        return Err(bad_request(message));
    }
    let base = apis::resource(&mut api, parent)?["path"].as_str().unwrap_or_default().trim_end_matches('/').to_owned();
    let path = format!("{base}/{part}");
    let all = api["resources"].as_object().into_iter().flatten();
    if all.into_iter().any(|(_, resource)| resource["path"] == path.as_str()) {
        return Err(conflict(format!("Another resource with the same parent already has this name: {part}")));
    }
    let id = new_id(6);
    api["resources"][&id] = json!({"parentId": parent, "pathPart": part, "path": path, "methods": {}});
    keep(context, &api_id, &api)?;
    Ok(describe(&id, &api["resources"][&id], false))
}

/// What is below it goes with it.
pub(super) fn delete_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (api_id, mut api) = find(context, input)?;
    let path = apis::resource(&mut api, input.text("resourceId")?)?["path"].as_str().unwrap_or_default().to_owned();
    if path == "/" {
        return Err(bad_request("Root resource cannot be deleted"));
    }
    if let Some(all) = api["resources"].as_object_mut() {
        let below = format!("{path}/");
        all.retain(|_, other| other["path"].as_str().is_none_or(|other| other != path && !other.starts_with(&below)));
    }
    keep(context, &api_id, &api)?;
    Ok(Value::Null)
}

//! Deployments: what an API was when it was deployed.

use super::apis::{self, find, keep};
use super::{bad_request, listed, patch};
use crate::api_error::Result;
use crate::context::{Context, new_id};
use crate::service::Input;
use serde_json::{Value, json};

/// The summary that the API shows; what was deployed is kept beside it.
fn describe(id: &str, deployment: &Value) -> Value {
    json!({"id": id, "description": deployment["description"], "createdDate": deployment["createdDate"]})
}

fn check(api: &Value) -> Result<()> {
    let all = api["resources"].as_object().into_iter().flatten();
    let methods: Vec<_> = all.flat_map(|(_, resource)| resource["methods"].as_object().into_iter().flatten()).collect();
    if methods.is_empty() {
        return Err(bad_request("The REST API doesn't contain any methods"));
    }
    if methods.iter().any(|(_, method)| method["methodIntegration"].is_null()) {
        return Err(bad_request("No integration defined for method"));
    }
    Ok(())
}

pub(super) fn create_deployment(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (api_id, mut api) = find(context, input)?;
    check(&api)?;
    let id = new_id(6);
    api["deployments"][&id] = json!({
        "description": input["description"],
        "createdDate": context.now.as_second(),
        "resources": api["resources"],
        "responses": api["responses"],
    });
    if let Some(stage) = input.optional("stageName").filter(|stage| !stage.is_empty()) {
        super::stages::deploy(context, &mut api, stage, &id, input)?;
    }
    keep(context, &api_id, &api)?;
    Ok(describe(&id, &api["deployments"][&id]))
}

pub(super) fn get_deployment(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, mut api) = find(context, input)?;
    let id = input.text("deploymentId")?;
    Ok(describe(id, apis::deployment(&mut api, id)?))
}

pub(super) fn get_deployments(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, api) = find(context, input)?;
    let all = api["deployments"].as_object().into_iter().flatten();
    listed(context, input, all.map(|(id, deployment)| describe(id, deployment)).collect())
}

pub(super) fn update_deployment(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (api_id, mut api) = find(context, input)?;
    let id = input.text("deploymentId")?;
    let deployment = apis::deployment(&mut api, id)?;
    for patch in patch::read(input)? {
        match (patch.op, patch.parts.join("/").as_str()) {
            ("replace", "description") => deployment["description"] = patch.text()?.into(),
            _ => return Err(patch.refuse()),
        }
    }
    let answer = describe(id, deployment);
    keep(context, &api_id, &api)?;
    Ok(answer)
}

pub(super) fn delete_deployment(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (api_id, mut api) = find(context, input)?;
    let id = input.text("deploymentId")?;
    apis::deployment(&mut api, id)?;
    if api["stages"].as_object().into_iter().flatten().any(|(_, stage)| stage["deploymentId"] == id) {
        return Err(bad_request("Active stages pointing to this deployment must be moved or deleted"));
    }
    if let Some(all) = api["deployments"].as_object_mut() {
        all.remove(id);
    }
    keep(context, &api_id, &api)?;
    Ok(Value::Null)
}

//! Stages: which deployment callers see, and how often they may call.

use super::apis::{self, find, keep};
use super::{arn, bad_request, conflict, not_found, patch, shown_tags};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input;
use crate::tags::read_map;
use serde_json::{Value, json};

fn describe(context: &Context<'_>, api_id: &str, name: &str, stage: &Value) -> Result<Value> {
    let mut all = stage.clone();
    all["stageName"] = name.into();
    all["tags"] = shown_tags(context, &format!("restapis/{api_id}/stages/{name}"))?;
    Ok(all)
}

fn fresh(context: &Context<'_>, deployment: &str, input: &Value) -> Value {
    json!({
        "deploymentId": deployment,
        "description": input["description"],
        "cacheClusterEnabled": false,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "methodSettings": {},
        "variables": input["variables"],
        "tracingEnabled": input["tracingEnabled"].as_bool().unwrap_or(false),
        "createdDate": context.now.as_second(),
        "lastUpdatedDate": context.now.as_second(),
    })
}

fn check_name(name: &str) -> Result<()> {
    if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        return Ok(());
    }
    Err(bad_request("Stage name only allows a-zA-Z0-9_"))
}

/// Shows a deployment in a stage, which is made if it is not there.
pub(super) fn deploy(
    context: &Context<'_>,
    api: &mut Value,
    name: &str,
    deployment: &str,
    input: &Value,
) -> Result<()> {
    check_name(name)?;
    if api["stages"][name].is_null() {
        let described = json!({"description": input["stageDescription"], "variables": input["variables"]});
        api["stages"][name] = fresh(context, deployment, &described);
    } else if api["stages"][name]["canarySettings"].is_object() {
        // A stage with a canary goes on showing what it shows: only the canary moves (API Gateway, "canary release").
        api["stages"][name]["canarySettings"]["deploymentId"] = deployment.into();
        api["stages"][name]["lastUpdatedDate"] = context.now.as_second().into();
    } else {
        api["stages"][name]["deploymentId"] = deployment.into();
        api["stages"][name]["lastUpdatedDate"] = context.now.as_second().into();
    }
    Ok(())
}

pub(super) fn create_stage(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut api) = find(context, input)?;
    let (name, deployment) = (input.text("stageName")?, input.text("deploymentId")?);
    check_name(name)?;
    apis::deployment(&mut api, deployment).map_err(|_| bad_request("Deployment id does not exist"))?;
    if !api["stages"][name].is_null() {
        return Err(conflict("Stage already exists"));
    }
    api["stages"][name] = fresh(context, deployment, input);
    let resource = format!("restapis/{id}/stages/{name}");
    context.add_tags(&arn(context, &resource), read_map(&input["tags"]), bad_request)?;
    keep(context, &id, &api)?;
    describe(context, &id, name, &api["stages"][name])
}

fn existing<'a>(api: &'a mut Value, name: &str) -> Result<&'a mut Value> {
    let found = api["stages"].get_mut(name).filter(|stage| !stage.is_null());
    found.ok_or_else(|| not_found("Invalid stage identifier specified"))
}

pub(super) fn get_stage(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut api) = find(context, input)?;
    let name = input.text("stageName")?;
    let stage = existing(&mut api, name)?;
    describe(context, &id, name, stage)
}

pub(super) fn get_stages(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, api) = find(context, input)?;
    let wanted = input.optional("deploymentId");
    let all = api["stages"].as_object().into_iter().flatten();
    let all = all.filter(|(_, stage)| wanted.is_none_or(|deployment| stage["deploymentId"] == deployment));
    let all = all.map(|(name, stage)| describe(context, &id, name, stage)).collect::<Result<Vec<_>>>()?;
    Ok(json!({"item": all}))
}

/// The settings that API Gateway fills in beside the one that is set.
fn default_settings() -> Value {
    json!({
        "metricsEnabled": false,
        "dataTraceEnabled": false,
        "throttlingBurstLimit": 5000,
        "throttlingRateLimit": 10000.0,
        "cachingEnabled": false,
        "cacheTtlInSeconds": 300,
        "cacheDataEncrypted": false,
        "requireAuthorizationForCacheControl": true,
        "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
    })
}

pub(super) fn update_stage(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut api) = find(context, input)?;
    let name = input.text("stageName")?;
    for patch in patch::read(input)? {
        let parts: Vec<_> = patch.parts.iter().map(String::as_str).collect();
        if parts == ["deploymentId"] {
            let deployment = patch.text()?;
            apis::deployment(&mut api, &deployment)?;
            existing(&mut api, name)?["deploymentId"] = deployment.into();
            continue;
        }
        change(existing(&mut api, name)?, &patch, &parts)?;
    }
    let stage = existing(&mut api, name)?;
    stage["lastUpdatedDate"] = context.now.as_second().into();
    let answer = describe(context, &id, name, stage);
    keep(context, &id, &api)?;
    answer
}

/// Carries out one operation on a stage.
fn change(stage: &mut Value, patch: &patch::Patch<'_>, parts: &[&str]) -> Result<()> {
    match (patch.op, parts) {
        ("replace", ["description"]) => stage["description"] = patch.text()?.into(),
        ("replace", ["tracingEnabled"]) => stage["tracingEnabled"] = patch.flag()?.into(),
        ("replace" | "add", ["variables", variable]) => stage["variables"][*variable] = patch.text()?.into(),
        ("remove", ["variables", variable]) => stage["variables"][*variable] = Value::Null,
        ("replace", ["cacheClusterEnabled"]) => stage["cacheClusterEnabled"] = patch.flag()?.into(),
        ("replace" | "add", ["accessLogSettings", field @ ("format" | "destinationArn")]) => {
            stage["accessLogSettings"][*field] = patch.text()?.into();
        }
        ("remove", [field @ ("accessLogSettings" | "canarySettings")]) => stage[*field] = Value::Null,
        ("replace", ["canarySettings", "percentTraffic"]) => {
            // The first setting makes the canary, which shows what the stage shows.
            if stage["canarySettings"].is_null() {
                stage["canarySettings"] = json!({"deploymentId": stage["deploymentId"], "useStageCache": false});
            }
            stage["canarySettings"]["percentTraffic"] = patch.number::<f64>()?.into();
        }
        ("remove", [path, method]) => {
            if let Some(all) = stage["methodSettings"].as_object_mut() {
                all.remove(&format!("{}/{method}", path.trim_start_matches('/')));
            }
        }
        ("replace", [path, method, group, setting]) => {
            let key = format!("{}/{method}", path.trim_start_matches('/'));
            if stage["methodSettings"][&key].is_null() {
                stage["methodSettings"][&key] = default_settings();
            }
            set(&mut stage["methodSettings"][&key], group, setting, patch)?;
        }
        _ => return Err(patch.refuse()),
    }
    Ok(())
}

fn set(settings: &mut Value, group: &str, setting: &str, patch: &patch::Patch<'_>) -> Result<()> {
    match (group, setting) {
        ("throttling", "rateLimit") => settings["throttlingRateLimit"] = patch.number::<f64>()?.into(),
        ("throttling", "burstLimit") => settings["throttlingBurstLimit"] = patch.number::<i64>()?.into(),
        ("metrics", "enabled") => settings["metricsEnabled"] = patch.flag()?.into(),
        ("logging", "loglevel") => settings["loggingLevel"] = patch.text()?.into(),
        ("logging", "dataTrace") => settings["dataTraceEnabled"] = patch.flag()?.into(),
        ("caching", "enabled") => settings["cachingEnabled"] = patch.flag()?.into(),
        ("caching", "ttlInSeconds") => settings["cacheTtlInSeconds"] = patch.number::<i64>()?.into(),
        _ => return Err(patch.refuse()),
    }
    Ok(())
}

pub(super) fn delete_stage(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut api) = find(context, input)?;
    let name = input.text("stageName")?;
    existing(&mut api, name)?;
    if let Some(all) = api["stages"].as_object_mut() {
        all.remove(name);
    }
    context.forget_tags(&arn(context, &format!("restapis/{id}/stages/{name}")))?;
    keep(context, &id, &api)?;
    Ok(Value::Null)
}

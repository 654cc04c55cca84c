//! Usage plans and the keys in them.

use super::front::made;
use super::{RESTAPIS, USAGE_PLANS, arn, bad_request, conflict, listed, not_found, patch, shown_tags};
use crate::api_error::Result;
use crate::context::{Context, new_id};
use crate::service::Input;
use crate::tags::read_map;
use jiff::civil::Date;
use serde_json::{Value, json};

/// AWS tells of 90 days.
const MOST_DAYS: usize = 90;

fn existing(context: &Context<'_>, input: &Value) -> Result<(String, Value)> {
    let id = input.text("usagePlanId")?;
    let found = context.get(USAGE_PLANS, id)?;
    Ok((id.to_owned(), found.ok_or_else(|| not_found("Invalid Usage Plan ID specified"))?))
}

fn describe(context: &Context<'_>, id: &str, plan: &Value) -> Result<Value> {
    let mut all = plan.clone();
    all["id"] = id.into();
    all["keys"] = Value::Null;
    all["tags"] = shown_tags(context, &format!("usageplans/{id}"))?;
    Ok(all)
}

fn check_stage(context: &Context<'_>, stage: &Value) -> Result<()> {
    let (api, name) = (stage.text("apiId")?, stage.text("stage")?);
    let found =
        context.get(RESTAPIS, api)?.ok_or_else(|| not_found(format!("Invalid API identifier specified {api}")))?;
    if found["stages"][name].is_null() {
        return Err(not_found("Invalid API Stage specified: API and Stage do not match"));
    }
    Ok(())
}

fn check_quota(quota: &Value) -> Result<()> {
    if quota.is_null() {
        return Ok(());
    }
    let period = quota.optional("period").unwrap_or_default();
    if !["DAY", "WEEK", "MONTH"].contains(&period) || quota.number("limit").is_none_or(|limit| limit < 1) {
        return Err(bad_request("Usage Plan quota needs a limit and a period of DAY, WEEK or MONTH"));
    }
    Ok(())
}

pub(super) fn create_usage_plan(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("name").map_err(|_| bad_request("Usage Plan name is required"))?;
    for stage in input["apiStages"].as_array().into_iter().flatten() {
        check_stage(context, stage)?;
    }
    check_quota(&input["quota"])?;
    let mut quota = input["quota"].clone();
    if !quota.is_null() && quota["offset"].is_null() {
        quota["offset"] = 0.into();
    }
    let id = new_id(6);
    let plan = json!({
        "name": name,
        "description": input["description"],
        "apiStages": input["apiStages"].as_array().cloned().unwrap_or_default(),
        "throttle": input["throttle"],
        "quota": quota,
        "keys": {},
    });
    context.add_tags(&arn(context, &format!("usageplans/{id}")), read_map(&input["tags"]), bad_request)?;
    context.put(USAGE_PLANS, &id, &plan)?;
    describe(context, &id, &plan)
}

pub(super) fn get_usage_plan(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, plan) = existing(context, input)?;
    describe(context, &id, &plan)
}

pub(super) fn get_usage_plans(context: &Context<'_>, input: &Value) -> Result<Value> {
    let mut all = context.list(USAGE_PLANS, "")?;
    if let Some(key) = input.optional("keyId") {
        all.retain(|(_, plan)| !plan["keys"][key].is_null());
    }
    let all = all.iter().map(|(id, plan)| describe(context, id, plan)).collect::<Result<Vec<_>>>()?;
    listed(context, input, all)
}

pub(super) fn update_usage_plan(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut plan) = existing(context, input)?;
    for patch in patch::read(input)? {
        let parts: Vec<_> = patch.parts.iter().map(String::as_str).collect();
        match (patch.op, &parts[..]) {
            ("replace", [field @ ("name" | "description")]) => plan[*field] = patch.text()?.into(),
            ("replace" | "add", ["throttle", "rateLimit"]) => {
                plan["throttle"]["rateLimit"] = patch.number::<f64>()?.into()
            }
            ("replace" | "add", ["throttle", "burstLimit"]) => {
                plan["throttle"]["burstLimit"] = patch.number::<i64>()?.into()
            }
            ("replace" | "add", ["quota", "limit"]) => plan["quota"]["limit"] = patch.number::<i64>()?.into(),
            ("replace" | "add", ["quota", "offset"]) => plan["quota"]["offset"] = patch.number::<i64>()?.into(),
            ("replace" | "add", ["quota", "period"]) => plan["quota"]["period"] = patch.text()?.into(),
            ("remove", [field @ ("quota" | "throttle")]) => plan[*field] = Value::Null,
            (op, ["apiStages", stage, "throttle", path, method, limit @ ..]) => {
                limit_method(&mut plan, op, &patch, (stage, &format!("{path}/{method}")), limit)?;
            }
            (op @ ("add" | "remove"), ["apiStages"]) => move_stage(context, (&id, &mut plan), op, &patch)?,
            _ => return Err(patch.refuse()),
        }
    }
    check_quota(&plan["quota"])?;
    context.put(USAGE_PLANS, &id, &plan)?;
    describe(context, &id, &plan)
}

/// A method of a stage gets limits of its own, or loses them.
fn limit_method(
    plan: &mut Value,
    op: &str,
    patch: &patch::Patch<'_>,
    (stage, method): (&str, &str),
    limit: &[&str],
) -> Result<()> {
    let is_meant = |other: &&mut Value| format!("{}:{}", text(&other["apiId"]), text(&other["stage"])) == stage;
    let stages = plan["apiStages"].as_array_mut().into_iter().flatten();
    let found = { stages }.find(is_meant).ok_or_else(|| not_found("API Stage not found in Usage Plan"))?;
    match (op, limit) {
        ("replace" | "add", ["rateLimit"]) => found["throttle"][method]["rateLimit"] = patch.number::<f64>()?.into(),
        ("replace" | "add", ["burstLimit"]) => found["throttle"][method]["burstLimit"] = patch.number::<i64>()?.into(),
        ("remove", []) => {
            if let Some(all) = found["throttle"].as_object_mut() {
                all.remove(method);
            }
        }
        _ => return Err(patch.refuse()),
    }
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// `api:stage` comes into the plan or leaves it.
fn move_stage(context: &Context<'_>, (id, plan): (&str, &mut Value), op: &str, patch: &patch::Patch<'_>) -> Result<()> {
    let text = patch.text()?;
    let (api, stage) = text.split_once(':').ok_or_else(|| patch.refuse())?;
    let named = json!({"apiId": api, "stage": stage});
    let mut all = plan["apiStages"].as_array().cloned().unwrap_or_default();
    let there = all.iter().any(|other| other["apiId"] == api && other["stage"] == stage);
    match (op, there) {
        ("add", false) => {
            check_stage(context, &named)?;
            for key in plan["keys"].as_object().into_iter().flatten().map(|(key, _)| key) {
                check_only_plan(context, id, key, std::slice::from_ref(&named))?;
            }
            all.push(named);
        }
        ("add", true) => return Err(conflict(format!("Usage Plan already has API Stage {text}"))),
        (_, true) => all.retain(|other| other["apiId"] != api || other["stage"] != stage),
        (_, false) => return Err(not_found("API Stage not found in Usage Plan")),
    }
    plan["apiStages"] = json!(all);
    Ok(())
}

pub(super) fn delete_usage_plan(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, plan) = existing(context, input)?;
    if let Some(stage) = plan["apiStages"].as_array().and_then(|stages| stages.first()) {
        let message = format!(
            "Cannot delete Usage Plan {id} because there are API Stages associated with it, including {}:{}",
            stage.text("apiId")?,
            stage.text("stage")?
        );
        return Err(bad_request(message));
    }
    context.remove(USAGE_PLANS, &id)?;
    context.forget_tags(&arn(context, &format!("usageplans/{id}")))?;
    Ok(Value::Null)
}

/// A stage could not tell by which of two plans a key's requests are to be counted.
fn check_only_plan(context: &Context<'_>, id: &str, key: &str, stages: &[Value]) -> Result<()> {
    for (_, other) in context.list(USAGE_PLANS, "")?.into_iter().filter(|(other, _)| other != id) {
        let theirs = other["apiStages"].as_array().map_or(&[][..], Vec::as_slice);
        let is_there =
            |stage: &&Value| theirs.iter().any(|one| one["apiId"] == stage["apiId"] && one["stage"] == stage["stage"]);
        if !other["keys"][key].is_null()
            && let Some(stage) = stages.iter().find(is_there)
        {
            return Err(conflict(format!(
                "Usage Plan {id} cannot be added because API Key {key} cannot reference multiple Usage Plans with the same API stage: {}:{}",
                stage.text("apiId")?,
                stage.text("stage")?
            )));
        }
    }
    Ok(())
}

fn describe_key(context: &Context<'_>, id: &str, kind: &Value) -> Result<Value> {
    let key = super::api_keys::existing(context, id)?;
    Ok(json!({"id": id, "type": kind, "name": key["name"]}))
}

pub(super) fn create_usage_plan_key(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut plan) = existing(context, input)?;
    let (key, kind) = (input.text("keyId")?, input.text("keyType")?);
    if kind != "API_KEY" {
        return Err(bad_request("Invalid key type"));
    }
    super::api_keys::existing(context, key)?;
    if !plan["keys"][key].is_null() {
        return Err(conflict(format!("Usage Plan {id} already has key {key}")));
    }
    check_only_plan(context, &id, key, plan["apiStages"].as_array().map_or(&[], Vec::as_slice))?;
    plan["keys"][key] = kind.into();
    context.put(USAGE_PLANS, &id, &plan)?;
    describe_key(context, key, &plan["keys"][key])
}

pub(super) fn get_usage_plan_keys(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, plan) = existing(context, input)?;
    let all = plan["keys"].as_object().into_iter().flatten();
    let all = all.map(|(id, kind)| describe_key(context, id, kind)).collect::<Result<Vec<_>>>()?;
    listed(context, input, all)
}

pub(super) fn get_usage_plan_key(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, plan) = existing(context, input)?;
    let key = input.text("keyId")?;
    match &plan["keys"][key] {
        Value::Null => Err(not_found("Invalid API Key identifier specified")),
        kind => describe_key(context, key, kind),
    }
}

pub(super) fn delete_usage_plan_key(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut plan) = existing(context, input)?;
    let gone = plan["keys"].as_object_mut().and_then(|keys| keys.remove(input.text("keyId").unwrap_or_default()));
    gone.ok_or_else(|| not_found("Invalid API Key identifier specified"))?;
    context.put(USAGE_PLANS, &id, &plan)?;
    Ok(Value::Null)
}

/// By key, for each day: how many requests it has made, and how many are left of its quota.
pub(super) fn get_usage(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, plan) = existing(context, input)?;
    let day = |name: &str| {
        let date = input.text(name)?.parse::<Date>();
        date.map_err(|_| bad_request("Usage dates have the form yyyy-mm-dd"))
    };
    let (first, last) = (day("startDate")?, day("endDate")?);
    let limit = plan["quota"]["limit"].as_u64();
    let mut values = serde_json::Map::new();
    let keys = plan["keys"].as_object().into_iter().flatten().map(|(key, _)| key);
    for key in keys.filter(|key| input.optional("keyId").is_none_or(|only| only == key.as_str())) {
        let days = first.series(jiff::Span::new().days(1)).take_while(|day| *day <= last).take(MOST_DAYS);
        let made = days.map(|day| {
            let made = made(context, &id, key, &day.to_string())?;
            Ok(json!([made, limit.map_or(0, |limit| limit.saturating_sub(made))]))
        });
        values.insert(key.clone(), made.collect::<Result<Vec<_>>>()?.into());
    }
    Ok(json!({"usagePlanId": id, "startDate": first.to_string(), "endDate": last.to_string(), "values": values}))
}

//! Triggers and their states.

use super::{JOBS, TRIGGERS, already_exists, check_schedule, crawl, has_tags, invalid, listed, not_found, run, tag};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input;
use serde_json::{Value, json};

pub(super) fn arn(context: &Context<'_>, name: &str) -> String {
    context.arn("glue", &format!("trigger/{name}"))
}

/// The trigger, unless its deletion is over by now.
fn find(context: &Context<'_>, name: &str) -> Result<Option<Value>> {
    let found = context.get(TRIGGERS, name)?;
    Ok(found.filter(|trigger| trigger["becoming"] != "DELETED" || !context.settled(&trigger["settles"])))
}

fn existing(context: &Context<'_>, name: &str) -> Result<Value> {
    find(context, name)?.ok_or_else(|| not_found(format!("Entity not found: trigger {name}")))
}

/// The state now: the one it is on the way to, once it has settled.
fn state<'a>(context: &Context<'_>, trigger: &'a Value) -> &'a str {
    let field = if context.settled(&trigger["settles"]) { "becoming" } else { "State" };
    trigger[field].as_str().unwrap_or("CREATED")
}

/// Puts it on the way from one state to another.
fn moving(context: &Context<'_>, trigger: &mut Value, through: &str, to: &str) {
    trigger["State"] = through.into();
    trigger["becoming"] = to.into();
    trigger["settles"] = context.settles().into();
}

fn check(context: &Context<'_>, trigger: &Value) -> Result<()> {
    match trigger.text("Type")? {
        "SCHEDULED" => {
            check_schedule(trigger.text("Schedule").map_err(|_| invalid("A SCHEDULED trigger needs a schedule"))?)?
        }
        "CONDITIONAL" if trigger["Predicate"].is_null() => {
            return Err(invalid("A CONDITIONAL trigger needs a predicate"));
        }
        "CONDITIONAL" | "ON_DEMAND" | "EVENT" => {}
        other => return Err(invalid(format!("Trigger type {other} is not valid"))),
    }
    let actions = trigger["Actions"].as_array().map(Vec::as_slice).unwrap_or_default();
    if actions.is_empty() {
        return Err(invalid("A trigger needs at least one action"));
    }
    for action in actions {
        if let Some(job) = action.optional("JobName")
            && context.get(JOBS, job)?.is_none()
        {
            return Err(not_found(format!("Entity not found: job {job}")));
        }
    }
    Ok(())
}

pub(super) fn create_trigger(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("Name")?;
    if find(context, name)?.is_some() {
        return Err(already_exists(format!("Trigger with name {name} already submitted with different configuration")));
    }
    let mut trigger = json!({});
    for field in ["Type", "Schedule", "Predicate", "Actions", "Description", "WorkflowName", "EventBatchingCondition"] {
        trigger[field] = input[field].clone();
    }
    check(context, &trigger)?;
    let starts = input["StartOnCreation"].as_bool() == Some(true);
    if starts && trigger["Type"] == "ON_DEMAND" {
        return Err(invalid("StartOnCreation is not supported for ON_DEMAND triggers"));
    }
    moving(context, &mut trigger, "CREATING", if starts { "ACTIVATED" } else { "CREATED" });
    context.forget_tags(&arn(context, name))?;
    tag(context, &arn(context, name), input)?;
    context.put(TRIGGERS, name, &trigger)?;
    Ok(json!({"Name": name}))
}

fn describe(context: &Context<'_>, name: &str, trigger: &Value) -> Value {
    let mut all = json!({"Name": name, "State": state(context, trigger)});
    for field in ["Type", "Schedule", "Predicate", "Actions", "Description", "WorkflowName", "EventBatchingCondition"] {
        all[field] = trigger[field].clone();
    }
    all
}

pub(super) fn get_trigger(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("Name")?;
    Ok(json!({"Trigger": describe(context, name, &existing(context, name)?)}))
}

fn live(context: &Context<'_>) -> Result<Vec<(String, Value)>> {
    let mut all = context.list(TRIGGERS, "")?;
    all.retain(|(_, trigger)| trigger["becoming"] != "DELETED" || !context.settled(&trigger["settles"]));
    Ok(all)
}

fn starts_job(trigger: &Value, job: &str) -> bool {
    trigger["Actions"].as_array().into_iter().flatten().any(|action| action["JobName"] == job)
}

pub(super) fn get_triggers(context: &Context<'_>, input: &Value) -> Result<Value> {
    let mut all = live(context)?;
    if let Some(job) = input.optional("DependentJobName") {
        all.retain(|(_, trigger)| starts_job(trigger, job));
    }
    let all = all.iter().map(|(name, trigger)| describe(context, name, trigger)).collect();
    listed(context, input, "Triggers", all)
}

pub(super) fn batch_get_triggers(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (mut found, mut missing) = (vec![], vec![]);
    for name in input.texts("TriggerNames") {
        match find(context, &name)? {
            Some(trigger) => found.push(describe(context, &name, &trigger)),
            None => missing.push(name),
        }
    }
    Ok(json!({"Triggers": found, "TriggersNotFound": missing}))
}

pub(super) fn list_triggers(context: &Context<'_>, input: &Value) -> Result<Value> {
    let mut names = vec![];
    for (name, trigger) in live(context)? {
        let wanted = input.optional("DependentJobName").is_none_or(|job| starts_job(&trigger, job));
        if wanted && has_tags(context, &arn(context, &name), input)? {
            names.push(name.into());
        }
    }
    listed(context, input, "TriggerNames", names)
}

fn not_in(state: &str, name: &str) -> ApiError {
    let message = format!("The operation is not allowed when trigger {name} is in state: {state}");
    ApiError::new("ConcurrentModificationException", message)
}

/// One that is on the way to another state takes no change.
fn settled(context: &Context<'_>, name: &str) -> Result<Value> {
    let trigger = existing(context, name)?;
    match context.settled(&trigger["settles"]) {
        true => Ok(trigger),
        false => Err(not_in(state(context, &trigger), name)),
    }
}

pub(super) fn update_trigger(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("Name")?;
    let mut trigger = settled(context, name)?;
    let given = &input["TriggerUpdate"];
    for field in ["Schedule", "Predicate", "Actions", "Description", "EventBatchingCondition"] {
        if !given[field].is_null() {
            trigger[field] = given[field].clone();
        }
    }
    check(context, &trigger)?;
    let state = state(context, &trigger).to_owned();
    moving(context, &mut trigger, "UPDATING", &state);
    context.put(TRIGGERS, name, &trigger)?;
    Ok(json!({"Trigger": describe(context, name, &trigger)}))
}

pub(super) fn start_trigger(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("Name")?;
    let mut trigger = settled(context, name)?;
    if trigger["Type"] == "EVENT" {
        return Err(invalid("Trigger Type EVENT cannot be started"));
    }
    if trigger["Type"] == "ON_DEMAND" {
        act(context, name, &trigger)?;
    } else {
        moving(context, &mut trigger, "ACTIVATING", "ACTIVATED");
        context.put(TRIGGERS, name, &trigger)?;
    }
    Ok(json!({"Name": name}))
}

/// Starts what the trigger is for. Each of its actions is by itself.
fn act(context: &Context<'_>, name: &str, trigger: &Value) -> Result<()> {
    for action in trigger["Actions"].as_array().into_iter().flatten() {
        let started = match (action.optional("JobName"), action.optional("CrawlerName")) {
            (Some(job), _) => match run::start(context, job, &action["Arguments"], Some(name)) {
                Err(error) if error.code == run::TOO_MANY => run::refuse(context, job, &action["Arguments"], name),
                other => other.map(|_| ()),
            },
            (None, Some(crawler)) => crawl::start(context, crawler),
            (None, None) => Ok(()),
        };
        match started {
            Err(error) if error.status >= 500 => return Err(error),
            // A crawler that runs is not started by this one, and nobody is told.
            _ => {}
        }
    }
    Ok(())
}

/// The time of its schedule has come.
pub(super) fn fire(context: &Context<'_>, name: &str) -> Result<()> {
    act(context, name, &existing(context, name)?)
}

pub(super) fn stop_trigger(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("Name")?;
    let mut trigger = settled(context, name)?;
    let state = state(context, &trigger);
    if state != "ACTIVATED" {
        return Err(invalid(format!("The operation is not allowed when trigger is in state: {state}")));
    }
    moving(context, &mut trigger, "DEACTIVATING", "DEACTIVATED");
    context.put(TRIGGERS, name, &trigger)?;
    Ok(json!({"Name": name}))
}

/// Deleting one that is not there succeeds, as on AWS.
pub(super) fn delete_trigger(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("Name")?;
    if let Some(mut trigger) = find(context, name)? {
        moving(context, &mut trigger, "DELETING", "DELETED");
        context.put(TRIGGERS, name, &trigger)?;
        context.forget_tags(&arn(context, name))?;
    }
    Ok(json!({"Name": name}))
}

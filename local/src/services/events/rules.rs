//! Rules and their tags.

use super::{RULES, arn, existing, invalid, not_found};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::schedules;
use crate::service::Input;
use crate::tags::{read_list, write_list};
use serde_json::{Value, json};

/// What is sent of a rule and shown as it was sent.
const FIELDS: [&str; 4] = ["ScheduleExpression", "EventPattern", "Description", "RoleArn"];

/// Makes a rule, or takes the place of what it was: what is not sent is gone, its targets stay.
pub(super) fn put_rule(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("Name")?;
    check(context, input)?;
    let before = context.get(RULES, name)?;
    let state = input.optional("State").unwrap_or("ENABLED");
    let targets = before.as_ref().map_or_else(|| json!({}), |rule| rule["targets"].clone());
    let mut rule = json!({"State": state, "targets": targets});
    for field in FIELDS {
        rule[field] = input[field].clone();
    }
    context.put(RULES, name, &rule)?;
    // "If you are updating an existing rule, any tags you specify in the PutRule operation are ignored."
    if before.is_none() {
        context.add_tags(&arn(context, name), read_list(&input["Tags"]), invalid)?;
    }
    Ok(json!({"RuleArn": arn(context, name)}))
}

fn check(context: &Context<'_>, input: &Value) -> Result<()> {
    let (schedule, pattern) = (input.optional("ScheduleExpression"), input.optional("EventPattern"));
    if schedule.is_none() && pattern.is_none() {
        return Err(invalid("Parameter(s) EventPattern or ScheduleExpression must be specified."));
    }
    if schedule.is_some_and(|schedule| schedules::next(schedule, context.now).is_none()) {
        return Err(invalid("Parameter ScheduleExpression is not valid."));
    }
    let is_object = |text: &str| serde_json::from_str::<Value>(text).is_ok_and(|pattern| pattern.is_object());
    if !pattern.is_none_or(is_object) {
        return Err(ApiError::new(
            "InvalidEventPatternException",
            "Event pattern is not valid. Reason: Filter is not an object",
        ));
    }
    if input.optional("EventBusName").is_some_and(|bus| bus != "default" && !bus.ends_with("event-bus/default")) {
        let message = format!("Event bus {} does not exist.", input.text("EventBusName")?);
        return Err(ApiError::new("ResourceNotFoundException", message));
    }
    Ok(())
}

fn describe(context: &Context<'_>, name: &str, rule: &Value) -> Value {
    let mut all = json!({"Name": name, "Arn": arn(context, name), "EventBusName": "default", "State": rule["State"]});
    for field in FIELDS {
        all[field] = rule[field].clone();
    }
    all
}

pub(super) fn describe_rule(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, rule) = existing(context, input, "Name")?;
    let mut all = describe(context, &name, &rule);
    all["CreatedBy"] = context.account.into();
    Ok(all)
}

pub(super) fn list_rules(context: &Context<'_>, input: &Value) -> Result<Value> {
    let all = context.list(RULES, input.optional("NamePrefix").unwrap_or_default())?;
    let limit = input.number("Limit").and_then(|limit| usize::try_from(limit).ok());
    let page = context.page(all, input.optional("NextToken"), limit, 100, || invalid("Invalid NextToken."))?;
    let rules: Vec<_> = page.items.iter().map(|(name, rule)| describe(context, name, rule)).collect();
    Ok(json!({"Rules": rules, "NextToken": page.next}))
}

fn switch(context: &Context<'_>, input: &Value, state: &str) -> Result<Value> {
    let (name, mut rule) = existing(context, input, "Name")?;
    rule["State"] = state.into();
    context.put(RULES, &name, &rule)?;
    Ok(Value::Null)
}

pub(super) fn enable_rule(context: &Context<'_>, input: &Value) -> Result<Value> {
    switch(context, input, "ENABLED")
}

pub(super) fn disable_rule(context: &Context<'_>, input: &Value) -> Result<Value> {
    switch(context, input, "DISABLED")
}

/// Deleting one that is not there succeeds, as on AWS.
pub(super) fn delete_rule(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("Name")?;
    let Some(rule) = context.get(RULES, name)? else { return Ok(Value::Null) };
    if rule["targets"].as_object().is_some_and(|targets| !targets.is_empty()) {
        return Err(invalid("Rule can't be deleted since it has targets."));
    }
    context.remove(RULES, name)?;
    context.forget_tags(&arn(context, name))?;
    Ok(Value::Null)
}

/// The ARN in a request, if it is one of a rule that is there.
fn tagged(context: &Context<'_>, input: &Value) -> Result<String> {
    let wanted = input.text("ResourceARN")?;
    let name = wanted.strip_prefix(&arn(context, "")).ok_or_else(|| invalid("Parameter ResourceARN is not valid."))?;
    context.get(RULES, name)?.ok_or_else(|| not_found(name))?;
    Ok(wanted.to_owned())
}

pub(super) fn tag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.add_tags(&tagged(context, input)?, read_list(&input["Tags"]), invalid)?;
    Ok(json!({}))
}

pub(super) fn untag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.remove_tags(&tagged(context, input)?, &input.texts("TagKeys"), invalid)?;
    Ok(json!({}))
}

pub(super) fn list_tags_for_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    Ok(json!({"Tags": write_list(&context.tags(&tagged(context, input)?)?)}))
}

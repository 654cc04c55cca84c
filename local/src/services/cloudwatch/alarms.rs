//! Alarms over one metric each: made, shown and deleted. Whether they ring, `evaluate` finds.

use super::{invalid, statistic};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input as _;
use crate::tags::{read_list, write_list};
use serde_json::{Value, json};

/// Key: the alarm's name.
pub(super) const ALARMS: &str = "cloudwatch.alarm";
/// What is sent of an alarm and shown as it was sent.
const FIELDS: [&str; 17] = [
    "AlarmDescription",
    "ActionsEnabled",
    "OKActions",
    "AlarmActions",
    "InsufficientDataActions",
    "MetricName",
    "Namespace",
    "Statistic",
    "Dimensions",
    "Period",
    "Unit",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
    "ExtendedStatistic",
];
const LISTS: [&str; 4] = ["OKActions", "AlarmActions", "InsufficientDataActions", "Dimensions"];
const MISSING: [&str; 4] = ["breaching", "notBreaching", "ignore", "missing"];
const DAY: i64 = 86_400;

pub(super) fn arn(context: &Context<'_>, name: &str) -> String {
    context.arn("cloudwatch", &format!("alarm:{name}"))
}

/// Takes the place of what the alarm was; its state stays, and so do its tags.
pub(super) fn put_metric_alarm(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("AlarmName")?;
    check(input)?;
    let before = context.get(ALARMS, name)?;
    let mut alarm = json!({});
    for field in FIELDS {
        alarm[field] = input[field].clone();
    }
    for list in LISTS {
        if alarm[list].is_null() {
            alarm[list] = json!([]);
        }
    }
    if alarm["ActionsEnabled"].is_null() {
        alarm["ActionsEnabled"] = true.into();
    }
    let now = context.epoch();
    let (state, reason, since) = match &before {
        Some(before) => (before["StateValue"].clone(), before["StateReason"].clone(), before["since"].clone()),
        None => ("INSUFFICIENT_DATA".into(), "Unchecked: Initial alarm creation".into(), json!(now)),
    };
    (alarm["StateValue"], alarm["StateReason"], alarm["since"]) = (state, reason, since);
    alarm["updated"] = json!(now);
    context.put(ALARMS, name, &alarm)?;
    // "Tags are taken only at creation": TagResource is for later.
    if before.is_none() {
        context.add_tags(&arn(context, name), read_list(&input["Tags"]), invalid)?;
    }
    Ok(Value::Null)
}

fn check(input: &Value) -> Result<()> {
    if !input["Metrics"].is_null() {
        return Err(invalid("Local AWS has no metric math: an alarm is over one metric"));
    }
    input
        .text("MetricName")
        .and(input.text("Namespace"))
        .map_err(|_| invalid("MetricName and Namespace must be set"))?;
    let name = input.optional("Statistic");
    statistic(name.ok_or_else(|| invalid("Local AWS has no extended statistics: `Statistic` must be set"))?)?;
    let (period, periods) = (input.number("Period").unwrap_or(0), input.number("EvaluationPeriods").unwrap_or(0));
    if period <= 0 || period % 60 != 0 {
        return Err(invalid("Period must be a multiple of 60: Local AWS measures by the minute"));
    }
    if periods.saturating_mul(period) > if period >= 3600 { 7 * DAY } else { DAY } {
        return Err(invalid(
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).",
        ));
    }
    if input.number("DatapointsToAlarm").is_some_and(|points| points > periods) {
        return Err(invalid("DatapointsToAlarm must be less than or equal to EvaluationPeriods"));
    }
    let missing = input.optional("TreatMissingData").unwrap_or("missing");
    if !MISSING.contains(&missing) {
        return Err(invalid(format!("Option {missing} is not supported for TreatMissingData parameter")));
    }
    Ok(())
}

fn shown(context: &Context<'_>, name: &str, alarm: &Value) -> Value {
    let mut all = json!({
        "AlarmName": name,
        "AlarmArn": arn(context, name),
        "AlarmConfigurationUpdatedTimestamp": alarm["updated"],
        "StateValue": alarm["StateValue"],
        "StateReason": alarm["StateReason"],
        "StateUpdatedTimestamp": alarm["since"],
        "StateTransitionedTimestamp": alarm["since"],
    });
    for field in FIELDS {
        all[field] = alarm[field].clone();
    }
    all
}

pub(super) fn describe_alarms(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (names, state) = (input.texts("AlarmNames"), input.optional("StateValue"));
    let mut all = context.list(ALARMS, input.optional("AlarmNamePrefix").unwrap_or_default())?;
    all.retain(|(name, alarm)| {
        (names.is_empty() || names.contains(name)) && state.is_none_or(|state| alarm["StateValue"] == state)
    });
    let limit = input.number("MaxRecords").and_then(|limit| usize::try_from(limit).ok());
    let bad_token = || ApiError::new("InvalidNextToken", "The next token specified is invalid.");
    let page = context.page(all, input.optional("NextToken"), limit.or(Some(50)), 100, bad_token)?;
    let alarms: Vec<_> = page.items.iter().map(|(name, alarm)| shown(context, name, alarm)).collect();
    Ok(json!({"MetricAlarms": alarms, "CompositeAlarms": [], "NextToken": page.next}))
}

/// One name that is not there, and none is deleted.
pub(super) fn delete_alarms(context: &Context<'_>, input: &Value) -> Result<Value> {
    let names = input.texts("AlarmNames");
    for name in &names {
        context.get(ALARMS, name)?.ok_or_else(|| not_found(name))?;
    }
    for name in &names {
        context.remove(ALARMS, name)?;
        context.forget_tags(&arn(context, name))?;
    }
    Ok(Value::Null)
}

pub(super) fn not_found(name: &str) -> ApiError {
    ApiError::new("ResourceNotFound", format!("Unknown alarm {name}")).with_status(404)
}

fn switch(context: &Context<'_>, input: &Value, on: bool) -> Result<Value> {
    for name in input.texts("AlarmNames") {
        if let Some(mut alarm) = context.get(ALARMS, &name)? {
            alarm["ActionsEnabled"] = on.into();
            context.put(ALARMS, &name, &alarm)?;
        }
    }
    Ok(Value::Null)
}

pub(super) fn enable_alarm_actions(context: &Context<'_>, input: &Value) -> Result<Value> {
    switch(context, input, true)
}

pub(super) fn disable_alarm_actions(context: &Context<'_>, input: &Value) -> Result<Value> {
    switch(context, input, false)
}

/// The ARN in a request, if it is one of an alarm that is there.
fn tagged(context: &Context<'_>, input: &Value) -> Result<String> {
    let wanted = input.text("ResourceARN")?;
    let name = wanted.strip_prefix(&arn(context, "")).ok_or_else(|| invalid("Parameter ResourceARN is not valid."))?;
    let missing = || ApiError::new("ResourceNotFoundException", format!("Unknown alarm {name}")).with_status(404);
    context.get(ALARMS, name)?.ok_or_else(missing)?;
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

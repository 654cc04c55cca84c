//! EventBridge: rules of the default event bus that go by a schedule, and the functions that they call.

mod rules;
mod targets;
mod work;

pub(crate) use work::{WORKER, schedules_overview};

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::model;
use crate::service::{Input, Need, Protocol, Resource, Service, operation_of};
use serde_json::Value;

pub(crate) static SERVICE: Service = Service {
    scope: "events",
    prefix: "events",
    protocol: Protocol::Json { message: "message" },
    model: &model::EVENTS,
    operations: &[
        ("PutRule", rules::put_rule),
        ("DescribeRule", rules::describe_rule),
        ("ListRules", rules::list_rules),
        ("EnableRule", rules::enable_rule),
        ("DisableRule", rules::disable_rule),
        ("DeleteRule", rules::delete_rule),
        ("PutTargets", targets::put_targets),
        ("ListTargetsByRule", targets::list_targets_by_rule),
        ("RemoveTargets", targets::remove_targets),
        ("TagResource", rules::tag_resource),
        ("UntagResource", rules::untag_resource),
        ("ListTagsForResource", rules::list_tags_for_resource),
    ],
    needs,
    whole: None,
};

/// Key: the rule's name. Its targets are the field `targets`, by their ids.
const RULES: &str = "events.rule";

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationException", message)
}

fn not_found(rule: &str) -> ApiError {
    ApiError::new("ResourceNotFoundException", format!("Rule {rule} does not exist on EventBus default."))
}

fn arn(context: &Context<'_>, rule: &str) -> String {
    context.arn("events", &format!("rule/{rule}"))
}

/// The rule that `field` names.
fn existing(context: &Context<'_>, input: &Value, field: &str) -> Result<(String, Value)> {
    let name = input.text(field)?.to_owned();
    match context.get(RULES, &name)? {
        Some(rule) => Ok((name, rule)),
        None => Err(not_found(&name)),
    }
}

/// "To use the PutRule operation and assign tags, you must have both the events:PutRule and events:TagResource
/// permissions."
fn needs(context: &Context<'_>, action: &str, input: &Value) -> Result<Vec<Need>> {
    let resource = resource(context, input);
    let tagging = operation_of(action) == "PutRule" && !input["Tags"].is_null();
    let also = tagging.then(|| Need::of("events:TagResource", resource.clone()));
    Ok([Need::of(action, resource)].into_iter().chain(also).collect())
}

fn resource(context: &Context<'_>, input: &Value) -> Resource {
    let named = input.optional("ResourceARN").map(str::to_owned);
    let rule = input.optional("Name").or_else(|| input.optional("Rule")).unwrap_or("*");
    named.unwrap_or_else(|| arn(context, rule)).into()
}

//! CloudWatch Logs: groups, streams and their events.

mod events;
mod groups;
mod metered;
mod pattern;
mod tail;
mod under;

pub(crate) use under::write_under;

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::model;
use crate::service::{Input as _, Need, Protocol, Resource, Service, operation_of};
use serde_json::Value;

pub(crate) static SERVICE: Service = Service {
    scope: "logs",
    prefix: "logs",
    protocol: Protocol::Json { message: "message" },
    model: &model::LOGS,
    operations: &[
        ("CreateLogGroup", groups::create_log_group),
        ("DeleteLogGroup", groups::delete_log_group),
        ("DescribeLogGroups", groups::describe_log_groups),
        ("PutRetentionPolicy", groups::put_retention_policy),
        ("DeleteRetentionPolicy", groups::delete_retention_policy),
        ("AssociateKmsKey", groups::associate_kms_key),
        ("DisassociateKmsKey", groups::disassociate_kms_key),
        ("TagResource", groups::tag_resource),
        ("UntagResource", groups::untag_resource),
        ("ListTagsForResource", groups::list_tags_for_resource),
        ("ListTagsLogGroup", groups::list_tags_log_group),
        ("CreateLogStream", events::create_log_stream),
        ("DeleteLogStream", events::delete_log_stream),
        ("DescribeLogStreams", events::describe_log_streams),
        ("PutLogEvents", events::put_log_events),
        ("GetLogEvents", events::get_log_events),
        ("FilterLogEvents", events::filter_log_events),
        ("StartLiveTail", tail::start_live_tail),
    ],
    needs,
    whole: Some(tail::TAIL),
};

const GROUPS: &str = "logs.group";

fn arn(context: &Context<'_>, group: &str) -> String {
    context.arn("logs", &format!("log-group:{group}"))
}

fn not_found(what: &str) -> ApiError {
    ApiError::new("ResourceNotFoundException", format!("The specified {what} does not exist."))
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameterException", message)
}

/// The name of a group that is there.
fn existing<'a>(context: &Context<'_>, input: &'a Value) -> Result<&'a str> {
    let name = input.text("logGroupName").or_else(|_| input.text("logGroupIdentifier"))?;
    let name = name.rsplit("log-group:").next().unwrap_or(name).trim_end_matches(":*");
    context.get(GROUPS, name)?.map(|_| name).ok_or_else(|| not_found("log group"))
}

/// AWS names the stream in a denial also where the operation is the group's, with nothing behind the colon.
/// Tags are put on a group's own ARN; everything else is asked of its streams: "log-group:NAME:log-stream:".
fn needs(context: &Context<'_>, action: &str, input: &Value) -> Result<Vec<Need>> {
    if let Some(arn) = input.optional("resourceArn") {
        return Ok(vec![Need::of(action, arn.to_owned())]);
    }
    if let Some(groups) = input["logGroupIdentifiers"].as_array() {
        let groups = groups.iter().filter_map(Value::as_str);
        return Ok(groups.map(|arn| Need::of(action, format!("{arn}:log-stream:"))).collect());
    }
    let mut needs = vec![Need::of(action, resource(context, input))];
    if operation_of(action) == "CreateLogGroup" && !input["tags"].is_null() {
        needs.push(Need::of("logs:TagResource", arn(context, input.optional("logGroupName").unwrap_or("*"))));
    }
    Ok(needs)
}

fn resource(context: &Context<'_>, input: &Value) -> Resource {
    let group = input.optional("logGroupName").unwrap_or_default();
    let stream = input.optional("logStreamName").unwrap_or_default();
    context.arn("logs", &format!("log-group:{group}:log-stream:{stream}")).into()
}

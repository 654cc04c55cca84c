//! CloudWatch Logs: groups, streams and their events.

mod events;
mod groups;
mod metered;
mod pattern;
mod under;

pub(crate) use under::write_under;

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::model;
use crate::service::{Input as _, Protocol, Resource, Service};
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
    ],
    resource,
    whole: None,
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
fn resource(context: &Context<'_>, input: &Value) -> Result<Resource> {
    let group = input.optional("logGroupName").unwrap_or("*");
    let stream = input.optional("logStreamName").unwrap_or_default();
    Ok(context.arn("logs", &format!("log-group:{group}:log-stream:{stream}")).into())
}

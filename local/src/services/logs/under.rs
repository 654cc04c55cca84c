//! What services log that work under a role.

use super::events::{add_log_events, create_log_stream, has_stream};
use super::existing;
use super::groups::create_log_group;
use crate::api_error::Result;
use crate::context::Context;
use crate::services::iam::permit_role;
use serde_json::json;

/// Writes events of a service that works under a role: group and stream are made when they are first needed.
///
/// # Errors
/// What the role may not do.
pub(crate) fn write_under(
    context: &Context<'_>,
    role: &str,
    group: &str,
    stream: &str,
    events: &[(i64, String)],
) -> Result<()> {
    let resource = context.arn("logs", &format!("log-group:{group}:log-stream:{stream}"));
    let mut input = json!({"logGroupName": group, "logStreamName": stream});
    if existing(context, &input).is_err() {
        permit_role(context, role, "logs:CreateLogGroup", &resource, &[])?;
        create_log_group(context, &input)?;
    }
    if !has_stream(context, group, stream)? {
        permit_role(context, role, "logs:CreateLogStream", &resource, &[])?;
        create_log_stream(context, &input)?;
    }
    permit_role(context, role, "logs:PutLogEvents", &resource, &[])?;
    input["logEvents"] = events.iter().map(|(time, line)| json!({"timestamp": time, "message": line})).collect();
    add_log_events(context, &input).map(|_| ())
}

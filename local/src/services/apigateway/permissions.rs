//! What is needed for an operation: actions are the verbs of HTTP, and resources the paths of requests.

use super::arn;
use crate::api_error::Result;
use crate::context::Context;
use crate::model::{self, Location};
use crate::service::{Input as _, Need, operation_of};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// Tags that come with something new are put on below `/tags`, and TagResource is a change of what has them, too: what
/// AWS refuses where only one of the two is allowed (iann0036/iam-dataset#39, mattclay/aws-terminator#284).
pub(super) fn needs(context: &Context<'_>, action: &str, input: &Value) -> Result<Vec<Need>> {
    let operation = operation_of(action);
    let found = model::APIGATEWAY.operations().find(|(name, _)| *name == operation);
    let Some((verb, pattern, _)) = found.and_then(|(_, described)| described.http) else { return Ok(vec![]) };
    let path = path(operation, pattern, input);
    let mut needs = vec![Need::of(&format!("apigateway:{verb}"), arn(context, &path))];
    if verb == "POST" && !input["tags"].is_null() {
        let tagged = arn(context, &format!("{path}/"));
        needs.push(Need::of("apigateway:PUT", arn(context, &tags_of(&tagged))));
    }
    if let Some(tagged) = input.optional("resourceArn").filter(|_| operation == "TagResource") {
        needs.push(Need::of("apigateway:PATCH", tagged.to_owned()));
    }
    Ok(needs)
}

fn tags_of(arn: &str) -> String {
    format!("tags/{}", utf8_percent_encode(arn, NON_ALPHANUMERIC))
}

/// `restapis/a1b2/resources`, of `/restapis/{restapi_id}/resources`.
fn path(operation: &str, pattern: &str, input: &Value) -> String {
    let pattern = pattern.split_once('?').map_or(pattern, |(path, _)| path);
    let mut path = pattern.trim_matches('/').to_owned();
    for (name, wire, member) in model::APIGATEWAY.placed(operation) {
        if member.location == Some(Location::Uri) {
            let value = input.optional(name).unwrap_or_default();
            let value = if name == "resourceArn" {
                utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()
            } else {
                value.to_owned()
            };
            path = path.replace(&format!("{{{wire}}}"), &value);
        }
    }
    path
}

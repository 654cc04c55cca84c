//! Tags, by ARN.

use super::{KEYS, RESTAPIS, USAGE_PLANS, arn, bad_request, not_found};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input;
use crate::tags::{read_map, write_map};
use serde_json::{Value, json};

/// The ARN, if it is that of something that is there.
fn existing<'a>(context: &Context<'_>, input: &'a Value) -> Result<&'a str> {
    let given = input.text("resourceArn")?;
    let resource =
        given.strip_prefix(&arn(context, "")).ok_or_else(|| bad_request("Invalid ARN specified in the request"))?;
    let parts: Vec<_> = resource.split('/').collect();
    let there = match parts[..] {
        ["restapis", id] => context.get(RESTAPIS, id)?.is_some(),
        ["restapis", id, "stages", stage] => {
            context.get(RESTAPIS, id)?.is_some_and(|api| !api["stages"][stage].is_null())
        }
        ["apikeys", id] => context.get(KEYS, id)?.is_some(),
        ["usageplans", id] => context.get(USAGE_PLANS, id)?.is_some(),
        _ => return Err(bad_request("Invalid ARN specified in the request")),
    };
    if there { Ok(given) } else { Err(not_found("Invalid resource specified in the ARN")) }
}

pub(super) fn get_tags(context: &Context<'_>, input: &Value) -> Result<Value> {
    Ok(json!({"tags": write_map(&context.tags(existing(context, input)?)?)}))
}

pub(super) fn tag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.add_tags(existing(context, input)?, read_map(&input["tags"]), bad_request)?;
    Ok(Value::Null)
}

pub(super) fn untag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.remove_tags(existing(context, input)?, &input.texts("tagKeys"), bad_request)?;
    Ok(Value::Null)
}

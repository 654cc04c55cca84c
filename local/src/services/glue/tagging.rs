//! Tags of Glue's resources, by ARN.

use super::{CRAWLERS, DATABASES, JOBS, TRIGGERS, invalid, not_found};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input;
use crate::tags::{read_map, write_map};
use serde_json::{Value, json};

/// The ARN, if there is a resource of that name.
fn existing<'a>(context: &Context<'_>, input: &'a Value) -> Result<&'a str> {
    let arn = input.text("ResourceArn")?;
    let resource = arn.strip_prefix(&context.arn("glue", "")).ok_or_else(|| invalid(format!("Invalid ARN {arn}")))?;
    let (kind, name) = resource.split_once('/').ok_or_else(|| invalid(format!("Invalid ARN {arn}")))?;
    let collection = match kind {
        "crawler" => CRAWLERS,
        "database" => DATABASES,
        "job" => JOBS,
        "trigger" => TRIGGERS,
        _ => return Err(invalid(format!("Resources of type {kind} cannot be tagged"))),
    };
    match context.get(collection, name)? {
        Some(_) => Ok(arn),
        None => Err(not_found(format!("Entity not found: {arn}"))),
    }
}

pub(super) fn tag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.add_tags(existing(context, input)?, read_map(&input["TagsToAdd"]), invalid)?;
    Ok(json!({}))
}

pub(super) fn untag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.remove_tags(existing(context, input)?, &input.texts("TagsToRemove"), invalid)?;
    Ok(json!({}))
}

pub(super) fn get_tags(context: &Context<'_>, input: &Value) -> Result<Value> {
    Ok(json!({"Tags": write_map(&context.tags(existing(context, input)?)?)}))
}

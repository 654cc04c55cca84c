//! Tags, by ARN.

use super::asset::Kind;
use super::kinds::{ANALYSIS, DASHBOARD, DATA_SET, DATA_SOURCE};
use super::{answered, invalid, not_found};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input as _;
use crate::tags::{read_list, write_list};
use serde_json::{Value, json};

/// What can have tags.
const KINDS: [&Kind; 4] = [&ANALYSIS, &DASHBOARD, &DATA_SET, &DATA_SOURCE];

/// The ARN, if there is something that has it.
fn existing<'a>(context: &Context<'_>, input: &'a Value) -> Result<&'a str> {
    let arn = input.text("ResourceArn")?;
    for kind in KINDS {
        if kind.find(context, arn)?.is_some() {
            return Ok(arn);
        }
    }
    Err(not_found(format!("{arn} is not found")))
}

pub(super) fn tag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.add_tags(existing(context, input)?, read_list(&input["Tags"]), invalid)?;
    answered(json!({}))
}

pub(super) fn untag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.remove_tags(existing(context, input)?, &input.texts("TagKeys"), invalid)?;
    answered(json!({}))
}

pub(super) fn list_tags_for_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    answered(json!({"Tags": write_list(&context.tags(existing(context, input)?)?)}))
}

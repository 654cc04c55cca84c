//! Tags of budgets.

use super::{BUDGETS, arn, invalid, not_found};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input as _;
use crate::tags::{read_list, write_list};
use serde_json::{Value, json};

/// The ARN in a request, if it is one of a budget that is there.
fn tagged(context: &Context<'_>, input: &Value) -> Result<String> {
    let asked = input.text("ResourceARN")?;
    let name = asked.strip_prefix(&arn(context, "")).ok_or_else(|| invalid(format!("Invalid ARN: {asked}")))?;
    let missing = || not_found(format!("Unable to get budget: {name} - the budget doesn't exist."));
    context.documents.get(BUDGETS, name)?.ok_or_else(missing)?;
    Ok(asked.to_owned())
}

pub(super) fn tag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.add_tags(&tagged(context, input)?, read_list(&input["ResourceTags"]), invalid)?;
    Ok(json!({}))
}

pub(super) fn untag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.remove_tags(&tagged(context, input)?, &input.texts("ResourceTagKeys"), invalid)?;
    Ok(json!({}))
}

pub(super) fn list_tags_for_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    Ok(json!({"ResourceTags": write_list(&context.tags(&tagged(context, input)?)?)}))
}

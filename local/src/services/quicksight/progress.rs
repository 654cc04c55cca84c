//! What is made or changed by and by: in progress, then successful or failed.

use super::conflict;
use crate::api_error::Result;
use crate::context::Context;
use serde_json::{Value, json};

/// That something is being made, or changed (`UPDATE`). What will be wrong with it is found at once and told at the end.
pub(super) fn begin(context: &Context<'_>, document: &mut Value, verb: &str, errors: Vec<Value>) {
    document["progress"] = json!({"verb": verb, "settles": context.settles(), "errors": errors});
}

pub(super) fn is_over(context: &Context<'_>, document: &Value) -> bool {
    context.settled(&document["progress"]["settles"])
}

/// What is wrong with it, as far as it is known by now.
pub(super) fn errors<'a>(context: &Context<'_>, document: &'a Value) -> &'a [Value] {
    let all = document["progress"]["errors"].as_array().map(Vec::as_slice);
    all.filter(|_| is_over(context, document)).unwrap_or_default()
}

/// `CREATION_SUCCESSFUL`
pub(super) fn status(context: &Context<'_>, document: &Value) -> String {
    let verb = document["progress"]["verb"].as_str().unwrap_or("CREATION");
    let state = match is_over(context, document) {
        false => "IN_PROGRESS",
        true if errors(context, document).is_empty() => "SUCCESSFUL",
        true => "FAILED",
    };
    format!("{verb}_{state}")
}

/// # Errors
/// `ConflictException` while something is still being made or changed.
pub(super) fn over(context: &Context<'_>, document: &Value, arn: &str) -> Result<()> {
    match is_over(context, document) {
        true => Ok(()),
        false => Err(conflict(format!("{arn} is in the state {}: wait until that is over", status(context, document)))),
    }
}

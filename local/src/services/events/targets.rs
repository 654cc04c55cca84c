//! What a rule calls.

use super::{RULES, existing, invalid};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input;
use serde_json::{Value, json};

/// "Targets per rule", a quota that cannot be raised.
const MOST: usize = 5;

fn count(rule: &Value) -> usize {
    rule["targets"].as_object().map_or(0, serde_json::Map::len)
}

/// Adds targets; one whose id is there already takes its place. Nobody looks whether a target exists.
pub(super) fn put_targets(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, mut rule) = existing(context, input, "Rule")?;
    for target in input["Targets"].as_array().into_iter().flatten() {
        check(target)?;
        rule["targets"][target.text("Id")?] = target.clone();
    }
    if count(&rule) > MOST {
        return Err(ApiError::new(
            "LimitExceededException",
            "The requested resource exceeds the maximum number allowed.",
        ));
    }
    context.put(RULES, &name, &rule)?;
    Ok(json!({"FailedEntryCount": 0, "FailedEntries": []}))
}

fn check(target: &Value) -> Result<()> {
    if let Some(text) = target.optional("Input")
        && serde_json::from_str::<Value>(text).is_err()
    {
        let id = target.optional("Id").unwrap_or_default();
        return Err(invalid(format!("JSON syntax error in input for target {id}")));
    }
    if !target.text("Arn")?.starts_with("arn:") {
        return Err(invalid(format!(
            "Parameter {} is not valid. Reason: Provided Arn is not in correct format.",
            target.text("Arn")?
        )));
    }
    Ok(())
}

pub(super) fn list_targets_by_rule(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, rule) = existing(context, input, "Rule")?;
    let all = rule["targets"].as_object().into_iter().flatten().map(|(_, target)| target.clone()).collect();
    let limit = input.number("Limit").and_then(|limit| usize::try_from(limit).ok());
    let page = context.page(all, input.optional("NextToken"), limit, 100, || invalid("Invalid NextToken."))?;
    Ok(json!({"Targets": page.items, "NextToken": page.next}))
}

/// An id that is not there is no failure.
pub(super) fn remove_targets(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, mut rule) = existing(context, input, "Rule")?;
    if let Some(targets) = rule["targets"].as_object_mut() {
        let gone = input.texts("Ids");
        targets.retain(|id, _| !gone.contains(id));
    }
    context.put(RULES, &name, &rule)?;
    Ok(json!({"FailedEntryCount": 0, "FailedEntries": []}))
}

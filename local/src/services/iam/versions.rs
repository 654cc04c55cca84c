//! Versions of managed policies: they do not change, and the default one counts.

use super::page_of;
use super::policies::{check_document, conflict, describe_version, keep, limit, no_such, ours, policy};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input;
use serde_json::{Value, json};

const MOST_VERSIONS: usize = 5;

fn count(policy: &Value) -> usize {
    policy["versions"].as_object().map_or(0, serde_json::Map::len)
}

fn check_version(policy: &Value, arn: &str, id: &str) -> Result<()> {
    match policy["versions"][id].is_null() {
        true => Err(no_such(format!("Policy {arn} version {id} does not exist or is not attachable."))),
        false => Ok(()),
    }
}

pub(super) fn create_policy_version(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (arn, document) = (input.text("PolicyArn")?, input.text("PolicyDocument")?);
    check_document(document)?;
    let mut policy = ours(context, "CreatePolicyVersion", arn)?;
    if count(&policy) >= MOST_VERSIONS {
        return Err(limit(format!(
            "A managed policy can have up to {MOST_VERSIONS} versions. Before you create a new version, you must delete \
             an existing version."
        )));
    }
    // "Version IDs are never used again."
    let number = policy.number("made").unwrap_or_default() + 1;
    let id = format!("v{number}");
    policy["made"] = number.into();
    policy["versions"][&id] = json!({"Document": document, "CreateDate": context.iso()});
    if input["SetAsDefault"].as_bool() == Some(true) {
        policy["DefaultVersionId"] = id.clone().into();
    }
    policy["UpdateDate"] = context.iso().into();
    keep(context, &policy)?;
    Ok(json!({"PolicyVersion": describe_version(&policy, &id, false)}))
}

pub(super) fn get_policy_version(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (arn, id) = (input.text("PolicyArn")?, input.text("VersionId")?);
    let policy = policy(context, arn)?;
    check_version(&policy, arn, id)?;
    Ok(json!({"PolicyVersion": describe_version(&policy, id, true)}))
}

pub(super) fn list_policy_versions(context: &Context<'_>, input: &Value) -> Result<Value> {
    let policy = policy(context, input.text("PolicyArn")?)?;
    let mut ids: Vec<_> = policy["versions"].as_object().into_iter().flatten().map(|(id, _)| id.as_str()).collect();
    // The newest first.
    ids.sort_by_key(|id| std::cmp::Reverse(id.trim_start_matches('v').parse::<u64>().unwrap_or_default()));
    page_of(context, input, "Versions", ids.iter().map(|id| describe_version(&policy, id, false)).collect())
}

pub(super) fn set_default_policy_version(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (arn, id) = (input.text("PolicyArn")?, input.text("VersionId")?);
    let mut policy = ours(context, "SetDefaultPolicyVersion", arn)?;
    check_version(&policy, arn, id)?;
    policy["DefaultVersionId"] = id.into();
    policy["UpdateDate"] = context.iso().into();
    keep(context, &policy)?;
    Ok(Value::Null)
}

pub(super) fn delete_policy_version(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (arn, id) = (input.text("PolicyArn")?, input.text("VersionId")?);
    let mut policy = ours(context, "DeletePolicyVersion", arn)?;
    check_version(&policy, arn, id)?;
    if policy["DefaultVersionId"] == id {
        return Err(conflict("Cannot delete the default version of a policy."));
    }
    policy["versions"].as_object_mut().and_then(|all| all.remove(id));
    policy["UpdateDate"] = context.iso().into();
    keep(context, &policy)?;
    Ok(Value::Null)
}

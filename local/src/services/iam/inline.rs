//! Policies that are part of a role.

use super::roles::encode;
use super::{check_policy, keep, page_of, role};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input;
use serde_json::{Value, json};

/// IAM's limit for all inline policies of one role together, without white space.
const MOST_CHARACTERS: usize = 10_240;

fn missing(name: &str, policy: &str) -> ApiError {
    let message = format!("The role policy with name {policy} cannot be found on role {name}.");
    ApiError::new("NoSuchEntity", message).with_status(404)
}

pub(super) fn put_role_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, policy) = (input.text("RoleName")?, input.text("PolicyName")?);
    let document = input.text("PolicyDocument")?;
    check_policy(document, false)?;
    let mut role = role(context, name)?;
    role["inline"][policy] = document.into();
    role["changed"] = context.now.as_millisecond().into();
    let size = |text: &Value| text.as_str().map_or(0, |text| text.chars().filter(|c| !c.is_whitespace()).count());
    let total: usize = role["inline"].as_object().into_iter().flatten().map(|(_, text)| size(text)).sum();
    if total > MOST_CHARACTERS {
        let message = format!("Maximum policy size of {MOST_CHARACTERS} bytes exceeded for role {name}");
        return Err(ApiError::new("LimitExceeded", message).with_status(409));
    }
    keep(context, name, &role)?;
    Ok(Value::Null)
}

pub(super) fn get_role_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, policy) = (input.text("RoleName")?, input.text("PolicyName")?);
    let role = role(context, name)?;
    let document = &role["inline"][policy];
    if document.is_null() {
        return Err(missing(name, policy));
    }
    Ok(json!({"RoleName": name, "PolicyName": policy, "PolicyDocument": encode(document)}))
}

pub(super) fn delete_role_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, policy) = (input.text("RoleName")?, input.text("PolicyName")?);
    let mut role = role(context, name)?;
    let gone = role["inline"].as_object_mut().and_then(|all| all.remove(policy));
    gone.ok_or_else(|| missing(name, policy))?;
    keep(context, name, &role)?;
    Ok(Value::Null)
}

pub(super) fn list_role_policies(context: &Context<'_>, input: &Value) -> Result<Value> {
    let role = role(context, input.text("RoleName")?)?;
    let names = role["inline"].as_object().into_iter().flatten().map(|(name, _)| json!(name)).collect();
    page_of(context, input, "PolicyNames", names)
}

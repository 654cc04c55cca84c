//! Managed policies on a role. AWS's own are taken by their ARN; Local AWS does not know their text.

use super::{keep, role};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input;
use serde_json::{Value, json};

pub(super) fn attach_role_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, arn) = (input.text("RoleName")?, input.text("PolicyArn")?);
    let mut role = role(context, name)?;
    let Some((_, path)) = arn.split_once(":policy/") else {
        return Err(ApiError::new("ValidationError", format!("ARN {arn} is not valid.")));
    };
    role["attached"][arn] = path.rsplit('/').next().into();
    role["changed"] = context.now.as_millisecond().into();
    keep(context, name, &role)?;
    Ok(Value::Null)
}

pub(super) fn detach_role_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, arn) = (input.text("RoleName")?, input.text("PolicyArn")?);
    let mut role = role(context, name)?;
    let gone = role["attached"].as_object_mut().and_then(|all| all.remove(arn));
    gone.ok_or_else(|| ApiError::new("NoSuchEntity", format!("Policy {arn} was not found.")).with_status(404))?;
    keep(context, name, &role)?;
    Ok(Value::Null)
}

pub(super) fn list_attached_role_policies(context: &Context<'_>, input: &Value) -> Result<Value> {
    let role = role(context, input.text("RoleName")?)?;
    let all = role["attached"].as_object().into_iter().flatten();
    let policies: Vec<_> = all.map(|(arn, name)| json!({"PolicyName": name, "PolicyArn": arn})).collect();
    Ok(json!({"AttachedPolicies": policies, "IsTruncated": false}))
}

pub(super) fn list_instance_profiles_for_role(context: &Context<'_>, input: &Value) -> Result<Value> {
    role(context, input.text("RoleName")?)?;
    Ok(json!({"InstanceProfiles": [], "IsTruncated": false}))
}

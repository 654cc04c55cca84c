//! Managed policies on a role.

use super::policies::{find, limit, no_such, policy};
use super::usage::{is_bounded, roles};
use super::{aws, keep, page_of, role, validation};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input;
use serde_json::{Value, json};

/// IAM's quota, which AWS raises on demand.
const MOST_POLICIES: usize = 10;

pub(super) fn attach_role_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, arn) = (input.text("RoleName")?, input.text("PolicyArn")?);
    let mut role = role(context, name)?;
    let policy = attachable(context, arn)?;
    if role["attached"][arn].is_null() && role["attached"].as_object().map_or(0, serde_json::Map::len) >= MOST_POLICIES
    {
        return Err(limit(format!("Cannot exceed quota for PoliciesPerRole: {MOST_POLICIES}")));
    }
    role["attached"][arn] = policy["PolicyName"].clone();
    role["changed"] = context.now.as_millisecond().into();
    keep(context, name, &role)?;
    Ok(Value::Null)
}

/// # Errors
/// That it is not there, also where AWS has it and Local AWS has not: what it allows is not known.
fn attachable(context: &Context<'_>, arn: &str) -> Result<Value> {
    if !arn.contains(":policy/") {
        return Err(validation(format!("ARN {arn} is not valid.")));
    }
    find(context, arn)?.ok_or_else(|| {
        let known = match aws::owns(arn) {
            true => " Local AWS has those of AWS's policies that `iam list-policies --scope AWS` lists.",
            false => "",
        };
        no_such(format!("Policy {arn} does not exist or is not attachable.{known}"))
    })
}

pub(super) fn detach_role_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, arn) = (input.text("RoleName")?, input.text("PolicyArn")?);
    let mut role = role(context, name)?;
    let gone = role["attached"].as_object_mut().and_then(|all| all.remove(arn));
    gone.ok_or_else(|| no_such(format!("Policy {arn} was not found.")))?;
    keep(context, name, &role)?;
    Ok(Value::Null)
}

pub(super) fn list_attached_role_policies(context: &Context<'_>, input: &Value) -> Result<Value> {
    let role = role(context, input.text("RoleName")?)?;
    let prefix = input.optional("PathPrefix").unwrap_or("/");
    let all = role["attached"].as_object().into_iter().flatten();
    let below = all.filter(|(arn, _)| arn.split_once(":policy").is_some_and(|(_, path)| path.starts_with(prefix)));
    let policies = below.map(|(arn, name)| json!({"PolicyName": name, "PolicyArn": arn})).collect();
    page_of(context, input, "AttachedPolicies", policies)
}

pub(super) fn list_entities_for_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let arn = input.text("PolicyArn")?;
    policy(context, arn)?;
    let (filter, usage) = (input.optional("EntityFilter"), input.optional("PolicyUsageFilter"));
    // A filter of AWS's own policies or of the account's says nothing of entities.
    let are_roles = matches!(filter, None | Some("Role" | "LocalManagedPolicy" | "AWSManagedPolicy"));
    let prefix = input.optional("PathPrefix").unwrap_or("/");
    let mut roles = if are_roles { roles(context)? } else { vec![] };
    roles.retain(|role| {
        let attached = !role["attached"][arn].is_null() && usage != Some("PermissionsBoundary");
        let bounds = is_bounded(role, arn) && usage != Some("PermissionsPolicy");
        (attached || bounds) && role["Path"].as_str().is_some_and(|path| path.starts_with(prefix))
    });
    let shown = roles.iter().map(|role| json!({"RoleName": role["RoleName"], "RoleId": role["RoleId"]})).collect();
    let mut answer = page_of(context, input, "PolicyRoles", shown)?;
    answer["PolicyGroups"] = json!([]);
    answer["PolicyUsers"] = json!([]);
    Ok(answer)
}

pub(super) fn list_instance_profiles_for_role(context: &Context<'_>, input: &Value) -> Result<Value> {
    role(context, input.text("RoleName")?)?;
    Ok(json!({"InstanceProfiles": [], "IsTruncated": false}))
}

//! Identity and Access Management: roles and their policies.

mod attached;
mod condition;
mod evaluate;
mod inline;
mod pattern;
mod permit;
mod roles;

pub(crate) use pattern::like;
pub(crate) use permit::{permit, permit_across, permit_delegated, permit_role, permits_service, policy_lets_service};

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::model;
use crate::service::{Protocol, Service, anything};
use serde_json::Value;

pub(crate) static SERVICE: Service = Service {
    scope: "iam",
    prefix: "iam",
    protocol: Protocol::Query { namespace: "https://iam.amazonaws.com/doc/2010-05-08/" },
    model: &model::IAM,
    operations: &[
        ("CreateRole", roles::create_role),
        ("GetRole", roles::get_role),
        ("DeleteRole", roles::delete_role),
        ("ListRoles", roles::list_roles),
        ("UpdateRole", roles::update_role),
        ("UpdateRoleDescription", roles::update_role),
        ("UpdateAssumeRolePolicy", roles::update_assume_role_policy),
        ("PutRolePermissionsBoundary", roles::put_role_permissions_boundary),
        ("DeleteRolePermissionsBoundary", roles::delete_role_permissions_boundary),
        ("TagRole", roles::tag_role),
        ("UntagRole", roles::untag_role),
        ("ListRoleTags", roles::list_role_tags),
        ("PutRolePolicy", inline::put_role_policy),
        ("GetRolePolicy", inline::get_role_policy),
        ("DeleteRolePolicy", inline::delete_role_policy),
        ("ListRolePolicies", inline::list_role_policies),
        ("AttachRolePolicy", attached::attach_role_policy),
        ("DetachRolePolicy", attached::detach_role_policy),
        ("ListAttachedRolePolicies", attached::list_attached_role_policies),
        ("ListInstanceProfilesForRole", attached::list_instance_profiles_for_role),
    ],
    resource: anything,
    whole: None,
};

/// Key: the role's name. IAM is not regional.
const ROLES: &str = "iam.role";

fn role(context: &Context<'_>, name: &str) -> Result<Value> {
    context.documents.get(ROLES, name)?.ok_or_else(|| {
        ApiError::new("NoSuchEntity", format!("The role with name {name} cannot be found.")).with_status(404)
    })
}

fn keep(context: &Context<'_>, name: &str, role: &Value) -> Result<()> {
    context.documents.put(ROLES, name, role)
}

/// A document that IAM takes as a policy.
fn check_policy(text: &str, is_trust: bool) -> Result<()> {
    let malformed = |message: &str| ApiError::new("MalformedPolicyDocument", message);
    let document: Value = serde_json::from_str(text).map_err(|_| malformed("This policy contains invalid Json"))?;
    let statements = match &document["Statement"] {
        Value::Array(all) if !all.is_empty() => all.iter().collect(),
        one @ Value::Object(_) => vec![one],
        _ => return Err(malformed("Syntax errors in policy.")),
    };
    for statement in statements {
        let has = |names: &[&str]| names.iter().any(|name| !statement[name].is_null());
        if !matches!(statement["Effect"].as_str(), Some("Allow" | "Deny")) {
            return Err(malformed("Syntax errors in policy."));
        }
        if !has(&["Action", "NotAction"]) {
            return Err(malformed("Policy statement must contain actions."));
        }
        if is_trust && has(&["Resource", "NotResource"]) {
            return Err(malformed("Has prohibited field Resource"));
        }
        if is_trust && !has(&["Principal", "NotPrincipal"]) {
            return Err(malformed("AssumeRole policy must contain principals."));
        }
        if !is_trust && has(&["Principal", "NotPrincipal"]) {
            return Err(malformed("Policy document should not specify a principal."));
        }
        if !is_trust && !has(&["Resource", "NotResource"]) {
            return Err(malformed("Policy statement must contain resources."));
        }
    }
    Ok(())
}

/// Whether a service could assume a role by now: the role is there, its trust policy lets the service in,
/// and it is old enough for IAM to have told the service about it.
pub(crate) fn role_assumable(context: &Context<'_>, arn: &str, service: &'static str) -> Result<bool> {
    let Some(name) = arn.split(":role/").nth(1).and_then(|path| path.rsplit('/').next()) else { return Ok(false) };
    let Some(role) = context.documents.get(ROLES, name)? else { return Ok(false) };
    let delay = i64::try_from(context.faults.propagation().as_millis()).unwrap_or(i64::MAX);
    let known = role["changed"].as_i64().unwrap_or(0) + delay <= context.now.as_millisecond();
    let trust = role["AssumeRolePolicyDocument"].as_str().and_then(|text| serde_json::from_str(text).ok());
    Ok(known && role["Arn"] == arn && permit::trusts(context, arn, trust.unwrap_or_default(), service)?)
}

/// The ARN of a role that a service is told to work under, by its ARN or by path and name.
///
/// # Errors
/// A role of another account: nobody may pass it, whatever its trust policy says.
pub(crate) fn passed_role(context: &Context<'_>, role: &str) -> Result<String> {
    let Some((account, path)) = role.split_once(":role/") else {
        return Ok(context.global_arn("iam", &format!("role/{}", role.trim_start_matches('/'))));
    };
    if account.rsplit(':').next() != Some(context.account) {
        return Err(ApiError::new("AccessDeniedException", "Cross-account pass role is not allowed."));
    }
    Ok(context.global_arn("iam", &format!("role/{}", path.trim_start_matches('/'))))
}

/// The policies that say what a role may do. Managed ones are AWS's own, whose text Local AWS does not know.
pub(crate) fn policies(context: &Context<'_>, role: &str) -> Result<Vec<Value>> {
    let role = context.documents.get(ROLES, role)?.unwrap_or_default();
    let texts = role["inline"].as_object().into_iter().flatten().filter_map(|(_, text)| text.as_str());
    Ok(texts.filter_map(|text| serde_json::from_str(text).ok()).collect())
}

fn role_arn(context: &Context<'_>, path: &str, name: &str) -> String {
    context.global_arn("iam", &format!("role{path}{name}"))
}

fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message)
}

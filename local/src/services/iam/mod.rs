//! Identity and Access Management: roles and their policies.

mod account;
mod attached;
mod aws;
mod condition;
mod evaluate;
mod inline;
mod pattern;
mod permit;
mod policies;
mod roles;
mod usage;
mod versions;

pub(crate) use pattern::like;
pub(crate) use permit::{
    arn_of, passing, permit, permit_across, permit_all, permit_assume, permit_delegated, permit_role, permits_service,
    policy_lets_everybody, policy_lets_service,
};

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::model;
use crate::service::{Input as _, Need, Protocol, Service, operation_of};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    scope: "iam",
    prefix: "iam",
    protocol: Protocol::Query { namespace: "https://iam.amazonaws.com/doc/2010-05-08/", maps: &[] },
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
        ("ListEntitiesForPolicy", attached::list_entities_for_policy),
        ("GetUser", account::get_user),
        ("ListUsers", account::list_users),
        ("ListGroups", account::list_groups),
        ("ListInstanceProfiles", account::list_instance_profiles),
        ("ListAccountAliases", account::list_account_aliases),
        ("SimulatePrincipalPolicy", account::simulate_principal_policy),
        ("CreatePolicy", policies::create_policy),
        ("GetPolicy", policies::get_policy),
        ("ListPolicies", policies::list_policies),
        ("DeletePolicy", policies::delete_policy),
        ("TagPolicy", policies::tag_policy),
        ("UntagPolicy", policies::untag_policy),
        ("ListPolicyTags", policies::list_policy_tags),
        ("CreatePolicyVersion", versions::create_policy_version),
        ("GetPolicyVersion", versions::get_policy_version),
        ("ListPolicyVersions", versions::list_policy_versions),
        ("SetDefaultPolicyVersion", versions::set_default_policy_version),
        ("DeletePolicyVersion", versions::delete_policy_version),
    ],
    needs,
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

/// The policies that say what a role may do: its own, and the managed ones that are attached to it.
fn policies_of(context: &Context<'_>, role: &Value) -> Result<Vec<Value>> {
    let texts = role["inline"].as_object().into_iter().flatten().filter_map(|(_, text)| text.as_str());
    let mut all: Vec<_> = texts.filter_map(|text| serde_json::from_str(text).ok()).collect();
    for (arn, _) in role["attached"].as_object().into_iter().flatten() {
        all.extend(policies::document(context, arn)?);
    }
    Ok(all)
}

/// The policy that says what a role may do at most. One that is not there is no limit: on AWS it can only be another
/// account's, and a pipeline that names its organisation's is to be tried here without it.
fn boundary(context: &Context<'_>, role: &Value) -> Result<Option<Value>> {
    match role["PermissionsBoundary"]["PermissionsBoundaryArn"].as_str() {
        Some(arn) => policies::document(context, arn),
        None => Ok(None),
    }
}

/// What IAM's operations are about: a role, or else a policy. Tags that come with something new need the right to put
/// them on.
fn needs(context: &Context<'_>, action: &str, input: &Value) -> Result<Vec<Need>> {
    let path = input.optional("Path").unwrap_or("/");
    let arn = if let Some(name) = input.optional("RoleName") {
        let role = context.documents.get(ROLES, name)?;
        let arn = role.as_ref().and_then(|role| role["Arn"].as_str());
        arn.map_or_else(|| role_arn(context, path, name), str::to_owned)
    } else if let Some(arn) = input.optional("PolicyArn") {
        arn.to_owned()
    } else if let Some(name) = input.optional("PolicyName") {
        context.global_arn("iam", &format!("policy{path}{name}"))
    } else {
        "*".to_owned()
    };
    let boundary = input.optional("PermissionsBoundary").map(str::to_owned);
    let with_boundary = |need: Need| match &boundary {
        Some(boundary) => need.with("iam:PermissionsBoundary", boundary.clone()),
        None => need,
    };
    let mut needs = vec![with_boundary(Need::of(action, arn.clone()))];
    let tagging = match operation_of(action) {
        "CreateRole" => Some("iam:TagRole"),
        "CreatePolicy" => Some("iam:TagPolicy"),
        _ => None,
    };
    if let Some(tagging) = tagging.filter(|_| !input["Tags"].is_null()) {
        needs.push(Need::of(tagging, arn));
    }
    Ok(needs)
}

/// The page of a list that the request asks for.
fn page_of(context: &Context<'_>, input: &Value, name: &str, all: Vec<Value>) -> Result<Value> {
    let limit = input.number("MaxItems").and_then(|limit| usize::try_from(limit).ok());
    let bad_marker = || validation("Invalid Marker: it is not one that was given out");
    let page = context.page(all, input.optional("Marker"), limit.or(Some(100)), 1000, bad_marker)?;
    Ok(json!({name: page.items, "IsTruncated": page.next.is_some(), "Marker": page.next}))
}

/// What a session of a role has to know of it: its id, and how long a session may be, in seconds.
pub(crate) fn session_of(context: &Context<'_>, role: &str) -> Result<(String, i64)> {
    let name = role.rsplit('/').next().unwrap_or(role);
    let role = context.documents.get(ROLES, name)?.unwrap_or_default();
    let id = role["RoleId"].as_str().unwrap_or("AROALOCALGONE").to_owned();
    Ok((id, role["MaxSessionDuration"].as_i64().unwrap_or(3600)))
}

/// A policy for a session, from its text.
///
/// # Errors
/// What IAM says of a text that is none.
pub(crate) fn session_policy(text: &str) -> Result<Value> {
    check_policy(text, false)?;
    serde_json::from_str(text).map_err(ApiError::internal)
}

/// What a managed policy says.
///
/// # Errors
/// One that is not there.
pub(crate) fn managed_policy(context: &Context<'_>, arn: &str) -> Result<Value> {
    policies::document(context, arn)?
        .ok_or_else(|| validation(format!("The requested policy {arn} does not exist or is not attachable.")))
}

fn role_arn(context: &Context<'_>, path: &str, name: &str) -> String {
    context.global_arn("iam", &format!("role{path}{name}"))
}

fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message)
}

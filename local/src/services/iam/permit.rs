//! Whether somebody may do what they ask for: one decision for all of Local AWS.
//!
//! The account's user may do everything that no resource's policy denies. A function carries the credentials of its
//! role's session, and a service that works under a role asks here first: both may do what the role's policies or the
//! resource's allow. A service on its own behalf, as API Gateway when it calls a function, may do what the resource's
//! policy allows.

use super::evaluate::{self, Ask, Decision, Kind, Limit, Principal};
use crate::api_error::{ApiError, Result};
use crate::caller::{Assumed, Caller};
use crate::context::Context;
use crate::decisions::Decided;
use crate::service::{Need, Resource};
use crate::tags::requested;
use serde_json::{Value, json};

/// Checks that somebody may do something. `keys` are the condition keys of the request, `("s3:prefix", "raw/")`; those
/// that every request has come to them.
///
/// # Errors
/// `AccessDeniedException`, in AWS's words.
pub(crate) fn permit(
    context: &Context<'_>,
    caller: &Caller,
    action: &str,
    resource: &Resource,
    keys: &[(&str, &str)],
) -> Result<()> {
    // All may be done by the user, where nothing can deny it.
    if *caller == Caller::User && resource.policy.is_null() {
        return Ok(());
    }
    let because = match decide(context, caller, action, resource, keys)? {
        Decision::Allowed => return Ok(()),
        Decision::Denied(Kind::Identity) => "with an explicit deny in an identity-based policy".to_owned(),
        Decision::Denied(Kind::Resource) => "with an explicit deny in a resource-based policy".to_owned(),
        Decision::Denied(Kind::Boundary) => "with an explicit deny in a permissions boundary".to_owned(),
        Decision::Denied(Kind::Session) => "with an explicit deny in a session policy".to_owned(),
        Decision::Beyond(Kind::Boundary) => format!("because no permissions boundary allows the {action} action"),
        Decision::Beyond(_) => format!("because no session policy allows the {action} action"),
        Decision::NotAllowed => format!("because no identity-based policy allows the {action} action"),
    };
    let who = arn_of(context, caller);
    let message = format!("User: {who} is not authorized to perform: {action} on resource: {} {because}", resource.arn);
    Err(ApiError::new("AccessDeniedException", message))
}

/// Checks that somebody may do all that a request needs. The tags that it puts on something are condition keys of all.
///
/// # Errors
/// [`permit`]'s.
pub(crate) fn permit_all(context: &Context<'_>, caller: &Caller, needs: Vec<Need>, input: &Value) -> Result<()> {
    let tags = requested(input).into_iter().map(|(key, value)| (format!("aws:RequestTag/{key}"), value));
    let tags: Vec<_> = tags.collect();
    for Need { action, resource, keys } in needs {
        let tags = tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let keys: Vec<_> = keys.iter().map(|(key, value)| (*key, value.as_str())).chain(tags).collect();
        permit(context, caller, &action, &resource, &keys)?;
    }
    Ok(())
}

/// That a role is handed to a service, which is an action of its own without an operation: "iam:PassRole".
pub(crate) fn passing(context: &Context<'_>, role: &str, service: &str) -> Need {
    // One of another account is refused by whoever is to have it.
    let role = super::passed_role(context, role).unwrap_or_else(|_| role.to_owned());
    Need::of("iam:PassRole", role).with("iam:PassedToService", service)
}

/// How AWS names who asks.
pub(crate) fn arn_of(context: &Context<'_>, caller: &Caller) -> String {
    match principal(context, caller) {
        Principal::Ours { arns, .. } => arns.last().cloned().unwrap_or_default(),
        Principal::Service(service) => service,
    }
}

/// The same for what is another account's: its owner's policy has to let the caller in, beside the caller's own.
///
/// # Errors
/// [`permit`]'s.
pub(crate) fn permit_across(
    context: &Context<'_>,
    caller: &Caller,
    action: &str,
    resource: &Resource,
    keys: &[(&str, &str)],
) -> Result<()> {
    let principal = principal(context, caller);
    let ask = Ask { principal: &principal, action, resource: &resource.arn, keys };
    if evaluate::decide(&[], &resource.policy, &ask) == Decision::NotAllowed {
        return Err(ApiError::new("AccessDeniedException", "Access Denied"));
    }
    permit(context, caller, action, resource, keys)
}

/// The same for a service that works under a role, of what has no policy of its own.
///
/// # Errors
/// [`permit`]'s.
pub(crate) fn permit_role(
    context: &Context<'_>,
    role: &str,
    action: &str,
    resource: &str,
    keys: &[(&str, &str)],
) -> Result<()> {
    permit(context, &Caller::service_under(role), action, &Resource::from(resource.to_owned()), keys)
}

/// The same for what its own policy alone opens, as a key's does: "unless the key policy explicitly allows it, you cannot
/// use IAM policies to allow access". Naming the account leaves it to the account's policies.
///
/// # Errors
/// [`permit`]'s.
pub(crate) fn permit_delegated(
    context: &Context<'_>,
    caller: &Caller,
    action: &str,
    resource: &Resource,
    keys: &[(&str, &str)],
) -> Result<()> {
    let principal = principal(context, caller);
    let own = own_keys(context, caller, &principal);
    let keys: Vec<_> = keys.iter().copied().chain(own.iter().map(|(name, value)| (*name, value.as_str()))).collect();
    let by_policy = |principal: &Principal| {
        let ask = Ask { principal, action, resource: &resource.arn, keys: &keys };
        evaluate::decide(&[], &resource.policy, &ask)
    };
    let account = match &principal {
        // In either of the two ways in which a policy may name the account.
        Principal::Ours { account, .. } => {
            let arns = vec![context.global_arn("iam", "root"), account.clone()];
            Principal::Ours { account: account.clone(), arns }
        }
        service @ Principal::Service(_) => service.clone(),
    };
    match (by_policy(&principal), by_policy(&account)) {
        // What else is said of who asks still counts.
        (Decision::Allowed, _) => permit(context, caller, action, resource, &keys),
        (Decision::NotAllowed, Decision::Allowed) => {
            permit(context, caller, action, &Resource::from(resource.arn.clone()), &keys)
        }
        _ => {
            let message = format!("The ciphertext refers to a key that {action} is not allowed on: {}", resource.arn);
            Err(ApiError::new("AccessDeniedException", message))
        }
    }
}

/// Whether a policy lets a service do something, where the service's name has a region in it.
pub(crate) fn policy_lets_service(service: &str, action: &str, resource: &Resource, keys: &[(&str, &str)]) -> bool {
    let principal = Principal::Service(service.to_owned());
    let ask = Ask { principal: &principal, action, resource: &resource.arn, keys };
    evaluate::decide(&[], &resource.policy, &ask) == Decision::Allowed
}

/// Checks that a resource's policy lets anybody do something, whoever it is: nobody has to say it.
///
/// # Errors
/// `AccessDeniedException`.
pub(crate) fn policy_lets_everybody(action: &str, resource: &Resource, keys: &[(&str, &str)]) -> Result<()> {
    // No principal has this name: what is not said of everybody is not said of it.
    match policy_lets_service("", action, resource, keys) {
        true => Ok(()),
        false => Err(ApiError::new("AccessDeniedException", "Forbidden")),
    }
}

/// Whether a service may do something on its own behalf. `source` is the ARN of what it does it for.
pub(crate) fn permits_service(
    context: &Context<'_>,
    service: &'static str,
    action: &str,
    resource: &Resource,
    source: &str,
) -> Result<bool> {
    let keys = [("aws:SourceArn", source), ("aws:SourceAccount", context.account)];
    Ok(decide(context, &Caller::Service(service), action, resource, &keys)? == Decision::Allowed)
}

/// The decision itself, for who wants to know it.
pub(super) fn decide(
    context: &Context<'_>,
    caller: &Caller,
    action: &str,
    resource: &Resource,
    keys: &[(&str, &str)],
) -> Result<Decision> {
    let (identity, limits) = of_caller(context, caller)?;
    let principal = principal(context, caller);
    let own = own_keys(context, caller, &principal);
    let all: Vec<_> = keys.iter().copied().chain(own.iter().map(|(name, value)| (*name, value.as_str()))).collect();
    let tags = context.tags(&resource.arn)?;
    let tags: Vec<_> = tags.iter().map(|(key, value)| (format!("aws:ResourceTag/{key}"), value.as_str())).collect();
    let all: Vec<_> = all.into_iter().chain(tags.iter().map(|(key, value)| (key.as_str(), *value))).collect();
    let ask = Ask { principal: &principal, action, resource: &resource.arn, keys: &all };
    let decision = evaluate::decide_within(&identity, &limits, &resource.policy, &ask);
    if let Caller::Role(Assumed { role, .. }) = caller {
        let (role, action) = (name_of(role).to_owned(), action.to_owned());
        let allowed = decision == Decision::Allowed;
        context.decisions.note(Decided { role, action, resource: resource.arn.clone(), allowed });
    }
    Ok(decision)
}

/// What the caller's own policies are, and what else has to allow what they do.
fn of_caller(context: &Context<'_>, caller: &Caller) -> Result<(Vec<Value>, Vec<Limit>)> {
    let Caller::Role(assumed) = caller else {
        let everything = json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
        return Ok((if *caller == Caller::User { vec![everything] } else { vec![] }, vec![]));
    };
    let role = context.documents.get(super::ROLES, name_of(&assumed.role))?.unwrap_or_default();
    let mut limits = vec![];
    limits
        .extend(super::boundary(context, &role)?.map(|policy| Limit { kind: Kind::Boundary, policies: vec![policy] }));
    if !assumed.policies.is_empty() {
        limits.push(Limit { kind: Kind::Session, policies: assumed.policies.clone() });
    }
    Ok((super::policies_of(context, &role)?, limits))
}

/// The name in a role's ARN.
fn name_of(role: &str) -> &str {
    let path = role.split_once(":role/").map_or(role, |(_, path)| path);
    path.rsplit('/').next().unwrap_or(path)
}

fn principal(context: &Context<'_>, caller: &Caller) -> Principal {
    let arns = match caller {
        Caller::User => vec![context.global_arn("iam", "user/local")],
        Caller::Role(Assumed { role, session, .. }) => {
            let name = name_of(role);
            let whole = if role.starts_with("arn:") {
                role.clone()
            } else {
                context.global_arn("iam", &format!("role/{name}"))
            };
            vec![whole, context.global_arn("sts", &format!("assumed-role/{name}/{session}"))]
        }
        Caller::Service(service) => return Principal::Service((*service).to_owned()),
    };
    Principal::Ours { account: context.account.to_owned(), arns }
}

/// "AWS global condition context keys" that every request has. There is no TLS on the way to Local AWS, as nothing leaves
/// the machine: a policy that asks for it is to work as on AWS, where all of these clients use it.
fn own_keys(context: &Context<'_>, caller: &Caller, principal: &Principal) -> Vec<(&'static str, String)> {
    let mut keys = vec![
        ("aws:SecureTransport", "true".to_owned()),
        ("aws:RequestedRegion", context.region.to_owned()),
        ("aws:ResourceAccount", context.account.to_owned()),
        ("aws:CurrentTime", context.now.to_string()),
        ("aws:EpochTime", context.now.as_second().to_string()),
        ("aws:PrincipalIsAWSService", matches!(caller, Caller::Service(_)).to_string()),
    ];
    match principal {
        Principal::Ours { account, arns } => {
            let kind = if *caller == Caller::User { "User" } else { "AssumedRole" };
            keys.push(("aws:PrincipalAccount", account.clone()));
            keys.push(("aws:PrincipalType", kind.to_owned()));
            keys.extend(arns.first().map(|arn| ("aws:PrincipalArn", arn.clone())));
            if *caller == Caller::User {
                keys.push(("aws:username", "local".to_owned()));
            }
        }
        Principal::Service(service) => keys.push(("aws:PrincipalServiceName", service.clone())),
    }
    keys
}

/// Whether somebody may assume a role, which its trust policy has to say. Where it names the account alone, "the account
/// delegates to its own policies".
///
/// # Errors
/// `AccessDenied`, also for a role that is not there.
pub(crate) fn permit_assume(context: &Context<'_>, role: &str, keys: &[(&str, &str)]) -> Result<()> {
    let caller = context.caller;
    let denied = || {
        let who = arn_of(context, caller);
        let message = format!("User: {who} is not authorized to perform: {ASSUME} on resource: {role}");
        ApiError::new("AccessDenied", message).with_status(403)
    };
    let kept = context.documents.get(super::ROLES, name_of(role))?.filter(|kept| kept["Arn"] == role);
    let trust = kept.and_then(|kept| serde_json::from_str(kept["AssumeRolePolicyDocument"].as_str()?).ok());
    let Some(trust) = trust else { return Err(denied()) };
    let resource = Resource { arn: role.to_owned(), policy: trust };
    permit_delegated(context, caller, ASSUME, &resource, keys).map_err(|_| denied())
}

const ASSUME: &str = "sts:AssumeRole";

/// Whether a role's trust policy lets a service assume it. The service says whose it is; which resource of its own is to
/// have the role is not known here, so that whatever a policy says of that is taken to be so.
pub(super) fn trusts(context: &Context<'_>, role: &str, mut trust: Value, service: &'static str) -> Result<bool> {
    let statements = match &mut trust["Statement"] {
        Value::Array(all) => all.as_mut_slice(),
        one => std::slice::from_mut(one),
    };
    for condition in statements.iter_mut().filter_map(|statement| statement.get_mut("Condition")) {
        for keys in condition.as_object_mut().into_iter().flat_map(|operators| operators.values_mut()) {
            if let Some(keys) = keys.as_object_mut() {
                keys.retain(|key, _| !key.eq_ignore_ascii_case("aws:SourceArn"));
            }
        }
    }
    let role = Resource { arn: role.to_owned(), policy: trust };
    let keys = [("aws:SourceAccount", context.account), ("sts:ExternalId", context.account)];
    Ok(decide(context, &Caller::Service(service), "sts:AssumeRole", &role, &keys)? == Decision::Allowed)
}

//! Whether policies allow what is asked: IAM's "policy evaluation logic", within one account.
//!
//! "If either the identity-based policy or the resource-based policy within the same account allows the request and the
//! other doesn't, the request is still allowed. An explicit deny in any of the policies overrides the allow."

use super::condition::holds;
use super::pattern::{like, many, texts};
use serde_json::Value;

/// What somebody wants to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) principal: &'a Principal,
    /// `s3:GetObject`
    pub(crate) action: &'a str,
    /// The ARN of what it is done to.
    pub(crate) resource: &'a str,
    /// The condition keys that the request has.
    pub(crate) keys: &'a [(&'a str, &'a str)],
}

/// Who wants to do it, as resources' policies name them.
#[derive(Clone, Debug)]
pub(crate) enum Principal {
    /// One of the account: its ARNs, for a role's session the role's and its own.
    Ours { account: String, arns: Vec<String> },
    /// A service on its own behalf, `s3.amazonaws.com`.
    Service(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Allowed,
    /// By a statement that says so, of a policy of this kind.
    Denied(Kind),
    /// No statement allows it, which is to be denied too.
    NotAllowed,
    /// It would be allowed, but not by policies of this kind, which have to as well.
    Beyond(Kind),
}

/// Where a policy lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Identity,
    Resource,
    Boundary,
    Session,
}

/// Policies that allow nothing by themselves: what they do not allow is not allowed.
pub(crate) struct Limit {
    pub(crate) kind: Kind,
    pub(crate) policies: Vec<Value>,
}

/// The same as [`decide`] for who is limited, "where the effective permissions are the intersection". "Resource-based
/// policies that grant permissions to an IAM role session" itself "are not limited by an implicit deny" in these.
pub(crate) fn decide_within(identity: &[Value], limits: &[Limit], resource: &Value, ask: &Ask<'_>) -> Decision {
    let decision = decide(identity, resource, ask);
    if decision != Decision::Allowed {
        return decision;
    }
    let by_session = || match ask.principal {
        Principal::Ours { arns, .. } => {
            let alone = Principal::Ours { account: String::new(), arns: arns.last().cloned().into_iter().collect() };
            decide(&[], resource, &Ask { principal: &alone, ..*ask }) == Decision::Allowed
        }
        Principal::Service(_) => true,
    };
    for limit in limits {
        match decide(&limit.policies, &Value::Null, ask) {
            Decision::Allowed => {}
            Decision::Denied(_) => return Decision::Denied(limit.kind),
            _ if by_session() => {}
            _ => return Decision::Beyond(limit.kind),
        }
    }
    Decision::Allowed
}

/// `identity` are the policies of who asks, `resource` is the one of what they ask for; null is none.
pub(crate) fn decide(identity: &[Value], resource: &Value, ask: &Ask<'_>) -> Decision {
    let theirs = identity.iter().flat_map(|policy| many(&policy["Statement"])).map(|one| (Kind::Identity, one));
    let its = many(&resource["Statement"]).iter().map(|one| (Kind::Resource, one));
    let mut decision = Decision::NotAllowed;
    for (kind, statement) in theirs.chain(its).filter(|(_, statement)| is_about(statement, ask)) {
        let named = match kind {
            Kind::Resource => named(statement, ask.principal),
            _ => Named::Itself,
        };
        match (statement["Effect"].as_str(), named) {
            (Some("Deny"), Named::Itself | Named::ByAccount) => return Decision::Denied(kind),
            (Some("Allow"), Named::Itself) => decision = Decision::Allowed,
            // Naming the account leaves it to the account's own policies to let somebody in.
            _ => {}
        }
    }
    decision
}

/// How a statement of a resource's policy speaks of somebody.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Itself,
    /// As everybody of their account.
    ByAccount,
    Not,
}

fn named(statement: &Value, principal: &Principal) -> Named {
    if statement["NotPrincipal"].is_null() {
        return named_in(&statement["Principal"], principal);
    }
    // "NotPrincipal must be used with Effect: Deny", and "you must also specify the account ARN of the not-denied
    // principal": whoever is not named both ways is denied.
    let excepted = match principal {
        Principal::Service(_) => named_in(&statement["NotPrincipal"], principal) == Named::Itself,
        Principal::Ours { account, arns } => {
            let listed = |arns: &[String]| {
                let alone = Principal::Ours { account: String::new(), arns: arns.to_vec() };
                named_in(&statement["NotPrincipal"], &alone) == Named::Itself
            };
            let of_account = Principal::Ours { account: account.clone(), arns: vec![] };
            listed(arns) && named_in(&statement["NotPrincipal"], &of_account) != Named::Not
        }
    };
    if excepted || statement["Effect"] != "Deny" { Named::Not } else { Named::Itself }
}

/// In `"*"`, `{"AWS": ...}` or `{"Service": ...}`.
fn named_in(listed: &Value, principal: &Principal) -> Named {
    // "Principal": "*" and "Principal": {"AWS": "*"} are the same.
    if *listed == "*" || texts(&listed["AWS"]).any(|one| one == "*") {
        return Named::Itself;
    }
    match principal {
        Principal::Service(service) if texts(&listed["Service"]).any(|one| one == service) => Named::Itself,
        Principal::Service(_) => Named::Not,
        Principal::Ours { account, arns } => {
            let is_account = |one: &str| one == account || one.ends_with(&format!("::{account}:root"));
            if texts(&listed["AWS"]).any(|one| arns.iter().any(|arn| arn == one)) {
                Named::Itself
            } else if !account.is_empty() && texts(&listed["AWS"]).any(is_account) {
                Named::ByAccount
            } else {
                Named::Not
            }
        }
    }
}

/// Whether a statement is about the action and the resource, and its conditions hold.
fn is_about(statement: &Value, ask: &Ask<'_>) -> bool {
    // Actions are compared without case, ARNs with it.
    let action = |patterns: &Value| {
        texts(patterns).any(|pattern| like(&pattern.to_ascii_lowercase(), &ask.action.to_ascii_lowercase()))
    };
    let resource = |patterns: &Value| texts(patterns).any(|pattern| like(pattern, ask.resource));
    let action = match &statement["NotAction"] {
        Value::Null => action(&statement["Action"]),
        not => !action(not),
    };
    let resource = match (&statement["Resource"], &statement["NotResource"]) {
        // A role's trust policy is about that role.
        (Value::Null, Value::Null) => true,
        (given, Value::Null) => resource(given),
        (_, not) => !resource(not),
    };
    let conditions = statement["Condition"].as_object();
    action && resource && conditions.into_iter().flatten().all(|(operator, keys)| holds(operator, keys, ask.keys))
}

#[cfg(test)]
mod tests;

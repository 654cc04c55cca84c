//! What the account has beside roles and policies, which is its one user; and what somebody may do.

use super::evaluate::Decision;
use super::permit::decide;
use super::policies::no_such;
use super::{page_of, role, validation};
use crate::api_error::Result;
use crate::caller::Caller;
use crate::context::Context;
use crate::service::{Input, Resource};
use serde_json::{Value, json};

/// Whom all credentials that Local AWS did not give out belong to.
const USER: &str = "local";

fn user(context: &Context<'_>) -> Value {
    json!({
        "Path": "/",
        "UserName": USER,
        "UserId": "AIDALOCALLOCALLOCAL00",
        "Arn": context.global_arn("iam", &format!("user/{USER}")),
        "CreateDate": "2026-01-01T00:00:00Z",
    })
}

pub(super) fn get_user(context: &Context<'_>, input: &Value) -> Result<Value> {
    match input.optional("UserName") {
        Some(name) if name != USER => Err(no_such(format!("The user with name {name} cannot be found."))),
        None if *context.caller != Caller::User => {
            Err(validation("Must specify userName when calling with non-User credentials"))
        }
        _ => Ok(json!({"User": user(context)})),
    }
}

pub(super) fn list_users(context: &Context<'_>, input: &Value) -> Result<Value> {
    let is_below = input.optional("PathPrefix").is_none_or(|prefix| prefix == "/");
    page_of(context, input, "Users", if is_below { vec![user(context)] } else { vec![] })
}

pub(super) fn list_groups(context: &Context<'_>, input: &Value) -> Result<Value> {
    page_of(context, input, "Groups", vec![])
}

pub(super) fn list_instance_profiles(context: &Context<'_>, input: &Value) -> Result<Value> {
    page_of(context, input, "InstanceProfiles", vec![])
}

pub(super) fn list_account_aliases(context: &Context<'_>, input: &Value) -> Result<Value> {
    page_of(context, input, "AccountAliases", vec![])
}

/// What a role may do by its own policies, and the user: whatever they ask for.
pub(super) fn simulate_principal_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let source = input.text("PolicySourceArn")?;
    let caller = match source.split_once(":role/") {
        Some((_, path)) => {
            role(context, path.rsplit('/').next().unwrap_or(path))?;
            Caller::service_under(source)
        }
        None if source.ends_with(&format!(":user/{USER}")) => Caller::User,
        None => return Err(no_such(format!("The entity with ARN {source} cannot be found."))),
    };
    let entries = input["ContextEntries"].as_array().into_iter().flatten();
    let keys: Vec<_> = entries
        .filter_map(|entry| Some((entry.optional("ContextKeyName")?, entry["ContextKeyValues"][0].as_str()?)))
        .collect();
    let resources = match input.texts("ResourceArns") {
        none if none.is_empty() => vec!["*".to_owned()],
        some => some,
    };
    let mut all = vec![];
    for action in input.texts("ActionNames") {
        for resource in &resources {
            let decision = match decide(context, &caller, &action, &Resource::from(resource.clone()), &keys)? {
                Decision::Allowed => "allowed",
                Decision::Denied(_) => "explicitDeny",
                Decision::NotAllowed | Decision::Beyond(_) => "implicitDeny",
            };
            all.push(json!({
                "EvalActionName": action, "EvalResourceName": resource, "EvalDecision": decision,
                "MatchedStatements": [], "MissingContextValues": [],
            }));
        }
    }
    page_of(context, input, "EvaluationResults", all)
}

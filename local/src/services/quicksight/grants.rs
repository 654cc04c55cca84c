//! Who may do what with a data source, a data set, an analysis or a dashboard. Without a grant nobody sees it in the
//! console, whoever has made it.

use super::account::identity_arn;
use super::identities::is_principal;
use super::invalid;
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input as _;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The sets of actions that can be granted, without `quicksight:`. In QuickSight one shares something with somebody as a
/// viewer or as an owner, and what is granted has to be what one of them may: that any other set is refused is what
/// those say who tried, and not what AWS's pages say.
pub(super) struct Roles {
    pub(super) sets: &'static [&'static [&'static str]],
    /// Whether everybody of a namespace can be a viewer: of dashboards, not of data sets (aws-cli#6067).
    pub(super) namespaces: bool,
}

const PREFIX: &str = "quicksight:";

impl Roles {
    fn has(&self, actions: &BTreeSet<String>) -> bool {
        let is = |set: &&[&str]| {
            set.len() == actions.len()
                && set
                    .iter()
                    .all(|action| actions.iter().any(|given| given[PREFIX.len()..].eq_ignore_ascii_case(action)))
        };
        self.sets.iter().any(is)
    }
}

fn checked(context: &Context<'_>, roles: &Roles, principal: &str, actions: &BTreeSet<String>) -> Result<()> {
    let everybody = identity_arn(context, "namespace/default")?;
    if !(is_principal(context, principal)? || (roles.namespaces && principal == everybody)) {
        return Err(invalid(format!("The principal {principal} is no user and no group that there is")));
    }
    if actions.iter().all(|action| action.starts_with(PREFIX)) && roles.has(actions) {
        return Ok(());
    }
    let actions: Vec<_> = actions.iter().map(String::as_str).collect();
    let message =
        format!("The actions for {principal} are not those of an owner or of a viewer: {}", actions.join(", "));
    Err(invalid(message))
}

fn actions_of(permission: &Value) -> BTreeSet<String> {
    permission.texts("Actions").into_iter().collect()
}

/// What is granted when something is made.
pub(super) fn given(context: &Context<'_>, roles: &Roles, permissions: &Value) -> Result<Value> {
    changed(context, roles, &json!([]), &json!({"GrantPermissions": permissions}))
}

/// What is left of `before` after what a request revokes and grants.
pub(super) fn changed(context: &Context<'_>, roles: &Roles, before: &Value, input: &Value) -> Result<Value> {
    let each = |list: &Value| list.as_array().cloned().unwrap_or_default();
    let mut all: Vec<(String, BTreeSet<String>)> = each(before)
        .iter()
        .map(|permission| (permission.optional("Principal").unwrap_or_default().to_owned(), actions_of(permission)))
        .collect();
    for revoked in each(&input["RevokePermissions"]) {
        let actions = actions_of(&revoked);
        for (_, kept) in all.iter_mut().filter(|(principal, _)| revoked["Principal"] == principal.as_str()) {
            kept.retain(|action| !actions.contains(action));
        }
    }
    let mut touched = vec![];
    for granted in each(&input["GrantPermissions"]) {
        let principal = granted.text("Principal")?.to_owned();
        let actions = actions_of(&granted);
        match all.iter_mut().find(|(known, _)| *known == principal) {
            Some((_, kept)) => kept.extend(actions),
            None => all.push((principal.clone(), actions)),
        }
        touched.push(principal);
    }
    all.retain(|(_, actions)| !actions.is_empty());
    for (principal, actions) in all.iter().filter(|(principal, _)| touched.contains(principal)) {
        checked(context, roles, principal, actions)?;
    }
    Ok(all.iter().map(|(principal, actions)| json!({"Principal": principal, "Actions": actions})).collect())
}

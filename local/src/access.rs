//! Who asks, and whether they may.
//!
//! Requests that carry any other credentials are those of the account's user, who may do everything. A
//! function carries the credentials of its role's session, and a service that works under a role asks here
//! first: both may do only what the role's policies allow.

use crate::ACCOUNT;
use crate::api_error::{ApiError, Result};
use crate::context::{Context, new_id};
use crate::services::iam::evaluate::{self, Ask};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Who a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The account's user.
    User,
    /// A session of a role, by the role's ARN.
    Role(String),
}

/// Temporary credentials of a role, as `sts:AssumeRole` gives them to a service.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: String,
}

/// The sessions that are open, by access key. They end with the process, as do the functions that have them.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, String>>);

impl Sessions {
    pub(crate) fn open(&self, role: &str) -> Credentials {
        let access_key_id = format!("ASIA{}", new_id(16).to_uppercase());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(access_key_id.clone(), role.to_owned());
        Credentials { access_key_id, secret_access_key: new_id(40), session_token: new_id(120) }
    }

    pub(crate) fn close(&self, access_key_id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(access_key_id);
    }

    /// # Errors
    /// A temporary key whose session is over, as AWS refuses it.
    pub(crate) fn caller(&self, access_key_id: &str) -> Result<Caller> {
        if !access_key_id.starts_with("ASIA") {
            return Ok(Caller::User);
        }
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let role = all.get(access_key_id).cloned().map(Caller::Role);
        role.ok_or_else(|| {
            ApiError::new("ExpiredTokenException", "The security token included in the request is expired")
        })
    }
}

impl Caller {
    /// # Errors
    /// [`permit`]'s, for a role. The user may do everything.
    pub(crate) fn permit(
        &self,
        context: &Context<'_>,
        action: &str,
        resource: &str,
        keys: &[(&str, &str)],
    ) -> Result<()> {
        match self {
            Self::User => Ok(()),
            Self::Role(role) => permit(context, role, action, resource, keys),
        }
    }
}

/// Checks that a role's policies allow an action on a resource. `keys` are the condition keys of the request,
/// `("s3:prefix", "raw/")`.
///
/// # Errors
/// `AccessDeniedException`, in AWS's words.
pub(crate) fn permit(
    context: &Context<'_>,
    role_arn: &str,
    action: &str,
    resource: &str,
    keys: &[(&str, &str)],
) -> Result<()> {
    let path = role_arn.split_once(":role/").map_or(role_arn, |(_, path)| path);
    let name = path.rsplit('/').next().unwrap_or(path);
    let policies = crate::services::iam::policies(context, name)?;
    let ask = Ask { action, resource, keys };
    let because = match evaluate::decide(&policies, &ask) {
        evaluate::Decision::Allowed => return Ok(()),
        evaluate::Decision::Denied => format!("with an explicit deny in an identity-based policy: {action}"),
        evaluate::Decision::NotAllowed => format!("because no identity-based policy allows the {action} action"),
    };
    let who = format!("arn:{}:sts::{ACCOUNT}:assumed-role/{name}/local", context.partition());
    let message = format!("User: {who} is not authorized to perform: {action} on resource: {resource} {because}");
    Err(ApiError::new("AccessDeniedException", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_its_roles_until_it_is_closed() {
        let sessions = Sessions::default();
        let role = "arn:aws:iam::000000000000:role/track";
        let credentials = sessions.open(role);
        assert_eq!(sessions.caller(&credentials.access_key_id).unwrap(), Caller::Role(role.into()));
        assert_eq!(sessions.caller("AKIAANYTHING").unwrap(), Caller::User);
        sessions.close(&credentials.access_key_id);
        assert_eq!(sessions.caller(&credentials.access_key_id).unwrap_err().code, "ExpiredTokenException");
    }
}

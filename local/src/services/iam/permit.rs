//! Whether somebody may do what they ask for.
//!
//! The account's user may do everything. A function carries the credentials of its role's session, and a service that
//! works under a role asks here first: both may do only what the role's policies allow.

use super::evaluate::{self, Ask};
use crate::access::Caller;
use crate::api_error::{ApiError, Result};
use crate::context::{ACCOUNT, Context};

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
    let policies = super::policies(context, name)?;
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

//! Which roles have which managed policy.

use super::ROLES;
use crate::api_error::Result;
use crate::context::Context;
use serde_json::Value;

/// Every role.
pub(super) fn roles(context: &Context<'_>) -> Result<Vec<Value>> {
    Ok(context.documents.list(ROLES, "")?.into_iter().map(|(_, role)| role).collect())
}

pub(super) fn is_bounded(role: &Value, arn: &str) -> bool {
    role["PermissionsBoundary"]["PermissionsBoundaryArn"] == arn
}

/// How many of the roles a policy is attached to.
pub(super) fn attachments(roles: &[Value], arn: &str) -> usize {
    roles.iter().filter(|role| !role["attached"][arn].is_null()).count()
}

/// How many of the roles a policy is the boundary of.
pub(super) fn boundary_count(roles: &[Value], arn: &str) -> usize {
    roles.iter().filter(|role| is_bounded(role, arn)).count()
}

//! What a query reads and writes, it does with the rights of who asks: "Athena uses the permissions of the principal who
//! submits the query".

use crate::api_error::Result;
use crate::caller::Caller;
use crate::context::Context;
use crate::services::glue::permit_catalog;
use crate::services::s3;
use serde_json::{Value, json};

/// Whose rights a query has to keep to; null for the account's user, who may do everything.
pub(super) fn role_of(caller: &Caller) -> Value {
    match caller {
        Caller::Role(assumed) => json!(assumed.role),
        _ => Value::Null,
    }
}

/// # Errors
/// `AccessDeniedException`, of the catalog.
pub(super) fn of_table(context: &Context<'_>, role: &Value, database: &str, table: &str) -> Result<()> {
    let Some(role) = role.as_str() else { return Ok(()) };
    permit_catalog(context, role, "glue:GetDatabase", Some(database), None)?;
    permit_catalog(context, role, "glue:GetTable", Some(database), Some(table))
}

/// Which partitions there are, where the catalog says it.
///
/// # Errors
/// `AccessDeniedException`.
pub(super) fn of_partitions(context: &Context<'_>, role: &Value, (database, table): (&str, &str)) -> Result<()> {
    let Some(role) = role.as_str() else { return Ok(()) };
    permit_catalog(context, role, "glue:GetPartitions", Some(database), Some(table))
}

/// What a statement does in the catalog itself.
///
/// # Errors
/// `AccessDeniedException`.
pub(super) fn of_catalog(
    context: &Context<'_>,
    role: &Value,
    actions: &[&str],
    (database, table): (&str, Option<&str>),
) -> Result<()> {
    let Some(role) = role.as_str() else { return Ok(()) };
    actions.iter().try_for_each(|action| permit_catalog(context, role, action, Some(database), table))
}

/// What lies below a place of S3.
///
/// # Errors
/// `AccessDeniedException`.
pub(super) fn of_list(context: &Context<'_>, role: &Value, place: &str) -> Result<()> {
    let (Some(role), Some(place)) = (role.as_str(), place.strip_prefix("s3://")) else { return Ok(()) };
    s3::permit_role(context, role, "s3:ListBucket", (place.split('/').next().unwrap_or_default(), ""), &[])
}

/// A file of a table: it is found by a list.
///
/// # Errors
/// `AccessDeniedException`.
pub(super) fn of_file(context: &Context<'_>, role: &Value, (bucket, key): (&str, &str)) -> Result<()> {
    let Some(role) = role.as_str() else { return Ok(()) };
    s3::permit_role(context, role, "s3:ListBucket", (bucket, ""), &[])?;
    s3::permit_role(context, role, "s3:GetObject", (bucket, key), &[])
}

/// Where results are kept, and where they are read by who fetches them.
///
/// # Errors
/// `AccessDeniedException`.
pub(super) fn of_results(context: &Context<'_>, role: &Value, action: &str, output: &str) -> Result<()> {
    let (Some(role), Some(place)) = (role.as_str(), output.strip_prefix("s3://")) else { return Ok(()) };
    let (bucket, key) = place.split_once('/').unwrap_or((place, ""));
    let key = if action == "s3:GetBucketLocation" { "" } else { key };
    s3::permit_role(context, role, action, (bucket, key), &[])
}

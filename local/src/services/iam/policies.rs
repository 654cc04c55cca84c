//! Managed policies: the account's own, and what is the same for AWS's.

use super::permit::arn_of;
use super::roles::encode;
use super::usage::{attachments, boundary_count, roles};
use super::{aws, check_policy, page_of, validation};
use crate::api_error::{ApiError, Result};
use crate::context::{Context, new_id};
use crate::service::Input;
use crate::tags::{read_list, write_list};
use serde_json::{Value, json};

/// Key: the policy's name, which is one in the account whatever its path. It holds its versions.
const POLICIES: &str = "iam.policy";

/// IAM's limit of a document, without white space.
const MOST_CHARACTERS: usize = 6_144;

/// # Errors
/// `NoSuchEntity`, in the words that GetPolicy has for it.
pub(super) fn policy(context: &Context<'_>, arn: &str) -> Result<Value> {
    find(context, arn)?.ok_or_else(|| no_such(format!("Policy {arn} was not found.")))
}

pub(super) fn find(context: &Context<'_>, arn: &str) -> Result<Option<Value>> {
    if aws::owns(arn) {
        return Ok(aws::find(arn).cloned());
    }
    let name = arn.rsplit('/').next().unwrap_or(arn);
    Ok(context.documents.get(POLICIES, &key(name))?.filter(|policy| policy["Arn"] == arn))
}

/// "Names are not distinguished by case."
fn key(name: &str) -> String {
    name.to_ascii_lowercase()
}

pub(super) fn keep(context: &Context<'_>, policy: &Value) -> Result<()> {
    context.documents.put(POLICIES, &key(policy.text("PolicyName")?), policy)
}

/// The statements that count: those of the default version.
pub(super) fn document(context: &Context<'_>, arn: &str) -> Result<Option<Value>> {
    let Some(policy) = find(context, arn)? else { return Ok(None) };
    let version = policy["DefaultVersionId"].as_str().unwrap_or_default();
    let text = policy["versions"][version]["Document"].as_str();
    Ok(text.and_then(|text| serde_json::from_str(text).ok()))
}

pub(super) fn no_such(message: impl Into<String>) -> ApiError {
    ApiError::new("NoSuchEntity", message).with_status(404)
}

pub(super) fn conflict(message: &str) -> ApiError {
    ApiError::new("DeleteConflict", message).with_status(409)
}

pub(super) fn limit(message: impl Into<String>) -> ApiError {
    ApiError::new("LimitExceeded", message).with_status(409)
}

/// AWS's own policies are changed by AWS.
///
/// # Errors
/// `AccessDenied`, or that the policy is not there.
pub(super) fn ours(context: &Context<'_>, action: &str, arn: &str) -> Result<Value> {
    if aws::owns(arn) {
        let who = arn_of(context, context.caller);
        let message = format!("User: {who} is not authorized to perform: iam:{action} on resource: {arn}");
        return Err(ApiError::new("AccessDenied", message).with_status(403));
    }
    policy(context, arn)
}

pub(super) fn check_document(text: &str) -> Result<()> {
    check_policy(text, false)?;
    if text.chars().filter(|c| !c.is_whitespace()).count() > MOST_CHARACTERS {
        return Err(limit(format!("Cannot exceed quota for PolicySize: {MOST_CHARACTERS}")));
    }
    Ok(())
}

pub(super) fn create_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, document) = (input.text("PolicyName")?, input.text("PolicyDocument")?);
    check_document(document)?;
    if context.documents.get(POLICIES, &key(name))?.is_some() {
        let message = format!("A policy called {name} already exists. Duplicate names are not allowed.");
        return Err(ApiError::new("EntityAlreadyExists", message).with_status(409));
    }
    let path = input.optional("Path").unwrap_or("/");
    let arn = context.global_arn("iam", &format!("policy{path}{name}"));
    let now = context.iso();
    let made = json!({
        "PolicyName": name,
        "PolicyId": format!("ANPA{}", new_id(17).to_uppercase()),
        "Arn": arn,
        "Path": path,
        "DefaultVersionId": "v1",
        "Description": input.optional("Description"),
        "CreateDate": now,
        "UpdateDate": now,
        "versions": {"v1": {"Document": document, "CreateDate": now}},
        "made": 1,
    });
    keep(context, &made)?;
    context.add_tags(&arn, read_list(&input["Tags"]), validation)?;
    let mut shown = list_item(&[], &made);
    shown["Tags"] = tags(context, &arn)?;
    Ok(json!({"Policy": shown}))
}

fn tags(context: &Context<'_>, arn: &str) -> Result<Value> {
    let tags = context.tags(arn)?;
    Ok(if tags.is_empty() { Value::Null } else { write_list(&tags) })
}

/// Lists tell neither description nor tags.
fn list_item(roles: &[Value], policy: &Value) -> Value {
    let arn = policy["Arn"].as_str().unwrap_or_default();
    let mut all = json!({
        "AttachmentCount": attachments(roles, arn),
        "PermissionsBoundaryUsageCount": boundary_count(roles, arn),
        "IsAttachable": true,
    });
    for name in ["PolicyName", "PolicyId", "Arn", "Path", "DefaultVersionId", "CreateDate", "UpdateDate"] {
        all[name] = policy[name].clone();
    }
    all
}

pub(super) fn get_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let arn = input.text("PolicyArn")?;
    let policy = policy(context, arn)?;
    let mut all = list_item(&roles(context)?, &policy);
    all["Description"] = policy["Description"].clone();
    all["Tags"] = tags(context, arn)?;
    Ok(json!({"Policy": all}))
}

pub(super) fn list_policies(context: &Context<'_>, input: &Value) -> Result<Value> {
    let scope = input.optional("Scope").unwrap_or("All");
    let mut all = vec![];
    if scope != "AWS" {
        all.extend(context.documents.list(POLICIES, "")?.into_iter().map(|(_, policy)| policy));
    }
    if scope != "Local" {
        all.extend(aws::all().iter().cloned());
    }
    let prefix = input.optional("PathPrefix").unwrap_or("/");
    all.retain(|policy| policy["Path"].as_str().is_some_and(|path| path.starts_with(prefix)));
    let roles = roles(context)?;
    let mut items: Vec<_> = all.iter().map(|policy| list_item(&roles, policy)).collect();
    if input["OnlyAttached"].as_bool() == Some(true) {
        items.retain(|item| item["AttachmentCount"].as_i64() > Some(0));
    }
    match input.optional("PolicyUsageFilter") {
        Some("PermissionsBoundary") => items.retain(|item| item["PermissionsBoundaryUsageCount"].as_i64() > Some(0)),
        Some("PermissionsPolicy") => items.retain(|item| item["AttachmentCount"].as_i64() > Some(0)),
        _ => {}
    }
    page_of(context, input, "Policies", items)
}

pub(super) fn delete_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let arn = input.text("PolicyArn")?;
    let policy = ours(context, "DeletePolicy", arn)?;
    let roles = roles(context)?;
    if attachments(&roles, arn) > 0 {
        return Err(conflict("Cannot delete a policy attached to entities."));
    }
    if boundary_count(&roles, arn) > 0 {
        return Err(conflict("Cannot delete a policy that is in use as a permissions boundary."));
    }
    if policy["versions"].as_object().is_some_and(|all| all.len() > 1) {
        return Err(conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. \
             The default version is deleted with the policy.",
        ));
    }
    context.documents.remove(POLICIES, &key(policy.text("PolicyName")?))?;
    context.forget_tags(arn)?;
    Ok(Value::Null)
}

pub(super) fn tag_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let arn = input.text("PolicyArn")?;
    ours(context, "TagPolicy", arn)?;
    context.add_tags(arn, read_list(&input["Tags"]), validation)?;
    Ok(Value::Null)
}

pub(super) fn untag_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let arn = input.text("PolicyArn")?;
    ours(context, "UntagPolicy", arn)?;
    context.remove_tags(arn, &input.texts("TagKeys"), validation)?;
    Ok(Value::Null)
}

pub(super) fn list_policy_tags(context: &Context<'_>, input: &Value) -> Result<Value> {
    let arn = input.text("PolicyArn")?;
    policy(context, arn)?;
    let tags = write_list(&context.tags(arn)?);
    page_of(context, input, "Tags", tags.as_array().cloned().unwrap_or_default())
}

/// A version, as GetPolicyVersion and ListPolicyVersions tell it; only the first tells the document.
pub(super) fn describe_version(policy: &Value, id: &str, whole: bool) -> Value {
    let version = &policy["versions"][id];
    let mut all = json!({
        "VersionId": id,
        "IsDefaultVersion": policy["DefaultVersionId"] == id,
        "CreateDate": version["CreateDate"],
    });
    if whole {
        all["Document"] = encode(&version["Document"]).into();
    }
    all
}

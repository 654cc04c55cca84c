//! Roles: CreateRole and what describes and changes one.

use super::{ROLES, check_policy, keep, page_of, role, role_arn, validation};
use crate::api_error::{ApiError, Result};
use crate::context::{Context, new_id};
use crate::service::Input;
use crate::tags::{read_list, write_list};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

pub(super) fn create_role(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, trust) = (input.text("RoleName")?, input.text("AssumeRolePolicyDocument")?);
    check_policy(trust, true)?;
    if context.documents.get(ROLES, name)?.is_some() {
        let message = format!("Role with name {name} already exists.");
        return Err(ApiError::new("EntityAlreadyExists", message).with_status(409));
    }
    let path = input.optional("Path").unwrap_or("/");
    let arn = role_arn(context, path, name);
    let duration = input.number("MaxSessionDuration").unwrap_or(3600);
    let made = json!({
        "Path": path,
        "RoleName": name,
        "RoleId": format!("AROA{}", new_id(17).to_uppercase()),
        "Arn": arn,
        "CreateDate": context.iso(),
        "AssumeRolePolicyDocument": trust,
        "Description": input.optional("Description"),
        "MaxSessionDuration": duration,
        "PermissionsBoundary": boundary(input),
        "changed": context.now.as_millisecond(),
        "inline": {},
        "attached": {},
    });
    keep(context, name, &made)?;
    context.add_tags(&arn, read_list(&input["Tags"]), validation)?;
    Ok(json!({"Role": describe(context, &made)?}))
}

/// What the role may do at most, if the request says so.
fn boundary(input: &Value) -> Value {
    match input.optional("PermissionsBoundary") {
        Some(arn) => json!({"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn}),
        None => Value::Null,
    }
}

pub(super) fn put_role_permissions_boundary(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("RoleName")?;
    let mut role = role(context, name)?;
    role["PermissionsBoundary"] = boundary(input);
    keep(context, name, &role)?;
    Ok(Value::Null)
}

pub(super) fn delete_role_permissions_boundary(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("RoleName")?;
    let mut role = role(context, name)?;
    role["PermissionsBoundary"] = Value::Null;
    keep(context, name, &role)?;
    Ok(Value::Null)
}

/// Policy documents are URL-encoded in IAM's answers (RFC 3986).
pub(super) fn encode(document: &Value) -> String {
    utf8_percent_encode(document.as_str().unwrap_or_default(), NON_ALPHANUMERIC).to_string()
}

fn describe(context: &Context<'_>, role: &Value) -> Result<Value> {
    let tags = context.tags(role["Arn"].as_str().unwrap_or_default())?;
    let mut all = list_item(role);
    if !tags.is_empty() {
        all["Tags"] = write_list(&tags);
    }
    all["RoleLastUsed"] = json!({});
    if !role["PermissionsBoundary"].is_null() {
        all["PermissionsBoundary"] = role["PermissionsBoundary"].clone();
    }
    Ok(all)
}

/// Lists tell neither tags nor last use.
fn list_item(role: &Value) -> Value {
    let mut all = json!({"AssumeRolePolicyDocument": encode(&role["AssumeRolePolicyDocument"])});
    for name in ["Path", "RoleName", "RoleId", "Arn", "CreateDate", "Description", "MaxSessionDuration"] {
        all[name] = role[name].clone();
    }
    all
}

pub(super) fn get_role(context: &Context<'_>, input: &Value) -> Result<Value> {
    Ok(json!({"Role": describe(context, &role(context, input.text("RoleName")?)?)?}))
}

pub(super) fn delete_role(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("RoleName")?;
    let role = role(context, name)?;
    let conflict = |message: &str| Err(ApiError::new("DeleteConflict", message).with_status(409));
    let some = |what: &str| role[what].as_object().is_some_and(|all| !all.is_empty());
    if some("attached") {
        return conflict("Cannot delete entity, must detach all policies first.");
    }
    if some("inline") {
        return conflict("Cannot delete entity, must delete policies first.");
    }
    context.documents.remove(ROLES, name)?;
    context.forget_tags(role["Arn"].as_str().unwrap_or_default())?;
    Ok(Value::Null)
}

pub(super) fn list_roles(context: &Context<'_>, input: &Value) -> Result<Value> {
    let prefix = input.optional("PathPrefix").unwrap_or("/");
    let mut all: Vec<_> = context.documents.list(ROLES, "")?.into_iter().map(|(_, role)| role).collect();
    all.retain(|role| role["Path"].as_str().is_some_and(|path| path.starts_with(prefix)));
    page_of(context, input, "Roles", all.iter().map(list_item).collect())
}

pub(super) fn update_role(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("RoleName")?;
    let mut role = role(context, name)?;
    if let Some(description) = input.optional("Description") {
        role["Description"] = description.into();
    }
    if let Some(duration) = input.number("MaxSessionDuration") {
        role["MaxSessionDuration"] = duration.into();
    }
    keep(context, name, &role)?;
    Ok(json!({}))
}

pub(super) fn update_assume_role_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, trust) = (input.text("RoleName")?, input.text("PolicyDocument")?);
    check_policy(trust, true)?;
    let mut role = role(context, name)?;
    role["AssumeRolePolicyDocument"] = trust.into();
    role["changed"] = context.now.as_millisecond().into();
    keep(context, name, &role)?;
    Ok(Value::Null)
}

fn arn_of(context: &Context<'_>, input: &Value) -> Result<String> {
    Ok(role(context, input.text("RoleName")?)?["Arn"].as_str().unwrap_or_default().to_owned())
}

pub(super) fn tag_role(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.add_tags(&arn_of(context, input)?, read_list(&input["Tags"]), validation)?;
    Ok(Value::Null)
}

pub(super) fn untag_role(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.remove_tags(&arn_of(context, input)?, &input.texts("TagKeys"), validation)?;
    Ok(Value::Null)
}

pub(super) fn list_role_tags(context: &Context<'_>, input: &Value) -> Result<Value> {
    let tags = context.tags(&arn_of(context, input)?)?;
    page_of(context, input, "Tags", write_list(&tags).as_array().cloned().unwrap_or_default())
}

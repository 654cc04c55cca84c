//! Who may invoke a function: its resource policy.

use super::reference::{LATEST, Reference};
use super::{check_revision, conflict, existing, invalid, not_found};
use crate::api_error::{ApiError, Result};
use crate::context::{Context, new_uuid};
use crate::service::{Input, Resource};
use crate::services::iam::permits_service;
use serde_json::{Map, Value, json};

/// A function, a version or an alias, as IAM looks at it: each has a policy of its own.
pub(super) fn resource(context: &Context<'_>, reference: &Reference) -> Result<Resource> {
    let (collection, key) = reference.place();
    let kept = context.get(collection, &key)?.unwrap_or_default();
    Ok(Resource { arn: reference.arn(context), policy: kept["policy"].clone() })
}

/// Whether a function is there, and its policy lets a service call it for what `source` is the ARN of.
pub(crate) fn may_invoke(context: &Context<'_>, function: &str, service: &'static str, source: &str) -> Result<bool> {
    let resource = resource(context, &Reference::of(function))?;
    permits_service(context, service, "lambda:InvokeFunction", &resource, source)
}

/// What the request's policy lies on. `$LATEST` has none of its own.
fn holder(context: &Context<'_>, input: &Value) -> Result<(Reference, Value)> {
    existing(context, input)?;
    let reference = Reference::read(input)?;
    if reference.qualifier.as_deref() == Some(LATEST) {
        return Err(invalid("We currently do not support adding policies for $LATEST."));
    }
    let kept = reference.kept(context)?;
    Ok((reference, kept))
}

fn keep(context: &Context<'_>, reference: &Reference, kept: &mut Value) -> Result<()> {
    kept["policyRevision"] = new_uuid().into();
    let (collection, key) = reference.place();
    context.put(collection, &key, kept)
}

pub(super) fn add_permission(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (reference, mut function) = holder(context, input)?;
    check_revision(input, &function["policyRevision"])?;
    let (sid, action, principal) = (input.text("StatementId")?, input.text("Action")?, input.text("Principal")?);
    if function["policy"].is_null() {
        function["policy"] = json!({"Version": "2012-10-17", "Id": "default", "Statement": []});
    }
    let statement = statement(context, &reference, sid, action, principal, input)?;
    if let Some(all) = function["policy"]["Statement"].as_array_mut() {
        if all.iter().any(|other| other["Sid"] == sid) {
            return Err(conflict(format!(
                "The statement id ({sid}) provided already exists. Please provide a new statement id, or remove the \
                 existing statement."
            )));
        }
        all.push(statement.clone());
    }
    keep(context, &reference, &mut function)?;
    Ok(json!({"Statement": statement.to_string()}))
}

fn statement(
    context: &Context<'_>,
    reference: &Reference,
    sid: &str,
    action: &str,
    principal: &str,
    input: &Value,
) -> Result<Value> {
    let is_account = principal.len() == 12 && principal.chars().all(|c| c.is_ascii_digit());
    let principal = match principal {
        "*" => json!("*"),
        account if is_account => json!({"AWS": format!("arn:{}:iam::{account}:root", context.partition())}),
        arn if arn.starts_with("arn:") => json!({"AWS": arn}),
        service if service.contains('.') => json!({"Service": service}),
        _ => return Err(invalid("The provided principal was invalid. Please check the principal and try again.")),
    };
    if !action.starts_with("lambda:") {
        return Err(invalid(format!("The action {action} is not one of Lambda")));
    }
    let mut condition = Map::new();
    if let Some(account) = input.optional("SourceAccount") {
        condition.insert("StringEquals".to_owned(), json!({"AWS:SourceAccount": account}));
    }
    by_url(&mut condition, action, input)?;
    if let Some(source) = input.optional("SourceArn") {
        condition.insert("ArnLike".to_owned(), json!({"AWS:SourceArn": source}));
    }
    let mut statement = json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": action,
        "Resource": reference.arn(context),
    });
    if !condition.is_empty() {
        statement["Condition"] = Value::Object(condition);
    }
    Ok(statement)
}

/// What a statement says of function URLs: of which kind, or that the function is called by way of one.
fn by_url(condition: &mut Map<String, Value>, action: &str, input: &Value) -> Result<()> {
    if let Some(kind) = input.optional("FunctionUrlAuthType") {
        if action != "lambda:InvokeFunctionUrl" {
            return Err(invalid("FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action"));
        }
        let equal = condition.entry("StringEquals").or_insert_with(|| json!({}));
        equal["lambda:FunctionUrlAuthType"] = kind.into();
    }
    if let Some(by_url) = input["InvokedViaFunctionUrl"].as_bool() {
        if action != "lambda:InvokeFunction" {
            return Err(invalid("InvokedViaFunctionUrl is only supported for lambda:InvokeFunction action"));
        }
        condition.insert("Bool".to_owned(), json!({"lambda:InvokedViaFunctionUrl": by_url.to_string()}));
    }
    Ok(())
}

/// A statement that no operation of Lambda's makes.
#[cfg(test)]
pub(crate) fn add_statement(context: &Context<'_>, name: &str, statement: Value) -> Result<()> {
    let (reference, mut function) = holder(context, &json!({"FunctionName": name}))?;
    function["policy"]["Statement"].as_array_mut().ok_or_else(no_policy)?.push(statement);
    keep(context, &reference, &mut function)
}

fn no_policy() -> ApiError {
    not_found("The resource you requested does not exist.")
}

pub(super) fn get_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    existing(context, input)?;
    let function = Reference::read(input)?.kept(context)?;
    match function["policy"]["Statement"].as_array() {
        Some(all) if !all.is_empty() => {
            Ok(json!({"Policy": function["policy"].to_string(), "RevisionId": function["policyRevision"]}))
        }
        _ => Err(no_policy()),
    }
}

pub(super) fn remove_permission(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (reference, mut function) = holder(context, input)?;
    check_revision(input, &function["policyRevision"])?;
    let sid = input.text("StatementId")?;
    let all = function["policy"]["Statement"].as_array_mut().ok_or_else(no_policy)?;
    let before = all.len();
    all.retain(|statement| statement["Sid"] != sid);
    if all.len() == before {
        return Err(not_found(format!("Statement {sid} is not found in resource policy.")));
    }
    keep(context, &reference, &mut function)?;
    Ok(Value::Null)
}

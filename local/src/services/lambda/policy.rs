//! Who may invoke a function: its resource policy.

use super::{FUNCTIONS, arn, conflict, existing, invalid, name_of, not_found};
use crate::api_error::{ApiError, Result};
use crate::context::{Context, new_uuid};
use crate::service::{Input, Resource};
use crate::services::iam::permits_service;
use serde_json::{Map, Value, json};

/// A function, as IAM looks at it.
pub(super) fn resource(context: &Context<'_>, given: &str) -> Result<Resource> {
    let name = name_of(given);
    let function = context.get(FUNCTIONS, name)?.unwrap_or_default();
    Ok(Resource { arn: arn(context, name), policy: function["policy"].clone() })
}

/// Whether a function is there, and its policy lets a service call it for what `source` is the ARN of.
pub(crate) fn may_invoke(context: &Context<'_>, function: &str, service: &'static str, source: &str) -> Result<bool> {
    let resource = resource(context, function)?;
    permits_service(context, service, "lambda:InvokeFunction", &resource, source)
}

pub(super) fn add_permission(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, mut function) = existing(context, input)?;
    let (sid, action, principal) = (input.text("StatementId")?, input.text("Action")?, input.text("Principal")?);
    if function["policy"].is_null() {
        function["policy"] = json!({"Version": "2012-10-17", "Id": "default", "Statement": []});
    }
    let statement = statement(context, &name, sid, action, principal, input)?;
    if let Some(all) = function["policy"]["Statement"].as_array_mut() {
        if all.iter().any(|other| other["Sid"] == sid) {
            return Err(conflict(format!(
                "The statement id ({sid}) provided already exists. Please provide a new statement id, or remove the \
                 existing statement."
            )));
        }
        all.push(statement.clone());
    }
    function["policyRevision"] = new_uuid().into();
    context.put(FUNCTIONS, &name, &function)?;
    Ok(json!({"Statement": statement.to_string()}))
}

fn statement(
    context: &Context<'_>,
    name: &str,
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
    if let Some(source) = input.optional("SourceArn") {
        condition.insert("ArnLike".to_owned(), json!({"AWS:SourceArn": source}));
    }
    let mut statement = json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": action,
        "Resource": arn(context, name),
    });
    if !condition.is_empty() {
        statement["Condition"] = Value::Object(condition);
    }
    Ok(statement)
}

/// A statement that no operation of Lambda's makes.
#[cfg(test)]
pub(crate) fn add_statement(context: &Context<'_>, name: &str, statement: Value) -> Result<()> {
    let (_, mut function) = existing(context, &json!({"FunctionName": name}))?;
    function["policy"]["Statement"].as_array_mut().ok_or_else(no_policy)?.push(statement);
    context.put(FUNCTIONS, name, &function)
}

fn no_policy() -> ApiError {
    not_found("The resource you requested does not exist.")
}

pub(super) fn get_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, function) = existing(context, input)?;
    match function["policy"]["Statement"].as_array() {
        Some(all) if !all.is_empty() => {
            Ok(json!({"Policy": function["policy"].to_string(), "RevisionId": function["policyRevision"]}))
        }
        _ => Err(no_policy()),
    }
}

pub(super) fn remove_permission(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, mut function) = existing(context, input)?;
    let sid = input.text("StatementId")?;
    let all = function["policy"]["Statement"].as_array_mut().ok_or_else(no_policy)?;
    let before = all.len();
    all.retain(|statement| statement["Sid"] != sid);
    if all.len() == before {
        return Err(not_found(format!("Statement {sid} is not found in resource policy.")));
    }
    function["policyRevision"] = new_uuid().into();
    context.put(FUNCTIONS, &name, &function)?;
    Ok(Value::Null)
}

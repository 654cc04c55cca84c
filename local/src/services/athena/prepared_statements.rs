//! Prepared statements: kept in a workgroup, run by their names.

use super::{PREPARED, invalid, workgroups};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input;
use serde_json::{Value, json};

fn key(workgroup: &str, name: &str) -> String {
    format!("{workgroup}/{name}")
}

fn not_found(name: &str) -> ApiError {
    ApiError::new("ResourceNotFoundException", format!("PreparedStatement {name} was not found"))
}

/// The text of one, for who runs it.
pub(super) fn find(context: &Context<'_>, workgroup: &str, name: &str) -> Result<Option<Value>> {
    context.get(PREPARED, &key(workgroup, name))
}

/// Keeps one; of PREPARE, which takes the place of what has the name.
pub(super) fn keep(context: &Context<'_>, workgroup: &str, name: &str, sql: &str) -> Result<()> {
    let kept = json!({"QueryStatement": sql, "LastModifiedTime": context.epoch()});
    context.put(PREPARED, &key(workgroup, name), &kept)
}

/// Whether there was one.
pub(super) fn forget(context: &Context<'_>, workgroup: &str, name: &str) -> Result<bool> {
    Ok(context.remove(PREPARED, &key(workgroup, name))?.is_some())
}

fn place(context: &Context<'_>, input: &Value) -> Result<(String, String)> {
    let group = input.text("WorkGroup")?;
    workgroups::existing(context, group)?;
    let name = input.text("StatementName")?;
    Ok((key(group, name), name.to_owned()))
}

fn put(context: &Context<'_>, key: &str, input: &Value) -> Result<Value> {
    let kept = json!({
        "QueryStatement": input["QueryStatement"],
        "Description": input["Description"],
        "LastModifiedTime": context.epoch(),
    });
    context.put(PREPARED, key, &kept)?;
    Ok(json!({}))
}

fn describe(key: &str, kept: &Value) -> Value {
    let (group, name) = key.split_once('/').unwrap_or_default();
    let mut all = kept.clone();
    all["StatementName"] = name.into();
    all["WorkGroupName"] = group.into();
    all
}

pub(super) fn create_prepared_statement(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, name) = place(context, input)?;
    match context.get(PREPARED, &key)? {
        Some(_) => Err(invalid(format!("PreparedStatement {name} already exists"))),
        None => put(context, &key, input),
    }
}

pub(super) fn update_prepared_statement(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, name) = place(context, input)?;
    match context.get(PREPARED, &key)? {
        Some(_) => put(context, &key, input),
        None => Err(not_found(&name)),
    }
}

pub(super) fn delete_prepared_statement(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, name) = place(context, input)?;
    context.remove(PREPARED, &key)?.map(|_| json!({})).ok_or_else(|| not_found(&name))
}

pub(super) fn get_prepared_statement(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, name) = place(context, input)?;
    let kept = context.get(PREPARED, &key)?.ok_or_else(|| not_found(&name))?;
    Ok(json!({"PreparedStatement": describe(&key, &kept)}))
}

pub(super) fn batch_get_prepared_statement(context: &Context<'_>, input: &Value) -> Result<Value> {
    let group = input.text("WorkGroup")?;
    workgroups::existing(context, group)?;
    let (mut found, mut missing) = (vec![], vec![]);
    for name in input.texts("PreparedStatementNames") {
        let key = key(group, &name);
        match context.get(PREPARED, &key)? {
            Some(kept) => found.push(describe(&key, &kept)),
            None => missing.push(json!({
                "StatementName": name,
                "ErrorCode": "STATEMENT_NOT_FOUND",
                "ErrorMessage": not_found(&name).message,
            })),
        }
    }
    Ok(json!({"PreparedStatements": found, "UnprocessedPreparedStatementNames": missing}))
}

pub(super) fn list_prepared_statements(context: &Context<'_>, input: &Value) -> Result<Value> {
    let group = input.text("WorkGroup")?;
    workgroups::existing(context, group)?;
    let all = context.list(PREPARED, &key(group, ""))?;
    let summary = |(key, kept): &(String, Value)| json!({"StatementName": describe(key, kept)["StatementName"], "LastModifiedTime": kept["LastModifiedTime"]});
    let all: Vec<_> = all.iter().map(summary).collect();
    let limit = input.number("MaxResults").and_then(|limit| usize::try_from(limit).ok());
    let page = context.page(all, input.optional("NextToken"), limit, 50, || invalid("Invalid NextToken"))?;
    Ok(json!({"PreparedStatements": page.items, "NextToken": page.next}))
}

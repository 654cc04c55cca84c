//! Named queries.

use super::workgroups::existing as existing_workgroup;
use super::{QUERIES, invalid};
use crate::api_error::Result;
use crate::context::{Context, new_uuid};
use crate::service::Input;
use serde_json::{Value, json};

pub(super) fn create_named_query(context: &Context<'_>, input: &Value) -> Result<Value> {
    let workgroup = input.optional("WorkGroup").unwrap_or("primary");
    existing_workgroup(context, workgroup)?;
    let token = input.optional("ClientRequestToken");
    if let Some(token) = token {
        let made = context.list(QUERIES, "")?.into_iter().find(|(_, query)| query["token"] == token);
        if let Some((id, before)) = made {
            return match before["QueryString"] == input["QueryString"] && before["Name"] == input["Name"] {
                true => Ok(json!({"NamedQueryId": id})),
                false => Err(invalid("Idempotent parameters do not match")),
            };
        }
    }
    let id = new_uuid();
    let query = json!({
        "Name": input["Name"],
        "Description": input["Description"],
        "Database": input["Database"],
        "QueryString": input["QueryString"],
        "WorkGroup": workgroup,
        "token": token,
    });
    context.put(QUERIES, &id, &query)?;
    Ok(json!({"NamedQueryId": id}))
}

fn existing(context: &Context<'_>, id: &str) -> Result<Value> {
    context.get(QUERIES, id)?.ok_or_else(|| invalid(format!("NamedQuery {id} was not found")))
}

fn describe(id: &str, query: &Value) -> Value {
    let mut all = json!({"NamedQueryId": id});
    for field in ["Name", "Description", "Database", "QueryString", "WorkGroup"] {
        all[field] = query[field].clone();
    }
    all
}

pub(super) fn get_named_query(context: &Context<'_>, input: &Value) -> Result<Value> {
    let id = input.text("NamedQueryId")?;
    Ok(json!({"NamedQuery": describe(id, &existing(context, id)?)}))
}

pub(super) fn batch_get_named_query(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (mut found, mut missing) = (vec![], vec![]);
    for id in input.texts("NamedQueryIds") {
        match context.get(QUERIES, &id)? {
            Some(query) => found.push(describe(&id, &query)),
            None => missing.push(json!({"NamedQueryId": id, "ErrorCode": "INTERNAL_FAILURE"})),
        }
    }
    Ok(json!({"NamedQueries": found, "UnprocessedNamedQueryIds": missing}))
}

pub(super) fn list_named_queries(context: &Context<'_>, input: &Value) -> Result<Value> {
    let workgroup = input.optional("WorkGroup").unwrap_or("primary");
    existing_workgroup(context, workgroup)?;
    let all = context.list(QUERIES, "")?;
    let ids = all.into_iter().filter(|(_, query)| query["WorkGroup"] == workgroup).map(|(id, _)| id).collect();
    let limit = input.number("MaxResults").and_then(|limit| usize::try_from(limit).ok());
    let page = context.page(ids, input.optional("NextToken"), limit, 50, || invalid("Invalid NextToken"))?;
    Ok(json!({"NamedQueryIds": page.items, "NextToken": page.next}))
}

pub(super) fn update_named_query(context: &Context<'_>, input: &Value) -> Result<Value> {
    let id = input.text("NamedQueryId")?;
    let mut query = existing(context, id)?;
    for field in ["Name", "Description", "QueryString"] {
        if !input[field].is_null() {
            query[field] = input[field].clone();
        }
    }
    context.put(QUERIES, id, &query)?;
    Ok(json!({}))
}

pub(super) fn delete_named_query(context: &Context<'_>, input: &Value) -> Result<Value> {
    let id = input.text("NamedQueryId")?;
    existing(context, id)?;
    context.remove(QUERIES, id)?;
    Ok(json!({}))
}

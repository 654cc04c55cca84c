//! What is needed for an operation: "Actions, resources, and condition keys for Amazon Athena".

use super::{EXECUTIONS, QUERIES};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::{Input as _, Need, operation_of};
use serde_json::Value;

/// Executions and named queries have no ARN: what may be done with them is said of their workgroup.
pub(super) fn needs(context: &Context<'_>, action: &str, input: &Value) -> Result<Vec<Need>> {
    let operation = operation_of(action);
    if let Some(arn) = input.optional("ResourceARN") {
        return Ok(vec![Need::of(action, arn.to_owned())]);
    }
    let catalog = input.optional("CatalogName").or_else(|| input.optional("Name"));
    if let Some(catalog) = catalog.filter(|_| is_of_catalogs(operation)) {
        return Ok(vec![Need::of(action, context.arn("athena", &format!("datacatalog/{catalog}")))]);
    }
    let workgroups = workgroups(context, operation, input)?;
    let arns = workgroups.into_iter().map(|name| context.arn("athena", &format!("workgroup/{name}")));
    let mut needs: Vec<_> = arns.map(|arn| Need::of(action, arn)).collect();
    if operation == "CreateWorkGroup" && !input["Tags"].is_null() {
        let tagging = needs.iter().map(|need| Need::of("athena:TagResource", need.resource.clone()));
        needs.extend(tagging.collect::<Vec<_>>());
    }
    match needs.is_empty() {
        true => Ok(vec![Need::of(action, "*".to_owned())]),
        false => Ok(needs),
    }
}

fn is_of_catalogs(operation: &str) -> bool {
    operation.contains("DataCatalog") || operation.contains("Database") || operation.contains("TableMetadata")
}

fn workgroups(context: &Context<'_>, operation: &str, input: &Value) -> Result<Vec<String>> {
    if let Some(name) = input.optional("WorkGroup") {
        return Ok(vec![name.to_owned()]);
    }
    if operation.contains("WorkGroup") {
        return Ok(input.optional("Name").map(str::to_owned).into_iter().collect());
    }
    let (collection, one, many) = match operation {
        _ if operation.contains("NamedQuer") => (QUERIES, "NamedQueryId", "NamedQueryIds"),
        _ if operation.contains("Quer") => (EXECUTIONS, "QueryExecutionId", "QueryExecutionIds"),
        _ => return Ok(vec![]),
    };
    let ids = input.optional(one).map(str::to_owned).into_iter().chain(input.texts(many));
    let mut found = vec![];
    for id in ids {
        let kept = context.get(collection, &id)?.unwrap_or_default();
        found.extend(kept.optional("WorkGroup").map(str::to_owned));
    }
    if found.is_empty()
        && matches!(operation, "CreateNamedQuery" | "ListNamedQueries" | "ListQueryExecutions" | "StartQueryExecution")
    {
        found.push("primary".to_owned());
    }
    found.dedup();
    Ok(found)
}

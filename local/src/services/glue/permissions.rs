//! What is needed for an operation: "Actions, resources, and condition keys for AWS Glue".

use crate::api_error::Result;
use crate::context::Context;
use crate::service::{Input as _, Need, operation_of};
use crate::services::iam::passing;
use serde_json::Value;

const SERVICE: &str = "glue.amazonaws.com";

/// Of these, the table of actions names no resource: a policy that names one does not allow them.
const OF_NOTHING: &[&str] = &[
    "CreateCrawler",
    "GetJobBookmark",
    "ResetJobBookmark",
    "StartCrawlerSchedule",
    "StopCrawlerSchedule",
    "UpdateCrawlerSchedule",
];

/// Catalog objects are asked for with all that contain them: "you must also have permissions on the catalog".
pub(super) fn needs(context: &Context<'_>, action: &str, input: &Value) -> Result<Vec<Need>> {
    let operation = operation_of(action);
    let own = own_resources(context, operation, input);
    let mut needs: Vec<_> = own.into_iter().map(|arn| Need::of(action, arn)).collect();
    if operation.starts_with("Create") && !input["Tags"].is_null() {
        let named = created(context, operation, input);
        needs.extend(named.map(|arn| Need::of("glue:TagResource", arn)));
    }
    let role = input.optional("Role").or_else(|| input["JobUpdate"].optional("Role"));
    needs.extend(role.map(|role| passing(context, role, SERVICE)));
    Ok(needs)
}

fn own_resources(context: &Context<'_>, operation: &str, input: &Value) -> Vec<String> {
    let arn = |resource: String| context.arn("glue", &resource);
    if let Some(tagged) = input.optional("ResourceArn") {
        return vec![tagged.to_owned()];
    }
    if OF_NOTHING.contains(&operation) {
        return vec!["*".to_owned()];
    }
    if let Some(in_catalog) = in_catalog(operation, input) {
        return ["catalog".to_owned()].into_iter().chain(in_catalog).map(arn).collect();
    }
    created(context, operation, input).map_or_else(|| vec!["*".to_owned()], |arn| vec![arn])
}

/// Databases and what is in them, as they stand in ARNs.
fn in_catalog(operation: &str, input: &Value) -> Option<Vec<String>> {
    let table = input.optional("Name").or_else(|| input["TableInput"].optional("Name"));
    let table = if operation.contains("Table") { table } else { None }.or_else(|| input.optional("TableName"));
    if let Some(database) = input.optional("DatabaseName").filter(|_| is_of_tables(operation)) {
        let table = table.unwrap_or("*");
        return Some(vec![format!("database/{database}"), format!("table/{database}/{table}")]);
    }
    let database = input.optional("Name").or_else(|| input["DatabaseInput"].optional("Name")).unwrap_or("*");
    match operation {
        "DeleteDatabase" => Some(vec![
            format!("database/{database}"),
            format!("table/{database}/*"),
            format!("userDefinedFunction/{database}/*"),
        ]),
        _ if operation.contains("Database") => Some(vec![format!("database/{database}")]),
        _ => None,
    }
}

fn is_of_tables(operation: &str) -> bool {
    operation.contains("Table") || operation.contains("Partition")
}

/// What is called by a name.
fn created(context: &Context<'_>, operation: &str, input: &Value) -> Option<String> {
    let name = |member: &str| input.optional(member).map(str::to_owned);
    let resource = if operation.contains("Crawl") {
        format!("crawler/{}", name("Name").or_else(|| name("CrawlerName"))?)
    } else if operation.contains("Trigger") {
        format!("trigger/{}", name("Name")?)
    } else if operation.contains("Job") {
        format!("job/{}", name("JobName").or_else(|| name("Name"))?)
    } else if operation.contains("Database") {
        format!("database/{}", input["DatabaseInput"].optional("Name")?)
    } else {
        return None;
    };
    Some(context.arn("glue", &resource))
}

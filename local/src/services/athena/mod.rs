//! Amazon Athena: workgroups, named queries, and queries.

mod executions;
mod metadata;
mod named_queries;
mod permissions;
mod prepared_statements;
mod query;
mod reuse;
mod rights;
mod workgroups;

pub(crate) use executions::{
    WORKER, get_query_execution, get_query_results, start_query_execution, stop_query_execution,
};
pub(crate) use workgroups::{arn as work_group_arn, existing as work_group};

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::model;
use crate::service::{Input, Protocol, Service};
use crate::tags::{read_list, write_list};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    scope: "athena",
    prefix: "athena",
    protocol: Protocol::Json { message: "Message" },
    model: &model::ATHENA,
    operations: &[
        ("CreateWorkGroup", workgroups::create_work_group),
        ("GetWorkGroup", workgroups::get_work_group),
        ("ListWorkGroups", workgroups::list_work_groups),
        ("UpdateWorkGroup", workgroups::update_work_group),
        ("DeleteWorkGroup", workgroups::delete_work_group),
        ("CreateNamedQuery", named_queries::create_named_query),
        ("GetNamedQuery", named_queries::get_named_query),
        ("BatchGetNamedQuery", named_queries::batch_get_named_query),
        ("ListNamedQueries", named_queries::list_named_queries),
        ("UpdateNamedQuery", named_queries::update_named_query),
        ("DeleteNamedQuery", named_queries::delete_named_query),
        ("StartQueryExecution", executions::start_query_execution),
        ("GetQueryExecution", executions::get_query_execution),
        ("BatchGetQueryExecution", executions::batch_get_query_execution),
        ("ListQueryExecutions", executions::list_query_executions),
        ("StopQueryExecution", executions::stop_query_execution),
        ("GetQueryResults", executions::get_query_results),
        ("GetQueryRuntimeStatistics", executions::get_query_runtime_statistics),
        ("CreatePreparedStatement", prepared_statements::create_prepared_statement),
        ("GetPreparedStatement", prepared_statements::get_prepared_statement),
        ("BatchGetPreparedStatement", prepared_statements::batch_get_prepared_statement),
        ("ListPreparedStatements", prepared_statements::list_prepared_statements),
        ("UpdatePreparedStatement", prepared_statements::update_prepared_statement),
        ("DeletePreparedStatement", prepared_statements::delete_prepared_statement),
        ("TagResource", tag_resource),
        ("UntagResource", untag_resource),
        ("ListTagsForResource", list_tags_for_resource),
        ("ListEngineVersions", list_engine_versions),
        ("ListDataCatalogs", list_data_catalogs),
        ("GetDataCatalog", get_data_catalog),
        ("ListDatabases", metadata::list_databases),
        ("GetDatabase", metadata::get_database),
        ("ListTableMetadata", metadata::list_table_metadata),
        ("GetTableMetadata", metadata::get_table_metadata),
    ],
    needs: permissions::needs,
    whole: None,
};

/// Key: the workgroup's name.
const WORKGROUPS: &str = "athena.workgroup";
/// Key: the execution's id.
const EXECUTIONS: &str = "athena.execution";
/// Key: the id of an execution that is queued or running. Of those that have ended there may be many, with long texts.
const OPEN: &str = "athena.open";
/// Key: the query's id.
const QUERIES: &str = "athena.named_query";

/// Key: workgroup, `/`, the statement's name.
const PREPARED: &str = "athena.prepared_statement";

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidRequestException", message)
}

/// The ARN, if it is that of a workgroup that is there.
fn tagged<'a>(context: &Context<'_>, input: &'a Value) -> Result<&'a str> {
    let arn = input.text("ResourceARN")?;
    let name = arn.strip_prefix(&context.arn("athena", "workgroup/")).ok_or_else(|| invalid("Invalid ARN"))?;
    // Through the workgroups, as `primary` is there without having been made.
    match workgroups::existing(context, name) {
        Err(error) if error.status < 500 => Err(ApiError::new("ResourceNotFoundException", error.message)),
        Err(error) => Err(error),
        Ok(_) => Ok(arn),
    }
}

fn tag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.add_tags(tagged(context, input)?, read_list(&input["Tags"]), invalid)?;
    Ok(json!({}))
}

fn untag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.remove_tags(tagged(context, input)?, &input.texts("TagKeys"), invalid)?;
    Ok(json!({}))
}

fn list_tags_for_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    Ok(json!({"Tags": write_list(&context.tags(tagged(context, input)?)?)}))
}

fn list_engine_versions(_: &Context<'_>, _: &Value) -> Result<Value> {
    let version = |selected: &str| json!({"SelectedEngineVersion": selected, "EffectiveEngineVersion": "Athena engine version 3"});
    Ok(json!({"EngineVersions": [version("AUTO"), version("Athena engine version 3")]}))
}

fn list_data_catalogs(_: &Context<'_>, _: &Value) -> Result<Value> {
    Ok(json!({"DataCatalogsSummary": [{"CatalogName": "AwsDataCatalog", "Type": "GLUE"}]}))
}

fn get_data_catalog(context: &Context<'_>, input: &Value) -> Result<Value> {
    match input.text("Name")? {
        name if name.eq_ignore_ascii_case(metadata::CATALOG) => Ok(
            json!({"DataCatalog": {"Name": metadata::CATALOG, "Type": "GLUE", "Parameters": {"catalog-id": context.account}}}),
        ),
        name => Err(invalid(format!("DataCatalog {name} was not found"))),
    }
}

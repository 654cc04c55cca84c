//! What is needed for an operation: "Actions, resources, and condition keys for Amazon QuickSight".

use super::account::{self, identity_arn};
use super::data_sets::source_arns;
use super::data_sources::SERVICE;
use super::definition::data_set_arns;
use crate::api_error::Result;
use crate::context::Context;
use crate::service::{Input as _, Need, operation_of};
use crate::services::iam::passing;
use serde_json::Value;

/// Of these the table of actions names no resource.
const OF_NOTHING: &[&str] = &[
    "CreateAccountSubscription",
    "CreateDataSource",
    "DescribeAccountSettings",
    "ListDataSets",
    "ListDataSources",
    "ListIngestions",
    "ListNamespaces",
    "ListRefreshSchedules",
    "UpdateAccountSettings",
];

/// Before anything is looked at, whether the account can be asked: of what is not subscribed there are no resources.
pub(super) fn needs(context: &Context<'_>, action: &str, input: &Value) -> Result<Vec<Need>> {
    let operation = operation_of(action);
    account::admit(context, operation, input)?;
    let mut needs: Vec<_> =
        own_resources(context, operation, input)?.into_iter().map(|arn| Need::of(action, arn)).collect();
    if let (Some(need), Some(member)) = (needs.first_mut(), input.optional("MemberName")) {
        need.keys.push(("quicksight:UserName", member.to_owned()));
    }
    let role = input["DataSourceParameters"]["AthenaParameters"].optional("RoleArn");
    needs.extend(role.map(|role| passing(context, role, SERVICE)));
    needs.extend(source_arns(input).into_iter().map(|arn| Need::of("quicksight:PassDataSource", arn.to_owned())));
    // The table does not have it as a dependent action of dashboards; its description is "to pass a dataset to another
    // entity", and the pages on permissions of dashboards have it.
    let sets = data_set_arns(&input["Definition"]).into_iter();
    needs.extend(sets.map(|arn| Need::of("quicksight:PassDataSet", arn.to_owned())));
    Ok(needs)
}

fn own_resources(context: &Context<'_>, operation: &str, input: &Value) -> Result<Vec<String>> {
    if OF_NOTHING.contains(&operation) {
        return Ok(vec!["*".to_owned()]);
    }
    if let Some(tagged) = input.optional("ResourceArn") {
        return Ok(vec![tagged.to_owned()]);
    }
    // The table has data sources as what it is about: the set is not there yet.
    if operation == "CreateDataSet" {
        return Ok(source_arns(input).into_iter().map(str::to_owned).collect());
    }
    let id = |member: &str| input.optional(member).unwrap_or("*").to_owned();
    let resource = if operation.contains("AccountSubscription") {
        format!("account/{}", context.account)
    } else if !input["Namespace"].is_null() {
        return identity(context, operation, input).map(|arn| vec![arn]);
    } else if operation.contains("RefreshSchedule") {
        let schedule = input.optional("ScheduleId").or_else(|| input["Schedule"].optional("ScheduleId"));
        format!("dataset/{}/refresh-schedule/{}", id("DataSetId"), schedule.unwrap_or("*"))
    } else if operation.contains("Ingestion") {
        format!("dataset/{}/ingestion/{}", id("DataSetId"), id("IngestionId"))
    } else if operation.contains("DataSource") {
        format!("datasource/{}", id("DataSourceId"))
    } else if operation.contains("DataSet") {
        format!("dataset/{}", id("DataSetId"))
    } else if operation.contains("Dashboard") {
        format!("dashboard/{}", id("DashboardId"))
    } else {
        format!("analysis/{}", id("AnalysisId"))
    };
    Ok(vec![context.arn("quicksight", &resource)])
}

/// A user, a group or a namespace.
fn identity(context: &Context<'_>, operation: &str, input: &Value) -> Result<String> {
    let namespace = input.optional("Namespace").unwrap_or("*");
    let resource = if operation.contains("Group") {
        format!("group/{namespace}/{}", input.optional("GroupName").unwrap_or("*"))
    } else if operation.contains("User") {
        format!("user/{namespace}/{}", input.optional("UserName").unwrap_or("*"))
    } else {
        format!("namespace/{namespace}")
    };
    identity_arn(context, &resource)
}

//! Amazon QuickSight's control plane: what dashboards there are, over which data sets, and who may see them. Nothing is
//! drawn here.
//!
//! ```text
//! data source (Athena) -> data set (columns, schedules, ingestions) -> analysis, dashboard (versions)
//! ```

mod account;
mod analyses;
mod asset;
mod columns;
mod dashboards;
mod data_sets;
mod data_sources;
mod definition;
mod grants;
mod identities;
mod ingest;
mod ingestions;
mod kinds;
mod permissions;
mod progress;
mod properties;
mod schedules;
mod tagging;
mod versions;
mod work;

pub(crate) use work::{WORKER, schedules_overview};

use crate::api_error::{ApiError, Result};
use crate::context::{Context, new_uuid};
use crate::model;
use crate::service::{Input as _, Protocol, Service};
use serde_json::{Map, Value, json};

pub(crate) static SERVICE: Service = Service {
    scope: "quicksight",
    prefix: "quicksight",
    protocol: Protocol::Rest { message: "Message" },
    model: &model::QUICKSIGHT,
    operations: &[
        ("DescribeAccountSubscription", account::describe_account_subscription),
        ("CreateAccountSubscription", account::create_account_subscription),
        ("DeleteAccountSubscription", account::delete_account_subscription),
        ("DescribeAccountSettings", account::describe_account_settings),
        ("UpdateAccountSettings", account::update_account_settings),
        ("ListNamespaces", account::list_namespaces),
        ("DescribeNamespace", account::describe_namespace),
        ("RegisterUser", identities::register_user),
        ("DescribeUser", identities::describe_user),
        ("ListUsers", identities::list_users),
        ("DeleteUser", identities::delete_user),
        ("CreateGroup", identities::create_group),
        ("DescribeGroup", identities::describe_group),
        ("ListGroups", identities::list_groups),
        ("DeleteGroup", identities::delete_group),
        ("CreateGroupMembership", identities::create_group_membership),
        ("CreateDataSource", data_sources::create_data_source),
        ("DescribeDataSource", data_sources::describe_data_source),
        ("UpdateDataSource", data_sources::update_data_source),
        ("DeleteDataSource", data_sources::delete_data_source),
        ("ListDataSources", data_sources::list_data_sources),
        ("DescribeDataSourcePermissions", data_sources::describe_data_source_permissions),
        ("UpdateDataSourcePermissions", data_sources::update_data_source_permissions),
        ("CreateDataSet", data_sets::create_data_set),
        ("DescribeDataSet", data_sets::describe_data_set),
        ("UpdateDataSet", data_sets::update_data_set),
        ("DeleteDataSet", data_sets::delete_data_set),
        ("ListDataSets", data_sets::list_data_sets),
        ("DescribeDataSetPermissions", data_sets::describe_data_set_permissions),
        ("UpdateDataSetPermissions", data_sets::update_data_set_permissions),
        ("CreateRefreshSchedule", schedules::create_refresh_schedule),
        ("DescribeRefreshSchedule", schedules::describe_refresh_schedule),
        ("ListRefreshSchedules", schedules::list_refresh_schedules),
        ("UpdateRefreshSchedule", schedules::update_refresh_schedule),
        ("DeleteRefreshSchedule", schedules::delete_refresh_schedule),
        ("PutDataSetRefreshProperties", properties::put_data_set_refresh_properties),
        ("DescribeDataSetRefreshProperties", properties::describe_data_set_refresh_properties),
        ("DeleteDataSetRefreshProperties", properties::delete_data_set_refresh_properties),
        ("CreateIngestion", ingestions::create_ingestion),
        ("DescribeIngestion", ingestions::describe_ingestion),
        ("ListIngestions", ingestions::list_ingestions),
        ("CancelIngestion", ingestions::cancel_ingestion),
        ("CreateAnalysis", analyses::create_analysis),
        ("DescribeAnalysis", analyses::describe_analysis),
        ("DescribeAnalysisDefinition", analyses::describe_analysis_definition),
        ("UpdateAnalysis", analyses::update_analysis),
        ("DeleteAnalysis", analyses::delete_analysis),
        ("RestoreAnalysis", analyses::restore_analysis),
        ("ListAnalyses", analyses::list_analyses),
        ("DescribeAnalysisPermissions", analyses::describe_analysis_permissions),
        ("UpdateAnalysisPermissions", analyses::update_analysis_permissions),
        ("CreateDashboard", dashboards::create_dashboard),
        ("DescribeDashboard", dashboards::describe_dashboard),
        ("DescribeDashboardDefinition", dashboards::describe_dashboard_definition),
        ("UpdateDashboard", dashboards::update_dashboard),
        ("DeleteDashboard", dashboards::delete_dashboard),
        ("ListDashboards", dashboards::list_dashboards),
        ("DescribeDashboardPermissions", dashboards::describe_dashboard_permissions),
        ("UpdateDashboardPermissions", dashboards::update_dashboard_permissions),
        ("ListDashboardVersions", versions::list_dashboard_versions),
        ("UpdateDashboardPublishedVersion", versions::update_dashboard_published_version),
        ("TagResource", tagging::tag_resource),
        ("UntagResource", tagging::untag_resource),
        ("ListTagsForResource", tagging::list_tags_for_resource),
    ],
    needs: permissions::needs,
    whole: None,
};

/// Key: `account`. Whether the account is subscribed, and in which region its users are.
const ACCOUNT: &str = "quicksight.account";
/// Key: namespace, `/`, name; of no region.
const USERS: &str = "quicksight.user";
/// Key: namespace, `/`, name; of no region.
const GROUPS: &str = "quicksight.group";
const DATA_SOURCES: &str = "quicksight.data_source";
const DATA_SETS: &str = "quicksight.data_set";
/// Key: the data set's id and the ingestion's, with a line's end between them: ids may have everything else.
const INGESTIONS: &str = "quicksight.ingestion";
/// The same keys: those that are not over yet.
const OPEN: &str = "quicksight.open";
/// Key: the data set's id and the schedule's, as of ingestions.
const SCHEDULES: &str = "quicksight.schedule";
const ANALYSES: &str = "quicksight.analysis";
const DASHBOARDS: &str = "quicksight.dashboard";
/// Key: the dashboard's id, `/`, the version's number in six digits.
const VERSIONS: &str = "quicksight.version";

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameterValueException", message)
}

fn not_found(message: impl Into<String>) -> ApiError {
    ApiError::new("ResourceNotFoundException", message).with_status(404)
}

fn exists(message: impl Into<String>) -> ApiError {
    ApiError::new("ResourceExistsException", message).with_status(409)
}

fn exceeded(message: impl Into<String>) -> ApiError {
    ApiError::new("LimitExceededException", message).with_status(409)
}

fn unmet(message: impl Into<String>) -> ApiError {
    ApiError::new("PreconditionNotMetException", message)
}

fn conflict(message: impl Into<String>) -> ApiError {
    ApiError::new("ConflictException", message).with_status(409)
}

/// An answer, with the id that QuickSight's bodies repeat.
fn answered(output: Value) -> Result<Value> {
    let mut output = output;
    output["RequestId"] = new_uuid().into();
    Ok(output)
}

/// The page of a list that `NextToken` and `MaxResults` ask for.
fn listed(context: &Context<'_>, input: &Value, field: &str, all: Vec<Value>) -> Result<Value> {
    let limit = input.number("MaxResults").and_then(|limit| usize::try_from(limit).ok());
    let bad_token = || ApiError::new("InvalidNextTokenException", "The NextToken value isn't valid.");
    let page = context.page(all, input.optional("NextToken"), limit, 100, bad_token)?;
    answered(json!({field: page.items, "NextToken": page.next}))
}

/// The key of what a data set has.
fn inside(set: &str, id: &str) -> String {
    format!("{set}\n{id}")
}

/// What AWS shows of a document: its own members begin with capitals.
fn shown(document: &Value) -> Value {
    let all = document.as_object().into_iter().flatten();
    let own = all.filter(|(name, _)| name.starts_with(|first: char| first.is_ascii_uppercase()));
    Value::Object(own.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
}

/// Takes members of an input as they are.
fn taken(input: &Value, members: &[&str]) -> Value {
    let given = members.iter().filter(|name| !input[**name].is_null());
    Value::Object(given.map(|name| ((*name).to_owned(), input[*name].clone())).collect())
}

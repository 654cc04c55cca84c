//! AWS Glue: the data catalog, crawlers, jobs and triggers.
//!
//! ```text
//! schedule -> crawl: files in S3 -> tables and partitions
//!          -> run:   new JSON files of a table -> Parquet
//! ```

mod crawl;
mod crawlers;
pub(crate) mod databases;
pub(crate) mod hive;
mod jobs;
mod metered;
pub(crate) mod partitions;
mod permissions;
pub(crate) mod rows;
mod run;
mod table_versions;
pub(crate) mod tables;
mod tagging;
mod triggers;
mod under;
mod work;

pub(crate) use under::{columns_of, table_under};
pub(crate) use work::{SCHEDULES, WORKER, schedules_overview, tables_overview};

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::model;
use crate::service::{Input, Protocol, Service};
use crate::services::iam::permit_role;
use crate::tags::read_map;
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    scope: "glue",
    prefix: "glue",
    protocol: Protocol::Json { message: "Message" },
    model: &model::GLUE,
    operations: &[
        ("CreateDatabase", databases::create_database),
        ("GetDatabase", databases::get_database),
        ("GetDatabases", databases::get_databases),
        ("UpdateDatabase", databases::update_database),
        ("DeleteDatabase", databases::delete_database),
        ("CreateTable", tables::create_table),
        ("GetTable", tables::get_table),
        ("GetTables", tables::get_tables),
        ("UpdateTable", tables::update_table),
        ("DeleteTable", tables::delete_table),
        ("GetTableVersion", table_versions::get_table_version),
        ("GetTableVersions", table_versions::get_table_versions),
        ("DeleteTableVersion", table_versions::delete_table_version),
        ("BatchDeleteTableVersion", table_versions::batch_delete_table_version),
        ("CreatePartition", partitions::create_partition),
        ("BatchCreatePartition", partitions::batch_create_partition),
        ("GetPartition", partitions::get_partition),
        ("GetPartitions", partitions::get_partitions),
        ("BatchGetPartition", partitions::batch_get_partition),
        ("UpdatePartition", partitions::update_partition),
        ("DeletePartition", partitions::delete_partition),
        ("BatchDeletePartition", partitions::batch_delete_partition),
        ("StartCrawler", crawl::start_crawler),
        ("StopCrawler", crawl::stop_crawler),
        ("ListCrawls", crawl::list_crawls),
        ("GetCrawlerMetrics", crawl::get_crawler_metrics),
        ("StartJobRun", run::start_job_run),
        ("GetJobRun", run::get_job_run),
        ("GetJobRuns", run::get_job_runs),
        ("BatchStopJobRun", run::batch_stop_job_run),
        ("GetJobBookmark", run::get_job_bookmark),
        ("ResetJobBookmark", run::reset_job_bookmark),
        ("CreateCrawler", crawlers::create_crawler),
        ("GetCrawler", crawlers::get_crawler),
        ("GetCrawlers", crawlers::get_crawlers),
        ("BatchGetCrawlers", crawlers::batch_get_crawlers),
        ("ListCrawlers", crawlers::list_crawlers),
        ("UpdateCrawler", crawlers::update_crawler),
        ("UpdateCrawlerSchedule", crawlers::update_crawler_schedule),
        ("StartCrawlerSchedule", crawlers::start_crawler_schedule),
        ("StopCrawlerSchedule", crawlers::stop_crawler_schedule),
        ("DeleteCrawler", crawlers::delete_crawler),
        ("CreateJob", jobs::create_job),
        ("GetJob", jobs::get_job),
        ("GetJobs", jobs::get_jobs),
        ("BatchGetJobs", jobs::batch_get_jobs),
        ("ListJobs", jobs::list_jobs),
        ("UpdateJob", jobs::update_job),
        ("DeleteJob", jobs::delete_job),
        ("CreateTrigger", triggers::create_trigger),
        ("GetTrigger", triggers::get_trigger),
        ("GetTriggers", triggers::get_triggers),
        ("BatchGetTriggers", triggers::batch_get_triggers),
        ("ListTriggers", triggers::list_triggers),
        ("UpdateTrigger", triggers::update_trigger),
        ("StartTrigger", triggers::start_trigger),
        ("StopTrigger", triggers::stop_trigger),
        ("DeleteTrigger", triggers::delete_trigger),
        ("TagResource", tagging::tag_resource),
        ("UntagResource", tagging::untag_resource),
        ("GetTags", tagging::get_tags),
    ],
    needs: permissions::needs,
    whole: None,
};

const DATABASES: &str = "glue.database";
/// Key: database, `/`, table.
const TABLES: &str = "glue.table";
/// Key: database, `/`, table, and the values, each after `/` and percent-encoded.
const PARTITIONS: &str = "glue.partition";
const CRAWLERS: &str = "glue.crawler";
const JOBS: &str = "glue.job";
const TRIGGERS: &str = "glue.trigger";

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidInputException", message)
}

fn not_found(message: impl Into<String>) -> ApiError {
    ApiError::new("EntityNotFoundException", message)
}

fn already_exists(message: impl Into<String>) -> ApiError {
    ApiError::new("AlreadyExistsException", message)
}

/// A schedule as Glue takes it: six fields of cron.
fn check_schedule(schedule: &str) -> Result<()> {
    let fields = schedule.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')'));
    let fields: Vec<_> = fields.map(|fields| fields.split_whitespace().collect()).unwrap_or_default();
    let allowed = |field: &&str| field.chars().all(|c| c.is_ascii_alphanumeric() || "*?,-/L#W".contains(c));
    let one_day = fields.len() == 6 && (fields[2] == "?") != (fields[4] == "?");
    if one_day && fields.iter().all(allowed) {
        return Ok(());
    }
    Err(invalid(format!("The schedule expression {schedule} is not valid")))
}

fn tag(context: &Context<'_>, arn: &str, input: &Value) -> Result<()> {
    context.add_tags(arn, read_map(&input["Tags"]), invalid)
}

/// Checks a role's permission for a call to the catalog, which needs it on the catalog, on the database and on the
/// table: "Actions, resources, and condition keys for AWS Glue".
///
/// # Errors
/// `AccessDeniedException`.
pub(crate) fn permit_catalog(
    context: &Context<'_>,
    role: &str,
    action: &str,
    database: Option<&str>,
    table: Option<&str>,
) -> Result<()> {
    permit_role(context, role, action, &context.arn("glue", "catalog"), &[])?;
    let Some(database) = database else { return Ok(()) };
    permit_role(context, role, action, &context.arn("glue", &format!("database/{database}")), &[])?;
    match table {
        Some(table) => {
            permit_role(context, role, action, &context.arn("glue", &format!("table/{database}/{table}")), &[])
        }
        None => Ok(()),
    }
}

/// The page of a list that `NextToken` and `MaxResults` ask for, as `{field: [...], "NextToken": ...}`.
fn listed(context: &Context<'_>, input: &Value, field: &str, all: Vec<Value>) -> Result<Value> {
    let limit = input.number("MaxResults").and_then(|limit| usize::try_from(limit).ok());
    let page = context.page(all, input.optional("NextToken"), limit, 100, || invalid("Invalid NextToken"))?;
    Ok(json!({field: page.items, "NextToken": page.next}))
}

/// Whether a tag filter of a list lets a resource through.
fn has_tags(context: &Context<'_>, arn: &str, input: &Value) -> Result<bool> {
    let wanted = read_map(&input["Tags"]);
    let tags = context.tags(arn)?;
    Ok(wanted.iter().all(|(key, value)| tags.get(key) == Some(value)))
}

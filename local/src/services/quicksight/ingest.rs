//! What an ingestion does: it asks Athena, with the rights of the data source's role, for the columns of the set's table.
//! The rows are counted and not kept, as nothing is drawn here. An incremental one counts all of them as well, and a set
//! of several tables is not asked for.

use super::data_sources::SERVICE;
use super::ingestions::end;
use super::kinds::{DATA_SET, DATA_SOURCE};
use super::{INGESTIONS, OPEN, progress};
use crate::api_error::{ApiError, Result};
use crate::caller::Caller;
use crate::context::Context;
use crate::core::Core;
use crate::service::Input as _;
use crate::services::athena::{get_query_execution, get_query_results, start_query_execution, work_group_arn};
use crate::services::iam::{permit_role, role_assumable};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

/// How often a query is looked at.
const NAP: Duration = Duration::from_millis(20);

/// How far one has come.
#[derive(PartialEq, Eq)]
enum Step {
    /// It is not its time.
    Early,
    /// Its query runs, or another ingestion of the set does.
    Waits,
    Moved,
}

/// A query to be asked, and by whom.
struct Query {
    input: Value,
    role: Option<String>,
}

/// Why an ingestion fails: AWS's type and the words.
struct Failure(&'static str, String);

/// What reads a set, nothing where it is of several tables.
type Plan = Result<Option<Query>, Failure>;

/// When the next one begins.
pub(super) fn due(core: &Core) -> Option<Timestamp> {
    let open = core.store.read_all(OPEN, "").unwrap_or_default();
    let times = open.iter().filter_map(|(_, one)| Timestamp::from_millisecond(one["settles"].as_i64()?).ok());
    times.filter(|at| *at > core.clock.now()).min()
}

/// Carries all of them on.
pub(super) async fn pass(core: &Core) -> bool {
    let (mut moved, mut waits) = (false, false);
    for (key, _) in core.store.read_all(OPEN, "").unwrap_or_default() {
        if let Some((region, key)) = key.split_once('/') {
            let step = carry_on(core, region, key).unwrap_or(Step::Early);
            moved |= step == Step::Moved;
            waits |= step == Step::Waits;
        }
    }
    if waits && !moved {
        tokio::time::sleep(NAP).await;
    }
    moved || waits
}

fn carry_on(core: &Core, region: &str, key: &str) -> Result<Step> {
    let (ingestion, is_first) = core.run(region, |context| {
        let ingestion = context.get(INGESTIONS, key)?.unwrap_or_default();
        Ok((ingestion, !another_runs(context, key)?))
    })?;
    match ingestion["IngestionStatus"].as_str() {
        Some("RUNNING") => look(core, region, key, ingestion),
        Some("INITIALIZED" | "QUEUED")
            if !core.run(region, |context| Ok(context.settled(&ingestion["settles"])))? =>
        {
            Ok(Step::Early)
        }
        Some("INITIALIZED" | "QUEUED") if is_first => begin(core, region, key, ingestion).map(|()| Step::Moved),
        Some(_) => Ok(Step::Waits),
        None => core.run(region, |context| context.remove(OPEN, key)).map(|_| Step::Moved),
    }
}

/// Whether another ingestion of the set runs, which this one then waits for.
fn another_runs(context: &Context<'_>, key: &str) -> Result<bool> {
    let (set, id) = key.split_once('\n').unwrap_or_default();
    let all = context.list(INGESTIONS, &super::inside(set, ""))?;
    let Some((_, other)) = all.iter().find(|(other, one)| other != key && one["IngestionStatus"] == "RUNNING") else {
        return Ok(false);
    };
    let mut ingestion = context.get(INGESTIONS, key)?.unwrap_or_default();
    if ingestion["IngestionStatus"] == "INITIALIZED" && context.settled(&ingestion["settles"]) {
        ingestion["IngestionStatus"] = "QUEUED".into();
        ingestion["QueueInfo"] = json!({"WaitingOnIngestion": other["IngestionId"], "QueuedIngestion": id});
        context.put(INGESTIONS, key, &ingestion)?;
    }
    Ok(true)
}

fn begin(core: &Core, region: &str, key: &str, mut ingestion: Value) -> Result<()> {
    let set = key.split_once('\n').unwrap_or_default().0;
    let query = match core.run(region, |context| plan(context, set))? {
        Ok(Some(query)) => query,
        Ok(None) => return core.run(region, |context| end(context, key, ingestion.clone(), "COMPLETED")),
        Err(failure) => return failed(core, region, key, ingestion, failure),
    };
    let caller = query.role.as_deref().map_or(Caller::User, Caller::service_under);
    let started = core.run_for(&caller, region, |context| {
        if let Some(role) = &query.role {
            let group = query.input.optional("WorkGroup").unwrap_or_default();
            permit_role(context, role, "athena:StartQueryExecution", &work_group_arn(context, group), &[])?;
        }
        ingestion["query"] = start_query_execution(context, &query.input)?["QueryExecutionId"].clone();
        ingestion["IngestionStatus"] = "RUNNING".into();
        ingestion["QueueInfo"] = Value::Null;
        context.put(INGESTIONS, key, &ingestion)
    });
    match started {
        Err(error) if error.status >= 500 => Err(error),
        Err(error) => failed(core, region, key, ingestion.clone(), of_athena(&error)),
        Ok(()) => Ok(()),
    }
}

fn of_athena(error: &ApiError) -> Failure {
    let kind = if error.code.starts_with("AccessDenied") { "PERMISSION_DENIED" } else { "SQL_EXCEPTION" };
    Failure(kind, error.message.clone())
}

fn failed(core: &Core, region: &str, key: &str, mut ingestion: Value, Failure(kind, message): Failure) -> Result<()> {
    ingestion["ErrorInfo"] = json!({"Type": kind, "Message": message});
    core.run(region, |context| end(context, key, ingestion.clone(), "FAILED"))
}

/// How a set is read.
fn plan(context: &Context<'_>, set: &str) -> Result<Plan> {
    let Some(set) = context.get(DATA_SET.collection, set)? else {
        return Ok(Err(Failure("DATA_SET_DELETED", "The data set is deleted".to_owned())));
    };
    let tables: Vec<_> = set["PhysicalTableMap"].as_object().into_iter().flat_map(|tables| tables.values()).collect();
    let [table] = tables.as_slice() else { return Ok(Ok(None)) };
    let Some((_, table)) = table.as_object().and_then(|kinds| kinds.iter().next()) else { return Ok(Ok(None)) };
    let arn = table.optional("DataSourceArn").unwrap_or_default();
    let Some(source) = DATA_SOURCE.find(context, arn)? else {
        return Ok(Err(Failure("DATA_SOURCE_NOT_FOUND", format!("DataSource {arn} is not found"))));
    };
    if let Some(error) = progress::errors(context, &source).first() {
        let message = error.optional("Message").unwrap_or_default().to_owned();
        return Ok(Err(Failure("DATA_SOURCE_CONNECTION_FAILED", message)));
    }
    if source["Type"] != "ATHENA" {
        return Ok(Ok(None));
    }
    let of_athena = &source["DataSourceParameters"]["AthenaParameters"];
    let role = of_athena.optional("RoleArn").map(str::to_owned);
    if let Some(role) = &role
        && !role_assumable(context, role, SERVICE)?
    {
        return Ok(Err(Failure("FAILURE_TO_ASSUME_ROLE", format!("QuickSight cannot assume the role {role}"))));
    }
    let input = json!({"QueryString": count(table), "WorkGroup": of_athena["WorkGroup"]});
    Ok(Ok(Some(Query { input, role })))
}

/// A statement that fails where a column is missing. Athena's names are all in small letters.
fn count(table: &Value) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.to_lowercase().replace('"', "\"\""));
    let columns = table["InputColumns"].as_array().or_else(|| table["Columns"].as_array());
    let names = columns.into_iter().flatten().filter_map(|column| column.optional("Name")).map(quoted);
    let names = names.collect::<Vec<_>>().join(", ");
    let from = match table.optional("SqlQuery") {
        Some(sql) => format!("({})", sql.trim().trim_end_matches(';')),
        None => {
            let parts = ["Catalog", "Schema", "Name"].iter().filter_map(|part| table.optional(part));
            parts.map(quoted).collect::<Vec<_>>().join(".")
        }
    };
    format!("SELECT count(*) FROM (SELECT {} FROM {from})", if names.is_empty() { "*" } else { &names })
}

/// Looks whether a query is done.
fn look(core: &Core, region: &str, key: &str, mut ingestion: Value) -> Result<Step> {
    let asked = json!({"QueryExecutionId": ingestion["query"]});
    let execution = core.run(region, |context| get_query_execution(context, &asked))?["QueryExecution"].clone();
    let status = &execution["Status"];
    match status["State"].as_str() {
        Some("QUEUED" | "RUNNING") => return Ok(Step::Waits),
        Some("SUCCEEDED") => {
            let rows = core.run(region, |context| get_query_results(context, &asked))?;
            let rows = rows["ResultSet"]["Rows"][1]["Data"][0]["VarCharValue"].as_str();
            let rows = rows.and_then(|rows| rows.parse::<i64>().ok());
            ingestion["RowInfo"] = json!({"RowsIngested": rows, "RowsDropped": 0, "TotalRowsInDataset": rows});
            core.run(region, |context| end(context, key, ingestion.clone(), "COMPLETED"))?;
        }
        _ => {
            // As config-resource-compliance-dashboard#21 shows it.
            let reason = status.optional("StateChangeReason").unwrap_or("Query cancelled");
            let id = ingestion.optional("query").unwrap_or_default();
            let failure = Failure("SQL_EXCEPTION", format!("{reason} [Execution ID: {id}]"));
            failed(core, region, key, ingestion.clone(), failure)?;
        }
    }
    Ok(Step::Moved)
}

//! Query executions: started, described, stopped, and their results given out page by page.

use super::query::engine::Engine;
use super::query::statements::kind;
use super::query::{self, results};
use super::{EXECUTIONS, OPEN, invalid, reuse, rights, workgroups};
use crate::api_error::{ApiError, Result};
use crate::context::{Context, new_uuid};
use crate::core::Core;
use crate::service::{Input, Worker};
use crate::services::s3::versions;
use crate::store::Documents;
use futures::FutureExt as _;
use serde_json::{Value, json};
use std::sync::Arc;

/// Key: workgroup, token. The execution that a client's token has started.
const TOKENS: &str = "athena.token";
const MOST_RESULTS: usize = 1000;
const INTERRUPTED: &str = "Local AWS ended while the query ran";

pub(crate) const WORKER: Worker = Worker { pass: |core| pass(core).boxed(), due: |_| None };

/// Where results go: the workgroup says, unless it leaves it to its clients.
fn location(configuration: &Value, input: &Value) -> Result<String> {
    let own = input["ResultConfiguration"].optional("OutputLocation");
    let group = configuration["ResultConfiguration"].optional("OutputLocation");
    let enforced = configuration["EnforceWorkGroupConfiguration"] == true;
    let chosen = if enforced { group.or(own) } else { own.or(group) };
    let location = chosen.ok_or_else(|| {
        invalid(
            "No output location provided. An output location is required either through the Workgroup result \
             configuration setting or as an API input.",
        )
    })?;
    Ok(if location.ends_with('/') { location.to_owned() } else { format!("{location}/") })
}

pub(crate) fn start_query_execution(context: &Context<'_>, input: &Value) -> Result<Value> {
    let sql = input.text("QueryString")?;
    let group = input.optional("WorkGroup").unwrap_or("primary");
    let workgroup = workgroups::existing(context, group)?;
    if workgroup["State"] == "DISABLED" {
        return Err(invalid(format!("WorkGroup {group} is disabled.")));
    }
    let token = input.optional("ClientRequestToken").map(|token| format!("{group}/{token}"));
    if let Some(token) = &token
        && let Some(before) = context.get(TOKENS, token)?
    {
        return same(context, &before, sql);
    }
    let configuration = &workgroup["Configuration"];
    let id = new_uuid();
    let kind = kind::of(sql);
    let execution = json!({
        "QueryExecutionId": id,
        "Query": sql,
        "StatementType": kind.statement,
        "SubstatementType": kind.substatement,
        "ExecutionParameters": input["ExecutionParameters"],
        "ResultReuseConfiguration": input["ResultReuseConfiguration"],
        "ResultConfiguration": {"OutputLocation": format!("{}{}", location(configuration, input)?, kind.output.place(&id))},
        "QueryExecutionContext": input["QueryExecutionContext"],
        "Status": {"State": "QUEUED", "SubmissionDateTime": context.epoch()},
        "Statistics": {"DataScannedInBytes": 0},
        "WorkGroup": group,
        "EngineVersion": {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"},
        "cutoff": configuration["BytesScannedCutoffPerQuery"],
        "role": rights::role_of(context.caller),
    });
    match reuse::reused(context, &execution)? {
        Some(ended) => context.put(EXECUTIONS, &id, &ended)?,
        None => {
            context.put(EXECUTIONS, &id, &execution)?;
            context.put(OPEN, &id, &json!({}))?;
        }
    }
    if let Some(token) = &token {
        context.put(TOKENS, token, &json!(id))?;
    }
    Ok(json!({"QueryExecutionId": id}))
}

/// A token that comes again, as after a lost answer, is the same query.
fn same(context: &Context<'_>, id: &Value, sql: &str) -> Result<Value> {
    let before = context.get(EXECUTIONS, id.as_str().unwrap_or_default())?.unwrap_or_default();
    match before["Query"] == sql {
        true => Ok(json!({"QueryExecutionId": id})),
        false => Err(invalid("Idempotent parameters do not match")),
    }
}

fn existing(context: &Context<'_>, id: &str) -> Result<Value> {
    let found = context.get(EXECUTIONS, id)?;
    found.ok_or_else(|| invalid(format!("QueryExecution {id} was not found")))
}

fn describe(execution: &Value) -> Value {
    let mut all = execution.clone();
    for own in ["cutoff", "columns", "role", "updated"] {
        all[own] = Value::Null;
    }
    all
}

pub(crate) fn get_query_execution(context: &Context<'_>, input: &Value) -> Result<Value> {
    Ok(json!({"QueryExecution": describe(&existing(context, input.text("QueryExecutionId")?)?)}))
}

pub(super) fn get_query_runtime_statistics(context: &Context<'_>, input: &Value) -> Result<Value> {
    let execution = existing(context, input.text("QueryExecutionId")?)?;
    let figures = &execution["Statistics"];
    let mut timeline = json!({"ServicePreProcessingTimeInMillis": 0});
    for name in [
        "QueryQueueTimeInMillis",
        "QueryPlanningTimeInMillis",
        "EngineExecutionTimeInMillis",
        "ServiceProcessingTimeInMillis",
        "TotalExecutionTimeInMillis",
    ] {
        timeline[name] = figures[name].as_u64().unwrap_or(0).into();
    }
    let rows = json!({"InputBytes": figures["DataScannedInBytes"].as_u64().unwrap_or(0)});
    Ok(json!({"QueryRuntimeStatistics": {"Timeline": timeline, "Rows": rows}}))
}

pub(super) fn batch_get_query_execution(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (mut found, mut missing) = (vec![], vec![]);
    for id in input.texts("QueryExecutionIds") {
        match existing(context, &id) {
            Ok(execution) => found.push(describe(&execution)),
            Err(error) => missing.push(
                json!({"QueryExecutionId": id, "ErrorCode": "INTERNAL_ERROR_QUERY_ENGINE", "ErrorMessage": error.message}),
            ),
        }
    }
    Ok(json!({"QueryExecutions": found, "UnprocessedQueryExecutionIds": missing}))
}

/// The newest first.
pub(super) fn list_query_executions(context: &Context<'_>, input: &Value) -> Result<Value> {
    let group = input.optional("WorkGroup").unwrap_or("primary");
    let mut all: Vec<_> = context.list(EXECUTIONS, "")?.into_iter().map(|(_, execution)| execution).collect();
    all.retain(|execution| execution["WorkGroup"] == group);
    let when = |execution: &Value| execution["Status"]["SubmissionDateTime"].as_f64().unwrap_or(0.0);
    all.sort_by(|one, other| when(other).total_cmp(&when(one)));
    let limit = input.number("MaxResults").and_then(|limit| usize::try_from(limit).ok());
    let page = context.page(all, input.optional("NextToken"), limit, 50, || invalid("Invalid NextToken"))?;
    let ids: Vec<_> = page.items.iter().map(|execution| execution["QueryExecutionId"].clone()).collect();
    Ok(json!({"QueryExecutionIds": ids, "NextToken": page.next}))
}

pub(crate) fn stop_query_execution(context: &Context<'_>, input: &Value) -> Result<Value> {
    let id = input.text("QueryExecutionId")?;
    let mut execution = existing(context, id)?;
    if ["QUEUED", "RUNNING"].iter().any(|state| execution["Status"]["State"] == *state) {
        execution["Status"]["State"] = "CANCELLED".into();
        execution["Status"]["StateChangeReason"] = "Query cancelled by user".into();
        execution["Status"]["CompletionDateTime"] = context.epoch().into();
        context.put(EXECUTIONS, id, &execution)?;
        context.remove(OPEN, id)?;
    }
    Ok(json!({}))
}

/// The first row of the first page of a SELECT is the names of its columns.
pub(crate) fn get_query_results(context: &Context<'_>, input: &Value) -> Result<Value> {
    let execution = existing(context, input.text("QueryExecutionId")?)?;
    match execution["Status"]["State"].as_str() {
        Some("SUCCEEDED") => {}
        Some(state @ ("QUEUED" | "RUNNING")) => {
            return Err(invalid(format!("Query has not yet finished. Current state: {state}")));
        }
        state => {
            let state = state.unwrap_or_default();
            return Err(invalid(format!("Query did not finish successfully. Final query state: {state}")));
        }
    }
    let output = execution["ResultConfiguration"].text("OutputLocation")?;
    rights::of_results(context, &rights::role_of(context.caller), "s3:GetObject", output)?;
    // What has written rows has none to give.
    let rows = if execution["updated"].is_null() { rows(context, output)? } else { vec![] };
    let limit = input.number("MaxResults").and_then(|limit| usize::try_from(limit).ok());
    let page = context.page(rows, input.optional("NextToken"), limit, MOST_RESULTS, || invalid("Invalid NextToken"))?;
    let rows: Vec<_> = page.items.iter().map(results::row).collect();
    let metadata = json!({"ColumnInfo": execution["columns"]});
    let updated = execution["updated"].as_u64().unwrap_or(0);
    Ok(
        json!({"UpdateCount": updated, "ResultSet": {"Rows": rows, "ResultSetMetadata": metadata}, "NextToken": page.next}),
    )
}

fn rows(context: &Context<'_>, output: &str) -> Result<Vec<results::Row>> {
    let (bucket, key) = output.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).unwrap_or_default();
    let file = versions::find(context, bucket, key, None)
        .map_err(|_| invalid(format!("Could not find results at {output}")))?;
    let bytes = context.blobs.get(&file.blob).map_err(ApiError::internal)?;
    Ok(if key.ends_with(".csv") { results::read_csv(&bytes) } else { results::read_lines(&bytes) })
}

/// Starts what is queued. What is said to run, and does not in this process, ran in one that has ended with it.
async fn pass(core: &Arc<Core>) -> bool {
    let open = core.store.read_all(OPEN, "").unwrap_or_default();
    let engine = core.slot::<Engine>();
    let mut any = false;
    for (key, _) in open {
        if !engine.take(&key) {
            continue;
        }
        let execution = core.store.read(EXECUTIONS, &key).ok().flatten().unwrap_or_default();
        let state = execution["Status"]["State"].as_str().unwrap_or_default();
        if !["QUEUED", "RUNNING"].contains(&state) {
            engine.leave(&key);
            continue;
        }
        let core = Arc::clone(core);
        if state == "RUNNING" {
            let ended = core.store.transact(|documents| interrupted(documents, &key));
            // Where that cannot be written down, it is tried again.
            engine.leave_unless(&key, ended.is_ok());
            any |= ended.is_ok();
        } else {
            any = true;
            tokio::spawn(async move { run(&core, &key, execution).await });
        }
    }
    any
}

async fn run(core: &Arc<Core>, key: &str, execution: Value) {
    let (shared, whole) = (Arc::clone(core), key.to_owned());
    let engine = core.slot::<Engine>();
    let ran = engine.run(key, move || async move {
        if let Some((region, id)) = whole.split_once('/') {
            query::execute(&shared, region, id, &execution).await;
        }
    });
    // The engine has panicked: the query has failed, and is not to be tried for ever.
    if let Err(why) = ran.await {
        let _ = core.store.transact(|documents| fail(documents, key, &why));
    }
}

/// It may have come to its end since it was looked at.
fn interrupted(documents: &Documents, key: &str) -> Result<()> {
    let execution = documents.get(EXECUTIONS, key)?.unwrap_or_default();
    match execution["Status"]["State"] == "RUNNING" {
        true => fail(documents, key, INTERRUPTED),
        false => Ok(()),
    }
}

fn fail(documents: &Documents, key: &str, why: &str) -> Result<()> {
    let mut execution = documents.get(EXECUTIONS, key)?.unwrap_or_default();
    execution["Status"]["State"] = "FAILED".into();
    execution["Status"]["StateChangeReason"] = format!("GENERIC_INTERNAL_ERROR: {why}").into();
    documents.put(EXECUTIONS, key, &execution)?;
    documents.remove(OPEN, key).map(drop)
}

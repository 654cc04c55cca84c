//! Runs of jobs.
//!
//! Local AWS has no Spark. It runs a script that says as data what it does: which table it reads, which columns it
//! makes of it, and where it writes them (see [`settings`]). Any other script fails, in words.
//!
//! ```text
//! settings of the script -> new files of the table's partitions -> rows -> columns -> Parquet + bookmark
//!                        -> days, and what was read of them before -> ...                -> Parquet in place of the old
//! ```

mod again;
mod convert;
mod execute;
mod files;
mod output;
mod report;
mod settings;

use super::jobs::existing;
use super::{invalid, listed, not_found};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::core::Core;
use crate::service::Input;
use crate::services::iam::passed_role;
use serde_json::{Value, json};
use std::sync::Arc;

/// Key: region, job, when it began, run id.
const RUNS: &str = "glue.run";
/// Key: region, job, the object's URI. What a bookmark has seen: the object's `etag`, and the key of the `run`.
const BOOKMARKS: &str = "glue.bookmark";

/// What says that a job is at its limit of runs.
pub(super) const TOO_MANY: &str = "ConcurrentRunsExceededException";

const UNDER_WAY: [&str; 3] = ["STARTING", "RUNNING", "STOPPING"];

fn runs(context: &Context<'_>, job: &str) -> Result<Vec<(String, Value)>> {
    context.list(RUNS, &format!("{job}/"))
}

fn is_under_way(run: &Value) -> bool {
    UNDER_WAY.iter().any(|state| run["JobRunState"] == *state)
}

/// Starts a run and gives its id.
///
/// # Errors
/// `ConcurrentRunsExceededException` at the job's limit.
pub(super) fn start(context: &Context<'_>, job: &str, arguments: &Value, trigger: Option<&str>) -> Result<String> {
    let document = existing(context, job)?;
    let limit = document["ExecutionProperty"].number("MaxConcurrentRuns").unwrap_or(1);
    let active = runs(context, job)?.iter().filter(|(_, run)| is_under_way(run)).count();
    if i64::try_from(active).unwrap_or(i64::MAX) >= limit {
        let message = format!("Concurrent runs exceeded for {job}");
        return Err(ApiError::new(TOO_MANY, message));
    }
    start_attempt(context, job, &document, (arguments, trigger), 0)
}

/// A run that a trigger could not start. "FAILED: The job exceeded its maximum allowed concurrent runs."
pub(super) fn refuse(context: &Context<'_>, job: &str, arguments: &Value, trigger: &str) -> Result<()> {
    let document = existing(context, job)?;
    let id = start_attempt(context, job, &document, (arguments, Some(trigger)), 0)?;
    let (key, mut run) = find(context, job, &id)?;
    run["JobRunState"] = "FAILED".into();
    run["CompletedOn"] = context.epoch().into();
    run["ErrorMessage"] = "Max concurrent runs exceeded".into();
    context.put(RUNS, &key, &run)
}

fn start_attempt(
    context: &Context<'_>,
    job: &str,
    document: &Value,
    (arguments, trigger): (&Value, Option<&str>),
    attempt: i64,
) -> Result<String> {
    let id = format!("jr_{}", hex::encode(rand::random::<[u8; 32]>()));
    let mut run = json!({
        "Id": id,
        "Attempt": attempt,
        "TriggerName": trigger,
        "JobName": job,
        "JobMode": "SCRIPT",
        "StartedOn": context.epoch(),
        "LastModifiedOn": context.epoch(),
        "JobRunState": "STARTING",
        "Arguments": arguments,
        "ExecutionTime": 0,
        "LogGroupName": execute::LOG_GROUP,
        "ExecutionClass": document["ExecutionClass"].as_str().unwrap_or("STANDARD"),
    });
    for field in ["Timeout", "MaxCapacity", "AllocatedCapacity", "WorkerType", "NumberOfWorkers", "GlueVersion"] {
        run[field] = document[field].clone();
    }
    context.put(RUNS, &format!("{job}/{:015}-{id}", context.now.as_millisecond()), &run)?;
    Ok(id)
}

pub(super) fn start_job_run(context: &Context<'_>, input: &Value) -> Result<Value> {
    let id = start(context, input.text("JobName")?, &input["Arguments"], None)?;
    Ok(json!({"JobRunId": id}))
}

fn find(context: &Context<'_>, job: &str, id: &str) -> Result<(String, Value)> {
    let missing = || not_found(format!("Entity not found: job run {id} of job {job}"));
    runs(context, job)?.into_iter().find(|(_, run)| run["Id"] == id).ok_or_else(missing)
}

pub(super) fn get_job_run(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, run) = find(context, input.text("JobName")?, input.text("RunId")?)?;
    Ok(json!({"JobRun": run}))
}

/// The newest first.
pub(super) fn get_job_runs(context: &Context<'_>, input: &Value) -> Result<Value> {
    let job = input.text("JobName")?;
    existing(context, job)?;
    let all = runs(context, job)?.into_iter().rev().map(|(_, run)| run).collect();
    listed(context, input, "JobRuns", all)
}

pub(super) fn batch_stop_job_run(context: &Context<'_>, input: &Value) -> Result<Value> {
    let job = input.text("JobName")?;
    let (mut stopped, mut failed) = (vec![], vec![]);
    for id in input.texts("JobRunIds") {
        let mut refuse = |code: &str, message: String| {
            let detail = json!({"ErrorCode": code, "ErrorMessage": message});
            failed.push(json!({"JobName": job, "JobRunId": id, "ErrorDetail": detail}));
        };
        match find(context, job, &id) {
            Ok((key, mut run)) if is_under_way(&run) => {
                run["JobRunState"] = "STOPPING".into();
                context.put(RUNS, &key, &run)?;
                stopped.push(json!({"JobName": job, "JobRunId": id}));
            }
            Ok(_) => refuse("InvalidInputException", format!("Job run {id} is not running")),
            Err(error) => refuse(&error.code, error.message),
        }
    }
    Ok(json!({"SuccessfulSubmissions": stopped, "Errors": failed}))
}

pub(super) fn get_job_bookmark(context: &Context<'_>, input: &Value) -> Result<Value> {
    let job = input.text("JobName")?;
    let seen = context.list(BOOKMARKS, &format!("{job}/"))?;
    let done = runs(context, job)?.into_iter().rev().map(|(_, run)| run).find(|run| run["JobRunState"] == "SUCCEEDED");
    let Some(run) = done.filter(|_| !seen.is_empty()) else {
        return Err(not_found(format!("Continuation for job {job} not found.")));
    };
    let bookmark = json!({"raw": {"files": seen.len()}}).to_string();
    Ok(json!({"JobBookmarkEntry": {
        "JobName": job, "Version": 1, "Run": 1, "Attempt": run["Attempt"], "RunId": run["Id"], "JobBookmark": bookmark,
    }}))
}

/// To the beginning, or to the end of a run: what later ones have read is new again.
pub(super) fn reset_job_bookmark(context: &Context<'_>, input: &Value) -> Result<Value> {
    let job = input.text("JobName")?;
    existing(context, job)?;
    let last = input.optional("RunId").map(|id| find(context, job, id)).transpose()?;
    for (key, seen) in context.list(BOOKMARKS, &format!("{job}/"))? {
        let stays = last.as_ref().is_some_and(|(run, _)| seen["run"].as_str().is_none_or(|by| by <= run.as_str()));
        if !stays {
            context.remove(BOOKMARKS, &key)?;
        }
    }
    Ok(json!({"JobBookmarkEntry": {"JobName": job, "Version": 0, "Run": 0, "Attempt": 0}}))
}

/// Runs what was started, one after the other. A run that a killed process had begun begins again: nothing of it
/// can be seen before all of it is done.
pub(super) async fn pass(core: &Arc<Core>) -> bool {
    let all = core.store.read_all(RUNS, "").unwrap_or_default();
    let started: Vec<_> = all.into_iter().filter(|(_, run)| is_under_way(run)).collect();
    let any = !started.is_empty();
    for (key, run) in started {
        let Some((region, key)) = key.split_once('/') else { continue };
        let ran = {
            let (core, region, key, run) = (Arc::clone(core), region.to_owned(), key.to_owned(), run.clone());
            tokio::task::spawn_blocking(move || execute::execute(&core, &region, &key, run)).await
        };
        if let Err(error) = ran {
            // A panic is a failure of the run, and no reason to run it for ever.
            let _ = core.run(region, |context| execute::fail(context, key, run.clone(), &error.to_string()));
        }
    }
    any
}

/// What the job's role is called in full.
fn role(context: &Context<'_>, job: &Value) -> Result<String> {
    let role = job.text("Role").map_err(|_| invalid("The job has no role"))?;
    passed_role(context, role)
}

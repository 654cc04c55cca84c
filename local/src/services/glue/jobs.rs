//! Jobs.

use super::{JOBS, already_exists, has_tags, invalid, listed, not_found, tag};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input;
use crate::services::iam::{passed_role, role_assumable};
use serde_json::{Value, json};

pub(super) fn arn(context: &Context<'_>, name: &str) -> String {
    context.arn("glue", &format!("job/{name}"))
}

pub(super) fn existing(context: &Context<'_>, name: &str) -> Result<Value> {
    context.get(JOBS, name)?.ok_or_else(|| not_found(format!("Job {name} not found.")))
}

/// DPUs of one worker.
fn dpus(worker_type: &str) -> Option<f64> {
    match worker_type {
        "G.025X" => Some(0.25),
        "Standard" => Some(1.0),
        other => other.strip_prefix(['G', 'R'])?.strip_prefix('.')?.strip_suffix('X')?.parse().ok(),
    }
}

/// A whole job from what is given and AWS's defaults.
fn read(context: &Context<'_>, given: &Value) -> Result<Value> {
    let version = given.optional("GlueVersion").unwrap_or("0.9");
    // From Glue 5.0 on, a job that does not say ends after 8 hours, before that after 48.
    let timeout = if version >= "5" { 480 } else { 2880 };
    let mut job = json!({
        "MaxRetries": 0,
        "Timeout": timeout,
        "ExecutionProperty": {"MaxConcurrentRuns": 1},
        "GlueVersion": version,
        "JobMode": "SCRIPT",
        "DefaultArguments": {},
    });
    for (field, value) in given.as_object().into_iter().flatten() {
        job[field] = value.clone();
    }
    // These are kept beside it.
    job["Name"] = Value::Null;
    job["Tags"] = Value::Null;
    check(context, &job)?;
    if let Some(capacity) = capacity(&job)? {
        job["MaxCapacity"] = capacity.into();
        job["AllocatedCapacity"] = (capacity as i64).into();
    }
    Ok(job)
}

fn capacity(job: &Value) -> Result<Option<f64>> {
    let Some(worker_type) = job.optional("WorkerType") else { return Ok(None) };
    let each = dpus(worker_type).ok_or_else(|| invalid(format!("WorkerType {worker_type} is not valid")))?;
    let workers =
        job.number("NumberOfWorkers").ok_or_else(|| invalid("Please set both WorkerType and NumberOfWorkers"))?;
    if workers < 1 {
        return Err(invalid("NumberOfWorkers must be 1 or more"));
    }
    Ok(Some(each * workers as f64))
}

fn check(context: &Context<'_>, job: &Value) -> Result<()> {
    let role = job.text("Role")?;
    let command = job["Command"].text("Name")?;
    if !["glueetl", "gluestreaming", "pythonshell", "glueray"].contains(&command) {
        return Err(invalid(format!("Command name {command} is not valid")));
    }
    if command == "glueetl" {
        job["Command"].text("ScriptLocation")?;
    }
    if job["ExecutionClass"] == "FLEX" && job["GlueVersion"].as_str().is_none_or(|version| version < "3.0") {
        return Err(invalid("ExecutionClass FLEX is supported from Glue version 3.0 on"));
    }
    if !role_assumable(context, &passed_role(context, role)?, "glue.amazonaws.com")? {
        return Err(invalid("Service is unable to assume provided role. Please verify role's TrustPolicy"));
    }
    Ok(())
}

fn describe(name: &str, job: &Value) -> Value {
    let mut all = job.clone();
    all["Name"] = name.into();
    all
}

pub(super) fn create_job(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("Name")?;
    if context.get(JOBS, name)?.is_some() {
        return Err(already_exists("Job already exists."));
    }
    let mut job = read(context, input)?;
    job["CreatedOn"] = context.epoch().into();
    job["LastModifiedOn"] = context.epoch().into();
    tag(context, &arn(context, name), input)?;
    context.put(JOBS, name, &job)?;
    Ok(json!({"Name": name}))
}

pub(super) fn get_job(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("JobName")?;
    Ok(json!({"Job": describe(name, &existing(context, name)?)}))
}

pub(super) fn get_jobs(context: &Context<'_>, input: &Value) -> Result<Value> {
    let all = context.list(JOBS, "")?;
    listed(context, input, "Jobs", all.iter().map(|(name, job)| describe(name, job)).collect())
}

pub(super) fn batch_get_jobs(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (mut found, mut missing) = (vec![], vec![]);
    for name in input.texts("JobNames") {
        match context.get(JOBS, &name)? {
            Some(job) => found.push(describe(&name, &job)),
            None => missing.push(name),
        }
    }
    Ok(json!({"Jobs": found, "JobsNotFound": missing}))
}

pub(super) fn list_jobs(context: &Context<'_>, input: &Value) -> Result<Value> {
    let mut names = vec![];
    for (name, _) in context.list(JOBS, "")? {
        if has_tags(context, &arn(context, &name), input)? {
            names.push(name.into());
        }
    }
    listed(context, input, "JobNames", names)
}

/// Takes the place of the whole job: what is not given goes back to its default.
pub(super) fn update_job(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("JobName")?;
    let before = existing(context, name)?;
    let mut job = read(context, &input["JobUpdate"])?;
    job["CreatedOn"] = before["CreatedOn"].clone();
    job["LastModifiedOn"] = context.epoch().into();
    context.put(JOBS, name, &job)?;
    Ok(json!({"JobName": name}))
}

/// Deleting one that is not there succeeds, as on AWS.
pub(super) fn delete_job(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("JobName")?;
    context.remove(JOBS, name)?;
    context.forget_tags(&arn(context, name))?;
    Ok(json!({"JobName": name}))
}

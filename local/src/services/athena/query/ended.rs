//! How a statement ends: its result is kept, its state and its figures are told.

use super::super::{EXECUTIONS, OPEN, rights, workgroups};
use super::scan::Meter;
use super::{Answer, Kept};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::metering::SCANNED;
use crate::services::s3::{self, objects};
use serde_json::{Value, json};
use std::time::Duration;

pub(super) fn finish(
    context: &Context<'_>,
    id: &str,
    answer: &Result<Answer, String>,
    meter: &Meter,
    took: Duration,
) -> Result<()> {
    let mut execution = context.get(EXECUTIONS, id)?.unwrap_or_default();
    if execution["Status"]["State"] != "RUNNING" {
        return Ok(());
    }
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    execution["Statistics"] = json!({
        "EngineExecutionTimeInMillis": millis,
        "DataScannedInBytes": meter.scanned(),
        "TotalExecutionTimeInMillis": millis,
        "QueryQueueTimeInMillis": 0,
        "QueryPlanningTimeInMillis": 0,
        "ServiceProcessingTimeInMillis": 0,
        "ResultReuseInformation": {"ReusedPreviousResult": false},
    });
    metered(context, &execution, answer.is_ok(), meter)?;
    let kept = answer.as_ref().map_err(Clone::clone).and_then(|answer| {
        let kept = may_keep(context, &execution).and_then(|()| keep(context, &mut execution, answer));
        kept.map(|()| json!(answer.columns)).map_err(|error| format!("{}: {}", error.code, error.message))
    });
    execution["Status"]["CompletionDateTime"] = context.epoch().into();
    match kept {
        Ok(columns) => {
            execution["Status"]["State"] = "SUCCEEDED".into();
            execution["columns"] = columns;
        }
        Err(reason) => {
            execution["Status"]["State"] = "FAILED".into();
            execution["Status"]["AthenaError"] = json!({
                "ErrorCategory": 2, "ErrorType": 1000, "Retryable": false, "ErrorMessage": reason,
            });
            execution["Status"]["StateChangeReason"] = reason.into();
        }
    }
    context.put(EXECUTIONS, id, &execution)?;
    context.remove(OPEN, id).map(drop)
}

/// "You are charged for the number of bytes scanned per query, rounded up to the nearest megabyte, with a 10 MB minimum";
/// nothing for what fails, and nothing for statements that read no data.
fn metered(context: &Context<'_>, execution: &Value, is_well: bool, meter: &Meter) -> Result<()> {
    if !is_well || (execution["StatementType"] != "DML" && meter.scanned() == 0) {
        return Ok(());
    }
    let megabytes = meter.scanned().div_ceil(1 << 20).max(10);
    let workgroup = workgroups::arn(context, execution["WorkGroup"].as_str().unwrap_or_default());
    context.meter(&SCANNED, &workgroup, megabytes as f64 / (1_u64 << 20) as f64)?;
    meter.asked().into_iter().try_for_each(|(bucket, asked)| s3::count(context, &bucket, asked))
}

/// Whether who asks may write the result.
///
/// # Errors
/// `AccessDeniedException`.
pub(super) fn may_keep(context: &Context<'_>, execution: &Value) -> Result<()> {
    let output = execution["ResultConfiguration"]["OutputLocation"].as_str().unwrap_or_default();
    ["s3:GetBucketLocation", "s3:PutObject"]
        .into_iter()
        .try_for_each(|action| rights::of_results(context, &execution["role"], action, output))
}

fn keep(context: &Context<'_>, execution: &mut Value, answer: &Answer) -> Result<()> {
    let location = execution["ResultConfiguration"]["OutputLocation"].as_str().unwrap_or_default().to_owned();
    let (bucket, key) = location.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).unwrap_or_default();
    let metadata = json!({"columns": answer.columns}).to_string().into_bytes();
    let mut files = vec![(format!("{key}.metadata"), "binary/octet-stream", metadata)];
    match &answer.kept {
        Kept::File(bytes) => {
            let kind = if key.ends_with(".csv") { "text/csv" } else { "text/plain" };
            files.push((key.to_owned(), kind, bytes.clone()));
        }
        Kept::Written { rows, files: written } => {
            execution["updated"] = (*rows).into();
            execution["Statistics"]["DataManifestLocation"] = format!("{location}-manifest.csv").into();
            let lines: String = written.iter().map(|uri| format!("{uri}\n")).collect();
            files.push((format!("{key}-manifest.csv"), "text/csv", lines.into_bytes()));
        }
    }
    for (key, kind, bytes) in files {
        let blob = context.blobs.add(&bytes).map_err(ApiError::internal)?;
        objects::add(context, bucket, objects::prepare(key, kind, blob, &bytes))?;
    }
    Ok(())
}

//! What Glue bills of runs and crawls.

use super::{crawlers, jobs};
use crate::api_error::Result;
use crate::context::Context;
use crate::metering::{CRAWLED, job_run};
use crate::service::Input;
use serde_json::Value;

/// "Billed per second, with a 1-minute minimum" from Glue 2.0 on, and ten minutes before that and for a crawl.
const SHORTEST_RUN: f64 = 60.0;
const SHORTEST: f64 = 600.0;
/// AWS does not tell how many DPUs a crawler has; `ListCrawls` shows multiples of this of a small one.
const CRAWLER_DPUS: f64 = 2.0;

/// Gives the DPU-hours, as `ListCrawls` does.
pub(super) fn crawl(context: &Context<'_>, crawler: &str, seconds: f64) -> Result<f64> {
    let hours = seconds.ceil().max(SHORTEST) / 3600.0 * CRAWLER_DPUS;
    context.meter(&CRAWLED, &crawlers::arn(context, crawler), hours)?;
    Ok(hours)
}

pub(super) fn run(context: &Context<'_>, job: &str, run: &Value, seconds: f64) -> Result<()> {
    let version = run.optional("GlueVersion").unwrap_or_default();
    let old = version.parse::<f64>().is_ok_and(|version| version < 2.0);
    let least = if old { SHORTEST } else { SHORTEST_RUN };
    let class = run.optional("ExecutionClass").unwrap_or("STANDARD");
    let kind = job_run(version, run.optional("WorkerType").unwrap_or_default(), class);
    let dpus = run["MaxCapacity"].as_f64().unwrap_or_default();
    context.meter(kind, &jobs::arn(context, job), seconds.ceil().max(least) / 3600.0 * dpus)
}

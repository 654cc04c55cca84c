//! What CloudWatch Logs bills of events.

use super::arn;
use crate::api_error::Result;
use crate::context::Context;
use crate::metering::{LOGS_INGESTED, LOGS_STORED};
use serde_json::Value;

/// "The sum of all event messages in UTF-8, plus 26 bytes for each log event."
const BESIDE: usize = 26;
/// What is kept is compressed; AWS's calculator counts 0.15 of what came.
const KEPT: f64 = 0.15;

pub(super) fn ingested(context: &Context<'_>, group: &str, events: &[Value]) -> Result<()> {
    let bytes = |event: &Value| event["message"].as_str().unwrap_or_default().len() + BESIDE;
    let bytes: usize = events.iter().map(bytes).sum();
    let group = arn(context, group);
    context.meter(&LOGS_INGESTED, &group, bytes as f64 / (1_u64 << 30) as f64)?;
    context.meter_level(&LOGS_STORED, &group, bytes as f64 * KEPT)
}

pub(super) fn forgotten(context: &Context<'_>, group: &str) -> Result<()> {
    context.meter_nothing(&LOGS_STORED, &arn(context, group))
}

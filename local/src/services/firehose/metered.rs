//! What Firehose bills of records, and counts.

use super::{arn, convert};
use crate::api_error::Result;
use crate::context::Context;
use crate::metering::{FIREHOSE_CONVERTED, FIREHOSE_INGESTED, Metric};
use serde_json::Value;

/// "Ingestion is metered in 5 KB increments": each record by itself.
const STEP: usize = 5 << 10;
const GIB: f64 = (1_u64 << 30) as f64;

fn measure(context: &Context<'_>, stream: &str, name: &str, value: f64) -> Result<()> {
    let dimension = ("DeliveryStreamName", stream);
    context.measure(Metric { namespace: "AWS/Firehose", name, dimension }, value)
}

/// "Format conversion is charged on GB ingested", in the same steps.
pub(super) fn taken(context: &Context<'_>, stream: &str, destination: &Value, records: &[&[u8]]) -> Result<()> {
    let bytes: usize = records.iter().map(|record| record.len()).sum();
    let billed: usize = records.iter().map(|record| record.len().div_ceil(STEP) * STEP).sum();
    let arn = arn(context, stream);
    context.meter(&FIREHOSE_INGESTED, &arn, billed as f64 / GIB)?;
    if convert::is_on(destination) {
        context.meter(&FIREHOSE_CONVERTED, &arn, billed as f64 / GIB)?;
    }
    measure(context, stream, "IncomingBytes", bytes as f64)?;
    measure(context, stream, "IncomingRecords", records.len() as f64)
}

/// Of a buffer that has become files: how many bytes it had, and when the first of its records came.
pub(super) fn delivered(context: &Context<'_>, stream: &str, (bytes, records, since): (u64, u64, i64)) -> Result<()> {
    let seconds = age(context, since);
    for (name, value) in [
        ("DeliveryToS3.Bytes", bytes as f64),
        ("DeliveryToS3.Records", records as f64),
        ("DeliveryToS3.Success", 1.0),
        ("DeliveryToS3.DataFreshness", seconds),
    ] {
        measure(context, stream, name, value)?;
    }
    Ok(())
}

/// Of one that could not be put into the bucket: `Success` is "the sum of successful Amazon S3 put commands over the sum
/// of all Amazon S3 put commands", and the oldest record grows older.
pub(super) fn failed(context: &Context<'_>, stream: &str, since: i64) -> Result<()> {
    measure(context, stream, "DeliveryToS3.Success", 0.0)?;
    measure(context, stream, "DeliveryToS3.DataFreshness", age(context, since))
}

/// In seconds.
fn age(context: &Context<'_>, since: i64) -> f64 {
    (context.now.as_millisecond() - since) as f64 / 1000.0
}

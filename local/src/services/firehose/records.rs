//! PutRecord and PutRecordBatch: what is acknowledged is in the stream's buffer, on disk.

use super::{STREAMS, existing, invalid, status};
use super::{buffer, metered, rates};
use crate::api_error::{ApiError, Result};
use crate::context::{Context, new_id};
use crate::service::Input;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

/// "PutRecordBatch can take up to 500 records per call or 4 MiB per call, whichever is smaller."
const LARGEST_BATCH: usize = 4 << 20;

/// Strikes single records of a batch: what a fault is to name to make it fail in part.
pub(crate) const RECORD: &str = "firehose:Record";

fn id() -> String {
    new_id(220)
}

fn active(context: &Context<'_>, input: &Value) -> Result<(String, Value)> {
    let name = input.text("DeliveryStreamName")?;
    let stream = existing(context, name)?;
    match status(context, &stream) {
        "ACTIVE" => Ok((name.to_owned(), stream)),
        other => {
            let message = format!("Firehose {name} is not in the ACTIVE state, but {other}");
            Err(ApiError::new("ResourceNotFoundException", message))
        }
    }
}

fn data(record: &Value) -> Result<Vec<u8>> {
    let decoded = BASE64_STANDARD.decode(record.optional("Data").unwrap_or_default());
    decoded.map_err(|error| ApiError::new("SerializationException", error.to_string()))
}

pub(super) fn put_record(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, stream) = active(context, input)?;
    let data = data(&input["Record"])?;
    rates::admit_request(context, &name)?;
    if !rates::admit_record(context, &name, data.len()) {
        return Err(rates::slow_down());
    }
    buffer::append(context, &name, &stream["destination"], &[&data])?;
    metered::taken(context, &name, &stream["destination"], &[&data])?;
    context.noted.add(context.now, context.region, &name, &[&data]);
    Ok(json!({"RecordId": id(), "Encrypted": false}))
}

/// Either all records are refused, or each is told of by itself.
pub(super) fn put_record_batch(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, stream) = active(context, input)?;
    let records = input["Records"].as_array().map(Vec::as_slice).unwrap_or_default();
    let decoded = records.iter().map(data).collect::<Result<Vec<_>>>()?;
    if decoded.iter().map(Vec::len).sum::<usize>() > LARGEST_BATCH {
        return Err(invalid(format!("Records size exceeds {LARGEST_BATCH} bytes limit")));
    }
    rates::admit_request(context, &name)?;
    let (mut taken, mut answers) = (vec![], vec![]);
    for data in &decoded {
        match context.faults.strike(RECORD, &name).and_then(|strike| strike.error) {
            Some(error) => answers.push(json!({"ErrorCode": error.code, "ErrorMessage": error.message})),
            None if !rates::admit_record(context, &name, data.len()) => answers.push(rates::refused()),
            None => {
                taken.push(data.as_slice());
                answers.push(json!({"RecordId": id()}));
            }
        }
    }
    if !taken.is_empty() {
        buffer::append(context, &name, &stream["destination"], &taken)?;
        metered::taken(context, &name, &stream["destination"], &taken)?;
        context.noted.add(context.now, context.region, &name, &taken);
    }
    Ok(json!({"FailedPutCount": decoded.len() - taken.len(), "Encrypted": false, "RequestResponses": answers}))
}

/// Whether the stream still takes deliveries.
pub(super) fn stream_of(context: &Context<'_>, name: &str) -> Result<Option<Value>> {
    Ok(context.get(STREAMS, name)?.filter(|stream| status(context, stream) == "ACTIVE"))
}

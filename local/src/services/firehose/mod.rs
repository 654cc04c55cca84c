//! Amazon Data Firehose: delivery streams to S3.
//!
//! ```text
//! PutRecordBatch -> buffer (a file) -> delivery, by size or time -> object in S3, as it was sent or as Parquet
//!                -> buffer of the backup -> the same by limits of its own -> object in S3, as it was sent
//! ```

mod buffer;
mod compression;
mod convert;
mod delivery;
mod destination;
pub(crate) mod java_time;
mod metered;
mod naming;
mod prefix;
mod rates;
mod records;
mod streams;

pub(crate) use buffer::overview;
pub(crate) use delivery::WORKER;
pub(crate) use records::RECORD;

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::model;
use crate::service::{Input as _, Need, Protocol, Service, operation_of};
use crate::services::iam::passing;
use serde_json::Value;

pub(crate) static SERVICE: Service = Service {
    scope: "firehose",
    prefix: "firehose",
    protocol: Protocol::Json { message: "message" },
    model: &model::FIREHOSE,
    operations: &[
        ("CreateDeliveryStream", streams::create_delivery_stream),
        ("DeleteDeliveryStream", streams::delete_delivery_stream),
        ("DescribeDeliveryStream", streams::describe_delivery_stream),
        ("ListDeliveryStreams", streams::list_delivery_streams),
        ("PutRecord", records::put_record),
        ("PutRecordBatch", records::put_record_batch),
        ("UpdateDestination", destination::update_destination),
        ("TagDeliveryStream", streams::tag_delivery_stream),
        ("UntagDeliveryStream", streams::untag_delivery_stream),
        ("ListTagsForDeliveryStream", streams::list_tags_for_delivery_stream),
    ],
    needs,
    whole: None,
};

/// Key: the stream's name.
const STREAMS: &str = "firehose.stream";

/// Leaves a stream in a state that comes by no request, `DELETING_FAILED`, with the reason for it.
pub(crate) fn get_stuck(context: &Context<'_>, name: &str, status: &str, reason: &Value) -> Result<()> {
    let mut stream = existing(context, name)?;
    stream["stuck"] = serde_json::json!({"status": status, "reason": reason});
    context.put(STREAMS, name, &stream)
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidArgumentException", message)
}

fn arn(context: &Context<'_>, name: &str) -> String {
    context.arn("firehose", &format!("deliverystream/{name}"))
}

/// The stream, unless its deletion is over by now.
fn find(context: &Context<'_>, name: &str) -> Result<Option<Value>> {
    let found = context.get(STREAMS, name)?;
    Ok(found.filter(|stream| stream["gone"].is_null() || !context.settled(&stream["gone"])))
}

fn existing(context: &Context<'_>, name: &str) -> Result<Value> {
    find(context, name)?.ok_or_else(|| {
        let message = format!("Firehose {name} under account {} not found.", context.account);
        ApiError::new("ResourceNotFoundException", message)
    })
}

fn status<'a>(context: &Context<'_>, stream: &'a Value) -> &'a str {
    if let Some(stuck) = stream["stuck"]["status"].as_str() {
        stuck
    } else if !stream["gone"].is_null() {
        "DELETING"
    } else if context.settled(&stream["ready"]) {
        "ACTIVE"
    } else {
        "CREATING"
    }
}

fn needs(context: &Context<'_>, action: &str, input: &Value) -> Result<Vec<Need>> {
    let Some(name) = input.optional("DeliveryStreamName") else {
        return Ok(vec![Need::of(action, "*".to_owned())]);
    };
    let stream = arn(context, name);
    let mut needs = vec![Need::of(action, stream.clone())];
    if operation_of(action) == "CreateDeliveryStream" && !input["Tags"].is_null() {
        needs.push(Need::of("firehose:TagDeliveryStream", stream));
    }
    let destination = ["ExtendedS3DestinationConfiguration", "ExtendedS3DestinationUpdate"];
    let roles = destination.iter().filter_map(|member| input[*member].optional("RoleARN"));
    needs.extend(roles.map(|role| passing(context, role, "firehose.amazonaws.com")));
    Ok(needs)
}

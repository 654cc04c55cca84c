//! What happens in a bucket, told to functions: "Event message structure", version 2.1.
//!
//! An event is left in the function's queue in the transaction of what it tells of.

use super::versions::Version;
use super::{buckets, notifications};
use crate::api_error::Result;
use crate::context::{Context, new_id};
use crate::services::lambda;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// "The object key name value is URL encoded", as a form's fields are: a space is `+`.
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/').remove(b' ');

/// Tells the functions that asked for it. `name` is the event's, `ObjectCreated:Put`.
pub(super) fn tell(context: &Context<'_>, bucket: &str, name: &str, version: &Version) -> Result<()> {
    for (id, function) in notifications::told(context, bucket, name, &version.key)? {
        let event = json!({"Records": [record(context, bucket, name, version, &id)?]});
        lambda::enqueue(context, &function, &event.to_string())?;
    }
    Ok(())
}

fn record(context: &Context<'_>, bucket: &str, name: &str, version: &Version, id: &str) -> Result<Value> {
    let key = utf8_percent_encode(&version.key, PLAIN).to_string().replace(' ', "+");
    let mut object = json!({"key": key});
    if name.starts_with("ObjectCreated") {
        object["size"] = version.size.into();
        object["eTag"] = version.etag.as_str().into();
    }
    if version.versioned {
        object["versionId"] = version.id.as_str().into();
    }
    let sequence = buckets::existing(context, bucket)?["sequence"].as_u64().unwrap_or(0);
    object["sequencer"] = format!("{sequence:016X}").into();
    Ok(json!({
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": context.region,
        "eventTime": context.now.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        "eventName": name,
        "userIdentity": {"principalId": "AWS:AIDALOCALLOCALLOCAL00"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": new_id(16).to_uppercase(), "x-amz-id-2": new_id(76)},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": id,
            "bucket": {
                "name": bucket,
                "ownerIdentity": {"principalId": context.account},
                "arn": buckets::arn(context, bucket),
            },
            "object": object,
        },
    }))
}

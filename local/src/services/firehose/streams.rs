//! Delivery streams: made, described, tagged and deleted.

use super::destination::{DESTINATION_ID, describe_extended, describe_plain, read_destination};
use super::{STREAMS, arn, existing, find, invalid, status};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input;
use crate::tags::{read_list, write_list};
use serde_json::{Value, json};

pub(super) fn create_delivery_stream(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("DeliveryStreamName")?;
    if find(context, name)?.is_some() {
        let message = format!("Firehose {name} under accountId {} already exists", context.account);
        return Err(ApiError::new("ResourceInUseException", message));
    }
    let stream_type = input.optional("DeliveryStreamType").unwrap_or("DirectPut");
    if stream_type != "DirectPut" {
        return Err(invalid(format!("Local AWS has no streams of type {stream_type}, only DirectPut")));
    }
    let destination = read_destination(context, input)?;
    let stream = json!({
        "DeliveryStreamName": name,
        "DeliveryStreamARN": arn(context, name),
        "DeliveryStreamType": stream_type,
        "VersionId": 1,
        "CreateTimestamp": context.epoch(),
        "destination": destination,
        "ready": context.settles(),
    });
    context.forget_tags(&arn(context, name))?;
    context.add_tags(&arn(context, name), read_list(&input["Tags"]), invalid)?;
    context.put(STREAMS, name, &stream)?;
    Ok(json!({"DeliveryStreamARN": arn(context, name)}))
}

pub(super) fn delete_delivery_stream(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("DeliveryStreamName")?;
    let mut stream = existing(context, name)?;
    if status(context, &stream) == "CREATING" {
        let account = context.account;
        let message = format!("Firehose {name} under accountId {account} is being created and cannot be deleted");
        return Err(ApiError::new("ResourceInUseException", message));
    }
    stream["stuck"] = Value::Null;
    stream["gone"] = context.settles().into();
    context.put(STREAMS, name, &stream)?;
    context.forget_tags(&arn(context, name))?;
    Ok(json!({}))
}

pub(super) fn describe_delivery_stream(context: &Context<'_>, input: &Value) -> Result<Value> {
    let stream = existing(context, input.text("DeliveryStreamName")?)?;
    let destination = &stream["destination"];
    let description = json!({
        "DeliveryStreamName": stream["DeliveryStreamName"],
        "DeliveryStreamARN": stream["DeliveryStreamARN"],
        "DeliveryStreamStatus": status(context, &stream),
        "FailureDescription": stream["stuck"]["reason"],
        "DeliveryStreamEncryptionConfiguration": {"Status": "DISABLED"},
        "DeliveryStreamType": stream["DeliveryStreamType"],
        "VersionId": stream["VersionId"].to_string(),
        "CreateTimestamp": stream["CreateTimestamp"],
        "LastUpdateTimestamp": stream["LastUpdateTimestamp"],
        "Destinations": [{
            "DestinationId": DESTINATION_ID,
            "S3DestinationDescription": describe_plain(destination),
            "ExtendedS3DestinationDescription": describe_extended(destination),
        }],
        "HasMoreDestinations": false,
    });
    Ok(json!({"DeliveryStreamDescription": description}))
}

pub(super) fn list_delivery_streams(context: &Context<'_>, input: &Value) -> Result<Value> {
    let after = input.optional("ExclusiveStartDeliveryStreamName").unwrap_or_default();
    let limit = input.number("Limit").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(10);
    let mut names = vec![];
    for (name, _) in context.list(STREAMS, "")? {
        if name.as_str() > after && find(context, &name)?.is_some() {
            names.push(name);
        }
    }
    let more = names.len() > limit;
    names.truncate(limit);
    Ok(json!({"DeliveryStreamNames": names, "HasMoreDeliveryStreams": more}))
}

pub(super) fn tag_delivery_stream(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("DeliveryStreamName")?;
    existing(context, name)?;
    context.add_tags(&arn(context, name), read_list(&input["Tags"]), invalid)?;
    Ok(json!({}))
}

pub(super) fn untag_delivery_stream(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("DeliveryStreamName")?;
    existing(context, name)?;
    context.remove_tags(&arn(context, name), &input.texts("TagKeys"), invalid)?;
    Ok(json!({}))
}

pub(super) fn list_tags_for_delivery_stream(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("DeliveryStreamName")?;
    existing(context, name)?;
    Ok(json!({"Tags": write_list(&context.tags(&arn(context, name))?), "HasMoreTags": false}))
}

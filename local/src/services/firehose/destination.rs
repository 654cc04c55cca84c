//! Where a stream delivers to: S3, in its extended form.

use super::{STREAMS, existing, invalid, naming};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input;
use crate::services::iam::{passed_role, role_assumable};
use serde_json::{Value, json};

/// A stream has one destination.
pub(super) const DESTINATION_ID: &str = "destinationId-000000000001";

/// The destination that a create asks for, with AWS's defaults.
pub(super) fn read_destination(context: &Context<'_>, input: &Value) -> Result<Value> {
    let given = match (&input["ExtendedS3DestinationConfiguration"], &input["S3DestinationConfiguration"]) {
        (Value::Null, Value::Null) => {
            return Err(invalid("Exactly one destination configuration is supported for a Firehose"));
        }
        (Value::Null, plain) => plain,
        (extended, _) => extended,
    };
    let mut destination = json!({
        "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
        "CompressionFormat": "UNCOMPRESSED",
        "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
        "CloudWatchLoggingOptions": {"Enabled": false},
        "ProcessingConfiguration": {"Enabled": false, "Processors": []},
        "S3BackupMode": "Disabled",
        "CustomTimeZone": "UTC",
    });
    merge(&mut destination, given);
    check(context, &destination)?;
    Ok(destination)
}

/// Every field that is given takes the place of the one before.
fn merge(destination: &mut Value, given: &Value) {
    for (name, value) in given.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        destination[name] = value.clone();
    }
}

fn check(context: &Context<'_>, destination: &Value) -> Result<()> {
    let role = destination.text("RoleARN")?;
    destination.text("BucketARN")?;
    naming::check(destination, context.now)?;
    if !role_assumable(context, &passed_role(context, role)?, "firehose.amazonaws.com")? {
        let message = format!("Firehose is unable to assume role {role}. Please check the role provided.");
        return Err(invalid(message));
    }
    Ok(())
}

pub(super) fn update_destination(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("DeliveryStreamName")?;
    let mut stream = existing(context, name)?;
    if super::status(context, &stream) != "ACTIVE" {
        let message = format!("Firehose {name} is not in the ACTIVE state");
        return Err(ApiError::new("ResourceInUseException", message));
    }
    let (version, given) = (stream["VersionId"].to_string(), input.text("CurrentDeliveryStreamVersionId")?);
    if version != given {
        let message = format!(
            "Cannot update firehose: {name} since the current version id: {version} and specified version id: \
             {given} do not match"
        );
        return Err(ApiError::new("ConcurrentModificationException", message));
    }
    let id = input.text("DestinationId")?;
    if id != DESTINATION_ID {
        return Err(invalid(format!("Destination Id {id} not found")));
    }
    for update in ["S3DestinationUpdate", "ExtendedS3DestinationUpdate"] {
        merge(&mut stream["destination"], &input[update]);
    }
    check(context, &stream["destination"])?;
    stream["VersionId"] = (stream["VersionId"].as_i64().unwrap_or(1) + 1).into();
    stream["LastUpdateTimestamp"] = context.epoch().into();
    context.put(STREAMS, name, &stream)?;
    Ok(json!({}))
}

pub(super) fn describe_extended(destination: &Value) -> Value {
    let mut all = destination.clone();
    if let Some(fields) = all.as_object_mut()
        && let Some(backup) = fields.remove("S3BackupConfiguration")
    {
        fields.insert("S3BackupDescription".to_owned(), backup);
    }
    all
}

/// What the description without the extension has.
pub(super) fn describe_plain(destination: &Value) -> Value {
    const PLAIN: [&str; 8] = [
        "RoleARN",
        "BucketARN",
        "Prefix",
        "ErrorOutputPrefix",
        "BufferingHints",
        "CompressionFormat",
        "EncryptionConfiguration",
        "CloudWatchLoggingOptions",
    ];
    PLAIN.iter().map(|name| ((*name).to_owned(), destination[name].clone())).collect()
}

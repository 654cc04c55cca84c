//! Where a stream delivers to: S3, in its extended form.

use super::{STREAMS, buffer, convert, existing, invalid, naming};
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
        (Value::Null, plain) if plain.is_object() => plain,
        (extended, Value::Null) if extended.is_object() => extended,
        _ => return Err(invalid("Exactly one destination configuration is supported for a Firehose")),
    };
    let mut destination = plain_defaults();
    destination["ProcessingConfiguration"] = json!({"Enabled": false, "Processors": []});
    destination["S3BackupMode"] = "Disabled".into();
    destination["CustomTimeZone"] = "UTC".into();
    // "The default value is 5", and 128 where records are converted.
    if convert::is_on(given) {
        destination["BufferingHints"]["SizeInMBs"] = 128.into();
    }
    merge(&mut destination, given);
    check(context, &destination)?;
    Ok(destination)
}

fn plain_defaults() -> Value {
    json!({
        "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
        "CompressionFormat": "UNCOMPRESSED",
        "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
        "CloudWatchLoggingOptions": {"Enabled": false},
    })
}

/// Every field that is given takes the place of the one before; what has fields of its own keeps those that are left out.
fn merge(destination: &mut Value, given: &Value) {
    for (name, value) in given.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        match name.as_str() {
            "BufferingHints" => merge(&mut destination["BufferingHints"], value),
            "DataFormatConversionConfiguration" => destination[name] = convert::merge(&destination[name], value),
            "S3BackupConfiguration" | "S3BackupUpdate" => {
                let backup = &mut destination["S3BackupConfiguration"];
                if backup.is_null() {
                    *backup = plain_defaults();
                }
                merge(backup, value);
            }
            _ => destination[name] = value.clone(),
        }
    }
}

/// In AWS's order: what the parts say, the table that they name, the roles last.
fn check(context: &Context<'_>, destination: &Value) -> Result<()> {
    destination.text("RoleARN")?;
    destination.text("BucketARN")?;
    naming::check(destination, context.now)?;
    convert::check(destination)?;
    let backup = &destination["S3BackupConfiguration"];
    let backed_up = destination["S3BackupMode"] == "Enabled";
    if backed_up && backup.is_null() {
        return Err(invalid("S3BackupConfiguration must not be null when S3BackupMode is Enabled"));
    }
    if backed_up {
        backup.text("RoleARN")?;
        backup.text("BucketARN")?;
        naming::check(backup, context.now)?;
    }
    convert::check_table(context, destination)?;
    check_role(context, destination)?;
    if backed_up { check_role(context, backup) } else { Ok(()) }
}

fn check_role(context: &Context<'_>, destination: &Value) -> Result<()> {
    let role = destination.text("RoleARN")?;
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
    let before = stream.clone();
    let mode = |destination: &Value| destination["S3BackupMode"] == "Enabled";
    if mode(&stream["destination"]) && input["ExtendedS3DestinationUpdate"]["S3BackupMode"] == "Disabled" {
        // "You can't update the stream to disable it once backup is enabled."
        return Err(invalid("S3BackupMode cannot be changed from Enabled to Disabled"));
    }
    for update in ["S3DestinationUpdate", "ExtendedS3DestinationUpdate"] {
        merge(&mut stream["destination"], &input[update]);
    }
    check(context, &stream["destination"])?;
    buffer::close_for_update(context, name, &before)?;
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

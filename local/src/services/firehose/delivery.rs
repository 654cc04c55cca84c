//! From the buffer to S3, under the stream's role.

use super::buffer::{self, Buffer};
use super::compression::compress;
use super::convert::{self, Failure};
use super::metered;
use super::naming;
use super::records::stream_of;
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::core::Core;
use crate::service::Worker;
use crate::services::iam::role_assumable;
use crate::services::logs;
use crate::services::s3::{self, objects};
use futures::FutureExt as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

/// A delivery that failed is tried again after a while: Firehose goes on "for up to 24 hours".
const RETRY: i64 = 60_000;
const MOST_ATTEMPTS: u32 = 24 * 60;

/// "Grant Firehose Access to an Amazon S3 Destination": what a stream's role has to allow on the bucket.
const BUCKET_ACTIONS: [&str; 3] = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"];
const OBJECT_ACTIONS: [&str; 3] = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"];

pub(crate) const WORKER: Worker = Worker { pass: |core| pass(core).boxed(), due };

fn due(core: &Core) -> Option<Timestamp> {
    let open = buffer::open(&core.store).into_iter().map(|buffer| buffer.due);
    let closed = buffer::closed(&core.store).into_iter().map(|(_, buffer)| buffer.due);
    open.chain(closed).min().and_then(|due| Timestamp::from_millisecond(due).ok())
}

async fn pass(core: &Arc<Core>) -> bool {
    let now = core.clock.now().as_millisecond();
    for buffer in buffer::open(&core.store).into_iter().filter(|buffer| buffer.due <= now) {
        let _ = core.run(&buffer.region, |context| buffer::close_latest(context, &buffer));
    }
    let ready: Vec<_> = buffer::closed(&core.store).into_iter().filter(|(_, buffer)| buffer.due <= now).collect();
    let any = !ready.is_empty();
    for (key, buffer) in ready {
        let core = Arc::clone(core);
        let _ = tokio::task::spawn_blocking(move || deliver(&core, &key, &buffer)).await;
    }
    any
}

/// A file that is to lie in a bucket.
struct File {
    key: String,
    bytes: Vec<u8>,
    encoding: Option<&'static str>,
}

/// Puts a buffer's files into the bucket, and forgets the buffer in the same transaction: nothing is lost, nothing
/// doubled, wherever the process is killed.
fn deliver(core: &Core, key: &str, buffer: &Buffer) {
    let region = buffer.region.clone();
    let stream = core.run(&region, |context| stream_of(context, &buffer.stream)).ok().flatten();
    let Some(stream) = stream else {
        // The stream is deleted, and what was in its buffer with it.
        let _ = core.store.transact(|documents| documents.remove(buffer::CLOSED, key));
        buffer.forget(core);
        return;
    };
    // Where that failed, an update since may be what mends it.
    let stream = buffer.stream_then.clone().filter(|_| buffer.attempts == 0).unwrap_or(stream);
    let destination = destination_of(buffer, &stream);
    let delivered = files(core, buffer, &stream).and_then(|(files, because)| {
        put(core, key, buffer, destination, files)?;
        Ok(because)
    });
    let _ = match delivered {
        Ok(because) => {
            buffer.forget(core);
            match because {
                Some(failure) => core.run(&region, |context| log(context, buffer, &stream, &failure)),
                None => Ok(()),
            }
        }
        Err(error) => core.run(&region, |context| fail(context, key, buffer, &stream, &error)),
    };
}

fn destination_of<'a>(buffer: &Buffer, stream: &'a Value) -> &'a Value {
    let destination = &stream["destination"];
    if buffer.backup { &destination["S3BackupConfiguration"] } else { destination }
}

/// What a buffer becomes, and why nothing of it could be converted, where that is so.
fn files(core: &Core, buffer: &Buffer, stream: &Value) -> Result<(Vec<File>, Option<Failure>)> {
    let since = Timestamp::from_millisecond(buffer.since).map_err(ApiError::internal)?;
    let destination = destination_of(buffer, stream);
    let key = |extension: &str| naming::key(stream, destination, since, extension);
    if buffer.backup || !convert::is_on(destination) {
        let source = core.blobs.path(&buffer.file);
        let made = compress(&source, buffer.size, &destination["CompressionFormat"]).map_err(ApiError::internal)?;
        return Ok((vec![File { key: key(made.extension), bytes: made.bytes, encoding: made.encoding }], None));
    }
    let records = buffer.records(core).map_err(ApiError::internal)?;
    let schema = core.run(&buffer.region, |context| convert::schema(context, stream))?;
    let place = (stream, core.account.as_str(), &*buffer.region);
    let converted = convert::convert(place, &schema, &records, core.clock.now().as_millisecond())?;
    // A file of Parquet is no stream of Snappy, but is said to be.
    let parquet = |bytes| File { key: key(".parquet"), bytes, encoding: Some("hadoop-snappy") };
    let mut files: Vec<_> = converted.file.map(parquet).into_iter().collect();
    if !converted.failed.is_empty() {
        let key = naming::error_key(stream, since, "format-conversion-failed");
        files.push(File { key, bytes: converted.failed, encoding: None });
    }
    Ok((files, converted.because))
}

/// All of the files, or none.
fn put(core: &Core, key: &str, buffer: &Buffer, destination: &Value, files: Vec<File>) -> Result<()> {
    let bucket = destination["BucketARN"].as_str().unwrap_or_default();
    let bucket = bucket.rsplit(":::").next().unwrap_or_default().to_owned();
    core.run(&buffer.region, |context| {
        files.iter().try_for_each(|file| may_deliver(context, destination, &bucket, &file.key))
    })?;
    let mut objects = vec![];
    for file in files {
        let blob = core.blobs.add(&file.bytes).map_err(ApiError::internal)?;
        let mut object = objects::prepare(file.key, "application/octet-stream", blob, &file.bytes);
        let encoding = file.encoding.map(|encoding| ("content-encoding".to_owned(), encoding.to_owned()));
        object.headers.extend(encoding);
        objects.push(object);
    }
    let blobs: Vec<_> = objects.iter().map(|object| object.blob.clone()).collect();
    let put = core.run(&buffer.region, |context| {
        context.documents.remove(buffer::CLOSED, key)?;
        let mut replaced = vec![];
        for object in objects {
            replaced.extend(objects::add(context, &bucket, object)?);
        }
        if !buffer.backup {
            metered::delivered(context, &buffer.stream, (buffer.size, buffer.records, buffer.since))?;
        }
        Ok(replaced)
    });
    objects::sweep(core, put.as_ref().unwrap_or(&blobs));
    put.map(drop)
}

fn may_deliver(context: &Context<'_>, destination: &Value, bucket: &str, key: &str) -> Result<()> {
    let role = destination["RoleARN"].as_str().unwrap_or_default();
    if !role_assumable(context, role, "firehose.amazonaws.com")? {
        let message = format!("Firehose is unable to assume role {role}. Please check the role provided.");
        return Err(ApiError::new("InvalidArgumentException", message));
    }
    for action in BUCKET_ACTIONS {
        s3::permit_role(context, role, action, (bucket, ""), &[])?;
    }
    for action in OBJECT_ACTIONS {
        s3::permit_role(context, role, action, (bucket, key), &[])?;
    }
    Ok(())
}

/// Logs the failure where the stream says, and sets the time of the next attempt.
fn fail(context: &Context<'_>, key: &str, buffer: &Buffer, stream: &Value, error: &ApiError) -> Result<()> {
    let mut buffer = buffer.clone();
    buffer.attempts += 1;
    buffer.due = context.now.as_millisecond() + RETRY;
    let document = buffer::write(&buffer)?;
    if buffer.attempts > MOST_ATTEMPTS {
        context.documents.remove(buffer::CLOSED, key)?;
    } else {
        context.documents.put(buffer::CLOSED, key, &document)?;
    }
    let failure = Failure {
        code: if error.code.starts_with("AccessDenied") { "S3.AccessDenied" } else { "S3.InternalError" },
        message: format!("Access was denied, or the bucket could not be written: {}", error.message),
    };
    if !buffer.backup {
        metered::failed(context, &buffer.stream, buffer.since)?;
    }
    log(context, &buffer, stream, &failure)
}

fn log(context: &Context<'_>, buffer: &Buffer, stream: &Value, failure: &Failure) -> Result<()> {
    let destination = destination_of(buffer, stream);
    let options = &destination["CloudWatchLoggingOptions"];
    let (Some(group), Some(name)) = (options["LogGroupName"].as_str(), options["LogStreamName"].as_str()) else {
        return Ok(());
    };
    let line = json!({
        "deliveryStreamARN": stream["DeliveryStreamARN"],
        "destination": destination["BucketARN"],
        "deliveryStreamVersionId": stream["VersionId"],
        "message": failure.message,
        "errorCode": failure.code,
        "records": buffer.records,
    });
    let role = destination["RoleARN"].as_str().unwrap_or_default();
    // A role that may not write logs leaves none.
    let _ = logs::write_under(context, role, group, name, &[(context.now.as_millisecond(), line.to_string())]);
    Ok(())
}

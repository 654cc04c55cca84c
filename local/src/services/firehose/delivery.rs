//! From the buffer to S3, under the stream's role.

use super::buffer::{self, Buffer};
use super::naming;
use super::records::stream_of;
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::core::Core;
use crate::service::Worker;
use crate::services::iam::role_assumable;
use crate::services::logs;
use crate::services::s3::{self, objects};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::FutureExt as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read as _, Write as _};
use std::path::Path;
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
        let _ = core.run(&buffer.region, |context| buffer::close_latest(context, &buffer.stream));
    }
    let ready: Vec<_> = buffer::closed(&core.store).into_iter().filter(|(_, buffer)| buffer.due <= now).collect();
    let any = !ready.is_empty();
    for (key, buffer) in ready {
        let core = Arc::clone(core);
        let _ = tokio::task::spawn_blocking(move || deliver(&core, &key, &buffer)).await;
    }
    any
}

/// Puts one file into the bucket, and forgets the buffer in the same transaction: nothing is lost, nothing
/// doubled, wherever the process is killed.
fn deliver(core: &Core, key: &str, buffer: &Buffer) {
    let region = buffer.region.clone();
    let stream = core.run(&region, |context| stream_of(context, &buffer.stream)).ok().flatten();
    let source = core.blobs.path(&buffer.file);
    let Some(stream) = stream else {
        // The stream is deleted, and what was in its buffer with it.
        let _ = core.store.transact(|documents| documents.remove(buffer::CLOSED, key));
        let _ = std::fs::remove_file(source);
        return;
    };
    let delivered = compress(&source, buffer.size, &stream["destination"]["CompressionFormat"])
        .map_err(ApiError::internal)
        .and_then(|(bytes, extension)| put(core, key, buffer, &stream, (&bytes, extension)));
    match delivered {
        Ok(()) => drop(std::fs::remove_file(source)),
        Err(error) => {
            let _ = core.run(&region, |context| fail(context, key, buffer, &stream, &error));
        }
    }
}

fn put(core: &Core, key: &str, buffer: &Buffer, stream: &Value, (bytes, extension): (&[u8], &str)) -> Result<()> {
    let since = Timestamp::from_millisecond(buffer.since).map_err(ApiError::internal)?;
    let name = naming::key(stream, &stream["destination"], since, extension);
    let destination = &stream["destination"];
    let bucket = destination["BucketARN"].as_str().unwrap_or_default();
    let bucket = bucket.rsplit(":::").next().unwrap_or_default().to_owned();
    core.run(&buffer.region, |context| may_deliver(context, destination, &bucket, &name))?;
    let blob = core.blobs.add(bytes).map_err(ApiError::internal)?;
    let file = objects::prepare(name, "application/octet-stream", blob.clone(), bytes);
    let put = core.run(&buffer.region, |context| {
        context.documents.remove(buffer::CLOSED, key)?;
        objects::add(context, &bucket, file)
    });
    match put {
        Ok(replaced) => {
            objects::sweep(core, &replaced);
            Ok(())
        }
        Err(error) => {
            objects::sweep(core, &[blob]);
            Err(error)
        }
    }
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
    let destination = &stream["destination"];
    let options = &destination["CloudWatchLoggingOptions"];
    let (Some(group), Some(name)) = (options["LogGroupName"].as_str(), options["LogStreamName"].as_str()) else {
        return Ok(());
    };
    let line = json!({
        "deliveryStreamARN": stream["DeliveryStreamARN"],
        "destination": destination["BucketARN"],
        "deliveryStreamVersionId": stream["VersionId"],
        "message": format!("Access was denied, or the bucket could not be written: {}", error.message),
        "errorCode": if error.code.starts_with("AccessDenied") { "S3.AccessDenied" } else { "S3.InternalError" },
        "records": buffer.records,
    });
    let role = destination["RoleARN"].as_str().unwrap_or_default();
    // A role that may not write logs leaves none.
    let _ = logs::write_under(context, role, group, name, &[(context.now.as_millisecond(), line.to_string())]);
    Ok(())
}

/// The file's bytes as the stream wants them, and what its name ends with.
fn compress(source: &Path, size: u64, format: &Value) -> io::Result<(Vec<u8>, &'static str)> {
    let mut input = BufReader::new(File::open(source)?).take(size);
    match format.as_str() {
        Some("GZIP") => {
            let mut output = GzEncoder::new(vec![], Compression::default());
            io::copy(&mut input, &mut output)?;
            Ok((output.finish()?, ".gz"))
        }
        Some("ZIP") => {
            let mut archive = zip::ZipWriter::new(Cursor::new(vec![]));
            archive.start_file("records", zip::write::SimpleFileOptions::default()).map_err(io::Error::other)?;
            io::copy(&mut input, &mut archive)?;
            Ok((archive.finish().map_err(io::Error::other)?.into_inner(), ".zip"))
        }
        Some("Snappy") => {
            let mut output = snap::write::FrameEncoder::new(vec![]);
            io::copy(&mut input, &mut output)?;
            let bytes = output.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
            Ok((bytes, ".snappy"))
        }
        Some("HADOOP_SNAPPY") => Ok((hadoop_snappy(&mut input)?, ".hsnappy")),
        _ => {
            let mut bytes = vec![];
            input.read_to_end(&mut bytes)?;
            Ok((bytes, ""))
        }
    }
}

/// Hadoop's framing: of each block, its size, then the size of what is compressed and that, sizes big-endian.
fn hadoop_snappy(input: &mut impl io::Read) -> io::Result<Vec<u8>> {
    const BLOCK: u64 = 256 << 10;
    let mut output = vec![];
    loop {
        let mut block = vec![];
        input.by_ref().take(BLOCK).read_to_end(&mut block)?;
        if block.is_empty() {
            return Ok(output);
        }
        let compressed = snap::raw::Encoder::new().compress_vec(&block).map_err(io::Error::other)?;
        for size in [block.len(), compressed.len()] {
            output.write_all(&u32::try_from(size).map_err(io::Error::other)?.to_be_bytes())?;
        }
        output.write_all(&compressed)?;
    }
}

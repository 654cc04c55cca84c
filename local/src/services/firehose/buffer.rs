//! A stream's buffer: a file that grows, and a document that says how much of it counts.
//!
//! The length is written in the same transaction in which the request succeeds. What a killed process has
//! written beyond it was never acknowledged, and the next record overwrites it.

use crate::api_error::{ApiError, Result};
use crate::context::{Context, new_uuid};
use crate::core::Core;
use crate::private;
use crate::service::Input;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::io::{Seek as _, SeekFrom, Write as _};

/// Key: region, stream. What records are added to.
const OPEN: &str = "firehose.buffer";
/// Key: region, stream, when it was closed. What is to be delivered.
pub(super) const CLOSED: &str = "firehose.batch";

/// Records on their way to one file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Buffer {
    pub(super) region: String,
    pub(super) stream: String,
    /// The name of its file.
    pub(super) file: String,
    /// In bytes, before compression: what "size" means in buffering hints.
    pub(super) size: u64,
    pub(super) records: u64,
    /// When the first record came, in milliseconds since 1970.
    pub(super) since: i64,
    /// When it is to be delivered.
    pub(super) due: i64,
    pub(super) attempts: u32,
}

fn read(document: Value) -> Result<Buffer> {
    serde_json::from_value(document).map_err(ApiError::internal)
}

pub(super) fn write(buffer: &Buffer) -> Result<Value> {
    serde_json::to_value(buffer).map_err(ApiError::internal)
}

fn interval(destination: &Value) -> i64 {
    destination["BufferingHints"].number("IntervalInSeconds").unwrap_or(300) * 1000
}

fn limit(destination: &Value) -> u64 {
    let mib = destination["BufferingHints"].number("SizeInMBs").unwrap_or(5);
    u64::try_from(mib).unwrap_or(5) << 20
}

/// Adds records, and closes the buffer once it is full.
pub(super) fn append(
    context: &Context<'_>,
    stream: &str,
    destination: &Value,
    data: &[u8],
    records: usize,
) -> Result<()> {
    let mut buffer = match context.get(OPEN, stream)? {
        Some(document) => read(document)?,
        None => new(context, stream, destination),
    };
    let path = context.blobs.path(&buffer.file);
    let mut file = private::options().truncate(false).open(path).map_err(ApiError::internal)?;
    file.seek(SeekFrom::Start(buffer.size)).and_then(|_| file.write_all(data)).map_err(ApiError::internal)?;
    buffer.size += data.len() as u64;
    buffer.records += records as u64;
    if buffer.size >= limit(destination) {
        buffer.due = context.now.as_millisecond();
        close(context, &buffer)
    } else {
        context.put(OPEN, stream, &write(&buffer)?)
    }
}

fn new(context: &Context<'_>, stream: &str, destination: &Value) -> Buffer {
    let now = context.now.as_millisecond();
    Buffer {
        region: context.region.to_owned(),
        stream: stream.to_owned(),
        file: format!("buffer-{}", new_uuid()),
        size: 0,
        records: 0,
        since: now,
        due: now + interval(destination),
        attempts: 0,
    }
}

/// From here on no record is added.
fn close(context: &Context<'_>, buffer: &Buffer) -> Result<()> {
    context.remove(OPEN, &buffer.stream)?;
    context.put(CLOSED, &format!("{}/{:015}-{}", buffer.stream, buffer.since, buffer.file), &write(buffer)?)
}

/// Closes the buffer as it is by now: records may have come since it was looked at.
pub(super) fn close_latest(context: &Context<'_>, stream: &str) -> Result<()> {
    match context.get(OPEN, stream)? {
        Some(latest) => close(context, &read(latest)?),
        None => Ok(()),
    }
}

/// All that wait, in all regions: those that take records still, and those that are closed, with their keys.
pub(super) fn open(store: &crate::store::Store) -> Vec<Buffer> {
    let all = store.read_all(OPEN, "").unwrap_or_default();
    all.into_iter().filter_map(|(_, document)| read(document).ok()).collect()
}

pub(super) fn closed(store: &crate::store::Store) -> Vec<(String, Buffer)> {
    let all = store.read_all(CLOSED, "").unwrap_or_default();
    all.into_iter().filter_map(|(key, document)| Some((key, read(document).ok()?))).collect()
}

/// What each stream holds back, and until when.
pub(crate) fn overview(core: &Core) -> Value {
    let closed = closed(&core.store).into_iter().map(|(_, buffer)| buffer);
    let all = open(&core.store).into_iter().chain(closed);
    let one = |buffer: Buffer| {
        let due = Timestamp::from_millisecond(buffer.due).map(|due| due.to_string()).unwrap_or_default();
        json!({"name": buffer.stream, "records": buffer.records, "bytes": buffer.size, "due": due})
    };
    all.map(one).collect()
}

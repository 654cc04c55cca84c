//! A stream's buffers: files that grow, and a document each that says how much of them counts.
//!
//! The length is written in the same transaction in which the request succeeds. What a killed process has
//! written beyond it was never acknowledged, and the next record overwrites it.
//!
//! Records stand one behind the other, as they are delivered. Where each ends and when it came is in a second file, for
//! they are converted one by one, which may be turned on after they came. A stream that backs its records up has a second
//! buffer with limits of its own.

use crate::api_error::{ApiError, Result};
use crate::context::{Context, new_uuid};
use crate::core::Core;
use crate::private;
use crate::service::Input;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

/// Key: region, stream; of a backup, with `/backup` behind it. What records are added to.
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
    /// Of records as they were sent, beside what the stream makes of them.
    #[serde(default)]
    pub(super) backup: bool,
    /// The stream as it was when the records came, where it has been updated since.
    #[serde(default)]
    pub(super) stream_then: Option<Value>,
}

/// A record of a buffer.
pub(super) struct Record {
    pub(super) data: Vec<u8>,
    /// Milliseconds since 1970.
    pub(super) arrived: i64,
}

/// In the second file: the length, and when it came.
const ENTRY: usize = 12;

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

/// Adds records, and closes a buffer once it is full.
pub(super) fn append(context: &Context<'_>, stream: &str, destination: &Value, records: &[&[u8]]) -> Result<()> {
    add(context, stream, destination, false, records)?;
    match destination["S3BackupMode"].as_str() {
        Some("Enabled") => add(context, stream, &destination["S3BackupConfiguration"], true, records),
        _ => Ok(()),
    }
}

fn add(context: &Context<'_>, stream: &str, destination: &Value, backup: bool, records: &[&[u8]]) -> Result<()> {
    let mut buffer = match context.get(OPEN, &place(stream, backup))? {
        Some(document) => read(document)?,
        None => new(context, stream, destination, backup),
    };
    put(context, &buffer.file, buffer.size, &records.concat())?;
    if !backup {
        let entry = |record: &&[u8]| {
            let length = u32::try_from(record.len()).unwrap_or(u32::MAX).to_le_bytes();
            [&length[..], &context.now.as_millisecond().to_le_bytes()[..]].concat()
        };
        let entries: Vec<u8> = records.iter().flat_map(entry).collect();
        put(context, &ends(&buffer.file), buffer.records * ENTRY as u64, &entries)?;
    }
    buffer.size += records.iter().map(|record| record.len() as u64).sum::<u64>();
    buffer.records += records.len() as u64;
    if buffer.size >= limit(destination) {
        buffer.due = context.now.as_millisecond();
        close(context, &buffer)
    } else {
        context.put(OPEN, &place(stream, backup), &write(&buffer)?)
    }
}

fn put(context: &Context<'_>, file: &str, at: u64, bytes: &[u8]) -> Result<()> {
    let path = context.blobs.path(file);
    let mut file = private::options().truncate(false).open(path).map_err(ApiError::internal)?;
    file.seek(SeekFrom::Start(at)).and_then(|_| file.write_all(bytes)).map_err(ApiError::internal)
}

fn place(stream: &str, backup: bool) -> String {
    if backup { format!("{stream}/backup") } else { stream.to_owned() }
}

/// The file that says where records end.
fn ends(file: &str) -> String {
    format!("{file}.ends")
}

impl Buffer {
    /// The records one by one. A buffer of an earlier version of Local AWS does not tell where they end: its lines, then.
    pub(super) fn records(&self, core: &Core) -> io::Result<Vec<Record>> {
        let mut data = vec![];
        fs::File::open(core.blobs.path(&self.file))?.take(self.size).read_to_end(&mut data)?;
        let Ok(ends) = fs::read(core.blobs.path(&ends(&self.file))) else {
            let lines = data.split_inclusive(|byte| *byte == b'\n');
            return Ok(lines.map(|line| Record { data: line.to_vec(), arrived: self.since }).collect());
        };
        let (mut records, mut start) = (vec![], 0);
        for entry in ends.chunks_exact(ENTRY).take(usize::try_from(self.records).unwrap_or(usize::MAX)) {
            let (length, arrived) = entry.split_at(4);
            let length = length.iter().rev().fold(0, |length, byte| length << 8 | usize::from(*byte));
            let arrived = arrived.iter().rev().fold(0, |time, byte| time << 8 | i64::from(*byte));
            let record = data.get(start..start + length).ok_or(io::ErrorKind::UnexpectedEof)?;
            records.push(Record { data: record.to_vec(), arrived });
            start += length;
        }
        Ok(records)
    }

    /// Removes what is delivered, or never will be.
    pub(super) fn forget(&self, core: &Core) {
        for file in [self.file.clone(), ends(&self.file)] {
            let _ = fs::remove_file(core.blobs.path(&file));
        }
    }
}

fn new(context: &Context<'_>, stream: &str, destination: &Value, backup: bool) -> Buffer {
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
        backup,
        stream_then: None,
    }
}

/// From here on no record is added.
fn close(context: &Context<'_>, buffer: &Buffer) -> Result<()> {
    context.remove(OPEN, &place(&buffer.stream, buffer.backup))?;
    context.put(CLOSED, &format!("{}/{:015}-{}", buffer.stream, buffer.since, buffer.file), &write(buffer)?)
}

/// Closes the buffer as it is by now: records may have come since it was looked at.
pub(super) fn close_latest(context: &Context<'_>, buffer: &Buffer) -> Result<()> {
    match context.get(OPEN, &place(&buffer.stream, buffer.backup))? {
        Some(latest) => close(context, &read(latest)?),
        None => Ok(()),
    }
}

/// What an update finds waiting is delivered as the stream was until then, when it would have been: a file has the version
/// of the stream in its name, and main and backup of a record go by the same settings. AWS says no more than that an update
/// takes effect "within a few minutes".
pub(super) fn close_for_update(context: &Context<'_>, name: &str, stream: &Value) -> Result<()> {
    for backup in [false, true] {
        if let Some(document) = context.get(OPEN, &place(name, backup))? {
            close(context, &Buffer { stream_then: Some(stream.clone()), ..read(document)? })?;
        }
    }
    Ok(())
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
    let all = open(&core.store).into_iter().chain(closed).filter(|buffer| !buffer.backup);
    let one = |buffer: Buffer| {
        let due = Timestamp::from_millisecond(buffer.due).map(|due| due.to_string()).unwrap_or_default();
        json!({"name": buffer.stream, "records": buffer.records, "bytes": buffer.size, "due": due})
    };
    all.map(one).collect()
}

//! S3: what lies in the bucket, and the requests of all who read and write it.
//!
//! What Athena asks for queries is left out: a GET for each file, and a LIST for each folder of a day.

use super::flow::{Flow, json_by_day, runs};
use super::glue::{crawls, job_runs};
use super::{Meter, Month};
use crate::blueprint::{EXPIRE_PARQUET, EXPIRE_PARTITIONED};
use crate::resources::{Bucket, Stream};
use aws_sdk_firehose::types::CompressionFormat;

/// Nothing where no event finds its way into a bucket.
pub(super) fn all(month: &Month<'_>) -> Vec<Meter> {
    let (Some(bucket), Some(flow), Some(stream)) = (&month.billed.bucket, &month.flow, &month.billed.stream) else {
        return vec![];
    };
    let stored = [json(month, bucket, flow, stream), parquet(month, bucket, flow, stream)];
    stored.into_iter().flatten().chain([puts(month, flow)]).chain(gets(month, flow)).collect()
}

/// Months that objects are kept under one of our rules.
fn kept(month: &Month<'_>, bucket: &Bucket, rule: &str) -> f64 {
    month.kept(bucket.lifecycle.0.get(rule).and_then(|rule| rule.expire))
}

fn stored(item: &'static str, flow: &Flow, months: f64, ratio: f64) -> Meter {
    let how = format!("{:.2} GB of JSON a month x {months} months x {ratio}", flow.json_gb);
    let kind = ("TimedStorage-ByteHrs", "s3_standard_gb_month");
    Meter::new("store", item, kind, flow.json_gb * months * ratio, how).from(&[
        "events_per_month",
        "event_bytes",
        "month",
    ])
}

/// The files of Firehose where it or the mover puts them; without a mover they stay where Firehose did. One that converts
/// has JSON in its backup only.
fn json(month: &Month<'_>, bucket: &Bucket, flow: &Flow, stream: &Stream) -> Option<Meter> {
    let compression = match (&stream.conversion, &stream.backup) {
        (None, _) => &stream.compression,
        (Some(_), backup) => &backup.as_ref()?.compression,
    };
    let ratio = match compression.0 {
        CompressionFormat::Gzip | CompressionFormat::Zip => month.get("gzip_ratio"),
        CompressionFormat::Snappy | CompressionFormat::HadoopSnappy => month.get("snappy_ratio"),
        _ => 1.0,
    };
    let line = match json_by_day(stream) || month.billed.mover.as_ref().is_some_and(runs) {
        true => {
            let months = kept(month, bucket, EXPIRE_PARTITIONED);
            stored("S3 partitioned JSON", flow, months, ratio).from(&["bucket.expire.partitioned"])
        }
        false => stored("S3 raw JSON", flow, month.kept(None), ratio),
    };
    Some(line.from(&["delivery.compression", "gzip_ratio", "snappy_ratio"]))
}

fn parquet(month: &Month<'_>, bucket: &Bucket, flow: &Flow, stream: &Stream) -> Option<Meter> {
    if month.billed.job.is_none() && stream.conversion.is_none() {
        return None;
    }
    let line = stored("S3 Parquet", flow, kept(month, bucket, EXPIRE_PARQUET), month.get("parquet_ratio"));
    Some(line.from(&["bucket.expire.parquet", "parquet_ratio"]))
}

const FILES: &[&str] = &["events_per_month", "events_per_request", "delivery.buffer.size", "delivery.buffer.interval"];

/// Firehose puts a file, and another one into its backup; the mover copies it; each run of the job writes at least one; a
/// crawler lists.
fn puts(month: &Month<'_>, flow: &Flow) -> Meter {
    let (job, crawls, lists) = (job_runs(month), crawls(month), month.get("crawler_lists"));
    let mut how = match (flow.backup, flow.moved) {
        (0.0, 0.0) => format!("{:.0} files", flow.files),
        (0.0, moved) if flow.files == moved => format!("2 x {:.0} files", flow.files),
        (0.0, moved) => format!("{:.0} files + {moved:.0} copies", flow.files),
        (backup, _) => format!("{:.0} files + {backup:.0} of the backup", flow.files),
    };
    let billed = month.billed;
    let mut from = FILES.to_vec();
    if billed.job.is_some() {
        how.push_str(&format!(" + {job:.0} runs of the job"));
        from.push("etl.schedule");
    }
    if billed.raw_crawler.is_some() || billed.parquet_crawler.is_some() {
        how.push_str(&format!(" + {crawls:.0} crawls x {lists} LIST"));
        from.extend(["catalog.crawlers.raw.schedule", "catalog.crawlers.parquet.schedule", "crawler_lists"]);
    }
    let puts = flow.written() + job + crawls * lists;
    let kind = ("Requests-Tier1", "s3_put_copy_post_list_1k");
    Meter::new("store", "S3 PUT, COPY and LIST", kind, puts / 1000.0, how).from(&from)
}

/// Of whom reads files: nobody, where Firehose puts them in their place and converts them.
fn gets(month: &Month<'_>, flow: &Flow) -> Option<Meter> {
    let (mover, job) = (month.billed.mover.is_some(), month.billed.job.is_some());
    let (moved, read) = (flow.moved, if job { flow.partitioned } else { 0.0 });
    let how = match (mover, job) {
        (false, false) => return None,
        (true, true) if read == moved => format!("the mover's copy and the job's read of {moved:.0} files"),
        (true, true) => format!("the mover's copy of {moved:.0} files, the job's read of {read:.0}"),
        (true, false) => format!("the mover's copy of {moved:.0} files"),
        (false, true) => format!("the job's read of {read:.0} files"),
    };
    let kind = ("Requests-Tier2", "s3_get_select_1k");
    Some(Meter::new("store", "S3 GET", kind, (moved + read) / 1000.0, how).from(FILES))
}

//! S3: what lies in the bucket, and the requests of all who read and write it.

use super::flow::{Flow, runs};
use super::glue::{crawls, job_runs};
use super::{Meter, Month};
use crate::blueprint::{EXPIRE_PARQUET, EXPIRE_PARTITIONED};
use crate::resources::Bucket;
use aws_sdk_firehose::types::CompressionFormat;

/// Nothing where no event finds its way into a bucket.
pub(super) fn all(month: &Month<'_>) -> Vec<Meter> {
    let (Some(bucket), Some(flow)) = (&month.billed.bucket, &month.flow) else { return vec![] };
    let mut all = vec![json(month, bucket, flow)];
    all.extend(parquet(month, bucket, flow));
    all.extend([puts(month, flow), gets(month, flow)]);
    all
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

/// The files of Firehose, where the mover puts them; without it they stay.
fn json(month: &Month<'_>, bucket: &Bucket, flow: &Flow) -> Meter {
    let ratio = match month.billed.stream.as_ref().map(|stream| &stream.compression.0) {
        Some(CompressionFormat::Gzip | CompressionFormat::Zip) => month.get("gzip_ratio"),
        Some(CompressionFormat::Snappy | CompressionFormat::HadoopSnappy) => month.get("snappy_ratio"),
        _ => 1.0,
    };
    let line = match month.billed.mover.as_ref().is_some_and(runs) {
        true => {
            let months = kept(month, bucket, EXPIRE_PARTITIONED);
            stored("S3 partitioned JSON", flow, months, ratio).from(&["bucket.expire.partitioned"])
        }
        false => stored("S3 raw JSON", flow, month.kept(None), ratio),
    };
    line.from(&["delivery.compression", "gzip_ratio", "snappy_ratio"])
}

fn parquet(month: &Month<'_>, bucket: &Bucket, flow: &Flow) -> Option<Meter> {
    month.billed.job.as_ref()?;
    let line = stored("S3 Parquet", flow, kept(month, bucket, EXPIRE_PARQUET), month.get("parquet_ratio"));
    Some(line.from(&["bucket.expire.parquet", "parquet_ratio"]))
}

const FILES: &[&str] = &["events_per_month", "events_per_request", "delivery.buffer.size", "delivery.buffer.interval"];

/// Firehose puts a file, the mover copies it; each run of the job writes at least one; a crawler lists.
fn puts(month: &Month<'_>, flow: &Flow) -> Meter {
    let (job, crawls, lists) = (job_runs(month), crawls(month), month.get("crawler_lists"));
    let puts = flow.files + flow.moved + job + crawls * lists;
    let files = match flow.files == flow.moved {
        true => format!("2 x {:.0} files", flow.files),
        false => format!("{:.0} files + {:.0} copies", flow.files, flow.moved),
    };
    let how = format!("{files} + {job:.0} runs of the job + {crawls:.0} crawls x {lists} LIST");
    let kind = ("Requests-Tier1", "s3_put_copy_post_list_1k");
    Meter::new("store", "S3 PUT, COPY and LIST", kind, puts / 1000.0, how).from(FILES).from(&[
        "etl.schedule",
        "catalog.crawlers.raw.schedule",
        "catalog.crawlers.parquet.schedule",
        "crawler_lists",
    ])
}

fn gets(month: &Month<'_>, flow: &Flow) -> Meter {
    let (moved, read) = (flow.moved, if month.billed.job.is_some() { flow.moved } else { 0.0 });
    let how = match read == moved {
        true => format!("the mover's copy and the job's read of {moved:.0} files"),
        false => format!("the mover's copy of {moved:.0} files"),
    };
    let kind = ("Requests-Tier2", "s3_get_select_1k");
    Meter::new("store", "S3 GET", kind, (moved + read) / 1000.0, how).from(FILES)
}

//! What lies under each table: bytes, files, and the folders of days that they are in.

use super::clock::job_runs;
use super::flow::{Flow, json_by_day, runs};
use super::{DAYS, Month};
use crate::blueprint::{EXPIRE_PARQUET, EXPIRE_PARTITIONED};
use crate::resources::{Bucket, Stream};
use aws_sdk_firehose::types::CompressionFormat;

/// Objects that one LIST names.
const LISTED_AT_ONCE: f64 = 1000.0;

/// On a month's average.
#[derive(Clone, Copy)]
pub(super) struct Lying {
    /// A month's bytes, as they are kept.
    pub(super) monthly_gb: f64,
    /// Of what JSON has, as which they are kept.
    pub(super) ratio: f64,
    /// Months of data that are there.
    pub(super) months: f64,
    /// Months of data that have expired, and are there as old versions.
    pub(super) old_months: f64,
    files_a_month: f64,
    /// Whether they are in folders of days.
    pub(super) by_day: bool,
}

impl Lying {
    pub(super) fn files(&self) -> f64 {
        self.files_a_month * self.months
    }

    pub(super) fn days(&self) -> f64 {
        if self.files_a_month > 0.0 { DAYS * self.months } else { 0.0 }
    }

    /// To find all files: a folder is a LIST at least, and one more for each 1000 files.
    pub(super) fn lists(&self) -> f64 {
        (self.days() + self.files() / LISTED_AT_ONCE).max(1.0)
    }
}

/// The files of Firehose where it or the mover puts them; without a mover they stay where Firehose did. One that converts
/// has JSON in its backup only.
pub(super) fn json(month: &Month<'_>) -> Option<Lying> {
    let (bucket, flow, stream) = there(month)?;
    let compression = match (&stream.conversion, &stream.backup) {
        (None, _) => &stream.compression,
        (Some(_), backup) => &backup.as_ref()?.compression,
    };
    let ratio = match compression.0 {
        CompressionFormat::Gzip | CompressionFormat::Zip => month.get("gzip_ratio"),
        CompressionFormat::Snappy | CompressionFormat::HadoopSnappy => month.get("snappy_ratio"),
        _ => 1.0,
    };
    let by_day = json_by_day(stream) || month.billed.mover.as_ref().is_some_and(runs);
    let rule = by_day.then_some(EXPIRE_PARTITIONED);
    let files = if by_day { flow.partitioned } else { flow.files };
    Some(Lying { by_day, ..lying(month, (bucket, flow), rule, ratio, files) })
}

/// What lies under the table of JSON: nothing, while nobody puts files into the folders of their days.
pub(super) fn raw(month: &Month<'_>) -> Option<Lying> {
    json(month).filter(|json| json.by_day)
}

/// What Firehose converts, or the job: each run writes at least one file.
pub(super) fn parquet(month: &Month<'_>) -> Option<Lying> {
    let (bucket, flow, stream) = there(month)?;
    let files = match (&stream.conversion, &month.billed.job) {
        (Some(_), _) => flow.files,
        (None, Some(_)) if flow.partitioned > 0.0 => job_runs(month),
        (None, Some(_)) => 0.0,
        (None, None) => return None,
    };
    Some(lying(month, (bucket, flow), Some(EXPIRE_PARQUET), month.get("parquet_ratio"), files))
}

/// GB of what the mover has taken away from where Firehose had put it, which stay as old versions.
pub(super) fn taken_away(month: &Month<'_>) -> f64 {
    let (Some((bucket, flow, _)), Some(json)) = (there(month), json(month)) else { return 0.0 };
    let moves = flow.moved > 0.0 && bucket.versioned;
    if moves { json.monthly_gb * month.kept(old_versions(bucket)) } else { 0.0 }
}

/// Nothing where no event finds its way into a bucket.
fn there<'a>(month: &'a Month<'_>) -> Option<(&'a Bucket, &'a Flow, &'a Stream)> {
    Some((month.billed.bucket.as_ref()?, month.flow.as_ref()?, month.billed.stream.as_ref()?))
}

/// What one of our rules expires goes then, or becomes an old version.
fn lying(
    month: &Month<'_>,
    (bucket, flow): (&Bucket, &Flow),
    rule: Option<&str>,
    ratio: f64,
    files_a_month: f64,
) -> Lying {
    let expire = rule.and_then(|rule| bucket.lifecycle.0.get(rule)?.expire);
    let months = month.kept(expire);
    let gone = expire.filter(|_| bucket.versioned).map(|days| match old_versions(bucket) {
        Some(old) => month.kept(Some(days.saturating_add(old))) - months,
        None => month.kept(None) - months,
    });
    let old_months = gone.unwrap_or(0.0);
    Lying { monthly_gb: flow.json_gb * ratio, ratio, months, old_months, files_a_month, by_day: true }
}

/// Days that old versions are kept. `None`: for ever.
fn old_versions(bucket: &Bucket) -> Option<i32> {
    bucket.lifecycle.0.values().filter(|rule| rule.prefix.is_empty()).filter_map(|rule| rule.expire_noncurrent).min()
}

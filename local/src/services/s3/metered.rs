//! What S3 bills of requests, and what lies in buckets.

use super::buckets::arn;
use crate::api_error::Result;
use crate::context::Context;
use crate::core::Core;
use crate::metering::{S3_STORED, S3_TIER1, S3_TIER2};
use http::StatusCode;

/// Requests that a service makes of a bucket without one over HTTP: "PUT, COPY, POST, LIST", and "GET, SELECT, and all
/// other requests".
pub(crate) fn count(context: &Context<'_>, bucket: &str, (first, second): (u64, u64)) -> Result<()> {
    let bucket = arn(context, bucket);
    context.meter(&S3_TIER1, &bucket, first as f64)?;
    context.meter(&S3_TIER2, &bucket, second as f64)
}

/// LISTs and GETs of somebody who looks at all files below a place: a LIST for each folder and each 1000 files in it.
pub(crate) fn lists<'a>(keys: impl Iterator<Item = &'a str>) -> u64 {
    let mut folders = std::collections::BTreeMap::<&str, u64>::new();
    keys.for_each(|key| *folders.entry(key.rsplit_once('/').map_or("", |(folder, _)| folder)).or_default() += 1);
    folders.values().map(|files| files.div_ceil(1000)).sum::<u64>().max(1)
}

/// A request over HTTP. "DELETE and CANCEL requests are free", and nobody pays for what S3 refuses for its own reasons.
pub(super) fn request(core: &Core, region: &str, (operation, about): (&str, &str), status: StatusCode) {
    let bucket = about.split('/').next().unwrap_or_default();
    let is_billed = status.is_success() || matches!(status.as_u16(), 304 | 404 | 412);
    if bucket.is_empty() || !is_billed {
        return;
    }
    let Some(tiers) = tiers(operation.trim_start_matches("s3:")) else { return };
    let _ = core.run(region, |context| count(context, bucket, tiers));
}

fn tiers(operation: &str) -> Option<(u64, u64)> {
    const FIRST: [&str; 7] = ["Put", "Copy", "Post", "List", "Create", "Upload", "Complete"];
    match operation {
        _ if operation.starts_with("Delete") || operation.starts_with("Abort") => None,
        _ if FIRST.iter().any(|verb| operation.starts_with(verb)) => Some((1, 0)),
        _ => Some((0, 1)),
    }
}

/// Bytes that have come, or gone.
pub(super) fn stored(context: &Context<'_>, bucket: &str, bytes: f64) -> Result<()> {
    context.meter_level(&S3_STORED, &arn(context, bucket), bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_of_two_tiers_or_free() {
        for operation in ["PutObject", "CopyObject", "ListObjectsV2", "UploadPart", "CompleteMultipartUpload"] {
            assert_eq!(tiers(operation), Some((1, 0)), "{operation}");
        }
        for operation in ["GetObject", "HeadObject", "HeadBucket", "GetBucketTagging"] {
            assert_eq!(tiers(operation), Some((0, 1)), "{operation}");
        }
        assert_eq!((tiers("DeleteObjects"), tiers("AbortMultipartUpload")), (None, None));
    }

    #[test]
    fn a_folder_is_a_list_and_one_more_for_each_thousand() {
        let keys: Vec<_> =
            (0..2001).map(|number| format!("a/day=1/{number}")).chain(["a/day=2/x".to_owned()]).collect();
        assert_eq!(lists(keys.iter().map(String::as_str)), 4);
        assert_eq!(lists(std::iter::empty()), 1);
    }
}

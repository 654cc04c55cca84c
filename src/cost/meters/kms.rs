//! KMS: a key of the pipeline's own, and what S3 asks of the bucket's.

use super::{Meter, Month};

/// With a bucket key, S3 asks KMS for a key of its own now and then: "up to 99 percent" fewer requests.
const ASKED: f64 = 0.01;

/// Nothing where S3's own keys do.
pub(super) fn all(month: &Month<'_>) -> Vec<Meter> {
    own(month).into_iter().chain(requests(month)).collect()
}

/// "The first and second rotation of a key adds $1/month each": a year of it, then two.
fn own(month: &Month<'_>) -> Option<Meter> {
    let key = month.billed.key.as_ref()?;
    let years = ((month.get("month") - 1.0) / 12.0).floor().clamp(0.0, 2.0);
    let versions = if key.rotated { 1.0 + years } else { 1.0 };
    let how = format!("{versions:.0} versions of the key: one, and one more after each of two years");
    let meter = Meter::new("store", "KMS key", ("KMS-Keys", "kms_key_month"), versions, how);
    Some(meter.from(&["security", "month"]))
}

fn requests(month: &Month<'_>) -> Option<Meter> {
    let (bucket, flow) = (month.billed.bucket.as_ref()?, month.flow.as_ref()?);
    bucket.kms_key.as_ref()?;
    let objects = flow.written() + flow.moved + flow.partitioned;
    let share = if bucket.bucket_key { ASKED } else { 1.0 };
    let how = format!("{objects:.0} objects written and read x {share}, thanks to the bucket key");
    let kind = ("KMS-Requests", "kms_symmetric_request");
    let meter = Meter::new("store", "KMS requests", kind, objects * share, how);
    let meter = meter.from(&["security", "bucket.kms_key", "events_per_month", "delivery.buffer.interval"]);
    Some(Meter { free: month.book.free("kms_requests"), ..meter })
}

//! Firehose: what it takes in, and what of it it converts.

use super::{GB, Meter, Month};
use crate::cost::FIREHOSE_STEP;

/// Both are counted alike: "Format conversion is charged on GB ingested", each record in steps of 5 KB (Firehose's
/// pricing page). What a backup takes is neither.
pub(super) fn all(month: &Month<'_>) -> Vec<Meter> {
    let Some((gb, how, from)) = taken_in(month) else { return vec![] };
    let line = |item, kind| Meter::new("deliver", item, kind, gb, how.clone()).from(from);
    let converts = month.billed.stream.as_ref().is_some_and(|stream| stream.conversion.is_some());
    let conversion = ("DFCBilledBytes", "firehose_format_conversion_gb");
    let conversion = converts.then(|| line("Firehose conversion", conversion).from(&["delivery.format"]));
    [line("Firehose ingestion", ("BilledBytes", "firehose_ingest_gb"))].into_iter().chain(conversion).collect()
}

/// GB, how they come about, and what they follow from.
fn taken_in(month: &Month<'_>) -> Option<(f64, String, &'static [&'static str])> {
    let records = month.flow.as_ref()?.records;
    if let Some(gb) = month.inputs.known("firehose_gb") {
        return Some((gb, "as given".to_owned(), &["firehose_gb"]));
    }
    // `track` packs the events of a request into one record.
    let bytes = month.get("events_per_request") * (month.get("event_bytes") + 1.0);
    let rounded = (bytes / FIREHOSE_STEP).ceil() * FIREHOSE_STEP;
    let how = format!("{records:.0} records of {bytes:.0} B, each billed as {rounded:.0} B");
    Some((records * rounded / GB, how, &["events_per_month", "event_bytes", "events_per_request"]))
}

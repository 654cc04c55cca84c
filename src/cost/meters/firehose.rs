//! Firehose: what it takes in, and what of it it converts.

use super::flow::Records;
use super::{Meter, Month};

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
    let flow = month.flow.as_ref()?;
    if let Some(gb) = month.inputs.known("firehose_gb") {
        return Some((gb, "as given".to_owned(), &["firehose_gb"]));
    }
    let Records { count, bytes, billed } = Records::of(month.inputs);
    let (records, each, of) = (flow.records, bytes / count, billed / count);
    let how = format!("{records:.0} records of {each:.0} B, each billed as {of:.0} B");
    Some((flow.billed_gb, how, &["events_per_month", "event_bytes", "events_per_request"]))
}

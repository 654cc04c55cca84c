//! Firehose: what it takes in.

use super::{GB, Meter, Month};
use crate::cost::FIREHOSE_STEP;

pub(super) fn ingestion(month: &Month<'_>) -> Option<Meter> {
    let records = month.flow.as_ref()?.records;
    let line =
        |gb, how: String| Meter::new("deliver", "Firehose ingestion", ("BilledBytes", "firehose_ingest_gb"), gb, how);
    if let Some(gb) = month.inputs.known("firehose_gb") {
        return Some(line(gb, "as given".to_owned()).from(&["firehose_gb"]));
    }
    // `track` packs the events of a request into one record.
    let bytes = month.get("events_per_request") * (month.get("event_bytes") + 1.0);
    let rounded = (bytes / FIREHOSE_STEP).ceil() * FIREHOSE_STEP;
    let how = format!("{records:.0} records of {bytes:.0} B, each billed as {rounded:.0} B");
    Some(line(records * rounded / GB, how).from(&["events_per_month", "event_bytes", "events_per_request"]))
}

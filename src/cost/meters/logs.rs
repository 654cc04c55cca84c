//! CloudWatch Logs: what the functions write, and what of it is kept.

use super::{GB, Meter, Month};
use crate::resources::Function;

const WRITTEN: &[&str] =
    &["events_per_month", "events_per_request", "log_bytes", "warn_log_bytes", "ingest.function.log_level"];

/// Bytes of a call that goes well. From `warn` on, Lambda leaves out its START, END and REPORT.
fn bytes(month: &Month<'_>, function: &Function) -> f64 {
    month.get(if function.logging.has_reports() { "log_bytes" } else { "warn_log_bytes" })
}

pub(super) fn all(month: &Month<'_>) -> Vec<Meter> {
    let Some(flow) = &month.flow else { return vec![] };
    let billed = month.billed;
    // A function that finds no log group logs nothing: its role may not make one.
    let groups = [(&billed.track_log, &billed.track, flow.calls), (&billed.mover_log, &billed.mover, flow.moved)];
    let groups: Vec<_> = groups
        .into_iter()
        .filter_map(|(group, function, calls)| Some((group.as_ref()?, bytes(month, function.as_ref()?), calls)))
        .collect();
    // Nearly all of it is the first one's, `track`'s: its retention stands for both.
    let Some((first, ..)) = groups.first() else { return vec![] };
    let gb = groups.iter().map(|(_, bytes, calls)| calls * bytes).sum::<f64>() / GB;
    let months = month.kept(first.retention_days);
    let how: Vec<_> = groups.iter().map(|(_, bytes, calls)| format!("{calls:.0} calls x {bytes} B")).collect();
    let how = how.join(" + ");
    let kind = ("DataProcessing-Bytes", "cwlogs_ingest_gb");
    let ingested = Meter::new("logs", "CloudWatch Logs ingestion", kind, gb, how).from(WRITTEN);
    let how = format!("{gb:.2} GB a month x {months:.2} months");
    let kind = ("TimedStorage-ByteHrs", "cwlogs_storage_gb_month");
    let stored = Meter::new("logs", "CloudWatch Logs storage", kind, gb * months, how).from(WRITTEN);
    let stored = stored.from(&["month", "ingest.function.log_retention"]);
    vec![
        Meter { free: month.book.free("cwlogs_ingest"), ..ingested },
        Meter { free: month.book.free("cwlogs_storage"), ..stored },
    ]
}

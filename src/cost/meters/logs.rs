//! CloudWatch Logs: what the functions write, and what of it is kept.

use super::{GB, Meter, Month};

const WRITTEN: &[&str] = &["events_per_month", "events_per_request", "log_bytes"];

pub(super) fn all(month: &Month<'_>) -> Vec<Meter> {
    let Some(flow) = &month.flow else { return vec![] };
    let billed = month.billed;
    // A function that finds no log group logs nothing: its role may not make one.
    let groups = [(&billed.track_log, &billed.track, flow.records), (&billed.mover_log, &billed.mover, flow.moved)];
    let groups = groups.into_iter().filter(|(_, function, _)| function.is_some());
    let groups: Vec<_> = groups.filter_map(|(group, _, calls)| Some((group.as_ref()?, calls))).collect();
    // Nearly all of it is the first one's, `track`'s: its retention stands for both.
    let Some((first, _)) = groups.first() else { return vec![] };
    let (calls, bytes): (f64, f64) = (groups.iter().map(|(_, calls)| calls).sum(), month.get("log_bytes"));
    let (gb, months) = (calls * bytes / GB, month.kept(first.retention_days));
    let how = format!("{calls:.0} calls x {bytes} B");
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

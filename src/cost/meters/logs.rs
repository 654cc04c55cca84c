//! CloudWatch Logs: what the functions, the job and the crawlers write, and what of it is kept.

use super::clock::job_runs;
use super::glue::crawls;
use super::{GB, Meter, Month};
use crate::resources::Function;

const WRITTEN: &[&str] =
    &["events_per_month", "events_per_request", "log_bytes", "warn_log_bytes", "ingest.function.log_level"];

/// Bytes of a call that goes well. From `warn` on, Lambda leaves out its START, END and REPORT.
fn bytes(month: &Month<'_>, function: &Function) -> f64 {
    month.get(if function.logging.has_reports() { "log_bytes" } else { "warn_log_bytes" })
}

/// What somebody writes in a month.
struct Written {
    gb: f64,
    how: String,
    retention_days: Option<i32>,
    from: &'static [&'static str],
}

pub(super) fn all(month: &Month<'_>) -> Vec<Meter> {
    let written: Vec<_> = functions(month).into_iter().chain(glue(month)).collect();
    if written.is_empty() {
        return vec![];
    }
    let from: Vec<_> = written.iter().flat_map(|one| one.from.iter().copied()).collect();
    let gb = written.iter().map(|one| one.gb).sum::<f64>();
    let how: Vec<_> = written.iter().map(|one| one.how.as_str()).collect();
    let kind = ("DataProcessing-Bytes", "cwlogs_ingest_gb");
    let ingested = Meter::new("logs", "CloudWatch Logs ingestion", kind, gb, how.join(" + ")).from(&from);
    let ratio = month.get("log_storage_ratio");
    let kept = written.iter().map(|one| (one.gb, month.kept(one.retention_days)));
    let how: Vec<_> = kept.clone().map(|(gb, months)| format!("{gb:.2} GB x {months:.2} months")).collect();
    let how = format!("({}) x {ratio}, compressed", how.join(" + "));
    let kept = kept.map(|(gb, months)| gb * months * ratio).sum();
    let kind = ("TimedStorage-ByteHrs", "cwlogs_storage_gb_month");
    let stored = Meter::new("logs", "CloudWatch Logs storage", kind, kept, how).from(&from);
    let stored = stored.from(&["month", "ingest.function.log_retention", "log_storage_ratio"]);
    vec![
        Meter { free: month.book.free("cwlogs_ingest"), ..ingested },
        Meter { free: month.book.free("cwlogs_storage"), ..stored },
    ]
}

/// A function that finds no log group logs nothing: its role may not make one.
fn functions(month: &Month<'_>) -> Vec<Written> {
    let Some(flow) = &month.flow else { return vec![] };
    let billed = month.billed;
    let groups = [(&billed.track_log, &billed.track, flow.calls), (&billed.mover_log, &billed.mover, flow.moved)];
    let written = groups.into_iter().filter_map(|(group, function, calls)| {
        let (group, bytes) = (group.as_ref()?, bytes(month, function.as_ref()?));
        let how = format!("{calls:.0} calls x {bytes} B");
        Some(Written { gb: calls * bytes / GB, how, retention_days: group.retention_days, from: WRITTEN })
    });
    written.collect()
}

/// Glue writes into groups that all jobs and crawlers of an account share (`/aws-glue/jobs/...`, `/aws-glue/crawlers`):
/// they are nobody's, and keep everything unless somebody says otherwise.
fn glue(month: &Month<'_>) -> Vec<Written> {
    let billed = month.billed;
    let line = |runs: f64, what: &str, figure: &'static str, from| {
        let bytes = month.get(figure);
        let how = format!("{runs:.0} {what} x {bytes} B");
        Written { gb: runs * bytes / GB, how, retention_days: None, from }
    };
    let job = billed
        .job
        .as_ref()
        .map(|_| line(job_runs(month), "runs of the job", "job_log_bytes", &["job_log_bytes", "etl.schedule"]));
    let crawlers = (billed.raw_crawler.is_some() || billed.parquet_crawler.is_some()).then(|| {
        const FROM: &[&str] =
            &["crawler_log_bytes", "catalog.crawlers.raw.schedule", "catalog.crawlers.parquet.schedule"];
        line(crawls(month), "crawls", "crawler_log_bytes", FROM)
    });
    job.into_iter().chain(crawlers).collect()
}

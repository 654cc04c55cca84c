//! Figures of an estimate as these days have shown them.

use super::measured::Calls;
use super::{Charges, Days, Measured};
use crate::cost::{Billed, Inputs};

/// A figure that turned out otherwise.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Learned {
    /// As `--usage` calls it.
    pub(crate) name: &'static str,
    /// The key of `usage:`.
    pub(crate) key: &'static str,
    pub(crate) was: f64,
    pub(crate) is: f64,
    /// How it is written into the file.
    pub(crate) text: String,
    /// Where it is from, in words.
    pub(crate) source: String,
}

/// So much apart is the same.
const SAME: f64 = 0.005;

/// What differs from what was told or assumed. An event's size is the file's: nobody counts events on their way, only bytes.
pub(crate) fn learn(
    measured: &Measured,
    charges: &Charges,
    (billed, inputs): (&Billed, &Inputs),
    days: Days,
) -> Vec<Learned> {
    let mut all = Found { inputs, all: vec![] };
    volume(&mut all, measured, days);
    functions(&mut all, measured, charges, billed);
    logs(&mut all, measured, charges, billed);
    glue(&mut all, measured);
    if let Some(queries) = &measured.queries {
        // A sum of nothing is -0.
        let bytes = queries.iter().sum::<f64>() + 0.0;
        let tb = bytes / (1_u64 << 40) as f64 * days.of_all() / days.count();
        let known = inputs.get("athena_tb");
        // Those that an estimate expects by itself are among them.
        let source = format!("{} queries in Athena's history of the workgroup", queries.len());
        let text = format!("{} MB", (tb * f64::from(1 << 20)).round());
        let expects = ["athena_scans_of_all", "athena_scans_of_a_month", "athena_scans_of_a_column"];
        let expected = expects.into_iter().any(|scans| inputs.get(scans) > 0.0);
        if expected || differ(tb, known) {
            all.push(("athena_tb", "athena_scanned_per_month"), tb, text, source.clone());
            expects.into_iter().for_each(|scans| all.add((scans, scans), 0.0, &source));
        }
    }
    all.all
}

struct Found<'a> {
    inputs: &'a Inputs,
    all: Vec<Learned>,
}

impl Found<'_> {
    fn add(&mut self, (name, key): (&'static str, &'static str), is: f64, source: &str) {
        let digits = if is >= 100.0 { 0 } else { 4 };
        let text = format!("{is:.digits$}");
        let is = text.parse().unwrap_or(is);
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
        if differ(is, self.inputs.get(name)) {
            self.push((name, key), is, text, source.to_owned());
        }
    }

    fn push(&mut self, (name, key): (&'static str, &'static str), is: f64, text: String, source: String) {
        let was = self.inputs.get(name);
        self.all.push(Learned { name, key, was, is, text, source });
    }
}

fn differ(one: f64, other: f64) -> bool {
    (one - other).abs() > SAME * one.abs().max(other.abs())
}

fn volume(all: &mut Found<'_>, measured: &Measured, days: Days) {
    let Some(bytes) = measured.bytes.filter(|bytes| *bytes > 0.0) else { return };
    let event = all.inputs.get("event_bytes") + 1.0;
    let events = bytes / event;
    let source = format!("Firehose's IncomingBytes, by events of {event} B with their newlines");
    all.add(("events_per_month", "events_per_month"), events / days.count() * days.of_all(), &source);
    // Each request that is taken makes a record, unless its events are more than one can hold.
    if let Some(records) = measured.records.filter(|records| *records > 0.0) {
        let source = "Firehose's IncomingBytes and IncomingRecords";
        all.add(("events_per_request", "events_per_request"), (events / records).round().max(1.0), source);
    }
}

fn functions(all: &mut Found<'_>, measured: &Measured, charges: &Charges, billed: &Billed) {
    let calls = [(&measured.track, ("track_ms", "track_ms")), (&measured.mover, ("mover_ms", "mover_ms"))];
    let with_starts = with_starts(measured, charges, billed).filter(|times| *times > 1.0 + SAME);
    for (calls, names) in calls {
        if let Some(calls) = calls.filter(|calls| calls.count > 0.0) {
            let starts = if with_starts.is_some() { ", with the starts that are billed beside it" } else { "" };
            let source =
                format!("{:.0} calls of Lambda's Duration, rounded up as they are billed{starts}", calls.count);
            all.add(names, billed_millis(calls) * with_starts.unwrap_or(1.0), &source);
        }
    }
    let calls = measured.track.map(|calls| calls.count).filter(|calls| *calls > 0.0);
    if let (Some(calls), Some(records), true) = (calls, measured.records, billed.has_url_only()) {
        let refused = (calls - records).max(0.0) / records.max(1.0);
        all.add(("refused_per_request", "refused_per_request"), refused, "calls of `track` beyond Firehose's records");
    }
}

/// Of a call. Each is billed by whole milliseconds, so half of one more on average.
fn billed_millis(calls: Calls) -> f64 {
    calls.millis / calls.count + 0.5
}

/// How much more is billed than `Duration` tells. The time in which an environment starts is billed since August 2025, and
/// `Duration` is without it: of a function that is seldom called it may be the larger part. By the call, as bills come late.
fn with_starts(measured: &Measured, charges: &Charges, billed: &Billed) -> Option<f64> {
    let of = |calls: Option<Calls>, memory: Option<i32>| {
        let calls = calls.filter(|calls| calls.count > 0.0);
        calls.zip(memory).map_or((0.0, 0.0), |(calls, memory)| {
            (calls.count, calls.count * billed_millis(calls) / 1000.0 * f64::from(memory) / 1024.0)
        })
    };
    let (track, mover) = (of(measured.track, billed.track_memory_mb()), of(measured.mover, billed.mover_memory_mb()));
    let told = (track.1 + mover.1) / (track.0 + mover.0);
    let (seconds, calls) = (charges.of("Lambda", "Lambda-GB-Second"), charges.of("Lambda", "Request"));
    let times = seconds / calls / told;
    times.is_finite().then_some(times)
}

fn logs(all: &mut Found<'_>, measured: &Measured, charges: &Charges, billed: &Billed) {
    let gb = charges.of("CloudWatch", "DataProcessing-Bytes");
    let calls: f64 = [measured.track, measured.mover].into_iter().flatten().map(|calls| calls.count).sum();
    if calls > 0.0 {
        let name = if billed.logs_reports() { "log_bytes" } else { "warn_log_bytes" };
        let source = format!("what CloudWatch has billed for the log groups, by {calls:.0} calls");
        all.add((name, name), gb * (1_u64 << 30) as f64 / calls, &source);
    }
}

fn glue(all: &mut Found<'_>, measured: &Measured) {
    if let Some(runs) = measured.runs.as_ref().filter(|runs| !runs.is_empty()) {
        // "With a 1-minute minimum".
        let minutes = runs.iter().map(|seconds| seconds.max(60.0) / 60.0).sum::<f64>() / runs.len() as f64;
        let source = format!("{} runs of the job, of a minute at least", runs.len());
        all.add(("etl_minutes", "etl_minutes"), minutes, &source);
    }
    if let Some(crawls) = measured.crawls.filter(|crawls| crawls.count > 0.0 && crawls.dpu_hours > 0.0) {
        let minutes = crawls.minutes.max(10.0);
        let source = format!("{:.0} crawls, as ListCrawls counts their DPU-hours", crawls.count);
        all.add(("crawler_minutes", "crawler_minutes"), minutes, &source);
        all.add(("crawler_dpu", "crawler_dpu"), crawls.dpu_hours / crawls.count / minutes * 60.0, &source);
    }
}

//! Lambda: calls of the functions, and memory for as long as they take.

use super::{Meter, Month};
use crate::config::Architecture;
use crate::resources::Function;

/// A function that is there, and how often it is called in a month.
struct Called<'a> {
    name: &'static str,
    function: &'a Function,
    calls: f64,
    millis: f64,
    /// What its calls follow from, and what its seconds do beside that.
    from: (&'static [&'static str], &'static [&'static str]),
}

/// Both functions on one processor are one line, as on the bill; so are the calls of both.
pub(super) fn all(month: &Month<'_>) -> Vec<Meter> {
    let called = called(month);
    compute(month, &called).into_iter().chain(requests(month, &called)).collect()
}

fn called<'a>(month: &Month<'a>) -> Vec<Called<'a>> {
    const TRACK: &[&str] = &["track_ms", "ingest.function.memory", "ingest.function.architecture"];
    const MOVER: &[&str] = &["mover_ms", "mover.function.memory", "mover.function.architecture"];
    const EVENTS: &[&str] = &["events_per_month", "events_per_request", "refused_per_request"];
    const FILES: &[&str] =
        &["events_per_month", "events_per_request", "delivery.buffer.size", "delivery.buffer.interval"];
    let Some(flow) = &month.flow else { return vec![] };
    let billed = month.billed;
    let track = billed.track.as_ref().map(|function| {
        let (calls, millis) = (flow.calls, month.get("track_ms"));
        Called { name: "track", function, calls, millis, from: (EVENTS, TRACK) }
    });
    let mover = billed.mover.as_ref().map(|function| {
        let (calls, millis) = (flow.moved, month.get("mover_ms"));
        Called { name: "mover", function, calls, millis, from: (FILES, MOVER) }
    });
    track.into_iter().chain(mover).collect()
}

fn compute(month: &Month<'_>, called: &[Called<'_>]) -> Vec<Meter> {
    let mut all = vec![];
    // The free GB-seconds are the account's, whatever the processor.
    let mut free = month.book.free("lambda_gb_seconds");
    for (architecture, kind) in [
        (Architecture::X86_64, ("Lambda-GB-Second", "lambda_gb_second_x86")),
        (Architecture::Arm64, ("Lambda-GB-Second-ARM", "lambda_gb_second_arm64")),
    ] {
        let (mut seconds, mut how, mut from) = (0.0, vec![], vec![]);
        for Called { name, function, calls, millis, from: (calls_from, seconds_from) } in
            called.iter().filter(|called| called.function.architecture == architecture)
        {
            let memory = f64::from(function.memory_mb);
            seconds += calls * millis / 1000.0 * memory / 1024.0;
            how.push(format!("{name}: {calls:.0} x {millis} ms x {memory} MB"));
            from.extend([*calls_from, *seconds_from].concat());
        }
        if !how.is_empty() {
            let line = Meter::new("ingest", "Lambda compute", kind, seconds, how.join(" + ")).from(&from);
            all.push(Meter { free, ..line });
            free = (free - seconds).max(0.0);
        }
    }
    all
}

fn requests(month: &Month<'_>, called: &[Called<'_>]) -> Option<Meter> {
    if called.is_empty() {
        return None;
    }
    let calls = called.iter().map(|called| called.calls).sum();
    let how: Vec<_> = called.iter().map(|called| format!("{:.0} of {}", called.calls, called.name)).collect();
    let from: Vec<_> = called.iter().flat_map(|called| called.from.0.iter().copied()).collect();
    let line = Meter::new("ingest", "Lambda requests", ("Request", "lambda_requests"), calls, how.join(" + "));
    Some(Meter { free: month.book.free("lambda_requests"), ..line.from(&from) })
}

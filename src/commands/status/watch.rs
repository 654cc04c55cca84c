//! `pipectl status --watch`.

use super::exit;
use super::look::look;
use crate::aws::Pause;
use crate::commands::session::Session;
use crate::error::{Exit, Result};
use crate::report::{
    Fault, Freshness, Part, data, fault_line, freshness_to_json, freshness_to_text, is_screen, line, nobody_reads,
    redraw, stream,
};
use crate::signal::{Signal, Signals};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

/// What a line was written of: the words may be others each time.
type Known = BTreeMap<(Part, String), Fault>;

/// Until somebody ends it, or nobody reads any more: with what the last look came to.
pub(super) async fn run(session: &Session, freshness: Option<Duration>, every: Duration) -> Result<Exit> {
    let (mut signals, mut pause) = (Signals::listen(), Pause::steady(every));
    let (mut known, mut said) = (Known::new(), None);
    stream("pipectl-status-watch/1");
    let mut last = Exit::Failed;
    loop {
        let found = tokio::select! {
            found = look(session, freshness) => found,
            signal = signals.next() => return Ok(after(signal, last)),
        };
        last = exit(&found.health);
        line("look", json!({"status": freshness_to_json(&found)}));
        if is_screen() {
            let at = found.now.strftime("%Y-%m-%d %H:%M:%S UTC");
            redraw(format_args!("{}, {at}\n{}", session.place(), freshness_to_text(&found)));
        } else {
            changes(&found, &mut known, &mut said);
        }
        if nobody_reads() {
            return Ok(last);
        }
        tokio::select! {
            () = pause.pass() => {}
            signal = signals.next() => return Ok(after(signal, last)),
        }
    }
}

/// Ctrl+C is how one ends what goes on by itself.
fn after(signal: Signal, last: Exit) -> Exit {
    if signal == Signal::Interrupt { last } else { signal.into() }
}

/// A line for each fault that has come or ended, and for each other verdict.
fn changes(found: &Freshness<'_>, known: &mut Known, said: &mut Option<&'static str>) {
    let at = found.now.strftime("%Y-%m-%dT%H:%M:%SZ");
    let faults = found.health.faults.iter().map(|fault| ((fault.part, fault.what.clone()), fault.clone()));
    let now: Known = faults.collect();
    for (_, fault) in now.iter().filter(|(key, _)| !known.contains_key(key)) {
        data(format_args!("{at} {}\n", fault_line(fault)));
    }
    for (part, what) in known.keys().filter(|key| !now.contains_key(key)) {
        data(format_args!("{at} ended: {part}: {what}\n"));
    }
    *known = now;
    let verdict = found.health.verdict().word();
    if *said != Some(verdict) {
        data(format_args!("{at} {verdict}\n"));
        *said = Some(verdict);
    }
}

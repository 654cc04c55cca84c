//! What a replay would send again, and what became of it.

use super::foreign::one_line;
use crate::cost::{Once, grouped};
use crate::resources::size;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How events become records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReplayForm {
    /// As they were.
    Kept,
    /// One in each.
    Each,
    /// As many as one takes.
    Packed,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct ReplayCount {
    /// To be sent.
    pub(crate) events: u64,
    pub(crate) files: usize,
    /// Of these files, as they lie there.
    pub(crate) bytes: i64,
    /// Files that were read.
    pub(crate) looked: usize,
    pub(crate) requests: u64,
    /// As Firehose bills them.
    pub(crate) billed: usize,
    /// Events of records that Firehose gave up, by its code.
    pub(crate) reasons: BTreeMap<String, u64>,
    /// When the last of them came, and why it was given up.
    pub(crate) newest: Option<(Timestamp, String)>,
    /// Sent before, and when last.
    pub(crate) before: u64,
    pub(crate) last: Option<Timestamp>,
    /// On their way when a replay was cut off.
    pub(crate) perhaps: u64,
    /// Lines and records that are no events.
    pub(crate) broken: u64,
    pub(crate) too_large: u64,
    pub(crate) damage: Vec<String>,
}

/// What it is about.
pub(crate) struct Replay<'a> {
    pub(crate) count: &'a ReplayCount,
    /// `from ... on, up to ...`
    pub(crate) between: String,
    /// Where the files lie.
    pub(crate) place: String,
    pub(crate) stream: String,
    /// Events in a request.
    pub(crate) batch: u64,
    pub(crate) again: bool,
    pub(crate) reads: u64,
    pub(crate) writes: u64,
    pub(crate) cost: Once,
    /// The table that has them already, and the field by which they are counted once.
    pub(crate) repeats: Option<(String, Option<&'a str>)>,
}

fn plural(count: u64, word: &str) -> String {
    format!("{} {word}{}", grouped(i64::try_from(count).unwrap_or(i64::MAX)), if count == 1 { "" } else { "s" })
}

pub(crate) fn replay_to_text(replay: &Replay<'_>) -> String {
    let Replay { count, between, place, stream, batch, .. } = replay;
    let files = plural(count.files as u64, "file");
    let mut text = format!(
        "{} to send again, in {files} of {} below {place}\n  {between}\n",
        plural(count.events, "event"),
        size(count.bytes)
    );
    for (why, events) in &count.reasons {
        text.push_str(&format!("  {}: {}\n", one_line(why), plural(*events, "event")));
    }
    if count.events > 0 {
        let billed = size(i64::try_from(count.billed).unwrap_or(i64::MAX));
        text.push_str(&format!(
            "  to the stream `{stream}` itself, in {} of at most {batch} events; {billed} as Firehose bills them, {} and {} \
             of S3: {}\n  no request of the endpoint and no call of `track` is among them\n",
            plural(count.requests, "request"),
            plural(replay.writes, "write"),
            plural(replay.reads, "read"),
            money(&replay.cost),
        ));
    }
    for note in notes(replay) {
        text.push_str(&format!("{note}\n"));
    }
    text
}

/// What would be sent; what was stands beside it once it is.
pub(crate) fn replay_to_json(replay: &Replay<'_>) -> Value {
    let Replay { count, place, stream, reads, writes, cost, .. } = replay;
    json!({
        "schema": "pipectl-events-replay/1",
        "place": place,
        "stream": stream,
        "events": count.events,
        "files": count.files,
        "bytes": count.bytes,
        "requests": count.requests,
        "billed_bytes": count.billed,
        "s3_reads": reads,
        "s3_writes": writes,
        "usd": cost.dollars,
        "missing": cost.missing,
        "reasons": count.reasons,
        "sent_before": count.before,
        "sent_before_last_at": count.last.map(|last| last.to_string()),
        "perhaps_doubled": count.perhaps,
        "broken": count.broken,
        "too_large": count.too_large,
        "unread": count.damage,
        "table_has_them": replay.repeats.as_ref().map(|(table, _)| table),
        "sent": null,
    })
}

fn money(cost: &Once) -> String {
    let known = match cost.dollars {
        none if none < 0.01 => "less than $0.01".to_owned(),
        some => format!("about ${some:.2}"),
    };
    match &cost.missing[..] {
        [] => format!("{known} at list prices"),
        missing => format!("{known} and what has no price here ({})", missing.join(", ")),
    }
}

fn notes(replay: &Replay<'_>) -> Vec<String> {
    let count = replay.count;
    let mut notes = vec![];
    if count.before > 0 {
        let when = count.last.map_or_else(String::new, |when| format!(", last at {when}"));
        let left = if replay.again { "and are sent once more" } else { "and are left out: `--again` sends them, too" };
        notes.push(format!("{} sent again before{when}, {left}", were(count.before)));
    }
    if count.perhaps > 0 {
        notes.push(format!(
            "up to {} may be there twice: it was on its way when a replay was cut off",
            plural(count.perhaps, "event")
        ));
    }
    if let Some((table, id)) = replay.repeats.as_ref().filter(|_| count.events > 0) {
        let once = match id {
            Some(id) => format!("`events_once` counts each `{}` once", one_line(id)),
            None => "without `events.id` nothing tells them apart".to_owned(),
        };
        notes.push(format!("the table `{table}` has them already, and then twice: {once}"));
    }
    if count.broken > 0 {
        notes.push(format!("{} no events, and stay where they are", are(count.broken, "line")));
    }
    if count.too_large > 0 {
        notes.push(format!(
            "{} too large for a record of Firehose, and stay where they are",
            are(count.too_large, "event")
        ));
    }
    notes.extend(count.damage.iter().map(|damage| format!("not read: {}", one_line(damage))));
    notes
}

fn were(events: u64) -> String {
    format!("{} {}", plural(events, "event"), if events == 1 { "was" } else { "were" })
}

fn are(count: u64, word: &str) -> String {
    format!("{} {}", plural(count, word), if count == 1 { "is" } else { "are" })
}

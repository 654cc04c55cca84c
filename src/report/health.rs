//! Whether a pipeline is healthy, and what is wrong with it if not.

use super::foreign::one_line;
use super::spent::{Spending, spent_to_json, spent_to_text};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::fmt;

/// A piece of the data's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Ingest,
    Deliver,
    Store,
    Transform,
    Query,
    /// What it costs.
    Spend,
}

impl Part {
    fn word(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Deliver => "deliver",
            Self::Store => "store",
            Self::Transform => "transform",
            Self::Query => "query",
            Self::Spend => "spend",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) part: Part,
    /// An address, or what else it is about: with the part it tells one fault from another.
    pub(crate) what: String,
    pub(crate) message: String,
    pub(crate) hint: String,
}

impl Fault {
    pub(crate) fn new(part: Part, what: impl Into<String>, message: impl Into<String>, hint: &str) -> Self {
        Self { part, what: what.into(), message: message.into(), hint: hint.to_owned() }
    }
}

/// Something that nobody let us read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) what: &'static str,
    pub(crate) why: String,
}

/// What was asked of a front.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) front: String,
    pub(crate) url: String,
    pub(crate) status: Result<u16, String>,
    /// Whether an API key was sent.
    pub(crate) with_key: bool,
}

/// What CloudWatch has counted in the last hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) part: Part,
    /// `function track`
    pub(crate) what: &'static str,
    pub(crate) errors: u64,
    pub(crate) throttled: u64,
    pub(crate) of: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Healthy,
    Faulty,
    /// No fault was found, and something could not be read.
    Unknown,
}

impl Verdict {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Faulty => "faulty",
            Self::Unknown => "unknown",
        }
    }
}

/// What was found by one look.
#[derive(Debug, Default)]
pub(crate) struct Health {
    pub(crate) faults: Vec<Fault>,
    pub(crate) unread: Vec<Unread>,
    /// What is no fault, and is worth knowing.
    pub(crate) notes: Vec<String>,
    pub(crate) answered: Vec<Answered>,
    /// `None`: it was not read.
    pub(crate) counted: Option<Vec<Counted>>,
    /// When Firehose took the newest events that it counts, to five minutes; of the last day.
    pub(crate) last_event: Option<Timestamp>,
    pub(crate) spent: Spending,
}

impl Health {
    pub(crate) fn verdict(&self) -> Verdict {
        match () {
            () if !self.faults.is_empty() => Verdict::Faulty,
            () if !self.unread.is_empty() => Verdict::Unknown,
            () => Verdict::Healthy,
        }
    }
}

/// The lines between what is fresh and the verdict: names and what is said of them.
pub(super) fn health_lines(health: &Health) -> Vec<(&'static str, String)> {
    let mut lines: Vec<_> = health.answered.iter().map(|answered| ("endpoint", answer_line(answered))).collect();
    if let Some(counted) = &health.counted {
        let last = health.last_event.map_or("none in the last day".to_owned(), |at| {
            format!("in the five minutes from {}", at.strftime("%Y-%m-%d %H:%M UTC"))
        });
        lines.push(("last event", last));
        lines.extend(counted.iter().map(|counted| ("the last hour", counted_line(counted))));
    }
    lines.push(("spend", spent_to_text(&health.spent)));
    lines
}

fn answer_line(answered: &Answered) -> String {
    let Answered { front, status, with_key, .. } = answered;
    let key = if *with_key { "with its key" } else { "without a key" };
    match status {
        Ok(status) => format!("{front} answers {status} to a request {key} that has no event"),
        Err(why) => format!("{front} does not answer: {}", one_line(why)),
    }
}

fn counted_line(counted: &Counted) -> String {
    let Counted { what, errors, throttled, of, .. } = counted;
    format!("{what}: {errors} errors and {throttled} throttled, of {of}")
}

/// What a look ends with.
pub(crate) fn verdict_to_text(health: &Health) -> String {
    let mut text: String = health.notes.iter().map(|note| format!("note: {}\n", one_line(note))).collect();
    for Unread { what, why } in &health.unread {
        text.push_str(&format!("could not be read: {what}: {}\n", one_line(why)));
    }
    for fault in &health.faults {
        text.push_str(&fault_line(fault));
        text.push_str(&format!("\n  hint: {}\n", one_line(&fault.hint)));
    }
    let count = health.faults.len();
    match health.verdict() {
        Verdict::Healthy => text.push_str("healthy\n"),
        Verdict::Faulty => text.push_str(&format!("{count} fault{}\n", if count == 1 { "" } else { "s" })),
        Verdict::Unknown => text.push_str("unknown: no fault was found, and not everything could be read\n"),
    }
    text
}

/// `fault: ingest: apigateway.api_key.web: ...`
pub(crate) fn fault_line(fault: &Fault) -> String {
    let Fault { part, what, message, .. } = fault;
    format!("fault: {part}: {}: {}", one_line(what), one_line(message))
}

/// Into what `--json` prints.
pub(super) fn health_into_json(health: &Health, json: &mut Value) {
    json["verdict"] = health.verdict().word().into();
    let faults = health.faults.iter().map(|Fault { part, what, message, hint }| {
        json!({"part": part.word(), "what": what, "message": message, "hint": hint})
    });
    json["faults"] = faults.collect();
    json["unread"] = health.unread.iter().map(|Unread { what, why }| json!({"what": what, "why": why})).collect();
    json["notes"] = health.notes.iter().map(String::as_str).collect();
    let answered = health.answered.iter().map(|Answered { front, url, status, with_key }| {
        let (status, why) = (status.as_ref().ok(), status.as_ref().err());
        json!({"front": front, "url": url, "status": status, "with_key": with_key, "why": why})
    });
    json["endpoints"] = answered.collect();
    json["last_event"] = json!(health.last_event);
    json["last_hour"] = match &health.counted {
        None => Value::Null,
        Some(counted) => counted
            .iter()
            .map(|Counted { part, what, errors, throttled, of }| {
                json!({"part": part.word(), "what": what, "errors": errors, "throttled": throttled, "of": of})
            })
            .collect(),
    };
    json["spend"] = json!(health.spent.known().map(spent_to_json));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_read_is_not_healthy() {
        let mut health = Health::default();
        assert_eq!(verdict_to_text(&health), "healthy\n");
        health.unread.push(Unread { what: "metrics", why: "AccessDenied".to_owned() });
        assert_eq!(health.verdict(), Verdict::Unknown);
        assert_eq!(
            verdict_to_text(&health),
            "could not be read: metrics: AccessDenied\nunknown: no fault was found, and not everything could be read\n"
        );
        health.faults.push(Fault::new(Part::Deliver, "mover", "it fails\nalways", "mend it"));
        assert_eq!(health.verdict(), Verdict::Faulty);
        let text = verdict_to_text(&health);
        assert!(text.ends_with("fault: deliver: mover: it fails\\nalways\n  hint: mend it\n1 fault\n"), "{text}");
    }
}

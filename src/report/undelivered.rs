//! What Firehose could not convert or process of late.

use super::age::age;
use super::foreign::one_line;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Of the last days, and as far as it was read.
#[derive(Debug)]
pub(crate) struct Undelivered {
    /// By AWS's clock.
    pub(crate) now: Timestamp,
    pub(crate) days: u32,
    /// That nobody has sent again.
    pub(crate) events: u64,
    /// Records and lines that are no events.
    pub(crate) broken: u64,
    pub(crate) sent_again: u64,
    /// When the last of the events came, and why it was given up.
    pub(crate) newest: Option<(Timestamp, String)>,
    /// The newest files, which were read, of all.
    pub(crate) files: usize,
    pub(crate) of: usize,
}

/// `3 events of the last 7 days, the newest 5 min ago: DataFormatConversion.MalformedData; ...`
pub(super) fn undelivered_to_text(found: &Undelivered) -> String {
    let Undelivered { now, days, events, broken, sent_again, newest, files, of } = found;
    let part = if files < of { format!(", in the newest {files} files of {of}") } else { String::new() };
    let newest = newest.as_ref().map_or_else(String::new, |(at, why)| {
        let way = "`pipectl events replay --from errors` sends them again";
        format!(", the newest {} ago: {}; {way}", age(*now, *at), one_line(why))
    });
    let more = [(*broken, "no events"), (*sent_again, "sent again since")].into_iter().filter(|(count, _)| *count > 0);
    let more: String = more.map(|(count, what)| format!("; {count} {what}")).collect();
    let plural = if *events == 1 { "" } else { "s" };
    format!("{events} event{plural} of the last {days} days{part}{newest}{more}")
}

pub(super) fn undelivered_to_json(found: &Undelivered) -> Value {
    let Undelivered { days, events, broken, sent_again, newest, files, of, .. } = found;
    let newest = newest.as_ref().map(|(at, why)| json!({"at": at, "reason": why}));
    json!({
        "days": days,
        "events": events,
        "broken": broken,
        "sent_again": sent_again,
        "newest": newest,
        "files_read": files,
        "files": of,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_how_many_why_and_how_far_was_read() {
        let at = |time: &str| format!("2026-11-26T{time}:00Z").parse::<Timestamp>().unwrap();
        let newest = Some((at("12:00"), "DataFormatConversion.MalformedData".to_owned()));
        let mut found =
            Undelivered { now: at("12:05"), days: 7, events: 3, broken: 0, sent_again: 0, newest, files: 2, of: 2 };
        let way = "`pipectl events replay --from errors` sends them again";
        let why = format!("the newest 5 min ago: DataFormatConversion.MalformedData; {way}");
        assert_eq!(undelivered_to_text(&found), format!("3 events of the last 7 days, {why}"));
        (found.events, found.of, found.broken) = (1, 9, 2);
        let told = undelivered_to_text(&found);
        assert_eq!(told, format!("1 event of the last 7 days, in the newest 2 files of 9, {why}; 2 no events"));
        (found.events, found.of, found.broken, found.newest, found.sent_again) = (0, 2, 0, None, 3);
        assert_eq!(undelivered_to_text(&found), "0 events of the last 7 days; 3 sent again since");
    }
}

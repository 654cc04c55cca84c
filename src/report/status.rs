//! How fresh the tables are, and whether all is well.

use super::foreign::one_line;
use super::health::{Health, health_into_json, health_lines, verdict_to_text};
use super::stranded::stranded_to_json;
use crate::config::{Pipeline, Tables, show_duration};
use crate::resources::Stranded;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::Duration;

/// The version of what `--json` prints.
const SCHEMA: &str = "pipectl-status/1";

pub(crate) struct Freshness<'a> {
    pub(crate) pipeline: &'a Pipeline,
    /// By AWS's clock.
    pub(crate) now: Timestamp,
    pub(crate) tables: Vec<TableFreshness>,
    /// What of the newest events came again or does not fit, or why they were not read. `None`: there are none.
    pub(crate) events: Result<Option<NewestEvents>, String>,
    /// What the mover has left. `None`: there is no mover.
    pub(crate) stranded: Option<Stranded>,
    pub(crate) work: Vec<Work>,
    pub(crate) health: Health,
}

/// Of the newest events.
pub(crate) struct NewestEvents {
    pub(crate) events: u64,
    /// The field that tells events apart.
    pub(crate) id: String,
    pub(crate) repeated: u64,
    pub(crate) unfit: u64,
}

pub(crate) struct TableFreshness {
    pub(crate) name: String,
    /// Whether the catalog has it.
    pub(crate) there: bool,
    pub(crate) newest: Option<NewestFile>,
}

pub(crate) struct NewestFile {
    pub(crate) key: String,
    pub(crate) written: Timestamp,
}

/// A crawler or the job.
pub(crate) struct Work {
    pub(crate) name: String,
    /// Now.
    pub(crate) runs: bool,
    /// `None`: it never ran.
    pub(crate) last: Option<LastRun>,
    /// `None`: its schedule is over.
    pub(crate) next: Option<Timestamp>,
}

pub(crate) struct LastRun {
    /// In AWS's words.
    pub(crate) state: String,
    pub(crate) at: Option<Timestamp>,
    pub(crate) message: Option<String>,
}

pub(crate) fn freshness_to_text(found: &Freshness<'_>) -> String {
    let Freshness { pipeline, now, tables, events, stranded, work, health } = found;
    let mut lines = vec![];
    for table in tables {
        let newest = match &table.newest {
            Some(file) => format!("newest file {} old: {}", age(*now, file.written), one_line(&file.key)),
            None => "no file yet".to_owned(),
        };
        lines.push((table.name.as_str(), newest));
        if !table.there {
            lines.push(("", format!("no table yet: {}", made_by(pipeline.catalog.tables))));
        }
    }
    lines.extend(newest(events).map(|line| ("newest events", line)));
    lines.push(("in the buffer", buffer(pipeline)));
    if let Some(stranded) = stranded {
        lines.push(("for the mover", waiting(stranded, &pipeline.delivery.prefix)));
    }
    lines.extend(work.iter().map(|work| (work.name.as_str(), work_line(work, *now))));
    lines.extend(health_lines(health));
    let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let mut text = lines.iter().fold(String::new(), |mut text, (name, line)| {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{name:<width$}  {line}");
        text
    });
    text.push_str(&verdict_to_text(health));
    text
}

fn newest(events: &Result<Option<NewestEvents>, String>) -> Option<String> {
    match events {
        Ok(None) => None,
        Ok(Some(NewestEvents { events, id, repeated, unfit })) => Some(format!(
            "of {events}, {repeated} came again, by `{}`, and {unfit} have a value that does not fit",
            one_line(id)
        )),
        Err(why) => Some(format!("not read: {}", one_line(why))),
    }
}

/// What is in there, AWS tells nobody.
fn buffer(pipeline: &Pipeline) -> String {
    let buffer = &pipeline.delivery.buffer;
    format!("what came in the last {}, {} at most", show_duration(buffer.interval), buffer.size)
}

fn waiting(stranded: &Stranded, prefix: &str) -> String {
    if stranded.is_none() { format!("nothing late in `{prefix}`") } else { format!("late in `{prefix}`: {stranded}") }
}

fn made_by(tables: Tables) -> &'static str {
    match tables {
        Tables::Crawled => "its crawler makes it when it finds the first files",
        Tables::Declared => "`pipectl apply` makes it",
    }
}

fn work_line(work: &Work, now: Timestamp) -> String {
    let last = match &work.last {
        None => "never ran".to_owned(),
        Some(LastRun { state, at, message }) => {
            let at = at.map(|at| format!(" {} ago", age(now, at))).unwrap_or_default();
            let why = message.as_deref().map(|why| format!(" ({})", one_line(why))).unwrap_or_default();
            format!("last {}{at}{why}", one_line(state))
        }
    };
    let now_runs = if work.runs { ", runs now" } else { "" };
    format!("{last}{now_runs}, {}", next(work, now))
}

/// `next in 12 min, at 14:00 UTC`
fn next(work: &Work, now: Timestamp) -> String {
    match work.next {
        None => "no run is to come".to_owned(),
        Some(next) => format!("next in {}, at {}", age(next, now), next.strftime("%Y-%m-%d %H:%M UTC")),
    }
}

/// When a crawler will have made a table, as a hint.
pub(crate) fn lead_time(work: &Work, now: Timestamp) -> String {
    let runs = if work.runs { "runs now".to_owned() } else { next(work, now) };
    format!(
        "the {} makes the table when it finds the first files: {runs}; `pipectl run {}` does it now",
        work.name, work.name
    )
}

/// How long ago it was, in the unit that people would take.
pub(crate) fn age(now: Timestamp, then: Timestamp) -> String {
    let seconds = now.as_second().saturating_sub(then.as_second()).max(0);
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Ages are in seconds, by AWS's clock.
fn newest_to_json(events: &Result<Option<NewestEvents>, String>) -> Value {
    match events {
        Ok(None) => Value::Null,
        Ok(Some(NewestEvents { events, id, repeated, unfit })) => json!({
            "events": events, "repeated": {"by": id, "events": repeated}, "events_that_do_not_fit": unfit,
        }),
        Err(why) => json!({ "not_read": why }),
    }
}

pub(crate) fn freshness_to_json(found: &Freshness<'_>) -> Value {
    let Freshness { pipeline, now, tables, events, stranded, work: all, health } = found;
    let since = |then: Timestamp| now.as_second() - then.as_second();
    let table = |table: &TableFreshness| {
        let newest = table.newest.as_ref();
        let newest = newest.map(|file| json!({"key": file.key, "written": file.written, "age": since(file.written)}));
        json!({"name": table.name, "there": table.there, "newest_file": newest})
    };
    let one_work = |work: &Work| {
        let last = work.last.as_ref();
        let last = last.map(|last| json!({"state": last.state, "at": last.at, "message": last.message}));
        json!({"name": work.name, "runs": work.runs, "last": last, "next": work.next})
    };
    let buffer = &pipeline.delivery.buffer;
    let mut json = json!({
        "schema": SCHEMA,
        "pipeline": pipeline.name,
        "stage": pipeline.stage,
        "now": now,
        "tables": tables.iter().map(table).collect::<Vec<_>>(),
        "newest_events": newest_to_json(events),
        "buffer": {"seconds": Duration::as_secs(&buffer.interval), "mb": buffer.size.as_mib()},
        "stranded": stranded.as_ref().map(|stranded| stranded_to_json(stranded, &pipeline.delivery.prefix)),
        "work": all.iter().map(one_work).collect::<Vec<_>>(),
    });
    health_into_json(health, &mut json);
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        format!("2026-11-26T{time}Z").parse().unwrap()
    }

    fn work(last: Option<LastRun>, runs: bool, next: Option<&str>) -> Work {
        Work { name: "crawler raw".to_owned(), runs, last, next: next.map(at) }
    }

    #[test]
    fn ages_are_in_the_unit_that_people_would_take() {
        for (time, shown) in
            [("00:00:00", "0 s"), ("00:01:59", "119 s"), ("00:02:00", "2 min"), ("01:59:59", "119 min")]
        {
            assert_eq!(age(at(time), at("00:00:00")), shown);
        }
        assert_eq!(age(at("02:00:00"), at("00:00:00")), "2 h");
        assert_eq!(age(at("12:00:00"), "2026-11-20T12:00:00Z".parse().unwrap()), "6 days");
        // S3 tells times to the second, and AWS's clocks are several.
        assert_eq!(age(at("12:00:00"), at("12:00:01")), "0 s");
    }

    #[test]
    fn work_tells_how_it_ended_and_when_it_comes_again() {
        let now = at("13:48:00");
        assert_eq!(
            work_line(&work(None, false, Some("14:00:00")), now),
            "never ran, next in 12 min, at 2026-11-26 14:00 UTC"
        );
        let message = Some("no\nrights".to_owned());
        let failed = LastRun { state: "FAILED".to_owned(), at: Some(at("13:00:00")), message };
        let line = work_line(&work(Some(failed), true, None), now);
        assert_eq!(line, "last FAILED 48 min ago (no\\nrights), runs now, no run is to come");
    }

    #[test]
    fn what_the_mover_has_left_is_counted() {
        assert_eq!(waiting(&Stranded::default(), "raw/"), "nothing late in `raw/`");
        let stranded = Stranded { files: 2, bytes: 2048, oldest: None, more: true };
        assert_eq!(waiting(&stranded, "raw/"), "late in `raw/`: 2 or more files (2.0 KB)");
    }

    #[test]
    fn a_missing_table_is_told_when_it_comes() {
        assert_eq!(
            lead_time(&work(None, false, Some("14:00:00")), at("13:48:00")),
            "the crawler raw makes the table when it finds the first files: next in 12 min, at 2026-11-26 14:00 UTC; \
             `pipectl run crawler raw` does it now"
        );
    }
}

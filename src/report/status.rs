//! How fresh the tables are, and whether all is well.

use super::age::age;
use super::foreign::one_line;
use super::health::{Health, health_into_json, health_lines, verdict_to_text};
use super::stranded::stranded_to_json;
use super::undelivered::{Undelivered, undelivered_to_json, undelivered_to_text};
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
    /// `None`: Firehose gave up nothing of late.
    pub(crate) undelivered: Option<Undelivered>,
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
    /// How many records its crawler takes it to have: it has read the beginning of its files.
    pub(crate) records: Option<u64>,
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
    /// What a run of the job has written, or what a crawler takes its table to have. `None`: nobody knows.
    pub(crate) rows: Option<u64>,
}

pub(crate) fn freshness_to_text(found: &Freshness<'_>) -> String {
    let Freshness { pipeline, now, tables, events, undelivered, stranded, work, health } = found;
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
    lines.extend(undelivered.as_ref().map(|found| ("given up", undelivered_to_text(found))));
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
        Some(last @ LastRun { state, at, message, .. }) => {
            let at = at.map(|at| format!(" {} ago", age(now, at))).unwrap_or_default();
            let why = message.as_deref().map(|why| format!(" ({})", one_line(why))).unwrap_or_default();
            format!("last {}{at}{why}{}", one_line(state), rows_of(work, last))
        }
    };
    let now_runs = if work.runs { ", runs now" } else { "" };
    format!("{last}{now_runs}, {}", next(work, now))
}

/// What became of it. Of what has failed its message tells.
fn rows_of(work: &Work, last: &LastRun) -> String {
    match (work.name.starts_with("crawler"), last.rows) {
        _ if last.state != "SUCCEEDED" => String::new(),
        (true, Some(rows)) => format!(", about {rows} rows in its table"),
        (true, None) => ", rows of its table unknown".to_owned(),
        (false, Some(rows)) => format!(", {rows} rows written"),
        (false, None) => ", rows unknown: its log does not say".to_owned(),
    }
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
    let Freshness { pipeline, now, tables, events, undelivered, stranded, work: all, health } = found;
    let since = |then: Timestamp| now.as_second() - then.as_second();
    let table = |table: &TableFreshness| {
        let newest = table.newest.as_ref();
        let newest = newest.map(|file| json!({"key": file.key, "written": file.written, "age": since(file.written)}));
        json!({"name": table.name, "there": table.there, "newest_file": newest})
    };
    let one_work = |work: &Work| {
        let last = work.last.as_ref();
        let last = last.map(|last| {
            json!({
                "state": last.state, "at": last.at, "message": last.message, "rows": last.rows,
            })
        });
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
        "given_up": undelivered.as_ref().map(undelivered_to_json),
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
    fn work_tells_how_it_ended_and_when_it_comes_again() {
        let now = at("13:48:00");
        assert_eq!(
            work_line(&work(None, false, Some("14:00:00")), now),
            "never ran, next in 12 min, at 2026-11-26 14:00 UTC"
        );
        let message = Some("no\nrights".to_owned());
        let failed = LastRun { state: "FAILED".to_owned(), at: Some(at("13:00:00")), message, rows: None };
        let line = work_line(&work(Some(failed), true, None), now);
        assert_eq!(line, "last FAILED 48 min ago (no\\nrights), runs now, no run is to come");
    }

    #[test]
    fn rows_are_told_of_what_went_well_or_said_to_be_unknown() {
        let line = |name: &str, rows| {
            let last = LastRun { state: "SUCCEEDED".to_owned(), at: None, message: None, rows };
            work_line(&Work { name: name.to_owned(), ..work(Some(last), false, None) }, at("13:48:00"))
        };
        for (name, rows, told) in [
            ("job etl", Some(0), "0 rows written"),
            ("job etl", None, "rows unknown: its log does not say"),
            ("crawler raw", Some(12), "about 12 rows in its table"),
            ("crawler raw", None, "rows of its table unknown"),
        ] {
            assert_eq!(line(name, rows), format!("last SUCCEEDED, {told}, no run is to come"));
        }
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

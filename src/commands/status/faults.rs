//! What is a fault: pure rules over what a look has seen.

use super::counted::Series;
use super::differences::Differences;
use super::partitions::seen_by;
use super::work::crawled;
use crate::config::{Pipeline, Tables, show_duration};
use crate::report::{Answered, Counted, Fault, Freshness, Health, Part, Spent, TableFreshness, Work, age};
use jiff::Timestamp;
use std::time::Duration;

/// The share of calls, requests or files that may fail, unless `alarms.errors` says: Lambda, Firehose and clients try again.
const FAILING: f64 = 0.01;
/// What comes late for a while is on its way: Lambda tries the mover again after one and after two minutes.
const ON_ITS_WAY: Duration = Duration::from_secs(15 * 60);
/// Of `counted`.
const STEP: i64 = 300;

/// What is judged by.
pub(super) struct Seen<'a> {
    pub(super) found: &'a Freshness<'a>,
    pub(super) differences: Option<&'a Differences>,
    pub(super) series: Option<&'a Series>,
    /// Partitions that have files and are not in the catalog.
    pub(super) unlisted: &'a [String],
    pub(super) freshness: Option<Duration>,
}

pub(super) fn find(health: &mut Health, seen: &Seen<'_>) {
    if let Some(differences) = seen.differences {
        if differences.nothing {
            let hint = "`pipectl apply` makes the pipeline";
            health.faults.push(Fault::new(Part::Ingest, "pipeline", "nothing of it is there", hint));
            return;
        }
        health.faults.extend(differences.faults.iter().cloned());
        health.notes.extend(differences.notes.iter().cloned());
    }
    health.faults.extend(health.answered.iter().filter_map(refused));
    let Freshness { pipeline, now, .. } = seen.found;
    if let Some(series) = seen.series {
        let counted = counted(series, pipeline);
        let share = pipeline.alarms.as_ref().map_or(FAILING, |alarms| alarms.errors / 100.0);
        health.faults.extend(counted.iter().filter_map(|counted| failing(counted, share)));
        health.faults.extend(late(series, seen.found));
        health.last_event = series.times("records").last().copied();
        health.counted = Some(counted);
    }
    if let Some(stranded) = seen.found.stranded.as_ref().filter(|stranded| !stranded.is_none()) {
        let message = format!("has not moved {stranded}: no query sees them");
        let hint = "`pipectl logs mover` says why; `pipectl run mover` moves them at once";
        health.faults.push(Fault::new(Part::Deliver, "function mover", message, hint));
    }
    health.faults.extend(seen.found.work.iter().filter_map(|work| ended_badly(work, *now)));
    health.faults.extend(seen.found.tables.iter().filter_map(|table| missing(table, seen)));
    health.faults.extend(seen.unlisted.iter().map(|partition| {
        let hint = "`pipectl run crawler raw` and `run crawler parquet` list partitions anew";
        let message = format!("{partition} has files and is not in the catalog: no query sees it");
        Fault::new(Part::Transform, "partitions", message, hint)
    }));
    health.faults.extend(seen.freshness.and_then(|limit| stale(seen.found, limit)));
    health.faults.extend(health.spent.known().and_then(dear));
    health.faults.sort_by_key(|fault| fault.part);
}

fn refused(answered: &Answered) -> Option<Fault> {
    let Answered { front, status, with_key, .. } = answered;
    let fault =
        |message: String, hint: &str| Some(Fault::new(Part::Ingest, format!("endpoint {front}"), message, hint));
    match status {
        // `track` refuses what has no event; who has no key is refused before that, and that is right, too.
        Ok(400 | 200 | 204) => None,
        Ok(403) if !with_key => None,
        Ok(403) => fault("refuses the pipeline's own API key (403)".into(), "`pipectl plan` shows what was changed"),
        Ok(429) => fault(
            "refuses requests because there are too many (429)".into(),
            "`ingest.throttle`, `ingest.quota` and `reserved_concurrency` say how many it takes; `pipectl check` compares",
        ),
        Ok(status @ 500..) => fault(format!("fails with {status}"), "`pipectl logs track` says why"),
        Ok(status) => fault(format!("answers {status}"), "`pipectl plan` shows what was changed"),
        Err(why) => fault(format!("does not answer: {why}"), "is the network between here and AWS in order?"),
    }
}

fn counted(series: &Series, pipeline: &Pipeline) -> Vec<Counted> {
    let hour = |name: &str| series.hour(name);
    let function = |part, what, name: &str| {
        let throttled = hour(&format!("{name}_throttles"));
        let of = hour(&format!("{name}_calls")) + throttled;
        Counted { part, what, errors: hour(&format!("{name}_errors")), throttled, of }
    };
    let front = |what, name: &str| {
        let (errors, of) = (hour(&format!("{name}_errors")), hour(&format!("{name}_requests")));
        Counted { part: Part::Ingest, what, errors, throttled: 0, of }
    };
    let mut all = vec![];
    if pipeline.has_front(crate::config::Front::RestApi) {
        all.push(front("requests to the API", "api"));
    }
    if pipeline.has_front(crate::config::Front::FunctionUrl) {
        all.push(front("requests to the URL", "url"));
    }
    all.push(function(Part::Ingest, "function track", "track"));
    let throttled = hour("throttled_records");
    let of = hour("records") + throttled;
    all.push(Counted { part: Part::Deliver, what: "records to the stream", errors: 0, throttled, of });
    let of = hour("deliveries");
    all.push(Counted {
        part: Part::Deliver,
        what: "files of the stream",
        errors: of.saturating_sub(hour("delivered")),
        throttled: 0,
        of,
    });
    if pipeline.has_mover() {
        all.push(function(Part::Deliver, "function mover", "mover"));
    }
    all
}

fn failing(counted: &Counted, share: f64) -> Option<Fault> {
    let Counted { part, what, errors, throttled, of } = counted;
    if (errors + throttled) as f64 <= *of as f64 * share {
        return None;
    }
    let message = format!("in the last hour {errors} failed and {throttled} were throttled, of {of}");
    let hint = match *what {
        "function mover" => "`pipectl logs mover` says why",
        "files of the stream" => "`pipectl logs delivery` says why; Firehose tries again for a day",
        "records to the stream" => "Firehose takes so much and no more: `pipectl check --account`",
        _ => "`pipectl logs track` says why",
    };
    Some(Fault::new(*part, *what, message, hint))
}

/// Events that Firehose took so long ago that they should have come, and no file has come since.
fn late(series: &Series, found: &Freshness<'_>) -> Option<Fault> {
    let Freshness { pipeline, now, tables, .. } = found;
    // The table that is filled first.
    let newest = tables.first()?.newest.as_ref().map(|file| file.written);
    let usual = pipeline.delivery.buffer.interval + ON_ITS_WAY;
    let allowed = pipeline.alarms.as_ref().map_or(usual, |alarms| alarms.freshness);
    let due =
        |at: &Timestamp| now.as_second() - at.as_second() - STEP > i64::try_from(allowed.as_secs()).unwrap_or(i64::MAX);
    let waits = series.times("records").into_iter().find(|at| due(at) && newest.is_none_or(|newest| newest < *at))?;
    let message = format!(
        "events that came {} ago are in no table's files, {} after they came at the latest",
        age(*now, waits),
        show_duration(pipeline.delivery.buffer.interval)
    );
    let hint = "`pipectl logs delivery` and `pipectl logs mover` say why; Firehose tries again for a day";
    Some(Fault::new(Part::Deliver, "delivery", message, hint))
}

fn ended_badly(work: &Work, now: Timestamp) -> Option<Fault> {
    let last = work.last.as_ref().filter(|last| last.state != "SUCCEEDED")?;
    let when = last.at.map(|at| format!(" {} ago", age(now, at))).unwrap_or_default();
    let why = last.message.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    let hint = if work.name.starts_with("job") {
        "`pipectl logs etl` says why; `pipectl run etl` runs it again"
    } else {
        "`pipectl logs crawler` says why; `pipectl run crawler raw` or `parquet` runs it again"
    };
    Some(Fault::new(Part::Transform, &*work.name, format!("ended with {}{when}{why}", last.state), hint))
}

/// One whose crawler has run over files and that is not there: somebody has dropped it.
fn missing(table: &TableFreshness, seen: &Seen<'_>) -> Option<Fault> {
    let Freshness { pipeline, work, .. } = seen.found;
    let which = if Some(&table.name) == pipeline.raw_table().as_ref() { "raw" } else { "parquet" };
    if table.there || pipeline.catalog.tables != Tables::Crawled {
        return None;
    }
    let (file, work) = (table.newest.as_ref()?, crawled(work, which)?);
    let message = "has files and is not in the catalog, though its crawler has run since";
    let hint = format!("`pipectl run crawler {which}` makes it anew");
    seen_by(work, file.written).then(|| Fault::new(Part::Transform, format!("table {}", table.name), message, &hint))
}

/// Only by a limit that somebody has set: at night nobody may send.
fn stale(found: &Freshness<'_>, limit: Duration) -> Option<Fault> {
    let Freshness { now, tables, .. } = found;
    let newest = tables.iter().filter_map(|table| table.newest.as_ref()).map(|file| file.written).max();
    let old =
        newest.is_none_or(|at| now.as_second() - at.as_second() > i64::try_from(limit.as_secs()).unwrap_or(i64::MAX));
    let message = match newest {
        Some(at) => format!("the newest events are {} old, and may be {}", age(*now, at), show_duration(limit)),
        None => "no events have come yet".to_owned(),
    };
    let hint = "if nobody sends at this time: a longer `--freshness`; `pipectl send --events 1` tries the whole way";
    old.then(|| Fault::new(Part::Ingest, "events", message, hint))
}

/// By the limit that the file sets, and the mails go by.
fn dear(spent: &Spent) -> Option<Fault> {
    let Spent { actual, limit, .. } = spent;
    let message = format!("this month has cost {actual:.2} USD, which is more than `alarms.budget`, {limit:.2} USD");
    let hint = "`pipectl bill` says what for; `ingest.throttle`, `ingest.function.reserved_concurrency` and \
                `query.scan_limit` bound it";
    (actual > limit).then(|| Fault::new(Part::Spend, "budget", message, hint))
}

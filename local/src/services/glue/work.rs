//! What Glue does by itself: schedules start crawlers and triggers, and what was started runs.

use super::{CRAWLERS, PARTITIONS, TABLES, TRIGGERS, crawl, run, triggers};
use crate::api_error::Result;
use crate::context::Context;
use crate::core::Core;
use crate::schedules::{Scheduled, Timetable};
use crate::service::{Input as _, Worker};
use futures::FutureExt as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

/// Key: region, what it starts. How far its schedule has come.
const FIRED: &str = "glue.fired";

/// By itself, as schedules come due while something runs: who still runs then is not started again.
pub(crate) const SCHEDULES: Worker = Worker { pass: |core| async move { fire(core) }.boxed(), due };
pub(crate) const WORKER: Worker = Worker { pass: |core| pass(core).boxed(), due: |_| None };

fn timetable(core: &Core) -> Timetable {
    let now = core.clock.now().as_millisecond();
    let mut all = vec![];
    let mut add = |key: &str, kind: &'static str, expression: &Value| {
        if let (Some((region, name)), Some(expression)) = (key.split_once('/'), expression.as_str()) {
            let (region, name) = (region.to_owned(), name.to_owned());
            all.push(Scheduled { region, kind, name, expression: expression.to_owned() });
        }
    };
    for (key, crawler) in core.store.read_all(CRAWLERS, "").unwrap_or_default() {
        if crawler["Schedule"]["State"] == "SCHEDULED" {
            add(&key, "crawler", &crawler["Schedule"]["ScheduleExpression"]);
        }
    }
    for (key, trigger) in core.store.read_all(TRIGGERS, "").unwrap_or_default() {
        let settled = trigger["settles"].as_i64().is_none_or(|at| at <= now);
        if trigger["Type"] == "SCHEDULED" && trigger["becoming"] == "ACTIVATED" && settled {
            add(&key, "trigger", &trigger["Schedule"]);
        }
    }
    Timetable { fired: FIRED, all }
}

fn due(core: &Core) -> Option<Timestamp> {
    timetable(core).due(core)
}

fn fire(core: &Core) -> bool {
    let any = timetable(core).fire(core, start);
    if any {
        // What was started is another worker's to run.
        core.ring();
    }
    any
}

/// A crawler that still runs is not started again: AWS skips that time.
fn start(context: &Context<'_>, one: &Scheduled) -> Result<()> {
    let started = match one.kind {
        "crawler" => crawl::start(context, &one.name),
        _ => triggers::fire(context, &one.name),
    };
    match started {
        Err(error) if error.status >= 500 => Err(error),
        _ => Ok(()),
    }
}

/// Crawlers before jobs: AWS starts both at once, and a crawler is done before Spark is up.
async fn pass(core: &Arc<Core>) -> bool {
    let crawled = crawl::pass(core).await;
    let ran = run::pass(core).await;
    crawled || ran
}

/// What fires when.
pub(crate) fn schedules_overview(core: &Core) -> Vec<Value> {
    timetable(core).overview(core)
}

/// Tables with their partitions, and the rows that crawlers have counted.
pub(crate) fn tables_overview(core: &Core) -> Value {
    let partitions = core.store.read_all(PARTITIONS, "").unwrap_or_default();
    let one = |(key, table): (String, Value)| {
        let inside = partitions.iter().filter(|(name, _)| name.starts_with(&format!("{key}/"))).count();
        // Parameters are text.
        let rows: i64 = table["Parameters"].optional("recordCount").and_then(|rows| rows.parse().ok()).unwrap_or(0);
        // Region, database, name.
        let mut names = key.splitn(3, '/').skip(1);
        json!({"database": names.next(), "name": names.next(), "partitions": inside, "rows": rows})
    };
    core.store.read_all(TABLES, "").unwrap_or_default().into_iter().map(one).collect()
}

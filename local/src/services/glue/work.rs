//! What Glue does by itself: schedules start crawlers and triggers, and what was started runs.

use super::{CRAWLERS, PARTITIONS, TABLES, TRIGGERS, crawl, run, schedule, triggers};
use crate::api_error::Result;
use crate::context::Context;
use crate::core::Core;
use crate::service::{Input as _, Worker};
use futures::FutureExt as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

/// Key: region, what it starts. How far its schedule has come.
const FIRED: &str = "glue.fired";

pub(crate) const WORKER: Worker = Worker { pass: |core| pass(core).boxed(), due };

/// Something with a schedule.
struct Scheduled {
    region: String,
    kind: &'static str,
    name: String,
    expression: String,
}

impl Scheduled {
    fn key(&self) -> String {
        format!("{}/{}/{}", self.region, self.kind, self.name)
    }

    /// When it fires next. One that nobody has looked at begins to count then.
    fn next(&self, core: &Core) -> Option<Timestamp> {
        let fired = core.store.read(FIRED, &self.key()).ok().flatten()?;
        let last = fired["at"].as_i64().filter(|_| fired["expression"] == self.expression.as_str())?;
        schedule::next(&self.expression, Timestamp::from_millisecond(last).ok()?)
    }
}

fn scheduled(core: &Core) -> Vec<Scheduled> {
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
    all
}

fn due(core: &Core) -> Option<Timestamp> {
    scheduled(core).iter().filter_map(|one| one.next(core)).min()
}

/// What is due fires once, however long nobody was there to see it.
fn fire(core: &Core) {
    let now = core.clock.now();
    for one in scheduled(core) {
        let known = core.store.read(FIRED, &one.key()).ok().flatten();
        let counts = known.is_some_and(|fired| fired["expression"] == one.expression.as_str());
        let is_due = counts && one.next(core).is_some_and(|next| next <= now);
        if counts && !is_due {
            continue;
        }
        let _ = core.run(&one.region, |context| {
            let fired = json!({"expression": one.expression, "at": now.as_millisecond()});
            context.documents.put(FIRED, &one.key(), &fired)?;
            if is_due { start(context, &one) } else { Ok(()) }
        });
    }
}

/// One that still runs is not started again: AWS skips that time.
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
    fire(core);
    let crawled = crawl::pass(core).await;
    let ran = run::pass(core).await;
    crawled || ran
}

/// What fires when.
pub(crate) fn schedules_overview(core: &Core) -> Value {
    let mut all = scheduled(core);
    all.sort_by_key(|one| one.next(core));
    let one = |one: &Scheduled| {
        one.next(core).map(|next| json!({"kind": one.kind, "name": one.name, "next": next.to_string()}))
    };
    all.iter().filter_map(one).collect()
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

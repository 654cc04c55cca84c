//! What QuickSight does by itself: schedules begin ingestions, which are carried on.

use super::{DATA_SETS, SCHEDULES, ingest, ingestions, schedules};
use crate::context::new_uuid;
use crate::core::Core;
use crate::service::Worker;
use futures::FutureExt as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) const WORKER: Worker = Worker { pass: |core| pass(core).boxed(), due };

/// Every schedule with when it fires next: region, and the key there.
fn timetable(core: &Core) -> Vec<(String, String, Value, Timestamp)> {
    let all = core.store.read_all(SCHEDULES, "").unwrap_or_default();
    let one = |(key, schedule): (String, Value)| {
        let (region, key) = key.split_once('/')?;
        let fired = Timestamp::from_millisecond(schedule["fired"].as_i64()?).ok()?;
        let next = schedules::next(&schedule, fired)?;
        Some((region.to_owned(), key.to_owned(), schedule, next))
    };
    all.into_iter().filter_map(one).collect()
}

fn due(core: &Core) -> Option<Timestamp> {
    timetable(core).into_iter().map(|(.., next)| next).chain(ingest::due(core)).min()
}

async fn pass(core: &Arc<Core>) -> bool {
    let fired = fire(core);
    ingest::pass(core).await || fired
}

/// Begins what is due, each once, however long nobody was there to see it.
fn fire(core: &Core) -> bool {
    let now = core.clock.now();
    let mut any = false;
    for (region, key, mut schedule, _) in timetable(core).into_iter().filter(|(.., next)| *next <= now) {
        schedule["fired"] = now.as_millisecond().into();
        let fired = core.run(&region, |context| {
            let set = key.split_once('\n').unwrap_or_default().0;
            context.put(SCHEDULES, &key, &schedule)?;
            // A set that is no longer of SPICE keeps its schedules, which then do nothing.
            if context.get(DATA_SETS, set)?.is_some_and(|set| set["ImportMode"] == "SPICE") {
                let kind = schedule["RefreshType"].as_str().unwrap_or_default();
                ingestions::start(context, set, &new_uuid(), (kind, "SCHEDULED"))?;
            }
            Ok(())
        });
        any |= fired.is_ok();
    }
    any
}

/// What fires when.
pub(crate) fn schedules_overview(core: &Core) -> Vec<Value> {
    let one = |(_, key, _, next): (String, String, Value, Timestamp)| json!({"kind": "refresh", "name": key.replace('\n', "/"), "next": next.to_string()});
    timetable(core).into_iter().map(one).collect()
}

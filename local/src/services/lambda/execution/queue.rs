//! Events that nobody waits for: kept until the function has taken them, or has failed three times.

use super::pool::Functions;
use super::{Function, LARGEST_EVENT, invoke};
use crate::api_error::{ApiError, Result};
use crate::context::{Context, new_uuid};
use crate::core::Core;
use crate::service::Worker;
use crate::services::logs;
use bytes::Bytes;
use futures::FutureExt as _;
use futures::stream::{self, StreamExt as _};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Key: region, when it came, a number. What AWS keeps in a queue in front of the function.
const EVENTS: &str = "lambda.event";

/// "Lambda retries function errors twice, with a one-minute wait before the first retry and two minutes before
/// the second."
const WAITS: [i64; 2] = [60_000, 120_000];
/// How long a throttled event waits: AWS starts at a second and goes on to five minutes.
const THROTTLED: i64 = 1_000;
/// "Lambda keeps trying for up to 6 hours" where the function is throttled.
const LONGEST_LIFE: i64 = 6 * 3_600_000;
/// How many are handed on at a time.
const AT_ONCE: usize = 16;

pub(crate) const WORKER: Worker = Worker { pass: |core| pass(core).boxed(), due };

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Event {
    region: String,
    function: String,
    payload: String,
    /// Milliseconds since 1970.
    came: i64,
    due: i64,
    failures: usize,
}

/// Leaves an event for a function, as part of what causes it.
///
/// # Errors
/// A payload that is too large.
pub(crate) fn enqueue(context: &Context<'_>, function: &str, payload: &str) -> Result<()> {
    if payload.len() > LARGEST_EVENT {
        let message = format!(
            "{} byte payload is too large for the Event invocation type (limit {LARGEST_EVENT} bytes)",
            payload.len()
        );
        return Err(ApiError::new("RequestTooLargeException", message).with_status(413));
    }
    let now = context.now.as_millisecond();
    let event = Event {
        region: context.region.to_owned(),
        function: function.to_owned(),
        payload: payload.to_owned(),
        came: now,
        due: now,
        failures: 0,
    };
    let key = format!("{now:015}-{}", new_uuid());
    context.documents.put(EVENTS, &key, &serde_json::to_value(event).map_err(ApiError::internal)?)
}

/// How many wait for their function.
pub(crate) fn waiting_events(core: &Core) -> usize {
    waiting(core).len()
}

fn waiting(core: &Core) -> Vec<(String, Event)> {
    let all = core.store.read_all(EVENTS, "").unwrap_or_default();
    all.into_iter().filter_map(|(key, event)| Some((key, serde_json::from_value(event).ok()?))).collect()
}

fn due(core: &Core) -> Option<Timestamp> {
    let first = waiting(core).into_iter().map(|(_, event)| event.due).min()?;
    Timestamp::from_millisecond(first).ok()
}

async fn pass(core: &Arc<Core>) -> bool {
    core.slot::<Functions>().tidy(core);
    let now = core.clock.now().as_millisecond();
    let ready: Vec<_> = waiting(core).into_iter().filter(|(_, event)| event.due <= now).collect();
    let any = !ready.is_empty();
    stream::iter(ready).for_each_concurrent(AT_ONCE, |(key, event)| hand_on(core, key, event)).await;
    any
}

/// What becomes of an event after one attempt.
enum Next {
    Gone,
    Again(Event),
}

async fn hand_on(core: &Arc<Core>, key: String, event: Event) {
    let invoked = invoke(core, &event.region, &event.function, Bytes::from(event.payload.clone())).await;
    let next = match invoked {
        Ok(invoked) if !invoked.failed => Next::Gone,
        Ok(invoked) => failed(core, event, &String::from_utf8_lossy(&invoked.payload)),
        Err(error) if error.status == 429 || error.status == 409 => later(core, event, &error.message),
        // The function is gone, and with it what waited for it.
        Err(error) if error.status == 404 => Next::Gone,
        Err(error) => failed(core, event, &error.message),
    };
    let kept = core.store.transact(|documents| match &next {
        Next::Gone => documents.remove(EVENTS, &key).map(|_| ()),
        Next::Again(event) => documents.put(EVENTS, &key, &serde_json::to_value(event).map_err(ApiError::internal)?),
    });
    // An event that cannot be taken away comes again: functions have to live with that on AWS, too.
    let _ = kept;
}

fn failed(core: &Core, mut event: Event, why: &str) -> Next {
    match WAITS.get(event.failures) {
        Some(wait) => {
            event.failures += 1;
            event.due = core.clock.now().as_millisecond() + wait;
            Next::Again(event)
        }
        None => drop_event(core, &event, why),
    }
}

fn later(core: &Core, mut event: Event, why: &str) -> Next {
    let now = core.clock.now().as_millisecond();
    if now - event.came > LONGEST_LIFE {
        return drop_event(core, &event, why);
    }
    event.due = now + THROTTLED;
    Next::Again(event)
}

/// AWS counts it in the metric `AsyncEventsDropped`; here the function's log says so.
fn drop_event(core: &Core, event: &Event, why: &str) -> Next {
    let line = format!("[ERROR] the event was dropped after {} attempts: {why}: {}", event.failures + 1, event.payload);
    let _ = core.run(&event.region, |context| {
        let function = Function::read(context, &event.function)?;
        let stream = format!("{}/[{}]dropped", context.now.strftime("%Y/%m/%d"), function.version);
        let events = [(context.now.as_millisecond(), line)];
        logs::write_under(context, &function.role, &function.log_group, &stream, &events)
    });
    Next::Gone
}

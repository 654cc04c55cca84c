//! `StartLiveTail`: what is logged, each second, over an answer that does not end for three hours.

use super::pattern::Filter;
use super::{GROUPS, SERVICE, arn, events, invalid, not_found};
use crate::access::Scope;
use crate::api_error::{ApiError, Result};
use crate::caller::Caller;
use crate::context::{Context, new_uuid};
use crate::core::Core;
use crate::faults;
use crate::protocol::{self, Call, frames};
use crate::response::{dropped, identified};
use crate::service::{Input as _, Whole};
use crate::services::iam::permit_all;
use axum::body::Body;
use bytes::Bytes;
use futures::{FutureExt as _, StreamExt as _, stream};
use http::{HeaderValue, Request, Response, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

const OPERATION: &str = "logs:StartLiveTail";
/// "Every second, a LiveTailSessionUpdate object is sent."
const PAUSE: Duration = Duration::from_secs(1);
/// "Live Tail sessions time out after three hours."
const LONGEST: SignedDuration = SignedDuration::from_hours(3);
/// "The array of log events [...] can include as many as 500 log events."
const MOST_EVENTS: usize = 500;

pub(super) const TAIL: Whole = Whole {
    takes: |request| {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        target.is_some_and(|target| target.ends_with(".StartLiveTail"))
    },
    // It stands among the service's others, which its model knows.
    operations: Vec::new,
    respond: |core, scope, request| respond(core, scope, request).boxed(),
};

/// What a session looks at, and what it has seen.
struct Tail {
    region: String,
    groups: Vec<String>,
    names: Vec<String>,
    prefixes: Vec<String>,
    filter: Filter,
    /// How many events each stream of each group had.
    seen: HashMap<(String, String), u64>,
    ends: Timestamp,
}

async fn respond(core: &Arc<Core>, scope: &Scope, request: Request<Bytes>) -> Response<Body> {
    let read = core.caller(scope).and_then(|caller| Ok((caller, protocol::read(&SERVICE, &request)?)));
    let about = read.as_ref().map(|(_, call)| faults::about(&call.input)).unwrap_or_default();
    let answer = match core.faults.strike(OPERATION, &about) {
        Some(mut strike) => {
            strike.wait().await;
            let Some(error) = strike.error else { return identified(dropped()) };
            Err(error)
        }
        None => read.and_then(|(caller, call)| start(core, scope, &caller, &call)),
    };
    let response = answer.unwrap_or_else(|error| protocol::write_error(&SERVICE, &error));
    core.log(OPERATION, &about, &scope.region, response.status().as_u16());
    identified(response)
}

fn start(core: &Arc<Core>, scope: &Scope, caller: &Caller, call: &Call) -> Result<Response<Body>> {
    protocol::check(&SERVICE, call)?;
    let (begun, tail) = core.run_for(caller, &scope.region, |context| {
        permit_all(context, caller, (SERVICE.needs)(context, OPERATION, &call.input)?, &call.input)?;
        let begun = start_live_tail(context, &call.input)?;
        protocol::check_answer(&SERVICE, call, &begun)?;
        Ok((begun, Tail::new(context, &call.input)?))
    })?;
    let first = [frames::initial()?, frames::event("sessionStart", &begun["responseStream"]["sessionStart"])?];
    let later = stream::unfold(Some((Arc::clone(core), tail)), |session| async {
        let (core, mut tail) = session?;
        tokio::time::sleep(PAUSE).await;
        let (frame, goes_on) = tail.next(&core);
        Some((frame, goes_on.then_some((core, tail))))
    });
    let frames = stream::iter(first.map(Ok)).chain(later);
    let mut response = Response::new(Body::from_stream(frames));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(frames::CONTENT_TYPE));
    Ok(response)
}

/// The answer's beginning.
pub(super) fn start_live_tail(context: &Context<'_>, input: &Value) -> Result<Value> {
    let groups = input.texts("logGroupIdentifiers");
    for group in &groups {
        context.get(GROUPS, named(context, group)?)?.ok_or_else(|| not_found("log group"))?;
    }
    let filters = ["logStreamNames", "logStreamNamePrefixes"].map(|member| !input[member].is_null());
    if filters == [true, true] {
        return Err(invalid("You can't specify both logStreamNames and logStreamNamePrefixes in the same request."));
    }
    if filters != [false, false] && groups.len() > 1 {
        return Err(invalid("Log streams can be specified only together with a single log group."));
    }
    Filter::read(input.optional("logEventFilterPattern").unwrap_or_default())?;
    let mut started = json!({"requestId": new_uuid(), "sessionId": new_uuid()});
    for member in ["logGroupIdentifiers", "logStreamNames", "logStreamNamePrefixes", "logEventFilterPattern"] {
        started[member] = input[member].clone();
    }
    Ok(json!({"responseStream": {"sessionStart": started}}))
}

/// "Specify each log group by its ARN"; that it "can't end with an asterisk", the model's pattern says.
fn named<'a>(context: &Context<'_>, identifier: &'a str) -> Result<&'a str> {
    if !identifier.starts_with("arn:") {
        return Err(invalid(format!("`{identifier}` is no ARN of a log group")));
    }
    identifier.strip_prefix(&arn(context, "")).ok_or_else(|| not_found("log group"))
}

impl Tail {
    fn new(context: &Context<'_>, input: &Value) -> Result<Self> {
        let mut groups = vec![];
        for group in input.texts("logGroupIdentifiers") {
            groups.push(named(context, &group)?.to_owned());
        }
        groups.sort();
        groups.dedup();
        let mut tail = Self {
            region: context.region.to_owned(),
            groups,
            names: input.texts("logStreamNames"),
            prefixes: input.texts("logStreamNamePrefixes"),
            filter: Filter::read(input.optional("logEventFilterPattern").unwrap_or_default())?,
            seen: HashMap::new(),
            ends: context.now.saturating_add(LONGEST).map_err(ApiError::internal)?,
        };
        for group in &tail.groups {
            let streams = events::streams(context, group)?.into_iter();
            tail.seen.extend(streams.map(|(stream, count)| ((group.clone(), stream), count)));
        }
        Ok(tail)
    }

    /// The next message, and whether another one follows.
    fn next(&mut self, core: &Core) -> (Result<Bytes, std::io::Error>, bool) {
        let broken = |error: ApiError| std::io::Error::other(error.message);
        if core.clock.now() >= self.ends {
            let words = "The session has timed out: it was open for three hours.";
            return (frames::exception("SessionTimeoutException", words).map_err(broken), false);
        }
        let region = self.region.clone();
        let (frame, goes_on) = match core.run(&region, |context| self.update(context)) {
            Ok(update) => (frames::event("sessionUpdate", &update), true),
            Err(error) => (frames::exception("SessionStreamingException", &error.message), false),
        };
        (frame.map_err(broken), goes_on)
    }

    /// What has come since the last time, in the order of time.
    fn update(&mut self, context: &Context<'_>) -> Result<Value> {
        let mut found = vec![];
        for group in &self.groups {
            for (stream, count) in events::streams(context, group)? {
                let known = self.seen.insert((group.clone(), stream.clone()), count).unwrap_or_default();
                // A stream that was deleted and made again begins anew.
                let known = if known > count { 0 } else { known };
                if known < count && self.looks_at(&stream) {
                    let events = events::since(context, group, &stream, known)?;
                    found.extend(events.into_iter().map(|event| (group, stream.clone(), event)));
                }
            }
        }
        found.retain(|(.., event)| self.filter.fits(event["message"].as_str().unwrap_or_default()));
        found.sort_by_key(|(.., event)| event["timestamp"].as_i64());
        let sampled = found.len() > MOST_EVENTS;
        // Evenly, the first one among them.
        let kept = found.len().min(MOST_EVENTS);
        let events = (0..kept).map(|at| &found[at * found.len() / kept]).map(|(group, stream, event)| {
            let mut event = event.clone();
            event["logStreamName"] = stream.as_str().into();
            event["logGroupIdentifier"] = format!("{}:{group}", context.account).into();
            event
        });
        Ok(json!({"sessionMetadata": {"sampled": sampled}, "sessionResults": events.collect::<Vec<_>>()}))
    }

    fn looks_at(&self, stream: &str) -> bool {
        let is_named = self.names.is_empty() || self.names.iter().any(|name| name == stream);
        is_named && (self.prefixes.is_empty() || self.prefixes.iter().any(|prefix| stream.starts_with(prefix)))
    }
}

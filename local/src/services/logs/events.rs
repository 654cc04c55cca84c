//! Log streams and their events.

use super::pattern::Filter;
use super::{existing, invalid, metered, not_found};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input;
use serde_json::{Value, json};

const STREAMS: &str = "logs.stream";
/// Key: group, stream, time and position, so that a list is in the order of time.
const EVENTS: &str = "logs.event";

/// "The maximum number of events to return. The default is 10,000."
const MOST_EVENTS: usize = 10_000;

/// `:` cannot stand in a group's name, nor in a stream's.
fn stream_key(group: &str, stream: &str) -> String {
    format!("{group}:{stream}")
}

fn events_prefix(group: &str, stream: &str) -> String {
    format!("{group}:{stream}:")
}

pub(super) fn has_stream(context: &Context<'_>, group: &str, stream: &str) -> Result<bool> {
    Ok(context.get(STREAMS, &stream_key(group, stream))?.is_some())
}

/// The names of a group's streams, and how many events each has ever had.
pub(super) fn streams(context: &Context<'_>, group: &str) -> Result<Vec<(String, u64)>> {
    let all = context.list(STREAMS, &stream_key(group, ""))?;
    let named = |(key, stream): (String, Value)| (key[group.len() + 1..].to_owned(), stream["events"].as_u64());
    Ok(all.into_iter().map(named).map(|(name, events)| (name, events.unwrap_or_default())).collect())
}

/// The events of a stream that came after its first so many, by their time.
pub(super) fn since(context: &Context<'_>, group: &str, stream: &str, known: u64) -> Result<Vec<Value>> {
    let position = |key: &str| key.rsplit(':').next().and_then(|position| position.parse::<u64>().ok());
    let all = context.list(EVENTS, &events_prefix(group, stream))?.into_iter();
    Ok(all.filter(|(key, _)| position(key) >= Some(known)).map(|(_, event)| event).collect())
}

pub(super) fn forget(context: &Context<'_>, group: &str) -> Result<()> {
    metered::forgotten(context, group)?;
    for collection in [STREAMS, EVENTS] {
        for (key, _) in context.list(collection, &format!("{group}:"))? {
            context.remove(collection, &key)?;
        }
    }
    Ok(())
}

pub(super) fn create_log_stream(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (group, stream) = (existing(context, input)?, input.text("logStreamName")?);
    let key = stream_key(group, stream);
    if context.get(STREAMS, &key)?.is_some() {
        return Err(ApiError::new("ResourceAlreadyExistsException", "The specified log stream already exists"));
    }
    context.put(STREAMS, &key, &json!({"creationTime": context.now.as_millisecond(), "events": 0}))?;
    Ok(Value::Null)
}

pub(super) fn delete_log_stream(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (group, stream) = (existing(context, input)?, input.text("logStreamName")?);
    context.remove(STREAMS, &stream_key(group, stream))?.ok_or_else(|| not_found("log stream"))?;
    for (key, _) in context.list(EVENTS, &events_prefix(group, stream))? {
        context.remove(EVENTS, &key)?;
    }
    Ok(Value::Null)
}

pub(super) fn describe_log_streams(context: &Context<'_>, input: &Value) -> Result<Value> {
    let group = existing(context, input)?;
    let prefix = input.optional("logStreamNamePrefix").unwrap_or_default();
    let mut all = context.list(STREAMS, &stream_key(group, prefix))?;
    if input.optional("orderBy") == Some("LastEventTime") {
        if !prefix.is_empty() {
            return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
        }
        all.sort_by_key(|(_, stream)| stream["lastEventTimestamp"].as_i64());
    }
    if input["descending"].as_bool() == Some(true) {
        all.reverse();
    }
    let limit = input.number("limit").and_then(|limit| usize::try_from(limit).ok());
    let page = context.page(all, input.optional("nextToken"), limit, 50, || invalid("The token is invalid."))?;
    let streams = page.items.into_iter().map(|(key, stream)| {
        let name = &key[group.len() + 1..];
        let arn = context.arn("logs", &format!("log-group:{group}:log-stream:{name}"));
        let mut all = json!({"logStreamName": name, "creationTime": stream["creationTime"], "arn": arn});
        for time in ["firstEventTimestamp", "lastEventTimestamp", "lastIngestionTime"] {
            if !stream[time].is_null() {
                all[time] = stream[time].clone();
            }
        }
        all
    });
    Ok(json!({"logStreams": streams.collect::<Vec<_>>(), "nextToken": page.next}))
}

pub(super) fn put_log_events(context: &Context<'_>, input: &Value) -> Result<Value> {
    let times = input["logEvents"].as_array().into_iter().flatten().map(|event| event["timestamp"].as_i64());
    if !times.is_sorted() {
        return Err(invalid("Log events in a single PutLogEvents request must be in chronological order."));
    }
    add_log_events(context, input)
}

/// The same in whatever order.
pub(super) fn add_log_events(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (group, name) = (existing(context, input)?, input.text("logStreamName")?);
    let key = stream_key(group, name);
    let mut stream = context.get(STREAMS, &key)?.ok_or_else(|| not_found("log stream"))?;
    let events = input["logEvents"].as_array().map(Vec::as_slice).unwrap_or_default();
    let now = context.now.as_millisecond();
    let mut position = stream["events"].as_u64().unwrap_or(0);
    metered::ingested(context, group, events)?;
    for event in events {
        let time = event["timestamp"].as_i64().unwrap_or_default();
        let kept = json!({"timestamp": time, "message": event["message"], "ingestionTime": now});
        context.put(EVENTS, &format!("{}{time:016}:{position:012}", events_prefix(group, name)), &kept)?;
        position += 1;
        let earliest = stream["firstEventTimestamp"].as_i64().map_or(time, |first| first.min(time));
        let latest = stream["lastEventTimestamp"].as_i64().map_or(time, |last| last.max(time));
        stream["firstEventTimestamp"] = earliest.into();
        stream["lastEventTimestamp"] = latest.into();
    }
    stream["lastIngestionTime"] = now.into();
    stream["events"] = position.into();
    context.put(STREAMS, &key, &stream)?;
    Ok(json!({"nextSequenceToken": format!("{position:056}")}))
}

fn within(event: &Value, input: &Value) -> bool {
    let time = event["timestamp"].as_i64().unwrap_or(0);
    input.number("startTime").is_none_or(|start| time >= start) && input.number("endTime").is_none_or(|end| time < end)
}

pub(super) fn get_log_events(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (group, stream) = (existing(context, input)?, input.text("logStreamName")?);
    context.get(STREAMS, &stream_key(group, stream))?.ok_or_else(|| not_found("log stream"))?;
    let mut all: Vec<_> =
        context.list(EVENTS, &events_prefix(group, stream))?.into_iter().map(|(_, event)| event).collect();
    all.retain(|event| within(event, input));
    let limit = input.number("limit").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(10_000).clamp(1, 10_000);
    // Tokens are positions, forward from one and backward from one. At an end, AWS gives back the token that it was given.
    let start = match input.optional("nextToken").map(|token| (token.split_at_checked(2), token)) {
        Some((Some(("f/", position)), _)) => position.parse().ok(),
        Some((Some(("b/", position)), _)) => position.parse::<usize>().ok().map(|end| end.saturating_sub(limit)),
        Some(_) => None,
        None if input["startFromHead"].as_bool() == Some(true) => Some(0),
        None => Some(all.len().saturating_sub(limit)),
    };
    let start = start.ok_or_else(|| invalid("The specified nextToken is invalid."))?;
    let end = match input.optional("nextToken").and_then(|token| token.strip_prefix("b/")) {
        Some(end) => end.parse().unwrap_or(start),
        None => start.saturating_add(limit),
    };
    let end = end.min(all.len());
    let page = all.get(start..end).unwrap_or_default();
    let end = start + page.len();
    Ok(json!({"events": page, "nextForwardToken": format!("f/{end}"), "nextBackwardToken": format!("b/{start}")}))
}

pub(super) fn filter_log_events(context: &Context<'_>, input: &Value) -> Result<Value> {
    let group = existing(context, input)?;
    let (streams, prefix) = (input.texts("logStreamNames"), input.optional("logStreamNamePrefix").unwrap_or_default());
    if !streams.is_empty() && !prefix.is_empty() {
        return Err(invalid("You can't specify both logStreamNames and logStreamNamePrefix in the same request."));
    }
    for name in &streams {
        context.get(STREAMS, &stream_key(group, name))?.ok_or_else(|| not_found("log stream"))?;
    }
    let filter = Filter::read(input.optional("filterPattern").unwrap_or_default())?;
    let after = input.optional("nextToken").map(read_token).transpose()?;
    let mut all = vec![];
    for (key, event) in context.list(EVENTS, &format!("{group}:"))? {
        let stream = key[group.len() + 1..].split(':').next().unwrap_or_default();
        let wanted = stream.starts_with(prefix) && (streams.is_empty() || streams.iter().any(|name| name == stream));
        let says = filter.fits(event["message"].as_str().unwrap_or_default());
        if wanted && says && within(&event, input) {
            let mut event = event;
            event["logStreamName"] = stream.into();
            event["eventId"] = hex::encode(&key).into();
            all.push((event["timestamp"].as_i64().unwrap_or_default(), key, event));
        }
    }
    all.retain(|(time, key, _)| after.as_ref().is_none_or(|(last, id)| (time, key) > (last, id)));
    all.sort_by(|(one, id, _), (other, other_id, _)| (one, id).cmp(&(other, other_id)));
    let limit = input.number("limit").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(MOST_EVENTS);
    let next = all.len() > limit;
    all.truncate(limit);
    let next = all.last().filter(|_| next).map(|(time, key, _)| hex::encode(format!("{time}/{key}")));
    let events: Vec<_> = all.into_iter().map(|(.., event)| event).collect();
    Ok(json!({"events": events, "searchedLogStreams": [], "nextToken": next}))
}

/// The event that the last page ended with. What comes meanwhile is on the next one if it is later, and moves nothing.
fn read_token(token: &str) -> Result<(i64, String)> {
    let read = || {
        let text = String::from_utf8(hex::decode(token).ok()?).ok()?;
        let (time, key) = text.split_once('/')?;
        Some((time.parse().ok()?, key.to_owned()))
    };
    read().ok_or_else(|| invalid("The specified nextToken is invalid."))
}

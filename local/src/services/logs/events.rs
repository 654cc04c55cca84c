//! Log streams and their events.

use super::{existing, invalid, not_found};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input;
use serde_json::{Value, json};

const STREAMS: &str = "logs.stream";
/// Key: group, stream, time and position, so that a list is in the order of time.
const EVENTS: &str = "logs.event";

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

pub(super) fn forget(context: &Context<'_>, group: &str) -> Result<()> {
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
    let prefix = stream_key(group, input.optional("logStreamNamePrefix").unwrap_or_default());
    let mut all = context.list(STREAMS, &prefix)?;
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
    let (group, name) = (existing(context, input)?, input.text("logStreamName")?);
    let key = stream_key(group, name);
    let mut stream = context.get(STREAMS, &key)?.ok_or_else(|| not_found("log stream"))?;
    let events = input["logEvents"].as_array().map(Vec::as_slice).unwrap_or_default();
    let now = context.now.as_millisecond();
    let mut position = stream["events"].as_u64().unwrap_or(0);
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
    // Tokens are positions. At the end, AWS gives back the token that it was given.
    let position = |token: &str| token.strip_prefix("f/").and_then(|text| text.parse::<usize>().ok());
    let start = match input.optional("nextToken") {
        Some(token) => position(token).ok_or_else(|| invalid("The specified nextToken is invalid."))?,
        None if input["startFromHead"].as_bool() == Some(true) => 0,
        None => all.len().saturating_sub(limit),
    };
    let page: Vec<_> = all.iter().skip(start).take(limit).collect();
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
    let words = input.optional("filterPattern").unwrap_or_default().trim_matches('"').to_owned();
    let mut all = vec![];
    for (key, event) in context.list(EVENTS, &format!("{group}:"))? {
        let stream = key[group.len() + 1..].split(':').next().unwrap_or_default();
        let wanted = stream.starts_with(prefix) && (streams.is_empty() || streams.iter().any(|name| name == stream));
        let says = event["message"].as_str().unwrap_or_default().contains(&words);
        if wanted && says && within(&event, input) {
            let mut event = event;
            event["logStreamName"] = stream.into();
            event["eventId"] = hex::encode(&key).into();
            all.push(event);
        }
    }
    all.sort_by_key(|event| event["timestamp"].as_i64());
    let limit = input.number("limit").and_then(|limit| usize::try_from(limit).ok());
    let page = context.page(all, input.optional("nextToken"), limit, 10_000, || invalid("The token is invalid."))?;
    Ok(json!({"events": page.items, "searchedLogStreams": [], "nextToken": page.next}))
}

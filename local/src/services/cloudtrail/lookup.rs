//! LookupEvents: by one attribute, within 90 days, the newest first.

use super::EVENTS;
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input as _;
use serde_json::{Value, json};

/// "You can look up events that occurred in a Region within the last 90 days."
const SECONDS: i64 = 90 * 86_400;
const MOST: usize = 50;

pub(super) fn lookup_events(context: &Context<'_>, input: &Value) -> Result<Value> {
    let attributes = input["LookupAttributes"].as_array().map_or(&[][..], Vec::as_slice);
    if attributes.len() > 1 {
        let message = "You can only specify one lookup attribute.";
        return Err(ApiError::new("InvalidLookupAttributesException", message));
    }
    let time = |name: &str| input[name].as_f64();
    let (start, end) = (time("StartTime"), time("EndTime"));
    if start.zip(end).is_some_and(|(start, end)| start > end) {
        let message = "The start time occurs after the end time.";
        return Err(ApiError::new("InvalidTimeRangeException", message));
    }
    let oldest = (context.now.as_second() - SECONDS) as f64;
    let within = |at: f64| at >= start.unwrap_or(oldest).max(oldest) && end.is_none_or(|end| at <= end);
    let mut found = vec![];
    // No insights are drawn from what happens here.
    if input.optional("EventCategory").is_none() {
        for (_, kept) in context.list(EVENTS, "")? {
            let fits = attributes.iter().all(|attribute| has(&kept["event"], attribute));
            if fits && kept["at"].as_f64().is_some_and(within) {
                found.push((kept["number"].as_u64(), kept["event"].clone()));
            }
        }
    }
    found.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    let found = found.into_iter().map(|(_, event)| event).collect();
    let limit = input.number("MaxResults").and_then(|limit| usize::try_from(limit).ok());
    let bad_token = || ApiError::new("InvalidNextTokenException", "Invalid token.");
    let page = context.page(found, input.optional("NextToken"), limit, MOST, bad_token)?;
    Ok(json!({"Events": page.items, "NextToken": page.next}))
}

fn has(event: &Value, attribute: &Value) -> bool {
    let (key, wanted) = (attribute.optional("AttributeKey"), attribute["AttributeValue"].as_str());
    let resources = |field: &str| {
        let all = event["Resources"].as_array().into_iter().flatten();
        all.filter_map(|resource| resource[field].as_str()).any(|value| Some(value) == wanted)
    };
    match key {
        Some("ResourceName") => resources("ResourceName"),
        Some("ResourceType") => resources("ResourceType"),
        Some(key) => event[key].as_str() == wanted,
        None => false,
    }
}

//! Cost allocation tags: a bill knows those that somebody has activated, from then on.

use super::invalid;
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::metering::COSTS_ASKED;
use crate::service::Input;
use crate::tags::is_system;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// By the tag's key.
const TAGS: &str = "ce.tag";
const MOST_TAGS: usize = 1000;

/// Since which day each active key counts: "not retroactive".
pub(super) fn active(context: &Context<'_>) -> Result<BTreeMap<String, Date>> {
    let all = context.documents.list(TAGS, "")?.into_iter().filter(|(_, tag)| tag["Status"] == "Active");
    Ok(all.filter_map(|(key, tag)| Some((key, tag["since"].as_str()?.parse().ok()?))).collect())
}

fn known(context: &Context<'_>) -> Result<BTreeSet<String>> {
    let tags = context.all_tags()?.into_iter().flat_map(|(_, tags)| tags.into_keys());
    let kept = context.documents.list(TAGS, "")?.into_iter().map(|(key, _)| key);
    Ok(tags.chain(kept).filter(|key| !is_system(key)).collect())
}

pub(super) fn list_cost_allocation_tags(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.meter(&COSTS_ASKED, "", 1.0)?;
    let (wanted, status) = (input.texts("TagKeys"), input.optional("Status"));
    let mut all = vec![];
    for key in known(context)?.into_iter().filter(|key| wanted.is_empty() || wanted.contains(key)) {
        let kept = context.documents.get(TAGS, &key)?.unwrap_or_default();
        let tag = json!({
            "TagKey": key, "Type": "UserDefined", "Status": kept.optional("Status").unwrap_or("Inactive"),
            "LastUpdatedDate": kept["updated"],
        });
        if status.is_none_or(|status| tag["Status"] == status) && input.optional("Type") != Some("AWSGenerated") {
            all.push(tag);
        }
    }
    let limit = input.number("MaxResults").and_then(|limit| usize::try_from(limit).ok());
    let bad_token = || ApiError::new("InvalidNextTokenException", "The pagination token is invalid.");
    let page = context.page(all, input.optional("NextToken"), limit, MOST_TAGS, bad_token)?;
    Ok(json!({"CostAllocationTags": page.items, "NextToken": page.next}))
}

pub(super) fn update_cost_allocation_tags_status(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.meter(&COSTS_ASKED, "", 1.0)?;
    let (known, mut errors) = (known(context)?, vec![]);
    for entry in input["CostAllocationTagsStatus"].as_array().into_iter().flatten() {
        let key = entry.text("TagKey").map_err(|error| invalid(error.message))?;
        if !known.contains(key) {
            let message = format!("Tag keys not found: {key}");
            errors.push(json!({"TagKey": key, "Code": "TagKeysNotFoundException", "Message": message}));
            continue;
        }
        let before = context.documents.get(TAGS, key)?.unwrap_or_default();
        let goes_on = before["Status"] == "Active" && entry["Status"] == "Active";
        let today = context.now.to_zoned(TimeZone::UTC).date().to_string();
        let since = if goes_on { before["since"].clone() } else { today.into() };
        let tag = json!({"Status": entry["Status"], "since": since, "updated": context.iso()});
        context.documents.put(TAGS, key, &tag)?;
    }
    Ok(json!({"Errors": errors}))
}

//! Lifecycle configurations: what S3 refuses of them, and what it adds.

use super::MALFORMED;
use super::refuse;
use crate::api_error::{ApiError, Result};
use s3s::dto::{BucketLifecycleConfiguration, LifecycleRule};
use std::collections::BTreeSet;

const MOST_RULES: usize = 1000;
const LONGEST_ID: usize = 255;

/// Checks the rules, and names those that have no id.
pub(super) fn complete(configuration: &mut BucketLifecycleConfiguration) -> Result<()> {
    if configuration.rules.is_empty() || configuration.rules.len() > MOST_RULES {
        return Err(refuse("MalformedXML", 400, MALFORMED));
    }
    let mut ids = BTreeSet::new();
    for rule in &mut configuration.rules {
        let id = match rule.id.as_deref() {
            None | Some("") => crate::context::new_uuid(),
            Some(id) => id.to_owned(),
        };
        if id.len() > LONGEST_ID {
            return Err(invalid("ID length should not exceed allowed limit of 255"));
        }
        rule.id = Some(id.clone());
        if !ids.insert(id) {
            return Err(invalid("Rule ID must be unique. Found same ID for more than one rule"));
        }
        check(rule)?;
    }
    Ok(())
}

fn invalid(message: &str) -> ApiError {
    refuse("InvalidArgument", 400, message)
}

fn check(rule: &LifecycleRule) -> Result<()> {
    // Exactly one of the two spellings of what it applies to.
    if rule.filter.is_some() == rule.prefix.is_some() || !matches!(rule.status.as_str(), "Enabled" | "Disabled") {
        return Err(refuse("MalformedXML", 400, MALFORMED));
    }
    let acts = rule.expiration.is_some()
        || rule.abort_incomplete_multipart_upload.is_some()
        || rule.noncurrent_version_expiration.is_some()
        || rule.transitions.is_some()
        || rule.noncurrent_version_transitions.is_some();
    if !acts {
        return Err(refuse("InvalidRequest", 400, "At least one action needs to be specified in a rule"));
    }
    let positive = |days: Option<i32>, what: &str| match days {
        Some(days) if days < 1 => Err(invalid(&format!("'{what} action must be a positive integer"))),
        _ => Ok(()),
    };
    positive(rule.expiration.as_ref().and_then(|one| one.days), "Days' for Expiration")?;
    let noncurrent = rule.noncurrent_version_expiration.as_ref().and_then(|one| one.noncurrent_days);
    positive(noncurrent, "NoncurrentDays' for NoncurrentVersionExpiration")?;
    let abort = rule.abort_incomplete_multipart_upload.as_ref().and_then(|one| one.days_after_initiation);
    positive(abort, "DaysAfterInitiation' for AbortIncompleteMultipartUpload")
}

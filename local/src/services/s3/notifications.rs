//! Who is told of what happens in a bucket.

use super::buckets::{self, arn};
use super::{configurations, refuse};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::services::iam::like;
use crate::services::lambda;
use s3s::dto::{
    Event, FilterRule, FilterRuleName, LambdaFunctionConfiguration, NotificationConfiguration,
    NotificationConfigurationFilter,
};
use std::collections::BTreeSet;

const NAME: &str = "notifications";

/// See "Supported event types for SQS, SNS, and Lambda".
const EVENTS: &[&str] = &[
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Post",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:ReducedRedundancyLostObject",
    "s3:Replication:*",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationReplicatedAfterThreshold",
    "s3:Replication:OperationNotTracked",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:LifecycleTransition",
    "s3:IntelligentTiering",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Put",
    "s3:ObjectTagging:Delete",
    "s3:ObjectAcl:Put",
];

pub(super) fn put(
    context: &Context<'_>,
    bucket: &str,
    mut all: NotificationConfiguration,
    skip_validation: bool,
) -> Result<()> {
    buckets::existing(context, bucket)?;
    for entry in all.lambda_function_configurations.iter_mut().flatten() {
        complete(&mut entry.id, &mut entry.filter);
        if !skip_validation && !may_invoke(context, bucket, entry)? {
            let message = "Unable to validate the following destination configurations";
            return Err(refuse("InvalidArgument", 400, message));
        }
    }
    for entry in all.queue_configurations.iter_mut().flatten() {
        complete(&mut entry.id, &mut entry.filter);
    }
    for entry in all.topic_configurations.iter_mut().flatten() {
        complete(&mut entry.id, &mut entry.filter);
    }
    check_entries(&all)?;
    check_overlap(&all)?;
    buckets::configure(context, bucket, NAME, Some(configurations::write(&all)?))
}

fn invalid(message: impl Into<String>) -> ApiError {
    refuse("InvalidArgument", 400, message)
}

/// What S3 refuses of each entry.
fn check_entries(all: &NotificationConfiguration) -> Result<()> {
    let lambdas = all.lambda_function_configurations.iter().flatten().map(|one| (&one.id, &one.events, &one.filter));
    let queues = all.queue_configurations.iter().flatten().map(|one| (&one.id, &one.events, &one.filter));
    let topics = all.topic_configurations.iter().flatten().map(|one| (&one.id, &one.events, &one.filter));
    let mut ids = BTreeSet::new();
    for (id, events, filter) in lambdas.chain(queues).chain(topics) {
        if !ids.insert(id) {
            return Err(invalid("Same ID used for multiple configurations. IDs must be unique"));
        }
        if events.is_empty() || !events.iter().all(|event| EVENTS.contains(&event.as_ref())) {
            return Err(invalid("The event is not supported for notifications"));
        }
        let rules = filter.as_ref().and_then(|filter| filter.key.as_ref()).and_then(|key| key.filter_rules.as_deref());
        let mut names = BTreeSet::new();
        for rule in rules.unwrap_or_default() {
            let name = rule.name.as_ref().map(FilterRuleName::as_str).unwrap_or_default();
            if !["Prefix", "Suffix"].contains(&name) {
                return Err(invalid("filter rule name must be either prefix or suffix"));
            }
            if !names.insert(name) {
                return Err(invalid(format!("Cannot specify more than one {} rule in a filter.", name.to_lowercase())));
            }
        }
    }
    Ok(())
}

/// S3 gives an entry an id where it has none, and writes the names of filters with a capital.
fn complete(id: &mut Option<String>, filter: &mut Option<NotificationConfigurationFilter>) {
    id.get_or_insert_with(crate::context::new_uuid);
    let rules = filter.as_mut().and_then(|filter| filter.key.as_mut()).and_then(|key| key.filter_rules.as_mut());
    for rule in rules.into_iter().flatten() {
        let name = rule.name.as_ref().map(|name| name.as_str().to_lowercase());
        rule.name = match name.as_deref() {
            Some("prefix") => Some(FilterRuleName::from("Prefix".to_owned())),
            Some("suffix") => Some(FilterRuleName::from("Suffix".to_owned())),
            _ => rule.name.take(),
        };
    }
}

/// Whether the function is there and its resource policy lets S3 call it for this bucket.
fn may_invoke(context: &Context<'_>, bucket: &str, entry: &LambdaFunctionConfiguration) -> Result<bool> {
    let function = &entry.lambda_function_arn;
    let is_function = function.contains(":function:");
    Ok(is_function && lambda::may_invoke(context, function, "s3.amazonaws.com", &arn(context, bucket))?)
}

/// The functions that want to be told of an event of a key, and may be: the entry's id, and the function's ARN.
pub(super) fn told(context: &Context<'_>, bucket: &str, name: &str, key: &str) -> Result<Vec<(String, String)>> {
    let document = buckets::existing(context, bucket)?;
    let Some(written) = document["configurations"][NAME].as_str() else { return Ok(vec![]) };
    let all: NotificationConfiguration = configurations::read(written)?;
    let mut told = vec![];
    for one in all.lambda_function_configurations.into_iter().flatten() {
        let wants = {
            let entry = entry(&one.events, one.filter.as_ref());
            let named = |event: &Event| like(event.as_ref().trim_start_matches("s3:"), name);
            entry.events.iter().any(named) && key.starts_with(entry.prefix) && key.ends_with(entry.suffix)
        };
        // Without the permission the event is lost, as on AWS.
        if wants && may_invoke(context, bucket, &one)? {
            told.push((one.id.unwrap_or_default(), one.lambda_function_arn));
        }
    }
    Ok(told)
}

struct Entry<'a> {
    events: &'a [Event],
    prefix: &'a str,
    suffix: &'a str,
}

fn entry<'a>(events: &'a [Event], filter: Option<&'a NotificationConfigurationFilter>) -> Entry<'a> {
    let rules = filter.and_then(|filter| filter.key.as_ref()).and_then(|key| key.filter_rules.as_deref());
    let value = |name: &str| {
        let named = |rule: &&FilterRule| rule.name.as_ref().is_some_and(|given| given.as_str() == name);
        rules.unwrap_or_default().iter().find(named).and_then(|rule| rule.value.as_deref()).unwrap_or_default()
    };
    Entry { events, prefix: value("Prefix"), suffix: value("Suffix") }
}

/// Two entries may not both match one event of one key.
fn check_overlap(all: &NotificationConfiguration) -> Result<()> {
    let lambdas =
        all.lambda_function_configurations.iter().flatten().map(|one| entry(&one.events, one.filter.as_ref()));
    let queues = all.queue_configurations.iter().flatten().map(|one| entry(&one.events, one.filter.as_ref()));
    let topics = all.topic_configurations.iter().flatten().map(|one| entry(&one.events, one.filter.as_ref()));
    let entries: Vec<_> = lambdas.chain(queues).chain(topics).collect();
    for (index, one) in entries.iter().enumerate() {
        if entries[..index].iter().any(|other| overlap(one, other)) {
            let message = "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.";
            return Err(refuse("InvalidArgument", 400, message));
        }
    }
    Ok(())
}

fn overlap(one: &Entry<'_>, other: &Entry<'_>) -> bool {
    let nested = |a: &str, b: &str, starts: fn(&str, &str) -> bool| starts(a, b) || starts(b, a);
    let covers = |wide: &str, narrow: &str| {
        wide == narrow || wide.strip_suffix('*').is_some_and(|stem| narrow.starts_with(stem))
    };
    let same_event = one
        .events
        .iter()
        .any(|a| other.events.iter().any(|b| covers(a.as_ref(), b.as_ref()) || covers(b.as_ref(), a.as_ref())));
    same_event
        && nested(one.prefix, other.prefix, |a, b| a.starts_with(b))
        && nested(one.suffix, other.suffix, |a, b| a.ends_with(b))
}

pub(super) fn get(context: &Context<'_>, bucket: &str) -> Result<NotificationConfiguration> {
    match buckets::configuration(context, bucket, NAME)? {
        Some(text) => configurations::read(&text),
        None => Ok(NotificationConfiguration::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn stars_match_any_characters() {
        assert!(like("arn:aws:s3:::b", "arn:aws:s3:::b") && like("arn:*", "arn:aws") && like("*b*", "abc"));
        assert!(!like("arn:aws:s3:::b", "arn:aws:s3:::bb") && !like("a*c", "ab"));
    }
}

//! What is kept of a request, and of which.

use super::named::{named, request_parameters};
use super::{COUNTS, EVENTS};
use crate::api_error::{ApiError, Result};
use crate::caller::{Assumed, Caller};
use crate::context::{Context, new_uuid};
use crate::services::iam::arn_of;
use serde_json::{Value, json};

/// Events of a region that are kept.
const KEPT: u64 = 5_000;

/// What the names of operations begin with that change nothing. CloudTrail takes the use of a key for reading, too.
const READS: &[&str] = &[
    "Get",
    "List",
    "Describe",
    "Head",
    "BatchGet",
    "Lookup",
    "Search",
    "Filter",
    "Simulate",
    "Encrypt",
    "Decrypt",
    "GenerateDataKey",
    "Test",
];

/// What is done with data. CloudTrail keeps it for those alone who pay for it, and the events of EventBridge not at all.
const DATA: &[&str] = &[
    "events:PutEvents",
    "firehose:PutRecord",
    "firehose:PutRecordBatch",
    "lambda:Invoke",
    "logs:PutLogEvents",
    "monitoring:PutMetricData",
    "sns:Publish",
];

/// Services that have no region.
const GLOBAL: &[&str] = &["iam", "budgets", "ce"];

/// "CreateFunction appears as CreateFunction20150331": "Logging AWS Lambda API calls using AWS CloudTrail". Of S3, the names
/// of "Amazon S3 bucket-level actions that are tracked by CloudTrail logging".
const OTHERWISE: &[(&str, &str)] = &[
    ("lambda:AddPermission", "AddPermission20150331v2"),
    ("lambda:CreateFunction", "CreateFunction20150331"),
    ("lambda:DeleteFunction", "DeleteFunction20150331"),
    ("lambda:RemovePermission", "RemovePermission20150331v2"),
    ("lambda:UpdateFunctionCode", "UpdateFunctionCode20150331v2"),
    ("lambda:UpdateFunctionConfiguration", "UpdateFunctionConfiguration20150331v2"),
    ("s3:DeletePublicAccessBlock", "DeleteBucketPublicAccessBlock"),
    ("s3:PutBucketLifecycleConfiguration", "PutBucketLifecycle"),
    ("s3:PutBucketNotificationConfiguration", "PutBucketNotification"),
    ("s3:PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
];

/// Who asks, and with what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Who<'a> {
    pub(crate) access_key: &'a str,
    /// What the program calls itself.
    pub(crate) agent: &'a str,
}

/// A request, as CloudTrail sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    /// As in a credential scope.
    pub(crate) service: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) input: &'a Value,
    pub(crate) who: Who<'a>,
    /// Why nothing came of it.
    pub(crate) error: Option<&'a ApiError>,
}

impl Seen<'_> {
    /// Whether it is kept: a write of what manages resources.
    pub(crate) fn is_kept(&self) -> bool {
        let Self { service, operation, .. } = *self;
        let reads = READS.iter().any(|verb| operation.starts_with(verb));
        let manages = match service {
            "s3" => operation.contains("Bucket") || operation.ends_with("PublicAccessBlock"),
            // "AssumeRole" and its like are read-only events.
            "sts" => false,
            _ => !DATA.contains(&format!("{service}:{operation}").as_str()),
        };
        manages && !reads
    }

    fn name(&self) -> &str {
        let whole = format!("{}:{}", self.service, self.operation);
        OTHERWISE.iter().find(|(operation, _)| *operation == whole).map_or(self.operation, |(_, name)| name)
    }
}

/// Keeps a request of the context's caller, if it is one to keep.
///
/// # Errors
/// Of the database.
pub(crate) fn record(context: &Context<'_>, seen: &Seen<'_>) -> Result<()> {
    if !seen.is_kept() {
        return Ok(());
    }
    let region = if GLOBAL.contains(&seen.service) { context.home() } else { context.region };
    let number = context.documents.get(COUNTS, region)?.and_then(|count| count.as_u64()).unwrap_or(0);
    context.documents.put(COUNTS, region, &json!(number + 1))?;
    let event = event(context, seen, region);
    let kept = json!({"number": number, "at": context.now.as_second(), "event": event});
    context.documents.put(EVENTS, &format!("{region}/{:04}", number % KEPT), &kept)
}

/// As LookupEvents gives it.
fn event(context: &Context<'_>, seen: &Seen<'_>, region: &str) -> Value {
    let (id, source) = (new_uuid(), format!("{}.amazonaws.com", seen.service));
    json!({
        "EventId": id,
        "EventName": seen.name(),
        "ReadOnly": "false",
        "AccessKeyId": seen.who.access_key,
        "EventTime": context.now.as_second(),
        "EventSource": source,
        "Username": username(context),
        "Resources": named(seen.service, seen.input),
        "CloudTrailEvent": whole(context, seen, (&id, &source, region)).to_string(),
    })
}

/// All of it. An error that is none is left out, and other nulls are not.
fn whole(context: &Context<'_>, seen: &Seen<'_>, (id, source, region): (&str, &str, &str)) -> Value {
    let mut record = json!({
        "eventVersion": "1.11",
        "userIdentity": identity(context, seen.who.access_key),
        "eventTime": context.iso(),
        "eventSource": source,
        "eventName": seen.name(),
        "awsRegion": region,
        "sourceIPAddress": "127.0.0.1",
        "userAgent": seen.who.agent,
        "requestParameters": request_parameters(seen.service, seen.input),
        "responseElements": null,
        "requestID": new_uuid(),
        "eventID": id,
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": context.account,
        "eventCategory": "Management",
    });
    if let Some(error) = seen.error {
        (record["errorCode"], record["errorMessage"]) = (error.code.clone().into(), error.message.clone().into());
    }
    record
}

fn identity(context: &Context<'_>, access_key: &str) -> Value {
    let arn = arn_of(context, context.caller);
    match context.caller {
        Caller::Role(Assumed { role, .. }) => json!({
            "type": "AssumedRole", "arn": arn, "accountId": context.account, "accessKeyId": access_key,
            "sessionContext": {"sessionIssuer": {
                "type": "Role", "arn": role, "accountId": context.account,
                "userName": role.rsplit('/').next().unwrap_or_default(),
            }},
        }),
        Caller::Service(service) => json!({"type": "AWSService", "invokedBy": service}),
        Caller::User => json!({
            "type": "IAMUser", "arn": arn, "accountId": context.account, "accessKeyId": access_key,
            "userName": username(context),
        }),
    }
}

/// A user's name, or that of a role's session.
fn username(context: &Context<'_>) -> String {
    match context.caller {
        Caller::Role(assumed) => assumed.session.clone(),
        Caller::Service(service) => (*service).to_owned(),
        Caller::User => arn_of(context, context.caller).rsplit('/').next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_of_what_manages_resources_are_kept() {
        let kept = |service: &str, operation: &str| {
            let who = Who { access_key: "", agent: "" };
            Seen { service, operation, input: &Value::Null, who, error: None }.is_kept()
        };
        for (service, operation) in [
            ("lambda", "UpdateFunctionConfiguration"),
            ("s3", "PutBucketPolicy"),
            ("s3", "PutPublicAccessBlock"),
            ("athena", "StartQueryExecution"),
            ("iam", "PutRolePolicy"),
            ("monitoring", "PutMetricAlarm"),
        ] {
            assert!(kept(service, operation), "{service}:{operation}");
        }
        for (service, operation) in [
            ("lambda", "GetFunction"),
            ("lambda", "Invoke"),
            ("s3", "PutObject"),
            ("s3", "DeleteObjects"),
            ("s3", "GetBucketPolicy"),
            ("s3", "ListBuckets"),
            ("sts", "AssumeRole"),
            ("firehose", "PutRecordBatch"),
            ("logs", "FilterLogEvents"),
            ("monitoring", "PutMetricData"),
            ("cloudtrail", "LookupEvents"),
        ] {
            assert!(!kept(service, operation), "{service}:{operation}");
        }
    }
}

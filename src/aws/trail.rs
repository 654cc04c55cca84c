//! CloudTrail's record of who changed what: the management events of the last 90 days, which every account has.

use super::agent::is_ours;
use super::json_api::{Api, Asked, JsonApi};
use super::{Patience, Pause, Result};
use crate::names::Names;
use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use aws_smithy_types::retry::RetryConfig;
use serde_json::{Value as Json, json};
use std::time::Duration;

const API: Api = Api { host: "cloudtrail", name: "CloudTrail" };
const TARGET: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";

/// What AWS gives at most in an answer.
const PAGE: usize = 50;
/// Reads are on record like writes, and only one attribute can be asked for: a resource that is looked at each minute has
/// its writes further back.
const PAGES: usize = 2;
/// "The rate of lookup requests is limited to two per second, per account, per Region."
const BETWEEN: Duration = Duration::from_millis(500);
/// Of a resource. The newest says who has left it as it is.
const MOST: usize = 3;

/// A change of a resource, by somebody else than pipectl.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Write {
    /// The ARN of who asked for it: a user, or a session of a role.
    pub(crate) who: String,
    /// The operation, as CloudTrail names it: `UpdateFunctionConfiguration20150331v2`.
    pub(crate) event: String,
    /// As CloudTrail writes it, `2026-11-27T10:12:13Z`.
    pub(crate) time: String,
}

/// The record of one account, of a region and of what has none.
#[derive(Clone, Debug)]
pub(crate) struct Trail {
    here: JsonApi,
    /// "Global services such as IAM: events are logged as occurring in the US East (N. Virginia) Region."
    home: JsonApi,
    /// AWS's, which has a limit.
    is_paced: bool,
}

impl Trail {
    pub(super) fn new(config: &SdkConfig, names: &Names, seen_by: Vec<SharedInterceptor>) -> Self {
        // A second attempt is enough: nothing depends on it, and a limit is not waited for.
        let once = config.to_builder().retry_config(RetryConfig::standard().with_max_attempts(2)).build();
        let here = JsonApi::new(&API, &once, names, seen_by);
        let home = here.elsewhere(names, home(&names.partition));
        Self { here, home, is_paced: config.endpoint_url().is_none() }
    }

    /// Who has changed what CloudTrail knows by a name, the newest first. What pipectl did is left out, whoever ran it.
    ///
    /// # Errors
    /// AWS's, without asking again: nothing depends on it.
    pub(crate) async fn writes(&self, name: &str, is_global: bool) -> Result<Vec<Write>> {
        let api = if is_global { &self.home } else { &self.here };
        let (mut found, mut from) = (vec![], Json::Null);
        for _ in 0..PAGES {
            let attributes = json!([{"AttributeKey": "ResourceName", "AttributeValue": name}]);
            let mut body = json!({"LookupAttributes": attributes, "MaxResults": PAGE});
            if !from.is_null() {
                body["NextToken"] = from;
            }
            if self.is_paced {
                Pause::steady(BETWEEN).pass().await;
            }
            let asked = Asked::targeted("cloudtrail:LookupEvents", TARGET, body);
            let page = api.call(Patience::NONE, &asked).await?;
            found.extend(page["Events"].as_array().into_iter().flatten().filter_map(write));
            from = page["NextToken"].clone();
            if found.len() >= MOST || from.as_str().is_none_or(str::is_empty) {
                break;
            }
        }
        found.truncate(MOST);
        Ok(found)
    }
}

/// Where the events of a partition's global services are, as its IAM is signed for.
fn home(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "cn-north-1",
        "aws-us-gov" => "us-gov-west-1",
        _ => "us-east-1",
    }
}

/// An event that has changed something, if it is one.
fn write(event: &Json) -> Option<Write> {
    let record: Json = serde_json::from_str(event["CloudTrailEvent"].as_str()?).ok()?;
    let is_read = record["readOnly"].as_bool().unwrap_or(event["ReadOnly"] == "true");
    let has_failed = !record["errorCode"].is_null();
    if is_read || has_failed || is_ours(record["userAgent"].as_str().unwrap_or_default()) {
        return None;
    }
    let identity = &record["userIdentity"];
    // A service on its own behalf has no ARN.
    let all = [&identity["arn"], &event["Username"], &identity["invokedBy"], &identity["type"]];
    let who = all.into_iter().find_map(|one| one.as_str().filter(|one| !one.is_empty()))?;
    let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
    Some(Write { who: who.to_owned(), event: text("eventName"), time: text("eventTime") })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOB: &str = "arn:aws:sts::123456789012:assumed-role/ops/bob";

    fn event(record: &Json) -> Json {
        json!({"EventName": record["eventName"], "ReadOnly": "false", "Username": "bob", "CloudTrailEvent": record.to_string()})
    }

    fn record(changed: Json) -> Json {
        let mut record = json!({
            "userIdentity": {"type": "AssumedRole", "arn": BOB}, "eventName": "UpdateCrawler", "readOnly": false,
            "eventTime": "2026-11-27T10:12:13Z", "userAgent": "Boto3/1.43.106",
        });
        for (name, value) in changed.as_object().into_iter().flatten() {
            record[name] = value.clone();
        }
        record
    }

    #[test]
    fn a_write_of_somebody_else_that_worked_counts() {
        let found = write(&event(&record(json!({})))).unwrap();
        assert_eq!((found.who.as_str(), found.event.as_str()), (BOB, "UpdateCrawler"));
        assert_eq!(found.time, "2026-11-27T10:12:13Z");
        for other in [
            json!({"readOnly": true}),
            json!({"errorCode": "AccessDenied"}),
            json!({"userAgent": "aws-sdk-rust/1.3.9 os/linux app/pipectl#0.1.0"}),
        ] {
            assert_eq!(write(&event(&record(other.clone()))), None, "{other}");
        }
        // Some services leave out whether it reads.
        let mut read = event(&record(json!({"readOnly": null})));
        assert!(write(&read).is_some());
        read["ReadOnly"] = "true".into();
        assert_eq!(write(&read), None);
    }

    #[test]
    fn who_has_no_arn_is_told_by_another_name() {
        let who = |identity: Json| write(&event(&record(json!({"userIdentity": identity})))).unwrap().who;
        assert_eq!(who(json!({"type": "AWSService", "invokedBy": "glue.amazonaws.com"})), "bob");
        let mut nobody =
            event(&record(json!({"userIdentity": {"type": "AWSService", "invokedBy": "glue.amazonaws.com"}})));
        nobody["Username"] = Json::Null;
        assert_eq!(write(&nobody).unwrap().who, "glue.amazonaws.com");
        nobody["CloudTrailEvent"] = "no JSON".into();
        assert_eq!(write(&nobody), None);
    }
}

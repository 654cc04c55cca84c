//! AWS on a bad day: what passes is waited for, what does not fails at once and says what to do.

use crate::support::{Place, judge};
use serde_json::json;
use std::time::{Duration, Instant};

/// Answers that go away by themselves: operation, status, code, message. From terraform-provider-aws and cdkd.
const PASSING: &[(&str, u16, &str, &str)] = &[
    (
        "firehose:CreateDeliveryStream",
        400,
        "InvalidArgumentException",
        "The security token included in the request is invalid. Ensure that the provided IAM role associated with firehose is not deleted.",
    ),
    (
        "lambda:CreateFunction",
        400,
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
    ),
    (
        "lambda:PutFunctionConcurrency",
        409,
        "ResourceConflictException",
        "The operation cannot be performed at this time. An update is in progress for resource",
    ),
    ("lambda:AddPermission", 404, "ResourceNotFoundException", "Function not found"),
    (
        "glue:CreateCrawler",
        400,
        "InvalidInputException",
        "Service is unable to assume provided role. Please verify role's TrustPolicy",
    ),
    ("glue:CreateJob", 400, "InvalidInputException", "Service is unable to assume the role"),
    ("glue:CreateTrigger", 400, "ConcurrentModificationException", "Workflow w was modified while adding trigger t"),
    ("iam:CreateRole", 400, "MalformedPolicyDocument", "Invalid principal in policy"),
    (
        "apigateway:PutMethod",
        409,
        "ConflictException",
        "Unable to complete operation due to concurrent modification. Please try again later.",
    ),
    ("athena:CreateWorkGroup", 400, "ThrottlingException", "Rate exceeded"),
    ("logs:CreateLogGroup", 400, "OperationAbortedException", "A conflicting operation is currently in progress"),
    (
        "s3:PutBucketNotificationConfiguration",
        400,
        "InvalidArgument",
        "Unable to validate the following destination configurations",
    ),
    ("s3:PutBucketTagging", 404, "NoSuchBucket", "The specified bucket does not exist"),
    (
        "s3:PutBucketEncryption",
        409,
        "OperationAborted",
        "A conflicting conditional operation is currently in progress against this resource. Please try again.",
    ),
];

fn fault(operation: &str, status: u16, code: &str, message: &str, times: u32) -> String {
    json!({"operation": operation, "status": status, "code": code, "message": message, "times": times}).to_string()
}

#[test]
fn what_passes_is_waited_for() {
    let place = Place::example("clickstream");
    let server = place.serve();
    let faults: Vec<_> =
        PASSING.iter().map(|(operation, status, code, message)| fault(operation, *status, code, message, 2)).collect();
    let arguments: Vec<_> =
        [server.url.as_str(), "faults"].into_iter().chain(faults.iter().map(String::as_str)).collect();
    judge("local.py", &arguments);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

#[test]
fn a_new_role_is_waited_for_until_every_service_knows_it() {
    let place = Place::example("clickstream");
    let server = place.serve();
    judge("local.py", &[&server.url, "propagation", "{\"seconds\": 2.0}"]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

/// Quotas look like throttling (HTTP 429), but waiting does not help (terraform-provider-aws#37605).
#[test]
fn a_quota_fails_at_once_and_the_next_run_goes_on() {
    let place = Place::example("clickstream");
    let server = place.serve();
    let quota = fault("apigateway:CreateRestApi", 429, "LimitExceededException", "Maximum number of APIs reached", 1);
    judge("local.py", &[&server.url, "faults", &quota]);
    let began = Instant::now();
    let failed = place.run(&["apply", "--local", "--yes"]).exits(5);
    assert!(began.elapsed() < Duration::from_secs(20));
    assert!(failed.stderr.contains("failed apigateway.rest_api.ingest"), "{}", failed.stderr);
    assert!(failed.stderr.contains("ask AWS for a higher limit"), "{}", failed.stderr);
    assert!(failed.stderr.contains("not started apigateway.usage_plan.ingest"), "{}", failed.stderr);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

#[test]
fn expired_credentials_fail_at_once() {
    let place = Place::example("minimal");
    let server = place.serve();
    let expired = "The security token included in the request is expired";
    judge("local.py", &[&server.url, "faults", &fault("sts:GetCallerIdentity", 403, "ExpiredToken", expired, 9)]);
    let began = Instant::now();
    place.run(&["plan", "--local"]).exits(1).says("log in again");
    assert!(began.elapsed() < Duration::from_secs(10));
}

/// The work is done and the answer is lost. What was made is found, and not made a second time.
#[test]
fn a_lost_answer_leaves_nothing_doubled() {
    let place = Place::example("clickstream");
    let server = place.serve();
    let lost = |operation: &str| {
        json!({"operation": operation, "status": 500, "code": "InternalFailure", "message": "lost", "done": true})
            .to_string()
    };
    let operations = [
        "apigateway:CreateRestApi",
        "apigateway:CreateApiKey",
        "apigateway:CreateUsagePlan",
        "apigateway:CreateUsagePlanKey",
        "apigateway:CreateResource",
        "apigateway:PutMethod",
        "apigateway:PutIntegration",
        "apigateway:PutMethodResponse",
        "apigateway:PutIntegrationResponse",
        "apigateway:PutGatewayResponse",
        "apigateway:CreateDeployment",
        "apigateway:UpdateStage",
        "athena:CreateNamedQuery",
        "athena:CreateWorkGroup",
        "firehose:CreateDeliveryStream",
        "glue:CreateCrawler",
        "glue:CreateDatabase",
        "glue:CreateJob",
        "glue:CreateTrigger",
        "logs:CreateLogGroup",
        "s3:CreateBucket",
        "s3:PutBucketNotificationConfiguration",
        "iam:CreateRole",
        "lambda:CreateFunction",
        "lambda:AddPermission",
    ];
    let faults = operations.map(lost);
    let arguments: Vec<_> =
        [server.url.as_str(), "faults"].into_iter().chain(faults.iter().map(String::as_str)).collect();
    judge("local.py", &arguments);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    place.run(&["destroy", "--local", "--yes"]).exits(0);
    assert_eq!(judge("leftovers.py", &[&server.url]), "");
}

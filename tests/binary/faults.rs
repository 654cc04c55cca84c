//! AWS on a bad day: what passes is waited for, what does not fails at once and says what to do.

use crate::admin::is_read;
use crate::support::{Place, judge, sampled};
use serde_json::{Value, json};
use std::collections::BTreeSet;
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
        "apigateway:PutRestApi",
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

fn fault(operation: &str, status: u16, code: &str, message: &str, times: u32) -> Value {
    json!({"operation": operation, "status": status, "code": code, "message": message, "times": times})
}

/// A fault that never strikes lets its test pass for nothing.
#[test]
fn a_misspelt_operation_is_refused() {
    let place = Place::example("minimal");
    let server = place.serve();
    for (wrong, right) in [
        ("firehose:CreateDeliverySteam", "firehose:CreateDeliveryStream"),
        ("apigateway:CreateRestAPI", "apigateway:CreateRestApi"),
        ("iam:CreateRoles", "iam:CreateRole"),
        ("s3:PutBucketNotification", "s3:PutBucketNotificationConfiguration"),
        ("lambda:InvokeFunction", "lambda:Invoke"),
    ] {
        let refusal = server.admin().refuses(&fault(wrong, 400, "Busy", "", 1));
        let expected = format!("Local AWS does not have the operation `{wrong}`; did you mean `{right}`?");
        assert_eq!(refusal, expected);
        server.admin().fault(&fault(right, 400, "Busy", "", 1));
    }
    server.admin().all_struck(0);
}

#[test]
fn what_passes_is_waited_for() {
    let place = Place::example("clickstream");
    let server = place.serve();
    for (operation, status, code, message) in PASSING {
        server.admin().fault(&fault(operation, *status, code, message, 2));
    }
    place.run(&["apply", "--local", "--yes"]).exits(0);
    server.admin().all_struck(2);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

#[test]
fn a_new_role_is_waited_for_until_every_service_knows_it() {
    let place = Place::example("clickstream");
    let server = place.serve();
    server.admin().propagation(2.0);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

/// Quotas look like throttling (HTTP 429), but waiting does not help (terraform-provider-aws#37605).
#[test]
fn a_quota_fails_at_once_and_the_next_run_goes_on() {
    let place = Place::example("clickstream");
    let server = place.serve();
    let reached = "Maximum number of APIs reached";
    server.admin().fault(&fault("apigateway:CreateRestApi", 429, "LimitExceededException", reached, 9));
    let began = Instant::now();
    let failed = place.run(&["apply", "--local", "--yes"]).exits(5);
    assert!(began.elapsed() < Duration::from_secs(60));
    assert!(failed.stderr.contains("failed apigateway.rest_api.ingest"), "{}", failed.stderr);
    assert!(failed.stderr.contains("ask AWS for a higher limit"), "{}", failed.stderr);
    assert!(failed.stderr.contains("not started apigateway.usage_plan.ingest"), "{}", failed.stderr);
    server.admin().all_struck(1);
    server.admin().forget_faults();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

#[test]
fn expired_credentials_fail_at_once() {
    let place = Place::example("minimal");
    let server = place.serve();
    let expired = "The security token included in the request is expired";
    server.admin().fault(&fault("sts:GetCallerIdentity", 403, "ExpiredToken", expired, 9));
    let began = Instant::now();
    place.run(&["plan", "--local"]).exits(1).says("log in again");
    server.admin().all_struck(1);
    assert!(began.elapsed() < Duration::from_secs(60));
}

/// The work is done and the answer is lost, of the first of each write that there is. What was made is found, and not made
/// a second time.
#[test]
fn a_lost_answer_leaves_nothing_doubled() {
    let strict = ("security: standard", "security: strict");
    let lives = [("clickstream", &[][..]), ("clickstream", &[strict]), ("lean", &[]), ("web", &[])];
    for (example, edits) in sampled(lives, 2) {
        let place = Place::example(example);
        place.edit(edits);
        let rehearsed = place.copy();
        let server = rehearsed.serve();
        rehearsed.run(&["apply", "--local", "--yes"]).exits(0);
        let writes: BTreeSet<_> = server.admin().requests().into_iter().filter(|sent| !is_read(sent)).collect();
        assert!(writes.len() > 20, "{writes:?}");
        drop(server);

        let server = place.serve();
        for operation in &writes {
            let lost = json!({"operation": operation, "status": 500, "code": "InternalFailure", "done": true});
            server.admin().fault(&lost);
        }
        place.run(&["apply", "--local", "--yes"]).exits(0);
        server.admin().all_struck(1);
        place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
        place.run(&["destroy", "--local", "--yes"]).exits(0);
        let left = judge("leftovers.py", &[&server.url]);
        // KMS keeps a key for a month. Two would be a doubled one.
        let keys = left.lines().filter(|line| line.starts_with("tagged arn:aws:kms:")).count();
        assert_eq!((keys, left.lines().count()), (usize::from(!edits.is_empty()), keys), "{example} {edits:?}: {left}");
    }
}

/// API Gateway would make a second one of the same name, so that the SDK may not repeat these by itself. A look shows that
/// nothing was made, and they are sent again.
#[test]
fn a_creation_that_came_to_nothing_is_sent_again_after_a_look() {
    let place = Place::example("clickstream");
    let server = place.serve();
    for operation in ["apigateway:CreateRestApi", "apigateway:CreateApiKey", "apigateway:CreateUsagePlan"] {
        server.admin().fault(&json!({"operation": operation, "status": 500, "code": "InternalFailure"}));
        server.admin().fault(&json!({"operation": operation}));
    }
    place.run(&["apply", "--local", "--yes"]).exits(0);
    server.admin().all_struck(1);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    place.run(&["destroy", "--local", "--yes"]).exits(0);
    assert_eq!(judge("leftovers.py", &[&server.url]), "");
}

#[test]
fn a_creation_that_never_works_is_given_up() {
    let place = Place::example("clickstream");
    let server = place.serve();
    server.admin().fault(&fault("apigateway:CreateRestApi", 500, "InternalFailure", "on demand", 99));
    let failed = place.run(&["apply", "--local", "--yes"]).exits(5);
    assert!(failed.stderr.contains("failed apigateway.rest_api.ingest: apigateway:CreateRestApi: InternalFailure"));
    server.admin().all_struck(3);
}

/// The SDK gives up after five answers that were lost, and the request is sent anew: with the same token.
#[test]
fn a_query_whose_answers_are_lost_again_and_again_is_made_once() {
    let place = Place::example("minimal");
    let server = place.serve();
    let lost = json!({"operation": "athena:CreateNamedQuery", "status": 500, "code": "InternalServerException", "done": true, "times": 6});
    server.admin().fault(&lost);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    server.admin().all_struck(6);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

/// What each service says of a thing that is not there.
const NOT_THERE: &[(&str, u16, &str)] = &[
    ("apigateway", 404, "NotFoundException"),
    ("s3", 404, "NoSuchBucket"),
    ("iam", 404, "NoSuchEntity"),
    ("glue", 400, "EntityNotFoundException"),
    ("firehose", 400, "ResourceNotFoundException"),
    ("lambda", 404, "ResourceNotFoundException"),
    ("logs", 400, "ResourceNotFoundException"),
    ("events", 400, "ResourceNotFoundException"),
];

/// Lists of the account, which are empty where there is nothing.
const LISTS: &[&str] = &[
    "apigateway:GetApiKeys",
    "apigateway:GetRestApis",
    "apigateway:GetUsagePlans",
    "iam:ListRoles",
    "logs:DescribeLogGroups",
];

/// A destroy is at work while a plan looks around: each thing may go between two looks at it.
#[test]
fn what_goes_while_it_is_looked_at_is_not_there() {
    for example in ["clickstream", "lean"] {
        let place = Place::example(example);
        place.run(&["apply", "--local", "--yes"]).exits(0);
        let server = place.serve();
        let admin = server.admin();
        place.run(&["plan", "--local"]).exits(0);
        let operations: BTreeSet<_> = admin.requests().into_iter().filter(|operation| is_read(operation)).collect();
        let mut tried = 0;
        for operation in sampled(operations.iter().filter(|operation| !LISTS.contains(&operation.as_str())), 4) {
            let service = operation.split(':').next().unwrap();
            let Some((_, status, code)) = NOT_THERE.iter().find(|(name, ..)| *name == service) else { continue };
            admin.fault(&json!({
                "operation": operation, "times": 1, "status": status, "code": code, "message": "it is not there",
            }));
            let ran = place.run(&["plan", "--local", "--detailed-exitcode"]);
            assert!([0, 2].contains(&ran.exit), "{operation}: {}", ran.stderr);
            assert_eq!(admin.struck()[0].1, 1, "{operation} was not asked for");
            admin.forget_faults();
            tried += 1;
        }
        assert!(tried > 4 && operations.len() > 20, "{example}: {operations:?}");
    }
}

//! What a run before has left: consent for what is gone, a step that failed midway, a role that was made anew.

use crate::support::{Place, judge, sampled};
use serde_json::{Value, json};

/// A job that gives its consents always, and runs twice.
#[test]
fn consent_for_what_is_gone_is_no_mistake() {
    let place = Place::example("minimal").hourly();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["send", "--local", "--events", "5"]).exits(0);
    place.run(&["local", "tick", "1h"]).exits(0);
    let consents = ["--allow-data-loss", "s3.bucket.data", "--allow-data-loss", "firehose.stream.delivery"];
    let destroy = [&["destroy", "--local", "--yes"][..], &consents].concat();
    for _ in 0..2 {
        place.run(&destroy).exits(0);
    }
    place.run(&["plan", "--local", "--destroy", "--adopt", "glue.crawler.raw"]).exits(0);
    for typo in ["s3.bukcet.data", "s3.bucket.date"] {
        let words = format!("there is no resource `{typo}`");
        place.run(&["destroy", "--local", "--yes", "--allow-data-loss", typo]).exits(3).says(&words);
    }
}

fn causes(plan: &Value) -> Vec<(&str, &str, Option<&str>)> {
    let steps = plan["steps"].as_array().unwrap().iter();
    steps
        .filter(|step| step["action"] != "no-op")
        .map(|step| (step["address"].as_str().unwrap(), step["action"].as_str().unwrap(), step["cause"].as_str()))
        .collect()
}

/// Nobody touched AWS: what differs is what the last apply did not get to.
#[test]
fn a_step_that_failed_midway_is_not_drift() {
    let place = Place::example("minimal").hourly();
    let server = place.serve();
    place.edit(&[("name: minimal\n", "name: minimal\ningest: { function: { reserved_concurrency: 5 } }\n")]);
    let further = [
        ("lambda.function.track", "lambda:PutFunctionConcurrency"),
        ("iam.role.mover", "iam:PutRolePolicy"),
        ("s3.bucket.data", "s3:PutBucketPolicy"),
        ("logs.log_group.track", "logs:PutRetentionPolicy"),
        ("apigateway.rest_api.ingest", "apigateway:CreateDeployment"),
        ("apigateway.usage_plan.ingest", "apigateway:CreateUsagePlanKey"),
    ];
    for (address, operation) in sampled(further, 3) {
        let refused = json!({"operation": operation, "code": "AccessDeniedException", "status": 403, "times": 99});
        server.admin().fault(&refused);
        place.run(&["apply", "--local", "--yes"]).exits(5);
        server.admin().forget_faults();
        let plan = place.plan(&["--local"]);
        let causes = causes(&plan);
        let of = causes.iter().find(|(other, ..)| *other == address);
        assert_eq!(of, Some(&(address, "update", Some("not finished"))), "{operation}: {causes:?}");
        assert!(causes.iter().all(|(.., cause)| matches!(cause, Some("missing" | "not finished"))), "{causes:?}");
        place.run(&["apply", "--local", "--yes"]).exits(0);
        place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
        place.run(&["destroy", "--local", "--yes"]).exits(0);
    }
}

/// The same of an update of several calls: the first is done, the second is not.
#[test]
fn an_update_that_failed_midway_is_not_drift() {
    let place = Place::example("minimal").hourly();
    let server = place.serve();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let edited = "name: minimal\ningest: { function: { memory: 256 MB, reserved_concurrency: 5 } }\n";
    place.edit(&[("name: minimal\n", edited)]);
    let refused = json!({"operation": "lambda:PutFunctionConcurrency", "code": "AccessDeniedException", "status": 403});
    server.admin().fault(&refused);
    place.run(&["apply", "--local", "--yes"]).exits(1);
    assert_eq!(causes(&place.plan(&["--local"])), [("lambda.function.track", "update", Some("not finished"))]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    // From here on a change by hand is drift again.
    judge("put_description.py", &[&server.url, "minimal-dev-track", "by hand"]);
    assert_eq!(causes(&place.plan(&["--local"])), [("lambda.function.track", "update", Some("drift"))]);
}

/// Lambda's grant on the key of the environment is the old role's, whatever the new one is called.
#[test]
fn a_function_is_told_of_a_role_that_was_made_anew() {
    let place = Place::example("minimal").hourly();
    let server = place.serve();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    judge("delete_role.py", &[&server.url, "minimal-dev-us-east-1-track"]);
    let plan = place.run(&["plan", "--local"]).exits(0);
    assert!(plan.stdout.contains("-> (known after apply)"), "{}", plan.stdout);
    // The role is made, and the run ends before the function is told.
    let refused =
        json!({"operation": "lambda:UpdateFunctionConfiguration", "code": "AccessDeniedException", "status": 403});
    server.admin().fault(&refused);
    place.run(&["apply", "--local", "--yes"]).exits(5);
    assert_eq!(place.planned(&["--local"]), [("lambda.function.track".to_owned(), "update".to_owned())]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

/// One that was made before pipectl noted the role's id.
#[test]
fn a_function_without_a_note_of_its_role_is_as_it_should_be() {
    let place = Place::example("minimal").hourly();
    let server = place.serve();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    judge("untag.py", &[&server.url, "minimal-dev-track", "pipectl:role"]);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

/// An organisation may demand tags of a new bucket. A run that ends there leaves one that is begun, and lacks no tag.
#[test]
fn the_bucket_of_the_lock_is_made_once_and_with_all_of_its_tags() {
    let place = Place::example("minimal");
    place.write(&format!("{}\ntags: {{ team: data }}\n", place.yaml()));
    let server = place.serve();
    server.admin().fault(&json!({"operation": "s3:PutObject", "status": 403, "code": "AccessDenied"}));
    place.run(&["apply", "--local", "--yes"]).exits(1).says("s3:PutObject: AccessDenied");
    let plan = place.run(&["plan", "--local", "--detailed-exitcode"]).exits(2).says("not finished").stdout;
    let (bucket, _) = plan.split_once("\n+ ").unwrap();
    assert!(bucket.contains("~ s3.bucket.data  (not finished)\n    policy: ") && !bucket.contains("team"), "{bucket}");
    place.run(&["destroy", "--local", "--yes"]).exits(0);
    let whole = place.run(&["apply", "--local", "--yes", "--timings"]).exits(0).stderr;
    let asked = |operation: &str| whole.lines().filter(|line| line.ends_with(operation)).count();
    assert_eq!(["S3:CreateBucket", "S3:PutBucketTagging"].map(asked), [1, 1], "{whole}");
    assert!(place.planned(&["--local"]).is_empty());
}

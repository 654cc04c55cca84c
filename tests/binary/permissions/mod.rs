//! Each statement of each role is needed: without it something visibly fails, with it again all is well.

mod flow;
mod role;

use crate::support::root;
use flow::{Flow, World};
use serde_json::Value;
use std::collections::BTreeSet;

/// Takes statements from a role of a live pipeline, lets events flow, puts the first of them back and lets events
/// flow again. The symptom has to be there, and then be gone.
#[track_caller]
fn proves(role: &str, statements: &[&str], symptom: fn(&Flow) -> bool) {
    proves_in(&World::new(), role, statements, symptom);
}

#[track_caller]
fn proves_in(world: &World, role: &str, statements: &[&str], symptom: fn(&Flow) -> bool) {
    let (needed, others) = statements.split_first().unwrap();
    let before = world.take(role, statements);
    let flow = world.flow();
    assert!(symptom(&flow), "nothing fails without {needed} of {role}: {flow:#?}");
    world.take(role, others);
    let flow = world.flow();
    assert!(!symptom(&flow), "it fails with {needed} of {role} too: {flow:#?}");
    world.put(role, &before);
    world.flow().assert_well();
}

/// The same for the one statement of a trust policy: the service may not take the role on.
#[track_caller]
fn proves_trust(role: &str, symptom: fn(&Flow) -> bool) {
    let world = World::new();
    let before = world.distrust(role);
    let flow = world.flow();
    assert!(symptom(&flow), "nothing fails without the trust policy of {role}: {flow:#?}");
    world.trust(role, &before);
    world.flow().assert_well();
}

#[test]
fn track_trusts_lambda() {
    proves_trust("track", |flow| flow.answer >= 500);
}

#[test]
fn delivery_trusts_firehose() {
    proves_trust("delivery", |flow| flow.answer == 204 && !flow.moved);
}

#[test]
fn mover_trusts_lambda() {
    proves_trust("mover", |flow| !flow.moved && flow.repetition_fails);
}

#[test]
fn etl_trusts_glue() {
    proves_trust("etl", |flow| flow.moved && flow.run_fails("TrustPolicy"));
}

/// With `security: strict`: what is in the bucket is nothing to who may not use its key.
#[test]
fn each_role_that_works_in_the_bucket_uses_its_key() {
    let world = World::strict();
    world.flow().assert_well();
    proves_in(&world, "delivery", &["UseKey"], |flow| !flow.moved && flow.says(DELIVERY, "kms:GenerateDataKey"));
    proves_in(&world, "mover", &["UseKey"], |flow| !flow.moved && flow.says(MOVER, "CopyObject failed: AccessDenied"));
    proves_in(&world, "etl", &["UseKey"], |flow| flow.run_fails("kms:Decrypt"));
}

/// Where it converts; elsewhere nothing is seen without it.
#[test]
fn delivery_reads_the_schema_that_it_converts_by() {
    let world = World::lean();
    let before = world.take("delivery", &["ReadSchema"]);
    let flow = world.flow();
    assert!(flow.answer == 204 && flow.moved && !flow.written, "{flow:#?}");
    assert!(flow.says(DELIVERY, "glue:GetTable"), "{flow:#?}");
    world.put("delivery", &before);
    let flow = world.flow();
    assert!(flow.answer == 204 && flow.moved && flow.written, "{flow:#?}");
}

/// With `etl.metrics`; elsewhere the role does not have it.
#[test]
fn the_job_reports_its_figures() {
    let denied = |flow: &Flow| flow.says("/aws-glue/jobs/error", "cloudwatch:PutMetricData");
    proves_in(&World::measuring(), "etl", &["Measure"], denied);
}

/// What is tested by itself.
const APART: &[(&str, &str)] = &[("delivery", "ReadSchema"), ("etl", "Measure")];

/// A test for each statement: its name, the role, the statement, and what is seen when it is missing.
macro_rules! needed {
    ($($name:ident: $role:literal [$first:literal $(, $other:literal)*] => $symptom:expr;)*) => {
        $(
            #[test]
            fn $name() {
                proves($role, &[$first $(, $other)*], $symptom);
            }
        )*

        const TESTED: &[(&str, &str)] = &[$(($role, $first)),*];
    };
}

needed! {
    track_sends_events: "track" ["SendEvents"] => |flow| flow.answer >= 500;
    track_writes_its_log: "track" ["Log"] => |flow| flow.lines("/aws/lambda/minimal-dev-track").is_empty();

    delivery_writes_files: "delivery" ["WriteFiles"] => |flow| !flow.moved && flow.says(DELIVERY, "s3:AbortMultipartUpload");
    delivery_sees_the_bucket: "delivery" ["SeeBucket"] => |flow| !flow.moved && flow.says(DELIVERY, "s3:GetBucketLocation");
    // What is logged is that it may not write.
    delivery_logs_errors: "delivery" ["LogErrors", "WriteFiles"] => |flow| flow.lines(DELIVERY).is_empty();

    mover_takes_files: "mover" ["TakeFiles"] => |flow| !flow.moved && flow.says(MOVER, "CopyObject failed: AccessDenied");
    mover_puts_files: "mover" ["PutFiles"] => |flow| !flow.moved && flow.says(MOVER, "CopyObject failed: AccessDenied");
    // A file that was moved before is no failure, when its event comes again.
    mover_tells_missing_from_forbidden: "mover" ["TellMissingFromForbidden"] => |flow| flow.repetition_fails;
    mover_writes_its_log: "mover" ["Log"] => |flow| flow.lines(MOVER).is_empty();

    etl_reads_files: "etl" ["ReadFiles"] => |flow| flow.run_fails("s3:GetObject");
    etl_writes_files: "etl" ["WriteFiles"] => |flow| flow.run_fails("s3:PutObject") && !flow.written;
    etl_marks_folders: "etl" ["MarkFolders"] => |flow| flow.run_fails("analytics_data_$folder$") && !flow.written;
    etl_finds_the_bucket: "etl" ["FindBucket"] => |flow| flow.run_fails("s3:GetBucketLocation");
    etl_lists_files: "etl" ["ListFiles"] => |flow| flow.run_fails("s3:ListBucket");
    etl_keeps_tables: "etl" ["KeepTables"] => |flow| flow.run_fails("glue:GetDatabase");
    etl_keeps_bookmarks: "etl" ["KeepBookmarks"] => |flow| flow.run_fails("glue:GetJobBookmark") && !flow.written;
    etl_sees_its_runs: "etl" ["SeeRuns"] => |flow| flow.again_fails("glue:GetJobRun");
    etl_writes_its_log: "etl" ["Log"] => |flow| flow.lines(RUNS).is_empty() && flow.lines(CRAWLS).is_empty();
}

const DELIVERY: &str = "/aws/kinesisfirehose/minimal-dev";
const MOVER: &str = "/aws/lambda/minimal-dev-mover";
const RUNS: &str = "/aws-glue/jobs/output";
const CRAWLS: &str = "/aws-glue/crawlers";

#[test]
fn every_statement_of_every_role_is_tested() {
    let mut all = BTreeSet::new();
    for role in ["delivery", "etl", "mover", "track"] {
        let template = std::fs::read_to_string(root().join(format!("templates/iam/{role}.json"))).unwrap();
        let template: Value = serde_json::from_str(&template).unwrap();
        for statement in template["Statement"].as_array().unwrap() {
            all.insert((role.to_owned(), statement["Sid"].as_str().unwrap().to_owned()));
        }
    }
    // Which roles get beside that with some key of the file.
    let measure = std::fs::read_to_string(root().join("templates/iam/measure.json")).unwrap();
    let measure: Value = serde_json::from_str(&measure).unwrap();
    all.insert(("etl".to_owned(), measure["Sid"].as_str().unwrap().to_owned()));
    let tested = TESTED.iter().chain(APART).map(|(role, statement)| ((*role).to_owned(), (*statement).to_owned()));
    assert_eq!(tested.collect::<BTreeSet<_>>(), all);
}

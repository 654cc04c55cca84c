//! The life of a pipeline on Local AWS: made, unchanged, edited, taken down.

use crate::support::{Place, Server, judge, sampled};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::Stdio;

/// One attribute of every kind that has one of its own.
pub(crate) const EDITS: &[(&str, &str)] = &[
    ("partitioned: 90 days", "partitioned: 91 days"),
    ("path: /track", "path: /events"),
    ("requests: 200M", "requests: 300M"),
    ("memory: 128 MB", "memory: 256 MB"),
    ("log_retention: 14 days", "log_retention: 30 days"),
    ("size: 128 MB", "size: 64 MB"),
    ("prefix: analytics_raw/", "prefix: fresh/"),
    ("  userid: string\n", "  userid: string\n  country: string\n"),
    ("raw: { schedule: hourly }", "raw: { schedule: daily }"),
    ("count: 10", "count: 5"),
    ("etl:                            # the Glue job, JSON to Parquet\n  schedule: hourly", "etl:\n  schedule: daily"),
    ("scan_limit: 1 TB", "scan_limit: 2 TB"),
    ("ORDER BY events DESC", "ORDER BY event"),
];

const EDITED: &[&str] = &[
    "s3.bucket.data",
    "iam.role.delivery",
    "firehose.stream.delivery",
    "logs.log_group.track",
    "lambda.function.track",
    "apigateway.rest_api.ingest",
    "lambda.permission.track",
    "apigateway.usage_plan.ingest",
    "iam.role.mover",
    "lambda.function.mover",
    "s3.notification.mover",
    "glue.crawler.raw",
    "glue.job.etl",
    "glue.trigger.etl",
    "athena.workgroup.query",
    "athena.named_query.events_by_name",
];

/// What the plan for an empty AWS says that there will be: addresses, and whether the user's tags are on them.
fn everything(place: &Place) -> Vec<(String, bool)> {
    let steps = place.plan(&["--local"])["steps"].as_array().unwrap().clone();
    assert!(steps.iter().all(|step| step["action"] == "create"), "{steps:#?}");
    let wanted = |step: &Value| (step["address"].as_str().unwrap().to_owned(), step["attributes"]["tags"].is_object());
    steps.iter().map(wanted).collect()
}

fn set<'a>(addresses: impl IntoIterator<Item = &'a str>, action: &str) -> BTreeSet<(String, String)> {
    addresses.into_iter().map(|address| (address.to_owned(), action.to_owned())).collect()
}

fn planned(place: &Place) -> BTreeSet<(String, String)> {
    place.planned(&["--local"]).into_iter().collect()
}

#[test]
fn a_pipeline_is_made_edited_and_taken_down() {
    let place = Place::example("clickstream");
    let everything = everything(&place);
    assert!(!everything.is_empty());
    let applied = place.run(&["apply", "--local", "--yes"]).exits(0).says("/prod/_user_request_/track");
    for (address, _) in &everything {
        assert!(applied.stderr.contains(&format!("created {address} ")), "{address}:\n{}", applied.stderr);
    }
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0).says("No changes. AWS is what the file says.");

    place.edit(EDITS);
    let plan = place.run(&["plan", "--local", "--detailed-exitcode"]).exits(2);
    assert!(plan.stdout.contains("memory_mb: 128 -> 256"), "{}", plan.stdout);
    let mut expected = set(EDITED.iter().copied(), "update");
    // The script is content-addressed: a changed one is another object.
    expected.extend(set(["s3.object.etl"], "create"));
    let found = planned(&place);
    let old_script = found.iter().find(|(address, _)| address.starts_with("s3.object._pipectl/etl/"));
    expected.extend(old_script.map(|(address, _)| (address.clone(), "delete".to_owned())));
    assert_eq!(found, expected);
    assert!(old_script.is_some());
    place.run(&["apply", "--local", "--yes"]).exits(0).says("/prod/_user_request_/events");
    assert_eq!(planned(&place), BTreeSet::new());

    place.edit(&[("team: growth", "team: data")]);
    let tagged = everything.iter().filter(|(_, tagged)| *tagged).map(|(address, _)| address.as_str());
    assert_eq!(planned(&place), set(tagged, "update"));
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(planned(&place), BTreeSet::new());

    place.run(&["destroy", "--local", "--yes"]).exits(0).says(&format!("{} done", everything.len()));
    let server = place.serve();
    assert_eq!(judge("leftovers.py", &[&server.url]), "");
}

#[test]
fn an_apply_without_changes_writes_nothing() {
    let place = Place::example("clickstream");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let again = place.run(&["apply", "--local", "--yes", "--timings"]).exits(0);
    let writes = ["Create", "Put", "Update", "Delete", "Tag", "Untag", "Add", "Remove", "Start", "Stop"];
    let requests: Vec<_> =
        again.stderr.lines().filter_map(|line| line.split(" ms  ").last()?.rsplit(':').next()).collect();
    assert!(requests.iter().filter(|name| name.starts_with("Get")).count() > 20, "{}", again.stderr);
    for request in requests {
        assert!(!writes.iter().any(|verb| request.starts_with(verb)), "{request}");
    }
}

#[test]
fn a_file_that_leaves_something_out_deletes_it() {
    let place = Place::example("clickstream");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.edit(&[("api_keys: [web, mobile]", "api_keys: [web]")]);
    let expected = [("apigateway.api_key.mobile", "delete"), ("apigateway.usage_plan.ingest", "update")];
    let expected: BTreeSet<_> = expected.map(|(address, action)| (address.to_owned(), action.to_owned())).into();
    assert_eq!(planned(&place), expected);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(planned(&place), BTreeSet::new());
    place.edit(&[
        ("api_keys: [web]", "api_keys: []"),
        ("  quota: { requests: 200M, per: month }   # of each key\n", ""),
    ]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(planned(&place), BTreeSet::new());
}

#[test]
fn two_stages_live_side_by_side() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["apply", "--local", "--yes", "--stage", "prod"]).exits(0);
    place.run(&["destroy", "--local", "--yes", "--stage", "prod"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

/// Starts an apply, and kills it when a request of its own is held: what it asked before is done, and nothing after.
fn kill_apply(place: &Place, server: &Server, held: &Value) {
    let mut apply = place.command();
    apply.args(["apply", "--local", "--yes"]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut apply = server.admin().hold(held, &mut apply);
    assert_eq!(apply.try_wait().unwrap(), None, "it ended before it was killed");
    apply.kill().unwrap();
    apply.wait().unwrap();
}

fn is_finished(place: &Place, server: &Server, killed: &Value) {
    assert_eq!(planned(place), BTreeSet::new(), "{killed}");
    place.run(&["destroy", "--local", "--yes"]).exits(0);
    assert_eq!(judge("leftovers.py", &[&server.url]), "", "{killed}");
}

/// Killed at any request, the next apply finishes the work: nothing doubled, nothing in the way.
#[test]
fn a_killed_apply_is_finished_by_the_next() {
    for (nth, done) in sampled([(1, true), (24, false), (45, true), (66, false), (87, true), (108, false)], 3) {
        let place = Place::example("clickstream");
        let server = place.serve();
        // All from this one on are held: what runs beside it gets no further either.
        let held = json!({"operation": "*", "after": nth - 1, "times": 1000, "hold": true, "done": done});
        kill_apply(&place, &server, &held);
        let asked = server.admin().requests();
        assert_eq!(asked.len(), nth - 1, "{asked:?}");
        server.admin().forget_faults();
        place.run(&["apply", "--local", "--yes"]).exits(0);
        is_finished(&place, &server, &held);
    }
}

/// A bucket has its owner's tags from its creation on, whatever comes between that and the next request.
#[test]
fn a_bucket_that_was_just_made_when_its_maker_was_killed_is_ours() {
    let moments = [("s3:CreateBucket", true), ("s3:PutObject", false), ("s3:PutBucketTagging", false)];
    for (operation, done) in sampled(moments, 3) {
        let place = Place::example("minimal");
        let server = place.serve();
        let held = json!({"operation": operation, "times": 1000, "hold": true, "done": done});
        kill_apply(&place, &server, &held);
        server.admin().forget_faults();
        place.run(&["apply", "--local", "--yes"]).exits(0);
        is_finished(&place, &server, &held);
    }
}

#[test]
fn a_bucket_with_data_is_not_destroyed_without_consent() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    judge("put_object.py", &[&server.url, "minimal-dev-000000000000-us-east-1", "analytics_data/year=2026/x.parquet"]);
    let refused = place.run(&["destroy", "--local", "--yes"]).exits(4).says("1 object, 7 B");
    assert!(refused.stderr.contains("--allow-data-loss s3.bucket.data"), "{}", refused.stderr);
    place.run(&["destroy", "--local", "--yes", "--allow-data-loss", "s3.bucket.data"]).exits(0);
    assert_eq!(judge("leftovers.py", &[&server.url]), "");
}

/// Organisations refuse to create a role without one.
#[test]
fn every_role_is_bounded_from_its_creation_on() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.edit(&[("schema:", "permissions_boundary: org\nschema:")]);
    let planned = place.run(&["plan", "--local", "--detailed-exitcode"]).exits(2);
    let bounded = "arn:aws:iam::000000000000:policy/org";
    assert_eq!(planned.stdout.matches(bounded).count(), 4, "{}", planned.stdout);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    place.run(&["destroy", "--local", "--yes"]).exits(0);
    place.run(&["apply", "--local", "--yes", "--timings"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    place.edit(&[("permissions_boundary: org\n", "role_path: /teams/growth/\n")]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

/// XML cannot hold every character of a key, and a list is XML.
#[test]
fn keys_with_control_characters_are_counted_and_removed() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    for key in ["raw/\u{1}", "raw/a\nb\tc d+e", "raw/%41 ü"] {
        judge("put_object.py", &[&server.url, "minimal-dev-000000000000-us-east-1", key]);
    }
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    place.run(&["destroy", "--local", "--yes"]).exits(4).says("3 objects");
    place.run(&["destroy", "--local", "--yes", "--allow-data-loss", "s3.bucket.data"]).exits(0);
    assert_eq!(judge("leftovers.py", &[&server.url]), "");
}

#[test]
fn drift_is_told_from_an_edit_and_put_back() {
    let place = Place::example("clickstream");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    judge("drift.py", &[&server.url]);
    let plan = place.run(&["plan", "--local", "--detailed-exitcode"]).exits(2);
    for line in
        ["~ lambda.function.track  (drift)", "~ logs.log_group.track  (drift)", "~ firehose.stream.delivery  (drift)"]
    {
        assert!(plan.stdout.contains(line), "{line}:\n{}", plan.stdout);
    }
    place.edit(&[("memory: 128 MB", "memory: 512 MB")]);
    place.run(&["plan", "--local"]).exits(0).says("~ lambda.function.track  (edit and drift)");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(planned(&place), BTreeSet::new());
}

#[test]
fn a_saved_plan_is_applied_or_nothing_is() {
    let place = Place::example("minimal");
    place.run(&["plan", "--local", "--out", "plan.json"]).exits(0);
    place.edit(&[("  userid: string\n", "")]);
    place.run(&["apply", "--local", "--plan", "plan.json"]).exits(4).says("is stale");
    place.run(&["plan", "--local", "--out", "plan.json"]).exits(0);
    place.run(&["apply", "--local", "--plan", "plan.json"]).exits(0);
    assert_eq!(planned(&place), BTreeSet::new());
}

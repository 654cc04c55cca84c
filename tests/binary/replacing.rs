//! What takes the place of something else: the new one first, the old one last, and nothing lost between.

use crate::support::{Place, Server, judge};
use serde_json::json;

const OLD: &str = "minimal-dev-000000000000-us-east-1";
const CONSENT: [&str; 5] = ["apply", "--local", "--yes", "--allow-data-loss", "s3.bucket.data"];

/// A pipeline with data in its bucket, of which the file now asks for another bucket.
fn renamed(place: &Place, new: &str) -> Server {
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    judge("put_object.py", &[&server.url, OLD, "analytics_data/year=2026/x.parquet"]);
    place.edit(&[("schema:", &format!("bucket: {{ name: {new} }}\nschema:"))]);
    server
}

fn buckets(server: &Server) -> Vec<String> {
    let left = judge("leftovers.py", &[&server.url]);
    left.lines().filter_map(|line| line.strip_prefix("bucket ")).map(str::to_owned).collect()
}

#[test]
fn a_new_bucket_takes_the_place_of_the_old_one_which_is_deleted_last() {
    let place = Place::example("minimal");
    let server = renamed(&place, "acme-new");
    let plan = place.run(&["plan", "--local"]).exits(0).says("+/- s3.bucket.data  (edit)");
    assert!(plan.stdout.contains("the new one first, the old one is deleted last"), "{}", plan.stdout);
    assert!(plan.stdout.contains(&format!("- s3.bucket.{OLD}  (replaced)")), "{}", plan.stdout);
    place.run(&["apply", "--local", "--yes"]).exits(4).says("1 object, 7 B");
    let applied = place.run(&CONSENT).exits(0);
    let at = |words: &str| applied.stderr.find(words).unwrap_or_else(|| panic!("{words}: {}", applied.stderr));
    let deleted = at(&format!("deleting s3.bucket.{OLD}"));
    for before in ["created s3.bucket.data", "updated firehose.stream.delivery", "updated athena.workgroup.query"] {
        assert!(at(before) < deleted, "{before}: {}", applied.stderr);
    }
    assert_eq!(buckets(&server), ["acme-new"]);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    place.run(&["destroy", "--local", "--yes"]).exits(0);
    assert_eq!(judge("leftovers.py", &[&server.url]), "");
}

/// S3's names are shared by all accounts, and only the creation tells that one is taken.
#[test]
fn a_new_bucket_name_that_is_taken_loses_nothing() {
    let place = Place::example("minimal");
    let server = renamed(&place, "taken-name");
    let taken = "The requested bucket name is not available.";
    server.admin().fault(
        &json!({"operation": "s3:CreateBucket", "status": 409, "code": "BucketAlreadyExists", "message": taken, "times": 9}),
    );
    let failed = place.run(&CONSENT).exits(1).says("set `bucket.name` to another one");
    assert!(!failed.stderr.contains("deleting"), "{}", failed.stderr);
    server.admin().forget_faults();
    assert_eq!(buckets(&server), [OLD]);
    place.edit(&[("bucket: { name: taken-name }\n", "")]);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    place.run(&["destroy", "--local", "--yes"]).exits(4).says("1 object, 7 B");
}

/// Consent was given for the data of a bucket that the plan named. Of what is left over, the next plan asks again.
#[test]
fn a_run_that_was_killed_before_the_old_bucket_was_deleted_is_made_up_for() {
    let place = Place::example("minimal");
    let server = renamed(&place, "acme-new");
    let held = json!({"operation": "firehose:UpdateDestination", "times": 1000, "hold": true});
    let mut apply = place.command();
    let mut apply = server.admin().hold(&held, apply.args(CONSENT));
    apply.kill().unwrap();
    apply.wait().unwrap();
    server.admin().forget_faults();
    let left = format!("s3.bucket.{OLD}");
    place.run(&["apply", "--local", "--yes"]).exits(4).says(&format!("--allow-data-loss {left}"));
    assert_eq!(buckets(&server).len(), 2);
    place.run(&["apply", "--local", "--yes", "--allow-data-loss", &left]).exits(0);
    assert_eq!(buckets(&server), ["acme-new"]);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

//! What somebody else made in the account stays as it is.

use crate::support::{Place, judge};
use serde_json::json;

#[test]
fn what_others_added_survives_an_apply() {
    let place = Place::example("clickstream");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    judge("foreign.py", &[&server.url, "add"]);
    // Each of these rewrites what a foreign thing stands beside: the notifications, the role, the permission.
    place.edit(&[("prefix: analytics_raw/", "prefix: fresh/"), ("path: /track", "path: /events")]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(judge("foreign.py", &[&server.url, "check"]), "");
    // A role with somebody's policy on it is not taken away from under it.
    let destroyed = place.run(&["destroy", "--local", "--yes"]).exits(5);
    assert!(destroyed.stderr.contains("policies that pipectl did not put there: by-hand"), "{}", destroyed.stderr);
    judge("foreign.py", &[&server.url, "remove"]);
    place.run(&["destroy", "--local", "--yes"]).exits(0);
}

/// XML without its second half is read as if it were whole, with less in it, and what is less would be written back.
#[test]
fn what_others_added_survives_half_an_answer() {
    let place = Place::example("clickstream");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    judge("foreign.py", &[&server.url, "add"]);
    place.edit(&[("prefix: analytics_raw/", "prefix: fresh/")]);
    let half = json!({"operation": "s3:GetBucketNotificationConfiguration", "answer": "truncated", "times": 1000});
    server.admin().fault(&half);
    let limits = ["--request-timeout", "60 s", "--longest-wait", "1 s"];
    let told = place.run(&[&["apply", "--local", "--yes"], &limits[..]].concat());
    server.admin().forget_faults();
    assert_eq!(judge("foreign.py", &[&server.url, "check"]), "", "exit {}: {}", told.exit, told.stderr);
    told.exits(1).says("s3:GetBucketNotification").says("hint: the answer of `127.0.0.1").says("broke off");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(judge("foreign.py", &[&server.url, "check"]), "");
}

#[test]
fn a_thing_of_our_name_that_nobody_owns_is_refused_until_adopted() {
    let place = Place::example("clickstream");
    let server = place.serve();
    judge("foreign.py", &[&server.url, "log-group"]);
    let refused = place.run(&["apply", "--local", "--yes"]).exits(4);
    assert!(refused.stderr.contains("was not made by pipectl"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--adopt logs.log_group.track"), "{}", refused.stderr);
    place.run(&["apply", "--local", "--yes", "--adopt", "logs.log_group.track"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

#[test]
fn what_belongs_to_another_pipeline_is_refused() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let other = "name: other\nbucket: { name: minimal-dev-000000000000-us-east-1 }\nschema: { event: string }\n";
    place.write(other);
    let refused = place.run(&["apply", "--local", "--yes"]).exits(4);
    assert!(refused.stderr.contains("`s3.bucket.data` belongs to the pipeline minimal/dev"), "{}", refused.stderr);
}

/// An organisation's tool puts its tags on everything, and goes on doing so.
#[test]
fn tags_that_are_to_be_ignored_stay_and_are_no_drift() {
    let place = Place::example("clickstream");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    judge("auto_tagger.py", &[&server.url, "add"]);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    // Every tagged resource is written anew.
    place.edit(&[("team: growth", "team: data")]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(judge("auto_tagger.py", &[&server.url, "check"]), "");
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    place.edit(&[("  keys: [CreatedBy]\n", "")]);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(2).says("CreatedBy");
}

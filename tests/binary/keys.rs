//! Keys of KMS: the pipeline's own with `security: strict`, and somebody else's with `bucket.kms_key`.

use crate::support::{Place, Server, judge};
use serde_json::json;

fn strict() -> Place {
    let place = Place::example("minimal");
    place.write(&format!("{}\nsecurity: strict\n", place.yaml()));
    place
}

/// Each key: its aliases, its state, whether it is rotated, its id.
fn keys(server: &Server) -> Vec<String> {
    judge("keys.py", &[&server.url]).lines().map(str::to_owned).collect()
}

const CONSENT: [&str; 4] = ["--allow-data-loss", "kms.key.data", "--allow-data-loss", "s3.bucket.data"];

#[test]
fn a_destroy_gives_the_key_away_and_an_apply_takes_it_back() {
    let place = strict();
    let server = place.serve();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    let made = keys(&server);
    assert!(made.len() == 1 && made[0].starts_with("alias/minimal-dev Enabled rotated "), "{made:?}");

    place.run(&["send", "--local", "--events", "20"]).exits(0);
    place.run(&["local", "tick", "20min"]).exits(0);
    place.run(&["destroy", "--local", "--yes"]).exits(4).says("kms.key.data");
    place.run(&[&["destroy", "--local", "--yes"][..], &CONSENT].concat()).exits(0);
    let away = keys(&server);
    assert_eq!(away, [made[0].replace("alias/minimal-dev Enabled rotated", "- PendingDeletion -")]);

    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(keys(&server), made);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

#[test]
fn a_key_that_was_not_named_yet_is_found_again() {
    let place = strict();
    let server = place.serve();
    server.admin().fault(&json!({"operation": "kms:CreateAlias", "status": 400, "code": "ValidationException", "message": "no", "times": 9}));
    place.run(&["apply", "--local", "--yes"]).exits(5).says("kms:CreateAlias");
    let unnamed = keys(&server);
    assert!(unnamed.len() == 1 && unnamed[0].starts_with("- Enabled"), "{unnamed:?}");
    server.admin().forget_faults();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let named = keys(&server);
    assert!(named.len() == 1 && named[0].starts_with("alias/minimal-dev Enabled rotated "), "{named:?}");
    assert_eq!(named[0].rsplit(' ').next(), unnamed[0].rsplit(' ').next());
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

/// What a creation leaves whose answer was lost, while the Tagging API does not know it yet.
#[test]
fn a_second_key_is_seen_and_given_away() {
    let place = strict();
    let server = place.serve();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let made = keys(&server);
    let second = judge("second_key.py", &[&server.url, "alias/minimal-dev"]).trim().to_owned();
    let plan = place.run(&["plan", "--local", "--detailed-exitcode"]).exits(2);
    assert!(plan.stdout.contains(&format!("- kms.key.{second}")), "{}", plan.stdout);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let mut both = keys(&server);
    both.sort_unstable();
    let mut expected = vec![format!("- PendingDeletion - {second}"), made[0].clone()];
    expected.sort_unstable();
    assert_eq!(both, expected);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn what_somebody_did_to_the_key_is_put_back() {
    let place = strict();
    let server = place.serve();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let made = keys(&server);
    for deed in ["disable", "schedule", "rotation", "policy"] {
        judge("keys.py", &[&server.url, deed]);
        place.run(&["plan", "--local", "--detailed-exitcode"]).exits(2).says("kms.key.data  (drift)");
        place.run(&["apply", "--local", "--yes"]).exits(0);
        place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
        assert_eq!(keys(&server), made, "{deed}");
    }
}

#[test]
fn a_bucket_is_encrypted_with_the_key_that_the_file_names() {
    let place = Place::example("minimal");
    let server = place.serve();
    let key = judge("keys.py", &[&server.url, "make"]).trim().to_owned();
    place.write(&format!("{}\nbucket: {{ kms_key: '{key}' }}\n", place.yaml()));
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    assert_eq!(keys(&server).len(), 1, "the pipeline made a key of its own");
    let plan = place.run(&["plan", "--local", "--json"]).exits(0).stdout;
    assert!(!plan.contains("\"kms.key"), "{plan}");
    place.run(&["send", "--local", "--events", "20"]).exits(0);
    place.run(&["local", "tick", "20min"]).exits(0);
    place.run(&["run", "all", "--local", "--wait"]).exits(0);
    // Without a right to it, nothing comes through.
    judge("keys.py", &[&server.url, "disable"]);
    place.run(&["send", "--local", "--events", "20"]).exits(0);
    place.run(&["local", "tick", "20min"]).exits(0);
    let log = place.run(&["logs", "delivery", "--local"]);
    assert!(log.stdout.contains("is disabled"), "{}\n{}", log.stdout, log.stderr);
    judge("keys.py", &[&server.url, "enable"]);
    place.write(&Place::example("minimal").yaml());
    place.run(&["apply", "--local", "--yes"]).exits(0).says("AES256");
}

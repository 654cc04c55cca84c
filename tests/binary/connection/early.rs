//! A look around in the account that an access key names, while AWS is asked whose the key is.

use super::{command, place, run};
use crate::round_trips::trips;
use crate::support::{Place, Ran, Server};
use serde_json::json;

/// Of account 029608264753, as Tal Be'ery's note on keys has it.
const KEY: &str = "ASIAQNZGKIQY56JQ7WML";
/// Of before keys told it, from AWS's documentation.
const UNTOLD: &str = "AKIAIOSFODNN7EXAMPLE";
const ACCOUNT: &str = "029608264753";
const OTHER: &str = "111122223333";
/// Long enough for all that goes at once to be on its way before the first of it is answered, on a machine that is busy.
const LATENCY: [&str; 2] = ["--latency", "700ms"];

fn with_key(place: &Place, server: &Server, key: &str, arguments: &[&str]) -> Ran {
    let config = format!("[default]\nregion = us-east-1\nendpoint_url = {}\n", server.url);
    let mut command = command(place, &config, arguments);
    run(command.env("AWS_ACCESS_KEY_ID", key).env("AWS_SECRET_ACCESS_KEY", "secret"))
}

#[test]
fn who_has_a_key_that_tells_its_account_waits_for_one_answer_less() {
    let place = place("");
    let server = place.serve_with(&[&LATENCY[..], &["--account", ACCOUNT]].concat());
    let planned = |key| with_key(&place, &server, key, &["plan", "--timings"]).exits(0).says(ACCOUNT);
    let (told, untold) = (planned(KEY), planned(UNTOLD));
    assert_eq!(told.stdout, untold.stdout);
    assert_eq!(trips(&told) + 1, trips(&untold), "{}{}", told.stderr, untold.stderr);
}

/// A key may tell what is not so: what AWS says is what holds, and what was seen elsewhere is forgotten.
#[test]
fn a_key_that_names_another_account_than_aws_does_makes_no_difference() {
    let place = place("");
    let server = place.serve_with(&["--account", OTHER]);
    let ran = |arguments: &[&str]| with_key(&place, &server, KEY, arguments);
    ran(&["apply", "--yes"]).exits(0).says(&format!("in AWS account {OTHER}"));
    let asked = |key| {
        let before = server.admin().requests().len();
        with_key(&place, &server, key, &["plan", "--detailed-exitcode"]).exits(0);
        server.admin().requests().len() - before
    };
    let (of_one, of_both) = (asked(UNTOLD), asked(KEY));
    assert!(of_both > of_one, "{of_both} {of_one}");
    ran(&["destroy", "--yes"]).exits(0);
    let state = std::fs::read(place.path().join(".pipectl/local/state.redb")).unwrap();
    assert!(!state.windows(ACCOUNT.len()).any(|window| window == ACCOUNT.as_bytes()));
}

/// What is wrong with the credentials is told, not what a look with them came to.
#[test]
fn credentials_that_are_refused_are_what_is_told() {
    let place = place("");
    let server = place.serve_with(&["--account", ACCOUNT]);
    for (operation, code) in [("sts:GetCallerIdentity", "ExpiredToken"), ("iam:ListRoles", "AccessDenied")] {
        server.admin().fault(&json!({"operation": operation, "code": code, "status": 403, "times": 9}));
    }
    for arguments in [&["plan"][..], &["apply", "--yes"], &["destroy", "--yes"]] {
        let refused = with_key(&place, &server, KEY, arguments).exits(1).says("sts:GetCallerIdentity");
        assert!(!refused.stderr.contains("iam:ListRoles"), "{}", refused.stderr);
    }
}

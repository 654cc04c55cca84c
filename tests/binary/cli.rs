//! Exit codes, refusals and words.

use crate::support::Place;
use std::process::Stdio;
use std::time::Duration;

const BROKEN: &str = "name: clicks\nschmea: { event: string }\n";

#[test]
fn every_exit_code_means_what_help_says() {
    let place = Place::example("minimal");
    place.run(&["validate"]).exits(0).says("pipeline.yaml is valid: minimal/dev");
    place.run(&["output", "--local"]).exits(1).says("there is no pipeline minimal/dev yet");
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(2);
    place.run(&["plan", "--no-such-option"]).exits(3);
    place.run(&["apply", "--local"]).exits(4).says("pass `--yes`");
    place.run(&["destroy", "--local"]).exits(0);
    Place::new(BROKEN).run(&["plan", "--local"]).exits(3);
    place.run(&["plan", "--local", "--adopt", "no.such.thing"]).exits(3).says("there is no resource `no.such.thing`");
    place.run(&["help"]).exits(0).says("130  interrupted");
}

#[test]
fn bad_input_says_where_and_changes_nothing() {
    let place = Place::new(BROKEN);
    let ran = place.run(&["apply", "--local", "--yes"]).exits(3);
    assert!(ran.stderr.contains("--> pipeline.yaml:2:1"), "{}", ran.stderr);
    assert!(ran.stderr.contains("did you mean `schema`?"), "{}", ran.stderr);
    assert!(!place.path().join(".pipectl").exists());
    let missing = Place::example("minimal");
    std::fs::remove_file(missing.path().join("pipeline.yaml")).unwrap();
    missing.run(&["plan", "--local"]).exits(3).says("pipectl init");
}

#[test]
fn what_init_writes_validates_and_applies_as_written() {
    for option in [None, Some("--from-article")] {
        let place = Place::example("minimal");
        std::fs::remove_file(place.path().join("pipeline.yaml")).unwrap();
        place
            .run(&[&["init"][..], &option.into_iter().collect::<Vec<_>>()].concat())
            .exits(0)
            .says("wrote pipeline.yaml");
        place.run(&["init"]).exits(4).says("is there already");
        place.run(&["validate"]).exits(0);
        place.run(&["apply", "--local", "--yes"]).exits(0);
        place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    }
}

#[test]
fn the_schema_is_json_and_knows_the_keys() {
    let ran = Place::example("minimal").run(&["schema"]).exits(0);
    let schema: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(schema["required"], serde_json::json!(["name", "schema"]));
    assert!(schema["properties"]["ingest"]["properties"]["throttle"]["properties"]["rate"].is_object());
}

/// The values of keys are shown where they are asked for, and nowhere else.
#[test]
fn secrets_are_shown_only_when_asked_for() {
    let place = Place::example("minimal");
    place.edit(&[(
        "name: minimal\n",
        "name: minimal\ningest: { cors: { origins: ['https://secret-origin.example'] } }\n",
    )]);
    let plan = place.run(&["plan", "--local"]).exits(0);
    assert!(plan.stdout.contains("(sensitive)"), "{}", plan.stdout);
    let applied = place.run(&["apply", "--local", "--yes", "-v"]).exits(0);
    let shown = place.run(&["output", "--local", "--json", "--show-secrets"]).exits(0);
    let output: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    let value = output["api_keys"][0]["value"].as_str().unwrap();
    assert!(value.len() >= 20);
    let all = [
        applied.stdout,
        applied.stderr,
        place.run(&["output", "--local", "--json"]).exits(0).stdout,
        place.run(&["plan", "--local", "--json"]).exits(0).stdout,
        place.run(&["plan", "--local", "--destroy", "--markdown"]).exits(0).stdout,
    ];
    assert!(all.iter().all(|text| !text.contains(value)));
}

#[test]
fn completions_are_for_a_shell() {
    Place::example("minimal").run(&["completions", "bash"]).exits(0).says("_pipectl");
}

#[test]
fn a_plan_for_a_pull_request_can_be_found_again() {
    let ran = Place::example("minimal").run(&["plan", "--local", "--markdown"]).exits(0);
    assert!(ran.stdout.starts_with("<!-- pipectl plan -->\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("| create | `s3.bucket.data` |"), "{}", ran.stdout);
}

/// Ctrl+C lets the calls in flight finish, says what was done, and the next apply goes on.
#[test]
fn an_interrupted_apply_says_what_was_done() {
    let place = Place::example("clickstream");
    let server = place.serve_with(&["--latency", "80ms"]);
    let mut command = place.command();
    command.args(["apply", "--local", "--yes"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    std::thread::sleep(Duration::from_millis(900));
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("interrupted: finishing the calls in flight"), "{stderr}");
    assert!(stderr.contains("error: interrupted: "), "{stderr}");
    drop(server);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

#[test]
fn output_that_nobody_reads_is_no_error() {
    let place = Place::example("clickstream");
    let mut command = place.command();
    let mut child = command.args(["plan", "--local"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

//! The executable as Lambda starts it.

use std::process::Command;

#[test]
fn an_environment_without_a_variable_is_told_in_words() {
    let output = Command::new(env!("CARGO_BIN_EXE_pipectl-mover")).env_clear().output().expect("it starts");
    assert!(!output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "the environment variable `RAW_PREFIX` is not set\n");
}

#[test]
fn what_ends_the_function_is_an_error_in_json() {
    let mut bootstrap = Command::new(env!("CARGO_BIN_EXE_pipectl-mover"));
    let output = bootstrap.env_clear().env("AWS_LAMBDA_LOG_FORMAT", "JSON").output().expect("it starts");
    assert!(!output.status.success());
    let line: serde_json::Value = serde_json::from_slice(&output.stderr).expect("one line of JSON");
    assert!(line["timestamp"].as_str().is_some_and(|time| time.parse::<jiff::Timestamp>().is_ok()), "{line}");
    assert_eq!(
        (&line["level"], &line["message"]),
        (&"ERROR".into(), &"the environment variable `RAW_PREFIX` is not set".into())
    );
}

/// Each function is built from its own directory alone.
#[test]
fn both_functions_write_their_log_alike() {
    assert_eq!(include_str!("../src/log.rs"), include_str!("../../track/src/log.rs"));
}

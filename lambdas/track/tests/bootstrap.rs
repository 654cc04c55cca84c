//! The executable as Lambda starts it.

use std::process::Command;

#[test]
fn an_environment_without_a_variable_is_told_in_words() {
    let output = Command::new(env!("CARGO_BIN_EXE_pipectl-track")).env_clear().output().expect("it starts");
    assert!(!output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "the environment variable `DELIVERY_STREAM_NAME` is not set\n");
}

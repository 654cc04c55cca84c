//! `pipectl completions`

use crate::error::{Exit, Result};
use crate::report::{document, exact};
use clap_complete::Shell;
use serde_json::json;

/// `program` is the command line, as clap knows it.
pub(crate) fn run(shell: Shell, mut program: clap::Command) -> Result<Exit> {
    let mut script = vec![];
    clap_complete::generate(shell, &mut program, "pipectl", &mut script);
    let script = String::from_utf8_lossy(&script);
    document(json!({"schema": "pipectl-completions/1", "shell": shell.to_string(), "script": script}));
    exact(script);
    Ok(Exit::Done)
}

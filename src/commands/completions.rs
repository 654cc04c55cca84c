//! `pipectl completions`

use crate::error::{Exit, Result};
use crate::help::script;
use crate::report::{document, exact};
use clap_complete::Shell;
use serde_json::json;

pub(crate) fn run(shell: Shell) -> Result<Exit> {
    let script = script(shell);
    document(json!({"schema": "pipectl-completions/1", "shell": shell.to_string(), "script": script}));
    exact(script);
    Ok(Exit::Done)
}

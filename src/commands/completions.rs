//! `pipectl completions`

use crate::error::{Exit, Result};
use crate::report::exact;
use clap_complete::Shell;

/// `program` is the command line, as clap knows it.
pub(crate) fn run(shell: Shell, mut program: clap::Command) -> Result<Exit> {
    let mut script = vec![];
    clap_complete::generate(shell, &mut program, "pipectl", &mut script);
    exact(String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}

//! `pipectl completions`

use crate::error::{Exit, Result};
use clap_complete::Shell;

/// `program` is the command line, as clap knows it.
pub(crate) fn run(shell: Shell, mut program: clap::Command) -> Result<Exit> {
    clap_complete::generate(shell, &mut program, "pipectl", &mut std::io::stdout());
    Ok(Exit::Done)
}

//! `pipectl completions`

use crate::cli::Cli;
use crate::error::{Exit, Result};
use clap::CommandFactory;
use clap_complete::Shell;

pub(crate) fn run(shell: Shell) -> Result<Exit> {
    clap_complete::generate(shell, &mut Cli::command(), "pipectl", &mut std::io::stdout());
    Ok(Exit::Done)
}

//! What `pipectl help` is asked. All that it says is in `crate::help`, which knows every command, and so this one.

use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct HelpArgs {
    /// A command, such as `events replay`, or a topic.
    #[arg(value_name = "COMMAND|TOPIC")]
    pub(crate) words: Vec<String>,
    /// Write the man pages into DIR, one for each command.
    #[arg(long, value_name = "DIR", conflicts_with = "words")]
    pub(crate) man: Option<PathBuf>,
}

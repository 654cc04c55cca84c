//! What shells complete: commands and options as clap knows them, and the names in the pipeline's file.
//!
//! The script that a shell runs once asks the program itself each time, with the variable set. It never asks the network,
//! and says nothing of what is wrong: there is a command line on the terminal.

use super::{TOPICS, command};
use crate::cli::Cli;
use crate::commands::{Known, known};
use crate::schemas::all;
use clap::{Command, Parser as _};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::Shells;
use clap_complete::{CompleteEnv, Shell};

const VARIABLE: &str = "PIPECTL_COMPLETE";

type Values = fn() -> Vec<String>;

/// A command, its option, and what may stand there.
const VALUES: &[(&str, &str, Values)] = &[
    ("plan", "adopt", addresses),
    ("plan", "allow_data_loss", addresses),
    ("plan", "revert_extras", addresses),
    ("apply", "adopt", addresses),
    ("apply", "allow_data_loss", addresses),
    ("apply", "revert_extras", addresses),
    ("destroy", "adopt", addresses),
    ("destroy", "allow_data_loss", addresses),
    ("destroy", "revert_extras", addresses),
    ("explain", "address", addresses),
    ("query", "named", || of_file().queries),
    ("output", "api_key", || of_file().keys),
    ("schema", "name", || all().iter().map(|one| one.name.to_owned()).collect()),
    ("help", "words", || {
        let commands = command();
        let commands = commands.get_subcommands().filter(|one| !one.is_hide_set()).map(|one| one.get_name().to_owned());
        TOPICS.iter().map(|topic| topic.name.to_owned()).chain(commands).collect()
    }),
];

fn addresses() -> Vec<String> {
    of_file().addresses
}

/// Of the file as it is found from here.
fn of_file() -> Known {
    Cli::try_parse_from(["pipectl", "validate"]).map(|cli| known(&cli.settled(false).global)).unwrap_or_default()
}

/// Whether a shell has asked, and has its answer.
pub(crate) fn complete() -> bool {
    let here = std::env::current_dir().ok();
    let answer = CompleteEnv::with_factory(with_values).var(VARIABLE);
    // A shell that is none of ours gets no answer, and no words.
    answer.try_complete(std::env::args_os(), here.as_deref()).unwrap_or(true)
}

fn with_values() -> Command {
    VALUES.iter().fold(command(), |command, (name, option, values)| {
        let candidates = || values().into_iter().map(CompletionCandidate::new).collect::<Vec<_>>();
        command.mut_subcommand(name, |one| one.mut_arg(option, |arg| arg.add(ArgValueCandidates::new(candidates))))
    })
}

/// What a shell runs once.
pub(super) fn script(shell: Shell) -> String {
    let mut text = vec![];
    if let Some(completer) = Shells::builtins().completer(&shell.to_string()) {
        // Writing to a text cannot fail.
        let _ = completer.write_registration(VARIABLE, "pipectl", "pipectl", "pipectl", &mut text);
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum as _;

    #[test]
    fn every_option_of_the_table_is_there() {
        with_values().debug_assert();
        for shell in Shell::value_variants() {
            assert!(script(*shell).contains(VARIABLE), "{shell}");
        }
    }
}

//! `pipectl help` and `pipectl completions`

use super::complete::script;
use super::{command, topic};
use crate::commands::Global;
use crate::commands::help::HelpArgs;
use crate::error::{Error, Exit, Result};
use crate::report::{data, document, exact, say, usage};
use clap_complete::Shell;
use serde_json::json;
use std::path::Path;

/// `pipectl help`
pub(crate) fn run(global: &Global, args: &HelpArgs) -> Result<Exit> {
    if global.json && args.man.is_none() {
        return Err(Error::usage("help is for people", "`pipectl schema --list` names what is for programs"));
    }
    if let Some(directory) = &args.man {
        return write_pages(directory);
    }
    if let [name] = &args.words[..]
        && let Some(topic) = topic(name)
    {
        data(format_args!("{}\n", topic.text));
        return Ok(Exit::Done);
    }
    let mut known = &command();
    for word in &args.words {
        known = known.find_subcommand(word).ok_or_else(|| {
            let hint = "`pipectl help` lists commands and topics";
            Error::usage(format!("there is no command and no topic `{}`", args.words.join(" ")), hint)
        })?;
    }
    let words = ["pipectl"].into_iter().chain(args.words.iter().map(String::as_str)).chain(["--help"]);
    if let Err(help) = command().try_get_matches_from(words) {
        usage(&help);
    }
    Ok(Exit::Done)
}

fn write_pages(directory: &Path) -> Result<Exit> {
    std::fs::create_dir_all(directory).map_err(Error::cannot_write(directory))?;
    clap_mangen::generate_to(command(), directory).map_err(Error::cannot_write(directory))?;
    say(format_args!("wrote the man pages into {}", directory.display()));
    Ok(Exit::Done)
}

/// `pipectl completions`
pub(crate) fn completions(shell: Shell) -> Result<Exit> {
    let script = script(shell);
    document(json!({"schema": "pipectl-completions/1", "shell": shell.to_string(), "script": script}));
    exact(script);
    Ok(Exit::Done)
}

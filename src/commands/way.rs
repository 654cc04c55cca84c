//! `pipectl` alone: what there is here, and what one would do next.

use super::session::load;
use crate::commands::Global;
use crate::error::{Error, Exit, Result};
use crate::report::alert;
#[cfg(feature = "local")]
use std::path::Path;

type Next = (&'static str, &'static str);

const NO_FILE: &[Next] = &[
    ("init", "write a commented pipeline.yaml to start from"),
    ("init --from-article", "the same, as the article has it"),
    ("adopt", "write the file of what is on AWS already"),
    ("list", "see which pipelines the account has"),
];

const WRONG_FILE: &[Next] = &[("validate", "see what is wrong with it"), ("init -f NEW.yaml", "write one to compare")];

#[cfg(feature = "local")]
const FILE: &[Next] = &[
    ("apply --local", "try it on the AWS in this program: no account, no network"),
    ("cost-estimate", "see what a month costs"),
    ("plan", "see what an apply would do on AWS"),
    ("apply", "make AWS what the file says"),
    ("status", "see whether it is healthy"),
];

#[cfg(not(feature = "local"))]
const FILE: &[Next] = &[
    ("cost-estimate", "see what a month costs"),
    ("plan", "see what an apply would do on AWS"),
    ("apply", "make AWS what the file says"),
    ("status", "see whether it is healthy"),
];

#[cfg(feature = "local")]
const STOPPED: &[Next] = &[
    ("local", "serve it, in another terminal"),
    ("apply --local", "make it what the file says"),
    ("plan", "see what an apply would do on AWS itself"),
];

#[cfg(feature = "local")]
const SERVED: &[Next] = &[
    ("apply --local", "make it what the file says"),
    ("send --local", "send made-up events, and count what became of each"),
    ("local tick 15min", "have the buffers delivered now"),
    ("query --local SQL", "run SQL on the tables"),
    ("status --local", "see whether it is healthy"),
];

/// Exits as wrong usage does: a script that has lost its command has not done what it was to do.
pub(crate) fn run(global: &Global) -> Result<Exit> {
    if global.json {
        return Err(Error::usage("no command is given", "see `pipectl help`"));
    }
    let (found, next) = found(global);
    let width = next.iter().map(|(command, _)| command.len()).max().unwrap_or_default();
    alert(format_args!("{found}\n"));
    for (command, what) in next {
        alert(format_args!("  pipectl {command:<width$}  {what}"));
    }
    alert("\n`pipectl help` lists all commands, `pipectl help COMMAND` explains one.");
    Ok(Exit::Usage)
}

/// What there is, and what one does with it.
fn found(global: &Global) -> (String, &'static [Next]) {
    let file = global.file.display();
    if !global.file.is_file() {
        let place = if global.is_found { "" } else { ", and none above in its Git repository" };
        return (format!("There is no {file} here{place}."), NO_FILE);
    }
    let pipeline = match load(global) {
        Ok(pipeline) => format!("{file} is the pipeline {}/{}", pipeline.name, pipeline.stage),
        Err(_) => return (format!("{file} is here, and something is wrong with it."), WRONG_FILE),
    };
    #[cfg(feature = "local")]
    {
        let directory = global.served_directory();
        match super::local::served_at(&directory) {
            Some(url) => return (format!("{pipeline}; Local AWS is served at {url}."), SERVED),
            None if is_local_aws(&directory) => {
                return (format!("{pipeline}; nobody serves the Local AWS in {}.", directory.display()), STOPPED);
            }
            None => {}
        }
    }
    (format!("{pipeline}."), FILE)
}

#[cfg(feature = "local")]
fn is_local_aws(directory: &Path) -> bool {
    std::fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_some())
}

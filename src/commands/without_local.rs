//! A build without Local AWS: what is said where it is asked for. Without that, `--local` would be a spelling mistake, and
//! `PIPECTL_LOCAL` would be taken for nothing and the pipeline made on AWS.

use crate::error::{Error, Result};
use clap::error::ContextKind;

const WAY: &str = "this pipectl was built without Local AWS (`--no-default-features`); a released one has it, as \
    `cargo install` without that option does";

/// The hint for a command line that clap does not understand, if that is why.
pub(crate) fn hint(error: &clap::Error) -> Option<&'static str> {
    let is = |kind, word: &str| error.get(kind).is_some_and(|unknown| unknown.to_string() == word);
    let asked = is(ContextKind::InvalidArg, "--local") || is(ContextKind::InvalidSubcommand, "local");
    asked.then_some(WAY)
}

/// # Errors
/// If the variable PIPECTL_LOCAL, whose value this is, asks for it.
pub(crate) fn refuse(variable: Option<&str>) -> Result<()> {
    match variable {
        None | Some("" | "0" | "false" | "no") => Ok(()),
        Some(_) => {
            Err(Error::usage("`PIPECTL_LOCAL` asks for Local AWS, and nothing was done on AWS in its place", WAY))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Command;

    /// A command line as that of such a build.
    fn said(arguments: &[&str]) -> Option<&'static str> {
        let command = Command::new("pipectl").subcommand(Command::new("plan")).subcommand(Command::new("logs"));
        hint(&command.try_get_matches_from([&["pipectl"], arguments].concat()).unwrap_err())
    }

    #[test]
    fn who_asks_for_local_aws_is_told_that_there_is_none() {
        for asked in [&["plan", "--local"][..], &["plan", "--local=dir"], &["--local", "plan"], &["local"]] {
            assert!(said(asked).is_some_and(|hint| hint.contains("without Local AWS")), "{asked:?}");
        }
        for other in [&["plan", "--locl"][..], &["plan", "local"], &["lcal"], &["--help"]] {
            assert_eq!(said(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_variable_that_asks_for_it_does_not_lead_to_aws() {
        for asked in ["1", "true", "yes", "some/directory"] {
            assert!(refuse(Some(asked)).is_err(), "{asked}");
        }
        for not in [None, Some(""), Some("0"), Some("false"), Some("no")] {
            assert!(refuse(not).is_ok(), "{not:?}");
        }
    }
}

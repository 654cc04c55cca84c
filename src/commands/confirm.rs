//! A question before something is done that cannot be undone.

use crate::error::{Code, Error, Result};
use crate::report::ask;
use std::fmt::Display;
use std::io::{BufRead, IsTerminal};

/// Asks on a terminal; elsewhere nobody can answer, so `--yes` has to.
pub(super) fn confirm(yes: bool, question: impl Display) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Err(Error::coded(
            Code::Unconfirmed,
            "nothing was changed: there is no terminal to ask on",
            "pass `--yes`",
        ));
    }
    ask(format_args!("\n{question} Only `yes` is taken for a yes: "));
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).map_err(|error| {
        Error::other(format!("nothing was changed: the answer cannot be read: {error}"), "pass `--yes`")
    })?;
    match answer.trim() {
        "yes" => Ok(()),
        _ => Err(Error::coded(Code::Unconfirmed, "nothing was changed: the answer was not `yes`", "")),
    }
}

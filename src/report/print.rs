//! The only place that prints: what was asked for goes to stdout, everything else to stderr.
#![expect(clippy::disallowed_macros, reason = "here is where it is allowed")]

use std::fmt::Display;

/// What was asked for, as it is: for people, or for the next program.
pub(crate) fn data(text: impl Display) {
    print!("{text}");
}

/// A line of progress, or of an error.
pub(crate) fn say(line: impl Display) {
    eprintln!("{line}");
}

/// A question, whose answer goes on the same line.
pub(crate) fn ask(question: impl Display) {
    eprint!("{question}");
}

//! What went wrong, and what helps.

use super::paint::Paint;
use super::print::say;
use crate::error::Error;

/// The one place where an error is printed.
pub(crate) fn print_error(error: &Error, paint: Paint) {
    match error {
        // Problems of a file come with their own heading, each.
        Error::Config(problems) => say(problems),
        _ => say(format_args!("{} {error}", paint.bad("error:"))),
    }
    if let Some(hint) = error.hint() {
        say(format_args!("{} {hint}", paint.strong("hint:")));
    }
}

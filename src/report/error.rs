//! What went wrong, and what helps.

use super::foreign::below;
use super::paint::Paint;
use super::print::say;
use crate::error::Error;

/// The one place where an error is printed.
pub(crate) fn print_error(error: &Error, paint: Paint) {
    match error {
        // Problems of a file come with their own heading, each.
        Error::Config(problems) => {
            say(problems);
            annotate(problems.annotations());
        }
        _ => say(format_args!("{} {}", paint.bad("error:"), below(&error.to_string(), 2))),
    }
    if let Some(hint) = error.hint() {
        say(format_args!("{} {}", paint.strong("hint:"), below(&hint, 2)));
    }
}

/// Beside the file, where GitHub runs this. On stderr, of which GitHub reads commands too: stdout may be a document.
pub(crate) fn annotate(lines: impl Iterator<Item = String>) {
    if std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true") {
        lines.for_each(say);
    }
}

/// That all is done, but that what there is to say of it could not be written.
pub(crate) fn print_unwritten(error: &std::io::Error, paint: Paint) {
    say(format_args!("{} it is done, but the output could not be written: {error}", paint.careful("warning:")));
}

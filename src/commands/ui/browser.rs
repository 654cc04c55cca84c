//! The user's browser.

use crate::report::say;

/// A machine without one is no reason to fail: the address is printed.
pub(crate) fn open(url: &str) {
    if let Err(error) = open::that_detached(url) {
        say(format_args!("no browser could be opened ({error}): open the address yourself"));
    }
}

//! What the terminal is like: how wide, in which characters, and whether anything may move on it.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use terminal_size::{Width, terminal_size_of};

/// Below this, a terminal says nonsense.
const NARROWEST: usize = 20;

/// A variable that is set to something.
fn said(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// How many columns stdout has; `None` where it is no terminal, and a line may be as long as it is.
pub(crate) fn columns() -> Option<usize> {
    io::stdout().is_terminal().then(|| width(terminal_size_of(io::stdout()).map(|(width, _)| width))).flatten()
}

/// The same of stderr.
pub(super) fn columns_of_stderr() -> Option<usize> {
    io::stderr().is_terminal().then(|| width(terminal_size_of(io::stderr()).map(|(width, _)| width))).flatten()
}

/// How many lines stderr has, where it is a terminal.
#[cfg(feature = "local")]
pub(super) fn rows_of_stderr() -> Option<usize> {
    terminal_size_of(io::stderr()).map(|(_, rows)| usize::from(rows.0))
}

/// `COLUMNS` wins, as POSIX has it.
fn width(measured: Option<Width>) -> Option<usize> {
    let told = said("COLUMNS").and_then(|value| value.to_str()?.parse().ok());
    told.or(measured.map(|Width(width)| usize::from(width))).filter(|width| *width >= NARROWEST)
}

/// A terminal that can do no more than write: as in Emacs.
pub(super) fn is_dumb() -> bool {
    said("TERM").is_some_and(|value| value == "dumb")
}

/// Whether what stdout shows can be drawn again in its place.
pub(crate) fn is_screen() -> bool {
    io::stdout().is_terminal() && !is_dumb()
}

/// Whether something can move on stderr.
pub(super) fn is_lively() -> bool {
    io::stderr().is_terminal() && !is_dumb()
}

/// Whether the locale has more than ASCII. Windows has, whatever its variables say.
pub(crate) fn is_unicode() -> bool {
    cfg!(windows) || ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(said).is_some_and(|value| is_utf8(&value))
}

fn is_utf8(locale: &OsString) -> bool {
    let locale = locale.to_string_lossy().to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// Whether variables ask for colour, or forbid it; `None`: they say nothing.
///
/// <https://no-color.org> wins over <https://force-color.org> and <https://bixense.com/clicolors>: who cannot bear colour
/// has to be able to say so.
pub(super) fn colour_said() -> Option<bool> {
    let is_on = |name: &str| said(name).is_some_and(|value| value != "0");
    if said("NO_COLOR").is_some() {
        return Some(false);
    }
    if is_on("FORCE_COLOR") || is_on("CLICOLOR_FORCE") {
        return Some(true);
    }
    let forbidden = said("CLICOLOR").is_some_and(|value| value == "0") || is_dumb();
    forbidden.then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_says_which_characters_there_are() {
        for locale in ["en_US.UTF-8", "C.utf8", "de_DE.utf-8@euro"] {
            assert!(is_utf8(&locale.into()), "{locale}");
        }
        for locale in ["C", "POSIX", "en_US.ISO-8859-1", "de_DE@euro"] {
            assert!(!is_utf8(&locale.into()), "{locale}");
        }
    }
}

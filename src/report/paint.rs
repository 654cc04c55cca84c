//! Colour, only where somebody can see it.
//!
//! Painted text carries marks in place of a terminal's own sequences, and these are written when the text is printed,
//! after everything else in it has been made [`visible`]. Nobody else's text can colour anything: the mark is another
//! one in each run.

use super::foreign::visible;
use super::terminal::colour_said;
use std::io::IsTerminal;
use std::sync::LazyLock;

/// `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set; elsewhere where `FORCE_COLOR` is.
    #[default]
    Auto,
    Always,
    Never,
}

/// Paints words, or leaves them as they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    on: bool,
}

/// Of the plane for private use: four characters, of 65,534 each.
static MARK: LazyLock<String> = LazyLock::new(|| {
    let private = || char::from_u32(fastrand::u32(0xF_0000..=0xF_FFFD)).unwrap_or('\u{f0000}');
    std::iter::repeat_with(private).take(4).collect()
});

/// What stands behind a mark, and the parameter of SGR (ECMA-48) that it is for.
const STYLES: [(char, &str); 6] = [('0', "0"), ('b', "1"), ('f', "2"), ('r', "31"), ('g', "32"), ('y', "33")];
const END: char = '0';

impl Paint {
    /// For text that goes to `stream`.
    pub(crate) fn new(color: Color, stream: &impl IsTerminal) -> Self {
        let on = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => colour_said().unwrap_or_else(|| stream.is_terminal()),
        };
        Self { on }
    }

    /// For a file.
    pub(crate) fn plain() -> Self {
        Self { on: false }
    }

    fn style(self, text: &str, style: char) -> String {
        let mark = &*MARK;
        if self.on { format!("{mark}{style}{text}{mark}{END}") } else { text.to_owned() }
    }

    pub(crate) fn good(self, text: &str) -> String {
        self.style(text, 'g')
    }

    pub(crate) fn careful(self, text: &str) -> String {
        self.style(text, 'y')
    }

    pub(crate) fn bad(self, text: &str) -> String {
        self.style(text, 'r')
    }

    pub(crate) fn strong(self, text: &str) -> String {
        self.style(text, 'b')
    }

    pub(crate) fn faint(self, text: &str) -> String {
        self.style(text, 'f')
    }
}

/// As it is printed: marks become colour, and everything else is made visible.
pub(super) fn printed(text: &str) -> String {
    let mut pieces = text.split(MARK.as_str());
    let mut all = visible(pieces.next().unwrap_or_default()).into_owned();
    for piece in pieces {
        let mut rest = piece.chars();
        let style = rest.next().and_then(|c| STYLES.iter().find(|(style, _)| *style == c));
        if let Some((_, parameter)) = style {
            all.push_str("\u{1b}[");
            all.push_str(parameter);
            all.push('m');
        }
        all.push_str(&visible(rest.as_str()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_colours_are_printed_and_nobody_elses() {
        let paint = Paint { on: true };
        let text = paint.bad("failed \u{1b}[32mwell\u{1b}[0m");
        assert_eq!(printed(&text), "\u{1b}[31mfailed \\u001b[32mwell\\u001b[0m\u{1b}[0m");
        assert_eq!(printed(&Paint::plain().good("done")), "done");
    }
}

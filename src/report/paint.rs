//! Colour, only where somebody can see it.

use owo_colors::{OwoColorize as _, Style};
use std::io::IsTerminal;

/// `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
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

impl Paint {
    /// For text that goes to `stream`. See <https://no-color.org>.
    pub(crate) fn new(color: Color, stream: &impl IsTerminal) -> Self {
        let wanted = || std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let on = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => stream.is_terminal() && wanted(),
        };
        Self { on }
    }

    /// For a file.
    pub(crate) fn plain() -> Self {
        Self { on: false }
    }

    fn style(self, text: &str, style: Style) -> String {
        if self.on { text.style(style).to_string() } else { text.to_owned() }
    }

    pub(crate) fn good(self, text: &str) -> String {
        self.style(text, Style::new().green())
    }

    pub(crate) fn careful(self, text: &str) -> String {
        self.style(text, Style::new().yellow())
    }

    pub(crate) fn bad(self, text: &str) -> String {
        self.style(text, Style::new().red())
    }

    pub(crate) fn strong(self, text: &str) -> String {
        self.style(text, Style::new().bold())
    }

    pub(crate) fn faint(self, text: &str) -> String {
        self.style(text, Style::new().dimmed())
    }
}

//! What a file says of how a query is drawn.

use std::fmt;
use std::str::FromStr;

/// All of it may be left out: then the columns' types decide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hint {
    pub(crate) kind: Option<Type>,
    /// The column of the axis.
    pub(crate) x: Option<String>,
    /// The columns of the values.
    pub(crate) y: Vec<String>,
    /// The column whose values are lines, or bars, of their own.
    pub(crate) series: Option<String>,
    pub(crate) title: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Bar,
    Line,
    Number,
    Table,
}

impl Type {
    const ALL: [Self; 4] = [Self::Bar, Self::Line, Self::Number, Self::Table];

    pub(crate) fn words() -> Vec<&'static str> {
        Self::ALL.map(Self::word).to_vec()
    }

    fn word(self) -> &'static str {
        match self {
            Self::Bar => "bar",
            Self::Line => "line",
            Self::Number => "number",
            Self::Table => "table",
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Type {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|kind| kind.word() == text);
        known.ok_or_else(|| format!("`{text}` is no chart: bar, line, number or table"))
    }
}

//! What a change costs: two estimates, line by line.

use super::{Estimate, Line, PARTS};

/// One side of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// There is no such line.
    Absent,
    /// The book has no price for it.
    NoPrice,
    Cents(i64),
}

/// A line as it was and as it will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) part: &'static str,
    pub(crate) item: &'static str,
    pub(crate) before: Side,
    pub(crate) after: Side,
}

/// Every line of either estimate, in the order of the parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) rows: Vec<Row>,
    /// Cents of the lines that have a price.
    pub(crate) before: i64,
    pub(crate) after: i64,
    /// Cents of either with no event.
    pub(crate) fixed: (i64, i64),
}

impl Side {
    fn cents(self) -> Option<i64> {
        match self {
            Self::Absent => Some(0),
            Self::NoPrice => None,
            Self::Cents(cents) => Some(cents),
        }
    }
}

impl Row {
    /// Cents more a month; `None` where a side has no price, which is not the same as nothing.
    pub(crate) fn change(&self) -> Option<i64> {
        Some(self.after.cents()? - self.before.cents()?)
    }
}

impl Difference {
    /// Between two estimates; that of nothing has no lines.
    pub(crate) fn between(before: &Estimate, after: &Estimate) -> Self {
        let (was, will) = (&before.lines, &after.lines);
        let mut rows: Vec<Row> = vec![];
        for line in was.iter().chain(will) {
            if !rows.iter().any(|row| row.part == line.part && row.item == line.item) {
                let (before, after) = (side(was, line), side(will, line));
                rows.push(Row { part: line.part, item: line.item, before, after });
            }
        }
        rows.sort_by_key(|row| PARTS.iter().position(|part| *part == row.part));
        let fixed = (before.fixed_cents, after.fixed_cents);
        Self { rows, before: before.total_cents(), after: after.total_cents(), fixed }
    }

    /// Cents more a month, of all that has a price.
    pub(crate) fn change(&self) -> i64 {
        self.after - self.before
    }

    /// Rows of which nobody knows what they change.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.change().is_none())
    }

    pub(crate) fn part_change(&self, part: &str) -> i64 {
        self.rows.iter().filter(|row| row.part == part).filter_map(Row::change).sum()
    }
}

/// All lines of one name together: functions on two kinds of processor are two lines of the bill.
fn side(lines: &[Line], wanted: &Line) -> Side {
    let found: Vec<_> =
        lines.iter().filter(|line| line.part == wanted.part && line.item == wanted.item).map(Line::cents).collect();
    if found.is_empty() {
        return Side::Absent;
    }
    found.into_iter().sum::<Option<i64>>().map_or(Side::NoPrice, Side::Cents)
}

//! What AWS has billed, beside what was estimated for the same days, and why they differ.
//!
//! ```text
//! Cost Explorer -> Charges ----------------------------+
//! CloudWatch, Glue, Athena -> Measured -> Learned -----+-> compare -> Rows -> report
//! Billed + Inputs -> Estimate (as told, as learned) ---+
//! ```

mod asked;
mod compare;
mod learned;
mod measured;

pub(crate) use asked::{Charges, TagStatus, activate, charges, tags};
pub(crate) use compare::{Row, Side, compare};
pub(crate) use learned::{Learned, learn};
pub(crate) use measured::{Measured, measure};

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Whole days of one month: from the first on, and before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days {
    pub(crate) first: Date,
    pub(crate) end: Date,
}

impl Days {
    /// Those of a month that are over at the end of yesterday; `None` where none is.
    pub(crate) fn of_month(month: Date, today: Date) -> Option<Self> {
        let first = month.first_of_month();
        let end = first.last_of_month().tomorrow().ok()?.min(today);
        (first < end).then_some(Self { first, end })
    }

    pub(crate) fn count(self) -> f64 {
        f64::from(self.first.until(self.end).map_or(0, |span| span.get_days()))
    }

    /// Of the month that they are in.
    pub(crate) fn of_all(self) -> f64 {
        f64::from(self.first.days_in_month())
    }

    fn last(self) -> Date {
        self.end.checked_sub(1.day()).unwrap_or(self.end)
    }

    /// Seconds since 1970, in UTC, as AWS's bills count days.
    fn seconds(self) -> (i64, i64) {
        let second = |day: Date| day.to_zoned(TimeZone::UTC).map_or(0, |day| day.timestamp().as_second());
        (second(self.first), second(self.end))
    }

    fn has(self, second: i64) -> bool {
        let (first, end) = self.seconds();
        (first..end).contains(&second)
    }
}

impl std::fmt::Display for Days {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {}", self.first, self.last())
    }
}

#[cfg(test)]
mod tests;

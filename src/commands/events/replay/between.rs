//! The time of which records are sent again.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::fmt;

/// From its first moment on, up to its end and without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Between {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

impl Between {
    pub(super) fn has(self, time: Timestamp) -> bool {
        self.from <= time && time < self.to
    }
}

impl fmt::Display for Between {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from {} on, up to {} and without it", self.from, self.to)
    }
}

/// A date is its midnight, and what says no offset is UTC.
pub(super) fn parse_time(text: &str) -> Result<Timestamp, String> {
    let utc = |time: DateTime| time.to_zoned(TimeZone::UTC).map(|time| time.timestamp()).ok();
    // Of a date, the time is midnight. (Read as a date, a time would lose its hours: jiff takes them and leaves them out.)
    let exact = text.parse::<Timestamp>().ok();
    exact.or_else(|| utc(text.parse().ok()?)).ok_or_else(|| {
        "write a date or a time, as in `2026-11-26`, `2026-11-26T09:30` (UTC) or `2026-11-26T09:30+01:00`".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_of_utc_unless_they_say_otherwise() {
        for (text, expected) in [
            ("2026-11-26", "2026-11-26T00:00:00Z"),
            ("2026-11-26T09:30", "2026-11-26T09:30:00Z"),
            ("2026-11-26 09:30:01.5", "2026-11-26T09:30:01.5Z"),
            ("2026-11-26T09:30:00Z", "2026-11-26T09:30:00Z"),
            ("2026-11-26T09:30+01:00", "2026-11-26T08:30:00Z"),
            ("2026-11-26T00:30:00-05:00", "2026-11-26T05:30:00Z"),
        ] {
            assert_eq!(parse_time(text).map(|time| time.to_string()), Ok(expected.to_owned()), "{text}");
        }
        for text in ["", "yesterday", "2026-13-01", "26.11.2026", "1732600000"] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_end_is_left_out() {
        let time = |text| parse_time(text).unwrap();
        let between = Between { from: time("2026-11-26"), to: time("2026-11-27") };
        let has = |text| between.has(time(text));
        assert!(has("2026-11-26") && has("2026-11-26T23:59:59.999Z"));
        assert!(!has("2026-11-27") && !has("2026-11-25T23:59:59.999Z"));
    }
}

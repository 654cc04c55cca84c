//! Time zones, and moments in them.

use super::super::zones;
use super::call::{Row, bad};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp, ToSpan as _};

/// A zone's name as its type has it: `Europe/Zurich`, `+01:00`, `UTC`.
pub(super) fn checked(name: &str) -> Result<String> {
    let known = match name {
        "Z" | "GMT" | "UT" | "Etc/UTC" | "UTC" => "UTC".to_owned(),
        // `+13` is `+13:00`.
        other if other.len() == 3 && other.starts_with(['+', '-']) => format!("{other}:00"),
        other => other.to_owned(),
    };
    find(&known).map(|_| known)
}

/// The zone of a text that is its name, or of a time such as `2020-05-11T11:15:05+01:00`.
pub(super) fn named(text: &str) -> Result<String> {
    match text.split_once('T').filter(|_| text.starts_with(|first: char| first.is_ascii_digit())) {
        None if text.starts_with(|first: char| first.is_ascii_digit()) => Ok("UTC".to_owned()),
        None => checked(text),
        Some((_, clock)) => match clock.find(['+', '-']) {
            Some(at) if zones::offset(&clock[at..]).is_some_and(|offset| !offset.is_zero()) => {
                Ok(clock[at..].to_owned())
            }
            _ => Ok("UTC".to_owned()),
        },
    }
}

pub(super) fn find(name: &str) -> Result<TimeZone> {
    zones::find(name).ok_or_else(|| bad(format!("'{name}' is not a valid time zone")))
}

/// A date or a timestamp, as the clock of its zone has it.
pub(super) struct Moment {
    pub(super) civil: DateTime,
    pub(super) zone: TimeZone,
}

pub(super) fn epoch() -> Date {
    Date::constant(1970, 1, 1)
}

pub(super) fn date_of(days: i32) -> Result<Date> {
    epoch().checked_add(Span::new().try_days(days).map_err(bad)?).map_err(bad)
}

pub(super) fn days_of(date: Date) -> i32 {
    epoch().until(date).map_or(0, |span| span.get_days())
}

pub(super) fn civil(micros: i64, zone: &TimeZone) -> Result<DateTime> {
    Ok(Timestamp::from_microsecond(micros).map_err(bad)?.to_zoned(zone.clone()).datetime())
}

impl Moment {
    pub(super) fn of(row: Row<'_>, index: usize) -> Result<Self> {
        match row.kind(index) {
            DataType::Date32 => Ok(Self { civil: date_of(row.date(index))?.at(0, 0, 0, 0), zone: TimeZone::UTC }),
            DataType::Timestamp(_, Some(name)) => {
                let zone = find(name)?;
                Ok(Self { civil: civil(row.time(index), &zone)?, zone })
            }
            _ => Ok(Self { civil: civil(row.time(index), &TimeZone::UTC)?, zone: TimeZone::UTC }),
        }
    }

    /// Microseconds since 1970 of a time that this zone's clock shows.
    pub(super) fn micros(&self, civil: DateTime) -> Result<i64> {
        Ok(civil.to_zoned(self.zone.clone()).map_err(bad)?.timestamp().as_microsecond())
    }

    pub(super) fn offset(&self) -> Result<Offset> {
        let zoned = self.civil.to_zoned(self.zone.clone()).map_err(bad)?;
        Ok(zoned.offset())
    }

    pub(super) fn week(&self) -> i64 {
        i64::from(self.civil.date().iso_week_date().week())
    }
}

/// The first of its week is a Monday.
pub(super) fn monday(date: Date) -> Result<Date> {
    date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).map_err(bad)
}

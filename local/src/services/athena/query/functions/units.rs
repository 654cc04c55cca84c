//! Units of time: how to cut off, to add and to count them.

use super::call::bad;
use super::zoned::monday;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use jiff::civil::{Date, DateTime, DateTimeDifference};
use jiff::{Span, Unit as Jiff};

#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Unit {
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

fn unit(name: &str, kind: &DataType) -> Result<Unit> {
    let known = match name.to_lowercase().as_str() {
        "millisecond" => Some(Unit::Millisecond),
        "second" => Some(Unit::Second),
        "minute" => Some(Unit::Minute),
        "hour" => Some(Unit::Hour),
        "day" => Some(Unit::Day),
        "week" => Some(Unit::Week),
        "month" => Some(Unit::Month),
        "quarter" => Some(Unit::Quarter),
        "year" => Some(Unit::Year),
        _ => None,
    };
    let is_date = kind == &DataType::Date32;
    let fits = known.filter(|unit| !is_date || *unit >= Unit::Day);
    let what = if is_date { "DATE" } else { "TIMESTAMP" };
    fits.ok_or_else(|| bad(format!("'{name}' is not a valid {what} field")))
}

pub(super) fn truncate(name: &str, time: DateTime, kind: &DataType) -> Result<DateTime> {
    let date = time.date();
    let first = |month: i8| Date::new(date.year(), month, 1).map(|date| date.at(0, 0, 0, 0)).map_err(bad);
    let with = |hour, minute, second, nanos| Ok(date.at(hour, minute, second, nanos));
    match unit(name, kind)? {
        Unit::Millisecond => {
            with(time.hour(), time.minute(), time.second(), time.subsec_nanosecond() / 1_000_000 * 1_000_000)
        }
        Unit::Second => with(time.hour(), time.minute(), time.second(), 0),
        Unit::Minute => with(time.hour(), time.minute(), 0, 0),
        Unit::Hour => with(time.hour(), 0, 0, 0),
        Unit::Day => with(0, 0, 0, 0),
        Unit::Week => Ok(monday(date)?.at(0, 0, 0, 0)),
        Unit::Month => first(date.month()),
        Unit::Quarter => first((date.month() - 1) / 3 * 3 + 1),
        Unit::Year => first(1),
    }
}

pub(super) fn add((name, count): (&str, i64), time: DateTime, kind: &DataType) -> Result<DateTime> {
    let span = Span::new();
    let span = match unit(name, kind)? {
        Unit::Millisecond => span.try_milliseconds(count),
        Unit::Second => span.try_seconds(count),
        Unit::Minute => span.try_minutes(count),
        Unit::Hour => span.try_hours(count),
        Unit::Day => span.try_days(count),
        Unit::Week => span.try_weeks(count),
        Unit::Month => span.try_months(count),
        Unit::Quarter => span.try_months(count.saturating_mul(3)),
        Unit::Year => span.try_years(count),
    };
    time.checked_add(span.map_err(bad)?).map_err(bad)
}

/// Whole units from one to the other.
pub(super) fn between(name: &str, from: DateTime, to: DateTime, kind: &DataType) -> Result<i64> {
    let unit = unit(name, kind)?;
    let until = |largest: Jiff| -> Result<Span> {
        from.until(DateTimeDifference::new(to).smallest(Jiff::Microsecond).largest(largest)).map_err(bad)
    };
    let micros = || -> Result<i64> { Ok(i64::try_from(from.duration_until(to).as_micros()).unwrap_or(i64::MAX)) };
    let months = || -> Result<i64> { months(from, to) };
    const MILLISECOND: i64 = 1000;
    Ok(match unit {
        Unit::Millisecond => micros()? / MILLISECOND,
        Unit::Second => micros()? / (1000 * MILLISECOND),
        Unit::Minute => micros()? / (60_000 * MILLISECOND),
        Unit::Hour => micros()? / (3_600_000 * MILLISECOND),
        Unit::Day => i64::from(until(Jiff::Day)?.get_days()),
        Unit::Week => i64::from(until(Jiff::Day)?.get_days()) / 7,
        Unit::Month => months()?,
        Unit::Quarter => months()? / 3,
        Unit::Year => months()? / 12,
    })
}

/// A month is over where its day and its time have come again.
fn months(from: DateTime, to: DateTime) -> Result<i64> {
    if from > to {
        return Ok(-months(to, from)?);
    }
    let count = |time: DateTime| i64::from(time.year()) * 12 + i64::from(time.month());
    let all = count(to) - count(from);
    let reached = from.checked_add(Span::new().try_months(all).map_err(bad)?).map_err(bad)?;
    Ok(all - i64::from(reached > to))
}

/// Microseconds of a unit that a time of the day has.
pub(super) fn of_clock(name: &str) -> Result<i64> {
    match name.to_lowercase().as_str() {
        "millisecond" => Ok(1000),
        "second" => Ok(1_000_000),
        "minute" => Ok(60_000_000),
        "hour" => Ok(3_600_000_000),
        _ => Err(bad(format!("'{name}' is not a valid TIME field"))),
    }
}

/// Milliseconds of `3.81 d`.
pub(super) fn duration(text: &str) -> Result<i64> {
    const UNITS: [(&str, f64); 7] = [
        ("ns", 1e-6),
        ("us", 1e-3),
        ("ms", 1.0),
        ("s", 1000.0),
        ("m", 60_000.0),
        ("h", 3_600_000.0),
        ("d", 86_400_000.0),
    ];
    if text.is_empty() {
        return Err(bad("duration is empty"));
    }
    let malformed = || bad(format!("duration is not a valid data duration string: {text}"));
    let at = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let number: f64 = text[..at].parse().map_err(|_| malformed())?;
    let unit = text[at..].trim();
    if unit.is_empty() || !unit.chars().all(char::is_alphabetic) {
        return Err(malformed());
    }
    let found = UNITS.iter().find(|(known, _)| *known == unit);
    let (_, size) = found.ok_or_else(|| bad(format!("Unknown time unit: {unit}")))?;
    Ok((number * size).round() as i64)
}

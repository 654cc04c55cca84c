//! Functions of dates and times.

use super::{TEXT, TIME, add, bad};
use datafusion::arrow::array::{
    Array as _, ArrayRef, AsArray as _, Int64Array, StringArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{DataType, TimestampMicrosecondType};
use datafusion::common::Result;
use datafusion::prelude::SessionContext;
use jiff::civil::DateTime;
use jiff::{Timestamp, tz::TimeZone};
use std::sync::Arc;

pub(super) fn register(session: &SessionContext) {
    add(session, "from_iso8601_timestamp", vec![TEXT], TIME, |all| {
        let text = all[0].as_string::<i32>();
        times(text.len(), |row| text.is_valid(row).then(|| iso(text.value(row))))
    });
    add(session, "date_parse", vec![TEXT, TEXT], TIME, |all| {
        let (text, format) = (all[0].as_string::<i32>(), all[1].as_string::<i32>());
        times(text.len(), |row| {
            (text.is_valid(row) && format.is_valid(row)).then(|| parse(text.value(row), format.value(row)))
        })
    });
    add(session, "date_format", vec![TIME, TEXT], TEXT, |all| {
        let (time, format) = (all[0].as_primitive::<TimestampMicrosecondType>(), all[1].as_string::<i32>());
        let text = |row: usize| {
            let set = time.is_valid(row) && format.is_valid(row);
            set.then(|| civil(time.value(row)).strftime(&mysql(format.value(row))).to_string())
        };
        Ok(Arc::new((0..time.len()).map(text).collect::<StringArray>()))
    });
    add(session, "date_add", vec![TEXT, DataType::Int64, TIME], TIME, |all| {
        let (unit, count) =
            (all[0].as_string::<i32>(), all[1].as_primitive::<datafusion::arrow::datatypes::Int64Type>());
        let time = all[2].as_primitive::<TimestampMicrosecondType>();
        times(time.len(), |row| {
            let set = time.is_valid(row) && count.is_valid(row);
            set.then(|| later(unit.value(row), count.value(row), time.value(row)))
        })
    });
    add(session, "date_diff", vec![TEXT, TIME, TIME], DataType::Int64, |all| {
        let unit = all[0].as_string::<i32>();
        let (one, other) =
            (all[1].as_primitive::<TimestampMicrosecondType>(), all[2].as_primitive::<TimestampMicrosecondType>());
        let difference = |row: usize| {
            let set = one.is_valid(row) && other.is_valid(row);
            set.then(|| between(unit.value(row), one.value(row), other.value(row))).transpose()
        };
        Ok(Arc::new((0..one.len()).map(difference).collect::<Result<Int64Array>>()?))
    });
}

fn times(rows: usize, time: impl Fn(usize) -> Option<Result<i64>>) -> Result<ArrayRef> {
    let times = (0..rows).map(|row| time(row).transpose());
    Ok(Arc::new(times.collect::<Result<TimestampMicrosecondArray>>()?))
}

fn civil(micros: i64) -> DateTime {
    Timestamp::from_microsecond(micros).unwrap_or_default().to_zoned(TimeZone::UTC).datetime()
}

fn micros(time: DateTime) -> Result<i64> {
    let zoned = time.to_zoned(TimeZone::UTC).map_err(|error| bad(error.to_string()))?;
    Ok(zoned.timestamp().as_microsecond())
}

fn iso(text: &str) -> Result<i64> {
    let fail = || bad(format!("Invalid format: \"{text}\""));
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time.as_microsecond());
    }
    micros(
        text.parse::<DateTime>()
            .or_else(|_| text.parse::<jiff::civil::Date>().map(|date| date.at(0, 0, 0, 0)))
            .map_err(|_| fail())?,
    )
}

/// MySQL's format, which Trino's `date_format` and `date_parse` take, as strftime's.
fn mysql(format: &str) -> String {
    let mut text = String::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            text.push(letter);
            continue;
        }
        match letters.next() {
            Some('i') => text.push_str("%M"),
            Some('s' | 'S') => text.push_str("%S"),
            Some('M') => text.push_str("%B"),
            Some('W') => text.push_str("%A"),
            Some('c') => text.push_str("%-m"),
            Some('e') => text.push_str("%-d"),
            Some('k') => text.push_str("%-H"),
            Some('h' | 'I') => text.push_str("%I"),
            Some('l') => text.push_str("%-I"),
            Some('f') => text.push_str("%6f"),
            Some('T') => text.push_str("%H:%M:%S"),
            Some('r') => text.push_str("%I:%M:%S %p"),
            Some('v') => text.push_str("%V"),
            Some('x') => text.push_str("%G"),
            Some(same @ ('a' | 'b' | 'd' | 'H' | 'j' | 'm' | 'p' | 'Y' | 'y' | '%')) => text.extend(['%', same]),
            Some(other) => text.push(other),
            None => {}
        }
    }
    text
}

fn parse(text: &str, format: &str) -> Result<i64> {
    let fail = |_| bad(format!("Invalid format: \"{text}\" does not fit \"{format}\""));
    let parsed = jiff::fmt::strtime::parse(mysql(format), text).map_err(fail)?;
    let date = parsed.to_date().map_err(fail)?;
    let time = parsed.to_time().unwrap_or_default();
    micros(date.to_datetime(time))
}

fn later(unit: &str, count: i64, time: i64) -> Result<i64> {
    let span = match unit.to_lowercase().as_str() {
        "millisecond" => jiff::Span::new().try_milliseconds(count),
        "second" => jiff::Span::new().try_seconds(count),
        "minute" => jiff::Span::new().try_minutes(count),
        "hour" => jiff::Span::new().try_hours(count),
        "day" => jiff::Span::new().try_days(count),
        "week" => jiff::Span::new().try_weeks(count),
        "month" => jiff::Span::new().try_months(count),
        "quarter" => jiff::Span::new().try_months(count.saturating_mul(3)),
        "year" => jiff::Span::new().try_years(count),
        _ => return Err(bad(format!("'{unit}' is not a valid TIMESTAMP field"))),
    };
    let span = span.map_err(|error| bad(error.to_string()))?;
    micros(civil(time).checked_add(span).map_err(|error| bad(error.to_string()))?)
}

fn between(unit: &str, from: i64, to: i64) -> Result<i64> {
    const SECOND: i64 = 1_000_000;
    let months = || -> Result<i64> {
        let span = civil(from).until((jiff::Unit::Month, civil(to))).map_err(|error| bad(error.to_string()))?;
        Ok(i64::from(span.get_years()) * 12 + i64::from(span.get_months()))
    };
    Ok(match unit.to_lowercase().as_str() {
        "millisecond" => (to - from) / 1000,
        "second" => (to - from) / SECOND,
        "minute" => (to - from) / (60 * SECOND),
        "hour" => (to - from) / (3600 * SECOND),
        "day" => (to - from) / (86_400 * SECOND),
        "week" => (to - from) / (7 * 86_400 * SECOND),
        "month" => months()?,
        "quarter" => months()? / 3,
        "year" => months()? / 12,
        _ => return Err(bad(format!("'{unit}' is not a valid TIMESTAMP field"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_by_mysqls_letters() {
        let time = iso("2018-01-30T14:02:40Z").unwrap();
        assert_eq!(
            civil(time).strftime(&mysql("%Y-%m-%d %H:%i:%s %M %e")).to_string(),
            "2018-01-30 14:02:40 January 30"
        );
        assert_eq!(parse("30/01/2018 14:02", "%d/%m/%Y %H:%i").unwrap(), time - 40_000_000);
        assert_eq!(parse("2018-01-30", "%Y-%m-%d").unwrap(), iso("2018-01-30").unwrap());
        assert!(parse("x", "%Y").is_err());
    }

    #[test]
    fn months_are_as_long_as_they_are() {
        let (january, march) = (iso("2018-01-31").unwrap(), iso("2018-03-31").unwrap());
        assert_eq!(later("month", 1, january).unwrap(), iso("2018-02-28").unwrap());
        assert_eq!((between("month", january, march).unwrap(), between("day", january, march).unwrap()), (2, 59));
        assert!(later("century", 1, january).is_err());
    }
}

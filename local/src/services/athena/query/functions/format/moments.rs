//! Dates and times in a format, as Java has them.

use super::super::call::bad;
use super::super::pattern::offset_text;
use super::super::zoned::{civil, date_of, find};
use crate::services::athena::query::print;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _};
use datafusion::arrow::datatypes::{DataType, Date32Type, Time64MicrosecondType, TimeUnit, TimestampMicrosecondType};
use datafusion::common::Result;
use jiff::Zoned;
use jiff::civil::Time;
use jiff::tz::TimeZone;

enum Moment {
    Days(i32),
    Clock(i64),
    Time(i64, Option<String>),
}

fn moment(column: &ArrayRef, at: usize) -> Result<Option<Moment>> {
    if column.is_null(at) {
        return Ok(None);
    }
    Ok(Some(match column.data_type() {
        DataType::Date32 => Moment::Days(column.as_primitive::<Date32Type>().value(at)),
        DataType::Time64(TimeUnit::Microsecond) => {
            Moment::Clock(column.as_primitive::<Time64MicrosecondType>().value(at))
        }
        DataType::Timestamp(_, zone) => {
            let kind = DataType::Timestamp(TimeUnit::Microsecond, zone.clone());
            let micros = datafusion::arrow::compute::cast(&column.slice(at, 1), &kind)?;
            let micros = micros.as_primitive::<TimestampMicrosecondType>().value(0);
            Moment::Time(micros, zone.as_ref().map(ToString::to_string))
        }
        _ => return Ok(None),
    }))
}

/// `%s` of any value: `1969-07-20T16:17-04:00[America/New_York]`.
pub(super) fn shown(column: &ArrayRef, at: usize) -> Result<Option<String>> {
    Ok(match moment(column, at)? {
        Some(Moment::Time(micros, None)) => {
            let time = civil(micros, &TimeZone::UTC)?;
            Some(format!("{}T{}", time.date(), clock(time.time())))
        }
        Some(Moment::Time(micros, Some(name))) => {
            let time = zoned(micros, &name)?;
            let offset = if time.offset().is_zero() { "Z".to_owned() } else { offset_text(time.offset()) };
            Some(format!("{}T{}{offset}[{name}]", time.date(), clock(time.time())))
        }
        Some(Moment::Clock(micros)) => Some(clock(civil(micros, &TimeZone::UTC)?.time())),
        _ => print::value(column, at)?,
    })
}

fn zoned(micros: i64, name: &str) -> Result<Zoned> {
    let zone = find(name)?;
    civil(micros, &zone)?.to_zoned(zone).map_err(bad)
}

/// Without seconds where there are none.
fn clock(time: Time) -> String {
    match (time.second(), time.subsec_nanosecond()) {
        (0, 0) => time.strftime("%H:%M").to_string(),
        (_, 0) => time.strftime("%H:%M:%S").to_string(),
        (_, nanos) if nanos % 1_000_000 == 0 => time.strftime("%H:%M:%S%.3f").to_string(),
        _ => time.strftime("%H:%M:%S%.6f").to_string(),
    }
}

/// `%tY` and the like; none of what is no date, no time, or has no such part.
pub(super) fn part(column: &ArrayRef, at: usize, letter: char) -> Result<Option<String>> {
    let (time, zone, is_date, is_clock) = match moment(column, at)? {
        Some(Moment::Days(days)) => (date_of(days)?.at(0, 0, 0, 0), None, true, false),
        Some(Moment::Clock(micros)) => (civil(micros, &TimeZone::UTC)?, None, false, true),
        Some(Moment::Time(micros, None)) => (civil(micros, &TimeZone::UTC)?, None, true, true),
        Some(Moment::Time(micros, Some(name))) => {
            let time = zoned(micros, &name)?;
            (time.datetime(), Some(time), true, true)
        }
        None => return Ok(None),
    };
    let pattern = match letter {
        'A' | 'B' | 'Y' | 'a' | 'b' | 'd' | 'e' | 'h' | 'j' | 'm' | 'y' | 'C' if is_date => format!("%{letter}"),
        'F' if is_date => "%Y-%m-%d".to_owned(),
        'D' if is_date => "%m/%d/%y".to_owned(),
        'H' | 'I' | 'M' | 'S' if is_clock => format!("%{letter}"),
        'k' => "%-H".to_owned(),
        'l' => "%-I".to_owned(),
        'p' if is_clock => "%P".to_owned(),
        'L' if is_clock => "%3f".to_owned(),
        'N' if is_clock => "%9f".to_owned(),
        'R' if is_clock => "%H:%M".to_owned(),
        'T' if is_clock => "%H:%M:%S".to_owned(),
        'r' if is_clock => "%I:%M:%S %p".to_owned(),
        'Z' | 'z' if zone.is_some() => format!("%{letter}"),
        'c' if zone.is_some() => "%a %b %d %H:%M:%S %Z %Y".to_owned(),
        _ => return Ok(None),
    };
    let pattern = if letter == 'e' { "%-d".to_owned() } else { pattern };
    Ok(Some(match zone {
        Some(zoned) => zoned.strftime(&pattern).to_string(),
        None => time.strftime(&pattern).to_string(),
    }))
}

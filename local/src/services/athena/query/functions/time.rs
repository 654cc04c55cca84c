//! Dates and times: https://trino.io/docs/current/functions/datetime.html

use super::super::spans::{amounts, span};
use super::call::{Call, Day, Given, Instant, Row, bad};
use super::library::Entry;
use super::parsed;
use super::pattern::{self, Item};
use super::units;
use super::zoned::{Moment, days_of};
use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

pub(super) const FUNCTIONS: &[Entry] = &[
    ("year", "M -> bigint", |call| part(call, |at| i64::from(at.civil.year()))),
    ("quarter", "M -> bigint", |call| part(call, |at| (i64::from(at.civil.month()) + 2) / 3)),
    ("month", "M -> bigint", |call| part(call, |at| i64::from(at.civil.month()))),
    ("week", "M -> bigint", |call| part(call, |at| at.week())),
    ("week_of_year", "M -> bigint", |call| part(call, |at| at.week())),
    ("year_of_week", "M -> bigint", |call| part(call, |at| i64::from(at.civil.date().iso_week_date().year()))),
    ("yow", "M -> bigint", |call| part(call, |at| i64::from(at.civil.date().iso_week_date().year()))),
    ("day", "M -> bigint", |call| part(call, |at| i64::from(at.civil.day()))),
    ("day_of_month", "M -> bigint", |call| part(call, |at| i64::from(at.civil.day()))),
    ("day_of_week", "M -> bigint", |call| part(call, |at| i64::from(at.civil.weekday().to_monday_one_offset()))),
    ("dow", "M -> bigint", |call| part(call, |at| i64::from(at.civil.weekday().to_monday_one_offset()))),
    ("day_of_year", "M -> bigint", |call| part(call, |at| i64::from(at.civil.day_of_year()))),
    ("doy", "M -> bigint", |call| part(call, |at| i64::from(at.civil.day_of_year()))),
    ("hour", "M -> bigint", |call| part(call, |at| i64::from(at.civil.hour()))),
    ("minute", "M -> bigint", |call| part(call, |at| i64::from(at.civil.minute()))),
    ("second", "M -> bigint", |call| part(call, |at| i64::from(at.civil.second()))),
    ("millisecond", "M -> bigint", |call| part(call, |at| i64::from(at.civil.millisecond()))),
    ("hour", "time -> bigint", |call| call.each(|row| Ok(Some(row.clock(0) / 3_600_000_000)))),
    ("minute", "time -> bigint", |call| call.each(|row| Ok(Some(row.clock(0) / 60_000_000 % 60)))),
    ("second", "time -> bigint", |call| call.each(|row| Ok(Some(row.clock(0) / 1_000_000 % 60)))),
    ("millisecond", "time -> bigint", |call| call.each(|row| Ok(Some(row.clock(0) / 1000 % 1000)))),
    ("year", "months -> bigint", |call| of_interval(call, |months| months / 12)),
    ("month", "months -> bigint", |call| of_interval(call, |months| months % 12)),
    ("day", "interval -> bigint", |call| of_interval(call, |millis| millis / 86_400_000)),
    ("hour", "interval -> bigint", |call| of_interval(call, |millis| millis / 3_600_000 % 24)),
    ("minute", "interval -> bigint", |call| of_interval(call, |millis| millis / 60_000 % 60)),
    ("second", "interval -> bigint", |call| of_interval(call, |millis| millis / 1000 % 60)),
    ("millisecond", "interval -> bigint", |call| of_interval(call, |millis| millis % 1000)),
    ("parse_duration", "varchar -> interval", |call| intervals(call, units::duration)),
    ("date_trunc", "varchar, time -> time", |call| {
        clocks(call, |row| Ok(row.clock(1) - row.clock(1) % units::of_clock(row.text(0))?))
    }),
    ("date_add", "varchar, bigint, time -> time", |call| {
        clocks(call, |row| Ok(row.clock(2).saturating_add(row.long(1).saturating_mul(units::of_clock(row.text(0))?))))
    }),
    ("date_diff", "varchar, time, time -> bigint", |call| {
        call.each(|row| Ok(Some((row.clock(2) - row.clock(1)) / units::of_clock(row.text(0))?)))
    }),
    ("timezone_hour", "zoned -> bigint", |call| call.each(|row| Ok(Some(offset(row)? / 3600)))),
    ("timezone_minute", "zoned -> bigint", |call| call.each(|row| Ok(Some(offset(row)? / 60 % 60)))),
    ("date_trunc", "varchar, M -> M", |call| {
        moments(call, 1, |row, at| units::truncate(row.text(0), at.civil, row.kind(1)))
    }),
    ("date_add", "varchar, bigint, M -> M", |call| {
        moments(call, 2, |row, at| units::add((row.text(0), row.long(1)), at.civil, row.kind(2)))
    }),
    ("date_diff", "varchar, M, M -> bigint", |call| {
        call.each(|row| {
            let (from, to) = (Moment::of(row, 1)?.civil, Moment::of(row, 2)?.civil);
            units::between(row.text(0), from, to, row.kind(1)).map(Some)
        })
    }),
    ("last_day_of_month", "M -> date", |call| {
        call.each(|row| Ok(Some(Day(days_of(Moment::of(row, 0)?.civil.date().last_of_month())))))
    }),
    ("date", "M -> date", |call| call.each(|row| Ok(Some(Day(days_of(Moment::of(row, 0)?.civil.date())))))),
    ("date", "varchar -> date", |call| {
        call.each(|row| {
            let cannot = |_| {
                super::call::fails("INVALID_CAST_ARGUMENT", format!("Value cannot be cast to date: {}", row.text(0)))
            };
            Ok(Some(Day(days_of(row.text(0).trim().parse::<Date>().map_err(cannot)?))))
        })
    }),
    ("date_format", "M, varchar -> varchar", |call| print(call, pattern::mysql)),
    ("date_parse", "varchar, varchar -> timestamp", |call| read(call, pattern::mysql)),
    ("format_datetime", "M, varchar -> varchar", |call| print(call, pattern::joda)),
    ("parse_datetime", "varchar, varchar -> zoned", |call| read(call, pattern::joda)),
    ("from_iso8601_date", "varchar -> date", |call| call.each(iso_date)),
    ("from_iso8601_timestamp", "varchar -> zoned by", |call| call.each(iso_timestamp)),
    ("from_iso8601_timestamp_nanos", "varchar -> zoned", |call| call.each(iso_timestamp)),
    ("to_iso8601", "M -> varchar", |call| call.each(to_iso)),
    ("from_unixtime", "double -> zoned", |call| call.each(|row| from_unix(row.double(0)))),
    ("from_unixtime", "double, varchar -> zoned by", |call| call.each(|row| from_unix(row.double(0)))),
    ("from_unixtime_nanos", "bigint -> zoned", |call| call.each(|row| Ok(Some(Instant(row.long(0).div_euclid(1000)))))),
    ("to_unixtime", "M -> double", |call| {
        call.each(|row| {
            let at = Moment::of(row, 0)?;
            Ok(Some(at.micros(at.civil)? as f64 / 1e6))
        })
    }),
    ("with_timezone", "timestamp, varchar -> zoned by", |call| {
        call.each(|row| {
            let zone = super::zoned::find(row.text(1))?;
            let at = Moment { civil: Moment::of(row, 0)?.civil, zone };
            Ok(Some(Instant(at.micros(at.civil)?)))
        })
    }),
    ("at_timezone", "zoned, varchar -> zoned by", |call| call.each(|row| Ok(Some(Instant(row.time(0)))))),
    ("timezone", "zoned -> varchar", |call| call.each(|row| Ok(Some(zone_name(row.kind(0)))))),
    ("current_timezone", "-> varchar", |call| call.each(|_| Ok(Some("UTC".to_owned())))),
    ("to_milliseconds", "interval -> bigint", |call| of_interval(call, |millis| millis)),
];

fn of_interval(call: &Call, part: fn(i64) -> i64) -> Result<ArrayRef> {
    let amounts = amounts(&call.arguments[0])?;
    call.each(|row| Ok(amounts[row.at()].map(part)))
}

fn intervals(call: &Call, millis: fn(&str) -> Result<i64>) -> Result<ArrayRef> {
    call.each(|row| Ok(Some(ScalarValue::IntervalMonthDayNano(Some(span(millis(row.text(0))?))))))
}

/// Times of the day, which begin anew after midnight.
fn clocks(call: &Call, micros: impl Fn(Row<'_>) -> Result<i64>) -> Result<ArrayRef> {
    call.each(|row| Ok(Some(ScalarValue::Time64Microsecond(Some(micros(row)?.rem_euclid(86_400_000_000))))))
}

fn part(call: &Call, part: impl Fn(&Moment) -> i64) -> Result<ArrayRef> {
    call.each(|row| Ok(Some(part(&Moment::of(row, 0)?))))
}

fn offset(row: Row<'_>) -> Result<i64> {
    Ok(i64::from(Moment::of(row, 0)?.offset()?.seconds()))
}

/// Gives the type of the argument at `index`.
fn moments(call: &Call, index: usize, work: impl Fn(Row<'_>, &Moment) -> Result<DateTime>) -> Result<ArrayRef> {
    match call.gives {
        DataType::Date32 => call.each(|row| Ok(Some(Day(days_of(work(row, &Moment::of(row, index)?)?.date()))))),
        _ => call.each(|row| {
            let at = Moment::of(row, index)?;
            Ok(Some(Instant(at.micros(work(row, &at)?)?)))
        }),
    }
}

fn zone_name(kind: &DataType) -> String {
    match kind {
        DataType::Timestamp(_, Some(zone)) => zone.to_string(),
        _ => "UTC".to_owned(),
    }
}

fn print(call: &Call, format: fn(&str) -> Result<Vec<Item>>) -> Result<ArrayRef> {
    call.each(|row| {
        let (at, items) = (Moment::of(row, 0)?, format(row.text(1))?);
        Ok(Some(pattern::print(&items, at.civil, at.offset()?, &zone_name(row.kind(0)))))
    })
}

fn read(call: &Call, format: fn(&str) -> Result<Vec<Item>>) -> Result<ArrayRef> {
    call.each(|row| {
        if row.text(1).is_empty() {
            return Err(bad("Both printing and parsing not supported"));
        }
        let (time, offset) = parsed::read(&format(row.text(1))?, row.text(0))?;
        instant(time, offset).map(Some)
    })
}

fn instant(time: DateTime, offset: Option<Offset>) -> Result<Instant> {
    let at = Moment { civil: time, zone: TimeZone::fixed(offset.unwrap_or(Offset::UTC)) };
    at.micros(time).map(Instant)
}

/// `2020-05-11`, `2020-W10-1`, `2020-123`, `2020-05`, `2020`.
fn iso_day(text: &str) -> Option<Date> {
    ["yyyy-MM-dd", "xxxx-'W'ww-e", "xxxx-'W'ww", "yyyy-DDD", "yyyy-MM", "yyyy", "yyyyMMdd"].into_iter().find_map(
        |format| {
            let items = pattern::joda(format).ok()?;
            let fits = format.replace('\'', "").len() == text.len();
            fits.then(|| parsed::read(&items, text).ok().map(|(time, _)| time.date())).flatten()
        },
    )
}

fn iso_date(row: Row<'_>) -> Given<Day> {
    let day = iso_day(row.text(0)).ok_or_else(|| bad(format!("Invalid format: \"{}\"", row.text(0))))?;
    Ok(Some(Day(days_of(day))))
}

fn iso_timestamp(row: Row<'_>) -> Given<Instant> {
    let text = row.text(0);
    let malformed = || bad(format!("Invalid format: \"{text}\""));
    let (day, rest) = text.split_once('T').unwrap_or((text, ""));
    let date = iso_day(day).ok_or_else(malformed)?;
    let zone = rest.find(['+', '-', 'Z']);
    let (clock, zone) = zone.map_or((rest, None), |at| (&rest[..at], Some(&rest[at..])));
    let offset = zone.map(|zone| super::super::zones::offset(zone).ok_or_else(malformed)).transpose()?;
    let time = match clock {
        "" => Time::midnight(),
        hour if hour.len() == 2 => format!("{hour}:00").parse().map_err(|_| malformed())?,
        clock => clock.replace(',', ".").parse::<Time>().map_err(|_| malformed())?,
    };
    instant(date.to_datetime(time), offset).map(Some)
}

fn to_iso(row: Row<'_>) -> Given<String> {
    let at = Moment::of(row, 0)?;
    let text = |format: &str| at.civil.strftime(format).to_string();
    Ok(Some(match row.kind(0) {
        DataType::Date32 => text("%Y-%m-%d"),
        DataType::Timestamp(_, None) => text("%Y-%m-%dT%H:%M:%S%.3f"),
        _ => {
            let offset = at.offset()?;
            let zone = if offset == Offset::UTC { "Z".to_owned() } else { pattern::offset_text(offset) };
            text("%Y-%m-%dT%H:%M:%S%.3f") + &zone
        }
    }))
}

fn from_unix(seconds: f64) -> Given<Instant> {
    // Trino keeps milliseconds of it.
    let millis = (seconds * 1000.0).round();
    match millis.is_finite() && millis.abs() < 3.0e14 {
        true => Ok(Some(Instant(millis as i64 * 1000))),
        false => Err(bad(format!("Millis overflow: {seconds}"))),
    }
}

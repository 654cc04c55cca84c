//! Formats of dates and times: Joda's letters of `format_datetime`, and MySQL's of `date_format`.

use super::call::bad;
use datafusion::common::Result;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::Offset;
use std::fmt::Write as _;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Field {
    Era,
    Year,
    WeekYear,
    /// Of two digits.
    ShortYear,
    Month,
    MonthName,
    MonthShort,
    Day,
    DayOfYear,
    Week,
    DayOfWeek,
    DayName,
    DayShort,
    Hour,
    /// 1 to 24.
    HourFromOne,
    /// 1 to 12.
    HourOfHalf,
    /// 0 to 11.
    HourOfHalfFromZero,
    Minute,
    Second,
    Fraction,
    Half,
    /// `+0100`
    Offset,
    /// `+01:00`
    OffsetColon,
    ZoneName,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    Text(String),
    /// With so many digits at least.
    Field(Field, usize),
}

/// https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html
pub(super) fn joda(format: &str) -> Result<Vec<Item>> {
    let (mut items, mut rest) = (vec![], format);
    while let Some(letter) = rest.chars().next() {
        if letter == '\'' {
            let inner = &rest[1..];
            let (text, after) = match inner.strip_prefix('\'') {
                Some(after) => ("'", after),
                None => inner.split_once('\'').unwrap_or((inner, "")),
            };
            items.push(Item::Text(text.to_owned()));
            rest = after;
            continue;
        }
        let count = rest.chars().take_while(|next| *next == letter).count();
        rest = &rest[count * letter.len_utf8()..];
        items.push(match joda_field(letter, count) {
            Some(field) => Item::Field(field, count),
            None if letter.is_ascii_alphabetic() => {
                return Err(bad(format!("Illegal pattern component: {}", letter.to_string().repeat(count))));
            }
            None => Item::Text(letter.to_string().repeat(count)),
        });
    }
    Ok(items)
}

fn joda_field(letter: char, count: usize) -> Option<Field> {
    Some(match (letter, count) {
        ('G', _) => Field::Era,
        ('y' | 'Y' | 'x', 2) => Field::ShortYear,
        ('y' | 'Y', _) => Field::Year,
        ('x', _) => Field::WeekYear,
        ('M', 1 | 2) => Field::Month,
        ('M', 3) => Field::MonthShort,
        ('M', _) => Field::MonthName,
        ('d', _) => Field::Day,
        ('D', _) => Field::DayOfYear,
        ('w', _) => Field::Week,
        ('e', _) => Field::DayOfWeek,
        ('E', 1..=3) => Field::DayShort,
        ('E', _) => Field::DayName,
        ('H', _) => Field::Hour,
        ('k', _) => Field::HourFromOne,
        ('h', _) => Field::HourOfHalf,
        ('K', _) => Field::HourOfHalfFromZero,
        ('m', _) => Field::Minute,
        ('s', _) => Field::Second,
        ('S', _) => Field::Fraction,
        ('a', _) => Field::Half,
        ('Z', 1) => Field::Offset,
        ('Z', 2) => Field::OffsetColon,
        ('Z' | 'z', _) => Field::ZoneName,
        _ => return None,
    })
}

/// https://trino.io/docs/current/functions/datetime.html#mysql-date-functions
pub(super) fn mysql(format: &str) -> Result<Vec<Item>> {
    let (mut items, mut letters) = (vec![], format.chars());
    while let Some(letter) = letters.next() {
        if letter != '%' {
            items.push(Item::Text(letter.to_string()));
            continue;
        }
        let text = |text: &str| Item::Text(text.to_owned());
        let field = Item::Field;
        let item = match letters.next() {
            Some('a') => field(Field::DayShort, 3),
            Some('b') => field(Field::MonthShort, 3),
            Some('c') => field(Field::Month, 1),
            Some('d') => field(Field::Day, 2),
            Some('e') => field(Field::Day, 1),
            Some('f') => field(Field::Fraction, 6),
            Some('H') => field(Field::Hour, 2),
            Some('h' | 'I') => field(Field::HourOfHalf, 2),
            Some('i') => field(Field::Minute, 2),
            Some('j') => field(Field::DayOfYear, 3),
            Some('k') => field(Field::Hour, 1),
            Some('l') => field(Field::HourOfHalf, 1),
            Some('M') => field(Field::MonthName, 4),
            Some('m') => field(Field::Month, 2),
            Some('p') => field(Field::Half, 1),
            Some('S' | 's') => field(Field::Second, 2),
            Some('v') => field(Field::Week, 2),
            Some('W') => field(Field::DayName, 4),
            Some('x') => field(Field::WeekYear, 4),
            Some('Y') => field(Field::Year, 4),
            Some('y') => field(Field::ShortYear, 2),
            Some('%') => text("%"),
            Some('T') => {
                items.extend([field(Field::Hour, 2), text(":"), field(Field::Minute, 2), text(":")]);
                field(Field::Second, 2)
            }
            Some('r') => {
                items.extend([field(Field::HourOfHalf, 2), text(":"), field(Field::Minute, 2), text(":")]);
                items.extend([field(Field::Second, 2), text(" ")]);
                field(Field::Half, 1)
            }
            Some(other @ ('D' | 'U' | 'u' | 'V' | 'w' | 'X')) => {
                return Err(bad(format!("%{other} not supported in date format string")));
            }
            Some(other) => Item::Text(other.to_string()),
            None => return Err(bad("Invalid date format string: %")),
        };
        items.push(item);
    }
    Ok(items)
}

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(super) const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn day_name(day: Weekday) -> &'static str {
    DAYS[day.to_monday_zero_offset().unsigned_abs() as usize % 7]
}

pub(super) fn print(items: &[Item], time: DateTime, offset: Offset, zone: &str) -> String {
    let mut text = String::new();
    for item in items {
        match item {
            Item::Text(inner) => text.push_str(inner),
            Item::Field(field, width) => print_field(&mut text, (*field, *width), time, (offset, zone)),
        }
    }
    text
}

fn print_field(text: &mut String, (field, width): (Field, usize), time: DateTime, (offset, zone): (Offset, &str)) {
    let mut number = |number: i64| {
        let sign = if number < 0 { "-" } else { "" };
        let _ = write!(text, "{sign}{:0width$}", number.abs());
    };
    let hour = i64::from(time.hour());
    let week = time.date().iso_week_date();
    match field {
        Field::Year => number(i64::from(time.year())),
        Field::WeekYear => number(i64::from(week.year())),
        Field::ShortYear => number(i64::from(time.year().rem_euclid(100))),
        Field::Month => number(i64::from(time.month())),
        Field::Day => number(i64::from(time.day())),
        Field::DayOfYear => number(i64::from(time.day_of_year())),
        Field::Week => number(i64::from(week.week())),
        Field::DayOfWeek => number(i64::from(time.weekday().to_monday_one_offset())),
        Field::Hour => number(hour),
        Field::HourFromOne => number(if hour == 0 { 24 } else { hour }),
        Field::HourOfHalf => number(if hour % 12 == 0 { 12 } else { hour % 12 }),
        Field::HourOfHalfFromZero => number(hour % 12),
        Field::Minute => number(i64::from(time.minute())),
        Field::Second => number(i64::from(time.second())),
        Field::Fraction => {
            let digits = format!("{:09}", time.subsec_nanosecond() / 1_000_000 * 1_000_000);
            text.extend(digits.chars().chain(std::iter::repeat('0')).take(width));
        }
        Field::Era => text.push_str(if time.year() > 0 { "AD" } else { "BC" }),
        Field::MonthName => text.push_str(MONTHS[(time.month() - 1) as usize]),
        Field::MonthShort => text.push_str(&MONTHS[(time.month() - 1) as usize][..3]),
        Field::DayName => text.push_str(day_name(time.weekday())),
        Field::DayShort => text.push_str(&day_name(time.weekday())[..3]),
        Field::Half => text.push_str(if hour < 12 { "AM" } else { "PM" }),
        Field::Offset => text.push_str(&offset_text(offset).replace(':', "")),
        Field::OffsetColon => text.push_str(&offset_text(offset)),
        Field::ZoneName => text.push_str(zone),
    }
}

/// `+01:00`
pub(super) fn offset_text(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", seconds.abs() / 3600, seconds.abs() / 60 % 60)
}

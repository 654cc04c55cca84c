//! Whether an event surely fits the columns of the table that Firehose converts by.
//!
//! Firehose fails a whole record when one value of one event in it does not fit. Alone in its record, an event costs no other, so
//! nothing here has to know where Firehose draws the line: what is not surely on its good side is alone.

use crate::columns::{Columns, Kind};
use serde::Deserialize;
use serde::de::{Deserializer as _, Error, MapAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::{fmt, mem};

/// A number of more characters than a double takes when it is printed is not surely read as one.
const ORDINARY: usize = 25;
/// So many digits survive a detour by a double.
const EXACT: usize = 15;
/// Milliseconds since 1970 until the year 2286, or seconds.
const SINCE_1970: usize = 13;

impl Columns {
    /// `event` is a JSON object in UTF-8.
    pub(crate) fn surely_take(&self, event: &[u8]) -> bool {
        str::from_utf8(event).is_ok_and(|event| object(event, Members::Of(self)))
    }
}

impl Kind {
    fn surely_takes(&self, json: &str) -> bool {
        json == "null"
            || match self {
                // Of numbers and booleans it is their text.
                Self::Text => !json.starts_with(['{', '[']),
                Self::Characters(most) => text(json).is_some_and(|text| text.chars().count() <= *most),
                Self::Whole(bits) => is_whole(json, *bits),
                Self::Float => double(json).is_some_and(|number| number.abs() <= f64::from(f32::MAX)),
                Self::Double => double(json).is_some(),
                Self::Boolean => matches!(json, "true" | "false"),
                Self::Decimal(whole, fraction) => is_decimal(json, *whole, *fraction),
                Self::Date => text(json).and_then(year).is_some(),
                Self::Timestamp => is_time(json),
                Self::Array(item) => {
                    let items = serde_json::from_str::<Vec<&RawValue>>(json);
                    items.is_ok_and(|items| !items.is_empty() && items.iter().all(|one| item.surely_takes(one.get())))
                }
                Self::Map(value) => object(json, Members::All(value)),
                Self::Struct(members) => object(json, Members::Of(members)),
                Self::Unsure => false,
            }
    }
}

/// What the values of an object have to be. Empty maps are not sure, nor are arrays: Hive's Parquet writer failed on them for years
/// ("empty fields are illegal", HIVE-11625), and which one is in Firehose is not told.
#[derive(Clone, Copy)]
enum Members<'a> {
    Of(&'a Columns),
    All(&'a Kind),
}

fn object(json: &str, members: Members<'_>) -> bool {
    json.starts_with('{') && Deserializer::from_str(json).deserialize_map(members).is_ok()
}

/// Borrowed unless it has an escape in it.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// An error is what does not surely fit.
impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object that fits")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut met, mut is_sure) = match self {
            Self::Of(columns) => (vec![false; columns.len()], true),
            Self::All(_) => (vec![], false),
        };
        while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &RawValue>()? {
            is_sure = match self {
                Self::Of(columns) => columns.find(&name).is_none_or(|(index, kind)| {
                    // Which of two counts is not known.
                    !mem::replace(&mut met[index], true) && kind.surely_takes(value.get())
                }),
                Self::All(kind) => kind.surely_takes(value.get()),
            };
            if !is_sure {
                break;
            }
        }
        if is_sure { Ok(()) } else { Err(A::Error::custom("")) }
    }
}

/// What is between the quotes, unless there is an escape.
fn text(json: &str) -> Option<&str> {
    json.strip_prefix('"')?.strip_suffix('"').filter(|text| !text.contains('\\'))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Without a point and an exponent. `-0` is a double to some readers.
fn is_whole(json: &str, bits: u32) -> bool {
    let least = -(1_i128 << bits);
    is_digits(json.strip_prefix('-').unwrap_or(json))
        && json != "-0"
        && json.parse().is_ok_and(|number: i64| (least..-least).contains(&number.into()))
}

fn double(json: &str) -> Option<f64> {
    let is_ordinary = json.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && json.len() <= ORDINARY;
    json.parse().ok().filter(|number: &f64| is_ordinary && number.is_finite())
}

pub(crate) fn is_decimal(json: &str, most: usize, behind: usize) -> bool {
    let number = json.strip_prefix('-').unwrap_or(json);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let before = if whole == "0" { 0 } else { whole.len() };
    let behind = if number.contains('.') { fraction.len() <= behind } else { true };
    is_digits(whole) && is_digits(fraction) && before <= most && behind && number.len() <= EXACT
}

/// `2026-11-26T10:00:00.123Z`, `2026-11-26 10:00:00.123`, or a number, within what 64 bits of nanoseconds hold.
pub(crate) fn is_time(json: &str) -> bool {
    let Some(text) = text(json) else { return is_digits(json) && json.len() <= SINCE_1970 };
    let Some((day, time)) = text.split_at_checked(10) else { return false };
    let clock = match time.strip_prefix('T') {
        Some(clock) => clock.strip_suffix('Z'),
        None => time.strip_prefix(' '),
    };
    year(day).is_some_and(|year| (1700..2262).contains(&year)) && clock.is_some_and(is_clock)
}

/// `10:00:00`, or with a fraction of at most nine digits.
fn is_clock(clock: &str) -> bool {
    let (seconds, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [h1, h2, b':', m1, m2, b':', s1, s2] = seconds.as_bytes() else { return false };
    let below = |tens: &u8, ones: &u8, limit: u8| {
        tens.is_ascii_digit() && ones.is_ascii_digit() && (tens - b'0') * 10 + (ones - b'0') < limit
    };
    below(h1, h2, 24) && below(m1, m2, 60) && below(s1, s2, 60) && is_digits(fraction) && fraction.len() <= 9
}

/// The year of `2026-11-26`, if that is a day.
pub(crate) fn year(day: &str) -> Option<i16> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = day.as_bytes() else { return None };
    let number = |digits: &[&u8]| {
        digits.iter().try_fold(0_i16, |all, digit| digit.is_ascii_digit().then(|| all * 10 + i16::from(**digit - b'0')))
    };
    let year = number(&[y1, y2, y3, y4]).filter(|year| *year > 0)?;
    let (month, day) = (number(&[m1, m2])?, number(&[d1, d2])?);
    jiff::civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Some(year)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values that surely fit, and values that do not.
    const CASES: &[(&str, &[&str], &[&str])] = &[
        ("string", &[r#""x""#, r#""""#, r#""\u00e9""#, "1", "-1.5e3", "true", "null"], &["{}", "[]", r#"["x"]"#]),
        ("varchar(2)", &[r#""xé""#, "null"], &[r#""xyz""#, r#""\n""#, "12"]),
        ("char(2)", &[r#""x""#], &[r#""xyz""#]),
        ("tinyint", &["127", "-128", "0"], &["128", "-129", "-0", "1.0", "1e1", r#""1""#, "true", "[1]"]),
        ("smallint", &["32767", "-32768"], &["32768", "-32769"]),
        ("int", &["2147483647", "-2147483648", "null"], &["2147483648", "-2147483649", r#""abc""#]),
        ("bigint", &["9223372036854775807", "-9223372036854775808"], &["9223372036854775808", "1e3"]),
        ("float", &["1.5", "3e38", "-7", "0"], &["3.5e38", "-1e39", r#""1""#, "true"]),
        (
            "double",
            &["1.5", "1e300", "-2.2250738585072014e-308", "100000000000000000000"],
            &["1e999", "12345678901234567890123456", r#""NaN""#, "false", "[1]"],
        ),
        ("boolean", &["true", "false", "null"], &["1", r#""true""#, "[true]"]),
        ("decimal(5,2)", &["123", "-999.99", "0.5", "-0", "0.00"], &["1000", "1.234", "1e2", r#""1""#, "true"]),
        ("decimal(2,2)", &["0.25", "0"], &["1.25", "1"]),
        ("decimal(38,0)", &["123456789012345"], &["1234567890123456", "1.0"]),
        (
            "date",
            &[r#""2026-11-26""#, r#""2024-02-29""#],
            &[r#""2026-2-3""#, r#""2026-02-29""#, r#""0000-01-01""#, r#""2026-11-26T00:00:00Z""#, "20261126"],
        ),
        (
            "timestamp",
            &[
                r#""2026-11-26T10:00:00Z""#,
                r#""2026-11-26T10:00:00.123456789Z""#,
                r#""2026-11-26 23:59:59""#,
                r#""2026-11-26 10:00:00.5""#,
                "1518033528",
                "1518033528123",
                "0",
            ],
            &[
                r#""2026-11-26T10:00:00+01:00""#,
                r#""2026-11-26T10:00:00""#,
                r#""2026-11-26 10:00:00Z""#,
                r#""2026-11-26 24:00:00""#,
                r#""2026-11-26 10:60:00""#,
                r#""2026-11-26 10:00:60""#,
                r#""2026-11-26 10:00:00.""#,
                r#""2026-11-26 10:00:00.1234567890""#,
                r#""2026-11-26T10:00:00.Z""#,
                r#""2026-02-30 10:00:00""#,
                r#""1600-01-01 10:00:00""#,
                r#""2300-01-01 10:00:00""#,
                r#""2026-11-26""#,
                r#""2026-11-2é 10:00:00""#,
                r#""1518033528""#,
                r#""""#,
                "1518033528.5",
                "-1",
                "15180335281230",
            ],
        ),
        ("binary", &["null"], &[r#""x""#]),
        ("array<int>", &["[1, null ,2]", "null"], &["[]", "1", r#"["x"]"#, "[1,[2]]", "{}"]),
        ("map<string,int>", &[r#"{"a":1,"A":2,"\n":null}"#], &["{}", r#"{"a":1.5}"#, "[1]", "1"]),
        ("map<int,int>", &["null"], &[r#"{"1":1}"#]),
        (
            "struct<n:int,in:struct<d:date>>",
            &[r#"{ "N" : 1, "other": "x" }"#, r#"{"in":{"D":"2026-11-26"}}"#, r#"{"in":null}"#, "{}"],
            &[r#"{"n":"x"}"#, r#"{"\u006e":"x"}"#, r#"{"n":1,"N":1}"#, r#"{"in":{"d":1}}"#, "[1]", r#""x""#],
        ),
    ];

    #[test]
    fn what_surely_fits_is_told_from_the_rest() {
        for (hive, fitting, others) in CASES {
            let columns = Columns::parse(&format!(r#"{{"x":"{hive}"}}"#)).unwrap();
            for (values, expected) in [(fitting, true), (others, false)] {
                for value in *values {
                    let event = format!(r#"{{"before":[1], "X" : {value} ,"after":1}}"#);
                    assert_eq!(columns.surely_take(event.as_bytes()), expected, "{value} as {hive}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_column_fits_whatever_it_is() {
        let columns = Columns::parse(r#"{"n":"int"}"#).unwrap();
        for event in ["{}", r#"{"m":"x","nn":{"n":"x"}}"#, r#"{"n":null}"#] {
            assert!(columns.surely_take(event.as_bytes()), "{event}");
        }
    }

    #[test]
    fn of_a_name_that_is_there_twice_nothing_is_sure() {
        let columns = Columns::parse(r#"{"n":"int"}"#).unwrap();
        for event in [r#"{"n":1,"N":1}"#, r#"{"n":null,"n":1}"#] {
            assert!(!columns.surely_take(event.as_bytes()), "{event}");
        }
    }
}

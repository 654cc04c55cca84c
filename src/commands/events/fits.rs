//! Whether the job finds a value for a column in what an event has: the rules of its script (`templates/etl.py`), which
//! are those of Spark's `cast` outside of ANSI mode. What does not fit is null in Parquet.

use crate::config::ColumnType;
use jiff::civil::Date;
use serde_json::Value;

/// Null fits everything.
pub(super) fn fits(value: &Value, column: &ColumnType) -> bool {
    match (column, value) {
        (_, Value::Null) => true,
        (ColumnType::String | ColumnType::Char(_) | ColumnType::Varchar(_), _) => true,
        (ColumnType::Array(_), value) => value.is_array() || is_json(value, '['),
        (ColumnType::Map(..) | ColumnType::Struct(_), value) => value.is_object() || is_json(value, '{'),
        (_, Value::Array(_) | Value::Object(_)) => false,
        (ColumnType::Binary, value) => value.is_string(),
        (ColumnType::Boolean, value) => text(value).is_none_or(is_boolean),
        (ColumnType::Tinyint, value) => is_whole(value, 7),
        (ColumnType::Smallint, value) => is_whole(value, 15),
        (ColumnType::Int, value) => is_whole(value, 31),
        (ColumnType::Bigint, value) => is_whole(value, 63),
        (ColumnType::Float | ColumnType::Double, value) => text(value).is_none_or(|text| number(text).is_some()),
        (ColumnType::Decimal { precision, scale }, value) => is_decimal(value, precision - scale, *scale),
        (ColumnType::Date | ColumnType::Timestamp, value) => is_time(value),
    }
}

fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

/// A text may hold an array or an object.
fn is_json(value: &Value, begin: char) -> bool {
    let text = text(value).unwrap_or_default().trim_start();
    text.starts_with(begin) && serde_json::from_str::<Value>(text).is_ok()
}

fn is_boolean(text: &str) -> bool {
    ["t", "true", "y", "yes", "1", "f", "false", "n", "no", "0"].contains(&&*text.trim().to_ascii_lowercase())
}

/// Rust reads `inf` and `nan` in spellings that Spark does not know.
fn number(text: &str) -> Option<f64> {
    let text = text.trim().to_ascii_lowercase();
    match text.trim_start_matches(['+', '-']) {
        "nan" => (text == "nan").then_some(f64::NAN),
        "inf" | "infinity" => Some(f64::INFINITY),
        _ if text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.e".contains(&byte)) => text.parse().ok(),
        _ => None,
    }
}

/// Of `bits` bits and a sign. What is behind the point is cut off; a text may not have an exponent.
fn is_whole(value: &Value, bits: i32) -> bool {
    let limit = 2_f64.powi(bits);
    match value {
        Value::Bool(_) => true,
        Value::Number(number) => match number.as_i64() {
            Some(exact) => bits == 63 || (-(1_i64 << bits)..1_i64 << bits).contains(&exact),
            // One that is too large for 64 bits, but for the rounding of doubles.
            None if number.is_u64() => false,
            None => number.as_f64().is_some_and(|number| number >= -limit && number < limit),
        },
        Value::String(text) => {
            let text = text.trim();
            let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
            let exact = whole.parse::<i64>().ok().filter(|_| rest.bytes().all(|digit| digit.is_ascii_digit()));
            exact.is_some_and(|exact| bits == 63 || (-(1_i64 << bits)..1_i64 << bits).contains(&exact))
        }
        _ => false,
    }
}

/// With so many digits before the point, when it is rounded to `scale` behind it.
fn is_decimal(value: &Value, whole: u8, scale: u8) -> bool {
    let size = match value {
        Value::Bool(_) => Some(1.0),
        Value::Number(number) => number.as_f64(),
        Value::String(text) => number(text).filter(|number| number.is_finite()),
        _ => None,
    };
    let rounding = 0.5 * 10_f64.powi(-i32::from(scale));
    size.is_some_and(|size| size.abs() + rounding < 10_f64.powi(whole.into()))
}

fn is_time(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(is_since_1970),
        Value::String(text) => number(text).map_or_else(|| is_written(text.trim()), is_since_1970),
        _ => false,
    }
}

/// Seconds, milliseconds, microseconds or nanoseconds by their size; or the digits of a date.
fn is_since_1970(number: f64) -> bool {
    let digits = number.to_string();
    let is_compact = matches!(digits.len(), 4 | 6 | 8 | 12 | 14)
        && (digits.starts_with("19") || digits.starts_with("20"))
        && digits.bytes().all(|digit| digit.is_ascii_digit());
    let dated = is_compact && is_date(&digits[..4], digits.get(4..6), digits.get(6..8)) && is_clock(&digits);
    match (is_compact, digits.len()) {
        // Minutes of a date, or milliseconds of 1976: the script reads neither.
        (true, 12) if dated => return false,
        (true, 4 | 6 | 8 | 14) => return dated,
        _ => {}
    }
    let size = number.abs();
    let unit = [(1e11, 1.0), (1e14, 1e3), (1e17, 1e6)].into_iter().find(|(most, _)| size < *most);
    let seconds = number / unit.map_or(1e9, |(_, unit)| unit);
    (-62_135_596_800.0..253_402_300_800.0).contains(&seconds)
}

/// The hours and so on of a compact date.
fn is_clock(digits: &str) -> bool {
    let part = |at: usize, most: u8| {
        digits.get(at..at + 2).is_none_or(|part| part.parse::<u8>().is_ok_and(|number| number < most))
    };
    part(8, 24) && part(10, 60) && part(12, 60)
}

fn is_date(year: &str, month: Option<&str>, day: Option<&str>) -> bool {
    let part = |text: Option<&str>| text.map_or(Some(1), |text| text.parse::<i8>().ok().filter(|_| text.len() <= 2));
    let date = || Date::new(year.parse().ok()?, part(month)?, part(day)?).ok();
    (4..=6).contains(&year.len()) && date().is_some_and(|date| date.year() >= 1)
}

/// `yyyy-[m]m-[d]d[ |T][h]h:[m]m[:[s]s[.f]][zone]`, as Spark reads it.
fn is_written(text: &str) -> bool {
    let (date, clock) = text.split_once(['T', ' ']).map_or((text, None), |(date, clock)| (date, Some(clock)));
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let is_plain = parts.next().is_none() && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_plain && is_date(year, month, day) && clock.is_none_or(|clock| day.is_some() && is_time_of_day(clock))
}

fn is_time_of_day(text: &str) -> bool {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(text.len());
    let (clock, zone) = text.split_at(end);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let parts: Vec<_> = clock.split(':').collect();
    let limits = [24, 60, 60];
    let good = |(part, most): (&&str, &u8)| (1..=2).contains(&part.len()) && part.parse().is_ok_and(|n: u8| n < *most);
    (2..=3).contains(&parts.len())
        && parts.iter().zip(&limits).all(good)
        && fraction.len() <= 9
        && fraction.bytes().all(|digit| digit.is_ascii_digit())
        && is_zone(zone.trim())
}

fn is_zone(zone: &str) -> bool {
    let zone = zone.strip_prefix("UTC").or_else(|| zone.strip_prefix("GMT")).unwrap_or(zone);
    if zone.is_empty() || zone == "Z" || zone.contains('/') {
        return true;
    }
    let Some(offset) = zone.strip_prefix(['+', '-']) else { return false };
    let (hours, minutes) = match offset.split_once(':') {
        Some(both) => both,
        None if offset.len() == 4 && offset.is_ascii() => offset.split_at(2),
        None => (offset, "0"),
    };
    hours.parse::<u8>().is_ok_and(|hours| hours <= 18) && minutes.parse::<u8>().is_ok_and(|minutes| minutes < 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_fit_as_the_job_reads_them() {
        let table = [
            ("string", json!([1, true, "a", [1], {"a": 1}]), json!([])),
            ("boolean", json!([true, 0, "Yes", " n "]), json!(["maybe", [true]])),
            ("tinyint", json!([127, -128, "127.9", 127.9, true]), json!([128, "128", "1e1", 1e20, "x", {}])),
            ("int", json!([2_147_483_647, -2_147_483_648_i64, " 12 "]), json!([2_147_483_648_u64, "2147483648", ""])),
            ("bigint", json!([i64::MAX, i64::MIN, 9.2e18]), json!([u64::MAX, 9_223_372_036_854_775_808_u64, 1e19])),
            ("double", json!([1, 1.5, "1.5e2", "NaN", "-inf", false]), json!(["0x10", "", "abc", []])),
            ("decimal(5,2)", json!([999.99, "-999.99", "1e2", true]), json!([1000, "999.999", "x", "NaN"])),
            ("binary", json!(["a"]), json!([1, true])),
            ("array<int>", json!([[], ["x"], "[1]"]), json!(["[1", 1, {}])),
            ("map<string,int>", json!([{}, {"a": []}, "{\"a\":1}"]), json!(["a", []])),
            (
                "timestamp",
                json!([
                    0,
                    20_180_130,
                    20_180_130_140_240_u64,
                    "2018",
                    "2018-1-3 4:02",
                    "2018-01-30T14:02:40.123456789Z",
                    "2018-01-30T14:02:40+02:00",
                    "2018-01-30 14:02:40 -0130",
                    "2018-01-30 14:02 UTC",
                    1_517_320_960_123_u64
                ]),
                json!([
                    true,
                    20_181_330,
                    201_801_301_402_u64,
                    "2018-13-01",
                    "0000-01-01",
                    "2018-01-30T25:00",
                    "2018-01-30T14",
                    "10000-01-01",
                    1e21,
                    "now",
                    ""
                ]),
            ),
        ];
        for (column, good, bad) in table {
            let column = ColumnType::parse(column).unwrap();
            for (values, expected) in [(good, true), (bad, false)] {
                for value in values.as_array().unwrap() {
                    assert_eq!(fits(value, &column), expected, "{value} as {column}");
                }
            }
        }
        assert!(fits(&Value::Null, &ColumnType::Int));
    }
}

//! One JSON value as another type: what Spark's `cast` gives outside of ANSI mode, null where it cannot be.

use serde_json::Value;

/// Microseconds of a second, and of a day.
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Text as Spark writes a number, a boolean, or JSON.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_f64() => number.as_f64().map(java_double),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Array(_) | Value::Object(_) => Some(without_nulls(value).to_string()),
    }
}

/// `to_json` leaves out fields that are null.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let set = fields.iter().filter(|(_, value)| !value.is_null());
            Value::Object(set.map(|(name, value)| (name.clone(), without_nulls(value))).collect())
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

/// `Double.toString`: with an exponent below a thousandth and from ten million on.
fn java_double(number: f64) -> String {
    let size = number.abs();
    if number == 0.0 || (1e-3..1e7).contains(&size) {
        let text = number.to_string();
        return if text.contains('.') { text } else { format!("{text}.0") };
    }
    let text = format!("{number:E}");
    let (digits, exponent) = text.split_once('E').unwrap_or((&text, "0"));
    let point = if digits.contains('.') { "" } else { ".0" };
    format!("{digits}{point}E{exponent}")
}

/// A whole number: text and fractions lose what is behind the point, and what is too large is null.
pub(super) fn integer(value: &Value, least: i64, most: i64) -> Option<i64> {
    let within = |number: i64| (least..=most).contains(&number).then_some(number);
    match value {
        Value::Bool(flag) => Some(i64::from(*flag)),
        Value::Number(number) => match number.as_i64() {
            Some(number) => within(number),
            None => {
                let number = number.as_f64()?;
                (least as f64..=most as f64).contains(&number).then_some(number.trunc() as i64)
            }
        },
        Value::String(text) => {
            let text = text.trim();
            let whole = match text.split_once('.') {
                Some((whole, rest)) if rest.bytes().all(|digit| digit.is_ascii_digit()) => whole,
                Some(_) => return None,
                None => text,
            };
            within(whole.parse().ok()?)
        }
        _ => None,
    }
}

pub(super) fn double(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Value::Number(number) => number.as_f64(),
        Value::String(text) => number_in(text),
        _ => None,
    }
}

/// Rust reads `inf` and `nan` in spellings that Spark does not know.
fn number_in(text: &str) -> Option<f64> {
    let text = text.trim();
    match text.to_ascii_lowercase().as_str() {
        "nan" => Some(f64::NAN),
        "inf" | "+inf" | "infinity" | "+infinity" => Some(f64::INFINITY),
        "-inf" | "-infinity" => Some(f64::NEG_INFINITY),
        lower if lower.bytes().all(|byte| byte.is_ascii_digit() || b"+-.e".contains(&byte)) => lower.parse().ok(),
        _ => None,
    }
}

pub(super) fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => Some(number.as_f64()? != 0.0),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "t" | "true" | "y" | "yes" | "1" => Some(true),
            "f" | "false" | "n" | "no" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// The digits of a decimal without its point; half goes up, away from zero. Null where they are too many.
pub(super) fn decimal(value: &Value, precision: u8, scale: i8) -> Option<i128> {
    let text = match value {
        Value::Bool(flag) => u8::from(*flag).to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    let (digits, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
        None => (text.as_str(), 0),
    };
    let (negative, digits) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits.strip_prefix('+').unwrap_or(digits)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if (whole.is_empty() && fraction.is_empty())
        || !whole.bytes().chain(fraction.bytes()).all(|digit| digit.is_ascii_digit())
    {
        return None;
    }
    let number: i128 = format!("0{whole}{fraction}").parse().ok()?;
    let shift = i32::from(scale) + exponent - i32::try_from(fraction.len()).ok()?;
    let scaled = match u32::try_from(shift) {
        Ok(up) => number.checked_mul(10_i128.checked_pow(up)?)?,
        Err(_) => match 10_i128.checked_pow(shift.unsigned_abs()) {
            Some(unit) => (number + unit / 2) / unit,
            None => 0,
        },
    };
    let fits = scaled < 10_i128.checked_pow(u32::from(precision))?;
    fits.then_some(if negative { -scaled } else { scaled })
}

/// Microseconds since 1970, in UTC: of ISO 8601 text, or of a number of seconds, milliseconds, microseconds or
/// nanoseconds by its size, as the script does it.
pub(super) fn timestamp(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => match number_in(text) {
            Some(number) => since_1970(number),
            None => read_time(text.trim()),
        },
        other => since_1970(double(other)?),
    }
}

fn since_1970(number: f64) -> Option<i64> {
    let size = number.abs();
    let seconds = if size < 1e11 {
        number
    } else if size < 1e14 {
        number / 1e3
    } else if size < 1e17 {
        number / 1e6
    } else {
        number / 1e9
    };
    seconds.is_finite().then(|| (seconds * SECOND as f64).trunc() as i64)
}

/// Days since 1970.
pub(super) fn date(value: &Value) -> Option<i32> {
    i32::try_from(timestamp(value)?.div_euclid(DAY)).ok()
}

/// `yyyy-[m]m-[d]d[ |T][h]h:[m]m[:[s]s[.f]][zone]`, what Spark reads as a timestamp. Fractions have up to six digits
/// that count.
fn read_time(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let number = |most: usize, least: usize, at: &mut usize| {
        let start = *at;
        while *at < bytes.len() && *at - start < most && bytes[*at].is_ascii_digit() {
            *at += 1;
        }
        (*at - start >= least).then(|| text[start..*at].parse::<i64>().ok()).flatten()
    };
    let year = number(6, 4, &mut at)?;
    let part = |mark: u8, at: &mut usize| match bytes.get(*at) {
        Some(byte) if *byte == mark => {
            *at += 1;
            number(2, 1, at).map(Some)
        }
        _ => Some(None),
    };
    let month = part(b'-', &mut at)?;
    let day = if month.is_some() { part(b'-', &mut at)? } else { None };
    let days = days_of(year, month.unwrap_or(1), day.unwrap_or(1))?;
    if at == bytes.len() {
        return Some(days * DAY);
    }
    if day.is_none() || !b" T".contains(&bytes[at]) {
        return None;
    }
    let (micros, rest) = time_of_day(&text[at + 1..])?;
    Some(days * DAY + micros - offset(rest.trim())? * SECOND)
}

fn days_of(year: i64, month: i64, day: i64) -> Option<i64> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    let date = jiff::civil::Date::new(i16::try_from(year).ok()?, month, day).ok()?;
    let since = jiff::civil::date(1970, 1, 1).until(date).ok()?;
    Some(i64::from(since.get_days()))
}

/// Microseconds since midnight, and what stands behind.
fn time_of_day(text: &str) -> Option<(i64, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(text.len());
    let (clock, rest) = text.split_at(end);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.split(':');
    let mut next = |most: i64| match parts.next() {
        None => Some(0),
        Some(part) if (1..=2).contains(&part.len()) => part.parse().ok().filter(|number| *number < most),
        Some(_) => None,
    };
    let (hours, minutes, seconds) = (next(24)?, next(60)?, next(60)?);
    if parts.next().is_some() || !clock.contains(':') || fraction.len() > 9 {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}")[..6].parse().ok()?;
    Some((((hours * 60 + minutes) * 60 + seconds) * SECOND + micros, rest))
}

/// Seconds that a zone is ahead of UTC. Names of regions are left to Spark: null.
fn offset(zone: &str) -> Option<i64> {
    let zone = zone.strip_prefix("UTC").or_else(|| zone.strip_prefix("GMT")).unwrap_or(zone);
    if zone.is_empty() || zone == "Z" {
        return Some(0);
    }
    let sign = match zone.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = match zone[1..].split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if zone.len() == 5 => zone[1..].split_at(2),
        None => (&zone[1..], "0"),
    };
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_is_what_spark_writes() {
        for (value, expected) in [
            (json!(1), "1"),
            (json!(1.5), "1.5"),
            (json!(1e10), "1.0E10"),
            (json!(1.25e-5), "1.25E-5"),
            (json!(true), "true"),
            (json!({"B": 1, "a": null, "c": [1.0, "x"]}), r#"{"B":1,"c":[1.0,"x"]}"#),
        ] {
            assert_eq!(text(&value).as_deref(), Some(expected));
        }
    }

    #[test]
    fn numbers_are_cut_and_kept_within_their_type() {
        let int = |value: Value| integer(&value, i64::from(i32::MIN), i64::from(i32::MAX));
        assert_eq!(int(json!(" 12.7 ")), Some(12));
        assert_eq!(int(json!("1e3")), None);
        assert_eq!(int(json!(-1.9)), Some(-1));
        assert_eq!((int(json!(1e20)), int(json!(4_294_967_297_i64))), (None, None));
        assert_eq!(int(json!("4294967297")), None);
        assert_eq!((double(&json!("1.5e2")), double(&json!("0x10")), double(&json!(""))), (Some(150.0), None, None));
        assert_eq!(
            (boolean(&json!("Yes")), boolean(&json!(0)), boolean(&json!("maybe"))),
            (Some(true), Some(false), None)
        );
    }

    #[test]
    fn decimals_round_half_up_and_fit_or_are_null() {
        assert_eq!(decimal(&json!("1.235"), 5, 2), Some(124));
        assert_eq!(decimal(&json!(-1.5), 5, 0), Some(-2));
        assert_eq!(decimal(&json!("1e2"), 5, 1), Some(1000));
        assert_eq!(decimal(&json!("1000"), 5, 2), None);
        assert_eq!(decimal(&json!("x"), 5, 2), None);
    }

    #[test]
    fn times_are_read_in_their_spellings() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_microsecond();
        for (value, expected) in [
            (json!("2018-01-30 14:02:40"), Some("2018-01-30T14:02:40Z")),
            (json!("2018-1-3T4:02"), Some("2018-01-03T04:02:00Z")),
            (json!("2018-01-30T14:02:40.1234567Z"), Some("2018-01-30T14:02:40.123456Z")),
            (json!("2018-01-30T14:02:40+02:00"), Some("2018-01-30T12:02:40Z")),
            (json!("2018-01-30T14:02:40-0130"), Some("2018-01-30T15:32:40Z")),
            (json!("2018-01"), Some("2018-01-01T00:00:00Z")),
            (json!(1_517_320_960), Some("2018-01-30T14:02:40Z")),
            (json!("1517320960000"), Some("2018-01-30T14:02:40Z")),
            (json!("2018"), Some("1970-01-01T00:33:38Z")),
            (json!("2018-13-01"), None),
            (json!("2018-01-30 25:00:00"), None),
            (json!("yesterday"), None),
            (json!([1]), None),
        ] {
            assert_eq!(timestamp(&value), expected.map(at), "{value}");
        }
        assert_eq!(date(&json!("1969-12-31 23:00:00")), Some(-1));
    }
}

//! One JSON value as another type: what Spark's `cast` gives outside of ANSI mode, null where it cannot be.

use super::json::Json;

/// Microseconds of a second, and of a day.
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// The year 1 begins, and the year 9999 ends.
const FIRST: i64 = -62_135_596_800 * SECOND;
const LAST: i64 = 253_402_300_800 * SECOND - 1;

/// Text as Spark writes a number, a boolean, or JSON.
pub(super) fn text(value: &Json<'_>) -> Option<String> {
    match value {
        Json::Null => None,
        Json::Text(text) => Some(text.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        Json::Number(digits) => match exact(digits) {
            Some(digits) => Some(digits.to_owned()),
            None => digits.parse().ok().map(java_double),
        },
        Json::Array(_) | Json::Object(_) => Some(json(value)),
    }
}

/// `to_json` leaves out fields that are null.
fn json(value: &Json<'_>) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    match value {
        Json::Text(text) => quoted(text),
        Json::Array(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(",")),
        Json::Object(fields) => {
            let there = fields.iter().filter(|(_, value)| !value.is_null());
            let fields: Vec<_> = there.map(|(name, value)| format!("{}:{}", quoted(name), json(value))).collect();
            format!("{{{}}}", fields.join(","))
        }
        other => text(other).unwrap_or_else(|| "null".to_owned()),
    }
}

/// Whole numbers that Spark reads as such: up to 38 digits as a decimal. What is longer becomes a double.
fn exact(digits: &str) -> Option<&str> {
    let length = digits.strip_prefix('-').unwrap_or(digits).len();
    let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    (is_whole && length <= 38).then_some(if digits == "-0" { "0" } else { digits })
}

/// `Double.toString`: with an exponent below a thousandth and from ten million on.
fn java_double(number: f64) -> String {
    let size = number.abs();
    if !number.is_finite() {
        return if number.is_nan() {
            "NaN".to_owned()
        } else {
            format!("{}Infinity", if number < 0.0 { "-" } else { "" })
        };
    }
    if number == 0.0 || (1e-3..1e7).contains(&size) {
        let text = number.to_string();
        return if text.contains('.') { text } else { format!("{text}.0") };
    }
    // Before Java 19, the least of all doubles has a digit more than it needs.
    if size.to_bits() == 1 {
        return format!("{}4.9E-324", if number < 0.0 { "-" } else { "" });
    }
    let text = format!("{number:E}");
    let (digits, exponent) = text.split_once('E').unwrap_or((&text, "0"));
    let point = if digits.contains('.') { "" } else { ".0" };
    format!("{digits}{point}E{exponent}")
}

/// A whole number: text and fractions lose what is behind the point, and what is too large is null.
pub(super) fn integer(value: &Json<'_>, least: i64, most: i64) -> Option<i64> {
    let within = |number: i64| (least..=most).contains(&number).then_some(number);
    match value {
        Json::Bool(flag) => Some(i64::from(*flag)),
        Json::Number(digits) => match exact(digits) {
            Some(digits) => within(digits.parse().ok()?),
            None => {
                let number: f64 = digits.parse().ok()?;
                // The largest number of 64 bits is none of a double's: the next one is.
                (number >= least as f64 && number < most as f64 + 1.0).then_some(number.trunc() as i64)
            }
        },
        Json::Text(text) => {
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

pub(super) fn double(value: &Json<'_>) -> Option<f64> {
    match value {
        Json::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Json::Number(digits) => exact(digits).unwrap_or(digits).parse().ok(),
        Json::Text(text) => number_in(text),
        _ => None,
    }
}

/// Rust reads `inf` and `nan` in spellings that Spark does not know.
fn number_in(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.bytes().any(|byte| !(byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))) {
        return None;
    }
    match text.to_ascii_lowercase().as_str() {
        "nan" => Some(f64::NAN),
        "inf" | "+inf" | "infinity" | "+infinity" => Some(f64::INFINITY),
        "-inf" | "-infinity" => Some(f64::NEG_INFINITY),
        lower if lower.bytes().all(|byte| byte.is_ascii_digit() || b"+-.e".contains(&byte)) => lower.parse().ok(),
        _ => None,
    }
}

pub(super) fn boolean(value: &Json<'_>) -> Option<bool> {
    match value {
        Json::Bool(flag) => Some(*flag),
        Json::Number(digits) => Some(digits.parse::<f64>().ok()? != 0.0),
        Json::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
            "t" | "true" | "y" | "yes" | "1" => Some(true),
            "f" | "false" | "n" | "no" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// The digits of a decimal without its point; half goes up, away from zero. Null where they are too many.
pub(crate) fn decimal(value: &Json<'_>, precision: u8, scale: i8) -> Option<i128> {
    let text = match value {
        Json::Bool(flag) => u8::from(*flag).to_string(),
        Json::Number(digits) => match exact(digits) {
            Some(digits) => digits.to_owned(),
            None => digits.parse::<f64>().ok()?.to_string(),
        },
        Json::Text(text) => text.trim().to_owned(),
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

/// Microseconds since 1970, in UTC: of ISO 8601 text, of a compact date, or of a number of seconds, milliseconds,
/// microseconds or nanoseconds by its size, as the script does it. Null outside of the years 1 to 9999, which are those that
/// every reader shows, and where two readings would be possible.
pub(super) fn timestamp(value: &Json<'_>) -> Option<i64> {
    let micros = match value {
        Json::Text(text) => match number_in(text) {
            Some(number) => since_1970(number),
            None => read_time(text.trim()),
        },
        Json::Number(digits) => since_1970(digits.parse().ok()?),
        _ => None,
    };
    micros.filter(|micros| (FIRST..=LAST).contains(micros))
}

fn since_1970(number: f64) -> Option<i64> {
    if let Some(digits) = compact(number) {
        return of_digits(&digits);
    }
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

/// The digits of a number that looks like a date without its dashes: `2018`, `201801`, `20180130`, `201801301402` or
/// `20180130140240`. As seconds or milliseconds these are in 1970, in 1976 and far from now.
fn compact(number: f64) -> Option<String> {
    let digits = format!("{number}");
    let is_one = matches!(digits.len(), 4 | 6 | 8 | 12 | 14)
        && (digits.starts_with("19") || digits.starts_with("20"))
        && digits.bytes().all(|digit| digit.is_ascii_digit());
    // Of twelve digits, most are no date: milliseconds then.
    (is_one && (digits.len() != 12 || of_digits(&format!("{digits}00")).is_some())).then_some(digits)
}

/// `None` of twelve digits: minutes of a date, or milliseconds of 1976. A wrong time is worse than none.
fn of_digits(digits: &str) -> Option<i64> {
    let two = |from: usize| digits.get(from..from + 2).map_or(Some(None), |two| two.parse().ok().map(Some));
    let days = days_of(digits[..4].parse().ok()?, two(4)?.unwrap_or(1), two(6)?.unwrap_or(1))?;
    match digits.len() {
        12 => None,
        14 => {
            let clock = format!("{}:{}:{}", &digits[8..10], &digits[10..12], &digits[12..]);
            Some(days * DAY + time_of_day(&clock)?.0)
        }
        _ => Some(days * DAY),
    }
}

/// Days since 1970.
pub(super) fn date(value: &Json<'_>) -> Option<i32> {
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
    Some(date.duration_since(jiff::civil::date(1970, 1, 1)).as_secs() / 86_400)
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
    let micros: i64 = if fraction.is_empty() { 0 } else { format!("{fraction:0<6}")[..6].parse().ok()? };
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

    fn j(text: &str) -> Json<'_> {
        Json::parse(text).unwrap()
    }

    #[test]
    fn text_is_what_spark_writes() {
        for (value, expected) in [
            (j(r#"1"#), "1"),
            (j(r#"1.5"#), "1.5"),
            (j(r#"1e10"#), "1.0E10"),
            (j(r#"1.25e-5"#), "1.25E-5"),
            (j(r#"true"#), "true"),
            (j(r#"{"B": 1, "a": null, "c": [1.0, "x"]}"#), r#"{"B":1,"c":[1.0,"x"]}"#),
        ] {
            assert_eq!(text(&value).as_deref(), Some(expected));
        }
    }

    #[test]
    fn numbers_are_cut_and_kept_within_their_type() {
        let int = |value: Json<'_>| integer(&value, i64::from(i32::MIN), i64::from(i32::MAX));
        assert_eq!(int(j(r#"" 12.7 ""#)), Some(12));
        assert_eq!(int(j(r#""1e3""#)), None);
        assert_eq!(int(j(r#"-1.9"#)), Some(-1));
        assert_eq!((int(j(r#"1e20"#)), int(j(r#"4294967297"#))), (None, None));
        assert_eq!(int(j(r#""4294967297""#)), None);
        assert_eq!((double(&j(r#""1.5e2""#)), double(&j(r#""0x10""#)), double(&j(r#""""#))), (Some(150.0), None, None));
        assert_eq!(
            (boolean(&j(r#""Yes""#)), boolean(&j(r#"0"#)), boolean(&j(r#""maybe""#))),
            (Some(true), Some(false), None)
        );
    }

    #[test]
    fn decimals_round_half_up_and_fit_or_are_null() {
        assert_eq!(decimal(&j(r#""1.235""#), 5, 2), Some(124));
        assert_eq!(decimal(&j(r#"-1.5"#), 5, 0), Some(-2));
        assert_eq!(decimal(&j(r#""1e2""#), 5, 1), Some(1000));
        assert_eq!(decimal(&j(r#""1000""#), 5, 2), None);
        assert_eq!(decimal(&j(r#""x""#), 5, 2), None);
    }

    #[test]
    fn times_are_read_in_their_spellings() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_microsecond();
        for (value, expected) in [
            (j(r#""2018-01-30 14:02:40""#), Some("2018-01-30T14:02:40Z")),
            (j(r#""2018-1-3T4:02""#), Some("2018-01-03T04:02:00Z")),
            (j(r#""2018-01-30T14:02:40.1234567Z""#), Some("2018-01-30T14:02:40.123456Z")),
            (j(r#""2018-01-30T14:02:40+02:00""#), Some("2018-01-30T12:02:40Z")),
            (j(r#""2018-01-30T14:02:40-0130""#), Some("2018-01-30T15:32:40Z")),
            (j(r#""2018-01""#), Some("2018-01-01T00:00:00Z")),
            (j(r#"1517320960"#), Some("2018-01-30T14:02:40Z")),
            (j(r#""1517320960000""#), Some("2018-01-30T14:02:40Z")),
            (j(r#""2018""#), Some("2018-01-01T00:00:00Z")),
            (j("201802"), Some("2018-02-01T00:00:00Z")),
            (j("201813"), None),
            (j("0"), Some("1970-01-01T00:00:00Z")),
            (j(r#""2018-13-01""#), None),
            (j(r#""2018-01-30 25:00:00""#), None),
            (j(r#""yesterday""#), None),
            (j("[1]"), None),
            (j("true"), None),
            (j(r#""20180130""#), Some("2018-01-30T00:00:00Z")),
            (j("20180130"), Some("2018-01-30T00:00:00Z")),
            (j("20180130140240"), Some("2018-01-30T14:02:40Z")),
            (j("20181330"), None),
            (j("20180130250000"), None),
            (j("201801301402"), None),
            (j("209018300000"), Some("1976-08-16T04:38:20Z")),
            (j("1e30"), None),
            (j("NaN"), None),
            (j("1e400"), None),
            (j(r#""10000-01-01""#), None),
            (j(r#""0000-12-31""#), None),
            (j(r#""0001-01-01""#), Some("0001-01-01T00:00:00Z")),
        ] {
            assert_eq!(timestamp(&value), expected.map(at), "{value:?}");
        }
        assert_eq!(timestamp(&j(r#""9999-12-31T23:59:59.999999Z""#)), Some(LAST));
        assert_eq!(date(&j(r#""1969-12-31 23:00:00""#)), Some(-1));
    }
}

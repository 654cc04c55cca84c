//! Dates and times as the deserializers of Firehose read them. Timestamps are milliseconds or finer of 64 bits of
//! nanoseconds since 1970, in UTC, around which AWS's writer wraps: `999999999999` seconds are in the year 2092.

use super::joda::{self, nanoseconds};
use crate::services::glue::rows::{Json, decimal};
use jiff::civil::Date;
use serde_json::Value;

const MILLI: i128 = 1_000_000;

/// `yyyy-M-d`.
pub(super) fn date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let mut next = |least: usize, most: usize| {
        let part = parts.next().filter(|part| (least..=most).contains(&part.len()))?;
        part.bytes().all(|digit| digit.is_ascii_digit()).then(|| part.parse::<i16>().ok()).flatten()
    };
    let (year, month, day) = (next(4, 4)?, next(1, 2)?, next(1, 2)?);
    if parts.next().is_some() {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Nanoseconds since 1970: of ISO 8601 with two digits everywhere and nothing or `Z` behind it, of `yyyy-M-d H:m:s`, or of a
/// number, which are seconds below 10^12 and milliseconds from there on.
pub(super) fn of_openx(text: &str) -> Option<i128> {
    iso(text).or_else(|| spaced(text)).or_else(|| since_1970(text))
}

/// The formats one after the other, and `java.sql.Timestamp.valueOf`.
pub(super) fn of_hive(text: &str, formats: &[String]) -> Option<i128> {
    let one = |format: &String| match format.as_str() {
        "millis" => Some(decimal(&Json::Text(text.into()), 38, 0)? * MILLI),
        pattern => joda::read(pattern, text),
    };
    formats.iter().find_map(one).or_else(|| spaced(text))
}

fn iso(text: &str) -> Option<i128> {
    let (day, time) = text.strip_suffix('Z').unwrap_or(text).split_once('T')?;
    let (clock, _) = time.split_once('.').unwrap_or((time, ""));
    if day.len() == 10 && clock.len() == 8 { at(day, time) } else { None }
}

fn spaced(text: &str) -> Option<i128> {
    let (day, time) = text.split_once(' ')?;
    at(day, time)
}

fn at(day: &str, time: &str) -> Option<i128> {
    let (clock, fraction) = time.split_once('.').map_or((time, None), |(clock, rest)| (clock, Some(rest)));
    let mut parts = clock.split(':');
    let mut next = || {
        let part = parts.next().filter(|part| (1..=2).contains(&part.len()))?;
        part.bytes().all(|digit| digit.is_ascii_digit()).then(|| part.parse::<i8>().ok()).flatten()
    };
    let (hour, minute, second) = (next()?, next()?, next()?);
    let nanos = match fraction {
        None => 0,
        Some(digits) if (1..=9).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            format!("{digits:0<9}").parse().ok()?
        }
        Some(_) => return None,
    };
    if parts.next().is_some() {
        return None;
    }
    let time = jiff::civil::Time::new(hour, minute, second, nanos).ok()?;
    nanoseconds(date(day)?.to_datetime(time))
}

fn since_1970(text: &str) -> Option<i128> {
    let thousandths = decimal(&Json::Text(text.trim().into()), 38, 3)?;
    let is_seconds = thousandths.unsigned_abs() < 1_000_000_000_000_000;
    let millis = if is_seconds { Some(thousandths) } else { decimal(&Json::Text(text.trim().into()), 38, 0) };
    millis?.checked_mul(MILLI)
}

/// In the words of Arrow's reader.
pub(super) fn written(nanoseconds: i128) -> Value {
    let wrapped = i128::from(nanoseconds as i64);
    let time = jiff::Timestamp::from_nanosecond(wrapped).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn openx(text: &str) -> Option<String> {
        of_openx(text).map(|time| written(time).as_str().unwrap().to_owned())
    }

    /// The spellings and numbers that were put to AWS's own.
    #[test]
    fn timestamps_are_read_as_awss_probes_show() {
        for (text, expected) in [
            ("2026-09-07T12:00:02Z", Some("2026-09-07T12:00:02.000000Z")),
            ("2026-09-07T12:00:02.123456789Z", Some("2026-09-07T12:00:02.123456Z")),
            ("2026-9-7 2:0:2.5", Some("2026-09-07T02:00:02.500000Z")),
            ("1518033528", Some("2018-02-07T19:58:48.000000Z")),
            ("1518033528123", Some("2018-02-07T19:58:48.123000Z")),
            ("1518033528.5", Some("2018-02-07T19:58:48.500000Z")),
            ("-1", Some("1969-12-31T23:59:59.000000Z")),
            ("999999999999", Some("2092-10-26T00:40:18.684212Z")),
            ("2026-9-7T12:00:02Z", None),
            ("2026-09-07T12:00:02+02:00", None),
            ("2026-09-07", None),
            ("2026-02-30 00:00:00", None),
            ("soon", None),
            ("1e400", None),
        ] {
            assert_eq!(openx(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn hive_reads_its_formats_and_then_javas() {
        let hive = |text: &str, formats: &[&str]| {
            let formats: Vec<_> = formats.iter().map(|format| (*format).to_owned()).collect();
            of_hive(text, &formats).map(|time| written(time).as_str().unwrap().to_owned())
        };
        assert_eq!(hive("2026-09-07 12:00:02.5", &[]).as_deref(), Some("2026-09-07T12:00:02.500000Z"));
        assert_eq!((hive("1518033528", &[]), hive("2026-09-07T12:00:02Z", &[])), (None, None));
        assert_eq!(hive("1518033528123", &["millis"]).as_deref(), Some("2018-02-07T19:58:48.123000Z"));
        let iso = ["dd.MM.yyyy", "yyyy-MM-dd'T'HH:mm:ssZ"];
        assert_eq!(hive("2026-09-07T12:00:02+0200", &iso).as_deref(), Some("2026-09-07T10:00:02.000000Z"));
        assert_eq!(hive("29.2.2024", &["d.M.yyyy"]).as_deref(), Some("2024-02-29T00:00:00.000000Z"));
        assert_eq!(hive("7.9.2026", &iso).as_deref(), Some("2026-09-07T00:00:00.000000Z"));
    }
}

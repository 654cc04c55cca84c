//! Numbers, texts and times in one another.

use super::super::{print, zones};
use super::types::name;
use super::values::Value;
use datafusion::arrow::datatypes::DataType;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::Value as Json;

/// Why a value is not of a type, in Trino's words.
pub(super) type Failure = String;

pub(super) fn cannot(value: &str, kind: &DataType) -> Failure {
    let kind = match kind {
        DataType::Int32 => "INT".to_owned(),
        DataType::Date32 => return format!("INVALID_CAST_ARGUMENT: Value cannot be cast to date: {value}"),
        DataType::Timestamp(..) => return format!("INVALID_CAST_ARGUMENT: Value cannot be cast to timestamp: {value}"),
        kind @ DataType::Decimal128(..) => {
            let kind = name(kind).to_uppercase().replace(',', ", ");
            return format!("INVALID_CAST_ARGUMENT: Cannot cast VARCHAR '{value}' to {kind}. Value is not a number.");
        }
        kind => name(kind).to_uppercase(),
    };
    format!("INVALID_CAST_ARGUMENT: Cannot cast '{value}' to {kind}")
}

/// # Errors
/// What a value cannot be.
pub(super) fn convert(value: Value, kind: &DataType) -> Result<Value, Failure> {
    match kind {
        DataType::Utf8 => written(&value).map(Value::Text),
        DataType::Boolean => boolean(&value),
        DataType::Int8 => integer(&value, kind, i8::MIN.into(), i8::MAX.into()),
        DataType::Int16 => integer(&value, kind, i16::MIN.into(), i16::MAX.into()),
        DataType::Int32 => integer(&value, kind, i32::MIN.into(), i32::MAX.into()),
        DataType::Int64 => integer(&value, kind, i64::MIN, i64::MAX),
        DataType::Float64 => double(&value, kind).map(Value::Double),
        #[expect(clippy::cast_possible_truncation, reason = "a real is a double with fewer digits")]
        DataType::Float32 => double(&value, kind).map(|value| Value::Real(value as f32)),
        DataType::Decimal128(precision, scale) => decimal(&value, kind, *precision, *scale),
        DataType::Date32 => date(&value, kind),
        DataType::Timestamp(_, zone) => time(&value, kind, zone.as_deref()),
        DataType::Time64(_) => match &value {
            Value::Clock(_) => Ok(value),
            Value::Time(micros, zone) => Ok(Value::Clock(since_midnight(civil(*micros, zone.as_deref())?.time()))),
            other => {
                let all = text(other)?;
                let words = format!("INVALID_CAST_ARGUMENT: Value cannot be cast to time: {all}");
                clock(&all).map(Value::Clock).ok_or(words)
            }
        },
        DataType::Binary => match value {
            Value::Text(text) => Ok(Value::Bytes(text.into_bytes())),
            value => Ok(value),
        },
        kind => Err(cannot(&text(&value)?, kind)),
    }
}

/// Since Trino 369: "Use formatting specified in the SQL standard when casting double and real values to varchar type."
fn written(value: &Value) -> Result<String, Failure> {
    let (text, is_zero) = match value {
        Value::Double(number) => (format!("{number:E}"), *number == 0.0),
        Value::Real(number) => (format!("{number:E}"), *number == 0.0),
        other => return text(other),
    };
    Ok(match text.as_str() {
        "inf" => "Infinity".to_owned(),
        "-inf" => "-Infinity".to_owned(),
        text if text.contains('.') || text == "NaN" || is_zero => text.to_owned(),
        text => text.replace('E', ".0E"),
    })
}

/// Microseconds since midnight of `12:30` or `12:30:15.5`.
pub(super) fn clock(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = if text.matches(':').count() == 1 { format!("{text}:00") } else { text.to_owned() };
    (text.matches(':').count() == 2).then(|| text.parse().ok().map(since_midnight)).flatten()
}

fn since_midnight(time: Time) -> i64 {
    i64::try_from(Time::midnight().duration_until(time).as_micros()).unwrap_or_default()
}

pub(super) fn text(value: &Value) -> Result<String, Failure> {
    Ok(match value {
        Value::Text(text) | Value::Json(text) => text.clone(),
        Value::Boolean(is) => is.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Double(number) => print::java(*number),
        Value::Real(number) => print::java_real(*number),
        Value::Decimal(digits, scale) => plain(*digits, *scale),
        Value::Days(days) => civil_date(*days)?.to_string(),
        Value::Time(micros, zone) => moment(*micros, zone.as_deref()),
        Value::Clock(micros) => print::clock(*micros),
        Value::Months(months) => print::months(*months),
        Value::Span(millis) => print::span(*millis),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Null | Value::List(_) | Value::Map(_) | Value::Row(_) => String::new(),
    })
}

/// `12.50`
pub(super) fn plain(digits: i128, scale: i8) -> String {
    let scale = usize::try_from(scale).unwrap_or_default();
    let text = format!("{:0>width$}", digits.unsigned_abs(), width = scale + 1);
    let (whole, rest) = text.split_at(text.len() - scale);
    let sign = if digits < 0 { "-" } else { "" };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

/// `2018-01-30 14:02:40.000 Europe/Zurich`
fn moment(micros: i64, zone: Option<&str>) -> String {
    let time = civil(micros, zone).unwrap_or_default().strftime("%Y-%m-%d %H:%M:%S%.3f").to_string();
    zone.map_or_else(|| time.clone(), |zone| format!("{time} {zone}"))
}

/// The time that clocks show.
pub(super) fn civil(micros: i64, zone: Option<&str>) -> Result<DateTime, Failure> {
    let instant = Timestamp::from_microsecond(micros).map_err(|error| out_of_range(&error))?;
    Ok(instant.to_zoned(time_zone(zone)?).datetime())
}

fn out_of_range(error: &dyn std::fmt::Display) -> Failure {
    format!("INVALID_CAST_ARGUMENT: {error}")
}

/// A zone by its name, `UTC` where there is none.
pub(super) fn time_zone(zone: Option<&str>) -> Result<TimeZone, Failure> {
    let zone = zone.filter(|zone| !["Z", "GMT"].contains(zone)).unwrap_or("UTC");
    let fail = || format!("INVALID_FUNCTION_ARGUMENT: '{zone}' is not a valid time zone");
    zones::find(zone).ok_or_else(fail)
}

fn civil_date(days: i32) -> Result<Date, Failure> {
    Date::constant(1970, 1, 1).checked_add(days.days()).map_err(|error| out_of_range(&error))
}

fn days(date: Date) -> i32 {
    date.since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days())
}

fn boolean(value: &Value) -> Result<Value, Failure> {
    Ok(Value::Boolean(match value {
        Value::Boolean(is) => *is,
        Value::Integer(number) => *number != 0,
        Value::Double(number) => *number != 0.0,
        Value::Real(number) => *number != 0.0,
        Value::Decimal(digits, _) => *digits != 0,
        Value::Text(text) => match text.to_lowercase().as_str() {
            "t" | "true" | "1" => true,
            "f" | "false" | "0" => false,
            _ => return Err(cannot(text, &DataType::Boolean)),
        },
        other => return Err(cannot(&text(other)?, &DataType::Boolean)),
    }))
}

fn integer(value: &Value, kind: &DataType, least: i64, most: i64) -> Result<Value, Failure> {
    let number = match value {
        Value::Integer(number) => i128::from(*number),
        Value::Boolean(is) => i128::from(*is),
        Value::Text(text) => text.parse::<i64>().map(i128::from).map_err(|_| cannot(text, kind))?,
        Value::Decimal(digits, scale) => rescaled(*digits, *scale, 0).ok_or_else(|| range(value, kind))?,
        Value::Double(number) => half_up(*number).ok_or_else(|| range(value, kind))?,
        Value::Real(number) => half_up(f64::from(*number)).ok_or_else(|| range(value, kind))?,
        other => return Err(cannot(&text(other)?, kind)),
    };
    let fits = i64::try_from(number).ok().filter(|number| (least..=most).contains(number));
    fits.map(Value::Integer).ok_or_else(|| range(value, kind))
}

fn range(value: &Value, kind: &DataType) -> Failure {
    format!("INVALID_CAST_ARGUMENT: Out of range for {}: {}", name(kind), text(value).unwrap_or_default())
}

/// "Rounds to the nearest, ties away from zero".
fn half_up(number: f64) -> Option<i128> {
    #[expect(clippy::cast_possible_truncation, reason = "it is less than i64's largest")]
    (number.abs() < 9.3e18).then(|| number.round() as i128)
}

fn double(value: &Value, kind: &DataType) -> Result<f64, Failure> {
    Ok(match value {
        Value::Double(number) => *number,
        Value::Real(number) => f64::from(*number),
        #[expect(clippy::cast_precision_loss, reason = "as Trino does")]
        Value::Integer(number) => *number as f64,
        Value::Boolean(is) => f64::from(u8::from(*is)),
        Value::Decimal(digits, scale) => plain(*digits, *scale).parse().unwrap_or_default(),
        Value::Text(text) => {
            let is_word = text.trim().trim_start_matches(['+', '-']).starts_with(|letter: char| letter.is_alphabetic());
            let known = ["NaN", "Infinity"].contains(&text.trim().trim_start_matches(['+', '-']));
            let parsed = text.trim().parse().ok().filter(|_| !is_word || known);
            parsed.ok_or_else(|| cannot(text, kind))?
        }
        other => return Err(cannot(&text(other)?, kind)),
    })
}

/// With another number of digits behind the point, rounded half up.
pub(super) fn rescaled(digits: i128, from: i8, to: i8) -> Option<i128> {
    let factor = 10_i128.checked_pow(u32::from(from.abs_diff(to)))?;
    if to >= from {
        return digits.checked_mul(factor);
    }
    let (whole, rest) = (digits / factor, digits % factor);
    Some(if rest.abs() >= factor - rest.abs() { whole + digits.signum() } else { whole })
}

fn decimal(value: &Value, kind: &DataType, precision: u8, scale: i8) -> Result<Value, Failure> {
    let (digits, from) = match value {
        Value::Decimal(digits, from) => (*digits, *from),
        Value::Integer(number) => (i128::from(*number), 0),
        Value::Boolean(is) => (i128::from(*is), 0),
        Value::Double(_) | Value::Real(_) | Value::Text(_) => {
            let all = text(value)?;
            digits_of(&all).ok_or_else(|| cannot(&all, kind))?
        }
        other => return Err(cannot(&text(other)?, kind)),
    };
    let most = 10_i128.pow(u32::from(precision.min(38)));
    let fits = rescaled(digits, from, scale).filter(|digits| digits.abs() < most);
    fits.map(|digits| Value::Decimal(digits, scale)).ok_or_else(|| {
        let was = match value {
            Value::Decimal(..) => "DECIMAL",
            Value::Integer(_) => "BIGINT",
            Value::Text(_) => "VARCHAR",
            _ => "DOUBLE",
        };
        let kind = name(kind).to_uppercase().replace(',', ", ");
        let value = text(value).unwrap_or_default();
        format!("INVALID_CAST_ARGUMENT: Cannot cast {was} '{value}' to {kind}")
    })
}

/// `-12.5E3` as digits and how many of them are behind the point.
fn digits_of(text: &str) -> Option<(i128, i8)> {
    let text = text.trim();
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{rest}").parse::<i128>().ok()?;
    let scale = i32::try_from(rest.len()).ok()? - exponent;
    match i8::try_from(scale) {
        Ok(scale) if scale >= 0 => Some((digits, scale)),
        Ok(scale) => Some((digits.checked_mul(10_i128.checked_pow(u32::from(scale.unsigned_abs()))?)?, 0)),
        Err(_) => None,
    }
}

fn date(value: &Value, kind: &DataType) -> Result<Value, Failure> {
    match value {
        Value::Days(days) => Ok(Value::Days(*days)),
        Value::Time(micros, zone) => Ok(Value::Days(days(civil(*micros, zone.as_deref())?.date()))),
        Value::Text(text) => text
            .trim()
            .parse::<Date>()
            .ok()
            .filter(|_| text.trim().len() >= 8 && !text.contains(':'))
            .map(|date| Value::Days(days(date)))
            .ok_or_else(|| cannot(text, kind)),
        other => Err(cannot(&text(other)?, kind)),
    }
}

fn time(value: &Value, kind: &DataType, zone: Option<&str>) -> Result<Value, Failure> {
    let kept = || zone.map(Into::into);
    let micros = match (value, zone) {
        (Value::Days(days), _) => instant(civil_date(*days)?.at(0, 0, 0, 0), zone)?,
        // A zone is how an instant is shown; without one it is what clocks show.
        (Value::Time(micros, Some(from)), None) => instant(civil(*micros, Some(from))?, None)?,
        (Value::Time(micros, None), Some(zone)) => instant(civil(*micros, None)?, Some(zone))?,
        (Value::Time(micros, _), _) => *micros,
        (Value::Text(text), zone) => parsed(text, zone).ok_or_else(|| cannot(text, kind))?,
        (other, _) => return Err(cannot(&text(other)?, kind)),
    };
    Ok(Value::Time(micros, kept()))
}

pub(super) fn instant(time: DateTime, zone: Option<&str>) -> Result<i64, Failure> {
    let zoned = time.to_zoned(time_zone(zone)?).map_err(|error| out_of_range(&error))?;
    Ok(zoned.timestamp().as_microsecond())
}

/// `2018-01-30 14:02:40.123 Europe/Zurich`
fn parsed(text: &str, zone: Option<&str>) -> Option<i64> {
    let text = text.trim();
    let (date, rest) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let at = rest.find(|letter: char| !letter.is_ascii_digit() && ![':', '.'].contains(&letter));
    let (clock, own) = rest.split_at(at.unwrap_or(rest.len()));
    let own = Some(own.trim()).filter(|own| !own.is_empty());
    let clock = match clock.matches(':').count() {
        0 if clock.is_empty() => "00:00:00".to_owned(),
        0 => format!("{clock}:00:00"),
        1 => format!("{clock}:00"),
        _ => clock.to_owned(),
    };
    let time: DateTime = format!("{}T{clock}", date.parse::<Date>().ok()?).parse().ok()?;
    match (own, zone) {
        (Some(own), Some(_)) => instant(time, Some(own)).ok(),
        // What clocks there show.
        (Some(own), None) => time_zone(Some(own)).ok().and_then(|_| instant(time, None).ok()),
        (None, zone) => instant(time, zone).ok(),
    }
}

/// # Errors
/// What is no JSON.
pub(super) fn json(value: &Value) -> Result<Json, Failure> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Boolean(is) => (*is).into(),
        Value::Integer(number) => (*number).into(),
        Value::Double(number) => (*number).into(),
        Value::Real(number) => (*number).into(),
        Value::Decimal(..) => serde_json::from_str(&text(value)?).unwrap_or(Json::Null),
        Value::Json(json) => serde_json::from_str(json).map_err(|_| cannot(json, &DataType::LargeUtf8))?,
        Value::List(items) => Json::Array(items.iter().map(json).collect::<Result<_, _>>()?),
        Value::Map(entries) => {
            let entry = |(key, value): &(Value, Value)| Ok((text(key)?, json(value)?));
            Json::Object(entries.iter().map(entry).collect::<Result<_, Failure>>()?)
        }
        Value::Row(fields) => {
            let field = |(name, value): &(String, Value)| Ok((name.clone(), json(value)?));
            Json::Object(fields.iter().map(field).collect::<Result<_, Failure>>()?)
        }
        other => Json::String(text(other)?),
    })
}

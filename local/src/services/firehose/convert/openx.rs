//! Values as `OpenXJsonSerDe` reads them, in the words of Arrow's reader of JSON.
//!
//! It differs from the job's reader (Spark's, `glue::rows`), which makes null of what does not fit:
//!
//! | Value | Here | In the job |
//! |---|---|---|
//! | what does not fit its type | fails the record | null |
//! | name in another case | a column's, at every depth, unless `CaseInsensitive` is false; the first of several counts, null or not | the first that is not null |
//! | dots in a name | underscores, with `ConvertDotsInJsonKeysToUnderscores` | as they are |
//! | `1.5`, `true` or `" 12 "` as a whole number | fail | 1, 1, 12 |
//! | number, boolean as text | as it was written | as Spark prints it |
//! | object, array as text | its JSON, nulls included | without nulls |
//! | one value as an array | an array of it | null |
//! | an array as a struct | its fields, by position | null |
//! | text with JSON in it as a nested type | no JSON | read |
//! | 1, `"yes"` as a boolean | fail; `"TRUE"` is true | true |
//! | time of day as a date, or `2026-11` | fail | read |
//! | time with an offset, `T` with a single digit, `2026-11-26` as a timestamp | fail | read |
//! | number as a timestamp | seconds below 10^12, milliseconds from there on | guessed by size, compact dates too |
//! | timestamp out of 64 bits of nanoseconds | another one: the writer wraps around | null out of the years 1 to 9999 |
//! | `NaN`, `Infinity`, what overflows a float | fail | read |
//!
//! Where nobody has told what AWS does (booleans, decimals, dates and binaries in odd spellings), this is what Java's classes
//! that it is made of do. Files hold microseconds, of UTC, where AWS's have Hive's 96 bits, which Athena reads alike.

use super::times;
use crate::services::glue::hive::HiveType;
use crate::services::glue::rows::{Json, decimal, point};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// What the deserializer is told.
#[derive(Clone, Debug)]
pub(super) struct OpenX {
    pub(super) case_insensitive: bool,
    pub(super) dots: bool,
    /// Columns whose key has another name.
    pub(super) mappings: Map<String, Value>,
}

/// Why a record does not fit.
type Read<T> = Result<T, String>;

/// What Java's `NumberFormatException` says.
pub(super) fn not_read(text: &str) -> String {
    format!("For input string: {}", Value::from(text))
}

impl OpenX {
    /// A record's fields as a row.
    pub(super) fn row(&self, fields: &[(Cow<'_, str>, Json<'_>)], columns: &[(String, HiveType)]) -> Read<Value> {
        let one = |(name, hive): &(String, HiveType)| {
            let key = self.mappings.get(name).and_then(Value::as_str).unwrap_or(name);
            Ok((name.clone(), self.field(fields, key, hive)?))
        };
        columns.iter().map(one).collect::<Read<Map<_, _>>>().map(Value::Object)
    }

    fn field(&self, fields: &[(Cow<'_, str>, Json<'_>)], key: &str, hive: &HiveType) -> Read<Value> {
        let is = |name: &str| {
            let name = if self.dots { Cow::Owned(name.replace('.', "_")) } else { Cow::Borrowed(name) };
            if self.case_insensitive { name.to_lowercase() == key.to_lowercase() } else { name == key }
        };
        match fields.iter().find(|(name, _)| is(name)) {
            Some((_, value)) => self.value(value, hive),
            None => Ok(Value::Null),
        }
    }

    fn value(&self, value: &Json<'_>, hive: &HiveType) -> Read<Value> {
        if value.is_null() {
            return Ok(Value::Null);
        }
        match (hive, value) {
            (HiveType::Array(item), Json::Array(items)) => items.iter().map(|one| self.value(one, item)).collect(),
            (HiveType::Array(item), one) => Ok(json!([self.value(one, item)?])),
            (HiveType::Struct(members), Json::Array(items)) => {
                let one = |(at, (name, hive)): (usize, &(String, HiveType))| {
                    Ok((name.clone(), items.get(at).map_or(Ok(Value::Null), |item| self.value(item, hive))?))
                };
                members.iter().enumerate().map(one).collect::<Read<Map<_, _>>>().map(Value::Object)
            }
            (HiveType::Struct(members), Json::Object(fields)) => {
                let one = |(name, hive): &(String, HiveType)| Ok((name.clone(), self.field(fields, name, hive)?));
                members.iter().map(one).collect::<Read<Map<_, _>>>().map(Value::Object)
            }
            (HiveType::Map(_, item), Json::Object(fields)) => {
                let one = |(name, value): &(Cow<'_, str>, Json<'_>)| Ok((name.to_string(), self.value(value, item)?));
                fields.iter().map(one).collect::<Read<Map<_, _>>>().map(Value::Object)
            }
            (HiveType::Struct(_) | HiveType::Map(..), other) => Err(not_read(&text(other))),
            _ => scalar(value, hive),
        }
    }
}

fn scalar(value: &Json<'_>, hive: &HiveType) -> Read<Value> {
    if *hive == HiveType::String {
        return Ok(text(value).into());
    }
    let written = match value {
        Json::Text(text) => text.as_ref(),
        Json::Number(digits) => digits,
        Json::Bool(true) => "true",
        Json::Bool(false) => "false",
        _ => return Err(not_read(&text(value))),
    };
    let read = match hive {
        HiveType::Boolean => boolean(written),
        HiveType::Tinyint => whole(written, 7),
        HiveType::Smallint => whole(written, 15),
        HiveType::Int => whole(written, 31),
        HiveType::Bigint => whole(written, 63),
        HiveType::Float => number(written).filter(|number| (*number as f32).is_finite()).map(Value::from),
        HiveType::Double => number(written).map(Value::from),
        HiveType::Decimal(precision, scale) => exact(written, *precision, *scale),
        HiveType::Binary => matches!(value, Json::Text(_)).then(|| hex::encode(written).into()),
        HiveType::Date => times::date(written).map(|date| date.to_string().into()),
        HiveType::Timestamp => times::of_openx(written).map(times::written),
        _ => None,
    };
    read.ok_or_else(|| not_read(written))
}

fn boolean(text: &str) -> Option<Value> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true.into()),
        "false" => Some(false.into()),
        _ => None,
    }
}

/// `Long.parseLong`, within the bits of the type.
fn whole(text: &str, bits: u32) -> Option<Value> {
    let number: i64 = text.parse().ok()?;
    let least = -(1_i128 << bits);
    (least..-least).contains(&i128::from(number)).then(|| number.into())
}

/// `Double.parseDouble`, of what is finite.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse().ok().filter(|number: &f64| is_plain && number.is_finite())
}

/// Half goes up, away from zero.
pub(super) fn exact(text: &str, precision: u8, scale: i8) -> Option<Value> {
    let digits = decimal(&Json::Text(text.into()), precision, scale)?;
    Some(point(digits, scale).into())
}

/// As text: itself, what was written, or JSON.
fn text(value: &Json<'_>) -> String {
    match value {
        Json::Text(text) => text.to_string(),
        other => written(other),
    }
}

fn written(value: &Json<'_>) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(flag) => flag.to_string(),
        Json::Number(digits) => (*digits).to_owned(),
        Json::Text(text) => Value::from(text.as_ref()).to_string(),
        Json::Array(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(",")),
        Json::Object(fields) => {
            let one =
                |(name, value): &(Cow<'_, str>, Json<'_>)| format!("{}:{}", Value::from(name.as_ref()), written(value));
            format!("{{{}}}", fields.iter().map(one).collect::<Vec<_>>().join(","))
        }
    }
}

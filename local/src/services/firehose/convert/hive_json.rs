//! Values as `HiveJsonSerDe` reads them: Hive's `JsonSerDe` on Jackson's tokens, which takes nothing for another type than it
//! has, except as text. What differs from OpenX's: no text is a number, a boolean or a decimal's digits apart; `1.5` as a
//! whole number loses its fraction; a nested value is no text; one value is no array, an array no struct; names are
//! compared in lower case, and the last of several counts; timestamps are `java.sql.Timestamp`'s or of `TimestampFormats`.

use super::openx::{exact, not_read, number};
use super::times;
use crate::services::glue::hive::HiveType;
use crate::services::glue::rows::Json;
use serde_json::{Map, Value};
use std::borrow::Cow;

#[derive(Clone, Debug)]
pub(super) struct HiveJson {
    /// Joda's patterns, and `millis`.
    pub(super) formats: Vec<String>,
}

type Read<T> = Result<T, String>;
type Fields<'a> = [(Cow<'a, str>, Json<'a>)];

impl HiveJson {
    pub(super) fn row(&self, fields: &Fields<'_>, columns: &[(String, HiveType)]) -> Read<Value> {
        let one = |(name, hive): &(String, HiveType)| {
            let is = |field: &str| field.to_lowercase() == name.to_lowercase();
            let found = fields.iter().rfind(|(field, _)| is(field));
            Ok((name.clone(), found.map_or(Ok(Value::Null), |(_, value)| self.value(value, hive))?))
        };
        columns.iter().map(one).collect::<Read<Map<_, _>>>().map(Value::Object)
    }

    fn value(&self, value: &Json<'_>, hive: &HiveType) -> Read<Value> {
        match (hive, value) {
            (_, Json::Null) => Ok(Value::Null),
            (HiveType::Array(item), Json::Array(items)) => items.iter().map(|one| self.value(one, item)).collect(),
            (HiveType::Struct(members), Json::Object(fields)) => self.row(fields, members),
            (HiveType::Map(_, item), Json::Object(fields)) => {
                let one = |(name, value): &(Cow<'_, str>, Json<'_>)| Ok((name.to_string(), self.value(value, item)?));
                fields.iter().map(one).collect::<Read<Map<_, _>>>().map(Value::Object)
            }
            (HiveType::Array(_), _) => Err("java.io.IOException: Start of Array expected".to_owned()),
            (HiveType::Struct(_) | HiveType::Map(..), _) => {
                Err("java.io.IOException: Start of Object expected".to_owned())
            }
            (_, Json::Array(_) | Json::Object(_)) => {
                Err("One or more fields have incorrect format. Exception when validating field (root)".to_owned())
            }
            _ => self.scalar(value, hive),
        }
    }

    fn scalar(&self, value: &Json<'_>, hive: &HiveType) -> Read<Value> {
        let (written, token) = match value {
            Json::Text(text) => (text.as_ref(), "VALUE_STRING"),
            Json::Number(digits) => (*digits, "VALUE_NUMBER_INT"),
            Json::Bool(true) => ("true", "VALUE_TRUE"),
            _ => ("false", "VALUE_FALSE"),
        };
        let is_number = matches!(value, Json::Number(_));
        let numeric = |read: Option<Value>| match is_number {
            true => read.ok_or_else(|| format!("Numeric value ({written}) out of range of {hive}")),
            false => Err(format!("Current token ({token}) not numeric, can not use numeric value accessors")),
        };
        let other = |read: Option<Value>| read.ok_or_else(|| not_read(written));
        match hive {
            HiveType::Tinyint => numeric(cut(written, 7)),
            HiveType::Smallint => numeric(cut(written, 15)),
            HiveType::Int => numeric(cut(written, 31)),
            HiveType::Bigint => numeric(cut(written, 63)),
            HiveType::Float => numeric(number(written).filter(|one| (*one as f32).is_finite()).map(Value::from)),
            HiveType::Double => numeric(number(written).map(Value::from)),
            HiveType::Boolean => match value {
                Json::Bool(flag) => Ok((*flag).into()),
                _ => Err(format!("Current token ({token}) not of boolean type")),
            },
            HiveType::Decimal(precision, scale) => other(exact(written, *precision, *scale)),
            HiveType::Date => other(times::date(written).map(|date| date.to_string().into())),
            HiveType::Timestamp => other(times::of_hive(written, &self.formats).map(times::written)),
            HiveType::Binary => other(Some(hex::encode(written).into())),
            _ => Ok(written.into()),
        }
    }
}

/// Jackson cuts what is behind the point.
fn cut(digits: &str, bits: u32) -> Option<Value> {
    let number = match digits.parse::<i64>() {
        Ok(whole) => i128::from(whole),
        Err(_) => number(digits).filter(|one| one.abs() < 1e19)?.trunc() as i128,
    };
    let least = -(1_i128 << bits);
    let within = (least..-least).contains(&number);
    within.then(|| i64::try_from(number).ok().map(Value::from)).flatten()
}

//! Values of arrays, maps and structs, in the words of Arrow's reader of JSON, which makes them.

use super::cast;
use super::json::Json;
use crate::services::glue::hive::HiveType;
use arrow::array::ArrayRef;
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) fn nested(field: &Field, values: &[Value]) -> Result<ArrayRef, ArrowError> {
    let schema = Arc::new(Schema::new(vec![field.clone()]));
    let mut decoder = arrow::json::ReaderBuilder::new(schema).with_batch_size(values.len().max(1)).build_decoder()?;
    let rows: Vec<_> = values.iter().map(|value| json!({field.name(): value})).collect();
    decoder.serialize(&rows)?;
    match decoder.flush()? {
        Some(batch) => Ok(Arc::clone(batch.column(0))),
        None => Ok(arrow::array::new_empty_array(field.data_type())),
    }
}

/// A value as a column of its type would have it, part by part; null where it does not fit.
pub(super) fn shaped(value: &Json<'_>, hive: &HiveType) -> Value {
    if !hive.is_nested() {
        return scalar(value, hive);
    }
    match value.as_text().map(Json::parse) {
        // A text may hold JSON.
        Some(Ok(parsed)) => strict(&parsed, hive),
        _ => fitted(value, hive, &shaped),
    }
}

fn fitted(value: &Json<'_>, hive: &HiveType, each: &dyn Fn(&Json<'_>, &HiveType) -> Value) -> Value {
    match (hive, value) {
        (HiveType::Array(item), Json::Array(items)) => items.iter().map(|value| each(value, item)).collect(),
        (HiveType::Map(_, item), Json::Object(fields)) => {
            // What is null is not there: Glue's structs, which the maps come from, do not tell the two apart.
            let there = fields.iter().filter(|(_, value)| !value.is_null());
            there.map(|(name, value)| (name.to_string(), each(value, item))).collect()
        }
        (HiveType::Struct(wanted), Json::Object(fields)) => {
            let field = |(name, hive): &(String, HiveType)| {
                let mut named = fields.iter().filter(|(field, _)| field.to_lowercase() == name.to_lowercase());
                let value = named.find(|(_, value)| !value.is_null());
                (name.clone(), value.map_or(Value::Null, |(_, value)| each(value, hive)))
            };
            wanted.iter().map(field).collect()
        }
        _ => Value::Null,
    }
}

/// In the words of Arrow's reader.
fn scalar(value: &Json<'_>, hive: &HiveType) -> Value {
    let whole = |bits: u32| json!(cast::integer(value, -(1_i64 << bits), (1_i64 << bits) - 1));
    match hive {
        HiveType::Boolean => json!(cast::boolean(value)),
        HiveType::Tinyint => whole(7),
        HiveType::Smallint => whole(15),
        HiveType::Int => whole(31),
        HiveType::Bigint => json!(cast::integer(value, i64::MIN, i64::MAX)),
        HiveType::Float | HiveType::Double => json!(cast::double(value)),
        HiveType::Decimal(precision, scale) => {
            json!(cast::decimal(value, *precision, *scale).map(|digits| point(digits, *scale)))
        }
        HiveType::Date => json!(cast::date(value).map(|days| i64::from(days) * 86_400_000).and_then(iso_date)),
        HiveType::Timestamp => json!(cast::timestamp(value).and_then(iso_time)),
        HiveType::String => json!(cast::text(value)),
        _ => Value::Null,
    }
}

/// Inside of JSON that is text, where `from_json` takes only what has the type already, but anything as text.
fn strict(value: &Json<'_>, hive: &HiveType) -> Value {
    if hive.is_nested() {
        return fitted(value, hive, &strict);
    }
    let is_number = matches!(value, Json::Number(_));
    let fits = match hive {
        HiveType::Boolean => matches!(value, Json::Bool(_)),
        HiveType::Tinyint | HiveType::Smallint | HiveType::Int | HiveType::Bigint => {
            matches!(value, Json::Number(digits) if digits.parse::<i64>().is_ok())
        }
        HiveType::Float | HiveType::Double | HiveType::Decimal(..) => is_number,
        _ => true,
    };
    if fits { scalar(value, hive) } else { Value::Null }
}

/// The digits of a decimal with its point.
pub(crate) fn point(digits: i128, scale: i8) -> String {
    let scale = usize::try_from(scale).unwrap_or(0);
    let text = format!("{:0>width$}", digits.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = text.split_at(text.len() - scale);
    let sign = if digits < 0 { "-" } else { "" };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn iso_date(millis: i64) -> Option<String> {
    Some(jiff::Timestamp::from_millisecond(millis).ok()?.strftime("%Y-%m-%d").to_string())
}

fn iso_time(micros: i64) -> Option<String> {
    Some(jiff::Timestamp::from_microsecond(micros).ok()?.strftime("%Y-%m-%dT%H:%M:%S%.6f").to_string())
}

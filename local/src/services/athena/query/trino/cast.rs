//! `CAST` and `TRY_CAST` by Trino's rules.
//!
//! Casts are functions, so that both types are known where they are planned: what Trino does not cast is refused, and JSON
//! is not the text that it is written as.

use super::scalars::{self, Failure};
use super::types::{self, name};
use super::values::{self, Value};
use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use std::sync::Arc;

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Cast {
    name: &'static str,
    /// What cannot be cast is null.
    is_safe: bool,
    signature: Signature,
}

impl Cast {
    pub(super) fn new(name: &'static str, is_safe: bool) -> Self {
        Self { name, is_safe, signature: Signature::any(2, Volatility::Immutable) }
    }
}

fn text(value: Option<&ScalarValue>) -> Result<&str> {
    let text = value.and_then(|value| value.try_as_str().flatten());
    text.ok_or_else(|| DataFusionError::Plan("SYNTAX_ERROR: a cast wants a type".to_owned()))
}

impl ScalarUDFImpl for Cast {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Err(DataFusionError::Plan("SYNTAX_ERROR: a cast wants a type".to_owned()))
    }

    fn return_field_from_args(&self, arguments: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let kind = types::parse(text(arguments.scalar_arguments.get(1).copied().flatten())?);
        let kind = kind.map_err(|why| DataFusionError::Plan(format!("TYPE_MISMATCH: {why}")))?;
        let from = arguments.arg_fields[0].data_type();
        match is_castable(from, &kind) {
            true => Ok(Arc::new(Field::new(self.name, kind, true))),
            false => {
                Err(DataFusionError::Plan(format!("TYPE_MISMATCH: Cannot cast {} to {}", name(from), name(&kind))))
            }
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let kind = arguments.return_field.data_type();
        let length = match &arguments.args[1] {
            ColumnarValue::Scalar(scalar) => types::length(text(Some(scalar))?),
            ColumnarValue::Array(_) => None,
        };
        let cast = |array: &ArrayRef| self.cast(array, kind, length);
        Ok(match &arguments.args[0] {
            ColumnarValue::Array(array) => ColumnarValue::Array(cast(array)?),
            ColumnarValue::Scalar(scalar) => {
                ColumnarValue::Scalar(ScalarValue::try_from_array(&cast(&scalar.to_array()?)?, 0)?)
            }
        })
    }
}

impl Cast {
    fn cast(&self, array: &ArrayRef, kind: &DataType, length: Option<usize>) -> Result<ArrayRef> {
        if array.data_type() == kind && length.is_none() {
            return Ok(Arc::clone(array));
        }
        if is_widening(array.data_type(), kind) {
            return Ok(datafusion::arrow::compute::cast(array, kind)?);
        }
        let value = |row| {
            let from = values::read(array, row)?;
            let is_text = matches!(from, Value::Text(_) | Value::Json(_));
            match convert(from, kind) {
                Ok(Value::Text(text)) if !is_text && length.is_some_and(|most| text.chars().count() > most) => {
                    let words = format!(
                        "INVALID_CAST_ARGUMENT: Value {text} cannot be represented as varchar({})",
                        length.unwrap_or_default()
                    );
                    if self.is_safe { Ok(Value::Null) } else { Err(DataFusionError::Execution(words)) }
                }
                Ok(Value::Text(text)) if length.is_some() => {
                    Ok(Value::Text(text.chars().take(length.unwrap_or_default()).collect()))
                }
                Ok(value) => Ok(value),
                Err(_) if self.is_safe => Ok(Value::Null),
                Err(why) => Err(DataFusionError::Execution(match array.data_type() {
                    from @ (DataType::Int8 | DataType::Int16 | DataType::Int32) => {
                        why.replace("Cannot cast BIGINT", &format!("Cannot cast {}", name(from).to_uppercase()))
                    }
                    _ => why,
                })),
            }
        };
        values::write((0..array.len()).map(value).collect::<Result<_>>()?, kind)
    }
}

/// Every value has one of the other type, so the whole column is cast at once.
fn is_widening(from: &DataType, to: &DataType) -> bool {
    let rank = |kind: &DataType| match kind {
        DataType::Int8 => 1,
        DataType::Int16 => 2,
        DataType::Int32 => 3,
        DataType::Int64 => 4,
        DataType::Float64 => 5,
        _ => 0,
    };
    rank(from) > 0 && rank(from) < rank(to)
}

fn is_number(kind: &DataType) -> bool {
    kind.is_integer() || kind.is_floating() || kind.is_decimal()
}

/// Trino's table of casts.
fn is_castable(from: &DataType, to: &DataType) -> bool {
    let is_text = |kind: &DataType| matches!(kind, DataType::Utf8 | DataType::Utf8View);
    let is_scalar = |kind: &DataType| is_number(kind) || is_text(kind) || *kind == DataType::Boolean;
    match (from, to) {
        (DataType::Null, _) => true,
        (from, to) if from == to => true,
        (from, to) if is_scalar(from) && is_scalar(to) => true,
        (from, DataType::Date32 | DataType::Timestamp(..)) if is_text(from) => true,
        (DataType::Date32, to) => is_text(to) || matches!(to, DataType::Timestamp(..) | DataType::LargeUtf8),
        (DataType::Timestamp(..), to) => {
            is_text(to)
                || matches!(to, DataType::Date32 | DataType::Time64(_) | DataType::Timestamp(..) | DataType::LargeUtf8)
        }
        (from, DataType::Binary) => is_text(from),
        (DataType::Interval(_) | DataType::Duration(_), to) => is_text(to),
        (DataType::Time64(_), to) => is_text(to),
        (from, DataType::Time64(_)) => is_text(from) || matches!(from, DataType::Timestamp(..)),
        (DataType::LargeUtf8, to) => match to {
            DataType::List(item) => is_castable(from, item.data_type()),
            DataType::Map(pair, _) => match pair.data_type() {
                // A name in JSON becomes a key, which is a text, a number or a truth.
                DataType::Struct(kinds) => is_scalar(kinds[0].data_type()) && is_castable(from, kinds[1].data_type()),
                _ => false,
            },
            DataType::Struct(fields) => fields.iter().all(|field| is_castable(from, field.data_type())),
            to => is_scalar(to) || *to == DataType::LargeUtf8,
        },
        (from, DataType::LargeUtf8) => is_scalar(from) || from.is_nested(),
        (DataType::List(one) | DataType::LargeList(one) | DataType::FixedSizeList(one, _), DataType::List(other)) => {
            is_castable(one.data_type(), other.data_type())
        }
        (DataType::Map(one, _), DataType::Map(other, _)) => is_castable(one.data_type(), other.data_type()),
        (DataType::Struct(one), DataType::Struct(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_castable(one.data_type(), other.data_type()))
        }
        _ => false,
    }
}

/// A value of another type.
///
/// # Errors
/// What it cannot be, in Trino's words.
pub(in super::super) fn convert(value: Value, kind: &DataType) -> Result<Value, Failure> {
    match (value, kind) {
        (Value::Null, _) => Ok(Value::Null),
        (Value::Json(json), DataType::LargeUtf8) => Ok(Value::Json(json)),
        (Value::Json(json), kind) => from_json(&json, kind),
        (value, DataType::LargeUtf8) => Ok(Value::Json(scalars::json(&value)?.to_string())),
        (Value::List(items), DataType::List(item)) => {
            Ok(Value::List(items.into_iter().map(|one| convert(one, item.data_type())).collect::<Result<_, _>>()?))
        }
        (Value::Map(entries), DataType::Map(pair, _)) => {
            let DataType::Struct(fields) = pair.data_type() else { return Err(scalars::cannot("map", kind)) };
            let pair =
                |(key, value)| Ok((convert(key, fields[0].data_type())?, convert(value, fields[1].data_type())?));
            Ok(Value::Map(entries.into_iter().map(pair).collect::<Result<_, Failure>>()?))
        }
        (Value::Row(row), DataType::Struct(fields)) => {
            let all = row.into_iter().zip(fields);
            let field =
                |((_, value), field): (_, &FieldRef)| Ok((field.name().clone(), convert(value, field.data_type())?));
            Ok(Value::Row(all.map(field).collect::<Result<_, Failure>>()?))
        }
        (value, kind) => scalars::convert(value, kind),
    }
}

fn from_json(text: &str, kind: &DataType) -> Result<Value, Failure> {
    let json: serde_json::Value = serde_json::from_str(text).map_err(|_| scalars::cannot(text, kind))?;
    if !kind.is_nested() {
        let is_nested = json.is_array() || json.is_object();
        return if is_nested { Err(scalars::cannot(text, kind)) } else { of_json(json, kind) };
    }
    of_json(json, kind).map_err(|why| {
        let inner = why.trim_start_matches("INVALID_CAST_ARGUMENT: ");
        format!("INVALID_CAST_ARGUMENT: Cannot cast to {}. {inner}\n{text}", name(kind))
    })
}

/// JSON of another form than the type has, as far as Trino has read it by then.
fn unexpected(json: &serde_json::Value, kind: &DataType) -> Failure {
    let met = json.to_string();
    let met = if json.is_array() || json.is_object() { &met[..1] } else { &met };
    match kind {
        DataType::List(_) => format!("Expected a json array, but got {met}"),
        DataType::Map(..) => format!("Expected a json object, but got {met}"),
        DataType::Struct(_) => format!("Expected a json array or object, but got {met}"),
        kind => format!("Unexpected token when cast to {}: {met}", name(kind).split('(').next().unwrap_or_default()),
    }
}

fn of_json(json: serde_json::Value, kind: &DataType) -> Result<Value, Failure> {
    use serde_json::Value as Json;
    match (json, kind) {
        (Json::Null, _) => Ok(Value::Null),
        (json, DataType::LargeUtf8) => Ok(Value::Json(json.to_string())),
        (Json::Array(items), DataType::List(item)) => {
            let items = items.into_iter().map(|one| of_json(one, item.data_type()));
            Ok(Value::List(items.collect::<Result<_, _>>()?))
        }
        (Json::Object(fields), DataType::Map(pair, _)) => {
            let DataType::Struct(kinds) = pair.data_type() else { return Err(scalars::cannot("json", kind)) };
            let entry = |(key, value): (String, Json)| {
                Ok((convert(Value::Text(key), kinds[0].data_type())?, of_json(value, kinds[1].data_type())?))
            };
            let entries = fields.into_iter().map(entry).collect::<Result<Vec<_>, Failure>>()?;
            let keys: std::collections::HashSet<_> = entries.iter().map(|(key, _)| format!("{key:?}")).collect();
            if keys.len() < entries.len() {
                return Err("Duplicate keys are not allowed".to_owned());
            }
            Ok(Value::Map(entries))
        }
        (Json::Object(mut all), DataType::Struct(fields)) => {
            let field = |field: &FieldRef| {
                let found = all.remove(field.name()).or_else(|| {
                    let key = all.keys().find(|key| key.eq_ignore_ascii_case(field.name()))?.clone();
                    all.remove(&key)
                });
                Ok((field.name().clone(), of_json(found.unwrap_or(Json::Null), field.data_type())?))
            };
            Ok(Value::Row(fields.iter().map(field).collect::<Result<_, Failure>>()?))
        }
        (Json::Array(items), DataType::Struct(fields)) if items.len() == fields.len() => {
            let field =
                |(value, field): (Json, &FieldRef)| Ok((field.name().clone(), of_json(value, field.data_type())?));
            Ok(Value::Row(items.into_iter().zip(fields).map(field).collect::<Result<_, Failure>>()?))
        }
        (json, DataType::List(_) | DataType::Map(..) | DataType::Struct(_)) => Err(unexpected(&json, kind)),
        (Json::String(text), kind) => scalars::convert(Value::Text(text), kind),
        (Json::Bool(is), kind) => scalars::convert(Value::Boolean(is), kind),
        (Json::Number(number), DataType::Utf8) => Ok(Value::Text(number.to_string())),
        (Json::Number(number), kind) => match number.as_i64() {
            Some(number) => scalars::convert(Value::Integer(number), kind),
            None => scalars::convert(Value::Double(number.as_f64().unwrap_or_default()), kind),
        },
        (json, kind) => Err(unexpected(&json, kind)),
    }
}

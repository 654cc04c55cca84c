//! One value of any type, read from a column and put into another: what casts work on.

use super::super::spans;
use datafusion::arrow::array::PrimitiveArray;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray as _, BinaryArray, BooleanArray, LargeStringArray, ListArray, MapArray, StringArray,
    StructArray, new_null_array,
};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    IntervalMonthDayNanoType, IntervalUnit, IntervalYearMonthType, Time64MicrosecondType, TimeUnit,
    TimestampMicrosecondType,
};
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Value {
    Null,
    Boolean(bool),
    Integer(i64),
    Double(f64),
    Real(f32),
    /// Without its point, and how many digits are behind it.
    Decimal(i128, i8),
    Text(String),
    Json(String),
    Bytes(Vec<u8>),
    Days(i32),
    /// Microseconds, of the civil time where there is no zone.
    Time(i64, Option<Arc<str>>),
    /// Microseconds since midnight.
    Clock(i64),
    Months(i64),
    /// Milliseconds.
    Span(i64),
    List(Vec<Value>),
    Map(Vec<(Value, Value)>),
    Row(Vec<(String, Value)>),
}

/// # Errors
/// A type that no statement has.
pub(in super::super) fn read(array: &dyn Array, row: usize) -> Result<Value> {
    if array.is_null(row) {
        return Ok(Value::Null);
    }
    Ok(match array.data_type() {
        DataType::Null => Value::Null,
        DataType::Boolean => Value::Boolean(array.as_boolean().value(row)),
        DataType::Int8 => Value::Integer(array.as_primitive::<Int8Type>().value(row).into()),
        DataType::Int16 => Value::Integer(array.as_primitive::<Int16Type>().value(row).into()),
        DataType::Int32 => Value::Integer(array.as_primitive::<Int32Type>().value(row).into()),
        DataType::Int64 => Value::Integer(array.as_primitive::<Int64Type>().value(row)),
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => {
            let wide = cast(&array.slice(row, 1), &DataType::Int64)?;
            Value::Integer(wide.as_primitive::<Int64Type>().value(0))
        }
        DataType::Float32 => Value::Real(array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => Value::Double(array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(_, scale) => Value::Decimal(array.as_primitive::<Decimal128Type>().value(row), *scale),
        DataType::Utf8 => Value::Text(array.as_string::<i32>().value(row).to_owned()),
        DataType::Utf8View => Value::Text(array.as_string_view().value(row).to_owned()),
        DataType::LargeUtf8 => Value::Json(array.as_string::<i64>().value(row).to_owned()),
        DataType::Binary => Value::Bytes(array.as_binary::<i32>().value(row).to_vec()),
        DataType::Date32 => Value::Days(array.as_primitive::<Date32Type>().value(row)),
        DataType::Timestamp(_, zone) => {
            let micros = cast(&array.slice(row, 1), &DataType::Timestamp(TimeUnit::Microsecond, zone.clone()))?;
            Value::Time(micros.as_primitive::<TimestampMicrosecondType>().value(0), zone.clone())
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            Value::Clock(array.as_primitive::<Time64MicrosecondType>().value(row))
        }
        DataType::Interval(_) | DataType::Duration(_) => {
            let amount = spans::amounts(&array.slice(row, 1))?.into_iter().flatten().next().unwrap_or_default();
            if array.data_type() == &spans::MONTHS { Value::Months(amount) } else { Value::Span(amount) }
        }
        DataType::List(_) => all(array.as_list::<i32>().value(row).as_ref()).map(Value::List)?,
        DataType::LargeList(_) => all(array.as_list::<i64>().value(row).as_ref()).map(Value::List)?,
        DataType::FixedSizeList(..) => all(array.as_fixed_size_list().value(row).as_ref()).map(Value::List)?,
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let (keys, values) = (all(entries.column(0))?, all(entries.column(1))?);
            Value::Map(keys.into_iter().zip(values).collect())
        }
        DataType::Struct(fields) => {
            let columns = fields.iter().zip(array.as_struct().columns());
            let field = |(field, column): (&Arc<_>, &ArrayRef)| {
                let field: &datafusion::arrow::datatypes::Field = field;
                Ok((field.name().clone(), read(column, row)?))
            };
            Value::Row(columns.map(field).collect::<Result<_>>()?)
        }
        other => return Err(unsupported(other)),
    })
}

pub(super) fn unsupported(kind: &DataType) -> DataFusionError {
    let words = format!("NOT_SUPPORTED: Local AWS does not have the type {}", super::types::name(kind));
    DataFusionError::Execution(words)
}

fn all(array: &dyn Array) -> Result<Vec<Value>> {
    (0..array.len()).map(|row| read(array, row)).collect()
}

macro_rules! primitive {
    ($values:ident, $kind:ty, $pattern:pat => $value:expr) => {
        Arc::new(
            $values
                .into_iter()
                .map(|value| match value {
                    $pattern => Some($value),
                    _ => None,
                })
                .collect::<PrimitiveArray<$kind>>(),
        )
    };
}

/// A column of values that are of its type.
///
/// # Errors
/// A type that no statement has.
pub(in super::super) fn write(values: Vec<Value>, kind: &DataType) -> Result<ArrayRef> {
    let text = |value: Value| match value {
        Value::Text(text) | Value::Json(text) => Some(text),
        _ => None,
    };
    Ok(match kind {
        DataType::Null => new_null_array(kind, values.len()),
        DataType::Boolean => {
            let truth = |value| if let Value::Boolean(is) = value { Some(is) } else { None };
            Arc::new(values.into_iter().map(truth).collect::<BooleanArray>())
        }
        DataType::Int8 => {
            primitive!(values, Int8Type, Value::Integer(value) => i8::try_from(value).unwrap_or_default())
        }
        DataType::Int16 => {
            primitive!(values, Int16Type, Value::Integer(value) => i16::try_from(value).unwrap_or_default())
        }
        DataType::Int32 => {
            primitive!(values, Int32Type, Value::Integer(value) => i32::try_from(value).unwrap_or_default())
        }
        DataType::Int64 => primitive!(values, Int64Type, Value::Integer(value) => value),
        DataType::Float32 => primitive!(values, Float32Type, Value::Real(value) => value),
        DataType::Float64 => primitive!(values, Float64Type, Value::Double(value) => value),
        DataType::Date32 => primitive!(values, Date32Type, Value::Days(days) => days),
        DataType::Decimal128(precision, scale) => {
            let digits = |value| if let Value::Decimal(digits, _) = value { Some(digits) } else { None };
            let all = values.into_iter().map(digits).collect::<PrimitiveArray<Decimal128Type>>();
            Arc::new(all.with_precision_and_scale(*precision, *scale)?)
        }
        DataType::Utf8 => Arc::new(values.into_iter().map(text).collect::<StringArray>()),
        DataType::LargeUtf8 => Arc::new(values.into_iter().map(text).collect::<LargeStringArray>()),
        DataType::Binary => {
            let bytes: Vec<_> = values
                .into_iter()
                .map(|value| if let Value::Bytes(bytes) = value { Some(bytes) } else { None })
                .collect();
            Arc::new(bytes.iter().map(|bytes| bytes.as_deref()).collect::<BinaryArray>())
        }
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let micros = |value| if let Value::Time(micros, _) = value { Some(micros) } else { None };
            let all = values.into_iter().map(micros).collect::<PrimitiveArray<TimestampMicrosecondType>>();
            Arc::new(all.with_timezone_opt(zone.clone()))
        }
        DataType::Time64(_) => primitive!(values, Time64MicrosecondType, Value::Clock(micros) => micros),
        DataType::Interval(IntervalUnit::YearMonth) => {
            primitive!(values, IntervalYearMonthType, Value::Months(months) => i32::try_from(months).unwrap_or(i32::MAX))
        }
        DataType::Interval(_) => {
            primitive!(values, IntervalMonthDayNanoType, Value::Span(millis) => spans::span(millis))
        }
        DataType::List(_) | DataType::Map(..) | DataType::Struct(_) => nested(values, kind)?,
        other => return Err(unsupported(other)),
    })
}

fn nested(values: Vec<Value>, kind: &DataType) -> Result<ArrayRef> {
    let nulls: NullBuffer = values.iter().map(|value| *value != Value::Null).collect();
    let rows = values.len();
    Ok(match kind {
        DataType::List(item) => {
            let lists: Vec<_> =
                values.into_iter().map(|value| if let Value::List(all) = value { all } else { vec![] }).collect();
            let offsets = OffsetBuffer::from_lengths(lists.iter().map(Vec::len));
            let items = write(lists.into_iter().flatten().collect(), item.data_type())?;
            Arc::new(ListArray::try_new(Arc::clone(item), offsets, items, Some(nulls))?)
        }
        DataType::Map(entries, is_sorted) => {
            let maps: Vec<_> =
                values.into_iter().map(|value| if let Value::Map(all) = value { all } else { vec![] }).collect();
            let offsets = OffsetBuffer::from_lengths(maps.iter().map(Vec::len));
            let pairs = maps.into_iter().flatten();
            let pairs = pairs.map(|(key, value)| Value::Row(vec![(String::new(), key), (String::new(), value)]));
            let pairs = write(pairs.collect(), entries.data_type())?;
            let pairs = pairs.as_struct().clone();
            Arc::new(MapArray::try_new(Arc::clone(entries), offsets, pairs, Some(nulls), *is_sorted)?)
        }
        DataType::Struct(fields) => {
            let mut columns: Vec<Vec<Value>> = vec![Vec::with_capacity(rows); fields.len()];
            for value in values {
                let mut row = if let Value::Row(row) = value { row } else { vec![] }.into_iter();
                for column in &mut columns {
                    column.push(row.next().map_or(Value::Null, |(_, value)| value));
                }
            }
            let columns = columns.into_iter().zip(fields).map(|(column, field)| write(column, field.data_type()));
            let columns = columns.collect::<Result<Vec<_>>>()?;
            Arc::new(StructArray::try_new_with_length(fields.clone(), columns, Some(nulls), rows)?)
        }
        other => return Err(unsupported(other)),
    })
}

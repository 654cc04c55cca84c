//! Values in one form each, so that comparing bits and places tells what Trino's comparisons do: NaN of one sign, zero
//! without one, the entries of a map in one order.

use super::typed::{function, given};
use super::values::{self, Value};
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, ListArray, StringArray, StructArray};
use datafusion::arrow::datatypes::{DataType, Float32Type, Float64Type};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;
use std::sync::Arc;

/// What becomes of floating numbers. The engine orders them by IEEE 754's total order: NaN with a sign, then all others,
/// then NaN.
#[derive(Clone, Copy)]
struct Form {
    nan: f64,
    /// Whether -0.0 is 0.0, as it is for `=` and for groups, and not in an order (Java's `Double.compare`).
    one_zero: bool,
}

const NOTHING_ABOVE: Form = Form { nan: f64::NAN, one_zero: true };
const NOTHING_BELOW: Form = Form { nan: -f64::NAN, one_zero: true };

impl Form {
    fn double(self, number: f64) -> f64 {
        match number {
            number if number.is_nan() => self.nan,
            number if self.one_zero => number + 0.0,
            number => number,
        }
    }

    fn real(self, number: f32) -> f32 {
        match number {
            number if number.is_nan() && self.nan.is_sign_negative() => -f32::NAN,
            number if number.is_nan() => f32::NAN,
            number if self.one_zero => number + 0.0,
            number => number,
        }
    }

    fn array(self, array: &ArrayRef) -> Result<ArrayRef> {
        Ok(match array.data_type() {
            DataType::Float64 => {
                Arc::new(array.as_primitive::<Float64Type>().unary::<_, Float64Type>(|x| self.double(x)))
            }
            DataType::Float32 => {
                Arc::new(array.as_primitive::<Float32Type>().unary::<_, Float32Type>(|x| self.real(x)))
            }
            DataType::List(item) => {
                let lists = array.as_list::<i32>();
                let items = self.array(lists.values())?;
                Arc::new(ListArray::try_new(Arc::clone(item), lists.offsets().clone(), items, lists.nulls().cloned())?)
            }
            DataType::Struct(fields) => {
                let rows = array.as_struct();
                let columns = rows.columns().iter().map(|column| self.array(column)).collect::<Result<_>>()?;
                Arc::new(StructArray::try_new_with_length(fields.clone(), columns, rows.nulls().cloned(), rows.len())?)
            }
            DataType::Map(..) => {
                let rows = (0..array.len()).map(|row| Ok(self.value(values::read(array, row)?)));
                values::write(rows.collect::<Result<_>>()?, array.data_type())?
            }
            _ => Arc::clone(array),
        })
    }

    fn value(self, value: Value) -> Value {
        match value {
            Value::Double(number) => Value::Double(self.double(number)),
            Value::Real(number) => Value::Real(self.real(number)),
            Value::List(items) => Value::List(items.into_iter().map(|item| self.value(item)).collect()),
            Value::Row(fields) => {
                Value::Row(fields.into_iter().map(|(name, field)| (name, self.value(field))).collect())
            }
            Value::Map(entries) => {
                let entries = entries.into_iter().map(|(key, value)| (self.value(key), self.value(value)));
                let mut entries: Vec<_> = entries.collect();
                // In any order, if it is always the same.
                entries.sort_by_cached_key(|(key, _)| format!("{key:?}"));
                Value::Map(entries)
            }
            other => other,
        }
    }
}

/// Each value as a text that tells it from all others, for joins, which take no maps: the engine wants their least one.
fn written(array: &ArrayRef, is: fn(&Value) -> bool) -> Result<ArrayRef> {
    let text = |row| {
        let value = NOTHING_ABOVE.value(values::read(array, row)?);
        Ok((value != Value::Null && is(&value)).then(|| format!("{value:?}")))
    };
    Ok(Arc::new((0..array.len()).map(text).collect::<Result<StringArray>>()?))
}

/// Whether `=` may be true of it: with NULL in it, that is not known, and NaN equals nothing.
fn is_known(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Double(number) => !number.is_nan(),
        Value::Real(number) => !number.is_nan(),
        Value::List(items) => items.iter().all(is_known),
        Value::Row(fields) => fields.iter().all(|(_, field)| is_known(field)),
        Value::Map(entries) => entries.iter().all(|(key, value)| is_known(key) && is_known(value)),
        _ => true,
    }
}

/// Whether equal values of a type may have more than one form.
pub(super) fn has_forms(kind: &DataType) -> bool {
    match kind {
        DataType::Float32 | DataType::Float64 | DataType::Map(..) => true,
        DataType::List(item) => has_forms(item.data_type()),
        DataType::Struct(fields) => fields.iter().any(|field| has_forms(field.data_type())),
        _ => false,
    }
}

/// The functions that give a value its form.
#[derive(Debug)]
pub(super) struct Forms {
    /// For groups, in which NaN is one value, and for the left of what compares: NaN is above all.
    pub(super) above: ScalarUDF,
    /// For the right of what compares: NaN is below all, so that it is neither the same as the other NaN nor less.
    pub(super) below: ScalarUDF,
    /// The same for an order, which knows two zeros.
    pub(super) last: ScalarUDF,
    pub(super) first: ScalarUDF,
    /// Of what has parts: a text that is the same for the same values.
    pub(super) written: ScalarUDF,
    /// That text where `=` may be true of the value, and NULL elsewhere.
    pub(super) known: ScalarUDF,
}

impl Forms {
    pub(super) fn new() -> Self {
        Self {
            above: function("$above", |all| Ok(given(all, 0).clone()), |all, _| NOTHING_ABOVE.array(&all[0])),
            below: function("$below", |all| Ok(given(all, 0).clone()), |all, _| NOTHING_BELOW.array(&all[0])),
            last: function(
                "$last",
                |all| Ok(given(all, 0).clone()),
                |all, _| Form { one_zero: false, ..NOTHING_ABOVE }.array(&all[0]),
            ),
            first: function(
                "$first",
                |all| Ok(given(all, 0).clone()),
                |all, _| Form { one_zero: false, ..NOTHING_BELOW }.array(&all[0]),
            ),
            written: function("$written", |_| Ok(DataType::Utf8), |all, _| written(&all[0], |_| true)),
            known: function("$known", |_| Ok(DataType::Utf8), |all, _| written(&all[0], is_known)),
        }
    }
}

//! What `=` says of maps and of what floating numbers are in: the same entries in whatever order, NaN is no number, and NULL
//! where a value is not known.

use super::typed::function;
use super::values::{self, Value};
use datafusion::arrow::array::{ArrayRef, BooleanArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;
use std::sync::Arc;

/// Whether there are maps in it. The engine would compare their entries by place.
pub(super) fn has_map(kind: &DataType) -> bool {
    match kind {
        DataType::Map(..) => true,
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            has_map(item.data_type())
        }
        DataType::Struct(fields) => fields.iter().any(|field| has_map(field.data_type())),
        _ => false,
    }
}

pub(super) fn equals() -> ScalarUDF {
    function(
        "$equals",
        |_| Ok(DataType::Boolean),
        |all, _| {
            let same = |row| Ok(is_same(&values::read(&all[0], row)?, &values::read(&all[1], row)?));
            let rows = (0..all[0].len()).map(same).collect::<Result<BooleanArray>>()?;
            Ok(Arc::new(rows) as ArrayRef)
        },
    )
}

fn is_same(one: &Value, other: &Value) -> Option<bool> {
    use Value::{Decimal, Double, Integer, List, Map, Null, Real, Row};
    match (one, other) {
        (Null, _) | (_, Null) => None,
        (List(one), List(other)) => is_all(one.len() == other.len(), one.iter().zip(other)),
        (Row(one), Row(other)) => {
            let pairs = one.iter().zip(other).map(|((_, one), (_, other))| (one, other));
            is_all(one.len() == other.len(), pairs)
        }
        (Map(one), Map(other)) => {
            // A key is never NULL, so that it is there or not.
            let value = |key: &Value| other.iter().find(|(found, _)| is_same(key, found) == Some(true));
            let pairs: Vec<_> =
                one.iter().map(|(key, value_of)| (value_of, value(key).map(|(_, value)| value))).collect();
            let is_known = one.len() == other.len() && pairs.iter().all(|(_, found)| found.is_some());
            is_all(is_known, pairs.into_iter().filter_map(|(one, other)| Some((one, other?))))
        }
        // Different types of numbers, which Trino makes one of first.
        (Integer(whole), Double(number)) | (Double(number), Integer(whole)) => Some(*whole as f64 == *number),
        (Integer(whole), Real(number)) | (Real(number), Integer(whole)) => Some(*whole as f32 == *number),
        (Double(number), Real(small)) | (Real(small), Double(number)) => Some(f64::from(*small) == *number),
        (Integer(whole), Decimal(..)) => Some(is_as_much((i128::from(*whole), 0), other)),
        (Decimal(number, scale), Integer(_) | Decimal(..)) => Some(is_as_much((*number, *scale), other)),
        (Decimal(number, scale), Double(float)) | (Double(float), Decimal(number, scale)) => {
            Some(*number as f64 / 10_f64.powi(i32::from(*scale)) == *float)
        }
        _ => Some(one == other),
    }
}

/// One that differs settles it; one that is not known leaves it open.
fn is_all<'a>(has_same_form: bool, pairs: impl Iterator<Item = (&'a Value, &'a Value)>) -> Option<bool> {
    let mut is_known = true;
    for same in pairs.map(|(one, other)| is_same(one, other)) {
        match same {
            Some(false) => return Some(false),
            Some(true) => {}
            None => is_known = false,
        }
    }
    if has_same_form { is_known.then_some(true) } else { Some(false) }
}

/// Decimals of whatever scale.
fn is_as_much((number, scale): (i128, i8), other: &Value) -> bool {
    let (also, to) = match other {
        Value::Decimal(also, to) => (*also, *to),
        Value::Integer(whole) => (i128::from(*whole), 0),
        _ => return false,
    };
    let widened = |number: i128, by: i8| 10_i128.checked_pow(u32::try_from(by).ok()?)?.checked_mul(number);
    widened(number, (to - scale).max(0)) == widened(also, (scale - to).max(0))
}

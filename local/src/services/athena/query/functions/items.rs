//! Items of arrays and entries of maps, and which of them are the same.

use super::call::{Answer, fails};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray as _, BinaryArray, Int64Array, MapArray, StructArray, UInt64Array, new_empty_array,
};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::{cast, concat, take};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::arrow::row::{OwnedRow, RowConverter, SortField};
use datafusion::common::Result;
use std::sync::Arc;

/// Items as bytes that compare as the items do, NULL for those that are.
pub(super) type Keys = Vec<Option<OwnedRow>>;

/// What makes such bytes.
fn converter(kind: DataType) -> Result<RowConverter> {
    let field = SortField::new(kind.clone());
    if !RowConverter::supports_fields(std::slice::from_ref(&field)) {
        let name = super::kinds::name(&kind);
        return Err(fails("NOT_SUPPORTED", format!("Local AWS does not compare values of type {name}")));
    }
    Ok(RowConverter::new(vec![field])?)
}

/// Of several arrays of one type.
pub(super) fn keys(arrays: &[&ArrayRef]) -> Result<Vec<Keys>> {
    let converter = converter(arrays.first().map_or(DataType::Null, |first| first.data_type().clone()))?;
    let one = |items: &&ArrayRef| {
        let rows = converter.convert_columns(&[Arc::clone(items)])?;
        let set = |at: usize| items.is_valid(at) && items.data_type() != &DataType::Null;
        Ok((0..items.len()).map(|at| set(at).then(|| rows.row(at).owned())).collect())
    };
    arrays.iter().map(one).collect()
}

/// Such bytes as a column.
pub(super) fn rows_of(items: &ArrayRef) -> Result<BinaryArray> {
    let rows = converter(items.data_type().clone())?.convert_columns(&[Arc::clone(items)])?;
    let set = |at: usize| items.is_valid(at) && items.data_type() != &DataType::Null;
    Ok((0..items.len()).map(|at| set(at).then(|| rows.row(at))).collect())
}

/// Whether there are [`numbers`] of a type.
pub(super) fn has_numbers(kind: &DataType) -> bool {
    kind.is_signed_integer()
        || matches!(
            kind,
            DataType::Boolean
                | DataType::Date32
                | DataType::Float32
                | DataType::Float64
                | DataType::Time64(_)
                | DataType::Timestamp(..)
        )
}

/// Numbers that compare as the items do.
pub(super) fn numbers(items: &ArrayRef) -> Result<Option<Int64Array>> {
    Ok(match items.data_type() {
        kind if !has_numbers(kind) => None,
        DataType::Float32 | DataType::Float64 => {
            let floats = cast(items, &DataType::Float64)?;
            // The bits of negative ones count down.
            let ordered = |float: f64| {
                let bits = float.to_bits().cast_signed();
                bits ^ (bits >> 63).cast_unsigned().wrapping_shr(1).cast_signed()
            };
            Some(floats.as_primitive::<Float64Type>().unary(ordered))
        }
        _ => Some(cast(items, &DataType::Int64)?.as_primitive::<Int64Type>().clone()),
    })
}

pub(super) fn pick(items: &ArrayRef, indexes: impl IntoIterator<Item = usize>) -> Result<ArrayRef> {
    let indexes: UInt64Array = indexes.into_iter().map(|index| Some(index as u64)).collect();
    Ok(take(items, &indexes, None)?)
}

/// The first of each.
pub(super) fn distinct(keys: &Keys) -> Vec<usize> {
    let mut seen = std::collections::HashSet::new();
    (0..keys.len()).filter(|index| seen.insert(&keys[*index])).collect()
}

/// Ascending, NULLs last.
pub(super) fn sorted(keys: &Keys) -> Vec<usize> {
    let mut order: Vec<_> = (0..keys.len()).collect();
    order.sort_by(|one, other| match (&keys[*one], &keys[*other]) {
        (Some(one), Some(other)) => one.cmp(other),
        (one, other) => one.is_none().cmp(&other.is_none()),
    });
    order
}

/// How often each value is there.
pub(super) fn counted(column: &ArrayRef) -> Result<Entries> {
    let keys = &keys(&[column])?[0];
    let mut counts = std::collections::HashMap::new();
    keys.iter().for_each(|key| *counts.entry(key).or_insert(0_i64) += 1);
    let first: Vec<_> = distinct(keys).into_iter().filter(|at| keys[*at].is_some()).collect();
    let counts: Int64Array = first.iter().map(|at| counts.get(&keys[*at]).copied()).collect();
    Ok(Entries(pick(column, first)?, Arc::new(counts)))
}

/// Keys and values of one map.
pub(super) struct Entries(pub(super) ArrayRef, pub(super) ArrayRef);

impl Answer for Entries {
    fn column(rows: Vec<Option<Self>>, gives: &DataType) -> Result<ArrayRef> {
        let DataType::Map(field, is_sorted) = gives else { return Err(fails("GENERIC_INTERNAL_ERROR", "not a map")) };
        let DataType::Struct(fields) = field.data_type() else {
            return Err(fails("GENERIC_INTERNAL_ERROR", "not a map"));
        };
        let column = |index: usize| -> Result<ArrayRef> {
            let kind = fields[index].data_type();
            let part = |row: &Self| if index == 0 { Arc::clone(&row.0) } else { Arc::clone(&row.1) };
            let parts = rows.iter().flatten().map(|row| cast(&part(row), kind));
            let parts = parts.collect::<std::result::Result<Vec<_>, _>>()?;
            match parts.is_empty() {
                true => Ok(new_empty_array(kind)),
                false => Ok(concat(&parts.iter().map(AsRef::as_ref).collect::<Vec<_>>())?),
            }
        };
        let entries = StructArray::try_new(fields.clone(), vec![column(0)?, column(1)?], None)?;
        let offsets = OffsetBuffer::from_lengths(rows.iter().map(|row| row.as_ref().map_or(0, |row| row.0.len())));
        let nulls: NullBuffer = rows.iter().map(Option::is_some).collect();
        Ok(Arc::new(MapArray::try_new(Arc::clone(field), offsets, entries, Some(nulls), *is_sorted)?))
    }
}

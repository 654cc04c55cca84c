//! The types that decimals have beside floating numbers, within arrays, rows and maps too.

use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::logical_expr::binary::type_union_resolution;
use std::sync::Arc;

/// What a type becomes beside another one, where that is something else.
pub(super) fn beside(kind: &DataType, other: &DataType) -> Option<DataType> {
    match (kind, other) {
        (DataType::Float32, DataType::Float64) => Some(DataType::Float64),
        (kind, other) if kind.is_decimal() && other.is_floating() => Some(other.clone()),
        (DataType::List(item), DataType::List(other)) => field(item, other).map(DataType::List),
        (DataType::Map(entries, is_sorted), DataType::Map(others, _)) => {
            Some(DataType::Map(field(entries, others)?, *is_sorted))
        }
        (DataType::Struct(fields), DataType::Struct(others)) if fields.len() == others.len() => {
            let all: Vec<_> = fields.iter().zip(others).map(|(one, other)| field(one, other)).collect();
            all.iter().any(Option::is_some).then_some(())?;
            let all = all.into_iter().zip(fields);
            Some(DataType::Struct(all.map(|(floated, one)| floated.unwrap_or_else(|| Arc::clone(one))).collect()))
        }
        _ => None,
    }
}

fn field(one: &FieldRef, other: &FieldRef) -> Option<FieldRef> {
    let kind = beside(one.data_type(), other.data_type())?;
    Some(Arc::new(one.as_ref().clone().with_data_type(kind)))
}

/// The type of two different numbers.
pub(super) fn common(one: &DataType, other: &DataType) -> Option<DataType> {
    (one != other && one.is_numeric() && other.is_numeric()).then_some(())?;
    beside(one, other).or_else(|| beside(other, one)).or_else(|| type_union_resolution(&[one.clone(), other.clone()]))
}

pub(super) fn has_floats(kind: &DataType) -> bool {
    match kind {
        DataType::List(item) | DataType::Map(item, _) => has_floats(item.data_type()),
        DataType::Struct(fields) => fields.iter().any(|field| has_floats(field.data_type())),
        other => other.is_floating(),
    }
}

/// For each of several types what it becomes, as one of them; `None` where that is itself.
pub(super) fn are_floated(kinds: &[DataType]) -> Vec<Option<DataType>> {
    let mut floats: Vec<&DataType> = vec![];
    for kind in kinds.iter().filter(|kind| has_floats(kind)) {
        if !floats.contains(&kind) {
            floats.push(kind);
        }
    }
    let becomes = |kind: &DataType| {
        let mut floated = None;
        for other in &floats {
            floated = beside(floated.as_ref().unwrap_or(kind), other).or(floated);
        }
        floated
    };
    kinds.iter().map(becomes).collect()
}

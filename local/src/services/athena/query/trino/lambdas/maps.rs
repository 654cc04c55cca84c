//! `map_filter`, `transform_keys` and `transform_values`, each of a map and of `(key, value) -> ...`.

use super::{Arguments, column, given, kind_of, lambda, parameter, signature, wrong};
use crate::services::athena::query::trino::types;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, MapArray, StructArray, UInt32Array};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::compute::{filter, take_arrays};
use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{
    ColumnarValue, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature, HigherOrderUDFImpl,
    LambdaParametersProgress,
};
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum What {
    Filter,
    Keys,
    Values,
}

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct OverMap {
    what: What,
    signature: HigherOrderSignature,
}

impl OverMap {
    pub(super) fn new(what: What) -> Self {
        Self { what, signature: signature(1, 1) }
    }
}

pub(super) fn pair(kind: &DataType) -> Result<(DataType, DataType)> {
    match kind {
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => Ok((fields[0].data_type().clone(), fields[1].data_type().clone())),
            _ => wrong("map"),
        },
        _ => wrong("map"),
    }
}

impl HigherOrderUDFImpl for OverMap {
    fn name(&self) -> &str {
        match self.what {
            What::Filter => "map_filter",
            What::Keys => "transform_keys",
            What::Values => "transform_values",
        }
    }

    fn signature(&self) -> &HigherOrderSignature {
        &self.signature
    }

    fn coerce_value_types(&self, kinds: &[DataType]) -> Result<Vec<DataType>> {
        Ok(kinds.to_vec())
    }

    fn lambda_parameters(&self, _: usize, fields: Arguments<'_>) -> Result<LambdaParametersProgress> {
        let (key, value) = pair(kind_of(fields, 0)?)?;
        Ok(LambdaParametersProgress::Complete(vec![vec![parameter("key", &key), parameter("value", &value)]]))
    }

    fn return_field_from_args(&self, arguments: HigherOrderReturnFieldArgs<'_>) -> Result<FieldRef> {
        let (key, value) = pair(kind_of(arguments.arg_fields, 0)?)?;
        let made = given(&arguments, 1)?.clone();
        let kind = match self.what {
            What::Filter => types::map(key, value),
            What::Keys => types::map(made, value),
            What::Values => types::map(key, made),
        };
        Ok(parameter(self.name(), &kind))
    }

    fn invoke_with_args(&self, arguments: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        let maps = column(&arguments, 0)?;
        let maps = maps.as_map();
        let length =
            |row: usize| if maps.is_null(row) { 0 } else { usize::try_from(maps.value_length(row)).unwrap_or(0) };
        let offsets = maps.value_offsets();
        let rows =
            (0..maps.len()).flat_map(|row| std::iter::repeat_n(row as u32, length(row))).collect::<UInt32Array>();
        let places = (0..maps.len()).flat_map(|row| {
            (0..length(row)).map(move |index| u32::try_from(offsets[row]).unwrap_or_default() + index as u32)
        });
        let entries = take_arrays(maps.entries().columns(), &places.collect::<UInt32Array>(), None)?;
        let (keys, values) = (|| Ok(Arc::clone(&entries[0])), || Ok(Arc::clone(&entries[1])));
        let spread = |captured: &[ArrayRef]| Ok(take_arrays(captured, &rows, None)?);
        let made = lambda(&arguments, 1)?.evaluate(&[&keys, &values], spread)?.into_array(rows.len())?;
        let mut lengths: Vec<_> = (0..maps.len()).map(length).collect();
        let (keys, values) = match self.what {
            What::Keys if made.null_count() > 0 => {
                let words = "INVALID_FUNCTION_ARGUMENT: map key cannot be null";
                return Err(DataFusionError::Execution(words.to_owned()));
            }
            What::Keys => (made, Arc::clone(&entries[1])),
            What::Values => (Arc::clone(&entries[0]), made),
            What::Filter => {
                let kept = made.as_boolean();
                lengths.fill(0);
                for (place, row) in rows.values().iter().enumerate() {
                    lengths[*row as usize] += usize::from(kept.is_valid(place) && kept.value(place));
                }
                (filter(&entries[0], kept)?, filter(&entries[1], kept)?)
            }
        };
        let DataType::Map(field, _) = arguments.return_type() else { return wrong(self.name()) };
        let DataType::Struct(fields) = field.data_type() else { return wrong(self.name()) };
        let pairs = StructArray::try_new(fields.clone(), vec![keys, values], None)?;
        let offsets = OffsetBuffer::from_lengths(lengths);
        let all = MapArray::try_new(Arc::clone(field), offsets, pairs, maps.nulls().cloned(), false)?;
        Ok(ColumnarValue::Array(Arc::new(all)))
    }
}

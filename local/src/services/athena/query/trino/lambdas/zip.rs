//! `zip_with(array, array, (x, y) -> result)`: the shorter one goes on with nulls.

use super::{Arguments, column, given, kind_of, lambda, parameter, signature, wrong};
use crate::services::athena::query::trino::types;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, ListArray, UInt32Array, UInt64Array};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::{take, take_arrays};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature, HigherOrderUDFImpl,
    LambdaParametersProgress,
};
use std::sync::Arc;

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ZipWith {
    signature: HigherOrderSignature,
}

impl Default for ZipWith {
    fn default() -> Self {
        Self { signature: signature(2, 1) }
    }
}

impl HigherOrderUDFImpl for ZipWith {
    fn name(&self) -> &str {
        "zip_with"
    }

    fn signature(&self) -> &HigherOrderSignature {
        &self.signature
    }

    fn coerce_value_types(&self, kinds: &[DataType]) -> Result<Vec<DataType>> {
        Ok(kinds.to_vec())
    }

    fn lambda_parameters(&self, _: usize, fields: Arguments<'_>) -> Result<LambdaParametersProgress> {
        let (DataType::List(one), DataType::List(other)) = (kind_of(fields, 0)?, kind_of(fields, 1)?) else {
            return wrong("zip_with");
        };
        let both = vec![parameter("one", one.data_type()), parameter("other", other.data_type())];
        Ok(LambdaParametersProgress::Complete(vec![both]))
    }

    fn return_field_from_args(&self, arguments: HigherOrderReturnFieldArgs<'_>) -> Result<FieldRef> {
        Ok(parameter("zip_with", &types::list(given(&arguments, 2)?.clone())))
    }

    fn invoke_with_args(&self, arguments: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        let (one, other) = (column(&arguments, 0)?, column(&arguments, 1)?);
        let (one, other) = (one.as_list::<i32>(), other.as_list::<i32>());
        let is_set = |row: usize| one.is_valid(row) && other.is_valid(row);
        let length = |row: usize| {
            let most = one.value_length(row).max(other.value_length(row));
            if is_set(row) { usize::try_from(most).unwrap_or_default() } else { 0 }
        };
        let rows = (0..one.len()).flat_map(|row| std::iter::repeat_n(row as u32, length(row))).collect::<UInt32Array>();
        let items = |list: &ListArray| -> Result<ArrayRef> {
            let place = |row: usize, index: usize| {
                let is_there = index < usize::try_from(list.value_length(row)).unwrap_or_default();
                is_there.then(|| u64::try_from(list.value_offsets()[row]).unwrap_or_default() + index as u64)
            };
            let places = (0..list.len()).flat_map(|row| (0..length(row)).map(move |index| place(row, index)));
            Ok(take(list.values(), &places.collect::<UInt64Array>(), None)?)
        };
        let (left, right) = (items(one)?, items(other)?);
        let (left, right) = (|| Ok(Arc::clone(&left)), || Ok(Arc::clone(&right)));
        let spread = |captured: &[ArrayRef]| Ok(take_arrays(captured, &rows, None)?);
        let done = lambda(&arguments, 2)?.evaluate(&[&left, &right], spread)?.into_array(rows.len())?;
        let offsets = OffsetBuffer::from_lengths((0..one.len()).map(length));
        let nulls: NullBuffer = (0..one.len()).map(is_set).collect();
        let field = Arc::new(Field::new_list_field(done.data_type().clone(), true));
        Ok(ColumnarValue::Array(Arc::new(ListArray::try_new(field, offsets, done, Some(nulls))?)))
    }
}

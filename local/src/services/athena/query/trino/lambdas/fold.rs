//! `reduce(array, state, (state, item) -> state, state -> result)`.

use super::{Arguments, column, given, kind_of, lambda, parameter, signature, wrong};
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, UInt32Array, UInt64Array, new_null_array};
use datafusion::arrow::compute::{cast, interleave, take, take_arrays};
use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature, HigherOrderUDFImpl,
    LambdaParametersProgress,
};
use std::sync::Arc;

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Reduce {
    signature: HigherOrderSignature,
}

impl Default for Reduce {
    fn default() -> Self {
        Self { signature: signature(2, 2) }
    }
}

impl HigherOrderUDFImpl for Reduce {
    fn name(&self) -> &str {
        "reduce"
    }

    fn signature(&self) -> &HigherOrderSignature {
        &self.signature
    }

    fn coerce_value_types(&self, kinds: &[DataType]) -> Result<Vec<DataType>> {
        Ok(kinds.to_vec())
    }

    fn lambda_parameters(&self, _: usize, fields: Arguments<'_>) -> Result<LambdaParametersProgress> {
        let DataType::List(item) = kind_of(fields, 0)? else { return wrong("reduce") };
        let state = parameter("state", kind_of(fields, 1)?);
        let item = parameter("item", item.data_type());
        Ok(LambdaParametersProgress::Complete(vec![vec![Arc::clone(&state), item], vec![state]]))
    }

    fn return_field_from_args(&self, arguments: HigherOrderReturnFieldArgs<'_>) -> Result<FieldRef> {
        Ok(parameter("reduce", given(&arguments, 3)?))
    }

    fn invoke_with_args(&self, arguments: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        let (lists, mut state) = (column(&arguments, 0)?, column(&arguments, 1)?);
        let (step, last) = (lambda(&arguments, 2)?, lambda(&arguments, 3)?);
        let lists = lists.as_list::<i32>();
        let length = |row: usize| if lists.is_null(row) { 0 } else { lists.value_length(row) };
        let most = (0..lists.len()).map(length).max().unwrap_or(0);
        for index in 0..most {
            // The rows that have as many items.
            let rows: Vec<_> = (0..lists.len()).filter(|row| length(*row) > index).collect();
            let places = rows.iter().map(|row| i64::from(lists.value_offsets()[*row] + index).unsigned_abs());
            let items = take(lists.values(), &places.collect::<UInt64Array>(), None)?;
            let rows = rows.iter().filter_map(|row| u32::try_from(*row).ok()).collect::<UInt32Array>();
            let states = take(&state, &rows, None)?;
            let (states, items) = (|| Ok(Arc::clone(&states)), || Ok(Arc::clone(&items)));
            let spread = |captured: &[ArrayRef]| Ok(take_arrays(captured, &rows, None)?);
            let done = step.evaluate(&[&states, &items], spread)?.into_array(rows.len())?;
            let done = cast(&done, state.data_type())?;
            let mut places: Vec<_> = (0..state.len()).map(|row| (0, row)).collect();
            for (place, row) in rows.values().iter().enumerate() {
                places[*row as usize] = (1, place);
            }
            state = interleave(&[&state, &done], &places)?;
        }
        let states = || Ok(Arc::clone(&state));
        let done = last.evaluate(&[&states], |captured| Ok(captured.to_vec()))?.into_array(lists.len())?;
        // Of no array there is no result.
        let nothing = new_null_array(done.data_type(), 1);
        let places: Vec<_> = (0..lists.len()).map(|row| if lists.is_null(row) { (1, 0) } else { (0, row) }).collect();
        Ok(ColumnarValue::Array(interleave(&[&done, &nothing], &places)?))
    }
}

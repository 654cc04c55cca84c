//! `array_sort(array, (x, y) -> integer)`.

use super::{Arguments, column, kind_of, lambda, parameter, signature, wrong};
use crate::services::athena::query::trino::typed::failed;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, ListArray, UInt32Array, UInt64Array};
use datafusion::arrow::compute::{cast, take, take_arrays};
use datafusion::arrow::datatypes::{DataType, FieldRef, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature, HigherOrderUDFImpl,
    LambdaArgument, LambdaParametersProgress,
};
use std::sync::Arc;

pub(super) const NAME: &str = "$array_sort";

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Sorted {
    signature: HigherOrderSignature,
}

impl Default for Sorted {
    fn default() -> Self {
        Self { signature: signature(1, 1) }
    }
}

impl HigherOrderUDFImpl for Sorted {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &HigherOrderSignature {
        &self.signature
    }

    fn coerce_value_types(&self, kinds: &[DataType]) -> Result<Vec<DataType>> {
        Ok(kinds.to_vec())
    }

    fn lambda_parameters(&self, _: usize, fields: Arguments<'_>) -> Result<LambdaParametersProgress> {
        let DataType::List(item) = kind_of(fields, 0)? else { return wrong("array_sort") };
        let both = vec![parameter("one", item.data_type()), parameter("other", item.data_type())];
        Ok(LambdaParametersProgress::Complete(vec![both]))
    }

    fn return_field_from_args(&self, arguments: HigherOrderReturnFieldArgs<'_>) -> Result<FieldRef> {
        Ok(parameter(NAME, kind_of(arguments.arg_fields, 0)?))
    }

    fn invoke_with_args(&self, arguments: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        let lists = column(&arguments, 0)?;
        let lists = lists.as_list::<i32>();
        let compared = lambda(&arguments, 1)?;
        // The order of each row's items, and how far it is sorted: all rows are merged at once, run by run.
        let length = |row: usize| if lists.is_null(row) { 0 } else { lists.value_length(row).unsigned_abs() };
        let first = |row: usize| lists.value_offsets()[row].unsigned_abs();
        let mut orders: Vec<Vec<u32>> =
            (0..lists.len()).map(|row| (first(row)..first(row) + length(row)).collect()).collect();
        let most = (0..lists.len()).map(length).max().unwrap_or(0) as usize;
        let mut run = 1;
        while run < most {
            merge(lists.values(), &mut orders, run, compared)?;
            run *= 2;
        }
        let places: UInt64Array = (0..lists.len())
            .flat_map(|row| {
                let own = if lists.is_null(row) { &[][..] } else { orders[row].as_slice() };
                own.iter().map(|place| u64::from(*place))
            })
            .collect();
        let items = take(lists.values(), &places, None)?;
        let offsets =
            datafusion::arrow::buffer::OffsetBuffer::from_lengths((0..lists.len()).map(|row| length(row) as usize));
        let DataType::List(field) = lists.data_type() else { return wrong("array_sort") };
        Ok(ColumnarValue::Array(Arc::new(ListArray::try_new(
            Arc::clone(field),
            offsets,
            items,
            lists.nulls().cloned(),
        )?)))
    }
}

/// A place in one row: the two runs that are merged, and how far each is.
struct Merge {
    row: usize,
    start: usize,
    left: (usize, usize),
    right: (usize, usize),
    merged: Vec<u32>,
}

/// Runs of so many items that are sorted become runs of twice as many. One comparison of each pair of runs is asked at a
/// time, of all rows together.
fn merge(items: &ArrayRef, orders: &mut [Vec<u32>], run: usize, compared: &LambdaArgument) -> Result<()> {
    let mut open = vec![];
    for (row, order) in orders.iter().enumerate() {
        for start in (0..order.len()).step_by(run * 2) {
            let (middle, end) = ((start + run).min(order.len()), (start + run * 2).min(order.len()));
            if middle < end {
                open.push(Merge { row, start, left: (start, middle), right: (middle, end), merged: vec![] });
            }
        }
    }
    while !open.is_empty() {
        let at = |place: fn(&Merge) -> usize| -> Result<ArrayRef> {
            let places: UInt32Array = open.iter().map(|merge| orders[merge.row][place(merge)]).collect();
            Ok(take(items, &places, None)?)
        };
        let (one, other) = (at(|merge| merge.left.0)?, at(|merge| merge.right.0)?);
        let rows: UInt32Array = open.iter().map(|merge| merge.row as u32).collect();
        let spread = |captured: &[ArrayRef]| Ok(take_arrays(captured, &rows, None)?);
        let done = compared.evaluate(&[&|| Ok(Arc::clone(&one)), &|| Ok(Arc::clone(&other))], spread)?;
        let done = cast(&done.into_array(open.len())?, &DataType::Int64)?;
        let done = done.as_primitive::<Int64Type>();
        for (index, merge) in open.iter_mut().enumerate() {
            if done.is_null(index) || !(-1..=1).contains(&done.value(index)) {
                return failed("INVALID_FUNCTION_ARGUMENT: Lambda comparator must return either -1, 0, or 1");
            }
            let from = if done.value(index) <= 0 { &mut merge.left } else { &mut merge.right };
            merge.merged.push(orders[merge.row][from.0]);
            from.0 += 1;
        }
        open.retain_mut(|merge| {
            let is_open = merge.left.0 < merge.left.1 && merge.right.0 < merge.right.1;
            if !is_open {
                let order = &mut orders[merge.row];
                let rest = [&order[merge.left.0..merge.left.1], &order[merge.right.0..merge.right.1]].concat();
                merge.merged.extend(rest);
                order[merge.start..merge.start + merge.merged.len()].copy_from_slice(&merge.merged);
            }
            is_open
        });
    }
    Ok(())
}

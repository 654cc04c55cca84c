//! `map_zip_with(map, map, (key, one, other) -> result)`: of a key that only one map has, the other value is NULL.

use super::{Arguments, column, given, kind_of, lambda, maps::pair, parameter, signature};
use crate::services::athena::query::trino::types;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, MapArray, StructArray, UInt32Array};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::{cast, concat, take, take_arrays};
use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::arrow::row::{RowConverter, SortField};
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature, HigherOrderUDFImpl,
    LambdaParametersProgress,
};
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct MapZipWith {
    signature: HigherOrderSignature,
}

impl Default for MapZipWith {
    fn default() -> Self {
        Self { signature: signature(2, 1) }
    }
}

impl HigherOrderUDFImpl for MapZipWith {
    fn name(&self) -> &str {
        "map_zip_with"
    }

    fn signature(&self) -> &HigherOrderSignature {
        &self.signature
    }

    fn coerce_value_types(&self, kinds: &[DataType]) -> Result<Vec<DataType>> {
        Ok(kinds.to_vec())
    }

    fn lambda_parameters(&self, _: usize, fields: Arguments<'_>) -> Result<LambdaParametersProgress> {
        let (key, one) = pair(kind_of(fields, 0)?)?;
        let (_, other) = pair(kind_of(fields, 1)?)?;
        let all = vec![parameter("key", &key), parameter("one", &one), parameter("other", &other)];
        Ok(LambdaParametersProgress::Complete(vec![all]))
    }

    fn return_field_from_args(&self, arguments: HigherOrderReturnFieldArgs<'_>) -> Result<FieldRef> {
        let (key, _) = pair(kind_of(arguments.arg_fields, 0)?)?;
        Ok(parameter(self.name(), &types::map(key, given(&arguments, 2)?.clone())))
    }

    fn invoke_with_args(&self, arguments: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        let (left, right) = (column(&arguments, 0)?, column(&arguments, 1)?);
        let (left, right) = (left.as_map(), right.as_map());
        let others = cast(right.keys(), left.keys().data_type())?;
        let both = concat(&[left.keys(), &others])?;
        let converter = RowConverter::new(vec![SortField::new(both.data_type().clone())])?;
        let known = converter.convert_columns(&[Arc::clone(&both)])?;
        let (mut rows, mut lengths, mut keys) = (vec![], vec![], vec![]);
        let (mut ones, mut twos): (Vec<Option<u32>>, Vec<Option<u32>>) = (vec![], vec![]);
        let is_set = |row: usize| left.is_valid(row) && right.is_valid(row);
        for row in 0..left.len() {
            let before = keys.len();
            if is_set(row) {
                let (mut theirs, own) = (entries(right, row), entries(left, row));
                let place = |entry: usize| known.row(left.keys().len() + entry);
                let index: HashMap<_, _> = theirs.clone().map(|entry| (place(entry), entry)).collect();
                for entry in own.clone() {
                    let found = index.get(&known.row(entry)).map(|entry| *entry as u32);
                    keys.push(entry as u32);
                    ones.push(Some(entry as u32));
                    twos.push(found);
                }
                let had: std::collections::HashSet<_> = own.map(|entry| known.row(entry)).collect();
                theirs.by_ref().filter(|entry| !had.contains(&place(*entry))).for_each(|entry| {
                    keys.push((left.keys().len() + entry) as u32);
                    ones.push(None);
                    twos.push(Some(entry as u32));
                });
            }
            lengths.push(keys.len() - before);
            rows.extend(std::iter::repeat_n(row as u32, keys.len() - before));
        }
        let keys = take(&both, &UInt32Array::from(keys), None)?;
        let ones = take(left.values(), &UInt32Array::from(ones), None)?;
        let twos = take(right.values(), &UInt32Array::from(twos), None)?;
        let rows = UInt32Array::from(rows);
        let spread = |captured: &[ArrayRef]| Ok(take_arrays(captured, &rows, None)?);
        let given: [&dyn Fn() -> Result<ArrayRef>; 3] =
            [&|| Ok(Arc::clone(&keys)), &|| Ok(Arc::clone(&ones)), &|| Ok(Arc::clone(&twos))];
        let made = lambda(&arguments, 2)?.evaluate(&given, spread)?.into_array(rows.len())?;
        let kind = arguments.return_type();
        let DataType::Map(field, _) = kind else { return super::wrong(self.name()) };
        let DataType::Struct(fields) = field.data_type() else { return super::wrong(self.name()) };
        let pairs = StructArray::try_new(fields.clone(), vec![keys, made], None)?;
        let nulls: NullBuffer = (0..left.len()).map(is_set).collect();
        let all = MapArray::try_new(Arc::clone(field), OffsetBuffer::from_lengths(lengths), pairs, Some(nulls), false)?;
        Ok(ColumnarValue::Array(Arc::new(all)))
    }
}

fn entries(maps: &MapArray, row: usize) -> std::ops::Range<usize> {
    let place = |at: usize| usize::try_from(maps.value_offsets()[at]).unwrap_or_default();
    place(row)..place(row + 1)
}

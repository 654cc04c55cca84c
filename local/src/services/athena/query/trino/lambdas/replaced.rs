//! `regexp_replace(text, pattern, groups -> text)`.

use super::{Arguments, column, kind_of, lambda, parameter, signature};
use crate::services::athena::query::functions::{compile, matches};
use crate::services::athena::query::trino::types;
use datafusion::arrow::array::{
    Array as _, ArrayRef, AsArray as _, ListBuilder, StringArray, StringBuilder, UInt32Array,
};
use datafusion::arrow::compute::{cast, take_arrays};
use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature, HigherOrderUDFImpl,
    LambdaParametersProgress,
};
use std::ops::Range;
use std::sync::Arc;

pub(super) const NAME: &str = "$regexp_replace";

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Replaced {
    signature: HigherOrderSignature,
}

impl Default for Replaced {
    fn default() -> Self {
        Self { signature: signature(2, 1) }
    }
}

impl HigherOrderUDFImpl for Replaced {
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
        kind_of(fields, 1)?;
        Ok(LambdaParametersProgress::Complete(vec![vec![parameter("groups", &types::list(DataType::Utf8))]]))
    }

    fn return_field_from_args(&self, _: HigherOrderReturnFieldArgs<'_>) -> Result<FieldRef> {
        Ok(parameter(NAME, &DataType::Utf8))
    }

    fn invoke_with_args(&self, arguments: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        let texts = cast(&column(&arguments, 0)?, &DataType::Utf8)?;
        let patterns = cast(&column(&arguments, 1)?, &DataType::Utf8)?;
        let (texts, patterns) = (texts.as_string::<i32>(), patterns.as_string::<i32>());
        let (mut groups, mut rows) = (ListBuilder::new(StringBuilder::new()), vec![]);
        let mut found: Vec<Vec<Range<usize>>> = vec![];
        let mut last = None;
        for row in 0..texts.len() {
            let mut own = vec![];
            if texts.is_valid(row) && patterns.is_valid(row) {
                let known = last.take().filter(|(known, _)| *known == patterns.value(row));
                let (known, pattern) = match known {
                    Some(known) => known,
                    None => (patterns.value(row), compile(patterns.value(row))?),
                };
                for captures in matches(&pattern, texts.value(row)) {
                    groups.append_value(captures.iter().skip(1).map(|group| group.map(|group| group.as_str())));
                    own.extend(captures.get(0).map(|whole| whole.range()));
                    rows.push(row as u32);
                }
                last = Some((known, pattern));
            }
            found.push(own);
        }
        let rows = UInt32Array::from(rows);
        let groups: ArrayRef = cast(&groups.finish(), &types::list(DataType::Utf8))?;
        let spread = |captured: &[ArrayRef]| Ok(take_arrays(captured, &rows, None)?);
        let made = lambda(&arguments, 2)?.evaluate(&[&|| Ok(Arc::clone(&groups))], spread)?.into_array(rows.len())?;
        let made = cast(&made, &DataType::Utf8)?;
        let mut parts = made.as_string::<i32>().iter();
        let whole = |row: usize| {
            let (text, mut done, mut from, mut is_null) = (texts.value(row), String::new(), 0, false);
            for range in &found[row] {
                done.push_str(&text[from..range.start]);
                match parts.next().flatten() {
                    Some(part) => done.push_str(part),
                    None => is_null = true,
                }
                from = range.end;
            }
            done.push_str(&text[from..]);
            (!is_null).then_some(done)
        };
        let mut whole = whole;
        let set = |row: usize| texts.is_valid(row) && patterns.is_valid(row);
        let all: StringArray = (0..texts.len()).map(|row| set(row).then(|| whole(row)).flatten()).collect();
        Ok(ColumnarValue::Array(Arc::new(all)))
    }
}

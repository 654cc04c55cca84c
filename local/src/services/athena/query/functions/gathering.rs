//! Aggregates that look at all rows of their group at once: a line in a table each, as functions of one row have it. The
//! columns of their call are the rows of the group, and what they give has one.

use super::call::{Call, fails};
use super::items::{distinct, keys, pick};
use super::kinds::list;
use super::library::{Entry, Function, Run, overloads};
use datafusion::arrow::array::{Array, ArrayRef, AsArray as _, new_empty_array};
use datafusion::arrow::compute::concat;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility};
use std::sync::Arc;

#[derive(Debug, PartialEq, Eq, Hash)]
struct Aggregate(Function);

pub(super) fn aggregates(table: &[Entry]) -> Vec<AggregateUDF> {
    let made = overloads(&[table]).into_iter().map(|(name, overloads)| {
        let signature = Signature::user_defined(Volatility::Immutable);
        AggregateUDF::new_from_impl(Aggregate(Function { name, overloads, signature }))
    });
    made.collect()
}

impl AggregateUDFImpl for Aggregate {
    fn name(&self) -> &str {
        self.0.name
    }

    fn signature(&self) -> &Signature {
        &self.0.signature
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        Ok(self.0.choose(given)?.2)
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        Ok(self.0.choose(given)?.1)
    }

    fn state_fields(&self, arguments: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let field = |(index, field): (usize, &FieldRef)| {
            Arc::new(Field::new(format!("{}[{index}]", arguments.name), list(field.data_type().clone()), true))
        };
        Ok(arguments.input_fields.iter().enumerate().map(field).collect())
    }

    fn accumulator(&self, arguments: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let kinds: Vec<_> = arguments.expr_fields.iter().map(|field| field.data_type().clone()).collect();
        if arguments.is_distinct && kinds.len() > 1 {
            return Err(fails("NOT_SUPPORTED", format!("Local AWS has no DISTINCT in {}", self.0.name)));
        }
        Ok(Box::new(Gathered {
            run: self.0.choose(&kinds)?.0.run,
            parts: vec![vec![]; kinds.len()],
            kinds,
            gives: arguments.return_field.data_type().clone(),
            is_distinct: arguments.is_distinct,
        }))
    }
}

#[derive(Debug)]
struct Gathered {
    run: Run,
    kinds: Vec<DataType>,
    gives: DataType,
    is_distinct: bool,
    /// Of each argument.
    parts: Vec<Vec<ArrayRef>>,
}

impl Gathered {
    fn columns(&self) -> Result<Vec<ArrayRef>> {
        let column = |(parts, kind): (&Vec<ArrayRef>, &DataType)| match parts.is_empty() {
            true => Ok(new_empty_array(kind)),
            false => Ok(concat(&parts.iter().map(AsRef::as_ref).collect::<Vec<_>>())?),
        };
        self.parts.iter().zip(&self.kinds).map(column).collect()
    }
}

impl Accumulator for Gathered {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        for (parts, values) in self.parts.iter_mut().zip(values) {
            parts.push(Arc::clone(values));
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mut columns = self.columns()?;
        if self.is_distinct {
            let first = distinct(&keys(&[&columns[0]])?[0]);
            columns[0] = pick(&columns[0], first)?;
        }
        let rows = columns.first().map_or(0, |column| column.len());
        let call = Call { arguments: columns, rows, gives: self.gives.clone() };
        ScalarValue::try_from_array(&(self.run)(&call)?, 0)
    }

    /// What is gathered, without the buffers that are shared with other groups.
    fn size(&self) -> usize {
        let slice = |part: &ArrayRef| part.to_data().get_slice_memory_size().unwrap_or(0) + size_of::<ArrayRef>();
        size_of::<Self>() + self.parts.iter().flatten().map(slice).sum::<usize>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let column = |column: ArrayRef| -> Result<ScalarValue> {
            let kind = list(column.data_type().clone());
            ScalarValue::try_from_array(&<ArrayRef as super::call::Answer>::column(vec![Some(column)], &kind)?, 0)
        };
        self.columns()?.into_iter().map(column).collect()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for (parts, lists) in self.parts.iter_mut().zip(states) {
            parts.extend(lists.as_list::<i32>().iter().flatten());
        }
        Ok(())
    }
}

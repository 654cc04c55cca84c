//! Aggregates that DataFusion does not have: a line in a table each, as functions of one row have it, with the way in which
//! it comes to its result.

use super::super::groups::{self, Groups};
use super::call::fails;
use super::chosen::{By, Chosen};
use super::folded::{Fold, Folded};
use super::gathered::{Each, Gathered};
use super::kinds::list;
use super::library::{Entry, Function, Run, overloads};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Float64Type, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, GroupsAccumulator, Signature, Volatility};
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// How an aggregate comes to its result, and with that what it keeps of a group.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// From all rows of the group at once: the columns of the call are they, and what it gives has one row. Besides them
    /// it needs so many bytes for each row while it works.
    Gathered(usize, Run),
    /// The value of one row.
    Chosen(By),
    /// Some numbers, to which each row adds.
    Longs(Fold<i64>),
    Doubles(Fold<f64>),
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Aggregate(Function<Way>);

pub(super) fn aggregates(table: &[Entry<Way>]) -> Vec<AggregateUDF> {
    let made = overloads(&[table]).into_iter().map(|(name, overloads)| {
        let signature = Signature::user_defined(Volatility::Immutable);
        AggregateUDF::new_from_impl(Aggregate(Function { name, overloads, signature }))
    });
    made.collect()
}

fn kinds(fields: &[FieldRef]) -> Vec<DataType> {
    fields.iter().map(|field| field.data_type().clone()).collect()
}

/// What is kept of groups, in this way, of columns of these types.
pub(super) fn groups_of(way: Way, kinds: &[DataType], gives: &DataType) -> Result<Box<dyn Groups>> {
    Ok(match way {
        Way::Gathered(work, run) => Box::new(Gathered::new(Each::Run(run), work, kinds, gives.clone())),
        Way::Chosen(by) => Box::new(Chosen::new(by, kinds)?),
        Way::Longs(fold) => Box::new(Folded::<Int64Type>::new(fold)),
        Way::Doubles(fold) => Box::new(Folded::<Float64Type>::new(fold)),
    })
}

impl Aggregate {
    fn groups(&self, arguments: &AccumulatorArgs<'_>) -> Result<Box<dyn Groups>> {
        let (kinds, gives) = (kinds(arguments.expr_fields), arguments.return_field.data_type());
        let way = self.0.choose(&kinds)?.0.run;
        if !arguments.is_distinct {
            return groups_of(way, &kinds, gives);
        }
        if kinds.len() > 1 {
            return Err(fails("NOT_SUPPORTED", format!("Local AWS has no DISTINCT in {}", self.0.name)));
        }
        let (each, work) = match way {
            Way::Gathered(work, run) => (Each::Run(run), work),
            other => (Each::Groups(groups_of(other, &kinds, gives)?), 0),
        };
        Ok(Box::new(Gathered::distinct(each, work, &kinds, gives.clone())))
    }
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
        let kinds = kinds(arguments.input_fields);
        let states: Vec<_> = match self.0.choose(&kinds)?.0.run {
            Way::Gathered(..) => kinds.into_iter().map(list).collect(),
            _ if arguments.is_distinct => kinds.into_iter().map(list).collect(),
            Way::Chosen(by) => Chosen::states(by, &kinds),
            Way::Longs(fold) => vec![DataType::Int64; fold.empty.len()],
            Way::Doubles(fold) => vec![DataType::Float64; fold.empty.len()],
        };
        let named = |(index, kind)| Arc::new(Field::new(format!("{}[{index}]", arguments.name), kind, true));
        Ok(states.into_iter().enumerate().map(named).collect())
    }

    fn accumulator(&self, arguments: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Ok(groups::single(self.groups(&arguments)?))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs<'_>) -> bool {
        true
    }

    fn create_groups_accumulator(&self, arguments: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(groups::many(self.groups(&arguments)?))
    }
}

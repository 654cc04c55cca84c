//! What an aggregate keeps of each group. DataFusion's adapter for aggregates that know one group only looks at every group
//! that there is for every batch of rows, so that a million groups take minutes.

use datafusion::arrow::array::{Array as _, ArrayRef, BooleanArray};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, EmitTo, GroupsAccumulator};
use std::fmt::Debug;

/// Groups go by their numbers.
pub(super) trait Groups: Debug + Send + Sync {
    /// The same without any group.
    fn empty(&self) -> Box<dyn Groups>;

    fn count(&self) -> usize;

    /// There are so many groups now.
    fn grow(&mut self, count: usize);

    /// A row for each of `groups`; those that do not pass are left out.
    fn add(&mut self, columns: &[ArrayRef], groups: &[usize], passes: Option<&BooleanArray>) -> Result<()>;

    /// What [`Groups::states`] of another gave.
    fn merge(&mut self, states: &[ArrayRef], groups: &[usize]) -> Result<()>;

    /// Of the first groups, a row each.
    fn states(&self, count: usize) -> Result<Vec<ArrayRef>>;

    /// Of the first groups, a row each.
    fn results(&self, count: usize) -> Result<ArrayRef>;

    /// The first groups are gone, the others go by lower numbers.
    fn forget(&mut self, count: usize) -> Result<()>;

    /// All that is kept, and what the states and the results will need besides: nothing else asks for it.
    fn bytes(&self) -> usize;
}

/// Whether a row passes.
pub(super) fn passes(filter: Option<&BooleanArray>, row: usize) -> bool {
    filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row))
}

/// For GROUP BY.
pub(super) fn many(groups: Box<dyn Groups>) -> Box<dyn GroupsAccumulator> {
    Box::new(Many(groups))
}

/// For all rows, or those of a window.
pub(super) fn single(mut groups: Box<dyn Groups>) -> Box<dyn Accumulator> {
    groups.grow(1);
    Box::new(Single(groups))
}

#[derive(Debug)]
struct Many(Box<dyn Groups>);

impl Many {
    fn emit<T>(&mut self, to: EmitTo, made: impl Fn(&dyn Groups, usize) -> Result<T>) -> Result<T> {
        let count = match to {
            EmitTo::All => self.0.count(),
            EmitTo::First(count) => count,
        };
        let made = made(self.0.as_ref(), count)?;
        match to {
            EmitTo::All => self.0 = self.0.empty(),
            EmitTo::First(count) => self.0.forget(count)?,
        }
        Ok(made)
    }
}

impl GroupsAccumulator for Many {
    fn update_batch(
        &mut self,
        columns: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        count: usize,
    ) -> Result<()> {
        self.0.grow(count);
        self.0.add(columns, groups, filter)
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], count: usize) -> Result<()> {
        self.0.grow(count);
        self.0.merge(states, groups)
    }

    fn evaluate(&mut self, to: EmitTo) -> Result<ArrayRef> {
        self.emit(to, |groups, count| groups.results(count))
    }

    fn state(&mut self, to: EmitTo) -> Result<Vec<ArrayRef>> {
        self.emit(to, |groups, count| groups.states(count))
    }

    fn convert_to_state(&self, columns: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let rows = columns.first().map_or(0, |column| column.len());
        let mut each = self.0.empty();
        each.grow(rows);
        each.add(columns, &(0..rows).collect::<Vec<_>>(), filter)?;
        each.states(rows)
    }

    fn size(&self) -> usize {
        self.0.bytes()
    }
}

#[derive(Debug)]
struct Single(Box<dyn Groups>);

impl Single {
    fn one(columns: &[ArrayRef]) -> Vec<usize> {
        vec![0; columns.first().map_or(0, |column| column.len())]
    }
}

impl Accumulator for Single {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        self.0.add(columns, &Self::one(columns), None)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.0.merge(states, &Self::one(states))
    }

    /// A window asks again when it has become larger.
    fn evaluate(&mut self) -> Result<ScalarValue> {
        ScalarValue::try_from_array(&self.0.results(1)?, 0)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.0.states(1)?.iter().map(|state| ScalarValue::try_from_array(state, 0)).collect()
    }

    fn size(&self) -> usize {
        self.0.bytes()
    }
}

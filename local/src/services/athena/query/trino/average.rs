//! `avg` and `sum` of what the engine has none of, or otherwise: the mean of decimals is a decimal with as many digits, rounded
//! half up; intervals have both.

use super::super::groups::{self, Groups, passes};
use super::super::spans::amounts;
use super::intervals::column;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, BooleanArray, Decimal128Array, Int64Array};
use datafusion::arrow::compute::{cast, sum};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Field, FieldRef, Int64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::type_coercion::functions::fields_with_udf;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, GroupsAccumulator, ReversedUDAF, Signature, Volatility,
};
use std::sync::Arc;

/// That of DataFusion, for all but decimals and intervals.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Average {
    inner: Arc<AggregateUDF>,
    is_mean: bool,
    signature: Signature,
}

impl Average {
    /// `avg` with a mean, `sum` without.
    pub(super) fn of(inner: Arc<AggregateUDF>, is_mean: bool) -> Self {
        Self { inner, is_mean, signature: Signature::user_defined(Volatility::Immutable) }
    }

    fn is_own(&self, kind: &DataType) -> bool {
        matches!(kind, DataType::Interval(_)) || self.is_mean && matches!(kind, DataType::Decimal128(..))
    }

    fn exact(&self, kind: &DataType) -> Exact {
        Exact { kind: kind.clone(), is_mean: self.is_mean }
    }
}

/// A result: decimals by their digits, intervals by months or milliseconds.
#[derive(Clone, Debug)]
struct Exact {
    kind: DataType,
    is_mean: bool,
}

impl Exact {
    fn scale(&self) -> i8 {
        if let DataType::Decimal128(_, scale) = self.kind { scale } else { 0 }
    }

    fn digits(&self, array: &ArrayRef) -> Result<Decimal128Array> {
        let whole = match array.data_type() {
            DataType::Interval(_) => Arc::new(Int64Array::from(amounts(array)?)),
            _ => Arc::clone(array),
        };
        Ok(cast(&whole, &DataType::Decimal128(38, self.scale()))?.as_primitive::<Decimal128Type>().clone())
    }

    fn shown(&self, all: impl Iterator<Item = Sum>) -> Result<ArrayRef> {
        let all = all.map(|sum| if self.is_mean { sum.mean() } else { (sum.count != 0).then_some(sum.sum) });
        match self.kind {
            DataType::Decimal128(precision, scale) => {
                Ok(Arc::new(all.collect::<Decimal128Array>().with_precision_and_scale(precision, scale)?))
            }
            _ => column(all.map(|amount| amount.and_then(|amount| i64::try_from(amount).ok())).collect(), &self.kind),
        }
    }
}

impl AggregateUDFImpl for Average {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, kinds: &[DataType]) -> Result<Vec<DataType>> {
        match kinds {
            [kind] if self.is_own(kind) => Ok(kinds.to_vec()),
            _ => {
                let fields: Vec<_> =
                    kinds.iter().map(|kind| Arc::new(Field::new("given", kind.clone(), true))).collect();
                let fields = fields_with_udf(&fields, self.inner.as_ref())?;
                Ok(fields.iter().map(|field| field.data_type().clone()).collect())
            }
        }
    }

    fn return_type(&self, kinds: &[DataType]) -> Result<DataType> {
        match kinds {
            [kind] if self.is_own(kind) => Ok(kind.clone()),
            _ => self.inner.return_type(kinds),
        }
    }

    fn state_fields(&self, arguments: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        match arguments.return_field.data_type() {
            kind if self.is_own(kind) => Ok(vec![
                Arc::new(Field::new("count", DataType::Int64, true)),
                Arc::new(Field::new("sum", DataType::Decimal128(38, self.exact(kind).scale()), true)),
            ]),
            _ => self.inner.state_fields(arguments),
        }
    }

    fn accumulator(&self, arguments: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        match arguments.return_field.data_type() {
            kind if self.is_own(kind) && !arguments.is_distinct => {
                Ok(Box::new(One { exact: self.exact(kind), all: Sum::default() }))
            }
            _ => self.inner.accumulator(arguments),
        }
    }

    fn create_sliding_accumulator(&self, arguments: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        match self.is_own(arguments.return_field.data_type()) {
            true => self.accumulator(arguments),
            false => self.inner.create_sliding_accumulator(arguments),
        }
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        self.inner.reverse_udf()
    }

    fn groups_accumulator_supported(&self, arguments: AccumulatorArgs<'_>) -> bool {
        match arguments.return_field.data_type() {
            kind if self.is_own(kind) => !arguments.is_distinct,
            _ => self.inner.groups_accumulator_supported(arguments),
        }
    }

    fn create_groups_accumulator(&self, arguments: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        match arguments.return_field.data_type() {
            kind if self.is_own(kind) => Ok(groups::many(Box::new(Many { exact: self.exact(kind), all: vec![] }))),
            _ => self.inner.create_groups_accumulator(arguments),
        }
    }
}

/// How many there are, and the sum of their digits.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    count: i64,
    sum: i128,
}

impl Sum {
    fn add(&mut self, count: i64, sum: i128) -> Result<()> {
        self.count += count;
        let overflow = || DataFusionError::Execution("NUMERIC_VALUE_OUT_OF_RANGE: Decimal overflow".to_owned());
        self.sum = self.sum.checked_add(sum).ok_or_else(overflow)?;
        Ok(())
    }

    fn mean(self) -> Option<i128> {
        let count = i128::from(self.count);
        (count != 0).then(|| {
            let (whole, rest) = (self.sum / count, (self.sum % count).abs());
            if rest >= count - rest { whole + self.sum.signum() } else { whole }
        })
    }
}

/// Of many groups.
#[derive(Debug)]
struct Many {
    exact: Exact,
    all: Vec<Sum>,
}

impl Groups for Many {
    fn empty(&self) -> Box<dyn Groups> {
        Box::new(Self { exact: self.exact.clone(), all: vec![] })
    }

    fn count(&self) -> usize {
        self.all.len()
    }

    fn grow(&mut self, count: usize) {
        self.all.resize(count.max(self.all.len()), Sum::default());
    }

    fn add(&mut self, columns: &[ArrayRef], groups: &[usize], filter: Option<&BooleanArray>) -> Result<()> {
        let digits = self.exact.digits(&columns[0])?;
        let rows = groups.iter().enumerate().filter(|(row, _)| digits.is_valid(*row) && passes(filter, *row));
        rows.into_iter().try_for_each(|(row, group)| self.all[*group].add(1, digits.value(row)))
    }

    fn merge(&mut self, states: &[ArrayRef], groups: &[usize]) -> Result<()> {
        let (counts, sums) = (states[0].as_primitive::<Int64Type>(), states[1].as_primitive::<Decimal128Type>());
        let rows = groups.iter().enumerate();
        rows.into_iter().try_for_each(|(row, group)| self.all[*group].add(counts.value(row), sums.value(row)))
    }

    fn states(&self, count: usize) -> Result<Vec<ArrayRef>> {
        let all = &self.all[..count];
        let sums = Decimal128Array::from_iter_values(all.iter().map(|one| one.sum));
        let counts = Int64Array::from_iter_values(all.iter().map(|one| one.count));
        Ok(vec![Arc::new(counts), Arc::new(sums.with_precision_and_scale(38, self.exact.scale())?)])
    }

    fn results(&self, count: usize) -> Result<ArrayRef> {
        self.exact.shown(self.all[..count].iter().copied())
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        self.all.drain(..count);
        Ok(())
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + (self.all.capacity() + self.all.len()) * size_of::<Sum>()
    }
}

/// Of one, or of a window that moves.
#[derive(Debug)]
struct One {
    exact: Exact,
    all: Sum,
}

impl One {
    fn digits(&self, array: &ArrayRef) -> Result<(i64, i128)> {
        let digits = self.exact.digits(array)?;
        let count = i64::try_from(digits.len() - digits.null_count()).unwrap_or(i64::MAX);
        Ok((count, sum(&digits).unwrap_or(0)))
    }
}

impl Accumulator for One {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let (count, sum) = self.digits(&values[0])?;
        self.all.add(count, sum)
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let (count, sum) = self.digits(&values[0])?;
        self.all.add(-count, -sum)
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let count = sum(states[0].as_primitive::<Int64Type>()).unwrap_or(0);
        let (_, sum) = self.digits(&states[1])?;
        self.all.add(count, sum)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![
            ScalarValue::Int64(Some(self.all.count)),
            ScalarValue::Decimal128(Some(self.all.sum), 38, self.exact.scale()),
        ])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        ScalarValue::try_from_array(&self.exact.shown(std::iter::once(self.all))?, 0)
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }
}

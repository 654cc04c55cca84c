//! `avg`: of decimals it is a decimal with as many digits, rounded half up.

use super::super::groups::{self, Groups, passes};
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, BooleanArray, Decimal128Array, Int64Array};
use datafusion::arrow::compute::{cast, sum};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Field, FieldRef, Int64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, GroupsAccumulator, Signature};
use std::sync::Arc;

/// That of DataFusion, for all but decimals.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Average {
    pub(super) inner: Arc<AggregateUDF>,
}

impl AggregateUDFImpl for Average {
    fn name(&self) -> &str {
        "avg"
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn coerce_types(&self, kinds: &[DataType]) -> Result<Vec<DataType>> {
        match kinds {
            [DataType::Decimal128(..)] => Ok(kinds.to_vec()),
            _ => self.inner.coerce_types(kinds),
        }
    }

    fn return_type(&self, kinds: &[DataType]) -> Result<DataType> {
        match kinds {
            [kind @ DataType::Decimal128(..)] => Ok(kind.clone()),
            _ => self.inner.return_type(kinds),
        }
    }

    fn state_fields(&self, arguments: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        match arguments.return_field.data_type() {
            DataType::Decimal128(_, scale) => Ok(vec![
                Arc::new(Field::new("count", DataType::Int64, true)),
                Arc::new(Field::new("sum", DataType::Decimal128(38, *scale), true)),
            ]),
            _ => self.inner.state_fields(arguments),
        }
    }

    fn accumulator(&self, arguments: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        match *arguments.return_field.data_type() {
            DataType::Decimal128(precision, scale) if !arguments.is_distinct => {
                Ok(Box::new(OfDecimals { precision, scale, all: Sum::default() }))
            }
            _ => self.inner.accumulator(arguments),
        }
    }

    fn groups_accumulator_supported(&self, arguments: AccumulatorArgs<'_>) -> bool {
        match arguments.return_field.data_type() {
            DataType::Decimal128(..) => !arguments.is_distinct,
            _ => self.inner.groups_accumulator_supported(arguments),
        }
    }

    fn create_groups_accumulator(&self, arguments: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        match *arguments.return_field.data_type() {
            DataType::Decimal128(precision, scale) => {
                Ok(groups::many(Box::new(Decimals { precision, scale, all: vec![] })))
            }
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
struct Decimals {
    precision: u8,
    scale: i8,
    all: Vec<Sum>,
}

impl Groups for Decimals {
    fn empty(&self) -> Box<dyn Groups> {
        Box::new(Self { precision: self.precision, scale: self.scale, all: vec![] })
    }

    fn count(&self) -> usize {
        self.all.len()
    }

    fn grow(&mut self, count: usize) {
        self.all.resize(count.max(self.all.len()), Sum::default());
    }

    fn add(&mut self, columns: &[ArrayRef], groups: &[usize], filter: Option<&BooleanArray>) -> Result<()> {
        let digits = cast(&columns[0], &DataType::Decimal128(38, self.scale))?;
        let digits = digits.as_primitive::<Decimal128Type>();
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
        Ok(vec![Arc::new(counts), Arc::new(sums.with_precision_and_scale(38, self.scale)?)])
    }

    fn results(&self, count: usize) -> Result<ArrayRef> {
        let means: Decimal128Array = self.all[..count].iter().map(|one| one.mean()).collect();
        Ok(Arc::new(means.with_precision_and_scale(self.precision, self.scale)?))
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
struct OfDecimals {
    precision: u8,
    scale: i8,
    all: Sum,
}

impl OfDecimals {
    fn digits(&self, array: &ArrayRef) -> Result<(i64, i128)> {
        let array = cast(array, &DataType::Decimal128(38, self.scale))?;
        let count = i64::try_from(array.len() - array.null_count()).unwrap_or(i64::MAX);
        Ok((count, sum(array.as_primitive::<Decimal128Type>()).unwrap_or(0)))
    }
}

impl Accumulator for OfDecimals {
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
        Ok(vec![ScalarValue::Int64(Some(self.all.count)), ScalarValue::Decimal128(Some(self.all.sum), 38, self.scale)])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Decimal128(self.all.mean(), self.precision, self.scale))
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }
}

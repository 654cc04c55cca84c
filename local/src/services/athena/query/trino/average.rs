//! `avg`: of decimals it is a decimal with as many digits, rounded half up.

use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _};
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
                Ok(Box::new(OfDecimals { precision, scale, count: 0, sum: 0 }))
            }
            _ => self.inner.accumulator(arguments),
        }
    }

    fn groups_accumulator_supported(&self, arguments: AccumulatorArgs<'_>) -> bool {
        !arguments.return_field.data_type().is_decimal() && self.inner.groups_accumulator_supported(arguments)
    }

    fn create_groups_accumulator(&self, arguments: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        self.inner.create_groups_accumulator(arguments)
    }
}

#[derive(Debug)]
struct OfDecimals {
    precision: u8,
    scale: i8,
    count: i64,
    sum: i128,
}

impl OfDecimals {
    fn digits(&self, array: &ArrayRef) -> Result<(i64, i128)> {
        let array = cast(array, &DataType::Decimal128(38, self.scale))?;
        let count = i64::try_from(array.len() - array.null_count()).unwrap_or(i64::MAX);
        Ok((count, sum(array.as_primitive::<Decimal128Type>()).unwrap_or(0)))
    }

    fn add(&mut self, count: i64, sum: i128) -> Result<()> {
        self.count += count;
        let overflow = || DataFusionError::Execution("NUMERIC_VALUE_OUT_OF_RANGE: Decimal overflow".to_owned());
        self.sum = self.sum.checked_add(sum).ok_or_else(overflow)?;
        Ok(())
    }
}

impl Accumulator for OfDecimals {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let (count, sum) = self.digits(&values[0])?;
        self.add(count, sum)
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let (count, sum) = self.digits(&values[0])?;
        self.add(-count, -sum)
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let count = sum(states[0].as_primitive::<Int64Type>()).unwrap_or(0);
        let (_, sum) = self.digits(&states[1])?;
        self.add(count, sum)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::Int64(Some(self.count)), ScalarValue::Decimal128(Some(self.sum), 38, self.scale)])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let count = i128::from(self.count);
        let mean = (count != 0).then(|| {
            let (whole, rest) = (self.sum / count, (self.sum % count).abs());
            if rest >= count - rest { whole + self.sum.signum() } else { whole }
        });
        Ok(ScalarValue::Decimal128(mean, self.precision, self.scale))
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }
}

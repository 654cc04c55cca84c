//! Functions whose result may be far larger than what they are given: its size is reckoned before it is made, since
//! nothing else bounds it. DataFusion's pool knows of sorts, joins and groups only.

use datafusion::arrow::array::{Array, AsArray as _};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, FieldRef, Int64Type};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::execution::FunctionRegistry as _;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};
use datafusion::prelude::SessionContext;
use std::sync::Arc;

/// For one batch of rows.
const LARGEST: u64 = 256 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Growth {
    /// `repeat(text, n)`, `array_repeat(value, n)`.
    Times,
    /// `lpad(text, n, with)`.
    Width,
    /// `generate_series(from, to, step)`.
    Steps,
    /// `replace(text, from, to)`, at worst for each letter.
    Replaced,
    /// `concat(a, b, ...)`.
    Sum,
}

const FUNCTIONS: [(&str, Growth); 11] = [
    ("repeat", Growth::Times),
    ("array_repeat", Growth::Times),
    ("lpad", Growth::Width),
    ("rpad", Growth::Width),
    ("generate_series", Growth::Steps),
    ("range", Growth::Steps),
    ("replace", Growth::Replaced),
    ("regexp_replace", Growth::Replaced),
    ("concat", Growth::Sum),
    ("concat_ws", Growth::Sum),
    ("array_concat", Growth::Sum),
];

pub(super) fn register(session: &SessionContext) {
    for (name, growth) in FUNCTIONS {
        if let Ok(inner) = session.udf(name) {
            session.register_udf(ScalarUDF::new_from_impl(Bounded { inner, growth }));
        }
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Bounded {
    inner: Arc<ScalarUDF>,
    growth: Growth,
}

impl ScalarUDFImpl for Bounded {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn aliases(&self) -> &[String] {
        self.inner.aliases()
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        self.inner.return_type(arguments)
    }

    fn return_field_from_args(&self, arguments: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        self.inner.return_field_from_args(arguments)
    }

    fn coerce_types(&self, arguments: &[DataType]) -> Result<Vec<DataType>> {
        self.inner.coerce_types(arguments)
    }

    fn simplify(&self, arguments: Vec<Expr>, context: &SimplifyContext) -> Result<ExprSimplifyResult> {
        // Some become another expression, which this would know nothing of.
        match self.growth {
            Growth::Replaced => Ok(ExprSimplifyResult::Original(arguments)),
            _ => match self.inner.simplify(arguments.clone(), context)? {
                ExprSimplifyResult::Original(arguments) => Ok(ExprSimplifyResult::Original(arguments)),
                ExprSimplifyResult::Simplified(Expr::Literal(value, metadata)) => {
                    Ok(ExprSimplifyResult::Simplified(Expr::Literal(value, metadata)))
                }
                ExprSimplifyResult::Simplified(_) => Ok(ExprSimplifyResult::Original(arguments)),
            },
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constant = arguments.args.iter().all(|value| matches!(value, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { arguments.number_rows };
        let bytes: u64 = (0..rows).try_fold(0_u64, |all, row| {
            Ok::<_, DataFusionError>(all.saturating_add(self.bytes(&arguments.args, row)?))
        })?;
        match bytes > LARGEST {
            false => self.inner.inner().invoke_with_args(arguments),
            true => {
                let words = format!("result of {} is too large", self.name());
                Err(DataFusionError::Execution(format!("EXCEEDED_FUNCTION_MEMORY_LIMIT: {words}")))
            }
        }
    }
}

impl Bounded {
    /// What comes of one row, at worst.
    fn bytes(&self, arguments: &[ColumnarValue], row: usize) -> Result<u64> {
        let size = |index: usize| arguments.get(index).map_or(1, |value| length(value, row));
        let count = |index: usize| arguments.get(index).map_or(Ok(None), |value| number(value, row));
        Ok(match self.growth {
            Growth::Times => {
                let times =
                    |text: u64, count: Option<i64>| text.saturating_mul(count.unwrap_or(0).max(0).unsigned_abs());
                // One of the two is a number, and says of itself that it is small.
                times(size(0).max(1), count(1)?)
            }
            Growth::Width => count(1)?.unwrap_or(0).max(0).unsigned_abs().saturating_mul(size(2).clamp(1, 4)),
            Growth::Steps => {
                let (from, to) = match arguments.len() {
                    1 => (Some(0), count(0)?),
                    _ => (count(0)?, count(1)?),
                };
                let step = count(2)?.unwrap_or(1).unsigned_abs().max(1);
                from.zip(to).map_or(0, |(from, to)| (from.abs_diff(to) / step).saturating_mul(8))
            }
            Growth::Replaced => (size(0) + 1).saturating_mul(size(2).max(1)),
            Growth::Sum => (0..arguments.len()).fold(0, |all: u64, index| all.saturating_add(size(index))),
        })
    }
}

/// Bytes of a text or of what else it is.
fn length(value: &ColumnarValue, row: usize) -> u64 {
    let bytes = match value {
        ColumnarValue::Scalar(value) => value.try_as_str().flatten().map_or_else(|| value.size(), str::len),
        ColumnarValue::Array(array) => match array.data_type() {
            DataType::Utf8 => array.as_string::<i32>().value_length(row).unsigned_abs() as usize,
            DataType::LargeUtf8 => usize::try_from(array.as_string::<i64>().value_length(row)).unwrap_or(0),
            DataType::Utf8View => array.as_string_view().value(row).len(),
            _ => array.get_array_memory_size() / array.len().max(1),
        },
    };
    bytes as u64
}

/// A whole number, or a time in the smallest unit that a step could have.
fn number(value: &ColumnarValue, row: usize) -> Result<Option<i64>> {
    if let ColumnarValue::Scalar(ScalarValue::IntervalMonthDayNano(Some(step))) = value {
        let days = i64::from(step.months) * 28 + i64::from(step.days);
        return Ok(Some(days.saturating_mul(86_400_000_000_000).saturating_add(step.nanoseconds)));
    }
    let array = match value {
        ColumnarValue::Scalar(value) => value.to_array()?,
        ColumnarValue::Array(array) => array.slice(row, 1),
    };
    let array = match array.data_type() {
        DataType::Interval(_) => return Ok(None),
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => {
            let nanos = DataType::Timestamp(datafusion::arrow::datatypes::TimeUnit::Nanosecond, None);
            cast(&cast(&array, &nanos)?, &DataType::Int64)?
        }
        _ => cast(&array, &DataType::Int64)?,
    };
    let array = array.as_primitive::<Int64Type>();
    Ok((array.is_valid(0)).then(|| array.value(0)))
}

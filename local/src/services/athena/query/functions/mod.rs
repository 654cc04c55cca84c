//! Functions of Trino: those that have no counterpart in DataFusion, and those that are other words for one.

mod json;
mod rewritten;
mod time;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{ColumnarValue, Volatility, create_udf};
use datafusion::prelude::SessionContext;
pub(super) use rewritten::REWRITTEN;
use std::sync::Arc;

const TIME: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);
const TEXT: DataType = DataType::Utf8;

type Arrays<'a> = &'a [ArrayRef];

pub(super) fn register(session: &SessionContext) {
    json::register(session);
    time::register(session);
}

fn add(
    session: &SessionContext,
    name: &str,
    takes: Vec<DataType>,
    gives: DataType,
    work: impl Fn(Arrays<'_>) -> Result<ArrayRef> + Send + Sync + 'static,
) {
    let run =
        move |values: &[ColumnarValue]| Ok(ColumnarValue::Array(work(&ColumnarValue::values_to_arrays(values)?)?));
    session.register_udf(create_udf(name, takes, gives, Volatility::Immutable, Arc::new(run)));
}

fn bad(message: String) -> DataFusionError {
    DataFusionError::Execution(format!("INVALID_FUNCTION_ARGUMENT: {message}"))
}

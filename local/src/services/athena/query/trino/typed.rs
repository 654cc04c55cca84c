//! A function whose type follows from those that it is given.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

type Kind = fn(&ReturnFieldArgs<'_>) -> Result<DataType>;
type Run = fn(&[ArrayRef], &DataType) -> Result<ArrayRef>;

#[derive(Debug)]
pub(in super::super) struct Typed {
    name: &'static str,
    kind: Kind,
    run: Run,
    signature: Signature,
}

impl PartialEq for Typed {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Typed {}

impl Hash for Typed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

/// Of any arguments, at least one: `kind` refuses what it is not for.
pub(in super::super) fn function(name: &'static str, kind: Kind, run: Run) -> ScalarUDF {
    ScalarUDF::new_from_impl(Typed { name, kind, run, signature: Signature::variadic_any(Volatility::Immutable) })
}

/// What a function is given, by place.
pub(in super::super) fn given<'a>(arguments: &'a ReturnFieldArgs<'_>, index: usize) -> &'a DataType {
    arguments.arg_fields.get(index).map_or(&DataType::Null, |field| field.data_type())
}

/// # Errors
/// What is refused before it runs, with Trino's name of the error.
pub(in super::super) fn refused<T>(words: String) -> Result<T> {
    Err(DataFusionError::Plan(words))
}

/// # Errors
/// What fails while it runs, with Trino's name of the error.
pub(in super::super) fn failed<T>(words: impl Into<String>) -> Result<T> {
    Err(DataFusionError::Execution(words.into()))
}

impl ScalarUDFImpl for Typed {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        refused(format!("FUNCTION_NOT_FOUND: {} has no type", self.name))
    }

    fn return_field_from_args(&self, arguments: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(self.name, (self.kind)(&arguments)?, true)))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let is_constant = arguments.args.iter().all(|value| matches!(value, ColumnarValue::Scalar(_)));
        let arrays = ColumnarValue::values_to_arrays(&arguments.args)?;
        let done = (self.run)(&arrays, arguments.return_field.data_type())?;
        Ok(match is_constant {
            true => ColumnarValue::Scalar(ScalarValue::try_from_array(&done, 0)?),
            false => ColumnarValue::Array(done),
        })
    }
}

//! One call of a function: its arguments as columns, and each row of them.

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray as _, BinaryArray, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray,
    StructArray, TimestampMicrosecondArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Float32Type, Float64Type, Int64Type, Time64MicrosecondType, TimestampMicrosecondType,
};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use std::sync::Arc;

pub(super) struct Call {
    pub(super) arguments: Vec<ArrayRef>,
    pub(super) rows: usize,
    pub(super) gives: DataType,
}

#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    arguments: &'a [ArrayRef],
    at: usize,
}

pub(super) fn bad(message: impl std::fmt::Display) -> DataFusionError {
    fails("INVALID_FUNCTION_ARGUMENT", message)
}

pub(super) fn fails(code: &str, message: impl std::fmt::Display) -> DataFusionError {
    DataFusionError::Execution(format!("{code}: {message}"))
}

/// The value that is there: NULL gives NULL.
pub(super) type Given<T> = Result<Option<T>>;

impl Call {
    /// NULL where any argument is.
    pub(super) fn each<T: Answer>(&self, work: impl Fn(Row<'_>) -> Given<T>) -> Result<ArrayRef> {
        self.all(|row| match row.arguments.iter().any(|column| is_null(column, row.at)) {
            true => Ok(None),
            false => work(row),
        })
    }

    /// With rows of NULL too.
    pub(super) fn all<T: Answer>(&self, work: impl Fn(Row<'_>) -> Given<T>) -> Result<ArrayRef> {
        let rows = (0..self.rows).map(|at| work(Row { arguments: &self.arguments, at }));
        let made = T::column(rows.collect::<Result<Vec<_>>>()?, &self.gives)?;
        if made.data_type() == &self.gives { Ok(made) } else { Ok(cast(&made, &self.gives)?) }
    }
}

pub(super) fn is_null(column: &ArrayRef, at: usize) -> bool {
    column.is_null(at) || column.data_type() == &DataType::Null
}

impl<'a> Row<'a> {
    pub(super) fn at(self) -> usize {
        self.at
    }

    pub(super) fn count(self) -> usize {
        self.arguments.len()
    }

    pub(super) fn is_null(self, index: usize) -> bool {
        is_null(&self.arguments[index], self.at)
    }

    pub(super) fn text(self, index: usize) -> &'a str {
        match self.arguments[index].data_type() {
            DataType::LargeUtf8 => self.arguments[index].as_string::<i64>().value(self.at),
            _ => self.arguments[index].as_string::<i32>().value(self.at),
        }
    }

    pub(super) fn bytes(self, index: usize) -> &'a [u8] {
        self.arguments[index].as_binary::<i32>().value(self.at)
    }

    pub(super) fn long(self, index: usize) -> i64 {
        self.arguments[index].as_primitive::<Int64Type>().value(self.at)
    }

    pub(super) fn double(self, index: usize) -> f64 {
        self.arguments[index].as_primitive::<Float64Type>().value(self.at)
    }

    pub(super) fn real(self, index: usize) -> f32 {
        self.arguments[index].as_primitive::<Float32Type>().value(self.at)
    }

    pub(super) fn is_true(self, index: usize) -> bool {
        self.arguments[index].as_boolean().value(self.at)
    }

    pub(super) fn date(self, index: usize) -> i32 {
        self.arguments[index].as_primitive::<Date32Type>().value(self.at)
    }

    /// Microseconds, as UTC has them.
    pub(super) fn time(self, index: usize) -> i64 {
        self.arguments[index].as_primitive::<TimestampMicrosecondType>().value(self.at)
    }

    /// Microseconds since midnight.
    pub(super) fn clock(self, index: usize) -> i64 {
        self.arguments[index].as_primitive::<Time64MicrosecondType>().value(self.at)
    }

    pub(super) fn kind(self, index: usize) -> &'a DataType {
        self.arguments[index].data_type()
    }

    pub(super) fn list(self, index: usize) -> ArrayRef {
        self.arguments[index].as_list::<i32>().value(self.at)
    }

    /// Keys and values of a map.
    pub(super) fn entries(self, index: usize) -> StructArray {
        self.arguments[index].as_map().value(self.at)
    }

    pub(super) fn scalar(self, index: usize) -> Result<ScalarValue> {
        ScalarValue::try_from_array(&self.arguments[index], self.at)
    }
}

/// What a function gives for a row.
pub(super) trait Answer: Sized {
    fn column(rows: Vec<Option<Self>>, gives: &DataType) -> Result<ArrayRef>;
}

impl Answer for String {
    fn column(rows: Vec<Option<Self>>, _: &DataType) -> Result<ArrayRef> {
        Ok(Arc::new(rows.into_iter().collect::<StringArray>()))
    }
}

impl Answer for i64 {
    fn column(rows: Vec<Option<Self>>, _: &DataType) -> Result<ArrayRef> {
        Ok(Arc::new(rows.into_iter().collect::<Int64Array>()))
    }
}

impl Answer for f64 {
    fn column(rows: Vec<Option<Self>>, _: &DataType) -> Result<ArrayRef> {
        Ok(Arc::new(rows.into_iter().collect::<Float64Array>()))
    }
}

impl Answer for bool {
    fn column(rows: Vec<Option<Self>>, _: &DataType) -> Result<ArrayRef> {
        Ok(Arc::new(rows.into_iter().collect::<BooleanArray>()))
    }
}

impl Answer for Vec<u8> {
    fn column(rows: Vec<Option<Self>>, _: &DataType) -> Result<ArrayRef> {
        Ok(Arc::new(rows.iter().map(Option::as_deref).collect::<BinaryArray>()))
    }
}

/// Days since 1970.
pub(super) struct Day(pub(super) i32);

impl Answer for Day {
    fn column(rows: Vec<Option<Self>>, _: &DataType) -> Result<ArrayRef> {
        Ok(Arc::new(rows.into_iter().map(|day| day.map(|day| day.0)).collect::<Date32Array>()))
    }
}

/// Microseconds since 1970, in the zone of the type.
pub(super) struct Instant(pub(super) i64);

impl Answer for Instant {
    fn column(rows: Vec<Option<Self>>, gives: &DataType) -> Result<ArrayRef> {
        let array = rows.into_iter().map(|time| time.map(|time| time.0)).collect::<TimestampMicrosecondArray>();
        Ok(match gives {
            DataType::Timestamp(_, Some(zone)) => Arc::new(array.with_timezone(Arc::clone(zone))),
            _ => Arc::new(array),
        })
    }
}

impl Answer for ScalarValue {
    fn column(rows: Vec<Option<Self>>, gives: &DataType) -> Result<ArrayRef> {
        if rows.is_empty() {
            return Ok(datafusion::arrow::array::new_empty_array(gives));
        }
        let null = ScalarValue::try_from(gives)?;
        ScalarValue::iter_to_array(rows.into_iter().map(|row| row.unwrap_or_else(|| null.clone())))
    }
}

/// The items of a list.
impl Answer for ArrayRef {
    fn column(rows: Vec<Option<Self>>, gives: &DataType) -> Result<ArrayRef> {
        use datafusion::arrow::{array::ListArray, buffer::NullBuffer, buffer::OffsetBuffer, compute::concat};
        let DataType::List(field) = gives else { return Err(fails("GENERIC_INTERNAL_ERROR", "not an array")) };
        let whole = |items: &Self| match items.data_type() == field.data_type() {
            true => Ok(Arc::clone(items)),
            false => cast(items, field.data_type()),
        };
        let items = rows.iter().flatten().map(whole).collect::<std::result::Result<Vec<_>, _>>()?;
        let lengths = rows.iter().map(|row| row.as_ref().map_or(0, Array::len));
        let offsets = OffsetBuffer::from_lengths(lengths);
        let nulls: NullBuffer = rows.iter().map(Option::is_some).collect();
        let parts: Vec<_> = items.iter().map(AsRef::as_ref).collect();
        let values = match parts.is_empty() {
            true => datafusion::arrow::array::new_empty_array(field.data_type()),
            false => concat(&parts)?,
        };
        Ok(Arc::new(ListArray::try_new(Arc::clone(field), offsets, values, Some(nulls))?))
    }
}

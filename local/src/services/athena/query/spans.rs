//! Intervals as the engine has them: months, or days and the rest of a day; and times of the day.

use datafusion::arrow::array::{ArrayRef, AsArray as _};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, IntervalMonthDayNano, IntervalMonthDayNanoType, IntervalUnit, IntervalYearMonthType,
    Time64MicrosecondType, TimeUnit,
};
use datafusion::common::Result;

pub(super) const MONTHS: DataType = DataType::Interval(IntervalUnit::YearMonth);
pub(super) const SPAN: DataType = DataType::Interval(IntervalUnit::MonthDayNano);
pub(super) const CLOCK: DataType = DataType::Time64(TimeUnit::Microsecond);
/// In milliseconds.
pub(super) const DAY: i64 = 86_400_000;

/// As the engine has so many milliseconds: whole days for themselves, so that equal ones are the same.
pub(super) fn span(millis: i64) -> IntervalMonthDayNano {
    IntervalMonthDayNano::new(0, i32::try_from(millis / DAY).unwrap_or(i32::MAX), millis % DAY * 1_000_000)
}

/// Months or milliseconds of each row.
pub(super) fn amounts(array: &ArrayRef) -> Result<Vec<Option<i64>>> {
    Ok(match array.data_type() {
        DataType::Interval(IntervalUnit::YearMonth) => {
            array.as_primitive::<IntervalYearMonthType>().iter().map(|months| months.map(i64::from)).collect()
        }
        DataType::Time64(TimeUnit::Microsecond) => array
            .as_primitive::<Time64MicrosecondType>()
            .iter()
            .map(|micros| micros.map(|micros| micros / 1000))
            .collect(),
        _ => {
            let spans = cast(array, &SPAN)?;
            let millis = |span: IntervalMonthDayNano| i64::from(span.days) * DAY + span.nanoseconds / 1_000_000;
            spans.as_primitive::<IntervalMonthDayNanoType>().iter().map(|span| span.map(millis)).collect()
        }
    })
}

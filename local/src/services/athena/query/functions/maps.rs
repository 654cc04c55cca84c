//! Maps: https://trino.io/docs/current/functions/map.html

use super::super::print;
use super::call::{Call, Given, Row, bad};
use super::items::{Entries, distinct, keys, pick};
use super::library::Entry;
use super::units;
use super::zoned::{date_of, days_of};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray as _, Date32Array, Int64Array, StructArray, TimestampMicrosecondArray, new_empty_array,
};
use datafusion::arrow::compute::concat;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("map", "-> map(K, V)", |call| {
        call.each(|_| Ok(Some(Entries(new_empty_array(&DataType::Null), new_empty_array(&DataType::Null)))))
    }),
    ("map", "array(K), array(V) -> map(K, V)", |call| call.each(|row| of(row.list(0), row.list(1)).map(Some))),
    ("cardinality", "map(K, V) -> bigint", |call| call.each(|row| Ok(Some(row.entries(0).len() as i64)))),
    ("element_at", "map(K, V), K -> V", |call| call.each(value)),
    ("subscript", "map(K, V), K -> V", |call| {
        call.each(|row| match value_at(row)? {
            Some(at) => ScalarValue::try_from_array(row.entries(0).column(1), at).map(Some),
            None => {
                let key = print::value(&row.scalar(1)?.to_array()?, 0)?.unwrap_or_default();
                Err(bad(format!("Key not present in map: {key}")))
            }
        })
    }),
    ("map_keys", "map(K, V) -> array(K)", |call| call.each(|row| Ok(Some(Arc::clone(row.entries(0).column(0)))))),
    ("map_values", "map(K, V) -> array(V)", |call| call.each(|row| Ok(Some(Arc::clone(row.entries(0).column(1)))))),
    ("map_entries", "map(K, V) -> array(row(K, V))", |call| call.each(|row| rows(call, row).map(Some))),
    ("map_from_entries", "array(row(K, V)) -> map(K, V)", |call| {
        call.each(|row| {
            let (keys, values) = pairs(row)?;
            of(keys, values).map(Some)
        })
    }),
    ("multimap_from_entries", "array(row(K, V)) -> map(K, array(V))", |call| {
        call.each(|row| {
            let (keys, values) = pairs(row)?;
            grouped(keys, &values).map(Some)
        })
    }),
    ("map_concat", "map(K, V), map(K, V)... -> map(K, V)", |call| {
        call.each(|row| {
            let maps: Vec<_> = (0..row.count()).map(|index| row.entries(index)).collect();
            united(&maps).map(Some)
        })
    }),
    ("sequence", "bigint, bigint -> array(bigint)", |call| {
        call.each(|row| numbers(row, if row.long(0) <= row.long(1) { 1 } else { -1 }))
    }),
    ("sequence", "bigint, bigint, bigint -> array(bigint)", |call| call.each(|row| numbers(row, row.long(2)))),
    ("sequence", "date, date -> array(date)", |call| call.each(|row| dates(row, None))),
    ("sequence", "date, date, interval -> array(date)", |call| call.each(|row| dates(row, Some(row.scalar(2)?)))),
    ("sequence", "timestamp, timestamp, interval -> array(timestamp)", |call| call.each(times)),
];

/// # Errors
/// A key that is NULL or there twice.
pub(super) fn of(names: ArrayRef, values: ArrayRef) -> Result<Entries> {
    if names.len() != values.len() {
        return Err(bad("Key and value arrays must be the same length"));
    }
    let keys = &keys(&[&names])?[0];
    if keys.contains(&None) {
        return Err(bad("map key cannot be null"));
    }
    let first = distinct(keys);
    if first.len() < names.len() {
        let twice = (0..names.len()).find(|at| !first.contains(at)).unwrap_or(0);
        let key = print::value(&names, twice)?.unwrap_or_default();
        return Err(bad(format!("Duplicate map keys ({key}) are not allowed")));
    }
    Ok(Entries(names, values))
}

/// The last value of each key, where its first was.
pub(super) fn united(maps: &[StructArray]) -> Result<Entries> {
    let columns = |index: usize| -> Result<ArrayRef> {
        Ok(concat(&maps.iter().map(|map| map.column(index).as_ref()).collect::<Vec<_>>())?)
    };
    let (names, values) = (columns(0)?, columns(1)?);
    let keys = &keys(&[&names])?[0];
    let last: std::collections::HashMap<_, _> = keys.iter().enumerate().map(|(at, key)| (key, at)).collect();
    let kept: Vec<_> = distinct(keys).into_iter().map(|at| last[&keys[at]]).collect();
    Ok(Entries(pick(&names, kept.iter().copied())?, pick(&values, kept)?))
}

/// All values of each key.
pub(super) fn grouped(names: ArrayRef, values: &ArrayRef) -> Result<Entries> {
    let keys = &keys(&[&names])?[0];
    if keys.contains(&None) {
        return Err(bad("map key cannot be null"));
    }
    let first = distinct(keys);
    let list = |at: &usize| pick(values, (0..keys.len()).filter(|other| keys[*other] == keys[*at])).map(Some);
    let lists = first.iter().map(list).collect::<Result<Vec<_>>>()?;
    let kind = super::kinds::list(values.data_type().clone());
    Ok(Entries(pick(&names, first)?, <ArrayRef as super::call::Answer>::column(lists, &kind)?))
}

fn value_at(row: Row<'_>) -> Given<usize> {
    let both = keys(&[row.entries(0).column(0), &row.scalar(1)?.to_array()?])?;
    Ok(both[0].iter().position(|key| *key == both[1][0]))
}

fn value(row: Row<'_>) -> Given<ScalarValue> {
    value_at(row)?.map(|at| ScalarValue::try_from_array(row.entries(0).column(1), at)).transpose()
}

fn rows(call: &Call, row: Row<'_>) -> Result<ArrayRef> {
    let DataType::List(field) = &call.gives else { return Err(bad("not an array")) };
    let DataType::Struct(fields) = field.data_type() else { return Err(bad("not an array of rows")) };
    Ok(Arc::new(StructArray::try_new(fields.clone(), row.entries(0).columns().to_vec(), None)?))
}

fn pairs(row: Row<'_>) -> Result<(ArrayRef, ArrayRef)> {
    let list = row.list(0);
    if list.null_count() > 0 {
        return Err(bad("map entry cannot be null"));
    }
    let rows = list.as_struct();
    Ok((Arc::clone(rows.column(0)), Arc::clone(rows.column(1))))
}

const MOST: usize = 10_000;

/// From one to the other by a step, both included.
fn steps<T: PartialOrd + Copy>(from: T, to: T, is_up: Option<bool>, next: impl Fn(i64) -> Option<T>) -> Result<Vec<T>> {
    let is_up = is_up.ok_or_else(|| bad("step must not be zero"))?;
    if (is_up && from > to) || (!is_up && from < to) {
        return Err(bad(
            "sequence stop value should be greater than or equal to start value if step is greater than zero otherwise \
             stop value should be less than or equal to start value",
        ));
    }
    let (mut all, mut count) = (vec![], 0);
    while let Some(value) = next(count)
        && (if is_up { value <= to } else { value >= to })
    {
        all.push(value);
        count += 1;
        if all.len() > MOST {
            return Err(bad(format!("result of sequence function must not have more than {MOST} entries")));
        }
    }
    Ok(all)
}

fn direction(step: i128) -> Option<bool> {
    (step != 0).then_some(step > 0)
}

fn numbers(row: Row<'_>, step: i64) -> Given<ArrayRef> {
    let (from, to) = (row.long(0), row.long(1));
    let all = steps(from, to, direction(step.into()), |count| from.checked_add(step.checked_mul(count)?))?;
    Ok(Some(Arc::new(Int64Array::from(all))))
}

/// Months, and nanoseconds of what is shorter.
fn interval(step: Option<&ScalarValue>) -> Result<(i64, i128)> {
    match step {
        None => Ok((0, 86_400_000_000_000)),
        Some(ScalarValue::IntervalMonthDayNano(Some(step))) => {
            Ok((step.months.into(), i128::from(step.days) * 86_400_000_000_000 + i128::from(step.nanoseconds)))
        }
        Some(_) => Err(bad("not an interval")),
    }
}

fn dates(row: Row<'_>, step: Option<ScalarValue>) -> Given<ArrayRef> {
    let (from, to) = (row.date(0), row.date(1));
    let (months, nanos) = interval(step.as_ref())?;
    let days = i64::try_from(nanos / 86_400_000_000_000).unwrap_or(0);
    if nanos % 86_400_000_000_000 != 0 {
        return Err(bad("sequence step must be a day interval if start and end values are dates"));
    }
    let first = date_of(from)?.at(0, 0, 0, 0);
    let next = |count: i64| {
        let later = units::add(("month", months.checked_mul(count)?), first, &DataType::Date32).ok()?;
        units::add(("day", days.checked_mul(count)?), later, &DataType::Date32).ok().map(|time| days_of(time.date()))
    };
    let all = steps(from, to, direction(i128::from(months) + i128::from(days)), next)?;
    Ok(Some(Arc::new(Date32Array::from(all))))
}

fn times(row: Row<'_>) -> Given<ArrayRef> {
    let (from, to) = (row.time(0), row.time(1));
    let (months, nanos) = interval(Some(&row.scalar(2)?))?;
    let micros = i64::try_from(nanos / 1000).unwrap_or(i64::MAX);
    let first = super::zoned::civil(from, &jiff::tz::TimeZone::UTC)?;
    let utc = super::zoned::Moment { civil: first, zone: jiff::tz::TimeZone::UTC };
    let next = |count: i64| {
        let later = units::add(("month", months.checked_mul(count)?), first, &super::kinds::TIME).ok()?;
        utc.micros(later).ok()?.checked_add(micros.checked_mul(count)?)
    };
    let all = steps(from, to, direction(i128::from(months) + i128::from(micros)), next)?;
    Ok(Some(Arc::new(TimestampMicrosecondArray::from(all))))
}

//! Aggregates: https://trino.io/docs/current/functions/aggregate.html

use super::call::{Answer, Call, bad, is_null};
use super::items::{Entries, distinct, keys, pick, sorted};
use super::library::Entry;
use super::maps;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, Float64Array, Int64Array, StructArray};
use datafusion::arrow::datatypes::{Float64Type, Int64Type};
use datafusion::common::{Result, ScalarValue};
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("any_value", "T -> T", any),
    ("arbitrary", "T -> T", any),
    ("count_if", "boolean -> bigint", |call| one(call, Some(call.arguments[0].as_boolean().true_count() as i64))),
    ("max_by", "T, K -> T", |call| first_by(call, true)),
    ("min_by", "T, K -> T", |call| first_by(call, false)),
    ("max_by", "T, K, bigint -> array(T)", |call| many_by(call, 1, true)),
    ("min_by", "T, K, bigint -> array(T)", |call| many_by(call, 1, false)),
    ("max_n", "K, bigint -> array(K)", |call| many_by(call, 0, true)),
    ("min_n", "K, bigint -> array(K)", |call| many_by(call, 0, false)),
    ("histogram", "K -> map(K, bigint)", |call| {
        let counted = counted(&call.arguments[0])?;
        one(call, counted.filter(|counted| !counted.0.is_empty()))
    }),
    ("approx_most_frequent", "bigint, K, bigint -> map(K, bigint)", most_frequent),
    ("map_agg", "K, V -> map(K, V)", |call| {
        let (names, values) = named(call)?;
        let first = distinct(&keys(&[&names])?[0]);
        one(call, present(&names, Entries(pick(&names, first.iter().copied())?, pick(&values, first)?)))
    }),
    ("multimap_agg", "K, V -> map(K, array(V))", |call| {
        let (names, values) = named(call)?;
        one(call, present(&names, maps::grouped(Arc::clone(&names), &values)?))
    }),
    ("map_union", "map(K, V) -> map(K, V)", |call| {
        let all = call.arguments[0].as_map();
        let given: Vec<StructArray> = all.iter().flatten().collect();
        one(call, if given.is_empty() { None } else { Some(maps::united(&given)?) })
    }),
    ("approx_percentile", "N, double -> N", |call| percentile(call, None, 1)),
    ("approx_percentile", "N, double, double -> N", |call| percentile(call, Some(1), 2)),
    ("approx_percentile", "N, array(double) -> array(N)", |call| percentiles(call, None, 1)),
    ("approx_percentile", "N, double, array(double) -> array(N)", |call| percentiles(call, Some(1), 2)),
    ("bitwise_and_agg", "bigint -> bigint", |call| one(call, longs(call).reduce(|one, other| one & other))),
    ("bitwise_or_agg", "bigint -> bigint", |call| one(call, longs(call).reduce(|one, other| one | other))),
    ("bitwise_xor_agg", "bigint -> bigint", |call| one(call, longs(call).reduce(|one, other| one ^ other))),
    ("geometric_mean", "double -> double", |call| {
        let all: Vec<f64> = doubles(call, 0).map(f64::ln).collect();
        one(call, mean(&all).map(f64::exp))
    }),
    ("entropy", "double -> double", entropy),
    ("skewness", "double -> double", |call| {
        moments(call, |count, [_, second, third, _]| (count >= 3.0).then(|| count.sqrt() * third / second.powf(1.5)))
    }),
    ("kurtosis", "double -> double", |call| {
        moments(call, |count, [_, second, _, fourth]| {
            let factor = (count - 1.0) / ((count - 2.0) * (count - 3.0));
            (count >= 4.0).then(|| factor * ((count + 1.0) * count * fourth / (second * second) - 3.0 * (count - 1.0)))
        })
    }),
    ("numeric_histogram", "bigint, double -> map(double, double)", numeric_histogram),
];

/// The one value of the group.
fn one<T: Answer>(call: &Call, value: Option<T>) -> Result<ArrayRef> {
    let made = T::column(vec![value], &call.gives)?;
    if made.data_type() == &call.gives { Ok(made) } else { Ok(datafusion::arrow::compute::cast(&made, &call.gives)?) }
}

fn longs(call: &Call) -> impl Iterator<Item = i64> {
    call.arguments[0].as_primitive::<Int64Type>().iter().flatten()
}

fn doubles(call: &Call, index: usize) -> impl Iterator<Item = f64> {
    call.arguments[index].as_primitive::<Float64Type>().iter().flatten()
}

fn mean(all: &[f64]) -> Option<f64> {
    (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
}

fn any(call: &Call) -> Result<ArrayRef> {
    let column = &call.arguments[0];
    let found = (0..call.rows).find(|at| !is_null(column, *at));
    one(call, found.map(|at| ScalarValue::try_from_array(column, at)).transpose()?)
}

/// The rows in the order of a column, without those where it is NULL.
fn ordered(column: &ArrayRef, is_descending: bool) -> Result<Vec<usize>> {
    let keys = &keys(&[column])?[0];
    let mut order = sorted(keys);
    order.retain(|at| keys[*at].is_some());
    if is_descending {
        // Of equal ones the first comes first.
        order.sort_by(|one, other| keys[*other].cmp(&keys[*one]).then(one.cmp(other)));
    }
    Ok(order)
}

fn first_by(call: &Call, is_largest: bool) -> Result<ArrayRef> {
    let first = ordered(&call.arguments[1], is_largest)?.first().copied();
    one(call, first.map(|at| ScalarValue::try_from_array(&call.arguments[0], at)).transpose()?)
}

fn many_by(call: &Call, by: usize, is_largest: bool) -> Result<ArrayRef> {
    let wanted = call.arguments[by + 1].as_primitive::<Int64Type>();
    if call.rows == 0 {
        return one::<ArrayRef>(call, None);
    }
    let count = usize::try_from(wanted.value(0)).ok().filter(|count| (1..=10_000).contains(count));
    let count = count.ok_or_else(|| bad("third argument of max_by/min_by must be a positive integer"))?;
    let order = ordered(&call.arguments[by], is_largest)?;
    one(call, (!order.is_empty()).then(|| pick(&call.arguments[0], order.into_iter().take(count))).transpose()?)
}

/// How often each value is there.
fn counted(column: &ArrayRef) -> Result<Option<Entries>> {
    let keys = &keys(&[column])?[0];
    let mut counts = std::collections::HashMap::new();
    keys.iter().for_each(|key| *counts.entry(key).or_insert(0_i64) += 1);
    let first: Vec<_> = distinct(keys).into_iter().filter(|at| keys[*at].is_some()).collect();
    let counts: Int64Array = first.iter().map(|at| counts.get(&keys[*at]).copied()).collect();
    Ok(Some(Entries(pick(column, first)?, Arc::new(counts))))
}

fn most_frequent(call: &Call) -> Result<ArrayRef> {
    let Some(Entries(values, counts)) = counted(&call.arguments[1])?.filter(|found| !found.0.is_empty()) else {
        return one::<Entries>(call, None);
    };
    let buckets = call.arguments[0].as_primitive::<Int64Type>().value(0);
    let buckets = usize::try_from(buckets).ok().filter(|count| *count > 0);
    let buckets = buckets.ok_or_else(|| bad("approx_most_frequent bucket count must be greater than one"))?;
    let numbers = counts.as_primitive::<Int64Type>();
    let mut order: Vec<_> = (0..values.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(numbers.value(*at)));
    order.truncate(buckets);
    one(call, Some(Entries(pick(&values, order.iter().copied())?, pick(&counts, order)?)))
}

/// Keys that are not NULL, and their values.
fn named(call: &Call) -> Result<(ArrayRef, ArrayRef)> {
    let set: Vec<_> = (0..call.rows).filter(|at| !is_null(&call.arguments[0], *at)).collect();
    Ok((pick(&call.arguments[0], set.iter().copied())?, pick(&call.arguments[1], set)?))
}

fn present(names: &ArrayRef, entries: Entries) -> Option<Entries> {
    (!names.is_empty()).then_some(entries)
}

/// The values in their order with the weight of all up to each.
fn weighted(call: &Call, weight: Option<usize>) -> Result<Vec<(usize, f64)>> {
    let mut all = 0.0;
    let mut sums = vec![];
    for at in ordered(&call.arguments[0], false)? {
        let column = weight.map(|index| call.arguments[index].as_primitive::<Float64Type>());
        all += column.map_or(1.0, |column| if column.is_valid(at) { column.value(at) } else { 0.0 });
        sums.push((at, all));
    }
    Ok(sums)
}

/// The value at which so much of the weight is reached, as Trino's digest has it for few values.
fn at(sums: &[(usize, f64)], part: f64) -> Result<Option<usize>> {
    if !(0.0..=1.0).contains(&part) {
        return Err(bad(format!("Percentile must be between 0 and 1: {part}")));
    }
    let wanted = part * sums.last().map_or(0.0, |(_, all)| *all);
    Ok(sums.iter().find(|(_, sum)| *sum > wanted).or(sums.last()).map(|(at, _)| *at))
}

fn percentile(call: &Call, weight: Option<usize>, part: usize) -> Result<ArrayRef> {
    let sums = weighted(call, weight)?;
    let Some(part) = doubles(call, part).next() else { return one::<ScalarValue>(call, None) };
    let found = at(&sums, part)?;
    one(call, found.map(|at| ScalarValue::try_from_array(&call.arguments[0], at)).transpose()?)
}

fn percentiles(call: &Call, weight: Option<usize>, parts: usize) -> Result<ArrayRef> {
    let sums = weighted(call, weight)?;
    let lists = call.arguments[parts].as_list::<i32>();
    let Some(parts) = lists.iter().flatten().next().filter(|_| !sums.is_empty()) else {
        return one::<ArrayRef>(call, None);
    };
    let parts = parts.as_primitive::<Float64Type>().iter().flatten().map(|part| at(&sums, part));
    let found = parts.collect::<Result<Vec<_>>>()?;
    one(call, Some(pick(&call.arguments[0], found.into_iter().flatten())?))
}

fn entropy(call: &Call) -> Result<ArrayRef> {
    let all: Vec<f64> = doubles(call, 0).collect();
    if all.iter().any(|count| *count < 0.0) {
        return Err(bad("Entropy count argument must be non-negative"));
    }
    let sum: f64 = all.iter().sum();
    let part = |count: &f64| if *count > 0.0 { -(count / sum) * (count / sum).log2() } else { 0.0 };
    one(call, Some(if sum > 0.0 { all.iter().map(part).sum() } else { 0.0 }))
}

/// The mean, and the sums of the powers of what differs from it.
fn moments(call: &Call, work: impl Fn(f64, [f64; 4]) -> Option<f64>) -> Result<ArrayRef> {
    let all: Vec<f64> = doubles(call, 0).collect();
    let mean = mean(&all).unwrap_or(0.0);
    let power = |power: i32| all.iter().map(|number| (number - mean).powi(power)).sum::<f64>();
    one(call, work(all.len() as f64, [mean, power(2), power(3), power(4)]))
}

/// Neighbours that are nearest become one bucket, until there are as few as wanted.
fn numeric_histogram(call: &Call) -> Result<ArrayRef> {
    let mut numbers: Vec<f64> = doubles(call, 1).collect();
    if numbers.is_empty() {
        return one::<Entries>(call, None);
    }
    let buckets = call.arguments[0].as_primitive::<Int64Type>().value(0);
    let wanted = usize::try_from(buckets).ok().filter(|count| *count > 1);
    let wanted = wanted.ok_or_else(|| bad("numeric_histogram bucket count must be greater than one"))?;
    numbers.sort_by(f64::total_cmp);
    let mut all: Vec<(f64, f64)> = vec![];
    for number in numbers {
        match all.last_mut().filter(|(last, _)| *last == number) {
            Some((_, count)) => *count += 1.0,
            None => all.push((number, 1.0)),
        }
    }
    while all.len() > wanted {
        // Of gaps that are equal the last.
        let gap = |at: &usize| all[at + 1].0 - all[*at].0;
        let nearest = (0..all.len() - 1).rev().min_by(|one, other| gap(one).total_cmp(&gap(other))).unwrap_or(0);
        let ((one, first), (other, second)) = (all[nearest], all.remove(nearest + 1));
        all[nearest] = ((one * first + other * second) / (first + second), first + second);
    }
    let column =
        |part: fn(&(f64, f64)) -> f64| Arc::new(all.iter().map(part).map(Some).collect::<Float64Array>()) as ArrayRef;
    let entries = Entries(column(|(number, _)| *number), column(|(_, count)| *count));
    one(call, Some(entries))
}

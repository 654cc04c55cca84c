//! Aggregates: https://trino.io/docs/current/functions/aggregate.html

use super::call::{Answer, Call, bad, is_null};
use super::chosen::By;
use super::folded;
use super::gathering::Way;
use super::hashes::checksum;
use super::items::{Entries, counted, distinct, keys, numbers, pick, sorted};
use super::library::{Entry, Run};
use super::maps;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, Float64Array, StructArray};
use datafusion::arrow::datatypes::{Float64Type, Int64Type};
use datafusion::common::{Result, ScalarValue};
use std::sync::Arc;

/// What keys as bytes, their order and who has seen them take, of a row.
const KEYS: usize = 160;
/// What the order takes.
const ORDER: usize = 24;

const fn gathered(work: usize, run: Run) -> Way {
    Way::Gathered(work, run)
}

pub(super) const FUNCTIONS: &[Entry<Way>] = &[
    ("any_value", "T -> T", Way::Chosen(By::First)),
    ("arbitrary", "T -> T", Way::Chosen(By::First)),
    ("count_if", "boolean -> bigint", Way::Longs(folded::TRUE)),
    ("max_by", "T, K -> T", Way::Chosen(By::Largest)),
    ("min_by", "T, K -> T", Way::Chosen(By::Smallest)),
    ("max_by", "T, K, bigint -> array(T)", gathered(KEYS, |call| many_by(call, 1, true))),
    ("min_by", "T, K, bigint -> array(T)", gathered(KEYS, |call| many_by(call, 1, false))),
    ("max_n", "K, bigint -> array(K)", gathered(KEYS, |call| many_by(call, 0, true))),
    ("min_n", "K, bigint -> array(K)", gathered(KEYS, |call| many_by(call, 0, false))),
    (
        "histogram",
        "K -> map(K, bigint)",
        gathered(KEYS, |call| {
            let counted = counted(&call.arguments[0])?;
            one(call, Some(counted).filter(|counted| !counted.0.is_empty()))
        }),
    ),
    ("approx_most_frequent", "bigint, K, bigint -> map(K, bigint)", gathered(KEYS, most_frequent)),
    (
        "map_agg",
        "K, V -> map(K, V)",
        gathered(KEYS, |call| {
            let (names, values) = named(call)?;
            let first = distinct(&keys(&[&names])?[0]);
            one(call, present(&names, Entries(pick(&names, first.iter().copied())?, pick(&values, first)?)))
        }),
    ),
    (
        "multimap_agg",
        "K, V -> map(K, array(V))",
        gathered(KEYS, |call| {
            let (names, values) = named(call)?;
            one(call, present(&names, maps::grouped(Arc::clone(&names), &values)?))
        }),
    ),
    (
        "map_union",
        "map(K, V) -> map(K, V)",
        gathered(KEYS, |call| {
            let all = call.arguments[0].as_map();
            let given: Vec<StructArray> = all.iter().flatten().collect();
            one(call, if given.is_empty() { None } else { Some(maps::united(&given)?) })
        }),
    ),
    ("approx_percentile", "N, double -> N", gathered(ORDER, |call| percentile(call, None, 1))),
    ("approx_percentile", "N, double, double -> N", gathered(2 * ORDER, |call| percentile(call, Some(1), 2))),
    ("approx_percentile", "N, array(double) -> array(N)", gathered(ORDER, |call| percentiles(call, None, 1))),
    (
        "approx_percentile",
        "N, double, array(double) -> array(N)",
        gathered(2 * ORDER, |call| percentiles(call, Some(1), 2)),
    ),
    ("checksum", "H -> varbinary", gathered(0, |call| one(call, checksum(&call.arguments[0])?))),
    ("bitwise_and_agg", "bigint -> bigint", Way::Longs(folded::BITWISE_AND)),
    ("bitwise_or_agg", "bigint -> bigint", Way::Longs(folded::BITWISE_OR)),
    ("bitwise_xor_agg", "bigint -> bigint", Way::Longs(folded::BITWISE_XOR)),
    ("geometric_mean", "double -> double", Way::Doubles(folded::GEOMETRIC_MEAN)),
    ("entropy", "double -> double", Way::Doubles(folded::ENTROPY)),
    ("skewness", "double -> double", Way::Doubles(folded::SKEWNESS)),
    ("kurtosis", "double -> double", Way::Doubles(folded::KURTOSIS)),
    ("numeric_histogram", "bigint, double -> map(double, double)", gathered(2 * ORDER, numeric_histogram)),
];

/// The one value of the group.
fn one<T: Answer>(call: &Call, value: Option<T>) -> Result<ArrayRef> {
    let made = T::column(vec![value], &call.gives)?;
    if made.data_type() == &call.gives { Ok(made) } else { Ok(datafusion::arrow::compute::cast(&made, &call.gives)?) }
}

fn doubles(call: &Call, index: usize) -> impl Iterator<Item = f64> {
    call.arguments[index].as_primitive::<Float64Type>().iter().flatten()
}

/// The rows in the order of a column, without those where it is NULL.
fn ordered(column: &ArrayRef, is_descending: bool) -> Result<Vec<usize>> {
    if let Some(numbers) = numbers(column)? {
        // Of descending ones the order is that of what they lack of all bits.
        let number = |number: i64| if is_descending { !number } else { number };
        let there = (0_u32..).zip(&numbers).filter_map(|(at, found)| Some((number(found?), at)));
        let mut order: Vec<_> = there.collect();
        order.sort_unstable();
        return Ok(order.into_iter().map(|(_, at)| at as usize).collect());
    }
    let keys = &keys(&[column])?[0];
    let mut order = sorted(keys);
    order.retain(|at| keys[*at].is_some());
    if is_descending {
        // Of equal ones the first comes first.
        order.sort_by(|one, other| keys[*other].cmp(&keys[*one]).then(one.cmp(other)));
    }
    Ok(order)
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

fn most_frequent(call: &Call) -> Result<ArrayRef> {
    let Entries(values, counts) = counted(&call.arguments[1])?;
    if values.is_empty() {
        return one::<Entries>(call, None);
    }
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

/// The values in their order, and the weight of all up to each, where each has its own.
struct Weighted {
    order: Vec<usize>,
    sums: Option<Vec<f64>>,
}

impl Weighted {
    fn of(call: &Call, weight: Option<usize>) -> Result<Self> {
        let order = ordered(&call.arguments[0], false)?;
        let sums = weight.map(|index| {
            let column = call.arguments[index].as_primitive::<Float64Type>();
            let weights = order.iter().map(|at| if column.is_valid(*at) { column.value(*at) } else { 0.0 });
            let sum = |sum: &mut f64, weight: f64| {
                *sum += weight;
                Some(*sum)
            };
            weights.scan(0.0, sum).collect()
        });
        Ok(Self { order, sums })
    }

    /// The value at which so much of the weight is reached, as Trino's digest has it for few values.
    fn at(&self, part: f64) -> Result<Option<usize>> {
        if !(0.0..=1.0).contains(&part) {
            return Err(bad(format!("Percentile must be between 0 and 1: {part}")));
        }
        let place = match &self.sums {
            Some(sums) => {
                let wanted = part * sums.last().copied().unwrap_or(0.0);
                sums.iter().position(|sum| *sum > wanted).unwrap_or(sums.len())
            }
            None => (part * self.order.len() as f64).floor() as usize,
        };
        Ok(self.order.get(place).or(self.order.last()).copied())
    }
}

fn percentile(call: &Call, weight: Option<usize>, part: usize) -> Result<ArrayRef> {
    let weighted = Weighted::of(call, weight)?;
    let Some(part) = doubles(call, part).next() else { return one::<ScalarValue>(call, None) };
    let found = weighted.at(part)?;
    one(call, found.map(|at| ScalarValue::try_from_array(&call.arguments[0], at)).transpose()?)
}

fn percentiles(call: &Call, weight: Option<usize>, parts: usize) -> Result<ArrayRef> {
    let weighted = Weighted::of(call, weight)?;
    let lists = call.arguments[parts].as_list::<i32>();
    let Some(parts) = lists.iter().flatten().next().filter(|_| !weighted.order.is_empty()) else {
        return one::<ArrayRef>(call, None);
    };
    let parts = parts.as_primitive::<Float64Type>().iter().flatten().map(|part| weighted.at(part));
    let found = parts.collect::<Result<Vec<_>>>()?;
    one(call, Some(pick(&call.arguments[0], found.into_iter().flatten())?))
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

//! Numbers: https://trino.io/docs/current/functions/math.html

use super::call::{Answer as _, Call, Given, Row, bad, fails};
use super::library::Entry;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, Decimal128Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use datafusion::common::Result;
use std::f64::consts;
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("abs", "N -> N", |call| {
        let abs = |number: i64| number.checked_abs().ok_or_else(|| out_of_range("bigint", number));
        numeric(call, abs, f64::abs, |number, _| Ok(number.abs()))
    }),
    ("sign", "N -> sign N", |call| {
        let sign = |number: f64| if number == 0.0 || number.is_nan() { number } else { number.signum() };
        numeric(call, |number| Ok(number.signum()), sign, |number, _| Ok(number.signum()))
    }),
    ("ceil", "N -> whole N", |call| {
        numeric(call, Ok, f64::ceil, |number, scale| Ok(-(-number).div_euclid(ten(scale))))
    }),
    ("ceiling", "N -> whole N", |call| {
        numeric(call, Ok, f64::ceil, |number, scale| Ok(-(-number).div_euclid(ten(scale))))
    }),
    ("floor", "N -> whole N", |call| numeric(call, Ok, f64::floor, |number, scale| Ok(number.div_euclid(ten(scale))))),
    ("truncate", "N -> cut N", |call| numeric(call, Ok, f64::trunc, |number, scale| Ok(number / ten(scale)))),
    ("round", "N -> whole N", |call| numeric(call, Ok, f64::round, |number, scale| Ok(half_up(number, ten(scale))))),
    ("round", "N, bigint -> wider N", |call| digits(call, round_to, |number, unit| half_up(number, unit) * unit)),
    ("truncate", "N, bigint -> N", |call| digits(call, truncate_to, |number, unit| number / unit * unit)),
    ("greatest", "T... -> T", |call| extreme(call, std::cmp::Ordering::Greater)),
    ("least", "T... -> T", |call| extreme(call, std::cmp::Ordering::Less)),
    ("power", "double, double -> double", |call| two(call, f64::powf)),
    ("pow", "double, double -> double", |call| two(call, f64::powf)),
    ("atan2", "double, double -> double", |call| two(call, f64::atan2)),
    ("log", "double, double -> double", |call| two(call, |base, number| number.ln() / base.ln())),
    ("sqrt", "double -> double", |call| one(call, f64::sqrt)),
    ("cbrt", "double -> double", |call| one(call, f64::cbrt)),
    ("exp", "double -> double", |call| one(call, f64::exp)),
    ("ln", "double -> double", |call| one(call, f64::ln)),
    ("log2", "double -> double", |call| one(call, f64::log2)),
    ("log10", "double -> double", |call| one(call, f64::log10)),
    ("sin", "double -> double", |call| one(call, f64::sin)),
    ("cos", "double -> double", |call| one(call, f64::cos)),
    ("tan", "double -> double", |call| one(call, f64::tan)),
    ("asin", "double -> double", |call| one(call, f64::asin)),
    ("acos", "double -> double", |call| one(call, f64::acos)),
    ("atan", "double -> double", |call| one(call, f64::atan)),
    ("sinh", "double -> double", |call| one(call, f64::sinh)),
    ("cosh", "double -> double", |call| one(call, f64::cosh)),
    ("tanh", "double -> double", |call| one(call, f64::tanh)),
    ("degrees", "double -> double", |call| one(call, |number| number * 180.0 / consts::PI)),
    ("radians", "double -> double", |call| one(call, |number| number / 180.0 * consts::PI)),
    ("pi", "-> double", |call| call.each(|_| Ok(Some(consts::PI)))),
    ("e", "-> double", |call| call.each(|_| Ok(Some(consts::E)))),
    ("infinity", "-> double", |call| call.each(|_| Ok(Some(f64::INFINITY)))),
    ("nan", "-> double", |call| call.each(|_| Ok(Some(f64::NAN)))),
    ("is_nan", "double -> boolean", |call| call.each(|row| Ok(Some(row.double(0).is_nan())))),
    ("is_finite", "double -> boolean", |call| call.each(|row| Ok(Some(row.double(0).is_finite())))),
    ("is_infinite", "double -> boolean", |call| call.each(|row| Ok(Some(row.double(0).is_infinite())))),
    ("from_base", "varchar, bigint -> bigint", |call| call.each(from_base)),
    ("to_base", "bigint, bigint -> varchar", |call| call.each(to_base)),
    ("bitwise_and", "bigint, bigint -> bigint", |call| bits(call, |one, other| one & other)),
    ("bitwise_or", "bigint, bigint -> bigint", |call| bits(call, |one, other| one | other)),
    ("bitwise_xor", "bigint, bigint -> bigint", |call| bits(call, |one, other| one ^ other)),
    ("bitwise_not", "bigint -> bigint", |call| call.each(|row| Ok(Some(!row.long(0))))),
    ("bitwise_left_shift", "bigint, bigint -> bigint", |call| {
        bits(call, |one, by| if (0..64).contains(&by) { one << by } else { 0 })
    }),
    ("bitwise_right_shift", "bigint, bigint -> bigint", |call| {
        bits(call, |one, by| if (0..64).contains(&by) { ((one as u64) >> by) as i64 } else { 0 })
    }),
    ("bitwise_right_shift_arithmetic", "bigint, bigint -> bigint", |call| bits(call, |one, by| one >> by.clamp(0, 63))),
    ("bit_count", "bigint, bigint -> bigint", |call| call.each(bit_count)),
    ("width_bucket", "double, double, double, bigint -> bigint", |call| call.each(width_bucket)),
    ("width_bucket", "double, array(double) -> bigint", |call| call.each(bucket_of)),
    ("random", "-> double", |call| call.each(|_| Ok(Some(rand::random::<f64>())))),
    ("rand", "-> double", |call| call.each(|_| Ok(Some(rand::random::<f64>())))),
    ("random", "N -> N", |call| whole_random(call, "bound must be positive")),
    ("rand", "N -> N", |call| whole_random(call, "bound must be positive")),
    ("random", "N, N -> N", |call| whole_random(call, "start value must be less than stop value")),
    ("rand", "N, N -> N", |call| whole_random(call, "start value must be less than stop value")),
];

fn out_of_range(kind: &str, number: impl std::fmt::Display) -> datafusion::error::DataFusionError {
    fails("NUMERIC_VALUE_OUT_OF_RANGE", format!("Value {number} is out of range for {kind}"))
}

fn ten(scale: i8) -> i128 {
    10_i128.pow(u32::from(scale.clamp(0, 38).unsigned_abs()))
}

fn fitting(number: i128, precision: u8) -> Result<i128> {
    let most = 10_i128.pow(u32::from(precision.min(38)));
    if number.abs() < most { Ok(number) } else { Err(fails("NUMERIC_VALUE_OUT_OF_RANGE", "Decimal overflow")) }
}

/// To the nearest, a half away from zero.
fn half_up(number: i128, unit: i128) -> i128 {
    (number.abs() + unit / 2) / unit * number.signum()
}

fn one(call: &Call, work: impl Fn(f64) -> f64) -> Result<ArrayRef> {
    call.each(|row| Ok(Some(work(row.double(0)))))
}

fn two(call: &Call, work: impl Fn(f64, f64) -> f64) -> Result<ArrayRef> {
    call.each(|row| Ok(Some(work(row.double(0), row.double(1)))))
}

fn bits(call: &Call, work: impl Fn(i64, i64) -> i64) -> Result<ArrayRef> {
    call.each(|row| Ok(Some(work(row.long(0), row.long(1)))))
}

/// One argument of any kind of number.
fn numeric(
    call: &Call,
    whole: impl Fn(i64) -> Result<i64>,
    floating: impl Fn(f64) -> f64,
    decimal: impl Fn(i128, i8) -> Result<i128>,
) -> Result<ArrayRef> {
    let column = &call.arguments[0];
    let made: ArrayRef = match column.data_type() {
        DataType::Decimal128(_, scale) => {
            let given = column.as_primitive::<Decimal128Type>();
            let DataType::Decimal128(precision, wanted) = call.gives else { return Err(bad("not a decimal")) };
            let one = |number| fitting(decimal(number, *scale)?, precision);
            let rows = given.iter().map(|number| number.map(one).transpose());
            Arc::new(rows.collect::<Result<Decimal128Array>>()?.with_precision_and_scale(precision, wanted)?)
        }
        kind if kind.is_floating() => {
            let given = cast(column, &DataType::Float64)?;
            f64::column(given.as_primitive::<Float64Type>().iter().map(|number| number.map(&floating)).collect(), kind)?
        }
        kind => {
            let given = cast(column, &DataType::Int64)?;
            let rows = given.as_primitive::<Int64Type>().iter().map(|number| number.map(&whole).transpose());
            i64::column(rows.collect::<Result<Vec<_>>>()?, kind)?
        }
    };
    narrow(&made, &call.gives)
}

/// A number and so many digits behind its point, or before it where there are fewer than none.
fn digits(call: &Call, floating: impl Fn(f64, i32) -> f64, decimal: impl Fn(i128, i128) -> i128) -> Result<ArrayRef> {
    let digits = call.arguments[1].as_primitive::<Int64Type>();
    let digit = |row: usize| i32::try_from(digits.value(row)).unwrap_or(i32::MAX);
    let row = |row: usize| digits.is_valid(row).then_some(row);
    let unit = |scale: i32, digits: i32| scale.saturating_sub(digits).clamp(0, 38);
    let made: ArrayRef = match call.arguments[0].data_type() {
        DataType::Decimal128(precision, scale) => {
            let given = call.arguments[0].as_primitive::<Decimal128Type>();
            let DataType::Decimal128(wide, _) = call.gives else { return Err(bad("not a decimal")) };
            let at = |at: usize| {
                let Some(row) = row(at).filter(|at| given.is_valid(*at)) else { return Ok(None) };
                let most = unit(i32::from(*scale), digit(row));
                let unit =
                    if most > i32::from(*precision) { 10_i128.pow(38) } else { ten(i8::try_from(most).unwrap_or(38)) };
                fitting(decimal(given.value(row), unit), wide).map(Some)
            };
            let rows = (0..call.rows).map(at).collect::<Result<Decimal128Array>>()?;
            Arc::new(rows.with_precision_and_scale(wide, *scale)?)
        }
        kind if kind.is_floating() => {
            let given = cast(&call.arguments[0], &DataType::Float64)?;
            let given = given.as_primitive::<Float64Type>();
            let at =
                |at: usize| row(at).filter(|at| given.is_valid(*at)).map(|at| floating(given.value(at), digit(at)));
            f64::column((0..call.rows).map(at).collect(), kind)?
        }
        kind => {
            let given = cast(&call.arguments[0], &DataType::Int64)?;
            let given = given.as_primitive::<Int64Type>();
            let at = |at: usize| {
                let row = row(at).filter(|at| given.is_valid(*at))?;
                let made = decimal(i128::from(given.value(row)), 10_i128.pow(unit(0, digit(row)).unsigned_abs()));
                Some(i64::try_from(made).map_err(|_| out_of_range("bigint", made)))
            };
            i64::column((0..call.rows).map(|row| at(row).transpose()).collect::<Result<Vec<_>>>()?, kind)?
        }
    };
    narrow(&made, &call.gives)
}

fn round_to(number: f64, digits: i32) -> f64 {
    let factor = 10_f64.powi(digits);
    let made = (number * factor).round() / factor;
    if number.is_finite() && made.is_finite() { made } else { number }
}

fn truncate_to(number: f64, digits: i32) -> f64 {
    let factor = 10_f64.powi(digits);
    let made = (number * factor).trunc() / factor;
    if number.is_finite() && made.is_finite() { made } else { number }
}

fn extreme(call: &Call, wanted: std::cmp::Ordering) -> Result<ArrayRef> {
    call.each(|row| {
        let mut best = row.scalar(0)?;
        for index in 1..row.count() {
            let other = row.scalar(index)?;
            if other.partial_cmp(&best) == Some(wanted) {
                best = other;
            }
        }
        Ok(Some(best))
    })
}

fn radix(radix: i64) -> Result<u32> {
    let found = u32::try_from(radix).ok().filter(|radix| (2..=36).contains(radix));
    found.ok_or_else(|| bad("Radix must be between 2 and 36"))
}

fn from_base(row: Row<'_>) -> Given<i64> {
    let made = i64::from_str_radix(row.text(0), radix(row.long(1))?);
    made.map(Some).map_err(|_| bad(format!("Not a valid base-{} number: {}", row.long(1), row.text(0))))
}

fn to_base(row: Row<'_>) -> Given<String> {
    let (mut left, radix) = (row.long(0).unsigned_abs(), u64::from(radix(row.long(1))?));
    let mut digits = vec![];
    loop {
        digits.extend(char::from_digit(u32::try_from(left % radix).unwrap_or(0), 36));
        left /= radix;
        if left == 0 {
            break;
        }
    }
    digits.extend((row.long(0) < 0).then_some('-'));
    Ok(Some(digits.into_iter().rev().collect()))
}

fn bit_count(row: Row<'_>) -> Given<i64> {
    let (number, bits) = (row.long(0), row.long(1));
    match bits {
        64 => Ok(Some(i64::from(number.count_ones()))),
        2..=63 => {
            let (lowest, highest) = (-(1_i64 << (bits - 1)), (1_i64 << (bits - 1)) - 1);
            if !(lowest..=highest).contains(&number) {
                let words = format!(
                    "Number must be representable with the bits specified. {number} cannot be represented with {bits} bits"
                );
                return Err(bad(words));
            }
            let mask = (1_u64 << bits) - 1;
            Ok(Some(i64::from((number as u64 & mask).count_ones())))
        }
        _ => Err(bad(format!("Bits specified in bit_count must be between 2 and 64, got {bits}"))),
    }
}

fn width_bucket(row: Row<'_>) -> Given<i64> {
    let (number, low, high, count) = (row.double(0), row.double(1), row.double(2), row.long(3));
    if count <= 0 {
        return Err(bad("bucketCount must be greater than 0"));
    }
    if number.is_nan() {
        return Err(bad("operand must not be NaN"));
    }
    if !low.is_finite() || !high.is_finite() {
        return Err(bad(format!("{} bound must be finite", if low.is_finite() { "second" } else { "first" })));
    }
    if low == high {
        return Err(bad("bounds cannot equal each other"));
    }
    let (lower, upper) = (low.min(high), low.max(high));
    let forward = match number {
        _ if number < lower => 0,
        _ if number >= upper => count.checked_add(1).ok_or_else(|| {
            let words = format!("Bucket for value {} is out of range", super::super::print::java(number));
            fails("NUMERIC_VALUE_OUT_OF_RANGE", words)
        })?,
        _ => (count as f64 * (number - lower) / (upper - lower) + 1.0) as i64,
    };
    Ok(Some(if low > high { count - forward + 1 } else { forward }))
}

fn bucket_of(row: Row<'_>) -> Given<i64> {
    let bins = row.list(1);
    let bins: Vec<_> = bins.as_primitive::<Float64Type>().iter().map(|bin| bin.unwrap_or(f64::NAN)).collect();
    let number = row.double(0);
    if bins.is_empty() {
        return Err(bad("Bins cannot be an empty array"));
    }
    if number.is_nan() {
        return Err(bad("Operand cannot be NaN"));
    }
    // Trino looks only at those that its search meets.
    let (mut low, mut high) = (0, bins.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        if bins[low] > bins[high - 1] {
            return Err(bad("Bin values are not sorted in ascending order"));
        }
        if !bins[middle].is_finite() {
            return Err(bad(format!("Bin value must be finite, got {}", super::super::print::java(bins[middle]))));
        }
        (low, high) = if number < bins[middle] { (low, middle) } else { (middle + 1, high) };
    }
    Ok(Some(low as i64))
}

/// Of the type that it is given, below the last argument.
fn whole_random(call: &Call, words: &str) -> Result<ArrayRef> {
    let columns = call.arguments.iter().map(|column| cast(column, &DataType::Int64));
    let whole =
        Call { arguments: columns.collect::<std::result::Result<_, _>>()?, rows: call.rows, gives: DataType::Int64 };
    let made = whole.each(|row| {
        let (from, to) = if row.count() == 1 { (0, row.long(0)) } else { (row.long(0), row.long(1)) };
        if from < to { Ok(Some(rand::random_range(from..to))) } else { Err(bad(words)) }
    })?;
    narrow(&made, &call.gives)
}

/// In the type that a function gives, where it fits.
fn narrow(made: &ArrayRef, kind: &DataType) -> Result<ArrayRef> {
    let done = if made.data_type() == kind { Arc::clone(made) } else { cast(made, kind)? };
    match done.null_count() > made.null_count() {
        true => Err(out_of_range(&super::kinds::name(kind), "")),
        false => Ok(done),
    }
}

//! Arithmetic of whole numbers and decimals: what does not fit is an error, and decimals are as precise as Trino has them.

use super::scalars::rescaled;
use super::typed::{failed, function, given, refused};
use super::types;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, PrimitiveArray, new_empty_array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::compute::kernels::numeric;
use datafusion::arrow::datatypes::{DataType, Decimal128Type, i256};
use datafusion::arrow::error::ArrowError;
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{ReturnFieldArgs, ScalarUDF};
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

use Operation::{Add, Divide, Modulo, Multiply, Subtract};

/// The function of arithmetic: operators as one text, and what stands between them. It goes from left to right, so a chain
/// of a thousand is one call and not a thousand in one another.
pub(super) const ARITHMETIC: &str = "$arithmetic";

pub(super) fn arithmetic() -> ScalarUDF {
    function(ARITHMETIC, kind_of_all, run_all)
}

fn operation(letter: char) -> Option<Operation> {
    Some(match letter {
        '+' => Add,
        '-' => Subtract,
        '*' => Multiply,
        '/' => Divide,
        '%' => Modulo,
        _ => return None,
    })
}

fn kind_of_all(arguments: &ReturnFieldArgs<'_>) -> Result<DataType> {
    let operators = arguments.scalar_arguments[0].and_then(|text| text.try_as_str().flatten()).unwrap_or_default();
    let mut all = given(arguments, 1).clone();
    for (index, operation) in operators.chars().filter_map(operation).enumerate() {
        all = kind(&all, given(arguments, index + 2), operation)?;
    }
    Ok(all)
}

fn run_all(all: &[ArrayRef], kind_of_all: &DataType) -> Result<ArrayRef> {
    if all[0].is_empty() {
        return Ok(new_empty_array(kind_of_all));
    }
    let operators = all[0].as_string::<i32>().value(0);
    let mut done = Arc::clone(&all[1]);
    for (operation, next) in operators.chars().filter_map(operation).zip(&all[2..]) {
        let kind = kind(done.data_type(), next.data_type(), operation)?;
        done = run(&done, next, &kind, operation)?;
    }
    Ok(done)
}

/// Digits of a number and how many of them are behind the point.
fn precision(kind: &DataType) -> Option<(i16, i16)> {
    Some(match kind {
        DataType::Int8 => (3, 0),
        DataType::Int16 => (5, 0),
        DataType::Int32 => (10, 0),
        DataType::Int64 => (19, 0),
        DataType::Decimal128(precision, scale) => (i16::from(*precision), i16::from(*scale)),
        _ => return None,
    })
}

pub(super) fn is_exact(kind: &DataType) -> bool {
    precision(kind).is_some()
}

/// Where a column turned out to be of floating numbers after its expression was planned, as in a union.
fn floating(one: &DataType, other: &DataType) -> Option<DataType> {
    let is_number = |kind: &DataType| kind.is_floating() || is_exact(kind);
    let is = |kind: DataType| (is_number(one) && is_number(other) && (one == &kind || other == &kind)).then_some(kind);
    is(DataType::Float64).or_else(|| is(DataType::Float32))
}

fn kind(one: &DataType, other: &DataType, operation: Operation) -> Result<DataType> {
    if let Some(kind) = floating(one, other) {
        return Ok(kind);
    }
    let (Some((p1, s1)), Some((p2, s2))) = (precision(one), precision(other)) else {
        return refused(format!("TYPE_MISMATCH: no arithmetic of {} and {}", types::name(one), types::name(other)));
    };
    if !one.is_decimal() && !other.is_decimal() {
        return Ok(if p1 >= p2 { one.clone() } else { other.clone() });
    }
    let (precision, scale) = match operation {
        Add | Subtract => ((p1 - s1).max(p2 - s2) + s1.max(s2) + 1, s1.max(s2)),
        Multiply => (p1 + p2, s1 + s2),
        Divide => (p1 + s2 + (s2 - s1).max(0), s1.max(s2)),
        Modulo => ((p1 - s1).min(p2 - s2) + s1.max(s2), s1.max(s2)),
    };
    if scale > 38 {
        return refused(format!("INVALID_FUNCTION_ARGUMENT: DECIMAL scale {scale} is more than 38"));
    }
    let narrow = |number: i16| u8::try_from(number.clamp(1, 38)).unwrap_or(38);
    Ok(DataType::Decimal128(narrow(precision), i8::try_from(scale).unwrap_or_default()))
}

fn run(one: &ArrayRef, other: &ArrayRef, kind: &DataType, operation: Operation) -> Result<ArrayRef> {
    if !kind.is_decimal() {
        return whole(&cast(one, kind)?, &cast(other, kind)?, kind, operation);
    }
    let DataType::Decimal128(precision, scale) = *kind else { return failed("NUMERIC_VALUE_OUT_OF_RANGE: decimal") };
    let (one, s1) = digits(one)?;
    let (other, s2) = digits(other)?;
    let most = 10_i128.pow(u32::from(precision));
    let row = |(one, other): (Option<i128>, Option<i128>)| -> Result<Option<i128>> {
        let (Some(one), Some(other)) = (one, other) else { return Ok(None) };
        if other == 0 && matches!(operation, Divide | Modulo) {
            return failed("DIVISION_BY_ZERO: Division by zero");
        }
        let done = decimal((one, s1), (other, s2), scale, operation).filter(|done| done.abs() < most);
        done.map_or_else(|| failed("NUMERIC_VALUE_OUT_OF_RANGE: Decimal overflow"), |done| Ok(Some(done)))
    };
    let rows = one.iter().zip(other.iter()).map(row).collect::<Result<PrimitiveArray<Decimal128Type>>>()?;
    Ok(Arc::new(rows.with_precision_and_scale(precision, scale)?))
}

fn digits(array: &ArrayRef) -> Result<(PrimitiveArray<Decimal128Type>, i8)> {
    let (precision, scale) = precision(array.data_type()).unwrap_or((38, 0));
    let (precision, scale) = (u8::try_from(precision).unwrap_or(38), i8::try_from(scale).unwrap_or_default());
    let array = cast(array, &DataType::Decimal128(precision, scale))?;
    Ok((array.as_primitive::<Decimal128Type>().clone(), scale))
}

/// `None` where it does not fit.
fn decimal((one, s1): (i128, i8), (other, s2): (i128, i8), scale: i8, operation: Operation) -> Option<i128> {
    let both = || Some((rescaled(one, s1, scale)?, rescaled(other, s2, scale)?));
    match operation {
        Add => both().and_then(|(one, other)| one.checked_add(other)),
        Subtract => both().and_then(|(one, other)| one.checked_sub(other)),
        Multiply => one.checked_mul(other),
        Modulo => both().and_then(|(one, other)| one.checked_rem(other)),
        Divide => {
            let more = u32::try_from(i16::from(scale) - i16::from(s1) + i16::from(s2)).ok()?;
            let factor = i256::from_i128(10).checked_pow(more)?;
            let (one, other) = (i256::from_i128(one).checked_mul(factor)?, i256::from_i128(other));
            let (quotient, rest) = (one.checked_div(other)?.to_i128()?, one.checked_rem(other)?);
            let size = |number: i256| if number < i256::ZERO { number.wrapping_neg() } else { number };
            let is_up = size(rest) >= size(other).wrapping_sub(size(rest));
            let sign = if (one < i256::ZERO) == (other < i256::ZERO) { 1 } else { -1 };
            Some(if is_up && rest != i256::ZERO { quotient + sign } else { quotient })
        }
    }
}

fn whole(one: &ArrayRef, other: &ArrayRef, kind: &DataType, operation: Operation) -> Result<ArrayRef> {
    let (done, word) = match operation {
        Add => (numeric::add(one, other), "addition"),
        Subtract => (numeric::sub(one, other), "subtraction"),
        Multiply => (numeric::mul(one, other), "multiplication"),
        Divide => (numeric::div(one, other), "division"),
        Modulo => (numeric::rem(one, other), "modulus"),
    };
    done.map_err(|error| match error {
        ArrowError::DivideByZero => DataFusionError::Execution("DIVISION_BY_ZERO: Division by zero".to_owned()),
        ArrowError::ArithmeticOverflow(text) => {
            let numbers = text.split_once(": ").map_or("", |(_, numbers)| numbers);
            let kind = types::name(kind);
            DataFusionError::Execution(format!("NUMERIC_VALUE_OUT_OF_RANGE: {kind} {word} overflow: {numbers}"))
        }
        other => other.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_rounded_away_from_nothing() {
        let divide = |one, other, scale| decimal((one, 1), (other, 1), scale, Divide);
        assert_eq!(divide(10, 30, 1), Some(3));
        assert_eq!((divide(20, 30, 1), divide(-20, 30, 1), divide(-20, -30, 1)), (Some(7), Some(-7), Some(7)));
        assert_eq!((divide(5, 100, 1), divide(-5, 100, 1)), (Some(1), Some(-1)));
        assert_eq!(decimal((i128::MAX, 0), (2, 0), 0, Multiply), None);
    }
}

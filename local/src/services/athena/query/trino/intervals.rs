//! Intervals, of months or of milliseconds: Trino adds, divides and prints each kind for itself.

use super::parse::{call, text};
use super::typed::{failed, function, given, refused};
use super::types::{TIMESTAMP, name};
use crate::services::athena::query::print;
use crate::services::athena::query::spans::{CLOCK, DAY, MONTHS, SPAN, amounts, span};
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, PrimitiveArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, Float64Type, Int64Type, IntervalMonthDayNanoType, IntervalUnit, IntervalYearMonthType,
    Time64MicrosecondType, TimeUnit,
};
use datafusion::common::{Result, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{ReturnFieldArgs, ScalarUDF};
use datafusion::sql::sqlparser::ast::{
    DateTimeField, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Interval, WindowFrameBound,
    WindowType,
};
use std::sync::Arc;

pub(super) const LITERAL: &str = "$interval";
pub(super) const REACH: &str = "$reach";
const GAP: &str = "$gap";

/// `INTERVAL '3-5' YEAR TO MONTH`, as a call.
pub(super) fn literal(interval: &Interval) -> Option<Expr> {
    let Expr::Value(value) = interval.value.as_ref() else { return None };
    let first = interval.leading_field.as_ref()?.to_string().to_uppercase();
    let fields = match &interval.last_field {
        Some(last) => format!("{first} TO {}", last.to_string().to_uppercase()),
        None => first,
    };
    Some(call(LITERAL, vec![text(&value.value.clone().into_string()?), text(&fields)]))
}

/// What a window reaches to has to be a literal for the engine.
pub(super) fn of_frame(function: &mut Function) {
    let Some(WindowType::WindowSpec(window)) = &mut function.over else { return };
    let Some(frame) = &mut window.window_frame else { return };
    for bound in [Some(&mut frame.start_bound), frame.end_bound.as_mut()].into_iter().flatten() {
        if let WindowFrameBound::Preceding(Some(reach)) | WindowFrameBound::Following(Some(reach)) = bound
            && let Some(interval) = original(reach)
        {
            **reach = interval;
        }
    }
}

fn original(expr: &Expr) -> Option<Expr> {
    let Expr::Function(Function { name, args: FunctionArguments::List(list), .. }) = expr else { return None };
    let [
        FunctionArg::Unnamed(FunctionArgExpr::Expr(value)),
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(fields))),
    ] = list.args.as_slice()
    else {
        return None;
    };
    let leading_field = match fields.value.clone().into_string()?.as_str() {
        "YEAR" => DateTimeField::Year,
        "MONTH" => DateTimeField::Month,
        "DAY" => DateTimeField::Day,
        "HOUR" => DateTimeField::Hour,
        "MINUTE" => DateTimeField::Minute,
        "SECOND" => DateTimeField::Second,
        _ => return None,
    };
    (name.to_string() == format!("\"{LITERAL}\"")).then(|| {
        Expr::Interval(Interval {
            value: Box::new(value.clone()),
            leading_field: Some(leading_field),
            leading_precision: None,
            last_field: None,
            fractional_seconds_precision: None,
        })
    })
}

fn constant(value: Option<&ScalarValue>) -> &str {
    value.and_then(|value| value.try_as_str().flatten()).unwrap_or_default()
}

pub(super) fn functions() -> [ScalarUDF; 3] {
    let literal = |given: &ReturnFieldArgs<'_>| {
        let fields = constant(given.scalar_arguments[1]);
        Ok(if fields.starts_with(['Y']) || fields == "MONTH" { MONTHS } else { SPAN })
    };
    [function(LITERAL, literal, read), function(REACH, reached, reach), function(GAP, |_| Ok(SPAN), gap)]
}

/// From one time to another. The engine's own difference has no whole days, so that it would compare with none.
fn gap(all: &[ArrayRef], kind: &DataType) -> Result<ArrayRef> {
    let micros = |times: &ArrayRef| {
        let same = match times.data_type() {
            DataType::Timestamp(_, zone) => DataType::Timestamp(TimeUnit::Microsecond, zone.clone()),
            _ => TIMESTAMP,
        };
        Ok::<_, DataFusionError>(cast(&cast(times, &same)?, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
    };
    let (one, other) = (micros(&all[0])?, micros(&all[1])?);
    let millis = one.iter().zip(other.iter()).map(|(one, other)| Some((one?.checked_sub(other?)?) / 1000));
    column(millis.collect(), kind)
}

fn read(all: &[ArrayRef], kind: &DataType) -> Result<ArrayRef> {
    let (values, fields) = (all[0].as_string::<i32>(), all[1].as_string::<i32>());
    let row = |row: usize| {
        let (value, fields) = (values.value(row), fields.value(row));
        parsed(value, fields).map_or_else(
            || failed(format!("INVALID_LITERAL: Invalid INTERVAL {fields} value: {value}")),
            |amount| Ok(Some(amount)),
        )
    };
    column((0..values.len()).map(row).collect::<Result<_>>()?, kind)
}

/// Months or milliseconds.
fn parsed(value: &str, fields: &str) -> Option<i64> {
    const UNITS: [(&str, i64, char); 6] = [
        ("YEAR", 12, '-'),
        ("MONTH", 1, ' '),
        ("DAY", DAY, ' '),
        ("HOUR", 3_600_000, ':'),
        ("MINUTE", 60_000, ':'),
        ("SECOND", 1000, ' '),
    ];
    let (first, last) = fields.split_once(" TO ").unwrap_or((fields, fields));
    let place = |name: &str| UNITS.iter().position(|(known, ..)| *known == name);
    let units = UNITS.get(place(first)?..=place(last)?)?;
    let (sign, mut rest) = value.strip_prefix('-').map_or((1, value), |rest| (-1, rest));
    let mut all = 0_i64;
    for (index, (unit, size, behind)) in units.iter().enumerate() {
        let (part, after) = match rest.split_once(*behind).filter(|_| index + 1 < units.len()) {
            Some((part, after)) => (part, Some(after)),
            None => (rest, None),
        };
        let amount = match part.split_once('.').filter(|_| *unit == "SECOND") {
            Some((whole, fraction)) => whole_number(whole)? * 1000 + whole_number(&format!("{fraction:0<3}")[..3])?,
            None => whole_number(part)?.checked_mul(*size)?,
        };
        all = all.checked_add(amount)?;
        match after {
            Some(after) => rest = after,
            None => break,
        }
    }
    Some(sign * all)
}

fn whole_number(text: &str) -> Option<i64> {
    text.bytes().all(|digit| digit.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// A column of months, of milliseconds, or of times of the day in microseconds.
pub(super) fn column(amounts: Vec<Option<i64>>, kind: &DataType) -> Result<ArrayRef> {
    let amounts = amounts.into_iter();
    Ok(match kind {
        DataType::Interval(IntervalUnit::YearMonth) => {
            let months = amounts.map(|amount| amount.map(|amount| i32::try_from(amount).unwrap_or(i32::MAX)));
            Arc::new(months.collect::<PrimitiveArray<IntervalYearMonthType>>())
        }
        DataType::Time64(_) => Arc::new(amounts.collect::<PrimitiveArray<Time64MicrosecondType>>()),
        _ => Arc::new(amounts.map(|amount| amount.map(span)).collect::<PrimitiveArray<IntervalMonthDayNanoType>>()),
    })
}

/// # Errors
/// Types that have no sum, in Trino's words.
fn reached(arguments: &ReturnFieldArgs<'_>) -> Result<DataType> {
    let operator = constant(arguments.scalar_arguments[0]);
    let (one, other) = (given(arguments, 1), given(arguments, 2));
    let is_interval = |kind: &DataType| matches!(kind, DataType::Interval(_) | DataType::Duration(_));
    let of = |kind: &DataType| if *kind == MONTHS { MONTHS } else { SPAN };
    match (one, other) {
        (DataType::Time64(_), other) if of(other) == SPAN && is_interval(other) => Ok(CLOCK),
        (one, DataType::Time64(_)) if of(one) == SPAN && operator == "+" => Ok(CLOCK),
        (one, other) if is_interval(one) && is_interval(other) && of(one) == of(other) => Ok(of(one)),
        (one, other) if is_interval(one) && other.is_numeric() => Ok(of(one)),
        (one, other) if is_interval(other) && one.is_numeric() && operator == "*" => Ok(of(other)),
        _ => refused(format!("TYPE_MISMATCH: Cannot apply operator: {} {operator} {}", name(one), name(other))),
    }
}

/// Adds to intervals and times of the day, and multiplies intervals.
fn reach(all: &[ArrayRef], kind: &DataType) -> Result<ArrayRef> {
    if all[0].is_empty() {
        return column(vec![], kind);
    }
    let operator = all[0].as_string::<i32>().value(0);
    if !matches!(operator, "*" | "/") {
        let (one, other) = (amounts(&all[1])?, amounts(&all[2])?);
        let sum = |(one, other): (Option<i64>, Option<i64>)| {
            let (one, other) = (one?, other?);
            let sum = if operator == "+" { one.saturating_add(other) } else { one.saturating_sub(other) };
            Some(if *kind == CLOCK { sum.rem_euclid(DAY) * 1000 } else { sum })
        };
        return column(one.into_iter().zip(other).map(sum).collect(), kind);
    }
    let is_first = all[1].data_type().is_numeric();
    let (factors, intervals) = if is_first { (&all[1], &all[2]) } else { (&all[2], &all[1]) };
    let factors = cast(factors, &DataType::Float64)?;
    let scaled = |(amount, factor): (Option<i64>, Option<f64>)| {
        let (Some(amount), Some(factor)) = (amount, factor) else { return Ok(None) };
        let is_none = factor.is_nan() || operator == "/" && factor == 0.0;
        if is_none {
            return failed(format!("INVALID_FUNCTION_ARGUMENT: Cannot reckon with {}", print::java(factor)));
        }
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "as Trino does")]
        Ok(Some(if operator == "*" { amount as f64 * factor } else { amount as f64 / factor } as i64))
    };
    let rows = amounts(intervals)?.into_iter().zip(factors.as_primitive::<Float64Type>().iter());
    column(rows.map(scaled).collect::<Result<_>>()?, kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_read_by_their_fields() {
        for (value, fields, amount) in [
            ("2", "DAY", Some(2 * DAY)),
            ("-12 10:45:32.12", "DAY TO SECOND", Some(-(12 * DAY + 38_732_120))),
            ("10:45", "HOUR TO SECOND", Some(38_700_000)),
            ("124-30", "YEAR TO MONTH", Some(1518)),
            ("124-30", "YEAR", None),
            ("12 -10", "DAY TO HOUR", None),
            ("", "DAY", None),
        ] {
            assert_eq!(parsed(value, fields), amount, "{value} {fields}");
        }
    }
}

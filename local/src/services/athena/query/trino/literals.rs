//! Literals that have a type of their own: `DECIMAL '1.50'`, `TIME '12:30'`, `TIMESTAMP '2026-11-27 12:30 Europe/Zurich'`.

use super::parse::{CAST, call, text};
use super::scalars;
use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Value, ValueWithSpan, visit_expressions_mut,
};
use std::ops::ControlFlow;

/// # Errors
/// What is no value of the type, in Trino's words.
pub(super) fn typed(kind: &str, value: &str) -> Result<Expr, String> {
    let name = kind.to_ascii_lowercase();
    let cast = |kind: &str| call(CAST, vec![text(value), text(kind)]);
    Ok(match name.split(['(', ' ']).next().unwrap_or_default() {
        "json" => call("json_parse", vec![text(value)]),
        "decimal" | "numeric" | "dec" => cast(&exact(value).unwrap_or_else(|| name.clone())),
        "timestamp" => match zone(value) {
            Some(zone) => call("at_timezone", vec![cast("timestamp with time zone"), text(zone)]),
            None => cast("timestamp"),
        },
        "time" => match scalars::clock(value) {
            Some(_) => cast("time"),
            None if value.trim().starts_with(|first: char| first.is_ascii_digit()) && value.contains(['+', '-']) => {
                return Err("NOT_SUPPORTED: Local AWS does not have the type time with time zone".to_owned());
            }
            None => return Err(format!("INVALID_LITERAL: '{value}' is not a valid time literal")),
        },
        _ => cast(kind),
    })
}

/// The type of a text that stands there, which is as long as it is; whole numbers that stand there are integers.
pub(super) fn kind_of(function: &mut Function) -> Option<Expr> {
    let FunctionArguments::List(list) = &mut function.args else { return None };
    let [FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))] = list.args.as_mut_slice() else { return None };
    if let Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(known), .. }) = argument {
        return Some(text(&format!("varchar({})", known.chars().count())));
    }
    let _ = visit_expressions_mut(argument, |expr| {
        if let Expr::Value(ValueWithSpan { value: Value::Number(number, _), .. }) = expr
            && number.parse::<i32>().is_ok()
        {
            *expr = call(CAST, vec![text(number), text("integer")]);
        }
        ControlFlow::<()>::Continue(())
    });
    None
}

/// The type with just as many digits as there are: of `-00123.45`, `decimal(5,2)`.
fn exact(value: &str) -> Option<String> {
    let digits = value.trim().trim_start_matches(['+', '-']);
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let are_digits = !digits.is_empty() && [whole, rest].concat().bytes().all(|digit| digit.is_ascii_digit());
    let precision = whole.trim_start_matches('0').len() + rest.len();
    (are_digits && precision <= 38).then(|| format!("decimal({},{})", precision.max(1), rest.len()))
}

/// What stands behind the time of a timestamp.
fn zone(value: &str) -> Option<&str> {
    let (_, time) = value.trim().split_once([' ', 'T'])?;
    let at = time.find(|letter: char| letter.is_alphabetic() || ['+', '-'].contains(&letter))?;
    Some(&time[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_has_as_many_digits_as_it_is_written_with() {
        for (value, kind) in [
            ("-123.45", Some("decimal(5,2)")),
            ("0.01", Some("decimal(2,2)")),
            ("000", Some("decimal(1,0)")),
            ("0012.0", Some("decimal(3,1)")),
            ("1e3", None),
            ("", None),
        ] {
            assert_eq!(exact(value).as_deref(), kind, "{value}");
        }
    }

    #[test]
    fn a_zone_stands_behind_the_time() {
        assert_eq!(zone("2012-10-31 01:00 UTC"), Some("UTC"));
        assert_eq!(zone("2012-10-31T01:00:00.5-07:00"), Some("-07:00"));
        assert_eq!(zone("2012-10-31 01:00"), None);
        assert_eq!(zone("2012-10-31"), None);
    }
}

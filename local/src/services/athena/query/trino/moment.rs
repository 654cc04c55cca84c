//! The moment in which a statement began: `current_timestamp`, `localtime` and the like. Athena's sessions are in UTC.

use super::parse::{CAST, call, text};
use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Value, ValueWithSpan,
};

/// What tells it, by name, and the type that it is of. Of `current_time` the engine has no type with a zone.
const MOMENTS: [(&str, &str); 5] = [
    ("now", ZONED),
    ("current_timestamp", ZONED),
    ("localtimestamp", TIMESTAMP),
    ("current_time", "time"),
    ("localtime", "time"),
];
const ZONED: &str = "timestamp with time zone";
const TIMESTAMP: &str = "timestamp";
/// "TIMESTAMP precision must be in range [0, 12]"
const MOST_DIGITS: u8 = 12;

/// # Errors
/// A precision that Trino has not.
pub(super) fn moment(expr: &Expr) -> Option<Result<Expr, String>> {
    let (name, precision) = match expr {
        // Reserved words of Trino, which are names to the parser.
        Expr::Identifier(name) if name.quote_style.is_none() && name.value.to_lowercase().starts_with("local") => {
            (name.value.to_lowercase(), None)
        }
        Expr::Function(function) => (function.name.to_string().to_lowercase(), precision(function)?),
        _ => return None,
    };
    let (_, kind) = MOMENTS.into_iter().find(|(known, _)| *known == name)?;
    if let Some(digits) = precision.filter(|digits| digits.parse::<u8>().is_ok_and(|digits| digits > MOST_DIGITS)) {
        let what = if kind == "time" { "TIME" } else { "TIMESTAMP" };
        return Some(Err(format!("TYPE_MISMATCH: {what} precision must be in range [0, {MOST_DIGITS}]: {digits}")));
    }
    // "current_timestamp(3)" is what it is without a precision, and Athena's timestamps have no more.
    let day = if kind == "time" { TIMESTAMP } else { kind };
    let moment = call(CAST, vec![call("now", vec![]), text(day)]);
    let moment = call("date_trunc", vec![text("millisecond"), moment]);
    Some(Ok(if kind == day { moment } else { call(CAST, vec![moment, text(kind)]) }))
}

/// The digits that are asked for, if any. `None`: it is called otherwise.
fn precision(function: &Function) -> Option<Option<String>> {
    let is_now = function.name.to_string().eq_ignore_ascii_case("now");
    match &function.args {
        FunctionArguments::None => Some(None),
        FunctionArguments::List(list) => match &*list.args {
            [] if is_now => Some(None),
            [
                FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(ValueWithSpan {
                    value: Value::Number(digits, _),
                    ..
                }))),
            ] if !is_now => Some(Some(digits.to_string())),
            _ => None,
        },
        FunctionArguments::Subquery(_) => None,
    }
}

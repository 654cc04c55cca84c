//! The conditions of a statement: "IAM JSON policy elements: Condition operators".

use super::pattern::{like, many, texts};
use jiff::Timestamp;
use serde_json::Value;

/// One operator with its keys: all of them have to hold, each with any of its values. Names of keys are compared
/// without case.
pub(super) fn holds(operator: &str, keys: &Value, given: &[(&str, &str)]) -> bool {
    let (operator, if_exists) = match operator.strip_suffix("IfExists") {
        Some(operator) => (operator, true),
        None => (operator, false),
    };
    // No request here has more than one value of a key.
    let (operator, of_missing) = match operator.split_once(':') {
        Some(("ForAllValues", operator)) => (operator, true),
        Some(("ForAnyValue", operator)) => (operator, false),
        _ => (operator, if_exists || is_negated(operator)),
    };
    keys.as_object().into_iter().flatten().all(|(key, wanted)| {
        let found = given.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| *value);
        if operator == "Null" {
            return many(wanted).iter().any(|wanted| is_true(wanted) == found.is_none());
        }
        found.map_or(of_missing, |found| compare(operator, wanted, found))
    })
}

/// A key that is missing is not equal to anything.
fn is_negated(operator: &str) -> bool {
    operator.contains("Not")
}

fn is_true(value: &Value) -> bool {
    *value == Value::Bool(true) || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// An operator that is not known holds for nothing.
fn compare(operator: &str, wanted: &Value, found: &str) -> bool {
    let any = |equal: &dyn Fn(&str) -> bool| texts(wanted).any(equal);
    match operator {
        "StringEquals" => any(&|text| text == found),
        "StringNotEquals" => !any(&|text| text == found),
        "StringEqualsIgnoreCase" => any(&|text| text.eq_ignore_ascii_case(found)),
        "StringNotEqualsIgnoreCase" => !any(&|text| text.eq_ignore_ascii_case(found)),
        "StringLike" => any(&|pattern| like(pattern, found)),
        "StringNotLike" => !any(&|pattern| like(pattern, found)),
        "ArnLike" | "ArnEquals" => any(&|pattern| arn_like(pattern, found)),
        "ArnNotLike" | "ArnNotEquals" => !any(&|pattern| arn_like(pattern, found)),
        "Bool" => many(wanted).iter().any(|wanted| is_true(wanted) == found.eq_ignore_ascii_case("true")),
        _ => match (operator.strip_prefix("Numeric"), operator.strip_prefix("Date")) {
            (Some(order), _) => ordered(order, wanted, found, number),
            (_, Some(order)) => ordered(order, wanted, found, seconds),
            _ => false,
        },
    }
}

/// "Each of the six colon-delimited components of the ARN is checked separately and each can include multi-character
/// match wildcards (*) or single-character match wildcards (?)."
fn arn_like(pattern: &str, arn: &str) -> bool {
    let (patterns, parts): (Vec<_>, Vec<_>) = (pattern.splitn(6, ':').collect(), arn.splitn(6, ':').collect());
    patterns.len() == parts.len() && patterns.iter().zip(&parts).all(|(pattern, part)| like(pattern, part))
}

fn ordered(order: &str, wanted: &Value, found: &str, read: fn(&str) -> Option<f64>) -> bool {
    let Some(found) = read(found) else { return false };
    let any = |holds: fn(f64, f64) -> bool| {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        many(wanted).iter().filter_map(|wanted| read(&text(wanted))).any(|wanted| holds(found, wanted))
    };
    match order {
        "Equals" => any(|found, wanted| found == wanted),
        "NotEquals" => !any(|found, wanted| found == wanted),
        "LessThan" => any(|found, wanted| found < wanted),
        "LessThanEquals" => any(|found, wanted| found <= wanted),
        "GreaterThan" => any(|found, wanted| found > wanted),
        "GreaterThanEquals" => any(|found, wanted| found >= wanted),
        _ => false,
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// A date of ISO 8601, or seconds since 1970.
fn seconds(text: &str) -> Option<f64> {
    text.parse::<Timestamp>().map(|time| time.as_millisecond() as f64 / 1000.0).ok().or_else(|| number(text))
}

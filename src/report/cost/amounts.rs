//! Amounts in words: what is whole, and what is not.

use crate::cost::{Amount, Total};
use serde_json::{Map, Value, json};

pub(super) const NO_PRICE: &str = "no price";

pub(super) fn dollars(cents: i64) -> String {
    format!("${}.{:02}", grouped(cents / 100), cents % 100)
}

pub(super) fn in_dollars(amount: f64) -> String {
    dollars((amount * 100.0).round() as i64)
}

/// `+$1.00`, `-$1.00`, `$0.00`
pub(super) fn signed(cents: i64) -> String {
    let sign = match cents {
        0 => "",
        1.. => "+",
        _ => "-",
    };
    format!("{sign}{}", dollars(cents.abs()))
}

/// With commas between thousands.
pub(super) fn grouped(whole: i64) -> String {
    let whole = whole.to_string();
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `$1.00`, `at least $1.00`, `no price`: for a cell, where what is missing is told below.
pub(super) fn amount(total: &Total) -> String {
    match total.amount() {
        Amount::Whole(cents) => dollars(cents),
        Amount::AtLeast(cents) => format!("at least {}", dollars(cents)),
        Amount::Unknown => NO_PRICE.to_owned(),
    }
}

/// `$1.00`, `at least $1.00 (2 prices missing)`, `not known (2 prices missing)`
pub(crate) fn told(total: &Total) -> String {
    let prices = match total.missing().len() {
        1 => "1 price missing".to_owned(),
        count => format!("{count} prices missing"),
    };
    match total.amount() {
        Amount::Whole(cents) => dollars(cents),
        Amount::AtLeast(cents) => format!("at least {} ({prices})", dollars(cents)),
        Amount::Unknown => format!("not known ({prices})"),
    }
}

/// Why a total is not whole; `None` where it is.
pub(super) fn lacks(total: &Total, region: &str) -> Option<String> {
    let missing = total.missing();
    (!missing.is_empty()).then(|| format!("no verified price in {region}: {}", missing.join(", ")))
}

/// Into a document: `total_cents`, null unless it is whole, and `total_at_least_cents`.
pub(super) fn put(json: &mut Map<String, Value>, name: &str, total: &Total) {
    json.insert(format!("{name}_cents"), json!(total.whole()));
    json.insert(format!("{name}_at_least_cents"), json!(at_least(total)));
}

/// Cents that are certain; none where nothing of it has a price.
pub(super) fn at_least(total: &Total) -> i64 {
    match total.amount() {
        Amount::Whole(cents) | Amount::AtLeast(cents) => cents,
        Amount::Unknown => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_and_signed() {
        assert_eq!([0, 5, 123_456_789].map(dollars), ["$0.00", "$0.05", "$1,234,567.89"]);
        assert_eq!([0, 100, -100].map(signed), ["$0.00", "+$1.00", "-$1.00"]);
    }
}

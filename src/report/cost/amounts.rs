//! Amounts in words: what is whole, and what is not.

use crate::cost::{Amount, Marks, Money, Total};
use serde_json::{Map, Value, json};

pub(super) const NO_PRICE: &str = "no price";

/// `+$1.00`, `-$1.00`, `$0.00`
pub(super) fn signed(money: Money, cents: i64) -> String {
    let sign = match cents {
        0 => "",
        1.. => "+",
        _ => "-",
    };
    format!("{sign}{}", money.show(cents.abs()))
}

/// `$1.00`, `at least $1.00`, `$1.00 (assumed)`, `no price`: for a cell, where what is missing or marked is told below.
pub(super) fn amount(money: Money, total: &Total) -> String {
    let tags = tags(total.marks());
    match total.amount() {
        Amount::Whole(cents) => format!("{}{tags}", money.show(cents)),
        Amount::AtLeast(cents) => format!("at least {}{tags}", money.show(cents)),
        Amount::Unknown => NO_PRICE.to_owned(),
    }
}

/// Beside an amount: nothing, ` (assumed)`, ` (too high)` or ` (assumed, too high)`.
pub(super) fn tags(marks: &Marks) -> String {
    let tags = [(&marks.assumed, "assumed"), (&marks.beyond, "too high")];
    let tags: Vec<_> = tags.into_iter().filter(|(items, _)| !items.is_empty()).map(|(_, tag)| tag).collect();
    if tags.is_empty() { String::new() } else { format!(" ({})", tags.join(", ")) }
}

/// Beside a line of its own: nothing, or `; assumed from us-east-1`.
pub(super) fn remark(marks: &Marks) -> String {
    let assumed = marks.from.iter().map(|from| format!("; assumed from {from}"));
    let beyond = (!marks.beyond.is_empty()).then(|| "; too high: its upper tiers are not known".to_owned());
    assumed.chain(beyond).collect()
}

/// `$1.00`, `at least $1.00 (2 prices missing)`, `not known (2 prices missing)`,
/// `$1.00 (with 2 prices assumed from us-east-1)`
pub(crate) fn told(money: Money, total: &Total) -> String {
    let marks = total.marks();
    let from = marks.from.as_deref().unwrap_or_default();
    let prices = |items: &[&str]| match items.len() {
        0 => None,
        1 => Some("1 price".to_owned()),
        count => Some(format!("{count} prices")),
    };
    let missing = prices(total.missing()).map(|prices| format!("{prices} missing"));
    let assumed = prices(&marks.assumed).map(|prices| format!("with {prices} assumed from {from}"));
    let beyond = prices(&marks.beyond).map(|prices| format!("{prices} too high above the tiers that are known"));
    let words: Vec<_> = [missing, assumed, beyond].into_iter().flatten().collect();
    let words = if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) };
    match total.amount() {
        Amount::Whole(cents) => format!("{}{words}", money.show(cents)),
        Amount::AtLeast(cents) => format!("at least {}{words}", money.show(cents)),
        Amount::Unknown => format!("not known{words}"),
    }
}

/// Why a total is not whole, or not what it seems; nothing where it is.
pub(super) fn caveats(total: &Total, region: &str) -> Vec<String> {
    let missing = total.missing();
    let missing = (!missing.is_empty()).then(|| format!("no verified price in {region}: {}", missing.join(", ")));
    missing.into_iter().chain(marked(total.marks())).collect()
}

/// Which prices are not what they seem.
pub(super) fn marked(marks: &Marks) -> impl Iterator<Item = String> {
    let list = |items: &[&str], words: String| (!items.is_empty()).then(|| format!("{words}: {}", items.join(", ")));
    let assumed = format!("prices assumed from {}", marks.from.as_deref().unwrap_or_default());
    let beyond = "too high, since only the lower tiers of the price are known".to_owned();
    [list(&marks.assumed, assumed), list(&marks.beyond, beyond)].into_iter().flatten()
}

/// Into a document: which items are not at a price of their region, and which are above the tiers that are known.
pub(super) fn put_marks(json: &mut Map<String, Value>, marks: &Marks) {
    json.insert("assumed".to_owned(), json!(marks.assumed));
    json.insert("assumed_from".to_owned(), json!(marks.from));
    json.insert("incomplete_tiers".to_owned(), json!(marks.beyond));
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

/// Into a document: in what its amounts are.
pub(super) fn put_money(json: &mut Map<String, Value>, money: Money) {
    json.insert("currency".to_owned(), json!(money.currency.code()));
    json.insert("rate".to_owned(), json!(money.rate));
    json.insert("discount_percent".to_owned(), json!(money.discount));
}

/// In what amounts are, and what they would be at list prices; `None` where they are.
pub(super) fn terms(money: Money, list: &str) -> Option<String> {
    let (terms, code) = (money.terms()?, money.currency.code());
    let dollar = format!("a US dollar of a list price is {code} {} here", (money.of_a_dollar() * 1e9).round() / 1e9);
    Some(format!("amounts are {terms} ({dollar}); at list prices in US dollars, {list}"))
}

/// `a month is $41.20`: what [`terms`] compares with.
pub(super) fn listed(total: &Total) -> String {
    format!("a month is {}", told(Money::default(), total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_signed() {
        assert_eq!([0, 100, -100].map(|cents| signed(Money::default(), cents)), ["$0.00", "+$1.00", "-$1.00"]);
    }
}

//! An estimate beside what others take, by their list prices.

use super::amounts::tags;
use super::chart::escape;
use crate::cost::{Compared, Estimate, MOST, Money, Product, Turn, grouped};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// What has to be known before two amounts of different things are compared.
const CAVEAT: &str = "They do other things than this pipeline: amounts are beside each other, products are not the same. \
    Queries are in the amount of this pipeline, people's time is not.";

/// `1.3M`
fn volume(events: f64) -> String {
    let units = [(1e9, "B"), (1e6, "M"), (1e3, "k")];
    let (size, unit) = units.into_iter().find(|(size, _)| events >= *size).unwrap_or((1.0, ""));
    format!("{}{unit}", (events / size * 1000.0).round() / 1000.0)
}

/// `$4,118.40`, or nothing.
fn amount(one: &Compared, money: Money) -> String {
    one.theirs.as_ref().map_or_else(|_| "-".to_owned(), |cents| money.show(*cents))
}

/// `3.7 times this`, `40% of this`; nothing beside an amount that is not whole.
fn ratio(one: &Compared, estimate: &Estimate) -> Option<f64> {
    let (theirs, ours) = (*one.theirs.as_ref().ok()?, estimate.total().whole()?);
    (ours > 0).then(|| theirs as f64 / ours as f64)
}

fn ratio_words(ratio: f64) -> String {
    if ratio >= 1.0 { format!("{ratio:.1} times this") } else { format!("{:.1}% of this", ratio * 100.0) }
}

/// From when on this pipeline is cheaper.
fn turn_words(one: &Compared) -> Option<String> {
    let Product { events_up_to, .. } = one.product;
    let most = volume(events_up_to.unwrap_or(MOST));
    let words = match one.turns.as_deref()? {
        [] => return None,
        [Turn { cheaper: true, .. }] => format!("this is cheaper at any volume up to {most} events a month"),
        [_] => format!("this is never cheaper below {most} events a month"),
        [_, turns @ ..] => {
            let turn = |turn: &Turn| {
                format!(
                    "{} from {} events a month",
                    if turn.cheaper { "cheaper" } else { "dearer" },
                    volume(turn.events)
                )
            };
            format!("this is {}", turns.iter().map(turn).collect::<Vec<_>>().join(", "))
        }
    };
    Some(words)
}

/// What is to be said beside an amount.
fn words(one: &Compared, estimate: &Estimate) -> String {
    let why = one.theirs.as_ref().err().cloned();
    let unknown = (estimate.total().whole().is_none() && one.theirs.is_ok())
        .then(|| "which is cheaper is not known: a price of this is missing".to_owned());
    let ratio = ratio(one, estimate).map(|times| ratio_words(times) + &tags(estimate.total().marks()));
    why.into_iter().chain(unknown).chain(ratio).chain(turn_words(one)).collect::<Vec<_>>().join("; ")
}

fn from(product: &Product) -> String {
    let Product { source, as_of, confidence, .. } = product;
    format!("{source}, {as_of}, confidence {confidence}")
}

fn heading(estimate: &Estimate) -> String {
    let events = grouped(estimate.inputs.get("events_per_month").round() as i64);
    format!("what others take for {events} events a month, by their list prices")
}

pub(crate) fn competitors_to_text(all: &[Compared], estimate: &Estimate) -> String {
    let mut text = String::new();
    if all.is_empty() {
        return text;
    }
    let width = all.iter().map(|one| one.product.name.len()).fold(0, usize::max);
    let _ = writeln!(text, "\n{}:", heading(estimate));
    for one in all {
        let _ = writeln!(
            text,
            "  {:width$}{:>16}  {}",
            one.product.name,
            amount(one, estimate.money),
            words(one, estimate)
        );
    }
    let _ = writeln!(text, "{CAVEAT}");
    for one in all {
        let Product { name, title, other, unit, included, left_out, .. } = one.product;
        let _ = writeln!(text, "  {name}: {title}; {other}");
        let _ = writeln!(text, "    paid for: {unit}; included: {included}; not in the amount: {left_out}");
        let _ = writeln!(text, "    {}", from(one.product));
    }
    text
}

pub(crate) fn competitors_to_markdown(all: &[Compared], estimate: &Estimate) -> String {
    let mut text = String::new();
    if all.is_empty() {
        return text;
    }
    let _ = writeln!(text, "\n<details><summary>{}</summary>\n\n{CAVEAT}\n", heading(estimate));
    text.push_str("| Product | A month | Beside this | What it does | Source |\n|---|---:|---|---|---|\n");
    for one in all {
        let Product { title, other, .. } = one.product;
        let (amount, words, from) = (amount(one, estimate.money), words(one, estimate), from(one.product));
        let _ = writeln!(text, "| {title} | {amount} | {words} | {other} | {from} |");
    }
    text.push_str("\n</details>\n");
    text
}

pub(super) fn competitors_to_html(all: &[Compared], estimate: &Estimate) -> String {
    let mut text = String::new();
    if all.is_empty() {
        return text;
    }
    let _ = writeln!(text, "<h2>Beside other products</h2>\n<p>{}. {CAVEAT}</p>", capital(&heading(estimate)));
    text.push_str("<table class=\"rows\">\n<tbody>\n");
    for one in all {
        let Product { title, other, unit, included, left_out, .. } = one.product;
        let [title, other, unit, included, left_out] =
            [title, other, unit, included, left_out].map(|text| escape(text));
        let _ = writeln!(
            text,
            "<tr><td>{title}<br><small>{}</small><details><summary>what it is</summary>{other}. Paid for: {unit}. \
             Included: {included}. Not in the amount: {left_out}. {}.</details></td><td class=\"n\">{}</td></tr>",
            escape(&words(one, estimate)),
            escape(&from(one.product)),
            amount(one, estimate.money)
        );
    }
    text.push_str("</tbody></table>\n");
    text
}

fn capital(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().map(|first| first.to_uppercase().collect::<String>() + rest.as_str()).unwrap_or_default()
}

/// `competitors` of a document. Where the cheaper one changes: `turns`, null where nobody knows.
pub(crate) fn competitors_to_json(all: &[Compared], estimate: &Estimate) -> Value {
    let turn = |turn: &Turn| json!({"events_per_month": turn.events, "cheaper": turn.cheaper});
    let one = |one: &Compared| {
        let Product { name, title, other, unit, included, left_out, source, as_of, confidence, .. } = one.product;
        json!({
            "name": name,
            "title": title,
            "does": other,
            "unit": unit,
            "included": included,
            "left_out": left_out,
            "source": source,
            "as_of": as_of,
            "confidence": confidence,
            "events_up_to": one.product.events_up_to,
            "cost_cents": one.theirs.as_ref().ok(),
            "no_price": one.theirs.as_ref().err(),
            "times": ratio(one, estimate),
            "turns": one.turns.as_ref().map(|turns| turns.iter().map(turn).collect::<Vec<_>>()),
        })
    };
    all.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_and_ratios_are_short() {
        assert_eq!([1e3, 1.3e6, 8.4e7, 1e11, 999.0].map(volume), ["1k", "1.3M", "84M", "100B", "999"]);
        assert_eq!([3.66, 0.404].map(ratio_words), ["3.7 times this", "40.4% of this"]);
    }
}

//! An estimate for people, for programs and for pull requests.

mod chart;
mod difference;
mod html;
mod levers;
mod series;
mod shapes;

pub(crate) use difference::{
    comparison_to_markdown, difference_below_plan, difference_to_json, difference_to_markdown, difference_to_text,
};
pub(crate) use html::cost_to_html;
pub(crate) use levers::{levers_to_json, levers_to_markdown, levers_to_text};
pub(crate) use series::{By, Series, scale_to_svg, series_to_json, series_to_text};
pub(crate) use shapes::{shapes_to_json, shapes_to_markdown, shapes_to_text};

use super::markdown::words;
use super::paint::Paint;
use crate::cost::{Estimate, Line, PARTS, Priced, SAAS};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The version of what `--json` prints.
const SCHEMA: &str = "pipectl-cost/2";
/// A hidden line by which a bot finds the comment it has to replace.
const MARKER: &str = "<!-- pipectl cost -->";

const NO_PRICE: &str = "no price";

pub(crate) fn dollars(cents: i64) -> String {
    format!("${}.{:02}", grouped(cents / 100), cents % 100)
}

fn in_dollars(amount: f64) -> String {
    dollars((amount * 100.0).round() as i64)
}

/// With commas between thousands.
fn grouped(whole: i64) -> String {
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

fn cost(line: &Line) -> String {
    line.cents().map_or_else(|| NO_PRICE.to_owned(), dollars)
}

fn quantity(value: f64) -> String {
    if value >= 1000.0 || value == value.trunc() { grouped(value.round() as i64) } else { format!("{value:.3}") }
}

/// A part of which no price is known does not cost nothing.
fn part_cost(estimate: &Estimate, part: &str) -> String {
    let mut lines = estimate.lines.iter().filter(|line| line.part == part);
    if lines.all(|line| line.cents().is_none()) { NO_PRICE.to_owned() } else { dollars(estimate.part_cents(part)) }
}

pub(crate) fn cost_to_text(estimate: &Estimate, explain: bool, paint: Paint) -> String {
    let mut text = String::new();
    for part in PARTS {
        let heading = format!("{part:<58}{:>14}", part_cost(estimate, part));
        let _ = writeln!(text, "{}", paint.strong(&heading));
        for line in estimate.lines.iter().filter(|line| line.part == part) {
            let _ = writeln!(
                text,
                "  {:<27}{:>16} {:<12}{:>14}  {}",
                line.item,
                quantity(line.quantity),
                short(&line.unit),
                cost(line),
                paint.faint(line.usage_type)
            );
            if explain {
                explain_line(&mut text, line);
            }
        }
    }
    let _ = writeln!(text, "{}", paint.strong(&format!("{:<58}{:>14}", "a month", dollars(estimate.total_cents()))));
    for (name, cents) in [("fixed, with no event", estimate.fixed_cents), ("usage", estimate.usage_cents())] {
        let _ = writeln!(text, "  {name:<56}{:>14}", dollars(cents));
    }
    summary(&mut text, estimate);
    if explain {
        let _ = writeln!(text, "\nfigures that went in:");
        for input in estimate.inputs.iter() {
            let _ = writeln!(text, "  {:<24}{:>14}  {}", input.name, input.value, input.source);
        }
    }
    text
}

/// The unit without its explanation.
fn short(unit: &str) -> &str {
    let end = [" (", " above "].iter().filter_map(|more| unit.find(more)).min();
    end.map_or(unit, |end| &unit[..end])
}

fn explain_line(text: &mut String, line: &Line) {
    let _ = writeln!(text, "      {}; on the bill: {}", line.how, line.usage_type);
    let from: Vec<_> = line.from.iter().map(|one| format!("{} ({})", one.name, one.place)).collect();
    let _ = writeln!(text, "      from {}", from.join(", "));
    if line.free > 0.0 {
        let _ = writeln!(text, "      free of charge: {}", quantity(line.free));
    }
    match &line.priced {
        Priced::At { price, source, as_of, note, unverified, .. } => {
            let _ = writeln!(text, "      ${price} per {}, from {source}, as of {as_of}", line.unit);
            for words in note.iter().cloned().chain(unverified.iter().map(|what| format!("not verified: {what}"))) {
                let _ = writeln!(text, "      {words}");
            }
        }
        Priced::Missing => drop(writeln!(text, "      no price is known for this in this region")),
    }
}

/// What is there with no event, and the rest.
fn apart(estimate: &Estimate) -> String {
    let (fixed, usage) = (dollars(estimate.fixed_cents), dollars(estimate.usage_cents()));
    format!("fixed {fixed} (with no event), usage {usage}")
}

/// Dollars for a million events, and what part that is of a SaaS's price.
fn per_million(estimate: &Estimate) -> Option<String> {
    let each = estimate.per_million()?;
    let saas = estimate.inputs.get(SAAS);
    let share = estimate.share_of_saas().map(|share| format!(", {:.1}% of a SaaS at ${saas}", share * 100.0));
    Some(format!("{} per million events{}", in_dollars(each), share.unwrap_or_default()))
}

/// ` as of 2026-01-31`, or from the oldest to the newest; each line's own is in `--explain`.
fn dates(estimate: &Estimate) -> String {
    let dates = estimate.lines.iter().filter_map(|line| match &line.priced {
        Priced::At { as_of, .. } => Some(as_of.as_str()),
        Priced::Missing => None,
    });
    match (dates.clone().min(), dates.max()) {
        (Some(oldest), Some(newest)) if oldest == newest => format!(" as of {oldest}"),
        (Some(oldest), Some(newest)) => format!(" as of {oldest} to {newest}"),
        _ => String::new(),
    }
}

fn summary(text: &mut String, estimate: &Estimate) {
    if let Some(words) = per_million(estimate) {
        let _ = writeln!(text, "{words}");
    }
    for words in &estimate.warnings {
        let _ = writeln!(text, "warning: this cannot be: {words}");
    }
    let free = if estimate.free_tier { "with" } else { "without" };
    let (region, dates) = (&estimate.region, dates(estimate));
    let _ = writeln!(text, "list prices of {region}{dates}, {free} the free tier, without taxes and support");
    let missing: Vec<_> = estimate.missing().map(|line| line.item).collect();
    if !missing.is_empty() {
        let _ = writeln!(text, "the total lacks {}: no verified price in {}", missing.join(", "), estimate.region);
    }
    for (item, what) in estimate.unverified() {
        let _ = writeln!(text, "not verified in {}: {item}, at {what}", estimate.region);
    }
}

pub(crate) fn cost_to_json(estimate: &Estimate, pipeline: &str, stage: &str) -> Value {
    let line = |line: &Line| {
        let (price, source, as_of, note, unverified) = match &line.priced {
            Priced::At { price, source, as_of, note, unverified, .. } => {
                (json!(price), json!(source), json!(as_of), json!(note), json!(unverified))
            }
            Priced::Missing => (Value::Null, Value::Null, Value::Null, json!("no price is known"), Value::Null),
        };
        json!({
            "part": line.part,
            "item": line.item,
            "usage_type": line.usage_type,
            "quantity": line.quantity,
            "free": line.free,
            "unit": line.unit,
            "cost_cents": line.cents(),
            "price": price,
            "price_source": source,
            "price_as_of": as_of,
            "note": note,
            "unverified": unverified,
            "how": line.how,
            "from": line.from.iter().map(|one| json!({"name": one.name, "place": one.place})).collect::<Vec<_>>(),
        })
    };
    let parts: serde_json::Map<_, _> =
        PARTS.iter().map(|part| ((*part).to_owned(), estimate.part_cents(part).into())).collect();
    json!({
        "schema": SCHEMA,
        "pipeline": pipeline,
        "stage": stage,
        "region": estimate.region,
        "currency": "USD",
        "free_tier": estimate.free_tier,
        "total_cents": estimate.total_cents(),
        "fixed_cents": estimate.fixed_cents,
        "usage_cents": estimate.usage_cents(),
        "per_million_dollars": estimate.per_million(),
        "share_of_saas": estimate.share_of_saas(),
        "complete": estimate.missing().next().is_none(),
        "parts_cents": parts,
        "warnings": estimate.warnings,
        "lines": estimate.lines.iter().map(line).collect::<Vec<_>>(),
        "inputs": estimate.inputs.iter()
            .map(|input| json!({"name": input.name, "value": input.value, "source": input.source}))
            .collect::<Vec<_>>(),
    })
}

pub(crate) fn cost_to_markdown(estimate: &Estimate, title: &str) -> String {
    let mut text = format!("{MARKER}\n### pipectl cost-estimate: {title}\n\n");
    let _ = writeln!(
        text,
        "**{} a month**: {}\n\n| Part | Item | Quantity | Cost |\n|---|---|---:|---:|",
        dollars(estimate.total_cents()),
        apart(estimate)
    );
    for line in &estimate.lines {
        let _ = writeln!(
            text,
            "| {} | {} | {} {} | {} |",
            line.part,
            line.item,
            quantity(line.quantity),
            words(short(&line.unit)),
            cost(line)
        );
    }
    text.push('\n');
    summary(&mut text, estimate);
    text
}

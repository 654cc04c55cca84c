//! Shapes side by side: what each costs, and what it cannot do.

use super::MARKER;
use super::amounts::{amount, caveats, put, put_marks, put_money, terms, told};
use crate::cost::{Column, Estimate, Load, Money, Shapes, Total, grouped};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The version of what `--shapes --json` prints.
const SCHEMA: &str = "pipectl-cost-shapes/2";

fn label(load: &Load) -> String {
    match (grouped(load.events.round() as i64), load.batch) {
        (events, _) if load.events == 0.0 => format!("{events} events"),
        (events, 1.0) => format!("{events}, one in a request"),
        (events, batch) => format!("{events}, {batch} in a request"),
    }
}

fn cell(estimate: &Estimate) -> String {
    amount(estimate.money, &estimate.total())
}

/// What is to be known of the prices, once for all columns.
fn notes(shapes: &Shapes) -> Vec<String> {
    let all = || shapes.columns.iter().flat_map(|column| &column.estimates);
    let Some(first) = all().next() else { return vec![] };
    let (region, free) = (&first.region, if first.free_tier { "with" } else { "without" });
    let mut notes = vec![format!(
        "list prices of {region} in month {}, {free} the free tier, without what queries scan; settings that are of no \
         shape (memory, buffers, what is kept) are this file's",
        first.month()
    )];
    let missing = |column: &Column| {
        let sum = column.estimates.iter().fold(Total::default(), |sum, estimate| sum.plus(&estimate.total()));
        caveats(&sum, region).into_iter().map(|words| format!("{}: {words}", column.name)).collect::<Vec<_>>()
    };
    let this = shapes.columns.last().and_then(|column| column.estimates.last()).unwrap_or(first);
    let listed = format!("the last of this file is {}", told(Money::default(), &this.list));
    notes.extend(terms(first.money, &listed));
    notes.extend(shapes.columns.iter().flat_map(missing));
    let unverified: BTreeSet<_> = all().flat_map(Estimate::unverified).collect();
    notes.extend(unverified.into_iter().map(|(item, what)| format!("not verified in {region}: {item}, at {what}")));
    notes
}

pub(crate) fn shapes_to_text(shapes: &Shapes) -> String {
    let labels: Vec<_> = shapes.loads.iter().map(label).collect();
    let first = labels.iter().map(String::len).max().unwrap_or(0);
    let cells: Vec<Vec<_>> = shapes.columns.iter().map(|column| column.estimates.iter().map(cell).collect()).collect();
    let width = cells.iter().flatten().map(String::len).fold(16, usize::max);
    let mut text = format!("{:first$}", "a month");
    for column in &shapes.columns {
        let _ = write!(text, "  {:>width$}", column.name);
    }
    text.push('\n');
    for (index, label) in labels.iter().enumerate() {
        let _ = write!(text, "{label:first$}");
        for column in &cells {
            let _ = write!(text, "  {:>width$}", column[index]);
        }
        text.push('\n');
    }
    for note in notes(shapes) {
        let _ = writeln!(text, "{note}");
    }
    for column in shapes.columns.iter().filter(|column| !column.limits.is_empty()) {
        let _ = writeln!(text, "\n{} ({})", column.name, column.file);
        for limit in column.limits {
            let _ = writeln!(text, "  {limit}");
        }
    }
    text
}

pub(crate) fn shapes_to_markdown(shapes: &Shapes, title: &str) -> String {
    let names: Vec<_> = shapes.columns.iter().map(|column| column.name).collect();
    let mut text = format!("{MARKER}\n### pipectl cost-estimate --shapes: {title}\n\n");
    let _ = writeln!(text, "| A month | {} |\n|---|{}", names.join(" | "), "---:|".repeat(names.len()));
    for (index, load) in shapes.loads.iter().enumerate() {
        let cells = shapes.columns.iter().map(|column| column.estimates.get(index).map(cell).unwrap_or_default());
        let _ = writeln!(text, "| {} | {} |", label(load), cells.collect::<Vec<_>>().join(" | "));
    }
    text.push('\n');
    for note in notes(shapes) {
        let _ = writeln!(text, "{note}\n");
    }
    for column in shapes.columns.iter().filter(|column| !column.limits.is_empty()) {
        let _ = writeln!(text, "**{}** (`{}`)", column.name, column.file);
        for limit in column.limits {
            let _ = writeln!(text, "- {limit}");
        }
        text.push('\n');
    }
    text
}

pub(crate) fn shapes_to_json(shapes: &Shapes, pipeline: &str, stage: &str) -> Value {
    let month = |(load, estimate): (&Load, &Estimate)| {
        let mut json = json!({"events_per_month": load.events, "events_per_request": load.batch});
        if let Value::Object(json) = &mut json {
            put(json, "list_total", &estimate.list);
            put(json, "total", &estimate.total());
            put(json, "fixed", &estimate.fixed());
            put_marks(json, estimate.total().marks());
        }
        json["missing"] = json!(estimate.total().missing());
        json["unverified"] = estimate.unverified().map(|(item, _)| item).collect();
        json
    };
    let column = |column: &Column| {
        json!({
            "name": column.name,
            "file": column.file,
            "limits": column.limits,
            "months": shapes.loads.iter().zip(&column.estimates).map(month).collect::<Vec<_>>(),
        })
    };
    let month = shapes.columns.iter().flat_map(|column| &column.estimates).next().map(Estimate::month);
    let money = shapes.columns.iter().flat_map(|column| &column.estimates).map(|estimate| estimate.money).next();
    let mut json = json!({
        "schema": SCHEMA,
        "pipeline": pipeline,
        "stage": stage,
        "month": month,
        "shapes": shapes.columns.iter().map(column).collect::<Vec<_>>(),
    });
    json.as_object_mut().into_iter().for_each(|json| put_money(json, money.unwrap_or_default()));
    json
}

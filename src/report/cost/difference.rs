//! What a change costs a month: for people, for programs, for pull requests.

use super::{MARKER, NO_PRICE, dollars};
use crate::cost::{Difference, PARTS, Row, Side};
use crate::report::Paint;
use crate::report::markdown::code;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The version of what `cost-estimate --compare --json` prints.
const SCHEMA: &str = "pipectl-cost-difference/2";

/// `+$1.00`, `-$1.00`, `$0.00`
pub(super) fn signed(cents: i64) -> String {
    let sign = match cents {
        0 => "",
        1.. => "+",
        _ => "-",
    };
    format!("{sign}{}", dollars(cents.abs()))
}

fn side(side: Side) -> String {
    match side {
        Side::Absent => "-".to_owned(),
        Side::NoPrice => NO_PRICE.to_owned(),
        Side::Cents(cents) => dollars(cents),
    }
}

fn change(row: &Row) -> String {
    row.change().map_or_else(|| "unknown".to_owned(), signed)
}

/// What the total does not tell.
fn caveat(difference: &Difference) -> Option<String> {
    let unknown: Vec<_> = difference.unknown().map(|row| row.item).collect();
    (!unknown.is_empty()).then(|| format!("the totals lack {}: no verified price in the region", unknown.join(", ")))
}

/// Every line, with `before` and `after` named.
pub(crate) fn difference_to_text(difference: &Difference, (before, after): (&str, &str), paint: Paint) -> String {
    let mut text = format!("before: {before}\nafter:  {after}\n\n");
    let row = |text: &mut String, name: &str, cells: [&str; 3]| {
        let [before, after, change] = cells;
        let _ = writeln!(text, "{name:<29}{before:>14}{after:>14}{change:>15}");
    };
    row(&mut text, "", ["before", "after", "difference"]);
    for part in PARTS {
        let heading = format!("{part:<57}{:>15}", signed(difference.part_change(part)));
        let _ = writeln!(text, "{}", paint.strong(&heading));
        for line in difference.rows.iter().filter(|row| row.part == part) {
            let name = format!("  {}", line.item);
            row(&mut text, &name, [&side(line.before), &side(line.after), &change(line)]);
        }
    }
    let mut total = String::new();
    let (was, will) = (dollars(difference.before), dollars(difference.after));
    row(&mut total, "a month", [&was, &will, &signed(difference.change())]);
    text.push_str(&paint.strong(total.trim_end()));
    text.push('\n');
    let (was, will) = difference.fixed;
    row(&mut text, "  fixed, with no event", [&dollars(was), &dollars(will), &signed(will - was)]);
    if let Some(caveat) = caveat(difference) {
        let _ = writeln!(text, "{caveat}");
    }
    text
}

/// The comparison of two files for a pull-request comment.
pub(crate) fn comparison_to_markdown(difference: &Difference, title: &str, (before, after): (&str, &str)) -> String {
    let (names, rows) = (format!("{} -> {}", code(before), code(after)), difference_to_markdown(difference));
    format!("{MARKER}\n### pipectl cost-estimate: {title}\n\n{names}\n\n{rows}")
}

/// Lines that change, as rows of a Markdown table with their heading.
pub(crate) fn difference_to_markdown(difference: &Difference) -> String {
    let mut text = format!("**{}**\n", headline(difference));
    let changed: Vec<_> = difference.rows.iter().filter(|row| row.change() != Some(0)).collect();
    if !changed.is_empty() {
        text.push_str("\n| Part | Item | Before | After | Difference |\n|---|---|---:|---:|---:|\n");
    }
    for row in changed {
        let (before, after) = (side(row.before), side(row.after));
        let _ = writeln!(text, "| {} | {} | {before} | {after} | {} |", row.part, row.item, change(row));
    }
    if let Some(caveat) = caveat(difference) {
        let _ = writeln!(text, "\n{caveat}");
    }
    text
}

/// `A month: $35.00 -> $70.01 (+$35.01)`
fn headline(difference: &Difference) -> String {
    let (before, after) = (dollars(difference.before), dollars(difference.after));
    let total = match difference.change() {
        0 => format!("A month: {after}, as before"),
        cents => format!("A month: {before} -> {after} ({})", signed(cents)),
    };
    match difference.fixed {
        (was, will) if was == will => total,
        (was, will) => format!("{total}; with no event {} -> {}", dollars(was), dollars(will)),
    }
}

/// What a plan ends with: the total, and the lines that make the difference.
pub(crate) fn difference_below_plan(difference: &Difference, paint: Paint) -> String {
    let mut text = format!("{}\n", paint.strong(&headline(difference)));
    for row in difference.rows.iter().filter(|row| row.change() != Some(0)) {
        let _ = writeln!(text, "  {:<27}{:>14}", row.item, change(row));
    }
    if let Some(caveat) = caveat(difference) {
        let _ = writeln!(text, "{caveat}");
    }
    text
}

/// In cents; null where there is no price, and where there is no line.
pub(crate) fn difference_to_json(difference: &Difference) -> Value {
    let cents = |side: Side| match side {
        Side::Cents(cents) => json!(cents),
        Side::Absent | Side::NoPrice => Value::Null,
    };
    let row = |row: &Row| {
        json!({
            "part": row.part,
            "item": row.item,
            "before_cents": cents(row.before),
            "after_cents": cents(row.after),
            "change_cents": row.change(),
        })
    };
    json!({
        "schema": SCHEMA,
        "currency": "USD",
        "before_cents": difference.before,
        "after_cents": difference.after,
        "change_cents": difference.change(),
        "fixed_before_cents": difference.fixed.0,
        "fixed_after_cents": difference.fixed.1,
        "complete": difference.unknown().next().is_none(),
        "lines": difference.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

//! What a change costs a month: for people, for programs, for pull requests.

use super::MARKER;
use super::amounts::{NO_PRICE, marked, put, put_marks, put_money, remark, signed, tags, terms, told};
use crate::cost::{Change, Changes, Difference, Money, PARTS, Row, Side, Total};
use crate::report::Paint;
use crate::report::markdown::code;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The version of what `cost-estimate --compare --json` prints.
const SCHEMA: &str = "pipectl-cost-difference/3";

fn side(money: Money, side: Side) -> String {
    match side {
        Side::Absent => "-".to_owned(),
        Side::NoPrice => NO_PRICE.to_owned(),
        Side::Cents(cents) => money.show(cents),
    }
}

fn change(money: Money, change: Change) -> String {
    match change {
        Change::By(cents) => signed(money, cents),
        Change::Less => "less".to_owned(),
        Change::More => "more".to_owned(),
        Change::Unknown => "unknown".to_owned(),
    }
}

/// Of several lines: an amount only where it is all of it.
fn sum(money: Money, changes: &Changes) -> String {
    changes.whole().map_or_else(|| "unknown".to_owned(), |cents| signed(money, cents))
}

/// Of both sides together.
fn both(difference: &Difference) -> Total {
    difference.before.plus(&difference.after)
}

/// `12`, or `11 before, 12 after`
fn month(difference: &Difference) -> String {
    match difference.months {
        (before, after) if before == after => after.to_string(),
        (before, after) => format!("{before} before, {after} after"),
    }
}

/// What the amounts do not tell.
fn caveats(difference: &Difference) -> impl Iterator<Item = String> {
    let (cents, left_out) = difference.change().compared();
    let compared = format!("{} is of the lines that can be compared", signed(difference.money, cents));
    let left_out = (!left_out.is_empty())
        .then(|| format!("{compared}; left out, without a verified price: {}", left_out.join(", ")));
    let [before, after] = [&difference.list.0, &difference.list.1].map(|total| told(Money::default(), total));
    let terms = terms(difference.money, &format!("{before} -> {after}"));
    left_out.into_iter().chain(terms).chain(marked(both(difference).marks()).collect::<Vec<_>>())
}

/// Every line, with `before` and `after` named.
pub(crate) fn difference_to_text(difference: &Difference, (before, after): (&str, &str), paint: Paint) -> String {
    let money = difference.money;
    let mut text = format!("before: {before}\nafter:  {after}\nmonth:  {}\n\n", month(difference));
    let row = |text: &mut String, name: &str, cells: [&str; 3], remark: &str| {
        let [before, after, change] = cells;
        let _ = writeln!(text, "{name:<29}{before:>14}{after:>14}{change:>15}{remark}");
    };
    row(&mut text, "", ["before", "after", "difference"], "");
    for part in PARTS {
        let together = difference.part_change(part);
        let heading = format!("{part:<57}{:>15}{}", sum(money, &together), tags(together.marks()));
        let _ = writeln!(text, "{}", paint.strong(&heading));
        for line in difference.rows.iter().filter(|row| row.part == part) {
            let name = format!("  {}", line.item);
            let [before, after] = [line.before, line.after].map(|one| side(money, one));
            let change = change(money, line.change);
            row(&mut text, &name, [&before, &after, &change], &remark(&line.marks));
        }
    }
    let mut total = String::new();
    totals(&mut total, money, ("a month", &difference.before, &difference.after), &difference.change());
    text.push_str(&paint.strong(total.trim_end()));
    text.push('\n');
    let (was, will) = &difference.fixed;
    totals(&mut text, money, ("  fixed, with no event", was, will), &difference.fixed_change);
    for caveat in caveats(difference) {
        let _ = writeln!(text, "{caveat}");
    }
    text
}

/// On one line where both sides are whole; what is not takes more room than a column has.
fn totals(text: &mut String, money: Money, (name, before, after): (&str, &Total, &Total), change: &Changes) {
    let marked = !tags(before.plus(after).marks()).is_empty();
    let _ = match (before.whole(), after.whole()) {
        (Some(before), Some(after)) if !marked => {
            let [before, after, change] = [money.show(before), money.show(after), sum(money, change)];
            writeln!(text, "{name:<29}{before:>14}{after:>14}{change:>15}")
        }
        _ => {
            let [before, after] = [before, after].map(|total| told(money, total));
            writeln!(text, "{name}: {before} -> {after}, {}", compared(money, change))
        }
    };
}

/// `+$1.00`, or `+$1.00 of what can be compared`.
fn compared(money: Money, change: &Changes) -> String {
    match change.whole() {
        Some(cents) => signed(money, cents),
        None => format!("{} of what can be compared", signed(money, change.compared().0)),
    }
}

/// The comparison of two files for a pull-request comment.
pub(crate) fn comparison_to_markdown(difference: &Difference, title: &str, (before, after): (&str, &str)) -> String {
    let (names, rows) = (format!("{} -> {}", code(before), code(after)), difference_to_markdown(difference));
    format!("{MARKER}\n### pipectl cost-estimate: {title}\n\n{names}\n\n{rows}")
}

/// Lines that change, as rows of a Markdown table with their heading.
pub(crate) fn difference_to_markdown(difference: &Difference) -> String {
    let money = difference.money;
    let mut text = format!("**{}**\n", headline(difference));
    let changed: Vec<_> = difference.changed().collect();
    if !changed.is_empty() {
        text.push_str("\n| Part | Item | Before | After | Difference |\n|---|---|---:|---:|---:|\n");
    }
    for row in changed {
        let [before, after] = [row.before, row.after].map(|one| side(money, one));
        let (change, remark) = (change(money, row.change), remark(&row.marks));
        let _ = writeln!(text, "| {} | {} | {before} | {after} | {change}{remark} |", row.part, row.item);
    }
    for caveat in caveats(difference) {
        let _ = writeln!(text, "\n{caveat}");
    }
    text
}

/// `A month: $35.00 -> $70.01 (+$35.01), in month 12`
fn headline(difference: &Difference) -> String {
    let (money, change) = (difference.money, difference.change());
    let [before, after] = [&difference.before, &difference.after].map(|total| told(money, total));
    let total = match change.whole() {
        Some(0) => format!("A month: {after}, as before"),
        _ => format!("A month: {before} -> {after} ({})", compared(money, &change)),
    };
    let total = format!("{total}, in month {}", month(difference));
    match &difference.fixed {
        _ if difference.fixed_change.whole() == Some(0) => total,
        (was, will) => format!("{total}; with no event {} -> {}", told(money, was), told(money, will)),
    }
}

/// What a plan ends with: the total, and the lines that make the difference.
pub(crate) fn difference_below_plan(difference: &Difference, paint: Paint) -> String {
    let mut text = format!("{}\n", paint.strong(&headline(difference)));
    for row in difference.changed() {
        let _ = writeln!(text, "  {:<27}{:>14}{}", row.item, change(difference.money, row.change), remark(&row.marks));
    }
    for caveat in caveats(difference) {
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
            "change_cents": row.change.cents(),
            "assumed_from": row.marks.from,
            "incomplete_tiers": !row.marks.beyond.is_empty(),
        })
    };
    let change = difference.change();
    let (cents, left_out) = change.compared();
    let mut json = json!({"schema": SCHEMA});
    if let Value::Object(json) = &mut json {
        put_money(json, difference.money);
        put(json, "list_before", &difference.list.0);
        put(json, "list_after", &difference.list.1);
        json.insert("month_before".to_owned(), json!(difference.months.0));
        json.insert("month_after".to_owned(), json!(difference.months.1));
        put(json, "before", &difference.before);
        put(json, "after", &difference.after);
        json.insert("change_cents".to_owned(), json!(change.whole()));
        json.insert("compared_change_cents".to_owned(), json!(cents));
        put(json, "fixed_before", &difference.fixed.0);
        put(json, "fixed_after", &difference.fixed.1);
        json.insert("complete".to_owned(), json!(left_out.is_empty()));
        json.insert("missing".to_owned(), json!(left_out));
        put_marks(json, both(difference).marks());
    }
    json["lines"] = difference.rows.iter().map(row).collect();
    json
}

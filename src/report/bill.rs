//! A bill beside its estimate, for people and for programs.

use super::paint::Paint;
use crate::bill::{Charges, Days, Learned, Row, Side};
use crate::names::Names;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The version of what `bill --json` prints.
const SCHEMA: &str = "pipectl-bill/1";

/// What is shown.
#[derive(Debug)]
pub(crate) struct BillShown<'a> {
    pub(crate) names: &'a Names,
    pub(crate) days: Days,
    pub(crate) charges: &'a Charges,
    pub(crate) rows: Vec<Row>,
    pub(crate) learned: Vec<Learned>,
    /// What could not be read, and why.
    pub(crate) untold: Vec<String>,
}

pub(crate) fn bill_to_text(shown: &BillShown<'_>, paint: Paint) -> String {
    let BillShown { names, days, charges, rows, learned, untold } = shown;
    let mut text = format!(
        "{}/{} in {}: {days}, {} of {} days, for what carries its tags\n",
        names.pipeline,
        names.stage,
        names.region,
        days.count(),
        days.of_all()
    );
    if charges.estimated {
        text.push_str("the month is open: the newest day may still grow, up to 24 hours later\n");
    }
    let head =
        format!("{:<34}{:>16}{:>16} {:<17}{:>8}{:>11}{:>11}", "", "billed", "estimated", "", "", "billed", "estimated");
    let _ = writeln!(text, "\n{}", paint.strong(head.trim_end()));
    for row in rows {
        let quantity = |side: Option<Side>| side.map_or_else(|| "-".to_owned(), |side| amount(side.quantity));
        let _ = writeln!(
            text,
            "{:<34}{:>16}{:>16} {:<17}{:>8}{:>11}{:>11}",
            cut(&row.item, 33),
            quantity(row.billed),
            quantity(row.estimated),
            cut(row.unit.split(" (").next().unwrap_or_default(), 17),
            row.apart().map_or_else(String::new, |apart| format!("{:+.1}%", apart * 100.0)),
            cost(row.billed),
            cost(row.estimated)
        );
        let _ = writeln!(text, "    {}", paint.faint(&row.usage_type));
        if let Some(reason) = &row.reason {
            let _ = writeln!(text, "    {reason}");
        }
    }
    let [billed, estimated] = totals(rows).map(|total| total.words());
    let _ = writeln!(text, "\n{}", paint.strong(&format!("billed {billed}, estimated {estimated}")));
    if !learned.is_empty() {
        text.push_str("\nfigures as these days have shown them (`--write-usage` writes them into the file):\n");
    }
    for one in learned {
        let _ = writeln!(text, "  {:<26}{:>14}  in place of {}: {}", one.key, one.text, amount(one.was), one.source);
    }
    text.extend(untold.iter().map(|why| format!("not known: {why}\n")));
    let _ = writeln!(text, "\nCost Explorer was asked {} times, at $0.01 each", charges.requests);
    text
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most - 3).chain("...".chars()).collect(),
    }
}

fn amount(value: f64) -> String {
    let digits = if value >= 1000.0 || value == value.trunc() { 0 } else { 4 };
    format!("{value:.digits$}")
}

/// Cents do not tell a day from nothing.
fn dollars(value: f64) -> String {
    let digits = if value != 0.0 && value.abs() < 1.0 { 4 } else { 2 };
    format!("${value:.digits$}")
}

fn cost(side: Option<Side>) -> String {
    match side.map(|side| side.dollars) {
        None => String::new(),
        Some(None) => "no price".to_owned(),
        Some(Some(cost)) => dollars(cost),
    }
}

/// A sum, and how many lines it has no price for.
#[derive(Clone, Copy, Debug, Default)]
struct Total {
    dollars: f64,
    missing: usize,
}

impl Total {
    fn add(&mut self, side: Option<Side>) {
        match side.map(|side| side.dollars) {
            Some(Some(cost)) => self.dollars += cost,
            Some(None) => self.missing += 1,
            None => {}
        }
    }

    fn words(self) -> String {
        match self.missing {
            0 => dollars(self.dollars),
            missing => format!("at least {} ({missing} without a price)", dollars(self.dollars)),
        }
    }
}

fn totals(rows: &[Row]) -> [Total; 2] {
    let mut totals = [Total::default(); 2];
    for row in rows {
        totals[0].add(row.billed);
        totals[1].add(row.estimated);
    }
    totals
}

pub(crate) fn bill_to_json(shown: &BillShown<'_>) -> Value {
    let BillShown { names, days, charges, rows, learned, untold } = shown;
    let side = |side: Option<Side>| side.map(|side| json!({"quantity": side.quantity, "usd": side.dollars}));
    let row = |row: &Row| {
        json!({
            "item": row.item, "usage_type": row.usage_type, "unit": row.unit, "billed": side(row.billed),
            "estimated": side(row.estimated), "estimated_with_learned": row.again, "difference": row.apart(),
            "reason": row.reason,
        })
    };
    let figure = |one: &Learned| json!({"name": one.name, "key": one.key, "was": one.was, "is": one.is, "written": one.text, "source": one.source});
    let [billed, estimated] = totals(rows).map(|total| json!({"usd": total.dollars, "without_price": total.missing}));
    json!({
        "schema": SCHEMA, "pipeline": names.pipeline, "stage": names.stage, "region": names.region,
        "from": days.first.to_string(), "end": days.end.to_string(), "days": days.count(), "days_of_month": days.of_all(),
        "open": charges.estimated, "requests": charges.requests,
        "lines": rows.iter().map(row).collect::<Vec<_>>(), "billed": billed, "estimated": estimated,
        "learned": learned.iter().map(figure).collect::<Vec<_>>(), "unknown": untold,
    })
}

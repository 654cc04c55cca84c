//! Prices of AWS's price list beside those of a book.

use crate::cost::{Beside, Book, Finding, Listed, Price, Update, not_looked_up};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;

/// What differs from the book that this release carries, a line for each.
pub(crate) fn listed_to_text(listed: &Listed) -> String {
    let all: Vec<_> = listed.beside(Book::bundled()).collect();
    let (same, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(Beside::agrees);
    let mut text = format!("prices of {} from the AWS Price List API: {} as in the book\n", listed.region, same.len());
    for beside in rest {
        let book = beside.book.map_or_else(|| "none".to_owned(), Price::tariff);
        let (listed, unit) = match (beside.listed, beside.book) {
            (Finding::Price(price), _) => (price.tariff(), format!(" per {}", price.unit)),
            (Finding::Unclear(why), _) => (format!("MISSING, {why}"), String::new()),
            (Finding::Absent, Some(_)) => ("MISSING, not in the price list".to_owned(), String::new()),
            (Finding::Absent, None) => continue,
        };
        let _ = writeln!(text, "  {}: book {book}, listed {listed}{unit}", beside.dimension);
    }
    let _ = writeln!(text, "  not looked up, and MISSING: {}", not_looked_up().join(", "));
    text
}

/// What an update changes, for programs.
pub(crate) fn update_to_json(update: &Update, book: &Path, written: bool, unclear: &[String]) -> Value {
    let changes = update.changes.iter().map(|change| {
        json!({
            "region": change.region,
            "figure": change.dimension,
            "before": change.before,
            "after": change.after,
            "unit": change.unit,
        })
    });
    let lacking = update.lacking.iter().map(|(region, figure)| json!({"region": region, "figure": figure}));
    json!({
        "schema": "pipectl-prices/1",
        "book": book,
        "written": written,
        "changes": changes.collect::<Vec<_>>(),
        "confirmed": update.confirmed,
        "lacking": lacking.collect::<Vec<_>>(),
        "unclear": unclear,
    })
}

/// What an update changes, a line for each figure, and a sum.
pub(crate) fn update_to_text(update: &Update) -> String {
    let mut text = String::new();
    for change in &update.changes {
        let before = change.before.as_deref().unwrap_or("none");
        let _ =
            writeln!(text, "{} {}: {before} -> {} per {}", change.region, change.dimension, change.after, change.unit);
    }
    for (region, dimension) in &update.lacking {
        let _ = writeln!(text, "{region} {dimension}: not in the price list, stays as it is");
    }
    let (changed, confirmed, lacking) = (update.changes.len(), update.confirmed, update.lacking.len());
    let _ = writeln!(text, "{changed} changed or new, {confirmed} confirmed, {lacking} not in the price list");
    text
}

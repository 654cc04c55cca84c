//! Dashboards in QuickSight, for those who say how many people use them.

use super::{Inputs, Meter, meter};

/// AWS's price list has names for them that are in no source of the book.
const UNKNOWN: &str = "QuickSight (its usage type is not verified)";
/// GB of SPICE that come with each author of the Enterprise edition.
const SPICE_WITH_AUTHOR: f64 = 10.0;

/// Only what is used: most pipelines have no dashboards.
pub(super) fn all(inputs: &Inputs) -> impl Iterator<Item = Meter> {
    let authors = inputs.get("quicksight_authors");
    let line = |item, dimension, name: &'static str, from| {
        let how = name.to_owned();
        Meter { from, ..meter("query", item, (UNKNOWN, dimension), inputs.get(name), how) }
    };
    let spice =
        line("QuickSight SPICE", "quicksight_spice_enterprise_gb", "spice_gb", &["spice_gb", "quicksight_authors"]);
    let lines = [
        line("QuickSight authors", "quicksight_author", "quicksight_authors", &["quicksight_authors"]),
        line("QuickSight readers", "quicksight_reader", "quicksight_readers", &["quicksight_readers"]),
        Meter { always_free: authors * SPICE_WITH_AUTHOR, ..spice },
    ];
    lines.into_iter().filter(|line| line.quantity > 0.0)
}

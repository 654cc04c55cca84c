//! Dashboards in QuickSight, for those who say how many people use them.

use super::{Meter, Month};

/// AWS's price list has names for them that are in no source of the book.
const UNKNOWN: &str = "QuickSight (its usage type is not verified)";
/// GB of SPICE that come with each author of the Enterprise edition.
const SPICE_WITH_AUTHOR: f64 = 10.0;

/// Only what is used, over the workgroup: most pipelines have no dashboards.
pub(super) fn all(month: &Month<'_>) -> Vec<Meter> {
    if month.billed.workgroup.is_none() {
        return vec![];
    }
    let line = |item, dimension, name: &'static str| {
        Meter::new("query", item, (UNKNOWN, dimension), month.get(name), name).from(&[name])
    };
    let spice = line("QuickSight SPICE", "quicksight_spice_enterprise_gb", "spice_gb").from(&["quicksight_authors"]);
    let lines = [
        line("QuickSight authors", "quicksight_author", "quicksight_authors"),
        line("QuickSight readers", "quicksight_reader", "quicksight_readers"),
        Meter { always_free: month.get("quicksight_authors") * SPICE_WITH_AUTHOR, ..spice },
    ];
    lines.into_iter().filter(|line| line.quantity > 0.0).collect()
}

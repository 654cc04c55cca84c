//! Dashboards in QuickSight, for those who say how many people use them.

use super::{Meter, Month};
use crate::resources::{Dashboard, Principals};

/// AWS's price list has names for them that are in no source of the book.
const UNKNOWN: &str = "QuickSight (its usage type is not verified)";
/// GB of SPICE that come with each author of the Enterprise edition.
const SPICE_WITH_AUTHOR: f64 = 10.0;

/// Only what is used, over the workgroup: most pipelines have no dashboards.
pub(super) fn all(month: &Month<'_>) -> Vec<Meter> {
    if month.billed.workgroup.is_none() {
        return vec![];
    }
    // Users whom the file names, unless it counts more: how many a group has is not known.
    let dashboard = month.billed.dashboard.as_ref();
    let people = |figure, among: fn(&Dashboard) -> &Principals| {
        month.get(figure).max(dashboard.map_or(0.0, |dashboard| among(dashboard).users() as f64))
    };
    let authors = people("quicksight_authors", |dashboard| &dashboard.owners);
    let readers = people("quicksight_readers", |dashboard| &dashboard.readers);
    let line = |item, dimension, name: &'static str, quantity| {
        Meter::new("query", item, (UNKNOWN, dimension), quantity, name).from(&[name])
    };
    let spice = line("QuickSight SPICE", "quicksight_spice_enterprise_gb", "spice_gb", month.get("spice_gb"));
    let spice = spice.from(&["quicksight_authors"]);
    let lines = [
        line("QuickSight authors", "quicksight_author", "quicksight_authors", authors),
        line("QuickSight readers", "quicksight_reader", "quicksight_readers", readers),
        Meter { always_free: authors * SPICE_WITH_AUTHOR, ..spice },
    ];
    lines.into_iter().filter(|line| line.quantity > 0.0).collect()
}

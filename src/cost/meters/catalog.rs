//! The Glue Data Catalog, which counts databases, tables and partitions.

use super::{DAYS, Inputs, Meter, meter};

/// Both crawlers make a partition a day. They keep those whose files have expired: they only note what is gone.
pub(super) fn objects(inputs: &Inputs) -> Meter {
    let days = if inputs.get("events_per_month") > 0.0 { inputs.get("month") * DAYS } else { 0.0 };
    let tables = if days > 0.0 { 2.0 } else { 0.0 };
    let how = format!("1 database + {tables} tables + {days} days x {tables} partitions");
    let kind = ("Catalog-Storage", "glue_catalog_object_month");
    let line = meter("transform", "Glue catalog objects", kind, 1.0 + tables + days * tables, how);
    Meter { from: &["events_per_month", "month"], ..line }
}

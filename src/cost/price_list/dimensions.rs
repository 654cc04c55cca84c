//! Where the price list has each figure: data, `templates/prices/dimensions.yaml`.

use super::Query;
use super::product::Product;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const TABLE: &str = include_str!("../../../templates/prices/dimensions.yaml");

#[derive(Debug, Deserialize)]
pub(super) struct Table {
    pub(super) dimensions: BTreeMap<String, Dimension>,
    pub(super) not_looked_up: Vec<String>,
}

/// One figure of the book; the table explains the fields.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dimension {
    pub(super) service: String,
    /// The attribute that names a product's region.
    #[serde(default = "region_code")]
    pub(super) region: String,
    #[serde(default)]
    filters: BTreeMap<String, String>,
    pub(super) usage_type: String,
    #[serde(default)]
    operations: Vec<String>,
    pub(super) unit: String,
    units: BTreeMap<String, f64>,
    #[serde(default)]
    pub(super) free_band: FreeBand,
}

/// What becomes of a first tier of $0.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum FreeBand {
    #[default]
    Drop,
    Keep,
}

fn region_code() -> String {
    "regionCode".to_owned()
}

impl Table {
    pub(super) fn bundled() -> &'static Self {
        static READ: LazyLock<Table> =
            LazyLock::new(|| serde_saphyr::from_str(TABLE).expect("the table is under test"));
        &READ
    }
}

impl Dimension {
    /// Its service and the attributes to filter by. The usage type is not among them: its prefix differs from
    /// service to service within a region (`EU-` and `EUW1-`).
    pub(super) fn query(&self, region: &str) -> Query {
        let place = (self.region.clone(), region.to_owned());
        let others = self.filters.iter().map(|(field, value)| (field.clone(), value.clone()));
        (self.service.clone(), std::iter::once(place).chain(others).collect())
    }

    /// Whether a product is this. Emulators do not filter, so all is looked at again.
    pub(super) fn is(&self, product: &Product, region: &str) -> bool {
        let operation = product.attribute("operation").unwrap_or_default();
        product.attribute(&self.region) == Some(region)
            && self.filters.iter().all(|(field, value)| product.attribute(field) == Some(value.as_str()))
            && (self.operations.is_empty() || self.operations.iter().any(|known| known == operation))
            && product.attribute("usagetype").is_some_and(|usage| is_usage(usage, &self.usage_type, region))
    }

    /// How many of a unit of the list make one of the book's; the list is not of one mind about capitals.
    pub(super) fn per_unit(&self, unit: &str) -> Option<f64> {
        self.units.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).map(|(_, count)| *count)
    }
}

/// The name itself, or behind a region's prefix: `USE1-`, `EU-`, or for KMS `us-west-1-`.
fn is_usage(usage: &str, name: &str, region: &str) -> bool {
    let Some(before) = usage.strip_suffix(name) else { return false };
    let Some(prefix) = before.strip_suffix('-') else { return before.is_empty() };
    let letters = prefix.trim_end_matches(|c: char| c.is_ascii_digit());
    prefix == region
        || (matches!(letters.len(), 2 | 3)
            && prefix.len() <= letters.len() + 1
            && letters.bytes().all(|byte| byte.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::book::Book;

    #[test]
    fn every_figure_of_the_book_is_looked_up_in_its_unit_or_said_not_to_be() {
        let table = Table::bundled();
        let mut named = std::collections::BTreeSet::new();
        for (dimension, price) in Book::bundled().figures() {
            named.insert(dimension);
            match table.dimensions.get(dimension) {
                Some(found) => assert_eq!(found.unit, price.unit, "{dimension}"),
                None => assert!(table.not_looked_up.iter().any(|name| name == dimension), "{dimension}"),
            }
        }
        // AWS's list has these, and no source of the book does.
        named.insert("glue_etl_memory_optimized_dpu_hour");
        let listed = table.dimensions.keys().chain(&table.not_looked_up);
        listed.for_each(|name| assert!(named.contains(name.as_str()), "{name} is not in the book"));
    }

    #[test]
    fn a_usage_type_is_known_behind_any_prefix_and_never_as_a_part_of_another() {
        let is = |usage: &str, name: &str| is_usage(usage, name, "us-west-1");
        assert!(["Request", "USW2-Request", "EU-Request", "EUC1-Request"].iter().all(|usage| is(usage, "Request")));
        assert!(is("us-west-1-KMS-Requests", "KMS-Requests") && !is("us-west-2-KMS-Requests", "KMS-Requests"));
        for other in ["Lambda-Edge-Request", "Global-Request", "USE1-Request-ARM", "XRequest", "USE12-Request"] {
            assert!(!is(other, "Request"), "{other}");
        }
        assert!(!is("USE1-DFCBilledBytes", "BilledBytes") && !is("USE1-ETL-Flex-DPU-Hour", "ETL-DPU-Hour"));
    }
}

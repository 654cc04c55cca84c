//! The price book: data with a source and a date for each figure.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const BOOK: &str = include_str!("../../templates/prices/book.yaml");

#[derive(Debug, Deserialize)]
pub(super) struct Book {
    regions: BTreeMap<String, BTreeMap<String, Price>>,
    /// The same in every region.
    global: BTreeMap<String, Price>,
}

/// What one unit costs, in US dollars.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Price {
    #[serde(default)]
    value: Option<f64>,
    #[serde(default)]
    tiers: Vec<Tier>,
    /// Whether every tier is known.
    #[serde(default = "yes")]
    tiers_complete: bool,
    pub(super) unit: String,
    pub(super) source: String,
    pub(super) as_of: String,
}

fn yes() -> bool {
    true
}

/// From inclusive, to exclusive, per account and region and month.
#[derive(Clone, Debug, Deserialize)]
struct Tier {
    from: f64,
    to: Option<f64>,
    price: f64,
}

impl Book {
    /// The book that this release carries, read once.
    pub(super) fn bundled() -> &'static Self {
        static READ: LazyLock<Book> = LazyLock::new(|| serde_saphyr::from_str(BOOK).expect("the book is under test"));
        &READ
    }

    /// A price in a region. Never another region's.
    pub(super) fn price(&self, region: &str, dimension: &str) -> Option<&Price> {
        self.regions.get(region).and_then(|all| all.get(dimension)).or_else(|| self.global.get(dimension))
    }

    #[cfg(test)]
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &str, &Price)> {
        self.regions.iter().flat_map(|(region, prices)| {
            prices.iter().map(move |(dimension, price)| (region.as_str(), dimension.as_str(), price))
        })
    }
}

impl Price {
    /// Of this many units; each tier's part at that tier's price.
    pub(super) fn cost(&self, units: f64) -> f64 {
        if let Some(value) = self.value {
            return units * value;
        }
        let last = self.tiers.len().saturating_sub(1);
        let part = |(index, tier): (usize, &Tier)| {
            // What lies above the last tier that is known is charged like it.
            let to = if index == last { f64::INFINITY } else { tier.to.unwrap_or(f64::INFINITY) };
            (units.min(to) - tier.from).max(0.0) * tier.price
        };
        self.tiers.iter().enumerate().map(part).sum()
    }

    /// Whether there are units beyond what the book knows.
    pub(super) fn beyond(&self, units: f64) -> bool {
        !self.tiers_complete && self.tiers.last().and_then(|tier| tier.to).is_some_and(|to| units > to)
    }

    /// The prices that these units meet, `3.5e-6 up to 333000000, then 2.8e-6`.
    pub(super) fn words(&self, units: f64) -> String {
        if let Some(value) = self.value {
            return format!("{value}");
        }
        let met = self.tiers.iter().enumerate().filter(|(index, tier)| *index == 0 || tier.from < units);
        let words = met.map(|(_, tier)| match tier.to {
            Some(to) if units > to => format!("{} up to {to}", tier.price),
            _ => tier.price.to_string(),
        });
        words.collect::<Vec<_>>().join(", then ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_figure_has_a_source_and_a_date_and_tiers_join() {
        let book = Book::bundled();
        assert!(book.regions.len() >= 8);
        for (region, dimension, price) in book.all() {
            let place = format!("{region} {dimension}");
            assert!(!price.source.is_empty() && !price.as_of.is_empty(), "{place}");
            assert_eq!(price.value.is_some(), price.tiers.is_empty(), "{place}");
            assert!(price.tiers.first().is_none_or(|tier| tier.from == 0.0), "{place}");
            assert!(price.tiers.windows(2).all(|pair| pair[0].to == Some(pair[1].from)), "{place}");
        }
    }

    #[test]
    fn a_price_is_never_another_regions() {
        let book = Book::bundled();
        assert!(book.price("us-east-1", "firehose_ingest_gb").is_some());
        assert!(book.price("eu-west-1", "firehose_ingest_gb").is_none());
    }

    proptest! {
        #[test]
        fn cost_is_never_negative_grows_and_has_no_steps(units in 0.0..1e12_f64, more in 0.0..1e9_f64) {
            let book = Book::bundled();
            for (_, _, price) in book.all() {
                let (before, after) = (price.cost(units), price.cost(units + more));
                prop_assert!(before >= 0.0 && after + 1e-6 >= before);
                let highest = price.value.into_iter().chain(price.tiers.iter().map(|tier| tier.price)).fold(0.0, f64::max);
                prop_assert!(after - before <= more * highest * (1.0 + 1e-9) + 1e-3);
            }
        }
    }
}

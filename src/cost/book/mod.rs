//! The price book: data with a source and a date for each figure.

mod listed;
mod update;
mod yaml;

pub(super) use listed::{BULK, GET_PRODUCTS, Origin};
pub(crate) use listed::{Beside, Finding, Listed, book_of};
pub(crate) use update::{Update, updated};

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

/// The form of a book.
const SCHEMA: &str = "pipectl-prices/1";
const BOOK: &str = include_str!("../../../templates/prices/book.yaml");

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Book {
    /// Whose form it has: `pipectl-prices/1`.
    schema: String,
    regions: BTreeMap<String, BTreeMap<String, Price>>,
    /// The same in every region.
    #[serde(default)]
    global: BTreeMap<String, Price>,
    /// What is free for an account each month.
    #[serde(default)]
    free_tier: BTreeMap<String, Free>,
    /// What prices name as theirs, by its key.
    #[serde(default)]
    sources: BTreeMap<String, Source>,
    /// Whose prices stand in for those that a region lacks: nobody's, unless somebody says so.
    #[serde(skip)]
    assumed_from: Option<String>,
}

/// Where a price is from.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Source {
    #[serde(rename = "what")]
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) url: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Free {
    amount: f64,
}

/// What one unit costs, in US dollars.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Price {
    #[serde(default)]
    value: Option<f64>,
    #[serde(default)]
    tiers: Vec<Tier>,
    /// Whether every tier is known.
    #[serde(default = "yes")]
    tiers_complete: bool,
    /// Costs are rounded down to whole multiples of this many dollars, as whoever made the book did.
    #[serde(default)]
    rounded_down_to: Option<f64>,
    pub(crate) unit: String,
    pub(super) source: String,
    pub(super) as_of: String,
    /// What it is, where no source has it for this region.
    #[serde(default)]
    pub(super) unverified: Option<String>,
}

fn yes() -> bool {
    true
}

/// From inclusive, to exclusive, per account and region and month.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Tier {
    pub(super) from: f64,
    pub(super) to: Option<f64>,
    pub(super) price: f64,
}

impl Book {
    /// The book that this release carries, read once.
    pub(crate) fn bundled() -> &'static Self {
        static READ: LazyLock<Book> = LazyLock::new(|| serde_saphyr::from_str(BOOK).expect("the book is under test"));
        &READ
    }

    /// Reads a book of somebody's own, in the form of the one that this release carries.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let text =
            std::fs::read_to_string(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
        Self::parse(&text).map_err(|why| format!("`{}` {why}", path.display()))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let book: Self =
            serde_saphyr::from_str(text).map_err(|error| format!("is no price book: {}", error.without_snippet()))?;
        match book.schema.as_str() {
            SCHEMA => Ok(book),
            other => Err(format!("has the form `{other}` and not `{SCHEMA}`")),
        }
    }

    /// These prices of regions and nothing else; what is free stays as it is here.
    pub(super) fn only(&self, regions: BTreeMap<String, BTreeMap<String, Price>>, origin: &Origin) -> Self {
        let (schema, free_tier) = (self.schema.clone(), self.free_tier.clone());
        let source = Source { title: origin.title.to_owned(), url: Some(origin.url.to_owned()) };
        let sources = BTreeMap::from([(origin.key.to_owned(), source)]);
        Self { schema, regions, global: BTreeMap::new(), free_tier, sources, assumed_from: None }
    }

    /// What a price names as its source. A book of somebody's own may say it there and then.
    pub(super) fn source(&self, price: &Price) -> Source {
        let named = self.sources.get(&price.source).cloned();
        named.unwrap_or_else(|| Source { title: price.source.clone(), url: None })
    }

    /// The same prices, and those of a region for what another one lacks.
    ///
    /// # Errors
    /// The regions of the book, if it has no price of that one.
    pub(crate) fn assuming(&self, region: &str) -> Result<Self, Vec<&str>> {
        match self.regions.contains_key(region) {
            true => Ok(Self { assumed_from: Some(region.to_owned()), ..self.clone() }),
            false => Err(self.regions().collect()),
        }
    }

    /// What stands in for a price that a region lacks, and whose it is.
    pub(super) fn stand_in(&self, dimension: &str) -> Option<(&str, &Price)> {
        let from = self.assumed_from.as_deref()?;
        Some((from, self.price(from, dimension)?))
    }

    pub(crate) fn regions(&self) -> impl Iterator<Item = &str> {
        self.regions.keys().map(String::as_str)
    }

    /// What of a month's units is free for an account; nothing, where the book does not say.
    pub(super) fn free(&self, name: &str) -> f64 {
        self.free_tier.get(name).map_or(0.0, |free| free.amount)
    }

    /// A price in a region. Never another region's.
    pub(super) fn price(&self, region: &str, dimension: &str) -> Option<&Price> {
        let global = || self.global.get(dimension).filter(|_| shares_prices(region));
        self.regions.get(region).and_then(|all| all.get(dimension)).or_else(global)
    }

    /// The unit that other regions count it in.
    pub(super) fn unit(&self, dimension: &str) -> Option<&str> {
        self.regions.values().find_map(|prices| prices.get(dimension)).map(|price| price.unit.as_str())
    }

    #[cfg(test)]
    pub(super) fn figures(&self) -> impl Iterator<Item = (&str, &Price)> {
        let regional = self.all().map(|(_, dimension, price)| (dimension, price));
        regional.chain(self.global.iter().map(|(dimension, price)| (dimension.as_str(), price)))
    }

    #[cfg(test)]
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &str, &Price)> {
        self.regions.iter().flat_map(|(region, prices)| {
            prices.iter().map(move |(dimension, price)| (region.as_str(), dimension.as_str(), price))
        })
    }
}

impl Price {
    /// As a price list has it: every tier is known, and one without bounds is a plain value.
    pub(super) fn listed(tiers: Vec<Tier>, unit: &str, source: &str, as_of: &str) -> Self {
        let value = (tiers.len() == 1).then(|| tiers[0].price);
        Self {
            value,
            tiers: if value.is_some() { vec![] } else { tiers },
            tiers_complete: true,
            rounded_down_to: None,
            unit: unit.to_owned(),
            source: source.to_owned(),
            as_of: as_of.to_owned(),
            unverified: None,
        }
    }

    /// Whether as much is paid for any quantity, whatever the source.
    pub(super) fn same(&self, other: &Self) -> bool {
        let near = |one: f64, two: f64| (one - two).abs() <= 1e-9 * one.abs().max(two.abs());
        let tier = |one: &Tier, two: &Tier| {
            let ends = match (one.to, two.to) {
                (Some(one), Some(two)) => near(one, two),
                (one, two) => one == two,
            };
            near(one.from, two.from) && ends && near(one.price, two.price)
        };
        let values = match (self.value, other.value) {
            (Some(one), Some(two)) => near(one, two),
            (one, two) => one == two,
        };
        let tiers = self.tiers.iter().zip(&other.tiers).all(|(one, two)| tier(one, two));
        values && tiers && self.tiers.len() == other.tiers.len() && self.tiers_complete == other.tiers_complete
    }

    /// All prices of it: `0.0000035 up to 333000000, then 0.0000028`; says so where it is not known above.
    pub(crate) fn tariff(&self) -> String {
        let words = self.words(f64::INFINITY);
        if self.tiers_complete { words } else { format!("{words}, not known above") }
    }

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

    /// The cost of units after those before them, as the maker of the book rounds it, and in words how, if that makes a
    /// difference.
    pub(super) fn rounded(&self, before: f64, units: f64) -> (f64, Option<String>) {
        let exact = self.cost(before + units) - self.cost(before);
        let Some(step) = self.rounded_down_to else { return (exact, None) };
        let rounded = (exact / step + 1e-9).floor() * step;
        let words = format!("${exact:.3}, rounded down to whole ${step} as the book does");
        (rounded, (exact - rounded > 1e-9).then_some(words))
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

/// Whether what costs the same in every region does so here: other partitions have prices of their own.
pub(super) fn shares_prices(region: &str) -> bool {
    !region.starts_with("us-gov-") && !region.starts_with("cn-")
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
            let source = book.source(price);
            assert!(!price.as_of.is_empty() && source.title != price.source, "{place}");
            assert!(source.url.is_some_and(|url| url.starts_with("https://")), "{place}");
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

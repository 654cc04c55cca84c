//! What others take for as many events, by their public list prices.

mod break_even;

pub(crate) use break_even::{MOST, Turn, turns};

use super::{Inputs, Money, grouped};
use serde::Deserialize;
use std::sync::LazyLock;

const SCHEMA: &str = "pipectl-competitors/1";
const LIST: &str = include_str!("../../../templates/prices/competitors.yaml");
const GIB: f64 = (1_u64 << 30) as f64;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    schema: String,
    products: Vec<Product>,
}

/// A product that takes in events, and what it costs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Product {
    /// For the command line.
    pub(crate) name: String,
    pub(crate) title: String,
    /// What it does that a pipeline does not, or not so.
    pub(crate) other: String,
    /// What is paid for.
    pub(crate) unit: String,
    pub(crate) included: String,
    /// What comes on top, and is not in the amount.
    pub(crate) left_out: String,
    pub(crate) source: String,
    /// When the source had it: a day, or a year.
    pub(crate) as_of: String,
    /// Of the figures: high, medium or low.
    pub(crate) confidence: String,
    /// US dollars a month, whatever comes.
    #[serde(default)]
    base: f64,
    #[serde(default)]
    prices: Vec<Priced>,
    /// Events a month above which there is no list price.
    #[serde(default)]
    pub(crate) events_up_to: Option<f64>,
    /// Why there is no price to compare with.
    #[serde(default)]
    no_price: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Priced {
    of: Quantity,
    /// Units that a price is for.
    per: f64,
    #[serde(default)]
    batch_at_most: Option<f64>,
    tiers: Vec<Tier>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Quantity {
    Events,
    Requests,
    GbReceived,
    GbStored,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tier {
    #[serde(default)]
    up_to: Option<f64>,
    price: f64,
}

/// One of them beside an estimate.
#[derive(Debug)]
pub(crate) struct Compared {
    pub(crate) product: &'static Product,
    /// Hundredths of the estimate's currency, for its events; or why there are none.
    pub(crate) theirs: Result<i64, String>,
    /// Where the cheaper one changes, from few events to many; `None` where nobody knows.
    pub(crate) turns: Option<Vec<Turn>>,
}

/// All of them, in the order of the list.
pub(crate) fn products() -> &'static [Product] {
    static READ: LazyLock<List> = LazyLock::new(|| {
        let list: List = serde_saphyr::from_str(LIST).expect("the list is under test");
        assert_eq!(list.schema, SCHEMA, "the list is under test");
        list
    });
    &READ.products
}

impl Product {
    /// US dollars for a month of this usage, at the list price.
    ///
    /// # Errors
    /// Why there is none.
    fn dollars(&self, inputs: &Inputs, events: f64) -> Result<f64, String> {
        if let Some(why) = &self.no_price {
            return Err(why.clone());
        }
        match self.events_up_to {
            Some(most) if events > most => {
                Err(format!("above {} events a month there is no list price", grouped(most as i64)))
            }
            _ => Ok(self.base + self.prices.iter().map(|price| price.dollars(inputs, events)).sum::<f64>()),
        }
    }

    /// The same in hundredths of a currency. A discount on AWS's prices is none on theirs.
    ///
    /// # Errors
    /// Why there is no price.
    pub(crate) fn cents(&self, inputs: &Inputs, events: f64, money: Money) -> Result<i64, String> {
        self.dollars(inputs, events).map(|dollars| Money { discount: 0.0, ..money }.cents(dollars))
    }
}

impl Priced {
    fn dollars(&self, inputs: &Inputs, events: f64) -> f64 {
        let units = self.units(inputs, events);
        let (mut from, mut sum) = (0.0, 0.0);
        for Tier { up_to, price } in &self.tiers {
            let end = up_to.unwrap_or(f64::INFINITY).min(units);
            sum += (end - from).max(0.0) / self.per * price;
            from = end.max(from);
        }
        sum
    }

    fn units(&self, inputs: &Inputs, events: f64) -> f64 {
        let received = events * inputs.get("event_bytes") / GIB;
        match self.of {
            Quantity::Events => events,
            Quantity::Requests => {
                let batch = inputs.get("events_per_request");
                events / self.batch_at_most.map_or(batch, |most| batch.min(most))
            }
            Quantity::GbReceived => received,
            Quantity::GbStored => received * inputs.get("month") * inputs.get("parquet_ratio"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_product_has_a_price_or_says_why_not() {
        for product in products() {
            let Product { name, no_price, prices, as_of, confidence, .. } = product;
            assert_eq!(no_price.is_some(), prices.is_empty(), "{name}");
            let ends = |price: &Priced| price.tiers.last().is_some_and(|tier| tier.up_to.is_none());
            assert!(prices.iter().all(ends), "{name} has no last tier");
            let grows = |price: &Priced| {
                price.tiers.is_sorted_by(|one, other| one.up_to < other.up_to || other.up_to.is_none())
            };
            assert!(prices.iter().all(grows), "{name} has tiers out of order");
            assert!(as_of.starts_with("20") && ["high", "medium", "low"].contains(&confidence.as_str()), "{name}");
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
            assert_eq!(products().iter().filter(|other| other.name == *name).count(), 1, "{name}");
        }
    }
}

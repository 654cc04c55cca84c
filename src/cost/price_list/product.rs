//! One document of the price list, as far as it is needed.

use serde::Deserialize;
use std::collections::BTreeMap;

/// A product and what it costs. An element of `PriceList` is a string that holds this as JSON.
#[derive(Debug, Deserialize)]
pub(super) struct Product {
    product: Described,
    #[serde(default)]
    terms: Terms,
}

/// What it is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Described {
    sku: String,
    #[serde(default)]
    product_family: Option<String>,
    attributes: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
struct Terms {
    #[serde(rename = "OnDemand", default)]
    on_demand: BTreeMap<String, Term>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Term {
    /// A time, of which the date is of interest.
    pub(super) effective_date: String,
    price_dimensions: BTreeMap<String, Rate>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rate {
    pub(super) unit: String,
    #[serde(default = "nothing")]
    pub(super) begin_range: String,
    #[serde(default = "endless")]
    pub(super) end_range: String,
    /// By currency.
    pub(super) price_per_unit: BTreeMap<String, String>,
}

fn nothing() -> String {
    "0".to_owned()
}

fn endless() -> String {
    "Inf".to_owned()
}

impl Product {
    /// # Errors
    /// What is wrong with the document.
    pub(super) fn read(document: &str) -> Result<Self, String> {
        serde_json::from_str(document).map_err(|error| error.to_string())
    }

    /// As a price file has it: terms are further down.
    pub(super) fn without_terms(product: Described) -> Self {
        Self { product, terms: Terms::default() }
    }

    pub(super) fn take_terms(&mut self, on_demand: BTreeMap<String, Term>) {
        self.terms = Terms { on_demand };
    }

    pub(super) fn sku(&self) -> &str {
        &self.product.sku
    }

    /// GetProducts filters by the family as if it were an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        match name {
            "productFamily" => self.product.product_family.as_deref(),
            _ => self.product.attributes.get(name).map(String::as_str),
        }
    }

    pub(super) fn terms(&self) -> impl Iterator<Item = &Term> {
        self.terms.on_demand.values()
    }
}

impl Term {
    pub(super) fn rates(&self) -> impl Iterator<Item = &Rate> {
        self.price_dimensions.values()
    }
}

//! A price file of a service in a region, read as it comes: what nobody asks for is gone with the next piece.

use super::dimensions::Dimension;
use super::product::{Described, Product, Term};
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

/// Which products of a file are of interest.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) service: String,
    pub(super) region: String,
    pub(super) dimensions: Vec<&'static Dimension>,
}

impl Wanted {
    /// Reads a file. One of another service or another region is none of this.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn of(&self, file: impl Read) -> Result<Vec<Product>, String> {
        let mut reader = serde_json::Deserializer::from_reader(std::io::BufReader::with_capacity(1 << 16, file));
        let products = self.deserialize(&mut reader).and_then(|products| reader.end().map(|()| products));
        products.map_err(|error| match error.classify() {
            serde_json::error::Category::Eof => format!("it ends before its time: {error}"),
            serde_json::error::Category::Io => format!("it did not come to its end: {error}"),
            _ => error.to_string(),
        })
    }

    fn keeps(&self, product: &Product) -> bool {
        self.dimensions.iter().any(|dimension| dimension.is(product, &self.region))
    }

    /// Which region a product is of, if it says so.
    fn region_of<'a>(&self, product: &'a Product) -> Option<&'a str> {
        self.dimensions.iter().find_map(|dimension| product.attribute(&dimension.region))
    }
}

/// The document.
impl<'de> DeserializeSeed<'de> for &Wanted {
    type Value = Vec<Product>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &Wanted {
    type Value = Vec<Product>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a price file")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut products, mut offer, mut terms) = (None, None, false);
        while let Some(key) = map.next_key::<String>()? {
            match (key.as_str(), &mut products) {
                ("formatVersion", _) => {
                    let version: String = map.next_value()?;
                    if !version.starts_with("v1.") {
                        return Err(A::Error::custom(format!("its format is `{version}`, and not v1.0")));
                    }
                }
                ("offerCode", _) => offer = Some(map.next_value::<String>()?),
                ("products", _) => products = Some(map.next_value_seed(Products(self))?),
                ("terms", None) => return Err(A::Error::custom("its terms come before its products")),
                ("terms", Some(products)) => {
                    map.next_value_seed(Terms(products))?;
                    terms = true;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        match (offer, products) {
            (Some(offer), _) if offer != self.service => {
                Err(A::Error::custom(format!("it has the prices of {offer}, and not of {}", self.service)))
            }
            (Some(_), Some(products)) if terms => Ok(products.into_values().collect()),
            _ => Err(A::Error::custom("it is no price file: it has no `offerCode`, no `products` or no `terms`")),
        }
    }
}

/// By their SKU.
type Kept = BTreeMap<String, Product>;

/// All products of a file.
struct Products<'a>(&'a Wanted);

impl<'de> DeserializeSeed<'de> for Products<'_> {
    type Value = Kept;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kept, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Products<'_> {
    type Value = Kept;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("products by their SKU")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Kept, A::Error> {
        let (mut kept, mut here, mut elsewhere) = (Kept::new(), false, None);
        while let Some(sku) = map.next_key::<String>()? {
            let product = Product::without_terms(map.next_value::<Described>()?);
            match self.0.region_of(&product) {
                Some(region) if region == self.0.region => here = true,
                Some(region) if elsewhere.is_none() => elsewhere = Some(region.to_owned()),
                _ => {}
            }
            if self.0.keeps(&product) {
                kept.insert(sku, product);
            }
        }
        match elsewhere {
            Some(region) if !here => {
                Err(A::Error::custom(format!("it has the prices of {region}, and not of {}", self.0.region)))
            }
            _ => Ok(kept),
        }
    }
}

/// `terms`: those on demand. Reservations are a large part of a file.
struct Terms<'a>(&'a mut Kept);

impl<'de> DeserializeSeed<'de> for Terms<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Terms<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("terms by their kind")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(kind) = map.next_key::<String>()? {
            match kind.as_str() {
                "OnDemand" => map.next_value_seed(OnDemand(&mut *self.0))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Terms of each product, by its SKU.
struct OnDemand<'a>(&'a mut Kept);

impl<'de> DeserializeSeed<'de> for OnDemand<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OnDemand<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("terms by the SKU of their product")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(sku) = map.next_key::<String>()? {
            match self.0.get_mut(&sku) {
                Some(product) => product.take_terms(map.next_value::<BTreeMap<String, Term>>()?),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

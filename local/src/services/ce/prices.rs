//! AWS's list prices, of the regions and usage types for which somebody has verified one.

use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

#[derive(Deserialize)]
struct Prices {
    regions: HashMap<String, HashMap<String, Price>>,
}

#[derive(Deserialize)]
struct Price {
    /// US dollars a unit.
    price: f64,
    /// Units of a month, above which a unit costs something else.
    up_to: Option<f64>,
}

static LIST: LazyLock<Prices> =
    LazyLock::new(|| serde_json::from_str(include_str!("list_prices.json")).expect("a test reads it"));

/// US dollars. `None`: nobody knows, which is not nothing.
pub(super) fn cost(region: &str, priced_as: &str, quantity: f64) -> Option<f64> {
    let price = LIST.regions.get(region)?.get(priced_as)?;
    price.up_to.is_none_or(|most| quantity <= most).then_some(quantity * price.price)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_has_a_cost() {
        assert_eq!(cost("us-east-1", "ApiGatewayRequest", 1e6), Some(3.5));
        assert_eq!(cost("us-east-1", "ApiGatewayRequest", 4e8), None, "its second tier");
        assert_eq!(cost("us-east-1", "DFCBilledBytes", 1.0), None, "nobody has verified it");
        assert_eq!(cost("af-south-1", "Requests-Tier1", 1.0), None);
    }

    #[test]
    fn every_price_says_where_it_is_from() {
        let list: serde_json::Value = serde_json::from_str(include_str!("list_prices.json")).unwrap();
        for price in list["regions"].as_object().unwrap().values().flat_map(|all| all.as_object().unwrap().values()) {
            assert!(list["sources"][price["source"].as_str().unwrap()].is_string() && price["as_of"].is_string());
        }
    }
}

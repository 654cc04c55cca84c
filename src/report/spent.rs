//! What a month has cost so far, by the budget that the file asks for.

use serde_json::{Value, json};

/// What is known of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Spending {
    /// The file has no budget.
    #[default]
    NotAsked,
    /// The budget is not there yet, is somebody else's, may not be read, or AWS has not counted.
    NotKnown,
    Known(Spent),
}

impl Spending {
    pub(crate) fn known(&self) -> Option<&Spent> {
        match self {
            Self::Known(spent) => Some(spent),
            Self::NotAsked | Self::NotKnown => None,
        }
    }
}

/// In US dollars.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spent {
    pub(crate) actual: f64,
    pub(crate) limit: f64,
    /// Of the whole month. `None`: AWS has not seen enough of them yet.
    pub(crate) forecast: Option<f64>,
}

pub(super) fn spent_to_text(spending: &Spending) -> String {
    let Spent { actual, limit, forecast } = match spending {
        Spending::NotAsked => return "not asked for: `pipectl bill` asks Cost Explorer, which AWS bills".to_owned(),
        Spending::NotKnown => return "not known yet: no budget of this pipeline has counted".to_owned(),
        Spending::Known(spent) => spent,
    };
    let forecast = forecast.map(|forecast| format!(", {forecast:.2} forecast")).unwrap_or_default();
    // A budget over tags that are not active counts nothing, and looks the same.
    let why = if *actual == 0.0 { "; 0 also where its cost allocation tags are not active" } else { "" };
    format!("{actual:.2} of {limit:.2} USD this month, by the budget{forecast}{why}")
}

pub(super) fn spent_to_json(spent: &Spent) -> Value {
    let Spent { actual, limit, forecast } = spent;
    json!({"actual": actual, "limit": limit, "forecast": forecast})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_not_told_as_nothing() {
        assert!(spent_to_text(&Spending::NotAsked).starts_with("not asked for"));
        assert!(spent_to_text(&Spending::NotKnown).starts_with("not known yet"));
        let mut spent = Spent { actual: 0.0, limit: 50.0, forecast: None };
        let none = "0.00 of 50.00 USD this month, by the budget; 0 also where its cost allocation tags are not active";
        assert_eq!(spent_to_text(&Spending::Known(spent.clone())), none);
        spent = Spent { actual: 3.204, forecast: Some(9.1), ..spent };
        assert_eq!(
            spent_to_text(&Spending::Known(spent)),
            "3.20 of 50.00 USD this month, by the budget, 9.10 forecast"
        );
    }
}

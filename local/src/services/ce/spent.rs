//! What something has cost, for whoever counts it against a limit.

use super::filter::Seen;
use super::{prices, tags};
use crate::api_error::Result;
use crate::context::Context;
use jiff::civil::Date;
use serde_json::Value;
use std::collections::BTreeMap;

/// US dollars of what fits an expression; of what has no verified price, nothing. A bill's tags count once they are active.
pub(crate) fn spent(context: &Context<'_>, expression: &Value, (from, end): (Date, Date)) -> Result<f64> {
    let active = tags::active(context)?;
    let seen = Seen { active: &active, account: context.account };
    let mut priced = BTreeMap::<(String, String), f64>::new();
    for used in context.metered(from, end)? {
        if expression.is_null() || seen.fits(&used, expression)? {
            *priced.entry((used.region, used.priced_as)).or_default() += used.quantity;
        }
    }
    let costs = priced.iter().filter_map(|((region, kind), quantity)| prices::cost(region, kind, *quantity));
    // Of nothing, the sum would be -0.
    Ok(costs.sum::<f64>() + 0.0)
}

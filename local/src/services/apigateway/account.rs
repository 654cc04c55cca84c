//! What an account may ask of all its APIs together.

use crate::api_error::Result;
use crate::context::Context;
use crate::tokens::Rate;
use serde_json::{Value, json};

/// "For the following Regions, the default throttle quota is 2500 RPS and the default burst quota is 1250 RPS."
const SMALL: [&str; 13] = [
    "af-south-1",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "mx-central-1",
];

/// In a region; AWS gives small ones less.
pub(crate) fn rate(region: &str) -> Rate {
    match SMALL.contains(&region) {
        true => Rate { rate: 2_500.0, burst: 1_250.0 },
        false => Rate { rate: 10_000.0, burst: 5_000.0 },
    }
}

pub(super) fn get_account(context: &Context<'_>, _: &Value) -> Result<Value> {
    let Rate { rate, burst } = rate(context.region);
    Ok(json!({
        "throttleSettings": {"burstLimit": burst as i64, "rateLimit": rate},
        "features": ["UsagePlans"],
        "apiKeyVersion": "4",
    }))
}

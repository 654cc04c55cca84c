//! What a stream takes in a second, where Local AWS holds the account to its limits.

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::tokens::Rate;
use serde_json::{Value, json};

/// "US East (N. Virginia), US West (Oregon), and Europe (Ireland)", which take five times the data.
const LARGE: [&str; 3] = ["us-east-1", "us-west-2", "eu-west-1"];
const MIB: f64 = (1_u64 << 20) as f64;

/// Of a region: requests, records and bytes.
fn rates(region: &str) -> [f64; 3] {
    if LARGE.contains(&region) { [2_000.0, 500_000.0, 5.0 * MIB] } else { [1_000.0, 100_000.0, MIB] }
}

fn admit(context: &Context<'_>, stream: &str, what: usize, amount: f64) -> bool {
    let rate = rates(context.region)[what];
    let name = format!("firehose/{}/{stream}/{what}", context.region);
    context.quotas.admit(name, Rate { rate, burst: rate }, amount, context.now.as_millisecond())
}

/// # Errors
/// The stream has had as many requests as it takes.
pub(super) fn admit_request(context: &Context<'_>, stream: &str) -> Result<()> {
    if admit(context, stream, 0, 1.0) { Ok(()) } else { Err(slow_down()) }
}

pub(super) fn admit_record(context: &Context<'_>, stream: &str, bytes: usize) -> bool {
    admit(context, stream, 2, bytes as f64) && admit(context, stream, 1, 1.0)
}

/// Of a whole request.
pub(super) fn slow_down() -> ApiError {
    ApiError::new("ServiceUnavailableException", "Slow down.").with_status(503)
}

/// Of a record among others.
pub(super) fn refused() -> Value {
    json!({"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."})
}

//! How many synchronous calls of a function there may be in a second, where the account is held to its limits.

use super::execution::Function;
use crate::core::Core;
use crate::tokens::Rate;

/// "Each instance of your execution environment can serve up to 10 requests per second."
pub(super) const PER_SEAT: usize = 10;
/// What a function may have that has reserved none.
pub(crate) const CONCURRENCY: usize = 1000;

/// A function that is not there is not refused for this.
pub(crate) fn admits(core: &Core, region: &str, name: &str) -> bool {
    let Ok(function) = core.run(region, |context| Function::read(context, name)) else { return true };
    let rate = (function.reserved.unwrap_or(CONCURRENCY) * PER_SEAT) as f64;
    let name = format!("lambda/{}", function.arn);
    core.quotas.admit(name, Rate { rate, burst: rate }, 1.0, core.clock.now().as_millisecond())
}

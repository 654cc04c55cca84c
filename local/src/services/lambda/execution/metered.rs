//! What Lambda bills of an invocation, and counts.

use super::Function;
use crate::api_error::Result;
use crate::context::Context;
use crate::core::Core;
use crate::metering::{LAMBDA_COMPUTE, LAMBDA_COMPUTE_ARM, LAMBDA_REQUEST, LAMBDA_REQUEST_ARM, Metric};

/// In milliseconds: the time that is billed, and that of the invocation alone, which is the metric `Duration`. `failed`
/// is the metric `Errors`, which has a point for each invocation, also for one that went well.
pub(super) fn count(core: &Core, function: &Function, (billed, duration): (f64, f64), failed: bool) {
    let (request, compute) = match function.architecture.as_str() {
        "arm64" => (&LAMBDA_REQUEST_ARM, &LAMBDA_COMPUTE_ARM),
        _ => (&LAMBDA_REQUEST, &LAMBDA_COMPUTE),
    };
    let _ = core.run(&function.region, |context| {
        context.meter(request, &function.arn, 1.0)?;
        context.meter(compute, &function.arn, billed / 1000.0 * function.memory as f64 / 1024.0)?;
        let errors = if failed { 1.0 } else { 0.0 };
        let counted = [("Invocations", 1.0), ("Duration", duration), ("Errors", errors)];
        counted.into_iter().try_for_each(|(name, value)| measure(context, &function.name, name, value))
    });
}

/// "Throttled requests and other invocation errors don't count as either Invocations or Errors."
pub(in crate::services::lambda) fn throttled(core: &Core, function: &Function) {
    let _ = core.run(&function.region, |context| measure(context, &function.name, "Throttles", 1.0));
}

/// A request to a function's URL, and what it was answered: "Monitoring Lambda function URLs".
pub(in crate::services::lambda) fn asked(context: &Context<'_>, function: &str, status: u16) -> Result<()> {
    measure(context, function, "UrlRequestCount", 1.0)?;
    for (name, hundred) in [("Url4xxCount", 4), ("Url5xxCount", 5)] {
        measure(context, function, name, if status / 100 == hundred { 1.0 } else { 0.0 })?;
    }
    Ok(())
}

fn measure(context: &Context<'_>, function: &str, name: &str, value: f64) -> Result<()> {
    context.measure(Metric { namespace: "AWS/Lambda", name, dimension: ("FunctionName", function) }, value)
}

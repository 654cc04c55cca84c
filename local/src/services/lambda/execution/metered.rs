//! What Lambda bills of an invocation, and counts.

use super::Function;
use crate::core::Core;
use crate::metering::{LAMBDA_COMPUTE, LAMBDA_COMPUTE_ARM, LAMBDA_REQUEST, LAMBDA_REQUEST_ARM, Metric};

/// In milliseconds: the time that is billed, and that of the invocation alone, which is the metric `Duration`.
pub(super) fn count(core: &Core, function: &Function, billed: f64, duration: f64) {
    let (request, compute) = match function.architecture.as_str() {
        "arm64" => (&LAMBDA_REQUEST_ARM, &LAMBDA_COMPUTE_ARM),
        _ => (&LAMBDA_REQUEST, &LAMBDA_COMPUTE),
    };
    let _ = core.run(&function.region, |context| {
        context.meter(request, &function.arn, 1.0)?;
        context.meter(compute, &function.arn, billed / 1000.0 * function.memory as f64 / 1024.0)?;
        for (name, value) in [("Invocations", 1.0), ("Duration", duration)] {
            let dimension = ("FunctionName", function.name.as_str());
            context.measure(Metric { namespace: "AWS/Lambda", name, dimension }, value)?;
        }
        Ok(())
    });
}

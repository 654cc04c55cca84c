//! Which services Local AWS has.

use crate::api_error::Result;
use crate::context::Context;
use crate::service::{Service, Worker};
use crate::services::{
    apigateway, athena, budgets, ce, cloudtrail, cloudwatch, events, firehose, glue, iam, kms, lambda, logs,
    quicksight, s3, servicequotas, sns, sts, tagging,
};
use serde_json::Value;

/// Every service.
pub(crate) static ALL: &[&Service] = &[
    &apigateway::SERVICE,
    &athena::SERVICE,
    &budgets::SERVICE,
    &ce::SERVICE,
    &cloudtrail::SERVICE,
    &cloudwatch::SERVICE,
    &events::SERVICE,
    &firehose::SERVICE,
    &glue::SERVICE,
    &iam::SERVICE,
    &kms::SERVICE,
    &lambda::SERVICE,
    &logs::SERVICE,
    &quicksight::SERVICE,
    &s3::SERVICE,
    &servicequotas::SERVICE,
    &sns::SERVICE,
    &sts::SERVICE,
    &tagging::SERVICE,
];

/// Every operation there is, as faults name it; with them single records of a batch, which can fail by themselves.
pub(crate) fn operations() -> Vec<String> {
    let mut all: Vec<_> = ALL.iter().flat_map(|service| service.operations()).collect();
    all.push(firehose::RECORD.to_owned());
    all
}

/// What a request leaves to be looked up in a service above its own: code of functions that lies in S3.
///
/// # Errors
/// As the request's service says it.
pub(crate) fn looked_up(context: &Context<'_>, operation: &str, input: &Value) -> Result<Option<Value>> {
    match operation {
        "lambda:CreateFunction" | "lambda:UpdateFunctionCode" => s3::with_code(context, input),
        _ => Ok(None),
    }
}

/// In the order of the pipeline: what one hands on, the next finds.
pub(crate) const WORKERS: &[Worker] = &[
    firehose::WORKER,
    events::WORKER,
    lambda::WORKER,
    apigateway::WORKER,
    glue::SCHEDULES,
    glue::WORKER,
    athena::WORKER,
    cloudwatch::WORKER,
    budgets::WORKER,
    quicksight::WORKER,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_operation_is_in_its_services_model() {
        for service in ALL.iter().filter(|service| service.scope != "s3") {
            let named = |operation| format!("{}:{operation}", service.prefix);
            let modelled: BTreeSet<_> = service.model.operations().map(|(operation, _)| named(operation)).collect();
            let served: BTreeSet<_> = service.operations().into_iter().collect();
            assert_eq!(served, modelled, "`local/models/cut.py` cuts the model of what is served");
        }
    }
}

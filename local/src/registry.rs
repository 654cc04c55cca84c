//! Which services Local AWS has.

use crate::service::{Service, Worker};
use crate::services::{apigateway, athena, firehose, glue, iam, lambda, logs, s3, sts, tagging};

/// Every service.
pub(crate) const ALL: &[Service] = &[
    apigateway::SERVICE,
    athena::SERVICE,
    firehose::SERVICE,
    glue::SERVICE,
    iam::SERVICE,
    lambda::SERVICE,
    logs::SERVICE,
    s3::SERVICE,
    sts::SERVICE,
    tagging::SERVICE,
];

/// In the order of the pipeline: what one hands on, the next finds.
pub(crate) const WORKERS: &[Worker] =
    &[firehose::WORKER, lambda::WORKER, apigateway::WORKER, glue::WORKER, athena::WORKER];

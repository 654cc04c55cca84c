//! One folder per service. Each has its operations, its validation and its documents.

pub(crate) mod apigateway;
pub(crate) mod athena;
pub(crate) mod firehose;
pub(crate) mod glue;
pub(crate) mod iam;
pub(crate) mod lambda;
pub(crate) mod logs;
pub(crate) mod s3;
mod sts;
mod tagging;

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::protocol::Protocol;
use serde_json::Value;

/// A service: what requests for it are signed for, and how it is spoken to.
pub(crate) struct Service {
    /// As in a credential scope.
    pub(crate) scope: &'static str,
    /// As in an IAM action, `logs:CreateLogGroup`.
    pub(crate) prefix: &'static str,
    pub(crate) protocol: Protocol,
    /// The ARN of what an operation is about, as IAM compares it with a policy's resources.
    pub(crate) resource: fn(&Context<'_>, &Value) -> String,
}

/// Where a policy cannot name anything narrower, or nobody under a role calls the service.
fn anything(_: &Context<'_>, _: &Value) -> String {
    "*".to_owned()
}

/// Every service but S3, which has a protocol of its own.
pub(crate) const ALL: &[Service] = &[
    apigateway::SERVICE,
    athena::SERVICE,
    firehose::SERVICE,
    glue::SERVICE,
    iam::SERVICE,
    lambda::SERVICE,
    logs::SERVICE,
    sts::SERVICE,
    tagging::SERVICE,
];

/// Reading an operation's input.
pub(crate) trait Input {
    /// A string that has to be there and not be empty.
    fn text(&self, name: &str) -> Result<&str>;
    /// A string, if it is there.
    fn optional(&self, name: &str) -> Option<&str>;
    /// A whole number, written as one or, in a query, as text.
    fn number(&self, name: &str) -> Option<i64>;
    /// A list of strings; one string is a list of it, as a query gives it.
    fn texts(&self, name: &str) -> Vec<String>;
}

impl Input for Value {
    fn text(&self, name: &str) -> Result<&str> {
        self.optional(name).filter(|text| !text.is_empty()).ok_or_else(|| {
            let constraint = "failed to satisfy constraint: Member must not be null";
            ApiError::new(
                "ValidationException",
                format!("1 validation error detected: Value null at '{name}' {constraint}"),
            )
        })
    }

    fn optional(&self, name: &str) -> Option<&str> {
        self[name].as_str()
    }

    fn number(&self, name: &str) -> Option<i64> {
        self[name].as_i64().or_else(|| self[name].as_str()?.parse().ok())
    }

    fn texts(&self, name: &str) -> Vec<String> {
        match &self[name] {
            Value::String(one) => vec![one.clone()],
            many => many.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect(),
        }
    }
}

//! The contract of a service: what Local AWS has to know of one to have it.
//!
//! A service is a folder under `services/` whose `SERVICE` says how it is spoken to, and which function carries out
//! which operation. What it does without being asked is its [`Worker`]. Both stand in `registry.rs`.

use crate::access::Scope;
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::core::Core;
use crate::model::Model;
use axum::body::Body;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response};
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;

/// A service: what requests for it are signed for, and how it is spoken to.
pub(crate) struct Service {
    /// As in a credential scope.
    pub(crate) scope: &'static str,
    /// As in an IAM action, `logs:CreateLogGroup`.
    pub(crate) prefix: &'static str,
    pub(crate) protocol: Protocol,
    /// AWS's model of it, which has every operation below.
    pub(crate) model: &'static Model,
    /// What carries out each operation.
    pub(crate) operations: &'static [(&'static str, Run)],
    /// What whoever asks for an operation, `glue:GetJob`, with this input has to be allowed.
    pub(crate) needs: fn(&Context<'_>, &str, &Value) -> Result<Vec<Need>>,
    /// Requests that it takes whole, past the protocol.
    pub(crate) whole: Option<Whole>,
}

impl Service {
    /// Every operation it has, as the request log and faults name it: `glue:GetJob`.
    pub(crate) fn operations(&self) -> Vec<String> {
        let mut names: Vec<_> = self.operations.iter().map(|(name, _)| *name).collect();
        names.extend(self.whole.iter().flat_map(|whole| (whole.operations)()));
        names.into_iter().map(|name| format!("{}:{name}", self.prefix)).collect()
    }
}

/// What an operation is about, as IAM looks at it.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    /// As it is compared with the resources that a policy names.
    pub(crate) arn: String,
    /// The policy that lies on it; null where none does.
    pub(crate) policy: Value,
}

/// What has no policy of its own.
impl From<String> for Resource {
    fn from(arn: String) -> Self {
        Self { arn, policy: Value::Null }
    }
}

/// One thing that has to be allowed for a request. Most need the action that is called as the operation is, and some need
/// others as well: "dependent actions", in AWS's tables of actions, resources and condition keys.
#[derive(Clone, Debug)]
pub(crate) struct Need {
    /// `glue:GetJob`
    pub(crate) action: String,
    pub(crate) resource: Resource,
    /// Condition keys, beside those that every request has.
    pub(crate) keys: Vec<(&'static str, String)>,
}

impl Need {
    pub(crate) fn of(action: &str, resource: impl Into<Resource>) -> Self {
        Self { action: action.to_owned(), resource: resource.into(), keys: vec![] }
    }

    pub(crate) fn with(self, key: &'static str, value: impl Into<String>) -> Self {
        Self { keys: self.keys.into_iter().chain([(key, value.into())]).collect(), ..self }
    }
}

/// What carries out an operation: its input as JSON, named as in AWS's service model.
pub(crate) type Run = fn(&Context<'_>, &Value) -> Result<Value>;

/// How a service is spoken to. What stands where in a request, its model says.
pub(crate) enum Protocol {
    /// `X-Amz-Target` names the operation, input and output are JSON.
    Json {
        /// How the service spells the field with an error's message: `message` or `Message`.
        message: &'static str,
    },
    /// A form names the operation, the output is XML of this namespace.
    Query {
        namespace: &'static str,
        /// The fields that are maps: their entries have a key and a value each.
        maps: &'static [&'static str],
    },
    /// Method and path name the operation, input is path, query and JSON body.
    Rest { message: &'static str },
}

/// Answers a request.
pub(crate) type Respond = for<'a> fn(&'a Arc<Core>, &'a Scope, Request<Bytes>) -> BoxFuture<'a, Response<Body>>;

/// Requests whose body is not an operation's input: an object of S3, what a function is to take.
pub(crate) struct Whole {
    /// Whether it takes this one.
    pub(crate) takes: fn(&Request<Bytes>) -> bool,
    /// The operations that such requests are for.
    pub(crate) operations: fn() -> Vec<&'static str>,
    pub(crate) respond: Respond,
}

/// One service's work in the background.
pub(crate) struct Worker {
    /// Does all there is to do, and tells whether there was anything.
    pub(crate) pass: for<'a> fn(&'a Arc<Core>) -> BoxFuture<'a, bool>,
    /// When there will be something to do because of the time.
    pub(crate) due: fn(&Core) -> Option<Timestamp>,
}

/// Where a policy cannot name anything narrower, or nobody under a role calls the service.
pub(crate) fn anything(_: &Context<'_>, action: &str, _: &Value) -> Result<Vec<Need>> {
    Ok(vec![Need::of(action, "*".to_owned())])
}

/// The operation in an action's name.
pub(crate) fn operation_of(action: &str) -> &str {
    action.split_once(':').map_or(action, |(_, operation)| operation)
}

/// Reading an operation's input.
pub(crate) trait Input {
    /// A string that has to be there and not be empty.
    fn text(&self, name: &str) -> Result<&str>;
    /// A string, if it is there.
    fn optional(&self, name: &str) -> Option<&str>;
    /// A whole number, if it is there.
    fn number(&self, name: &str) -> Option<i64>;
    /// A list of strings, empty where none is given.
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
        self[name].as_i64()
    }

    fn texts(&self, name: &str) -> Vec<String> {
        let items = self[name].as_array().into_iter().flatten();
        items.filter_map(|text| text.as_str().map(str::to_owned)).collect()
    }
}

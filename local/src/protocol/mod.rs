//! AWS's protocols: how an operation and its input stand in a request, and how its answer is written.

mod json;
mod query;
mod rest;

use crate::api_error::{ApiError, Result};
use crate::service::{Protocol, Run, Service};
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

/// A request, read.
pub(crate) struct Call {
    pub(crate) operation: String,
    pub(crate) input: Value,
    pub(crate) run: Run,
    /// The status of success.
    pub(crate) status: u16,
}

pub(crate) fn read(service: &Service, request: &Request<Bytes>) -> Result<Call> {
    match &service.protocol {
        Protocol::Json { operations, .. } => json::read(service.prefix, operations, request),
        Protocol::Query { operations, .. } => query::read(service.prefix, operations, request),
        Protocol::Rest { routes, .. } => rest::read(service.prefix, routes, request),
    }
}

pub(crate) fn write(service: &Service, call: &Call, output: &Value) -> Response<Body> {
    match &service.protocol {
        Protocol::Json { .. } => json::write(output),
        Protocol::Query { namespace, .. } => query::write(namespace, &call.operation, output),
        Protocol::Rest { .. } => rest::write(call.status, output),
    }
}

pub(crate) fn write_error(service: &Service, error: &ApiError) -> Response<Body> {
    match &service.protocol {
        Protocol::Json { message, .. } => json::write_error(message, error),
        Protocol::Query { namespace, .. } => query::write_error(namespace, error),
        Protocol::Rest { message, .. } => rest::write_error(message, error),
    }
}

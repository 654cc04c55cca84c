//! AWS's protocols: how an operation and its input stand in a request, and how its answer is written.

mod cbor;
pub(crate) mod frames;
mod json;
mod query;
mod rest;

pub(crate) use rest::read_head;

use crate::api_error::{ApiError, Result};
use crate::model::Times;
use crate::service::{Protocol, Run, Service};
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

/// How deep an input may go. No operation's goes to ten; what is read is kept in a document, which must not become deeper
/// than `serde_json` reads again (128).
const DEEPEST: usize = 100;

/// A request, read.
pub(crate) struct Call {
    pub(crate) operation: &'static str,
    pub(crate) input: Value,
    pub(crate) run: Run,
    /// The status of success.
    pub(crate) status: u16,
    /// How it came, and is answered.
    wire: Wire,
}

/// What a service that is spoken to in JSON is also spoken to in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wire {
    Usual,
    Cbor,
}

impl Service {
    /// An operation by its name.
    fn operation(&self, name: &str) -> Result<(&'static str, Run)> {
        let found = self.operations.iter().find(|(known, _)| *known == name);
        found.copied().ok_or_else(|| ApiError::unknown_operation(self.prefix, name))
    }
}

pub(crate) fn read(service: &Service, request: &Request<Bytes>) -> Result<Call> {
    match &service.protocol {
        Protocol::Json { .. } if cbor::is(request) => cbor::read(service, request),
        Protocol::Json { .. } => json::read(service, request),
        Protocol::Query { .. } => query::read(service, request),
        Protocol::Rest { .. } => rest::read(service, request),
    }
}

/// Checks an input against every rule of AWS's model.
///
/// # Errors
/// As the service refuses what its model forbids.
pub(crate) fn check(service: &Service, call: &Call) -> Result<()> {
    service.model.check_input(call.operation, &call.input)
}

/// Whether an answer is one that AWS's model has. Programs made for use answer it as it is.
///
/// # Errors
/// What is wrong with it, which is a fault of Local AWS.
pub(crate) fn check_answer(service: &Service, call: &Call, output: &Value) -> Result<()> {
    if !cfg!(debug_assertions) {
        return Ok(());
    }
    let times = match &service.protocol {
        Protocol::Query { .. } => Times::Iso,
        Protocol::Json { .. } | Protocol::Rest { .. } => Times::Epoch,
    };
    let checked = service.model.check_answer(call.operation, output, times);
    checked.map_err(|wrong| ApiError::internal(format!("AWS's model does not have this answer: {wrong}")))
}

pub(crate) fn write(service: &Service, call: &Call, output: &Value) -> Response<Body> {
    match &service.protocol {
        Protocol::Json { .. } if call.wire == Wire::Cbor => cbor::write(service.model, call.operation, output),
        Protocol::Json { .. } => json::write(output),
        Protocol::Query { namespace, maps } => query::write((namespace, maps), call.operation, output),
        Protocol::Rest { .. } => rest::write(service.model, call, output),
    }
}

/// The answer of an operation that has failed.
pub(crate) fn write_failure(service: &Service, call: &Call, error: &ApiError) -> Response<Body> {
    match call.wire {
        Wire::Cbor => cbor::write_error(error),
        Wire::Usual => write_error(service, error),
    }
}

pub(crate) fn write_error(service: &Service, error: &ApiError) -> Response<Body> {
    match &service.protocol {
        Protocol::Json { message, .. } => json::write_error(message, error),
        Protocol::Query { namespace, .. } => query::write_error(namespace, error),
        Protocol::Rest { message, .. } => rest::write_error(message, error),
    }
}

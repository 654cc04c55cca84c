//! The AWS JSON protocol: `X-Amz-Target: AWSGlue.GetJob`, everything else in the body.

use super::Call;
use crate::api_error::{ApiError, Result};
use crate::response::body;
use crate::service::Run;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use serde_json::{Value, json};

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

pub(super) fn read(prefix: &str, operations: &[(&'static str, Run)], request: &Request<Bytes>) -> Result<Call> {
    let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default();
    let found = operations.iter().find(|(name, _)| *name == operation);
    let (_, run) = found.ok_or_else(|| ApiError::unknown_operation(prefix, operation))?;
    let input = match request.body().is_empty() {
        true => json!({}),
        false => serde_json::from_slice(request.body())
            .map_err(|error| ApiError::new("SerializationException", error.to_string()))?,
    };
    Ok(Call { operation: operation.to_owned(), input, run: *run, status: 200 })
}

pub(super) fn write(output: &Value) -> Response<Body> {
    let text = if output.is_null() { "{}".to_owned() } else { without_nulls(output).to_string() };
    body(200, CONTENT_TYPE, text)
}

pub(super) fn write_error(message: &str, error: &ApiError) -> Response<Body> {
    let text = json!({"__type": error.code, message: error.message}).to_string();
    let mut response = body(error.status, CONTENT_TYPE, text);
    if let Ok(code) = HeaderValue::try_from(&error.code) {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}

/// AWS leaves out what is not set.
pub(super) fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let set = fields.iter().filter(|(_, value)| !value.is_null());
            Value::Object(set.map(|(name, value)| (name.clone(), without_nulls(value))).collect())
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

//! The AWS JSON protocol: `X-Amz-Target: AWSGlue.GetJob`, everything else in the body.

use super::{Call, DEEPEST, Wire};
use crate::api_error::{ApiError, Result};
use crate::model::Form;
use crate::response::body;
use crate::service::Service;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use serde_json::{Value, json};

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

pub(super) fn read(service: &Service, request: &Request<Bytes>) -> Result<Call> {
    let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (operation, run) = service.operation(target.rsplit('.').next().unwrap_or_default())?;
    let mut input = parse(request.body())?;
    service.model.type_input(operation, &mut input, Form::Json).map_err(unreadable)?;
    Ok(Call { operation, input, run, status: 200, wire: Wire::Usual })
}

/// A body, which may be left out.
pub(super) fn parse(body: &Bytes) -> Result<Value> {
    match body.is_empty() {
        true => Ok(json!({})),
        false if depth(body) > DEEPEST => Err(unreadable(format!("Local AWS reads JSON of at most {DEEPEST} levels"))),
        false => serde_json::from_slice(body).map_err(|error| unreadable(error.to_string())),
    }
}

/// How deep the brackets go.
fn depth(json: &[u8]) -> usize {
    let (mut now, mut most, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                now += 1;
                most = most.max(now);
            }
            b'}' | b']' if !in_text => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

pub(super) fn unreadable(message: String) -> ApiError {
    ApiError::new("SerializationException", message)
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

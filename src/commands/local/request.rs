//! What is asked of Local AWS itself, beside AWS's API.

use crate::error::{Error, Result};
use bytes::Bytes;
use http::Method;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// # Errors
/// Nobody listens there, or what it answers is an error.
pub(super) async fn post(url: &str, token: &str, body: String) -> Result<Value> {
    ask(Method::POST, url, token, body).await
}

/// # Errors
/// Nobody listens there, or what it answers is an error.
pub(super) async fn get(url: &str, token: &str) -> Result<Value> {
    ask(Method::GET, url, token, String::new()).await
}

async fn ask(method: Method, url: &str, token: &str, body: String) -> Result<Value> {
    let failed = |error: &dyn std::fmt::Display| {
        Error::other(format!("Local AWS at {url} does not answer: {error}"), "is its `pipectl local` still running?")
    };
    let request = http::Request::builder().method(method).uri(url).header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {token}"));
    let request = request.body(Full::new(Bytes::from(body))).map_err(|error| failed(&error))?;
    let client = Client::builder(TokioExecutor::new()).build_http();
    let answer = client.request(request).await.map_err(|error| failed(&error))?;
    let status = answer.status();
    let bytes = answer.into_body().collect().await.map_err(|error| failed(&error))?.to_bytes();
    let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    match status.is_success() {
        true => Ok(answer),
        false => Err(failed(&answer["message"].as_str().unwrap_or(status.as_str()))),
    }
}

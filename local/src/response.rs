//! Answers over HTTP.

use crate::context::new_uuid;
use axum::body::{Body, HttpBody as _};
use bytes::Bytes;
use http::{HeaderValue, Response, header};
use jiff::Timestamp;
use serde_json::Value;

/// GB of an answer, as HTTP/1.1 writes it.
pub(crate) fn sent(response: &Response<Body>) -> f64 {
    const LINES: usize = "HTTP/1.1 200 OK\r\n\r\n".len() + "date: Thu, 26 Nov 2026 00:00:00 GMT\r\n".len();
    let headers: usize = response.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    let body = response.body().size_hint().exact().unwrap_or_default();
    ((LINES + headers) as f64 + body as f64) / (1_u64 << 30) as f64
}

/// An answer that no AWS service gives.
pub(crate) fn plain(status: u16, words: &str) -> Response<Body> {
    body(status, "text/plain", words.to_owned())
}

pub(crate) fn json(status: u16, value: &Value) -> Response<Body> {
    body(status, "application/json", value.to_string())
}

pub(crate) fn body(status: u16, content_type: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// An answer whose body breaks off: what a client sees when the connection is lost.
pub(crate) fn dropped() -> Response<Body> {
    let lost = futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("connection dropped on demand")) });
    Response::new(Body::from_stream(lost))
}

/// What a login page of a network answers to everything.
pub(crate) fn page() -> Response<Body> {
    body(200, "text/html", "<!DOCTYPE html><html><title>Welcome</title><body>Please log in.</body></html>".to_owned())
}

/// The first half of an answer, as if it were all of it.
pub(crate) async fn halved(answer: Response<Body>) -> Response<Body> {
    use http_body_util::BodyExt as _;
    let (mut parts, body) = answer.into_parts();
    let Ok(body) = body.collect().await else { return dropped() };
    let body = body.to_bytes();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body.slice(..body.len() / 2)))
}

/// Where an answer has the id of its request.
pub(crate) const REQUEST_ID: &str = "x-amzn-requestid";

/// An answer with the id that most services give each request, unless it has one that its body repeats.
pub(crate) fn identified(mut response: Response<Body>) -> Response<Body> {
    if !response.headers().contains_key(REQUEST_ID) {
        let id = HeaderValue::try_from(new_uuid()).expect("a UUID is a header value");
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// An answer with the time, which is not this machine's where the clock was stepped.
pub(crate) fn dated(mut response: Response<Body>, now: Timestamp) -> Response<Body> {
    let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    response.headers_mut().insert(header::DATE, HeaderValue::try_from(date).expect("a date is a header value"));
    response
}

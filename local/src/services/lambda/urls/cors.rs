//! Cross-origin requests: what a URL's `Cors` says, which Lambda answers by itself.
//!
//! A preflight does not reach the function. To other answers Lambda adds its headers beside the function's own: where both
//! have some, both arrive, which browsers refuse.

use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use serde_json::Value;

fn header<'a, B>(request: &'a Request<B>, name: &str) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

fn list(cors: &Value, name: &str) -> Vec<String> {
    cors[name].as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect()
}

/// What stands for the origin of a request in an answer: itself, or everybody; `None` where it is not let in.
fn allowed(cors: &Value, origin: &str) -> Option<String> {
    let origins = list(cors, "AllowOrigins");
    if origins.iter().any(|one| one == "*") {
        return Some("*".to_owned());
    }
    origins.iter().any(|one| one.eq_ignore_ascii_case(origin)).then(|| origin.to_owned())
}

fn append(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let (false, Ok(value)) = (value.is_empty(), HeaderValue::try_from(value)) {
        headers.append(HeaderName::from_static(name), value);
    }
}

/// Those that every answer to a page of an allowed origin has. Without `Origin` there are none.
pub(super) fn add<B>(cors: &Value, request: &Request<B>, headers: &mut HeaderMap) -> bool {
    let Some(origin) = header(request, "origin").and_then(|origin| allowed(cors, origin)) else { return false };
    append(headers, "access-control-allow-origin", &origin);
    if origin != "*" {
        append(headers, "vary", "Origin");
    }
    if cors["AllowCredentials"] == true {
        append(headers, "access-control-allow-credentials", "true");
    }
    append(headers, "access-control-expose-headers", &list(cors, "ExposeHeaders").join(","));
    true
}

/// The answer to a preflight, where the URL has CORS.
pub(super) fn preflight<B>(cors: &Value, request: &Request<B>) -> Option<Response<Body>> {
    let is_one = request.method() == Method::OPTIONS && header(request, "access-control-request-method").is_some();
    if !cors.is_object() || !is_one || header(request, "origin").is_none() {
        return None;
    }
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    if add(cors, request, headers) {
        headers.remove("access-control-expose-headers");
        append(headers, "access-control-allow-methods", &list(cors, "AllowMethods").join(","));
        append(headers, "access-control-allow-headers", &list(cors, "AllowHeaders").join(","));
        if let Some(seconds) = cors["MaxAge"].as_i64() {
            append(headers, "access-control-max-age", &seconds.to_string());
        }
    }
    Some(response)
}

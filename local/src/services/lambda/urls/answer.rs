//! What a caller gets: the function's answer, "Response payload format", or Lambda's own.

use axum::body::Body;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

/// An answer that Lambda gives by itself: status, error type, body.
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) error: &'static str,
    pub(super) body: String,
}

impl Refusal {
    /// No statement lets the caller in, or there is no such URL.
    pub(super) fn forbidden() -> Self {
        let words = "Forbidden. For troubleshooting Function URL authorization issues, see: \
                     https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html";
        Self::new(StatusCode::FORBIDDEN, "AccessDeniedException", words)
    }

    pub(super) fn throttled() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", "Rate Exceeded.")
    }

    pub(super) fn too_large() -> Self {
        let words = "Request must be smaller than 6291456 bytes for the InvokeFunction operation";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLargeException", words)
    }

    /// The function failed, took too long, or gave what is no answer.
    pub(super) fn failed() -> Self {
        let body = "Internal Server Error".to_owned();
        Self { status: StatusCode::BAD_GATEWAY, error: "InternalServerErrorException", body }
    }

    fn new(status: StatusCode, error: &'static str, words: &str) -> Self {
        Self { status, error, body: json!({"Message": words}).to_string() }
    }

    pub(super) fn response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(self.error));
        response
    }
}

/// Reads what a function gave. JSON without a status code is the body; `None` where it is no JSON, or cannot be sent.
pub(super) fn read(payload: &Bytes) -> Option<Response<Body>> {
    let given: Value = serde_json::from_slice(payload).ok()?;
    let mut response = match &given["statusCode"] {
        Value::Null => Response::new(Body::from(payload.clone())),
        status => explicit(&given, status)?,
    };
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_TYPE).or_insert_with(|| HeaderValue::from_static("application/json"));
    Some(response)
}

fn explicit(given: &Value, status: &Value) -> Option<Response<Body>> {
    let status = match status {
        Value::String(text) => text.parse().ok()?,
        number => u16::try_from(number.as_u64()?).ok()?,
    };
    let bytes = match &given["body"] {
        Value::Null => vec![],
        Value::String(text) if given["isBase64Encoded"] == true => BASE64_STANDARD.decode(text).ok()?,
        Value::String(text) => text.clone().into_bytes(),
        _ => return None,
    };
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    for (name, value) in given["headers"].as_object().into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        response.headers_mut().insert(HeaderName::try_from(name).ok()?, HeaderValue::try_from(text).ok()?);
    }
    for cookie in given["cookies"].as_array().into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, HeaderValue::try_from(cookie.as_str()?).ok()?);
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_or_only_a_body() {
        let of = |payload: &str| read(&Bytes::from(payload.to_owned()));
        let whole = of(
            r#"{"statusCode":201,"headers":{"X-A":1},"cookies":["a=1","b=2"],"body":"aGk=","isBase64Encoded":true}"#,
        );
        let whole = whole.unwrap();
        assert_eq!((whole.status().as_u16(), whole.headers()["x-a"].as_bytes()), (201, &b"1"[..]));
        assert_eq!(whole.headers().get_all("set-cookie").iter().count(), 2);
        for payload in [r#"{"a":1}"#, "[1]", "\"text\"", "null"] {
            let response = of(payload).unwrap();
            assert_eq!(
                (response.status().as_u16(), &response.headers()["content-type"]),
                (200, &HeaderValue::from_static("application/json"))
            );
        }
        for payload in ["", "text", r#"{"statusCode":"x"}"#, r#"{"statusCode":200,"body":{}}"#] {
            assert!(of(payload).is_none(), "{payload}");
        }
    }
}

//! What goes back: the function's answer, or API Gateway's own.

use super::exposed::Exposed;
use super::refusal::Refusal;
use super::{Asked, insert};
use axum::body::Body;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

/// Where no API could have set anything.
pub(super) fn plain(refusal: &Refusal) -> Response<Body> {
    let mut response = Response::new(Body::from(json!({"message": refusal.message}).to_string()));
    *response.status_mut() = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    insert(response.headers_mut(), "content-type", "application/json");
    insert(response.headers_mut(), "x-amzn-errortype", refusal.error);
    response
}

/// With the status, headers and text that the API has set for this type, or for all of its class.
pub(super) fn refuse(exposed: &Exposed, asked: &Asked, refusal: &Refusal) -> Response<Body> {
    let class = if refusal.status < 500 { "DEFAULT_4XX" } else { "DEFAULT_5XX" };
    let own = &exposed.responses[refusal.kind];
    let set = if own.is_null() { &exposed.responses[class] } else { own };
    let mut response = plain(refusal);
    let status = set["statusCode"].as_str().and_then(|status| status.parse().ok());
    if let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok()) {
        *response.status_mut() = status;
    }
    for (name, value) in set["responseParameters"].as_object().into_iter().flatten() {
        let (Some(name), Some(value)) = (name.strip_prefix("gatewayresponse.header."), value.as_str()) else {
            continue;
        };
        let value = match value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')) {
            Some(text) => Some(text.to_owned()),
            None => value.strip_prefix("method.request.header.").and_then(|name| asked.header(name)).map(str::to_owned),
        };
        set_header(response.headers_mut(), name, value.as_deref());
    }
    if let Some(template) = set["responseTemplates"]["application/json"].as_str() {
        let quoted = json!(refusal.message).to_string();
        let body = template
            .replace("$context.error.messageString", &quoted)
            .replace("$context.error.message", refusal.message)
            .replace("$context.requestId", &asked.request_id);
        *response.body_mut() = Body::from(body);
    }
    response
}

fn set_header(headers: &mut HeaderMap, name: &str, value: Option<&str>) {
    if let (Ok(name), Some(Ok(value))) = (HeaderName::try_from(name), value.map(HeaderValue::try_from)) {
        headers.insert(name, value);
    }
}

/// Reads what a function gave: "Output format of a Lambda function for proxy integration". `None` if it is not that.
pub(super) fn read(payload: &[u8]) -> Option<Response<Body>> {
    let Ok(Value::Object(given)) = serde_json::from_slice(payload) else { return None };
    let status = match given.get("statusCode")? {
        Value::Number(status) => u16::try_from(status.as_u64()?).ok()?,
        Value::String(status) => status.parse().ok()?,
        _ => return None,
    };
    let bytes = match given.get("body").unwrap_or(&Value::Null) {
        Value::Null => vec![],
        Value::String(text) if given.get("isBase64Encoded") == Some(&Value::Bool(true)) => {
            BASE64_STANDARD.decode(text).ok()?
        }
        Value::String(text) => text.clone().into_bytes(),
        _ => return None,
    };
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    fill(response.headers_mut(), given.get("headers"), given.get("multiValueHeaders"))?;
    if !response.headers().contains_key(header::CONTENT_TYPE) {
        insert(response.headers_mut(), "content-type", "application/json");
    }
    Some(response)
}

/// "If you specify values for both headers and multiValueHeaders, API Gateway merges them into a single list."
fn fill(headers: &mut HeaderMap, single: Option<&Value>, multi: Option<&Value>) -> Option<()> {
    for (name, value) in multi.and_then(Value::as_object).into_iter().flatten() {
        for value in value.as_array()? {
            headers.append(HeaderName::try_from(name).ok()?, HeaderValue::try_from(text(value)?).ok()?);
        }
    }
    for (name, value) in single.and_then(Value::as_object).into_iter().flatten() {
        let (name, value) = (HeaderName::try_from(name).ok()?, HeaderValue::try_from(text(value)?).ok()?);
        if headers.get_all(&name).iter().all(|there| *there != value) {
            headers.append(name, value);
        }
    }
    Some(())
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_functions_answer_is_its_status_headers_and_body() {
        let payload = json!({
            "statusCode": 200,
            "headers": {"a": "1", "b": 2},
            "multiValueHeaders": {"a": ["1", "3"]},
            "body": "aGk=",
            "isBase64Encoded": true,
        });
        let response = read(payload.to_string().as_bytes()).unwrap();
        assert_eq!(response.status(), 200);
        let all: Vec<_> = response.headers().get_all("a").iter().collect();
        assert_eq!(all, ["1", "3"]);
        assert_eq!(response.headers()["b"], "2");
        assert_eq!(response.headers()["content-type"], "application/json");
    }

    #[test]
    fn anything_else_is_malformed() {
        for payload in ["null", "\"ok\"", "{}", r#"{"statusCode":"x"}"#, r#"{"statusCode":200,"body":{"a":1}}"#] {
            assert!(read(payload.as_bytes()).is_none(), "{payload}");
        }
        assert!(read(br#"{"statusCode":"204"}"#).is_some());
    }
}

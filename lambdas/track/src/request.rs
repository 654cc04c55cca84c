//! The event that `track` is called with, as far as it reads it.

use crate::headers::Headers;
use crate::rejection::Rejection;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::borrow::Cow;

/// A request, as a REST API (payload format 1.0) or a function URL (2.0) tells it.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Event")]
pub struct ProxyRequest {
    pub(crate) method: String,
    pub(crate) front: Front,
    pub(crate) headers: Headers,
    /// Of the front, which writes it into its logs.
    pub(crate) id: Option<String>,
    /// Whom the front has a connection with: behind a CDN, that is the CDN.
    pub(crate) source_ip: Option<String>,
    body: String,
    is_base64_encoded: bool,
}

/// What took the request before the function did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Front {
    /// It has checked path and API key.
    RestApi,
    /// It hands on what comes, and adds the headers of CORS to what goes.
    FunctionUrl { path: String, query: String },
}

/// Both formats. A REST API writes `null`, not an empty value, for what is not there; a function URL leaves it out.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    /// A REST API tells none.
    version: Option<String>,
    http_method: Option<String>,
    raw_path: Option<String>,
    raw_query_string: Option<String>,
    request_context: Option<RequestContext>,
    headers: Option<Headers>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    request_id: Option<String>,
    http: Option<Http>,
    identity: Option<Identity>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    method: Option<String>,
    path: Option<String>,
    source_ip: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    source_ip: Option<String>,
}

impl TryFrom<Event> for ProxyRequest {
    type Error = &'static str;

    fn try_from(event: Event) -> Result<Self, Self::Error> {
        let RequestContext { request_id: id, http, identity } = event.request_context.unwrap_or_default();
        let (method, source_ip, front) = if event.version.as_deref() == Some("2.0") || http.is_some() {
            let Http { method, path, source_ip } = http.unwrap_or_default();
            let path = event.raw_path.or(path).unwrap_or_default();
            let query = event.raw_query_string.unwrap_or_default();
            (method.unwrap_or_default(), source_ip, Front::FunctionUrl { path, query })
        } else {
            // An event of S3, say: an answer would look as if it had been taken.
            let method = event.http_method.ok_or("it has no `httpMethod`, so it is no HTTP request")?;
            (method, identity.and_then(|identity| identity.source_ip), Front::RestApi)
        };
        let (headers, body) = (event.headers.unwrap_or_default(), event.body.unwrap_or_default());
        Ok(Self { method, front, headers, id, source_ip, body, is_base64_encoded: event.is_base64_encoded })
    }
}

impl ProxyRequest {
    /// The bytes that the client sent. A REST API encodes them where the content type is one of its binary media types, a function URL
    /// where it is not text, JSON, XML or JavaScript: also that of a form, and none.
    pub(crate) fn body(&self) -> Result<Cow<'_, [u8]>, Rejection> {
        if !self.is_base64_encoded {
            return Ok(Cow::Borrowed(self.body.as_bytes()));
        }
        STANDARD.decode(&self.body).map(Cow::Owned).map_err(|_| Rejection::NotBase64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(event: Value) -> Result<ProxyRequest, serde_json::Error> {
        serde_json::from_value(event)
    }

    fn front(event: Value) -> (String, Front) {
        let request = read(event).unwrap();
        (request.method, request.front)
    }

    #[test]
    fn the_payload_format_tells_what_stands_before_the_function() {
        let url = |method: &str, path: &str, query: &str| {
            (method.to_owned(), Front::FunctionUrl { path: path.to_owned(), query: query.to_owned() })
        };
        let http = json!({"http": {"method": "POST", "path": "/t"}});
        let rest = json!({"httpMethod": "POST", "requestContext": {"stage": "prod"}});
        assert_eq!(front(rest), ("POST".to_owned(), Front::RestApi));
        assert_eq!(front(json!({"version": "1.0", "httpMethod": "PUT"})), ("PUT".to_owned(), Front::RestApi));
        assert_eq!(front(json!({"requestContext": http})), url("POST", "/t", ""));
        let whole = json!({"version": "2.0", "rawPath": "/t", "rawQueryString": "a=b", "requestContext": http});
        assert_eq!(front(whole), url("POST", "/t", "a=b"));
        assert_eq!(front(json!({"version": "2.0", "httpMethod": "POST", "rawPath": "/t"})), url("", "/t", ""));
    }

    #[test]
    fn what_is_no_request_is_not_answered() {
        let error = read(json!({"Records": []})).unwrap_err();
        assert_eq!(error.to_string(), "it has no `httpMethod`, so it is no HTTP request");
    }
}

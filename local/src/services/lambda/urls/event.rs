//! The event of a function URL: "Request payload format", which is version 2.0 of API Gateway's.

use super::configuration::domain;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Who a request is from and what it is called.
pub(super) struct Asked<'a> {
    pub(super) id: &'a str,
    pub(super) region: &'a str,
    pub(super) account: &'a str,
    /// Of a caller that has signed.
    pub(super) signed: Option<Value>,
    pub(super) path: &'a str,
    pub(super) request_id: &'a str,
    pub(super) trace_id: &'a str,
    pub(super) millis: i64,
}

pub(super) fn event(asked: &Asked<'_>, request: &Request<Bytes>) -> Value {
    let query = request.uri().query().unwrap_or_default();
    let (headers, cookies) = headers(asked, request);
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": asked.path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": context(asked, request),
        "isBase64Encoded": false,
    });
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    let pairs = form_urlencoded::parse(query.as_bytes());
    let joined = pairs.fold(Map::new(), |mut all, (name, value)| {
        join(&mut all, &name, &value);
        all
    });
    if !joined.is_empty() {
        event["queryStringParameters"] = Value::Object(joined);
    }
    if !request.body().is_empty() {
        let (body, encoded) = body(request);
        event["body"] = body.into();
        event["isBase64Encoded"] = encoded.into();
    }
    event
}

/// Of a name that is there already, the values are joined.
fn join(all: &mut Map<String, Value>, name: &str, value: &str) {
    let joined = match all.get(name).and_then(Value::as_str) {
        Some(before) => format!("{before},{value}"),
        None => value.to_owned(),
    };
    all.insert(name.to_owned(), joined.into());
}

/// Names in lower case; cookies are apart.
fn headers(asked: &Asked<'_>, request: &Request<Bytes>) -> (Map<String, Value>, Vec<String>) {
    let (mut all, mut cookies) = (Map::new(), vec![]);
    for (name, value) in request.headers() {
        let value = String::from_utf8_lossy(value.as_bytes());
        match name.as_str() {
            "cookie" => cookies.extend(value.split(';').map(|cookie| cookie.trim().to_owned())),
            "connection" | "host" => {}
            name => join(&mut all, name, &value),
        }
    }
    for (name, value) in [
        ("host", domain(asked.id, asked.region)),
        ("x-amzn-trace-id", asked.trace_id.to_owned()),
        ("x-amzn-tls-version", "TLSv1.3".to_owned()),
        ("x-amzn-tls-cipher-suite", "TLS_AES_128_GCM_SHA256".to_owned()),
        ("x-forwarded-for", "127.0.0.1".to_owned()),
        ("x-forwarded-port", "443".to_owned()),
        ("x-forwarded-proto", "https".to_owned()),
    ] {
        all.insert(name.to_owned(), value.into());
    }
    (all, cookies)
}

/// Text is what says that it is: `text/*`, JSON, XML and JavaScript. All else is base64, also what says nothing and what
/// is compressed.
fn body(request: &Request<Bytes>) -> (String, bool) {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = header("content-type").split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_text = kind.starts_with("text/")
        || matches!(kind.as_str(), "application/json" | "application/xml" | "application/javascript");
    let is_plain = matches!(header("content-encoding"), "" | "identity");
    match std::str::from_utf8(request.body()) {
        Ok(text) if is_text && is_plain => (text.to_owned(), false),
        _ => (BASE64_STANDARD.encode(request.body()), true),
    }
}

fn context(asked: &Asked<'_>, request: &Request<Bytes>) -> Value {
    let time = Timestamp::from_millisecond(asked.millis).unwrap_or(Timestamp::UNIX_EPOCH);
    let agent = request.headers().get("user-agent").and_then(|value| value.to_str().ok());
    let mut all = json!({
        // Nobody is asked who they are.
        "accountId": if asked.signed.is_some() { asked.account } else { "anonymous" },
        "apiId": asked.id,
        "authentication": null,
        "domainName": domain(asked.id, asked.region),
        "domainPrefix": asked.id,
        "http": {
            "method": request.method().as_str(),
            "path": asked.path,
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": agent,
        },
        "requestId": asked.request_id,
        "routeKey": "$default",
        "stage": "$default",
        "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
        "timeEpoch": asked.millis,
    });
    if let Some(iam) = &asked.signed {
        all["authorizer"] = json!({"iam": iam});
    }
    all
}

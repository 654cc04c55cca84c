//! The event of a proxy integration: "Input format of a Lambda function for proxy integration".

use super::Asked;
use super::exposed::{Exposed, Found, Key};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::HeaderMap;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

pub(super) fn proxy(exposed: &Exposed, found: &Found<'_>, key: Option<&Key>, asked: &Asked) -> Bytes {
    let headers = headers(asked);
    let (single, multi) = pairs(&headers);
    let query = query(asked.request.uri().query().unwrap_or_default());
    let (single_query, multi_query) = pairs(&query);
    let (body, is_base64) = body(exposed, asked);
    let event = json!({
        "resource": found.resource,
        "path": asked.call.path,
        "httpMethod": asked.request.method().as_str(),
        "headers": single,
        "multiValueHeaders": multi,
        "queryStringParameters": single_query,
        "multiValueQueryStringParameters": multi_query,
        "pathParameters": if found.parameters.is_empty() { Value::Null } else { json!(found.parameters) },
        "stageVariables": exposed.variables,
        "requestContext": request_context(exposed, found, key, asked),
        "body": body,
        "isBase64Encoded": is_base64,
    });
    Bytes::from(event.to_string())
}

/// Names as the client wrote them are not known any more: HTTP/2 and most servers have them in lower case. API
/// Gateway's own are added.
fn headers(asked: &Asked) -> Vec<(String, String)> {
    let mut all: Vec<_> = read(asked.request.headers());
    all.push(("X-Amzn-Trace-Id".to_owned(), asked.trace_id.clone()));
    all.push(("X-Forwarded-For".to_owned(), "127.0.0.1".to_owned()));
    all.push(("X-Forwarded-Port".to_owned(), "443".to_owned()));
    all.push(("X-Forwarded-Proto".to_owned(), "https".to_owned()));
    all
}

fn read(headers: &HeaderMap) -> Vec<(String, String)> {
    let all = headers.iter().filter(|(name, _)| *name != "connection" && *name != "content-length");
    all.map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}

fn query(text: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// The last value of each name, and all of them; `null` where there is none.
fn pairs(all: &[(String, String)]) -> (Value, Value) {
    if all.is_empty() {
        return (Value::Null, Value::Null);
    }
    let (mut single, mut multi) = (Map::new(), Map::new());
    for (name, value) in all {
        single.insert(name.clone(), value.as_str().into());
        match multi.entry(name.clone()).or_insert_with(|| json!([])) {
            Value::Array(values) => values.push(value.as_str().into()),
            _ => continue,
        }
    }
    (Value::Object(single), Value::Object(multi))
}

/// In base64 where the API calls the media type binary. Else it is text, as UTF-8.
fn body(exposed: &Exposed, asked: &Asked) -> (Value, bool) {
    let bytes = asked.request.body();
    if bytes.is_empty() {
        return (Value::Null, false);
    }
    let kind = asked.header("content-type").unwrap_or("application/json");
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let is_binary = exposed.binary.iter().any(|binary| binary == "*/*" || binary.eq_ignore_ascii_case(kind));
    match is_binary {
        true => (BASE64_STANDARD.encode(bytes).into(), true),
        false => (String::from_utf8_lossy(bytes).into(), false),
    }
}

fn request_context(exposed: &Exposed, found: &Found<'_>, key: Option<&Key>, asked: &Asked) -> Value {
    let time = Timestamp::from_millisecond(asked.millis).unwrap_or(Timestamp::UNIX_EPOCH);
    json!({
        "resourceId": found.resource_id,
        "resourcePath": found.resource,
        "httpMethod": asked.request.method().as_str(),
        "extendedRequestId": asked.extended_id,
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
        "path": format!("/{}{}", exposed.stage, asked.call.path),
        "accountId": exposed.account,
        "protocol": "HTTP/1.1",
        "stage": exposed.stage,
        "domainPrefix": exposed.api,
        "requestTimeEpoch": asked.millis,
        "requestId": asked.request_id,
        "identity": {
            "cognitoIdentityPoolId": null,
            "accountId": null,
            "cognitoIdentityId": null,
            "caller": null,
            "apiKey": key.map(|key| key.value.as_str()),
            "apiKeyId": key.map(|key| key.id.as_str()),
            "sourceIp": "127.0.0.1",
            "principalOrgId": null,
            "accessKey": null,
            "cognitoAuthenticationType": null,
            "cognitoAuthenticationProvider": null,
            "userArn": null,
            "userAgent": asked.header("user-agent"),
            "user": null,
        },
        "domainName": format!("{}.execute-api.{}.amazonaws.com", exposed.api, exposed.region),
        "apiId": exposed.api,
    })
}

//! The REST JSON protocol: method and path name the operation, and the model says what stands where.

use super::json::{parse, unreadable, without_nulls};
use super::{Call, Wire};
use crate::api_error::{ApiError, Result};
use crate::model::{Form, Location, Model};
use crate::response::{REQUEST_ID, body};
use crate::service::Service;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

/// The values of a pattern's names, if the path has its form: `/restapis/{restapi_id}/stages/{stage_name}`. What a pattern
/// has behind a question mark, the query has to have: `/restapis?mode=import`.
fn matches(pattern: &str, path: &str) -> Option<Map<String, Value>> {
    let mut parts = path.trim_matches('/').split('/');
    let mut found = Map::new();
    for wanted in pattern.trim_matches('/').split('/') {
        let part = parts.next()?;
        match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => drop(found.insert(name.to_owned(), decode(part).into())),
            None if part == wanted => {}
            None => return None,
        }
    }
    parts.next().is_none().then_some(found)
}

fn decode(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}

/// The operation that a request is for, the status of its success, and what its path holds.
fn route(service: &Service, request: &Request<Bytes>) -> Result<(&'static str, u16, Map<String, Value>)> {
    let (method, path) = (request.method().as_str(), request.uri().path());
    let query = request.uri().query().unwrap_or_default();
    let routes = service.model.operations().filter_map(|(operation, described)| {
        let (wanted, pattern, status) = described.http?;
        let (pattern, asked) = pattern.split_once('?').unwrap_or((pattern, ""));
        let is_asked = asked.is_empty() || query.split('&').any(|pair| pair == asked);
        let names = matches(pattern, path).filter(|_| wanted == method && is_asked)?;
        Some((asked.len(), (operation, status, names)))
    });
    // The one that asks for something of the query goes before the one that does not.
    let route = routes.reduce(|first, next| if next.0 > first.0 { next } else { first });
    route
        .map(|(_, route)| route)
        .ok_or_else(|| ApiError::unknown_operation(service.prefix, &format!("{method} {path}")))
}

pub(super) fn read(service: &Service, request: &Request<Bytes>) -> Result<Call> {
    let (operation, status, path) = route(service, request)?;
    let (operation, run) = service.operation(operation)?;
    let payload = service.model.payload(operation);
    let body = if payload.is_some() { Value::Object(Map::new()) } else { parse(request.body())? };
    let Value::Object(body) = body else { return Err(unreadable("Unexpected field type".to_owned())) };
    let mut input = input(service.model, operation, request, path, body)?;
    if let Some(payload) = payload {
        input[payload] = String::from_utf8_lossy(request.body()).into();
    }
    Ok(Call { operation, input, run, status, wire: Wire::Usual })
}

/// The input of an operation whose body is not JSON, without it.
///
/// # Errors
/// What AWS's model forbids.
pub(crate) fn read_head(service: &Service, request: &Request<Bytes>) -> Result<Value> {
    let (operation, _, path) = route(service, request)?;
    let input = input(service.model, operation, request, path, Map::new())?;
    service.model.check_input(operation, &input).map(|()| input)
}

/// Each member from where the model says that it stands.
fn input(
    model: &Model,
    operation: &str,
    request: &Request<Bytes>,
    mut path: Map<String, Value>,
    mut body: Map<String, Value>,
) -> Result<Value> {
    let mut input = Map::new();
    for (name, wire, member) in model.placed(operation) {
        let (given, form) = match member.location {
            None => (body.remove(wire), Form::Json),
            Some(Location::Uri) => (path.remove(wire), Form::Text),
            Some(Location::Query) if model.is_map(member) => (rest_of_query(request, model, operation), Form::Text),
            Some(Location::Query) => (query(request, wire, model.is_list(member)), Form::Text),
            Some(Location::Header) => (header(request, wire), Form::Text),
            Some(Location::StatusCode) => continue,
        };
        if let Some(mut value) = given.filter(|value| !value.is_null()) {
            model.type_member(member, &mut value, form).map_err(unreadable)?;
            input.insert(name.to_owned(), value);
        }
    }
    Ok(Value::Object(input))
}

/// What a query has under a name, which for a list stands there once for each item.
fn query(request: &Request<Bytes>, name: &str, is_list: bool) -> Option<Value> {
    let pairs = form_urlencoded::parse(request.uri().query()?.as_bytes());
    let mut values = pairs.filter(|(given, _)| given == name).map(|(_, value)| Value::from(value.into_owned()));
    let first = values.next()?;
    Some(if is_list { [first].into_iter().chain(values).collect() } else { first })
}

/// What a query has that no member is called.
fn rest_of_query(request: &Request<Bytes>, model: &Model, operation: &str) -> Option<Value> {
    let named: Vec<_> = model.placed(operation).map(|(_, wire, _)| wire).collect();
    let pairs = form_urlencoded::parse(request.uri().query()?.as_bytes());
    let rest = pairs.filter(|(name, _)| !named.contains(&name.as_ref()));
    Some(Value::Object(rest.map(|(name, value)| (name.into_owned(), value.into_owned().into())).collect()))
}

fn header(request: &Request<Bytes>, name: &str) -> Option<Value> {
    request.headers().get(name)?.to_str().ok().map(Value::from)
}

/// What the model places in the status goes there: a deletion by Lambda says which it is, and nothing else.
pub(super) fn write(model: &Model, call: &Call, output: &Value) -> Response<Body> {
    let mut output = without_nulls(output);
    let status = model.status_member(call.operation).and_then(|name| output.as_object_mut()?.remove(name));
    let status = status.and_then(|status| u16::try_from(status.as_u64()?).ok());
    let is_empty = output.as_object().is_none_or(|rest| rest.is_empty() && status.is_some());
    let text = if is_empty { String::new() } else { output.to_string() };
    let mut response = body(status.unwrap_or(call.status), "application/json", text);
    // QuickSight's bodies have the id that their header has.
    if let Some(id) = output["RequestId"].as_str().and_then(|id| HeaderValue::try_from(id).ok()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

pub(super) fn write_error(message: &str, error: &ApiError) -> Response<Body> {
    let text = json!({"Type": if error.status < 500 { "User" } else { "Service" }, message: error.message});
    // Who may not ask is told so with HTTP's own status, where services of JSON alone say 400.
    let status = match error.code.as_str() {
        "AccessDeniedException" | "ExpiredTokenException" | "UnrecognizedClientException" if error.status == 400 => 403,
        _ => error.status,
    };
    let mut response = body(status, "application/json", text.to_string());
    if let Ok(code) = HeaderValue::try_from(&error.code) {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry;

    fn call(scope: &str, line: &str, body: &'static str) -> Call {
        let (method, uri) = line.split_once(' ').unwrap();
        let request = Request::builder().method(method).uri(uri).body(Bytes::from(body)).unwrap();
        let service = registry::ALL.iter().find(|service| service.scope == scope).unwrap();
        read(service, &request).unwrap()
    }

    #[test]
    fn a_path_gives_its_names_decoded() {
        let found = matches("/tags/{resource_arn}", "/tags/arn%3Aaws%3Alambda%3A1:function:a%2Fb").unwrap();
        assert_eq!(found["resource_arn"], "arn:aws:lambda:1:function:a/b");
        let stage = "/restapis/{restapi_id}/stages/{stage_name}";
        assert!(matches(stage, "/restapis/abc/stages").is_none());
        assert!(matches(stage, "/restapis/abc/stages/prod/more").is_none());
        assert_eq!(matches(stage, "/restapis/abc/stages/prod").unwrap()["stage_name"], "prod");
    }

    #[test]
    fn input_is_body_query_and_path_named_as_in_the_model() {
        let integration = "PUT /restapis/a/resources/r/methods/GET/integration";
        let call = call("apigateway", integration, r#"{"httpMethod":"POST","type":"AWS","color":1}"#);
        assert_eq!((call.operation, call.status), ("PutIntegration", 201));
        let expected = json!({
            "restApiId": "a", "resourceId": "r", "httpMethod": "GET", "integrationHttpMethod": "POST", "type": "AWS",
        });
        assert_eq!(call.input, expected);
    }

    #[test]
    fn a_query_gives_numbers_truths_and_lists() {
        let keys = call("apigateway", "GET /apikeys?limit=5&includeValues=true", "");
        assert_eq!(keys.input, json!({"limit": 5, "includeValues": true}));
        let untag = |query: &str| call("lambda", &format!("DELETE /2017-03-31/tags/arn{query}"), "").input;
        assert_eq!(untag("?tagKeys=a&tagKeys=b"), json!({"Resource": "arn", "TagKeys": ["a", "b"]}));
        assert_eq!(untag("?tagKeys=a"), json!({"Resource": "arn", "TagKeys": ["a"]}));
    }
}

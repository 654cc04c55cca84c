//! The REST JSON protocol: method and path name the operation.

use super::Call;
use crate::api_error::{ApiError, Result};
use crate::response::body;
use crate::service::Route;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

impl Route {
    /// The values of the pattern's names, if the path has its form.
    fn matches(&self, method: &str, path: &str) -> Option<Map<String, Value>> {
        if self.method != method {
            return None;
        }
        let mut parts = path.trim_matches('/').split('/');
        let mut names = self.pattern.trim_matches('/').split('/').peekable();
        let mut found = Map::new();
        while let Some(wanted) = names.next() {
            match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) if name.ends_with('+') && names.peek().is_none() => {
                    let rest: Vec<_> = parts.by_ref().collect();
                    found.insert(name.trim_end_matches('+').to_owned(), decode(&rest.join("/")).into());
                }
                Some(name) => {
                    let part = parts.next().filter(|part| !part.is_empty())?;
                    found.insert(name.to_owned(), decode(part).into());
                }
                None if parts.next() == Some(wanted) => {}
                None => return None,
            }
        }
        parts.next().is_none().then_some(found)
    }
}

fn decode(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}

/// Input is the body's fields, those of the path and those of the query; a query name that stands there
/// more than once gives a list.
pub(super) fn read(prefix: &str, routes: &[&[Route]], request: &Request<Bytes>) -> Result<Call> {
    let (method, path) = (request.method().as_str(), request.uri().path());
    let mut matching = routes.iter().copied().flatten().filter_map(|route| Some((route, route.matches(method, path)?)));
    let (route, named) =
        matching.next().ok_or_else(|| ApiError::unknown_operation(prefix, &format!("{method} {path}")))?;
    let mut input = match request.body().is_empty() {
        true => Map::new(),
        false => match serde_json::from_slice(request.body()) {
            Ok(Value::Object(fields)) => fields,
            Ok(_) => return Err(ApiError::new("SerializationException", "the body is not a JSON object")),
            Err(error) => return Err(ApiError::new("SerializationException", error.to_string())),
        },
    };
    for (name, value) in form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes()) {
        let value = Value::String(value.into_owned());
        match input.get_mut(&*name) {
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
            None => drop(input.insert(name.into_owned(), value)),
        }
    }
    for (name, value) in named {
        // PutIntegration has a method in its path, and another one of the same name in its body.
        if let Some(in_body) = input.insert(name.clone(), value) {
            input.insert(format!("{name}InBody"), in_body);
        }
    }
    Ok(Call {
        operation: route.operation.to_owned(),
        input: Value::Object(input),
        run: route.run,
        status: route.status,
    })
}

pub(super) fn write(status: u16, output: &Value) -> Response<Body> {
    let text = if output.is_null() { String::new() } else { super::json::without_nulls(output).to_string() };
    body(status, "application/json", text)
}

pub(super) fn write_error(message: &str, error: &ApiError) -> Response<Body> {
    let text = json!({"Type": if error.status < 500 { "User" } else { "Service" }, message: error.message});
    let mut response = body(error.status, "application/json", text.to_string());
    if let Ok(code) = HeaderValue::try_from(&error.code) {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::route;

    fn nothing(_: &crate::context::Context<'_>, _: &Value) -> Result<Value> {
        Ok(Value::Null)
    }

    #[test]
    fn a_path_gives_its_names_decoded() {
        let get = route("GET", "/tags/{ResourceArn+}", "ListTags", 200, nothing);
        let found = get.matches("GET", "/tags/arn%3Aaws%3Alambda%3A1:function:a/b").unwrap();
        assert_eq!(found["ResourceArn"], "arn:aws:lambda:1:function:a/b");
        let stage = route("GET", "/restapis/{restApiId}/stages/{stageName}", "GetStage", 200, nothing);
        assert!(stage.matches("GET", "/restapis/abc/stages").is_none());
        assert!(stage.matches("PUT", "/restapis/abc/stages/prod").is_none());
        assert_eq!(stage.matches("GET", "/restapis/abc/stages/prod").unwrap()["stageName"], "prod");
    }

    #[test]
    fn input_is_body_query_and_path() {
        let request = Request::builder()
            .method("DELETE")
            .uri("/tags/x?tagKeys=a&tagKeys=b&limit=5")
            .body(Bytes::from(r#"{"n":1}"#))
            .unwrap();
        let routes = [route("DELETE", "/tags/{arn+}", "Untag", 204, nothing)];
        let call = read("lambda", &[&routes], &request).unwrap();
        assert_eq!(call.input, json!({"n": 1, "tagKeys": ["a", "b"], "limit": "5", "arn": "x"}));
    }
}

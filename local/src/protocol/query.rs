//! The AWS query protocol: a form with `Action=CreateRole&Tags.member.1.Key=...`, answered in XML.

use super::{Call, DEEPEST, Wire};
use crate::api_error::{ApiError, Result};
use crate::model::Form;
use crate::response::body;
use crate::service::Service;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use quick_xml::escape::escape;
use serde_json::{Map, Value};
use std::fmt::Write as _;

pub(super) fn read(service: &Service, request: &Request<Bytes>) -> Result<Call> {
    let mut operation = String::new();
    let mut fields = Map::new();
    let query = request.uri().query().unwrap_or_default().as_bytes();
    for (name, value) in form_urlencoded::parse(query).chain(form_urlencoded::parse(request.body())) {
        match &*name {
            "Action" => operation = value.into_owned(),
            "Version" => {}
            path if path.matches('.').count() >= DEEPEST => return Err(too_deep()),
            path => insert(&mut fields, path, &value),
        }
    }
    let (operation, run) = service.operation(&operation)?;
    let mut input = lists(Value::Object(fields));
    let typed = service.model.type_input(operation, &mut input, Form::Text);
    typed.map_err(|message| ApiError::new("MalformedInput", message))?;
    Ok(Call { operation, input, run, status: 200, wire: Wire::Usual })
}

fn too_deep() -> ApiError {
    ApiError::new("MalformedInput", format!("Local AWS reads names of at most {DEEPEST} parts"))
}

/// Puts a value where its dotted name says. There are few parts, as it calls itself for each.
fn insert(fields: &mut Map<String, Value>, path: &str, value: &str) {
    match path.split_once('.') {
        None => drop(fields.insert(path.to_owned(), value.into())),
        Some((first, rest)) => {
            let inner = fields.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

/// Turns `{"member": {"1": a, "2": b}}` into `[a, b]`, and `{"entry": {"1": {"key": k, "value": v}}}` into `{k: v}`,
/// wherever they stand.
fn lists(value: Value) -> Value {
    let Value::Object(mut fields) = value else { return value };
    if let (1, Some(Value::Object(entries))) = (fields.len(), fields.get("entry")) {
        let entry = |entry: &Value| Some((entry["key"].as_str()?.to_owned(), entry["value"].clone()));
        return Value::Object(entries.values().filter_map(entry).collect());
    }
    if let (1, Some(Value::Object(items))) = (fields.len(), fields.get_mut("member")) {
        let mut items: Vec<_> =
            std::mem::take(items).into_iter().map(|(index, item)| (index.parse().unwrap_or(u64::MAX), item)).collect();
        items.sort_by_key(|(index, _)| *index);
        return items.into_iter().map(|(_, item)| lists(item)).collect();
    }
    Value::Object(fields.into_iter().map(|(name, value)| (name, lists(value))).collect())
}

pub(super) fn write((namespace, maps): (&str, &[&str]), operation: &str, output: &Value) -> Response<Body> {
    let mut xml = format!("<{operation}Response xmlns=\"{namespace}\">");
    if !output.is_null() {
        let _ = write!(xml, "<{operation}Result>");
        element(&mut xml, output, maps);
        let _ = write!(xml, "</{operation}Result>");
    }
    let id = crate::context::new_uuid();
    let _ = write!(xml, "<ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{operation}Response>");
    body(200, "text/xml", xml)
}

/// Fields become elements, items of a list `<member>`s, what stands in one of the `maps` `<entry>`s. What is null is left
/// out.
fn element(xml: &mut String, value: &Value, maps: &[&str]) {
    match value {
        Value::Null => {}
        Value::String(text) => xml.push_str(&escape(text.as_str())),
        Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                let _ = write!(xml, "<{name}>");
                match value.as_object().filter(|_| maps.contains(&name.as_str())) {
                    Some(map) => entries(xml, map),
                    None => element(xml, value, maps),
                }
                let _ = write!(xml, "</{name}>");
            }
        }
        Value::Array(items) => {
            for item in items {
                xml.push_str("<member>");
                element(xml, item, maps);
                xml.push_str("</member>");
            }
        }
        other => xml.push_str(&other.to_string()),
    }
}

fn entries(xml: &mut String, map: &Map<String, Value>) {
    for (key, value) in map {
        let _ = write!(xml, "<entry><key>{}</key><value>", escape(key.as_str()));
        element(xml, value, &[]);
        xml.push_str("</value></entry>");
    }
}

pub(super) fn write_error(namespace: &str, error: &ApiError) -> Response<Body> {
    // What every service says of who may not ask has older names here, and another status.
    let (code, status) = match error.code.as_str() {
        "AccessDeniedException" => ("AccessDenied", 403),
        "ExpiredTokenException" => ("ExpiredToken", 403),
        "UnrecognizedClientException" => ("InvalidClientTokenId", 403),
        code => (code, error.status),
    };
    let side = if status < 500 { "Sender" } else { "Receiver" };
    let (code, message) = (escape(code), escape(error.message.as_str()));
    let id = crate::context::new_uuid();
    let xml = format!(
        "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{side}</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>"
    );
    body(status, "text/xml", xml)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbered_members_become_a_list_in_their_order() {
        let mut fields = Map::new();
        for (name, value) in [("Tags.member.10.Key", "j"), ("Tags.member.2.Key", "b"), ("RoleName", "r")] {
            insert(&mut fields, name, value);
        }
        let expected = json!({"Tags": [{"Key": "b"}, {"Key": "j"}], "RoleName": "r"});
        assert_eq!(lists(Value::Object(fields)), expected);
    }

    #[test]
    fn output_is_escaped_and_null_is_left_out() {
        let mut xml = String::new();
        element(&mut xml, &json!({"Name": "a<b&c", "Gone": null, "Tags": [{"Key": "k"}], "Cut": false}), &[]);
        assert_eq!(xml, "<Name>a&lt;b&amp;c</Name><Tags><member><Key>k</Key></member></Tags><Cut>false</Cut>");
    }

    #[test]
    fn maps_have_entries() {
        let form =
            json!({"Attributes": {"entry": {"1": {"key": "a.b", "value": "1"}, "2": {"key": "c", "value": ""}}}});
        assert_eq!(lists(form), json!({"Attributes": {"a.b": "1", "c": ""}}));
        let mut xml = String::new();
        element(&mut xml, &json!({"Attributes": {"a&b": "<"}, "Other": {"a": "b"}}), &["Attributes"]);
        let expected =
            "<Attributes><entry><key>a&amp;b</key><value>&lt;</value></entry></Attributes><Other><a>b</a></Other>";
        assert_eq!(xml, expected);
    }
}

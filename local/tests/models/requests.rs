//! An input as the request that a client sends, and what AWS answers to one that it does not take.

use crate::breaking::{Break, Broken, Model, Rule};
use bytes::Bytes;
use http::Request;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Json,
    Query,
    Rest,
}

pub(crate) struct Service {
    pub(crate) name: &'static str,
    pub(crate) protocol: Protocol,
    /// The error's code for what breaks a rule.
    pub(crate) code: &'static str,
    /// API Gateway names what stands in the body under the operation.
    pub(crate) under_operation: bool,
}

impl Service {
    /// Whether a request can break a rule of a member there. A path without a part is another path; what stands as text in
    /// a path, a query, a header or a form is no string of another type, nor a list of one; and a member that is the whole
    /// body is there, of whatever bytes or none.
    pub(crate) fn can_say(&self, location: &str, broken: &Broken) -> bool {
        let is_text = self.protocol == Protocol::Query || !location.is_empty();
        let is_left_out = broken.value.is_null() || broken.value == "";
        let is_readable = ["string", "blob", "list", "map"].contains(&broken.kind.as_str());
        let is_another_path = location == "uri" && is_left_out;
        let is_any_text = is_text && broken.rule == Rule::Type && is_readable;
        let is_any_body = location == "payload" && (is_left_out || broken.rule == Rule::Type);
        !is_another_path && !is_any_text && !is_any_body
    }

    /// Whether an answer is AWS's refusal.
    pub(crate) fn refuses(&self, operation: &str, broken: &Break, answer: &str) -> bool {
        let code = match (broken.rule, self.protocol) {
            (Rule::Type, Protocol::Query) => "MalformedInput",
            (Rule::Type, _) => "SerializationException",
            _ => self.code,
        };
        let answer = answer.replace("&apos;", "'").replace("&#39;", "'");
        let operation = format!("{}{}Input.", operation[..1].to_ascii_lowercase(), &operation[1..]);
        let named = [format!("at '{}' failed", broken.path), format!("at '{operation}{}' failed", broken.path)];
        let is_named = broken.rule == Rule::Type || answer.contains(&named[0]) || {
            self.under_operation && answer.contains(&named[1])
        };
        answer.contains(code) && answer.contains(broken.rule.words()) && is_named
    }

    pub(crate) fn request(&self, model: &Model, operation: &str, input: &Value) -> Request<Bytes> {
        let signed = format!("AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/{}/aws4_request", self.name);
        let request = Request::builder().header("authorization", signed);
        let request = match self.protocol {
            Protocol::Json => {
                let request = request.method("POST").uri("/").header("x-amz-target", format!("Any.{operation}"));
                request.body(input.to_string().into())
            }
            Protocol::Query => {
                let mut form = form_urlencoded::Serializer::new(format!("Action={operation}"));
                write_form(&mut form, "", input);
                request.method("POST").uri("/").body(form.finish().into())
            }
            Protocol::Rest => {
                let (method, path) = model.http(operation);
                let (mut path, mut query, mut body) = (path.to_owned(), vec![], Map::new());
                let (mut headers, mut payload) = (vec![], None);
                for (name, wire, location) in model.members(&model.input(operation)) {
                    let value = &input[name];
                    match (location, value) {
                        (_, Value::Null) => {}
                        ("uri", value) => path = path.replace(&format!("{{{wire}}}"), &encoded(&text(value))),
                        ("querystring", Value::Array(items)) => {
                            query.extend(items.iter().map(|item| format!("{wire}={}", encoded(&text(item)))));
                        }
                        ("querystring", value) => query.push(format!("{wire}={}", encoded(&text(value)))),
                        ("header", value) => headers.push((wire.to_owned(), text(value))),
                        ("payload", value) => payload = Some(text(value)),
                        (_, value) => drop(body.insert(wire.to_owned(), value.clone())),
                    }
                }
                let fields = (!body.is_empty()).then(|| Value::Object(body).to_string());
                let body = payload.or(fields).unwrap_or_default();
                // The model's own path may ask for something of the query: `/restapis?mode=import`.
                let mark = if path.contains('?') { '&' } else { '?' };
                let request = request.method(method).uri(format!("{path}{mark}{}", query.join("&")));
                let request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
                request.body(body.into())
            }
        };
        request.unwrap()
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn write_form(form: &mut form_urlencoded::Serializer<'_, String>, name: &str, value: &Value) {
    let below = |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") };
    match value {
        Value::Null => {}
        Value::Object(fields) => fields.iter().for_each(|(part, value)| write_form(form, &below(part), value)),
        Value::Array(items) if items.is_empty() => drop(form.append_pair(name, "")),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                write_form(form, &below(&format!("member.{}", index + 1)), item);
            }
        }
        value => drop(form.append_pair(name, &text(value))),
    }
}

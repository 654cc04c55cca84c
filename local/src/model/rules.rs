//! The rules of AWS's models: what an input has to have, how long, large and of which form it may be. What breaks them
//! is told all at once, in the words of AWS's framework.

use super::pattern::Pattern;
use super::{Kind, Model, Shape};
use crate::api_error::{ApiError, Result};
use serde_json::{Number, Value};

/// Where a value stands in an input. It is written out only for what breaks a rule.
struct Path<'a> {
    above: Option<&'a Path<'a>>,
    step: Step<'a>,
}

enum Step<'a> {
    Member(&'a str),
    /// An item of a list, counted from 1.
    Item(usize),
    Entry(&'a str),
}

impl Path<'_> {
    /// `tags.2.member.key`
    fn text(&self) -> String {
        let above = self.above.map(|above| above.text() + ".").unwrap_or_default();
        match self.step {
            Step::Member(name) => above + &uncapitalized(name),
            Step::Item(position) => format!("{above}{position}.member"),
            Step::Entry(key) => format!("{above}{key}.member"),
        }
    }
}

fn uncapitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

impl Model {
    /// Checks an input, read and typed, against every rule of its operation.
    ///
    /// # Errors
    /// All that is broken, with the service's code.
    pub(crate) fn check_input(&self, operation: &str, input: &Value) -> Result<()> {
        let Some(name) = self.document().operations.get(operation).and_then(|operation| operation.input) else {
            return Ok(());
        };
        let shape = self.shape(name);
        let body = format!("{operation}Input");
        let body = Path { above: None, step: Step::Member(&body) };
        let mut check = Check { model: self, broken: vec![] };
        for name in &shape.required {
            let in_body = shape.members.get(name).is_some_and(|member| member.location.is_none());
            let above = (self.words.under_operation && in_body).then_some(&body);
            check.present(shape, input, name, above);
        }
        for (name, member) in &shape.members {
            let above = (self.words.under_operation && member.location.is_none()).then_some(&body);
            check.value(self.shape(member.shape), &input[*name], &Path { above, step: Step::Member(name) });
        }
        check.result()
    }
}

struct Check<'a> {
    model: &'a Model,
    broken: Vec<String>,
}

impl Check<'_> {
    fn result(self) -> Result<()> {
        let count = self.broken.len();
        if count == 0 {
            return Ok(());
        }
        let errors = if count == 1 { "error" } else { "errors" };
        let message = format!("{count} validation {errors} detected: {}", self.broken.join("; "));
        Err(ApiError::new(self.model.words.code, message))
    }

    fn breaks(&mut self, shape: &Shape, value: &Value, path: &Path<'_>, constraint: &str) {
        let value = match value {
            _ if !self.model.words.shows_values || shape.sensitive => String::new(),
            Value::Null => " null".to_owned(),
            value => format!(" '{}'", in_java(value)),
        };
        let path = path.text();
        self.broken.push(format!("Value{value} at '{path}' failed to satisfy constraint: {constraint}"));
    }

    fn present(&mut self, shape: &Shape, structure: &Value, name: &str, above: Option<&Path<'_>>) {
        if structure[name].is_null() {
            let path = Path { above, step: Step::Member(name) };
            self.breaks(shape, &Value::Null, &path, &Rule::Present.text());
        }
    }

    fn value(&mut self, shape: &Shape, value: &Value, path: &Path<'_>) {
        if value.is_null() || shape.document {
            return;
        }
        for rule in shape.rules().filter(|rule| !rule.allows(value)) {
            self.breaks(shape, value, path, &rule.text());
        }
        match value {
            Value::Object(_) if shape.kind == Kind::Structure => {
                for name in &shape.required {
                    self.present(shape, value, name, Some(path));
                }
                for (name, member) in &shape.members {
                    let below = Path { above: Some(path), step: Step::Member(name) };
                    self.value(self.model.shape(member.shape), &value[*name], &below);
                }
            }
            Value::Object(entries) => {
                if let Some(key) = shape.key.map(|key| self.model.shape(key)) {
                    let breaks = |rule: &Rule<'_>| entries.keys().any(|key| !rule.allows_text(key));
                    self.plain(key, value, breaks, path, "Map keys");
                }
                if let Some(entry) = shape.value.map(|entry| self.model.shape(entry)) {
                    let breaks = |rule: &Rule<'_>| entries.values().any(|value| !rule.allows(value));
                    self.plain(entry, value, breaks, path, "Map value");
                    for (key, value) in entries.iter().filter(|_| entry.is_nested()) {
                        self.value(entry, value, &Path { above: Some(path), step: Step::Entry(key) });
                    }
                }
            }
            Value::Array(items) => {
                if let Some(item) = shape.member.map(|item| self.model.shape(item)) {
                    let breaks = |rule: &Rule<'_>| items.iter().any(|value| !rule.allows(value));
                    self.plain(item, value, breaks, path, "Member");
                    for (index, value) in items.iter().enumerate().filter(|_| item.is_nested()) {
                        self.value(item, value, &Path { above: Some(path), step: Step::Item(index + 1) });
                    }
                }
            }
            _ => {}
        }
    }

    /// What plain items of a list or a map break is told once, of the whole, with every rule that they have.
    fn plain(&mut self, item: &Shape, whole: &Value, breaks: impl Fn(&Rule<'_>) -> bool, path: &Path<'_>, what: &str) {
        if item.is_nested() {
            return;
        }
        let rules: Vec<_> = item.rules().chain([Rule::Present]).collect();
        if rules.iter().any(breaks) {
            let rules: Vec<_> = rules.iter().map(Rule::text).collect();
            self.breaks(item, whole, path, &format!("{what} must satisfy constraint: [{}]", rules.join(", ")));
        }
    }
}

/// One rule for one value.
enum Rule<'a> {
    Most(&'a Shape, &'a Number),
    Least(&'a Shape, &'a Number),
    Pattern(&'a Pattern),
    OneOf(&'a [&'static str]),
    Present,
}

impl Shape {
    fn is_nested(&self) -> bool {
        matches!(self.kind, Kind::Structure | Kind::List | Kind::Map)
    }

    fn rules(&self) -> impl Iterator<Item = Rule<'_>> {
        let most = self.max.iter().map(|limit| Rule::Most(self, limit));
        let least = self.min.iter().map(|limit| Rule::Least(self, limit));
        let pattern = self.pattern.iter().map(Rule::Pattern);
        let values = (!self.values.is_empty()).then(|| Rule::OneOf(&self.values));
        most.chain(least).chain(pattern).chain(values)
    }

    /// What a limit is about: the number, or the length.
    fn measure(&self, value: &Value) -> f64 {
        match value {
            Value::String(text) => self.measure_text(text),
            Value::Array(items) => items.len() as f64,
            Value::Object(entries) => entries.len() as f64,
            other => other.as_f64().unwrap_or_default(),
        }
    }

    fn measure_text(&self, text: &str) -> f64 {
        match self.kind {
            // Four letters of base64 are three bytes, less what fills up the last of them.
            Kind::Blob => (text.len() / 4 * 3 - text.len().min(text.len() - text.trim_end_matches('=').len())) as f64,
            _ => text.chars().count() as f64,
        }
    }

    fn measured(&self) -> &'static str {
        match self.kind {
            Kind::Integer | Kind::Long | Kind::Float | Kind::Double => "value",
            _ => "length",
        }
    }
}

impl Rule<'_> {
    fn allows(&self, value: &Value) -> bool {
        match (self, value) {
            (Rule::Present, value) => !value.is_null(),
            (_, Value::Null) => true,
            (Rule::Most(shape, limit), value) => shape.measure(value) <= limit.as_f64().unwrap_or(f64::MAX),
            (Rule::Least(shape, limit), value) => shape.measure(value) >= limit.as_f64().unwrap_or(f64::MIN),
            (_, value) => value.as_str().is_none_or(|text| self.allows_text(text)),
        }
    }

    fn allows_text(&self, text: &str) -> bool {
        match self {
            Rule::Most(shape, limit) => shape.measure_text(text) <= limit.as_f64().unwrap_or(f64::MAX),
            Rule::Least(shape, limit) => shape.measure_text(text) >= limit.as_f64().unwrap_or(f64::MIN),
            Rule::Pattern(pattern) => pattern.allows(text),
            Rule::OneOf(values) => values.contains(&text),
            Rule::Present => true,
        }
    }

    fn text(&self) -> String {
        match self {
            Rule::Most(shape, limit) => format!("Member must have {} less than or equal to {limit}", shape.measured()),
            Rule::Least(shape, limit) => {
                format!("Member must have {} greater than or equal to {limit}", shape.measured())
            }
            Rule::Pattern(pattern) => format!("Member must satisfy regular expression pattern: {}", pattern.text),
            Rule::OneOf(values) => format!("Member must satisfy enum value set: [{}]", values.join(", ")),
            Rule::Present => "Member must not be null".to_owned(),
        }
    }
}

/// A value as Java prints it.
fn in_java(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(in_java).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let entries: Vec<_> = entries.iter().map(|(key, value)| format!("{key}={}", in_java(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{APIGATEWAY, FIREHOSE, GLUE, IAM, LAMBDA, LOGS};
    use super::*;
    use serde_json::json;

    fn refused(model: &Model, operation: &str, input: Value) -> (String, String) {
        let error = model.check_input(operation, &input).unwrap_err();
        assert_eq!(error.status, 400);
        (error.code, error.message)
    }

    #[test]
    fn iam_says_what_was_recorded_of_it() {
        let words = |tags: Value| refused(&IAM, "TagRole", json!({"RoleName": "r", "Tags": tags}));
        let (code, message) = words(json!([{"Key": "a", "Value": "1"}, {"Value": "v"}]));
        assert_eq!(code, "ValidationError");
        assert_eq!(
            message,
            "1 validation error detected: Value at 'tags.2.member.key' failed to satisfy constraint: Member must not be null"
        );
        let (_, message) = words(json!([{"Key": "", "Value": ""}]));
        assert_eq!(
            message,
            "2 validation errors detected: Value at 'tags.1.member.key' failed to satisfy constraint: Member must have \
             length greater than or equal to 1; Value at 'tags.1.member.key' failed to satisfy constraint: Member must \
             satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"
        );
        let (_, message) = refused(&IAM, "UntagRole", json!({"RoleName": "r", "TagKeys": ["bad#", "k", "bad*"]}));
        assert_eq!(
            message,
            "1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member must satisfy \
             constraint: [Member must have length less than or equal to 128, Member must have length greater than or \
             equal to 1, Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+, Member must \
             not be null]"
        );
    }

    #[test]
    fn every_service_has_its_code_and_its_way_of_naming() {
        let (code, message) = refused(&LOGS, "CreateLogGroup", json!({"logGroupName": "a:b"}));
        assert_eq!(code, "InvalidParameterException");
        assert_eq!(
            message,
            "1 validation error detected: Value 'a:b' at 'logGroupName' failed to satisfy constraint: Member must \
             satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
        );
        let input = json!({"restApiId": "a", "resourceId": "b", "httpMethod": "GET", "type": "HTTPS_PROXY"});
        let (code, message) = refused(&APIGATEWAY, "PutIntegration", input);
        assert_eq!(code, "ValidationException");
        assert_eq!(
            message,
            "1 validation error detected: Value 'HTTPS_PROXY' at 'putIntegrationInput.type' failed to satisfy \
             constraint: Member must satisfy enum value set: [HTTP, AWS, MOCK, HTTP_PROXY, AWS_PROXY]"
        );
        let (_, message) = refused(&FIREHOSE, "PutRecord", json!({"DeliveryStreamName": "s", "Record": {}}));
        assert_eq!(
            message,
            "1 validation error detected: Value at 'record.data' failed to satisfy constraint: Member must not be null"
        );
    }

    #[test]
    fn numbers_have_values_and_the_rest_has_lengths() {
        let (_, message) = refused(&GLUE, "GetTables", json!({"DatabaseName": "d", "MaxResults": 0}));
        assert!(message.ends_with(
            "Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1"
        ));
        let (_, message) = refused(&GLUE, "GetDatabase", json!({"Name": ""}));
        assert!(message.ends_with(
            "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1"
        ));
        let environment = json!({"FunctionName": "f", "Environment": {"Variables": {"1": "hush"}}});
        let (_, message) = refused(&LAMBDA, "UpdateFunctionConfiguration", environment);
        assert!(message.contains("at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: "), "{message}");
        assert!(!message.contains("hush"), "the values of an environment are secret: {message}");
    }

    #[test]
    fn bytes_are_counted_not_their_letters() {
        let batch = |bytes: usize| {
            let data = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, vec![b'a'; bytes]);
            FIREHOSE.check_input("PutRecord", &json!({"DeliveryStreamName": "s", "Record": {"Data": data}}))
        };
        assert!((1_023_997..=1_024_000).all(|bytes| batch(bytes).is_ok()));
        assert!(batch(1_024_001).is_err());
    }
}

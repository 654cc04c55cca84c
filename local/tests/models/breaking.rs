//! Requests made from a model: a smallest one that keeps every rule, and from it one for each rule that breaks it.

use crate::pattern::{Pattern, in_rust};
use proptest::strategy::{Strategy as _, ValueTree as _};
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

/// What a model asks of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    Required,
    Type,
    Minimum,
    Maximum,
    Pattern,
    Enumeration,
}

impl Rule {
    pub(crate) const ALL: [Self; 6] =
        [Self::Required, Self::Type, Self::Minimum, Self::Maximum, Self::Pattern, Self::Enumeration];

    /// In the words of AWS's framework.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Required => "Member must not be null",
            Self::Type => "",
            Self::Minimum => "greater than or equal to ",
            Self::Maximum => "less than or equal to ",
            Self::Pattern => "Member must satisfy regular expression pattern: ",
            Self::Enumeration => "Member must satisfy enum value set: [",
        }
    }
}

/// An input that breaks one rule.
pub(crate) struct Break {
    pub(crate) rule: Rule,
    /// As AWS names the member: `tags.1.member.key`.
    pub(crate) path: String,
    pub(crate) input: Value,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let input = self.input.to_string();
        write!(f, "breaks {:?} of {} with {input:.200}", self.rule, self.path)
    }
}

/// A model, as `local/models` has it.
pub(crate) struct Model {
    document: Value,
    samples: RefCell<HashMap<String, Value>>,
}

/// A broken value, within what it is a part of.
pub(crate) struct Broken {
    pub(crate) rule: Rule,
    path: String,
    /// Of the value that is broken.
    pub(crate) kind: String,
    /// With all that it is a part of.
    pub(crate) value: Value,
}

impl Broken {
    fn missing(path: String) -> Self {
        Self { rule: Rule::Required, path, kind: String::new(), value: Value::Null }
    }
}

impl Model {
    pub(crate) fn read(service: &str) -> Self {
        let file = format!("{}/models/{service}.json", env!("CARGO_MANIFEST_DIR"));
        let document = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        Self { document, samples: RefCell::default() }
    }

    pub(crate) fn operations(&self) -> impl Iterator<Item = &str> {
        self.document["operations"].as_object().unwrap().keys().map(String::as_str)
    }

    pub(crate) fn http(&self, operation: &str) -> (&str, &str) {
        let http = &self.document["operations"][operation]["http"];
        (http[0].as_str().unwrap(), http[1].as_str().unwrap())
    }

    pub(crate) fn input(&self, operation: &str) -> String {
        self.document["operations"][operation]["input"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn shape(&self, name: &str) -> &Value {
        &self.document["shapes"][name]
    }

    /// A member's name, its name in a request, and where it stands there (nothing: in the body; `payload`: it is the body).
    pub(crate) fn members(&self, shape: &str) -> impl Iterator<Item = (&str, &str, &str)> {
        let payload = self.shape(shape)["payload"].as_str();
        self.shape(shape)["members"].as_object().into_iter().flatten().map(move |(name, member)| {
            let text = |key: &str| member[key].as_str();
            let of_body = if payload == Some(name) { "payload" } else { "" };
            (name.as_str(), text("locationName").unwrap_or(name), text("location").unwrap_or(of_body))
        })
    }

    /// A small value that keeps every rule of its shape.
    pub(crate) fn sample(&self, name: &str) -> Value {
        let known = self.samples.borrow().get(name).cloned();
        known.unwrap_or_else(|| {
            let sample = self.new_sample(name);
            self.samples.borrow_mut().insert(name.to_owned(), sample.clone());
            sample
        })
    }

    fn new_sample(&self, name: &str) -> Value {
        let shape = self.shape(name);
        let least = shape["min"].as_f64().unwrap_or_default();
        match shape["type"].as_str().unwrap_or("structure") {
            "structure" => self.structure(name),
            "list" => {
                let item = self.sample(shape["member"].as_str().unwrap());
                vec![item; least.max(1.0) as usize].into()
            }
            "map" => {
                let (key, value) = (shape["key"].as_str().unwrap(), shape["value"].as_str().unwrap());
                json!({self.sample(key).as_str().unwrap(): self.sample(value)})
            }
            "string" => self.string(shape),
            "blob" => "YWFh".into(),
            "boolean" => true.into(),
            "integer" | "long" | "timestamp" => (least as i64).into(),
            _ => least.into(),
        }
    }

    fn structure(&self, name: &str) -> Value {
        let shape = self.shape(name);
        let required = shape["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let fields = required.map(|member| {
            let of = shape["members"][member]["shape"].as_str().unwrap();
            (member.to_owned(), self.sample(of))
        });
        Value::Object(fields.collect())
    }

    fn string(&self, shape: &Value) -> Value {
        if let Some(first) = shape["enum"].get(0) {
            return first.clone();
        }
        let Some(text) = shape["pattern"].as_str() else {
            return "a".repeat(shape["min"].as_u64().unwrap_or(1).max(1) as usize).into();
        };
        let pattern = Pattern::from(text.to_owned());
        let fits = |text: &String| pattern.allows(text) && is_within(shape, text.chars().count() as f64);
        let least = shape["min"].as_u64().unwrap_or(1).max(1) as usize;
        let simple = ["a".repeat(least), "1".repeat(least), "/".to_owned()];
        let found = simple.into_iter().find(&fits).or_else(|| {
            // A strategy has no anchors.
            let bare = text.trim_start_matches('^').trim_end_matches('$').replace("$|", "|").replace("|^", "|");
            let strategy = proptest::string::string_regex(&in_rust(&bare)).ok()?;
            let mut runner = proptest::test_runner::TestRunner::deterministic();
            (0..500).filter_map(|_| Some(strategy.new_tree(&mut runner).ok()?.current())).find(&fits)
        });
        found.unwrap_or_else(|| panic!("no text for {text}")).into()
    }

    /// Every rule of an operation broken once, as far as a request can say it from where the member stands.
    pub(crate) fn breaks(&self, operation: &str, can_say: impl Fn(&str, &Broken) -> bool) -> Vec<Break> {
        let input = self.input(operation);
        let mut breaks = vec![];
        for (member, _, location) in self.members(&input) {
            let shape = self.shape(&input)["members"][member]["shape"].as_str().unwrap();
            let is_required = self.requires(&input, member);
            let mut broken = self.broken(shape, &uncapitalized(member), &mut vec![input.clone()]);
            broken.extend(is_required.then(|| Broken::missing(uncapitalized(member))));
            for broken in broken.into_iter().filter(|broken| can_say(location, broken)) {
                let input = with(&self.sample(&input), member, broken.value);
                breaks.push(Break { rule: broken.rule, path: broken.path, input });
            }
        }
        breaks
    }

    fn requires(&self, shape: &str, member: &str) -> bool {
        self.shape(shape)["required"].as_array().is_some_and(|all| all.iter().any(|name| name == member))
    }

    /// The values of a shape that break one of its rules, or one of its parts'. Each shape is broken once.
    fn broken(&self, name: &str, path: &str, seen: &mut Vec<String>) -> Vec<Broken> {
        if seen.iter().any(|before| before == name) {
            return vec![];
        }
        seen.push(name.to_owned());
        let shape = self.shape(name);
        if shape["document"] == true {
            return vec![];
        }
        let mut all = self.broken_itself(name, path);
        let inside = |all: &mut Vec<Broken>, parts: Vec<Broken>, put: &dyn Fn(Value) -> Value| {
            all.extend(parts.into_iter().map(|part| Broken { value: put(part.value), ..part }));
        };
        let of = |part: &str| shape[part].as_str().unwrap().to_owned();
        match shape["type"].as_str().unwrap() {
            "structure" => {
                for (member, ..) in self.members(name) {
                    let below = format!("{path}.{}", uncapitalized(member));
                    let member_shape = shape["members"][member]["shape"].as_str().unwrap();
                    let mut parts = self.broken(member_shape, &below, seen);
                    parts.extend(self.requires(name, member).then(|| Broken::missing(below)));
                    let sample = self.sample(name);
                    inside(&mut all, parts, &|value| with(&sample, member, value));
                }
            }
            "list" => {
                let is_nested = self.is_nested(&of("member"));
                let below = if is_nested { format!("{path}.1.member") } else { path.to_owned() };
                let parts = self.broken(&of("member"), &below, seen);
                inside(&mut all, parts, &|value| fill(vec![value], self.sample(name)));
            }
            "map" => {
                let key = self.sample(&of("key")).as_str().unwrap().to_owned();
                let is_nested = self.is_nested(&of("value"));
                let below = if is_nested { format!("{path}.{key}.member") } else { path.to_owned() };
                let keys = self.broken(&of("key"), path, seen).into_iter().filter(|key| key.value.is_string());
                let value = self.sample(&of("value"));
                inside(&mut all, keys.collect(), &|key| json!({key.as_str().unwrap(): value}));
                let values = self.broken(&of("value"), &below, seen);
                inside(&mut all, values, &|value| json!({key.as_str(): value}));
            }
            _ => {}
        }
        all
    }

    fn is_nested(&self, name: &str) -> bool {
        ["structure", "list", "map"].contains(&self.shape(name)["type"].as_str().unwrap())
    }

    /// The values that break the shape's own rules.
    fn broken_itself(&self, name: &str, path: &str) -> Vec<Broken> {
        let shape = self.shape(name);
        let kind = shape["type"].as_str().unwrap();
        let mut all = vec![];
        let mut add = |rule, value| all.push(Broken { rule, path: path.to_owned(), kind: kind.to_owned(), value });
        add(Rule::Type, if kind == "string" || kind == "blob" { 7.into() } else { "text".into() });
        if !shape["enum"].is_null() {
            add(Rule::Enumeration, "none-of-them".into());
        }
        if let Some(text) = shape["pattern"].as_str() {
            let pattern = Pattern::from(text.to_owned());
            let least = shape["min"].as_u64().unwrap_or(1).max(1) as usize;
            let bad = ["#", " ", "\u{1}", "\n", "\u{e9}", "a b", "*:", "aws:a", "\u{fffe}"];
            let bad = bad.iter().map(|bad| bad.repeat(least)).find(|bad| !pattern.allows(bad));
            let bad = bad.or_else(|| (!pattern.is_checked()).then(|| "#".repeat(least)));
            if let Some(bad) = bad {
                add(Rule::Pattern, bad.into());
            }
        }
        if let Some(least) = shape["min"].as_f64().filter(|least| *least > 0.0 || is_number(kind)) {
            add(Rule::Minimum, self.sized(name, least - 1.0));
        }
        if let Some(most) = shape["max"].as_f64().filter(|most| *most < i64::MAX as f64) {
            add(Rule::Maximum, self.sized(name, most + 1.0));
        }
        all
    }

    /// A value of this size, or this length.
    fn sized(&self, name: &str, size: f64) -> Value {
        let shape = self.shape(name);
        let length = size.max(0.0) as usize;
        match shape["type"].as_str().unwrap() {
            "integer" | "long" => (size as i64).into(),
            "float" | "double" => size.into(),
            "list" => vec![self.sample(shape["member"].as_str().unwrap()); length].into(),
            "map" => {
                let value = self.sample(shape["value"].as_str().unwrap());
                let entries = (0..length).map(|index| (format!("k{index}"), value.clone()));
                Value::Object(entries.collect::<Map<_, _>>())
            }
            "blob" => base64::Engine::encode(&base64::prelude::BASE64_STANDARD, vec![b'a'; length]).into(),
            _ => "a".repeat(length).into(),
        }
    }
}

fn is_number(kind: &str) -> bool {
    ["integer", "long", "float", "double"].contains(&kind)
}

fn is_within(shape: &Value, length: f64) -> bool {
    shape["min"].as_f64().is_none_or(|least| length >= least) && shape["max"].as_f64().is_none_or(|most| length <= most)
}

fn with(structure: &Value, member: &str, value: Value) -> Value {
    let mut structure = structure.clone();
    structure[member] = value;
    without_nulls(structure)
}

/// A list that begins with these, and is no shorter than the sample.
fn fill(mut items: Vec<Value>, sample: Value) -> Value {
    items.extend(sample.as_array().unwrap().iter().skip(1).cloned());
    items.into()
}

fn without_nulls(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    value
}

fn uncapitalized(name: &str) -> String {
    name[..1].to_ascii_lowercase() + &name[1..]
}

//! The JSON Schemas of what programs read: one for each document, and for each kind of lines.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../templates/schemas/", $name, ".json")))),*]
    };
}

/// By name. `pipectl-NAME/1` is the version that each has in `schema`.
const FILES: &[(&str, &str)] = files![
    "acceptance",
    "adopt",
    "apply",
    "bill",
    "bill-tags",
    "build",
    "check",
    "client",
    "completions",
    "connect",
    "cost",
    "cost-difference",
    "cost-series",
    "cost-shapes",
    "error",
    "events",
    "events-assert",
    "events-follow",
    "events-replay",
    "explain",
    "graph",
    "iam-policy",
    "init",
    "list",
    "local",
    "local-tick",
    "logs",
    "output",
    "output-key",
    "output-snippet",
    "plan",
    "prices",
    "query",
    "report",
    "run",
    "schemas",
    "send",
    "status",
    "status-watch",
    "ui",
    "unlock",
    "validate",
    "version",
];

/// What several of them have in common.
const SHARED: &str = include_str!("../templates/schemas/shared.json");

/// Where a schema says that another one goes on.
const HERE: &str = "#/$defs/";

/// One that is published.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) name: &'static str,
    /// What stands in the documents' `schema`.
    pub(crate) id: String,
    pub(crate) title: String,
}

pub(crate) fn all() -> Vec<Published> {
    let one = |(name, text): &(&'static str, &str)| {
        let schema = read(text);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Published { name, id: text(&schema["$id"]), title: text(&schema["title"]) }
    };
    FILES.iter().map(one).collect()
}

/// Whole: whatever it refers to is in it. `None`: there is none of that name.
pub(crate) fn schema(name: &str) -> Option<Value> {
    let mut schema = part(name)?;
    let (mut found, mut open) = (Map::new(), BTreeSet::new());
    references(&schema, &mut open);
    while let Some(next) = open.pop_first() {
        if let Some(mut definition) = shared(&next).or_else(|| part(&next)).filter(|_| !found.contains_key(&next)) {
            references(&definition, &mut open);
            if let Value::Object(definition) = &mut definition {
                definition.remove("$id");
                definition.remove("$schema");
            }
            found.insert(next, definition);
        }
    }
    if !found.is_empty() {
        schema["$defs"] = Value::Object(found);
    }
    Some(schema)
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn part(name: &str) -> Option<Value> {
    FILES.iter().find(|(known, _)| *known == name).map(|(_, text)| read(text))
}

fn shared(name: &str) -> Option<Value> {
    read(SHARED).get(name).cloned()
}

fn references(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            let to = fields.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix(HERE));
            found.extend(to.map(str::to_owned));
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(all) => all.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Objects with properties have no others, and each property says what it is.
    fn strict(place: &str, schema: &Value, wrong: &mut Vec<String>) {
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            if !matches!(schema.get("additionalProperties"), Some(Value::Bool(false))) {
                wrong.push(format!("{place} takes whatever comes"));
            }
            for (name, property) in properties {
                if property.get("description").is_none_or(|text| text.as_str().is_none_or(str::is_empty)) {
                    wrong.push(format!("{place}.{name} is not described"));
                }
            }
        }
        match schema {
            Value::Object(fields) => {
                fields.iter().for_each(|(name, value)| strict(&format!("{place}/{name}"), value, wrong));
            }
            Value::Array(all) => all.iter().for_each(|value| strict(place, value, wrong)),
            _ => {}
        }
    }

    #[test]
    fn the_codes_are_those_of_errors() {
        let codes: Vec<_> = crate::error::Code::all().map(|(name, ..)| Value::from(name)).collect();
        assert_eq!(shared("code").unwrap()["enum"], Value::Array(codes));
    }

    #[test]
    fn each_schema_is_whole_strict_and_described() {
        let mut wrong = vec![];
        for Published { name, id, title } in all() {
            assert!(id.starts_with(&format!("pipectl-{name}/")) && !title.is_empty(), "{name}: {id}");
            let schema = schema(name).unwrap();
            strict(name, &schema, &mut wrong);
            let mut used = BTreeSet::new();
            references(&schema, &mut used);
            for name in used {
                assert!(schema["$defs"].get(&name).is_some(), "{id}: {name}");
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

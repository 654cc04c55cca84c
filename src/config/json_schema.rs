//! The JSON Schema of a file, from the descriptions that reading it gives.

use super::described::{Described, Form, What};
use serde_json::{Map, Value, json};

pub(super) fn of(described: &[Described]) -> Value {
    let mut schema = group(described);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "pipectl pipeline.yaml".into();
    schema
}

fn group(described: &[Described]) -> Value {
    let properties: Map<_, _> = described.iter().map(|known| (known.key.to_owned(), property(known))).collect();
    let required = described.iter().filter(|known| matches!(known.what, What::Value(_, _, true) | What::Names(true)));
    let mut schema = json!({"type": "object", "additionalProperties": false, "properties": properties});
    let required: Vec<_> = required.map(|known| known.key).collect();
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema
}

fn property(known: &Described) -> Value {
    let mut schema = match &known.what {
        What::Value(form, default, _) => with_default(value(*form), *form, default.as_deref()),
        What::List(form, default) => json!({"type": "array", "items": value(*form), "default": default}),
        What::Names(_) => json!({"type": "object", "additionalProperties": value(Form::Text)}),
        What::NamesOrGroups(inner) => {
            json!({"type": "object", "additionalProperties": {"oneOf": [value(Form::Text), group(inner)]}})
        }
        What::Some(form) => {
            let one = value(*form);
            json!({"oneOf": [one, {"type": "array", "items": one}]})
        }
        What::ValueOrGroup(form, inner) => json!({"oneOf": [value(*form), group(inner)]}),
        What::ByStage(form) => {
            let one = value(*form);
            json!({"oneOf": [one, {"type": "object", "additionalProperties": one}]})
        }
        What::Words(form, default) => {
            let one = value(*form);
            json!({"oneOf": [one, {"type": "array", "items": one, "minItems": 1}], "default": default})
        }
        What::Group(inner) => group(inner),
        What::GroupOrNone(inner) => {
            let mut schema = group(inner);
            // The pattern is one of text, which a group is not.
            schema["type"] = json!(["object", "string"]);
            schema["pattern"] = "^none$".into();
            schema
        }
    };
    schema["description"] = known.doc.into();
    schema
}

fn with_default(mut schema: Value, form: Form, default: Option<&str>) -> Value {
    if let Some(default) = default {
        schema["default"] = match form {
            Form::Bool => (default == "true").into(),
            _ => default.into(),
        };
    }
    schema
}

fn value(form: Form) -> Value {
    match form {
        Form::Text => json!({"type": "string"}),
        Form::Pattern(pattern) => json!({"type": "string", "pattern": pattern}),
        Form::Quantity => json!({"type": ["string", "number"]}),
        Form::Bool => json!({"type": "boolean"}),
        Form::OneOf(all) => json!({"enum": all()}),
    }
}

//! Functions that look into JSON.

use super::{Arrays, TEXT, add};
use datafusion::arrow::array::{ArrayRef, AsArray as _, StringArray};
use datafusion::common::Result;
use datafusion::prelude::SessionContext;
use serde_json::Value;
use std::sync::Arc;

pub(super) fn register(session: &SessionContext) {
    add(session, "json_extract_scalar", vec![TEXT, TEXT], TEXT, |all| {
        texts(all, |json, path| scalar(extract(json, path)?))
    });
    add(session, "json_extract", vec![TEXT, TEXT], TEXT, |all| {
        texts(all, |json, path| extract(json, path).map(|value| value.to_string()))
    });
}

fn texts(all: Arrays<'_>, work: impl Fn(&str, &str) -> Option<String>) -> Result<ArrayRef> {
    let (one, other) = (all[0].as_string::<i32>(), all[1].as_string::<i32>());
    let rows = one.iter().zip(other).map(|(one, other)| work(one?, other?));
    Ok(Arc::new(rows.collect::<StringArray>()))
}

/// `$.a.b[0]["c"]`
fn extract(json: &str, path: &str) -> Option<Value> {
    let mut value: Value = serde_json::from_str(json).ok()?;
    let path = path.strip_prefix('$')?.replace('[', ".").replace([']', '"', '\''], "");
    for part in path.split('.').filter(|part| !part.is_empty()) {
        value = match &mut value {
            Value::Array(items) => items.get_mut(part.parse::<usize>().ok()?)?.take(),
            Value::Object(fields) => fields.get_mut(part)?.take(),
            _ => return None,
        };
    }
    Some(value)
}

fn scalar(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_into_json() {
        let json = r#"{"a":{"b":[1,{"c d":"x"}]},"n":null}"#;
        let at = |path| extract(json, path).map(|value| value.to_string());
        assert_eq!(at("$.a.b[0]").as_deref(), Some("1"));
        assert_eq!(at("$.a.b[1][\"c d\"]").as_deref(), Some("\"x\""));
        assert_eq!(at("$.a.x"), None);
        assert_eq!(scalar(extract(json, "$.n").unwrap()), None);
    }
}

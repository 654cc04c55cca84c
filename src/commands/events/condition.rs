//! What an event has to have: `event=signup`, `page.path!=/`, `userid`.

use serde_json::{Map, Value};
use std::fmt;
use std::str::FromStr;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    /// Names from the event inwards.
    path: Vec<String>,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Is(String),
    IsNot(String),
    IsThere,
}

impl Condition {
    pub(super) fn holds(&self, event: &Map<String, Value>) -> bool {
        let value = self.value(event);
        match &self.what {
            What::IsThere => value.is_some_and(|value| !value.is_null()),
            What::Is(text) => value.is_some_and(|value| is(value, text)),
            What::IsNot(text) => !value.is_some_and(|value| is(value, text)),
        }
    }

    /// What an event has in the place that this is about.
    pub(super) fn value<'a>(&self, event: &'a Map<String, Value>) -> Option<&'a Value> {
        let (first, rest) = self.path.split_first()?;
        rest.iter().try_fold(event.get(first)?, |value, name| value.get(name))
    }

    pub(super) fn field(&self) -> String {
        self.path.join(".")
    }
}

/// As a text, or else as JSON: `1`, `true`, `[1,2]`.
fn is(value: &Value, text: &str) -> bool {
    value.as_str() == Some(text) || serde_json::from_str::<Value>(text).is_ok_and(|wanted| wanted == *value)
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (field, what) = match text.split_once('=') {
            None => (text, What::IsThere),
            Some((field, value)) => match field.strip_suffix('!') {
                Some(field) => (field, What::IsNot(value.to_owned())),
                None => (field, What::Is(value.to_owned())),
            },
        };
        let path: Vec<_> = field.split('.').map(str::to_owned).collect();
        if path.iter().any(String::is_empty) {
            return Err("write FIELD=VALUE, FIELD!=VALUE or FIELD, as in `event=signup` or `page.path=/`".to_owned());
        }
        Ok(Self { path, what })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = self.field();
        match &self.what {
            What::Is(text) => write!(f, "{field}={text}"),
            What::IsNot(text) => write!(f, "{field}!={text}"),
            What::IsThere => f.write_str(&field),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(condition: &str, event: &str) -> bool {
        let condition: Condition = condition.parse().unwrap();
        condition.holds(&serde_json::from_str(event).unwrap())
    }

    #[test]
    fn a_value_is_compared_as_text_and_as_json() {
        let event = r#"{"event":"signup","n":1,"ok":true,"page":{"path":"/a=b"},"text":"1","none":null}"#;
        for (condition, wanted) in [
            ("event=signup", true),
            ("event=sign", false),
            ("event!=login", true),
            ("event!=signup", false),
            ("n=1", true),
            ("n=2", false),
            ("text=1", true),
            ("ok=true", true),
            ("page.path=/a=b", true),
            ("page={\"path\":\"/a=b\"}", true),
            ("page.size", false),
            ("page", true),
            ("none", false),
            ("none=null", true),
            ("nothing!=x", true),
        ] {
            assert_eq!(holds(condition, event), wanted, "{condition}");
            assert_eq!(condition.parse::<Condition>().unwrap().to_string(), condition);
        }
    }

    #[test]
    fn what_names_no_field_is_refused() {
        for text in ["", "=x", "!=x", "a..b=1", ".a"] {
            assert!(text.parse::<Condition>().is_err(), "{text}");
        }
    }
}

//! Policy documents, in the one form that makes equality semantic.

use crate::engine::value::{Canonical, Value};
use percent_encoding::percent_decode_str;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// An IAM or bucket policy. Two are equal when they were written down differently and mean the same: AWS
/// gives them back with lists in another order, one item in place of a list of one, and accounts as ARNs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policy(Json);

impl Policy {
    /// Reads what AWS gives back or what a template holds.
    ///
    /// # Errors
    /// If it is not JSON.
    pub(crate) fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self)
    }

    /// Reads what IAM gives back, which is URL-encoded (RFC 3986).
    ///
    /// # Errors
    /// If it is not JSON.
    pub(crate) fn parse_encoded(text: &str) -> Result<Self, serde_json::Error> {
        Self::parse(&percent_decode_str(text).decode_utf8_lossy())
    }

    /// The document as AWS takes it.
    pub(crate) fn document(&self) -> String {
        self.0.to_string()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_null()
    }
}

impl Canonical for Policy {
    fn canonical(&self) -> Value {
        if self.is_empty() {
            return Value::Unset;
        }
        let mut statements: Vec<_> = one_or_many(&self.0["Statement"]).map(statement).collect();
        statements.sort();
        Value::List(statements)
    }
}

fn statement(written: &Json) -> Value {
    let mut fields = BTreeMap::new();
    for (name, value) in written.as_object().into_iter().flatten() {
        let canonical = match name.as_str() {
            "Sid" if value == "" => continue,
            "Action" | "NotAction" | "Resource" | "NotResource" => set(value, str::to_owned),
            "Principal" | "NotPrincipal" => principals(value),
            "Condition" => by_name(value, |operator| by_name(operator, |values| set(values, str::to_owned))),
            _ => Value::from(value),
        };
        fields.insert(name.clone(), canonical);
    }
    Value::Map(fields)
}

/// `"*"` is `{"AWS": "*"}`, and an account's number its root's ARN.
fn principals(written: &Json) -> Value {
    match written {
        Json::String(_) => Value::Map([("AWS".to_owned(), set(written, account))].into()),
        of_kinds => by_name(of_kinds, |names| set(names, account)),
    }
}

fn account(principal: &str) -> String {
    let root = principal.strip_prefix("arn:").and_then(|rest| rest.strip_suffix(":root"));
    root.and_then(|rest| rest.rsplit(':').next()).unwrap_or(principal).to_owned()
}

fn by_name(written: &Json, read: impl Fn(&Json) -> Value) -> Value {
    Value::Map(written.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), read(value))).collect())
}

/// One value or a list of them, of which the order does not matter; `true` is `"true"`.
fn set(written: &Json, read: impl Fn(&str) -> String) -> Value {
    let text = |value: &Json| Value::Text(read(value.as_str().unwrap_or(&value.to_string())));
    let mut all: Vec<_> = one_or_many(written).map(text).collect();
    all.sort();
    all.dedup();
    Value::List(all)
}

fn one_or_many(written: &Json) -> impl Iterator<Item = &Json> {
    let many = written.as_array().map(Vec::as_slice);
    let one = (many.is_none() && !written.is_null()).then_some(written);
    many.into_iter().flatten().chain(one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn canonical(document: &Json) -> Value {
        Policy::parse(&document.to_string()).unwrap().canonical()
    }

    fn one(statement: &Json) -> Value {
        canonical(&json!({"Version": "2012-10-17", "Statement": [statement]}))
    }

    #[test]
    fn spellings_that_mean_the_same_are_equal() {
        let same = [
            (json!({"Action": "s3:GetObject"}), json!({"Action": ["s3:GetObject"]})),
            (json!({"Action": ["a", "b"]}), json!({"Action": ["b", "a", "b"]})),
            (json!({"Sid": "", "Effect": "Allow"}), json!({"Effect": "Allow"})),
            (json!({"Principal": "*"}), json!({"Principal": {"AWS": ["*"]}})),
            (
                json!({"Principal": {"AWS": "123456789012"}}),
                json!({"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}),
            ),
            (
                json!({"Condition": {"Bool": {"aws:SecureTransport": false}}}),
                json!({"Condition": {"Bool": {"aws:SecureTransport": ["false"]}}}),
            ),
        ];
        for (left, right) in same {
            assert_eq!(one(&left), one(&right), "{left} and {right}");
        }
        let document = json!({"Statement": {"Effect": "Allow"}});
        assert_eq!(canonical(&document), one(&json!({"Effect": "Allow"})));
    }

    #[test]
    fn spellings_that_differ_in_meaning_are_not_equal() {
        let different = [
            (json!({"Effect": "Allow"}), json!({"Effect": "Deny"})),
            (json!({"Action": "s3:Get*"}), json!({"NotAction": "s3:Get*"})),
            (json!({"Principal": {"AWS": "*"}}), json!({"Principal": {"Service": "*"}})),
            (json!({"Condition": {"Bool": {"k": "true"}}}), json!({"Condition": {"Bool": {"k": "false"}}})),
            (json!({"Resource": ["a"]}), json!({"Resource": ["a", "b"]})),
        ];
        for (left, right) in different {
            assert_ne!(one(&left), one(&right), "{left} and {right}");
        }
    }

    #[test]
    fn iam_answers_are_decoded() {
        let policy = Policy::parse_encoded("%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%7D%5D%7D").unwrap();
        assert_eq!(policy.canonical(), one(&json!({"Effect": "Allow"})));
    }

    proptest! {
        #[test]
        fn the_order_of_statements_and_actions_does_not_matter(
            mut actions in proptest::collection::vec("[a-z]{1,4}:[A-Z][a-z]{1,4}", 1..5),
            effects in proptest::collection::vec(any::<bool>(), 1..4),
        ) {
            let build = |actions: &[String], effects: &mut dyn Iterator<Item = &bool>| {
                let effect = |allow: &bool| if *allow { "Allow" } else { "Deny" };
                let all: Vec<_> = effects.map(|allow| json!({"Effect": effect(allow), "Action": actions})).collect();
                canonical(&json!({"Statement": all}))
            };
            let before = build(&actions, &mut effects.iter());
            actions.reverse();
            prop_assert_eq!(before, build(&actions, &mut effects.iter().rev()));
        }
    }
}

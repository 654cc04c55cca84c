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

    /// Whether a statement has this service of AWS among its principals.
    pub(crate) fn names(&self, service: &str) -> bool {
        let services = |statement: &Json| one_or_many(&statement["Principal"]["Service"]).any(|one| one == service);
        one_or_many(&self.0["Statement"]).any(services)
    }
}

/// What IAM takes a document without a version for.
const FIRST_VERSION: &str = "2008-10-17";

impl Canonical for Policy {
    fn canonical(&self) -> Value {
        if self.is_empty() {
            return Value::Unset;
        }
        // The version decides whether `${aws:username}` is a variable or a text.
        let version = self.0["Version"].as_str().unwrap_or(FIRST_VERSION);
        let mut statements: Vec<_> = one_or_many(&self.0["Statement"]).map(statement).collect();
        statements.sort();
        statements.dedup();
        Value::Map(
            [("Version".to_owned(), version.canonical()), ("Statement".to_owned(), Value::List(statements))].into(),
        )
    }
}

fn statement(written: &Json) -> Value {
    let mut fields = BTreeMap::new();
    for (name, value) in written.as_object().into_iter().flatten() {
        let canonical = match name.as_str() {
            "Sid" if value == "" => continue,
            // The names of actions have no case, those of resources do.
            "Action" | "NotAction" => set(value, str::to_lowercase),
            "Resource" | "NotResource" => set(value, str::to_owned),
            "Principal" | "NotPrincipal" => principals(value),
            "Condition" => conditions(value),
            _ => Value::from(value),
        };
        fields.insert(name.clone(), canonical);
    }
    Value::Map(fields)
}

/// The names of keys have no case. Nor do values where they are truths: `True` is what Python writes.
fn conditions(written: &Json) -> Value {
    let operators = written.as_object().into_iter().flatten().map(|(operator, keys)| {
        let truths = operator.starts_with("Bool") || operator.starts_with("Null");
        let read = if truths { str::to_lowercase } else { str::to_owned };
        let keys = keys.as_object().into_iter().flatten();
        let keys = keys.map(|(key, values)| (key.to_lowercase(), set(values, read))).collect();
        (operator.clone(), Value::Map(keys))
    });
    Value::Map(operators.collect())
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
                json!({"Condition": {"Bool": {"aws:SecureTransport": ["False"]}}}),
            ),
            (
                json!({"Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}),
                json!({"Condition": {"StringEquals": {"AWS:SourceAccount": ["1"]}}}),
            ),
            (json!({"Action": "s3:GetObject"}), json!({"Action": "S3:getobject"})),
        ];
        for (left, right) in same {
            assert_eq!(one(&left), one(&right), "{left} and {right}");
        }
        let allow = json!({"Effect": "Allow"});
        for document in [
            json!({"Version": "2012-10-17", "Statement": allow}),
            json!({"Version": "2012-10-17", "Statement": [allow, allow]}),
            json!({"Version": "2012-10-17", "Id": "x", "Statement": [allow]}),
        ] {
            assert_eq!(canonical(&document), one(&allow), "{document}");
        }
    }

    #[test]
    fn a_document_without_a_version_is_of_the_first() {
        let of = |version: Json| canonical(&json!({"Version": version, "Statement": [{"Effect": "Allow"}]}));
        assert_eq!(canonical(&json!({"Statement": [{"Effect": "Allow"}]})), of("2008-10-17".into()));
        assert_ne!(of("2012-10-17".into()), of("2008-10-17".into()));
    }

    #[test]
    fn spellings_that_differ_in_meaning_are_not_equal() {
        let different = [
            (json!({"Effect": "Allow"}), json!({"Effect": "Deny"})),
            (json!({"Action": "s3:Get*"}), json!({"NotAction": "s3:Get*"})),
            (json!({"Principal": {"AWS": "*"}}), json!({"Principal": {"Service": "*"}})),
            (json!({"Condition": {"Bool": {"k": "true"}}}), json!({"Condition": {"Bool": {"k": "false"}}})),
            (json!({"Resource": ["a"]}), json!({"Resource": ["a", "b"]})),
            (json!({"Resource": "arn:aws:s3:::b/Key"}), json!({"Resource": "arn:aws:s3:::b/key"})),
            (json!({"Condition": {"StringLike": {"k": "A"}}}), json!({"Condition": {"StringLike": {"k": "a"}}})),
            (json!({"Principal": {"AWS": "123456789012"}}), json!({"Principal": {"AWS": "210987654321"}})),
        ];
        for (left, right) in different {
            assert_ne!(one(&left), one(&right), "{left} and {right}");
        }
    }

    #[test]
    fn iam_answers_are_decoded() {
        let policy = Policy::parse_encoded(
            "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%7D%5D%7D",
        )
        .unwrap();
        assert_eq!(policy.canonical(), one(&json!({"Effect": "Allow"})));
    }

    /// A statement and the same with every list in another order.
    fn statements() -> impl Strategy<Value = (Json, Json)> {
        let names = || proptest::collection::btree_set("[a-z]{1,4}:[A-Z][a-z]{1,4}", 1..5);
        let shuffled = move || {
            names().prop_flat_map(|names| {
                let names: Vec<_> = names.into_iter().collect();
                (Just(names.clone()), Just(names).prop_shuffle())
            })
        };
        (any::<bool>(), shuffled(), shuffled(), shuffled()).prop_map(|(allow, actions, resources, values)| {
            let effect = if allow { "Allow" } else { "Deny" };
            let build = |actions: &[String], resources: &[String], values: &[String]| {
                json!({
                    "Effect": effect, "Principal": {"AWS": values}, "Action": actions, "Resource": resources,
                    "Condition": {"StringEquals": {"aws:SourceArn": values}},
                })
            };
            (build(&actions.0, &resources.0, &values.0), build(&actions.1, &resources.1, &values.1))
        })
    }

    proptest! {
        #[test]
        fn order_does_not_matter_at_any_depth(
            (pairs, order) in proptest::collection::vec(statements(), 1..5).prop_flat_map(|pairs| {
                let order: Vec<_> = (0..pairs.len()).collect();
                (Just(pairs), Just(order).prop_shuffle())
            })
        ) {
            let written: Vec<_> = pairs.iter().map(|(written, _)| written).collect();
            let shuffled: Vec<_> = order.iter().map(|&at| &pairs[at].1).collect();
            let document = |all: Vec<&Json>| canonical(&json!({"Version": "2012-10-17", "Statement": all}));
            prop_assert_eq!(document(written), document(shuffled));
        }

        #[test]
        fn what_is_written_reads_back((written, _) in statements()) {
            let policy = Policy::parse(&json!({"Statement": [written]}).to_string()).unwrap();
            prop_assert_eq!(Policy::parse(&policy.document()).unwrap().canonical(), policy.canonical());
        }
    }

    #[test]
    fn services_are_named_alone_or_among_others() {
        let of = |principal: &str| {
            Policy::parse(&format!(r#"{{"Statement": {{"Effect": "Allow", "Principal": {principal}}}}}"#)).unwrap()
        };
        let is_lambdas = |policy: &Policy| policy.names("lambda.amazonaws.com");
        assert!(is_lambdas(&of(r#"{"Service": "lambda.amazonaws.com"}"#)));
        assert!(is_lambdas(&of(r#"{"Service": ["glue.amazonaws.com", "lambda.amazonaws.com"]}"#)));
        for other in [r#"{"Service": "glue.amazonaws.com"}"#, r#"{"AWS": "lambda.amazonaws.com"}"#, r#""*""#] {
            assert!(!is_lambdas(&of(other)), "{other}");
        }
        assert!(!is_lambdas(&Policy::default()));
    }
}

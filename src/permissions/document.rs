//! Statements, and the documents that they fit in.

use super::Grant;
use super::call::{On, Only};
use crate::names::Names;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// "The size of each managed policy cannot exceed 6,144 characters", white space not counted.
pub(crate) const LONGEST: usize = 6_144;

/// A policy of which IAM takes each as it is.
#[derive(Clone, Debug)]
pub(crate) struct Document(pub(crate) Value);

impl Document {
    /// As many as it takes for each to be short enough.
    pub(crate) fn of(names: &Names, grants: &[Grant]) -> Vec<Self> {
        let mut documents: Vec<Vec<Value>> = vec![];
        for statement in statements(names, grants) {
            let fits = |all: &&mut Vec<Value>| {
                let with: Vec<_> = all.iter().cloned().chain([statement.clone()]).collect();
                Self::with(with).len() <= LONGEST
            };
            match documents.last_mut().filter(fits) {
                Some(last) => last.push(statement),
                None => documents.push(vec![statement]),
            }
        }
        documents.into_iter().map(Self::with).collect()
    }

    fn with(statements: Vec<Value>) -> Self {
        Self(json!({"Version": "2012-10-17", "Statement": statements}))
    }

    /// In characters, as IAM counts them.
    pub(crate) fn len(&self) -> usize {
        self.0.to_string().chars().filter(|c| !c.is_whitespace()).count()
    }
}

/// One for each grant, with a name that none of the others has.
fn statements(names: &Names, grants: &[Grant]) -> Vec<Value> {
    let mut used = BTreeMap::<String, usize>::new();
    grants
        .iter()
        .map(|grant| {
            let mut sid = format!("{}{}", of(grant.on), under(grant.only));
            let count = used.entry(sid.clone()).or_default();
            *count += 1;
            if *count > 1 {
                sid = format!("{sid}{count}");
            }
            statement(names, grant, sid)
        })
        .collect()
}

fn statement(names: &Names, grant: &Grant, sid: String) -> Value {
    let actions: Vec<_> = grant.actions.iter().collect();
    let mut statement = json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": grant.resources});
    if let Some(condition) = condition(names, grant.only) {
        statement["Condition"] = condition;
    }
    statement
}

fn condition(names: &Names, only: Only) -> Option<Value> {
    let tags = |of: &str| {
        let tags = names.owner_tags().into_iter().map(|(key, value)| (format!("aws:{of}/{key}"), value.into()));
        json!({"StringEquals": Value::Object(tags.collect())})
    };
    match only {
        Only::Always => None,
        Only::TaggedOurs => Some(tags("RequestTag")),
        Only::Ours => Some(tags("ResourceTag")),
        Only::PassedTo(service) => Some(json!({"StringEquals": {"iam:PassedToService": service}})),
    }
}

fn under(only: Only) -> &'static str {
    match only {
        Only::Always => "",
        Only::TaggedOurs => "MadeOurs",
        Only::Ours => "Ours",
        Only::PassedTo("firehose.amazonaws.com") => "ToFirehose",
        Only::PassedTo("glue.amazonaws.com") => "ToGlue",
        Only::PassedTo("lambda.amazonaws.com") => "ToLambda",
        Only::PassedTo(_) => "ToService",
    }
}

fn of(on: On) -> String {
    match on {
        On::Path(path) => {
            let words = path.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            let mut name = words.fold("Api".to_owned(), |name, word| name + &capital(word));
            name += &"In".repeat(path.matches('*').count());
            name
        }
        other => format!("{other:?}"),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

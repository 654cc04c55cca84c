//! What becomes of each member of AWS's answers: one table for each operation that a kind is read with.
//!
//! "No changes" is true only where nobody forgot a member. So each is an attribute, an extra, or ignored for a reason,
//! and a test holds the tables to AWS's own model: it names a member that nobody thought of, and one that is not there.

mod apigateway;
mod athena;
mod budgets;
mod cloudwatch;
mod events;
mod firehose;
mod glue;
mod iam;
mod kms;
mod lambda;
mod logs;
#[cfg(test)]
mod plain;
mod quicksight;
mod s3;
#[cfg(test)]
mod tests;

pub(super) use apigateway::{GET_API_KEYS, GET_RESOURCES, GET_REST_APIS, GET_STAGE, GET_USAGE_PLANS};
pub(super) use athena::GET_WORK_GROUP;
pub(super) use budgets::DESCRIBE_BUDGET;
pub(super) use cloudwatch::DESCRIBE_ALARMS;
pub(super) use events::DESCRIBE_RULE;
pub(super) use firehose::DESCRIBE_DELIVERY_STREAM;
pub(super) use glue::{GET_CRAWLER, GET_DATABASE, GET_JOB, GET_TABLE, GET_TRIGGER};
pub(super) use iam::GET_ROLE;
pub(super) use kms::DESCRIBE_KEY;
pub(super) use lambda::{GET_FUNCTION, GET_FUNCTION_URL_CONFIG};
pub(super) use logs::DESCRIBE_LOG_GROUPS;
pub(super) use quicksight::{
    DESCRIBE_ANALYSIS, DESCRIBE_DASHBOARD, DESCRIBE_DASHBOARD_PERMISSIONS, DESCRIBE_DATA_SET, DESCRIBE_DATA_SOURCE,
};
pub(super) use s3::{
    GET_BUCKET_CORS, GET_BUCKET_ENCRYPTION, GET_BUCKET_LOGGING, GET_BUCKET_NOTIFICATION_CONFIGURATION,
    GET_BUCKET_REPLICATION, GET_BUCKET_VERSIONING, GET_BUCKET_WEBSITE, GET_OBJECT_LOCK_CONFIGURATION,
};

use crate::aws::Raw;
use crate::engine::extra::{Extra, Removal};
use crate::engine::value::Canonical as _;
use crate::engine::value::{Secret, Value};
use serde_json::{Map, Value as Json};
use std::borrow::Cow;

/// One operation's answer.
#[derive(Debug)]
pub(super) struct Answer {
    /// As AWS's model names it, behind its service: `glue:GetJob`.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test that compares with AWS's model reads it"))]
    operation: &'static str,
    /// Where the resource is in it: names of extras begin behind that.
    at: &'static str,
    fields: &'static [Field],
}

/// A member and all that is in it, and what becomes of it. Where a member of that has a row as well, that one counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// Members' names as AWS writes them, with dots between them. Lists are passed through; `*` is any key of a map.
    path: &'static str,
    verdict: Verdict,
}

#[derive(Clone, Copy, Debug)]
enum Verdict {
    /// The attribute of this name says it.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by people, and by the test"))]
    Managed(&'static str),
    Extra {
        usual: Usual,
        meaning: &'static str,
        removal: Removal,
        hidden: bool,
    },
    #[cfg_attr(not(test), expect(dead_code, reason = "read by people, and by the test"))]
    Ignored(&'static str),
}

/// What a member is where nobody sets it.
#[derive(Clone, Copy, Debug)]
enum Usual {
    /// Absent, or what says as much: `false`, an empty text, list or map.
    Nothing,
    Number(i64),
    Text(&'static str),
}

const fn managed(path: &'static str, attribute: &'static str) -> Field {
    Field { path, verdict: Verdict::Managed(attribute) }
}

const fn ignored(path: &'static str, why: &'static str) -> Field {
    Field { path, verdict: Verdict::Ignored(why) }
}

/// Somebody's, shown where it is not [`Field::unless`] what is usual, and taken away on request.
const fn extra(path: &'static str, meaning: &'static str) -> Field {
    let (usual, removal) = (Usual::Nothing, Removal::OnRequest);
    Field { path, verdict: Verdict::Extra { usual, meaning, removal, hidden: false } }
}

impl Field {
    /// With another value that is usual.
    const fn is_usually(self, usual: Usual) -> Self {
        match self.verdict {
            Verdict::Extra { meaning, removal, hidden, .. } => {
                Self { verdict: Verdict::Extra { usual, meaning, removal, hidden }, ..self }
            }
            _ => self,
        }
    }

    const fn unless(self, usual: &'static str) -> Self {
        self.is_usually(Usual::Text(usual))
    }

    const fn unless_number(self, usual: i64) -> Self {
        self.is_usually(Usual::Number(usual))
    }

    const fn removed(self, removal: Removal) -> Self {
        match self.verdict {
            Verdict::Extra { usual, meaning, hidden, .. } => {
                Self { verdict: Verdict::Extra { usual, meaning, removal, hidden }, ..self }
            }
            _ => self,
        }
    }

    /// It breaks what the pipeline is for: each apply puts it back.
    const fn put_back(self) -> Self {
        self.removed(Removal::Always)
    }

    /// Only shown: pipectl has no way to take it away.
    const fn by_hand(self) -> Self {
        self.removed(Removal::ByHand)
    }

    /// Its values may be secret: only names are shown.
    const fn hidden(self) -> Self {
        match self.verdict {
            Verdict::Extra { usual, meaning, removal, .. } => {
                Self { verdict: Verdict::Extra { usual, meaning, removal, hidden: true }, ..self }
            }
            _ => self,
        }
    }
}

impl Answer {
    /// What is there beside the attributes and not as usual, in the order of the table.
    pub(super) fn extras(&self, answer: &Raw) -> Vec<Extra> {
        self.fields.iter().filter_map(|field| self.extra(field, &answer.0)).collect()
    }

    fn extra(&self, field: &Field, answer: &Json) -> Option<Extra> {
        let Verdict::Extra { usual, meaning, removal, hidden } = field.verdict else { return None };
        let segments: Vec<_> = field.path.split('.').collect();
        let found = self.find(answer, "", &segments, usual)?;
        let value = if hidden { veiled(&found) } else { Value::from(&found) };
        let name = field.path.strip_prefix(self.at).map_or(field.path, |rest| rest.trim_start_matches('.'));
        Some(Extra { name: Cow::Borrowed(name), value, usual: usual.value(), meaning, removal })
    }

    /// What is not usual below the segments that are left. `path` leads here.
    fn find(&self, at: &Json, path: &str, left: &[&str], usual: Usual) -> Option<Json> {
        let Some((segment, rest)) = left.split_first() else {
            return (!usual.is(at)).then(|| at.clone());
        };
        let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match at {
            Json::Array(items) => {
                let mut found: Vec<_> = items.iter().filter_map(|item| self.find(item, path, left, usual)).collect();
                if found.len() > 1 { Some(Json::Array(found)) } else { found.pop() }
            }
            Json::Object(fields) if *segment == "*" => {
                let found = fields.iter().filter(|(key, _)| !self.has_row(&below(key), rest));
                let found =
                    found.filter_map(|(key, value)| Some((key.clone(), self.find(value, &below(key), rest, usual)?)));
                let found: Map<_, _> = found.collect();
                (!found.is_empty()).then_some(Json::Object(found))
            }
            Json::Object(fields) => self.find(fields.get(*segment)?, &below(segment), rest, usual),
            _ => None,
        }
    }

    /// Whether a key of a map has a row to itself.
    fn has_row(&self, path: &str, rest: &[&str]) -> bool {
        let whole = rest.iter().fold(path.to_owned(), |path, segment| format!("{path}.{segment}"));
        self.fields.iter().any(|field| field.path == whole)
    }
}

impl Usual {
    fn is(self, value: &Json) -> bool {
        nothing(value)
            || match self {
                Self::Nothing => false,
                Self::Number(usual) => value.as_i64() == Some(usual) || value.as_str() == Some(&usual.to_string()),
                Self::Text(usual) => match value {
                    Json::Array(all) => all.iter().all(|one| one == usual),
                    one => one == usual,
                },
            }
    }

    fn value(self) -> Value {
        match self {
            Self::Nothing => Value::Unset,
            Self::Number(usual) => Value::Int(usual),
            Self::Text(usual) => usual.canonical(),
        }
    }
}

/// Whether a document says nothing: AWS writes what is not set in many ways.
fn nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Bool(set) => !set,
        Json::Number(_) => false,
        Json::String(text) => text.is_empty() || text == "false",
        Json::Array(items) => items.iter().all(nothing),
        Json::Object(fields) => fields.values().all(nothing),
    }
}

/// The names of a map, without what they stand for.
fn veiled(value: &Json) -> Value {
    match value {
        Json::Object(fields) => Value::Map(fields.iter().map(|(name, value)| (name.clone(), veiled(value))).collect()),
        other => Secret(other.to_string()).canonical(),
    }
}

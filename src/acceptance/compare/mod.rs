//! Where two AWSs answer the same requests differently. Nothing is asked here: recorded exchanges in, differences out.

use super::normal::Normal;
use crate::aws::Exchange;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// As much of a value as is told.
const LONGEST: usize = 160;

/// An exchange, and in which step of the walk it was.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) step: String,
    pub(crate) exchange: Exchange,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// One side refused, with this code, what the other one never did.
    Outcome,
    /// An error's words.
    Message,
    Header,
    /// Only the target has it.
    OnlyThere,
    /// Only Local AWS has it.
    OnlyHere,
    Type,
    /// Lists of different lengths.
    Count,
    Value,
}

/// One way in which the answers of an operation differ, and in how many requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Difference {
    pub(crate) operation: String,
    pub(crate) kind: Kind,
    /// `Job.Command.Name`; lists are `[]`.
    pub(crate) at: String,
    pub(crate) there: String,
    pub(crate) here: String,
    pub(crate) times: usize,
}

/// How an operation was answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counted {
    /// Requests to the target, and to Local AWS.
    pub(crate) there: usize,
    pub(crate) here: usize,
    /// Different requests that both were asked.
    pub(crate) compared: usize,
    pub(crate) differing: usize,
    /// Different requests that one of them was asked only.
    pub(crate) only_there: usize,
    pub(crate) only_here: usize,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Compared {
    pub(crate) operations: BTreeMap<String, Counted>,
    pub(crate) differences: Vec<Difference>,
}

/// An answer as both sides would say it.
#[derive(Clone, Debug, PartialEq)]
struct Answer {
    /// Status, and an error's code.
    outcome: String,
    message: String,
    headers: BTreeMap<String, String>,
    body: Value,
}

type Grouped = BTreeMap<(String, String, String), Vec<Answer>>;
type Found = BTreeMap<(String, Kind, String, String, String), usize>;

/// `name` is the pipeline's, on both sides.
pub(crate) fn compare(name: &str, there: &[Recorded], here: &[Recorded]) -> Compared {
    let (there, here) = (grouped(name, there), grouped(name, here));
    let mut compared = Compared::default();
    let mut found = Found::new();
    let all: BTreeSet<_> = there.keys().chain(here.keys()).collect();
    for group in all {
        let (one, other) = (there.get(group), here.get(group));
        let counted = compared.operations.entry(group.1.clone()).or_default();
        counted.there += one.map_or(0, Vec::len);
        counted.here += other.map_or(0, Vec::len);
        match (one, other) {
            (Some(one), Some(other)) => {
                counted.compared += 1;
                let mut told = Told { operation: &group.1, found: BTreeSet::new() };
                told.answers(one, other);
                counted.differing += usize::from(!told.found.is_empty());
                told.found.into_iter().for_each(|difference| *found.entry(difference).or_default() += 1);
            }
            (Some(_), None) => counted.only_there += 1,
            _ => counted.only_here += 1,
        }
    }
    let difference =
        |((operation, kind, at, there, here), times)| Difference { operation, kind, at, there, here, times };
    compared.differences = found.into_iter().map(difference).collect();
    compared
}

/// By step, operation and request: what was answered, in order.
fn grouped(name: &str, recorded: &[Recorded]) -> Grouped {
    let normal = Normal::of(name, recorded.iter().map(|one| &one.exchange));
    let mut grouped = Grouped::new();
    for Recorded { step, exchange } in recorded {
        let group = (step.clone(), exchange.operation.clone(), normal.asked(&exchange.asked));
        grouped.entry(group).or_default().push(Answer::of(&normal, exchange));
    }
    grouped
}

impl Answer {
    fn of(normal: &Normal, exchange: &Exchange) -> Self {
        let mut body = normal.answer(exchange);
        if !normal.is_ours(&exchange.asked) {
            // What an account is and may do is told to nobody.
            body = shape(body);
        }
        let status = exchange.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let failed = exchange.status.is_none_or(|status| status >= 300);
        let headers = headers(normal, exchange);
        if !failed {
            return Self { outcome: status, message: String::new(), headers, body };
        }
        let code = code(exchange).unwrap_or_default();
        let words = ["message", "Message", "Error.Message"].iter().find_map(|at| text(&body, at));
        Self {
            outcome: format!("{status} {code}").trim().to_owned(),
            message: words.unwrap_or_default(),
            headers,
            body: Value::Null,
        }
    }
}

fn text(body: &Value, at: &str) -> Option<String> {
    let found = at.split('.').try_fold(body, |value, member| value.get(member))?;
    found.as_str().map(str::to_owned)
}

/// AWS says an error's code in a header, or in one of three places of the body; with a namespace, or an address behind it.
fn code(exchange: &Exchange) -> Option<String> {
    let of_body = ["__type", "Code", "code", "Error.Code"].iter().find_map(|at| text(&exchange.answer, at));
    let code = exchange.headers.get("x-amzn-errortype").cloned().or(of_body)?;
    let code = code.split(':').next().unwrap_or_default();
    Some(code.rsplit('#').next().unwrap_or_default().to_owned())
}

/// Without those that name a request, or say what a value is of the body as well.
fn headers(normal: &Normal, exchange: &Exchange) -> BTreeMap<String, String> {
    const NAMES_A_REQUEST: [&str; 6] =
        ["x-amzn-requestid", "x-amz-request-id", "x-amz-id-2", "x-amz-apigw-id", "x-amzn-trace-id", "x-amzn-errortype"];
    let told = exchange.headers.iter().filter(|(name, _)| !NAMES_A_REQUEST.contains(&name.as_str()));
    let value = |name: &str, value: &str| match name {
        "etag" | "x-amz-version-id" => "<id>".to_owned(),
        _ if name.starts_with("x-amz-checksum-") => "<digest>".to_owned(),
        "content-type" => value.split(';').next().unwrap_or_default().to_owned(),
        _ => normal.masked(value),
    };
    told.map(|(name, said)| (name.clone(), value(name, said))).collect()
}

/// Which members there are, and of which types.
fn shape(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, value)| (name, shape(value))).collect())
        }
        Value::Array(all) => Value::Array(all.into_iter().map(shape).collect()),
        Value::Null => Value::Null,
        value => format!("<{}>", kind_of(&value)).into(),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "structure",
    }
}

/// What is found out about one request.
struct Told<'a> {
    operation: &'a str,
    found: BTreeSet<(String, Kind, String, String, String)>,
}

impl Told<'_> {
    fn add(&mut self, kind: Kind, at: &str, there: impl Into<String>, here: impl Into<String>) {
        let short = |text: String| match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        };
        self.found.insert((self.operation.to_owned(), kind, at.to_owned(), short(there.into()), short(here.into())));
    }

    /// Each request may have been sent several times, until something had come about: what counts is which outcomes there
    /// were, and what was said the last time.
    fn answers(&mut self, there: &[Answer], here: &[Answer]) {
        let outcomes = |all: &[Answer]| all.iter().map(|one| one.outcome.clone()).collect::<BTreeSet<_>>();
        let (ones, others) = (outcomes(there), outcomes(here));
        for outcome in ones.difference(&others) {
            let words = there.iter().rfind(|one| one.outcome == *outcome).map_or("", |one| &one.message);
            let never = others.iter().cloned().collect::<Vec<_>>().join(", ");
            self.add(Kind::Outcome, "", format!("{outcome} {words}").trim(), never);
        }
        // Where each has its own, one line tells both.
        let is_told = !ones.is_subset(&others);
        for outcome in others.difference(&ones).filter(|_| !is_told) {
            let never = ones.iter().cloned().collect::<Vec<_>>().join(", ");
            self.add(Kind::Outcome, "", never, outcome.clone());
        }
        for outcome in ones.intersection(&others) {
            let last = |all: &[Answer]| all.iter().rfind(|one| one.outcome == *outcome).cloned();
            let (Some(one), Some(other)) = (last(there), last(here)) else { continue };
            let same = |all: &[Answer], wanted: &Answer| all.contains(wanted);
            if !same(here, &one) && !same(there, &other) {
                self.answer(&one, &other);
            }
        }
    }

    fn answer(&mut self, there: &Answer, here: &Answer) {
        if there.message != here.message {
            self.add(Kind::Message, "", there.message.clone(), here.message.clone());
        }
        for name in there.headers.keys().chain(here.headers.keys()).collect::<BTreeSet<_>>() {
            let [one, other] = [there, here].map(|side| side.headers.get(name).cloned().unwrap_or("-".to_owned()));
            if one != other {
                self.add(Kind::Header, name, one, other);
            }
        }
        self.value("", &there.body, &here.body);
    }

    fn value(&mut self, at: &str, there: &Value, here: &Value) {
        match (there, here) {
            (one, other) if one == other => {}
            (Value::Object(ones), Value::Object(others)) => {
                for name in ones.keys().chain(others.keys()).collect::<BTreeSet<_>>() {
                    let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                    match (ones.get(name), others.get(name)) {
                        (Some(one), Some(other)) => self.value(&at, one, other),
                        (Some(one), None) => self.add(Kind::OnlyThere, &at, one.to_string(), "-"),
                        (_, other) => self.add(Kind::OnlyHere, &at, "-", other.unwrap_or(&Value::Null).to_string()),
                    }
                }
            }
            (Value::Array(ones), Value::Array(others)) => self.list(&format!("{at}[]"), ones, others),
            (one, other) if kind_of(one) != kind_of(other) => self.add(Kind::Type, at, kind_of(one), kind_of(other)),
            (one, other) => self.add(Kind::Value, at, one.to_string(), other.to_string()),
        }
    }

    /// The order of a list is nobody's promise.
    fn list(&mut self, at: &str, there: &[Value], here: &[Value]) {
        if there.len() != here.len() {
            return self.add(Kind::Count, at, there.len().to_string(), here.len().to_string());
        }
        let sorted = |all: &[Value]| {
            let mut all: Vec<_> = all.to_vec();
            all.sort_by_key(key);
            all
        };
        sorted(there).iter().zip(&sorted(here)).for_each(|(one, other)| self.value(at, one, other));
    }
}

/// What tells an item of a list from others.
fn key(item: &Value) -> String {
    const NAMES: [&str; 8] = ["Name", "name", "Key", "key", "Sid", "path", "logGroupName", "ParameterName"];
    let named = NAMES.iter().find_map(|name| item.get(*name));
    named.unwrap_or(item).to_string()
}

#[cfg(test)]
mod tests;

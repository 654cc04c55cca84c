//! What two AWSs say differently although they mean the same: who owns it, ids that each chooses, times, digests.
//!
//! What is asked about the account at large holds other people's things; of those nothing is kept.

use crate::aws::{AskedFor, Exchange};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

const ACCOUNT: &str = "<account>";
const ID: &str = "<id>";

/// How often ids may lead to further ids: of an API, of its resources, of their methods.
const DEEPEST: usize = 3;

/// What one side has called its own things.
#[derive(Debug, Default)]
pub(crate) struct Normal {
    /// The pipeline's name, which is nobody else's.
    name: String,
    /// Who asks, and whose everything is: what is put in place of what, the longest first.
    own: Vec<(String, &'static str)>,
    /// What AWS has chosen, word by word.
    ids: BTreeSet<String>,
}

impl Normal {
    /// Learns from what one side has answered.
    pub(crate) fn of<'a>(name: &str, exchanges: impl Iterator<Item = &'a Exchange> + Clone) -> Self {
        let mut own = BTreeSet::new();
        for caller in exchanges.clone().filter(|one| one.operation.ends_with(":GetCallerIdentity")) {
            let told = |member: &str, as_: &'static str| Some((caller.answer[member].as_str()?.to_owned(), as_));
            let who = told("Arn", "<caller>").and_then(|(arn, as_)| Some((arn.splitn(6, ':').nth(5)?.to_owned(), as_)));
            own.extend([told("Arn", "<caller>"), who, told("Account", ACCOUNT)].into_iter().flatten());
        }
        let mut normal = Self { name: name.to_owned(), own: sorted(own), ids: BTreeSet::new() };
        for _ in 0..DEEPEST {
            let mut found = BTreeSet::new();
            for one in exchanges.clone() {
                ids("", &normal.ours(one), &mut |id| {
                    let id = id.trim_matches('"');
                    if id.len() > 5 && !id.contains(name) && !id.starts_with("pipectl") && !found.contains(id) {
                        found.insert(id.to_owned());
                    }
                });
            }
            normal.ids = found;
        }
        normal
    }

    /// Whether a request is about the pipeline, and not about the account.
    pub(crate) fn is_ours(&self, asked: &AskedFor) -> bool {
        let text = self.masked(&format!("{} {} {:?}", asked.path, asked.body, asked.headers));
        text.contains(&self.name) || text.contains(ID)
    }

    /// The answer without what is of others.
    fn ours(&self, exchange: &Exchange) -> Value {
        if self.is_ours(&exchange.asked) {
            exchange.answer.clone()
        } else {
            self.without_others(exchange.answer.clone())
        }
    }

    fn without_others(&self, value: Value) -> Value {
        match value {
            Value::Array(all) => {
                Value::Array(all.into_iter().filter(|one| one.to_string().contains(&self.name)).collect())
            }
            Value::Object(members) => {
                Value::Object(members.into_iter().map(|(name, value)| (name, self.without_others(value))).collect())
            }
            value => value,
        }
    }

    pub(crate) fn answer(&self, exchange: &Exchange) -> Value {
        self.value("", self.ours(exchange))
    }

    /// What two requests have to have in common to be the same one.
    pub(crate) fn asked(&self, asked: &AskedFor) -> String {
        let headers: Map<_, _> =
            asked.headers.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
        let path = percent_encoding::percent_decode_str(&asked.path).decode_utf8_lossy();
        let path = self.masked(
            path.split(['?', '&']).filter(|part| !part.starts_with("x-id=")).collect::<Vec<_>>().join("?").as_str(),
        );
        let (headers, body) = (self.value("", Value::Object(headers)), self.value("", asked.body.clone()));
        format!("{} {path} {headers} {body}", asked.method)
    }

    /// A value as both sides would say it.
    pub(crate) fn value(&self, member: &str, value: Value) -> Value {
        match value {
            Value::Object(members) => {
                let normal = |(name, value): (String, Value)| {
                    let value = self.value(&name, value);
                    (self.masked(&name), value)
                };
                Value::Object(members.into_iter().map(normal).collect())
            }
            Value::Array(all) if is_series(member, &all) => Value::Array(vec!["<measured>".into()]),
            Value::Array(all) => Value::Array(all.into_iter().map(|one| self.value(member, one)).collect()),
            Value::String(text) => self.text(member, &text),
            Value::Number(_) if is_time(member) => "<time as a number>".into(),
            Value::Number(_) if is_measured(member) => "<measured>".into(),
            Value::Number(number) if number.as_f64().is_some_and(is_epoch) => "<time as a number>".into(),
            value => value,
        }
    }

    fn text(&self, member: &str, text: &str) -> Value {
        if let Some(document) = embedded(text) {
            return self.value("", document);
        }
        if is_id(member) && !text.contains(&self.name) && !text.is_empty() {
            return ID.into();
        }
        // Of a function's code: signed on AWS.
        if member == "Location" && (text.starts_with("http") || text.starts_with("(signed")) {
            return "<address>".into();
        }
        if is_time(member) && text.starts_with(|c: char| c.is_ascii_digit()) {
            return "<time as text>".into();
        }
        if is_measured(member) && text.parse::<f64>().is_ok() {
            return "<measured>".into();
        }
        self.masked(text).into()
    }

    /// A text without what each side has for itself.
    pub(crate) fn masked(&self, text: &str) -> String {
        let text = self.own.iter().fold(text.to_owned(), |text, (own, instead)| text.replace(own.as_str(), instead));
        let text = without_base64(&text);
        let mut masked = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-:.+_".contains(c))).unwrap_or(rest.len());
            if end == 0 {
                masked.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            }
            let (word, tail) = rest.split_at(end);
            masked.push_str(&self.word(word));
            rest = tail;
        }
        masked
    }

    /// What stands between blanks, slashes and quotes.
    fn word(&self, word: &str) -> String {
        match word {
            _ if is_date(word) => "<time>".to_owned(),
            _ if self.ids.contains(word) => ID.to_owned(),
            _ => word.split_inclusive([':', '.', '+', '_']).map(|part| self.part(part)).collect(),
        }
    }

    fn part(&self, part: &str) -> String {
        let bare = part.trim_end_matches([':', '.', '+', '_']);
        let end = &part[bare.len()..];
        match self.ids.contains(bare) || is_digest(bare) || is_key(bare) {
            true => format!("{ID}{end}"),
            false => format!("{}{end}", without_numbers(bare)),
        }
    }
}

fn sorted(own: BTreeSet<(String, &'static str)>) -> Vec<(String, &'static str)> {
    let mut own: Vec<_> = own.into_iter().filter(|(text, _)| !text.is_empty()).collect();
    own.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
    own
}

/// Each text that AWS has chosen.
fn ids(member: &str, value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| ids(name, value, found)),
        Value::Array(all) => all.iter().for_each(|one| ids(member, one, found)),
        Value::String(text) if is_id(member) => found(text),
        _ => {}
    }
}

/// A document inside a text: a policy, which IAM escapes.
fn embedded(text: &str) -> Option<Value> {
    let plain = match text.get(..3) {
        Some(start) if start.eq_ignore_ascii_case("%7b") => {
            percent_encoding::percent_decode_str(text).decode_utf8_lossy()
        }
        _ if text.starts_with(['{', '[']) => text.into(),
        _ => return None,
    };
    serde_json::from_str(&plain).ok().filter(|value: &Value| value.is_object() || value.is_array())
}

fn is_id(member: &str) -> bool {
    const ENDS: [&str; 8] = ["Id", "ID", "Ids", "Token", "token", "ETag", "etag", "Sha256"];
    const NAMES: [&str; 8] = ["id", "RevisionId", "position", "nextToken", "HostId", "Marker", "SHA256", "location"];
    ENDS.iter().any(|end| member.ends_with(end)) || NAMES.contains(&member)
}

fn is_time(member: &str) -> bool {
    const ENDS: [&str; 6] = ["Time", "Date", "Timestamp", "timestamp", "LastModified", "On"];
    ENDS.iter().any(|end| member.ends_with(end)) || matches!(member, "LastUpdated" | "lastModified")
}

/// How much or how long it was, which is never twice the same.
fn is_measured(member: &str) -> bool {
    const ENDS: [&str; 6] = ["Millis", "Bytes", "bytes", "Size", "DPUSeconds", "ContentLength"];
    // Firehose's and Lambda's settings end so, too.
    const SET: [&str; 4] = ["MemorySize", "BlockSizeBytes", "PageSizeBytes", "BytesScannedCutoffPerQuery"];
    ENDS.iter().any(|end| member.ends_with(end)) && !SET.contains(&member)
}

/// A metric's points: how many there are depends on the minute.
fn is_series(member: &str, all: &[Value]) -> bool {
    member == "Timestamps" || member == "Values" && all.iter().all(Value::is_number)
}

/// Of the years 2020 to 2036, in seconds or in milliseconds.
fn is_epoch(number: f64) -> bool {
    (1.577e9..2.083e9).contains(&number) || (1.577e12..2.083e12).contains(&number)
}

/// Hexadecimal, or what addresses of functions begin with.
fn is_digest(word: &str) -> bool {
    let is_chosen = |c: char| c.is_ascii_digit() || c.is_ascii_lowercase();
    word.len() >= 32 && word.chars().all(is_chosen) && word.contains(|c: char| c.is_ascii_digit())
}

/// Without SHA-256 digests in base64, as Lambda gives those of code: 43 signs and an `=`. A slash may be one of them, so that
/// they are no words.
fn without_base64(text: &str) -> String {
    const SIGNS: usize = 43;
    let is_sign = |c: char| c.is_ascii_alphanumeric() || "+/".contains(c);
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('=') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        let signs = before.chars().rev().take_while(|c| is_sign(*c)).count();
        match signs == SIGNS {
            true => masked.extend([&before[..at - SIGNS], ID]),
            false => masked.extend([before, "="]),
        }
        rest = after;
    }
    masked + rest
}

/// What IAM calls keys, roles and users by.
fn is_key(word: &str) -> bool {
    let kinds = ["AKIA", "ASIA", "AROA", "AIDA"];
    word.len() >= 20 && kinds.iter().any(|kind| word.starts_with(kind))
}

/// Without accounts, times and UUIDs, by themselves or in a name such as Firehose gives its files.
fn without_numbers(word: &str) -> String {
    let parts: Vec<&str> = word.split('-').collect();
    let are = |from: usize, lengths: &[usize], is: fn(&u8) -> bool| {
        let there = parts.get(from..from + lengths.len());
        there.is_some_and(|there| {
            there.iter().zip(lengths).all(|(part, length)| part.len() == *length && part.bytes().all(|b| is(&b)))
        })
    };
    let (mut masked, mut at) = (vec![], 0);
    while at < parts.len() {
        let (instead, length) = if are(at, &[8, 4, 4, 4, 12], u8::is_ascii_hexdigit) {
            (ID, 5)
        } else if are(at, &[4, 2, 2, 2, 2, 2], u8::is_ascii_digit) {
            ("<time>", 6)
        } else if are(at, &[12], u8::is_ascii_digit) {
            (ACCOUNT, 1)
        } else {
            (parts[at], 1)
        };
        masked.push(instead);
        at += length;
    }
    masked.join("-")
}

/// `2026-11-27T08:00:00.000Z`, with or without its end.
fn is_date(word: &str) -> bool {
    let bytes = word.as_bytes();
    let digits =
        |range: std::ops::Range<usize>| bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    bytes.len() >= 16 && digits(0..4) && digits(5..7) && digits(8..10) && bytes[10] == b'T' && digits(11..13)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn exchange(operation: &str, path: &str, answer: Value) -> Exchange {
        let asked = AskedFor { method: "GET".to_owned(), path: path.to_owned(), ..AskedFor::default() };
        Exchange { operation: operation.to_owned(), asked, status: Some(200), answer, ..Exchange::default() }
    }

    fn side(account: &str, api: &str, resource: &str) -> Vec<Exchange> {
        let caller = format!("arn:aws:iam::{account}:user/somebody");
        vec![
            exchange("sts:GetCallerIdentity", "/", json!({"Account": account, "Arn": caller, "UserId": "AIDA1"})),
            exchange(
                "apigateway:GetRestApis",
                "/restapis",
                json!({"items": [
                    {"id": api, "name": "acc-1-article"}, {"id": "foreign123", "name": "somebody-else"},
                ]}),
            ),
            exchange(
                "apigateway:GetResources",
                &format!("/restapis/{api}/resources"),
                json!({"items": [
                    {"id": resource, "path": "/track", "uri": format!("arn:aws:lambda:us-east-1:{account}:function:acc-1/{api}")},
                ]}),
            ),
        ]
    }

    #[test]
    fn what_each_side_calls_its_own_is_the_same() {
        let sides = [side("111122223333", "abc1234567", "res123"), side("000000000000", "zzz7654321", "other9")];
        let normal = sides.each_ref().map(|side| Normal::of("acc-1", side.iter()));
        let said = |side: usize| {
            let said = |exchange: &Exchange| (normal[side].asked(&exchange.asked), normal[side].answer(exchange));
            sides[side].iter().map(said).collect::<Vec<_>>()
        };
        assert_eq!(said(0), said(1));
        let told = normal[0].answer(&sides[0][1]).to_string();
        assert!(!told.contains("somebody-else") && !told.contains("foreign123"), "{told}");
    }

    #[test]
    fn accounts_times_and_digests_are_masked_and_settings_are_not() {
        let normal = Normal::default();
        let rows = [
            ("arn:aws:iam::123456789012:role/a", "arn:aws:iam::<account>:role/a"),
            ("bucket-123456789012-us-east-1", "bucket-<account>-us-east-1"),
            ("at 2026-11-27T08:00:00.000Z!", "at <time>!"),
            ("Request ID: 9878d954-8ef7-463f-a300-3f1c063c87b5)", "Request ID: <id>)"),
            ("\"62687fda6c0ffdda744c19f5d8fd414c\"", "\"<id>\""),
            ("key AKIAIOSFODNN7EXAMPLE is", "key <id> is"),
            ("code:lcC3ajxMkObGCUew2uz2cVXVPXUt/vzcijOEtHkPmo0=", "code:<id>"),
            ("code:utFG170AOwj+U5W346P8dCRzJLopUtV1Swc2Ja43+Zk= a=b", "code:<id> a=b"),
            ("raw/a-1-2026-11-27-09-04-31-a5f2ef44-90d7-4455-a353-1a0d6c17fe6a.gz", "raw/a-1-<time>-<id>.gz"),
            ("part-00000-jr_77419d29a8a76647ef40d82fad1f3587.c000", "part-00000-jr_<id>.c000"),
            (
                "https://i0ps933om7i5v3qb45indnlm0aa6qv86.lambda-url.us-east-1.on.aws/",
                "https://<id>.lambda-url.us-east-1.on.aws/",
            ),
            ("cron(0 0 1 1 ? *)", "cron(0 0 1 1 ? *)"),
            ("GZIP 128 arn:aws:s3:::x", "GZIP 128 arn:aws:s3:::x"),
        ];
        for (text, masked) in rows {
            assert_eq!(normal.masked(text), masked, "{text}");
        }
        let value = json!({"MemorySize": 128, "CodeSize": 12, "CreatedOn": 1.7e9, "createdDate": 1_764_000_000, "Timeout": 5,
                           "Policy": "%7B%22a%22%3A1%7D", "LastModified": "2026-11-27T08:00:00Z"});
        let expected = json!({"MemorySize": 128, "CodeSize": "<measured>", "CreatedOn": "<time as a number>",
                              "createdDate": "<time as a number>", "Timeout": 5, "Policy": {"a": 1},
                              "LastModified": "<time as text>"});
        assert_eq!(normal.value("", value), expected);
    }
}

//! URLs: https://trino.io/docs/current/functions/url.html

use super::call::{Call, bad};
use super::library::Entry;
use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use percent_encoding::percent_decode_str;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("url_extract_protocol", "varchar -> varchar", |call| part(call, |url| url.protocol.or(Some(String::new())))),
    ("url_extract_host", "varchar -> varchar", |call| part(call, |url| url.host.or(Some(String::new())))),
    ("url_extract_port", "varchar -> bigint", |call| {
        call.each(|row| Ok(Url::parse(row.text(0)).and_then(|url| url.port)))
    }),
    ("url_extract_path", "varchar -> varchar", |call| part(call, |url| Some(url.path))),
    ("url_extract_query", "varchar -> varchar", |call| part(call, |url| url.query.or(Some(String::new())))),
    ("url_extract_fragment", "varchar -> varchar", |call| part(call, |url| url.fragment.or(Some(String::new())))),
    ("url_extract_parameter", "varchar, varchar -> varchar", |call| {
        call.each(|row| Ok(Url::parse(row.text(0)).and_then(|url| url.parameter(row.text(1)))))
    }),
    ("url_encode", "varchar -> varchar", |call| {
        call.each(|row| Ok(Some(form_urlencoded::byte_serialize(row.text(0).as_bytes()).collect::<String>())))
    }),
    ("url_decode", "varchar -> varchar", |call| call.each(|row| decode(row.text(0)).map(Some))),
];

fn part(call: &Call, part: impl Fn(Url) -> Option<String>) -> Result<ArrayRef> {
    call.each(|row| Ok(Url::parse(row.text(0)).and_then(&part)))
}

/// By RFC 2396, as `java.net.URI` reads it.
#[derive(Debug, Default)]
struct Url {
    protocol: Option<String>,
    host: Option<String>,
    port: Option<i64>,
    path: String,
    query: Option<String>,
    raw_query: Option<String>,
    fragment: Option<String>,
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

impl Url {
    fn parse(text: &str) -> Option<Self> {
        let is_legal = |letter: char| !matches!(letter, ' ' | '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}');
        let escapes = text
            .split('%')
            .skip(1)
            .all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|digit| digit.is_ascii_hexdigit()));
        (text.chars().all(|letter| is_legal(letter) && !letter.is_control()) && escapes).then_some(())?;
        let mut url = Self::default();
        let (rest, fragment) = text.split_once('#').map_or((text, None), |(rest, after)| (rest, Some(after)));
        url.fragment = fragment.map(decoded);
        let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, after)| (rest, Some(after)));
        (url.query, url.raw_query) = (query.map(decoded), query.map(str::to_owned));
        let rest = match rest.split_once(':') {
            Some((protocol, after)) if !protocol.contains('/') => {
                let is_name = protocol.starts_with(|first: char| first.is_ascii_alphabetic())
                    && protocol.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter));
                is_name.then(|| url.protocol = Some(protocol.to_owned()))?;
                after
            }
            _ => rest,
        };
        let is_opaque = url.protocol.is_some() && !rest.starts_with('/');
        if let Some(authority) = rest.strip_prefix("//") {
            let (authority, path) = authority.find('/').map_or((authority, ""), |at| authority.split_at(at));
            url.authority(authority);
            url.path = decoded(path);
        } else if !is_opaque {
            url.path = decoded(rest);
        }
        Some(url)
    }

    fn authority(&mut self, text: &str) {
        let text = text.rsplit_once('@').map_or(text, |(_, host)| host);
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (text, None),
        };
        let is_host = |letter: char| letter.is_ascii_alphanumeric() || "-.[]:".contains(letter);
        if !host.is_empty() && host.chars().all(is_host) {
            self.host = Some(host.to_owned());
            self.port = port.and_then(|port| port.parse().ok());
        }
    }

    fn parameter(&self, name: &str) -> Option<String> {
        let pairs = self.raw_query.as_deref()?.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let (_, value) = pairs.into_iter().find(|(known, _)| decode(known).is_ok_and(|known| known == name))?;
        decode(value).ok()
    }
}

fn decode(text: &str) -> Result<String> {
    let wrong = text
        .split('%')
        .skip(1)
        .find(|rest| rest.len() < 2 || !rest.bytes().take(2).all(|digit| digit.is_ascii_hexdigit()));
    match wrong {
        Some(_) => Err(bad(format!("URLDecoder: Illegal hex characters in escape (%) pattern in \"{text}\""))),
        None => Ok(decoded(&text.replace('+', " "))),
    }
}

//! The API keys that a function URL's clients send. Before a REST API's clients are let in, API Gateway looks at theirs.

use percent_encoding::percent_decode_str;
use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use std::borrow::Cow;
use std::fmt;
use subtle::{Choice, ConstantTimeEq};

/// Of the query: `sendBeacon` can set no header.
const PARAMETER: &str = "key";

/// What a key has to be one of, without the keys themselves: their SHA-256.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Keys(Vec<[u8; SHA256_OUTPUT_LEN]>);

impl Keys {
    /// Reads digests of 64 lower-case hex digits, separated by commas; at least one.
    pub(crate) fn parse(list: &str) -> Option<Self> {
        list.split(',').map(read_digest).collect::<Option<_>>().map(Self)
    }

    /// Takes as long whichever key it is, and if it is none.
    pub(crate) fn admit(&self, key: &str) -> bool {
        let sent = digest(&SHA256, key.as_bytes());
        let equal = |known: &[u8; SHA256_OUTPUT_LEN]| known.ct_eq(sent.as_ref());
        self.0.iter().fold(Choice::from(0), |found, known| found | equal(known)).into()
    }
}

fn read_digest(text: &str) -> Option<[u8; SHA256_OUTPUT_LEN]> {
    let mut bytes = [0; SHA256_OUTPUT_LEN];
    let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    hex::decode_to_slice(text, &mut bytes).ok().filter(|()| lower).map(|()| bytes)
}

/// How many there are.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}

/// The key of a request: its header's, or else the first that the query has. An empty one is none.
pub(crate) fn sent<'a>(header: Option<&'a str>, query: &'a str) -> Option<Cow<'a, str>> {
    let header = header.map(Cow::Borrowed).filter(|key| !key.is_empty());
    header.or_else(|| parameter(query)).filter(|key| !key.is_empty())
}

/// `+` is no blank here: no key of API Gateway's has one.
fn parameter(query: &str) -> Option<Cow<'_, str>> {
    let values = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = values.into_iter().find(|(name, _)| percent_decode_str(name).eq(PARAMETER.bytes()))?;
    Some(percent_decode_str(value).decode_utf8_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `sha256sum` of `abc`, and of `message digest`.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const MESSAGE_DIGEST: &str = "f7846f55cf23e14eebeab5b4e1550cad5b509e3348fbc4efa3a1413d393cb650";

    #[test]
    fn each_key_of_the_list_is_admitted_and_no_other() {
        let keys = Keys::parse(&format!("{ABC},{MESSAGE_DIGEST}")).unwrap();
        for (key, admitted) in
            [("abc", true), ("message digest", true), ("abd", false), ("", false), ("ABC", false), (ABC, false)]
        {
            assert_eq!(keys.admit(key), admitted, "{key:?}");
        }
        assert!(!Keys::parse(ABC).unwrap().admit("message digest"));
        assert_eq!(format!("{keys:?}"), "Keys(2)");
    }

    #[test]
    fn a_list_that_is_empty_or_malformed_is_none() {
        let upper = ABC.to_uppercase();
        let bad = ["", ",", &ABC[1..], &format!("{ABC}0"), &format!("{ABC},"), &format!(" {ABC}"), &upper, "abc"];
        for list in bad {
            assert_eq!(Keys::parse(list), None, "{list:?}");
        }
    }

    #[test]
    fn the_header_is_read_before_the_query() {
        for (header, query, key) in [
            (Some("h"), "key=q", Some("h")),
            (None, "key=q", Some("q")),
            (Some(""), "a=b&key=q&key=second", Some("q")),
            (None, "key=a%2Bb%20%C3%A4", Some("a+b ä")),
            (None, "%6bey=q", Some("q")),
            (None, "key=a+b", Some("a+b")),
            (None, "monkey=q&keys=q&key", None),
            (None, "key=", None),
            (None, "", None),
        ] {
            assert_eq!(sent(header, query).as_deref(), key, "{header:?} {query:?}");
        }
    }
}

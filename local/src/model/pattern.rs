//! The patterns of the models, which are Java's, as the `regex` crate takes them.

use regex::Regex;
use serde::Deserialize;
use std::sync::OnceLock;

/// A pattern that a whole value has to have, compiled when it is first needed.
#[derive(Deserialize)]
#[serde(from = "String")]
pub(super) struct Pattern {
    /// As AWS shows it.
    pub(super) text: String,
    compiled: OnceLock<Option<Compiled>>,
}

struct Compiled {
    has: Regex,
    /// What a value may not begin with: `^(?!aws:)...`.
    unless: Option<Regex>,
    /// What a value may not end with: `...(?<!\.)`.
    never_last: Option<Regex>,
}

impl From<String> for Pattern {
    fn from(text: String) -> Self {
        Self { text, compiled: OnceLock::new() }
    }
}

impl Pattern {
    /// Whether a value has the pattern. One that cannot be compiled is had by every value; a test lists those.
    pub(super) fn allows(&self, value: &str) -> bool {
        self.compiled().is_none_or(|compiled| {
            compiled.has.is_match(value)
                && compiled.unless.as_ref().is_none_or(|unless| !unless.is_match(value))
                && compiled.never_last.as_ref().is_none_or(|last| !last.is_match(value))
        })
    }

    #[cfg(test)]
    pub(super) fn is_checked(&self) -> bool {
        self.compiled().is_some()
    }

    fn compiled(&self) -> Option<&Compiled> {
        self.compiled.get_or_init(|| compile(&self.text).ok()).as_ref()
    }
}

/// "Not digits alone", as Lambda's patterns of aliases say it by looking ahead, and in words that need not.
const NOT_DIGITS: [&str; 2] = [r"(?!^\d+$)^[0-9a-zA-Z-_]+$", r"(?!\d+$)[0-9a-zA-Z-_]+"];
const SOME_LETTER: &str = "[0-9]*[a-zA-Z-_][0-9a-zA-Z-_]*";

fn compile(text: &str) -> Result<Compiled, regex::Error> {
    let text = NOT_DIGITS.iter().fold(text.to_owned(), |text, words| text.replace(words, SOME_LETTER));
    let mut rest = text.as_str();
    let mut unless = None;
    let mut never_last = None;
    let unanchored = rest.strip_prefix('^').unwrap_or(rest);
    if let Some((ahead, after)) = unanchored.strip_prefix("(?!").and_then(|tail| tail.split_once(')')) {
        unless = Some(Regex::new(&format!(r"\A(?:{})", in_rust(ahead)))?);
        rest = after;
    }
    if let Some((before, behind)) = rest.strip_suffix(')').and_then(|head| head.rsplit_once("(?<!")) {
        never_last = Some(Regex::new(&format!(r"(?:{})\z", in_rust(behind)))?);
        rest = before;
    }
    // Java asks whether the whole value matches.
    Ok(Compiled { has: Regex::new(&format!(r"\A(?:{})\z", in_rust(rest)))?, unless, never_last })
}

/// Java's `\w`, `\d` and `\s` know only ASCII, and it writes what lies beyond 16 bits as two halves.
pub(super) fn in_rust(java: &str) -> String {
    let java = java.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF");
    let mut rust = String::new();
    let mut letters = java.chars();
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (_, true) => match letters.next() {
                Some('w') => rust.push_str("[0-9A-Za-z_]"),
                Some('d') => rust.push_str("[0-9]"),
                Some('s') => rust.push_str(r"[\t\n\x0B\f\r ]"),
                Some('S') => rust.push_str(r"[^\t\n\x0B\f\r ]"),
                Some(other) => rust.extend(['\\', other]),
                None => rust.push('\\'),
            },
            _ => rust.push(letter),
        }
    }
    rust
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(pattern: &str, value: &str) -> bool {
        let pattern = Pattern::from(pattern.to_owned());
        assert!(pattern.is_checked(), "{}", pattern.text);
        pattern.allows(value)
    }

    #[test]
    fn an_alias_is_not_digits_alone() {
        for pattern in [r"((?!^\d+$)^[0-9a-zA-Z-_]+$)", r"([a-z]{1,9}:)?((?!\d+$)[0-9a-zA-Z-_]+)"] {
            for (value, allowed) in
                [("live", true), ("1a", true), ("2026-", true), ("_", true), ("12", false), ("#", false)]
            {
                assert_eq!(allows(pattern, value), allowed, "{pattern} {value}");
            }
        }
    }

    #[test]
    fn the_whole_value_has_the_pattern() {
        assert!(allows("[a-zA-Z0-9_.-]+", "click.stream_1-x"));
        assert!(!allows("[a-zA-Z0-9_.-]+", "click stream"));
        assert!(!allows("[a-z]+", "line\n"));
        assert!(allows("^$|[a-zA-Z/_]+", "") && allows("^$|[a-zA-Z/_]+", "Europe/Berlin"));
        assert!(!allows("^$|[a-zA-Z/_]+", "Etc/GMT+5"));
    }

    #[test]
    fn classes_are_those_of_java() {
        assert!(allows(r"[\w+=,.@-]+", "a+b=c@d-e") && !allows(r"[\w+=,.@-]+", "\u{e9}"));
        assert!(allows(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", "\u{e9} 1:@"));
        assert!(allows(r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", "a\u{1F600}"));
        assert!(!allows(r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", "a\u{1}"));
        assert!(allows(r"\d{12}", "000000000000") && !allows(r"\d{12}", "\u{661}00000000000"));
    }

    #[test]
    fn what_may_not_stand_at_an_end_does_not() {
        let tag = r"^(?!aws:)[\p{L}\p{Z}\p{N}_.:\/=+\-@%]*$";
        assert!(allows(tag, "team") && allows(tag, "awsome") && !allows(tag, "aws:team") && !allows(tag, "a#b"));
        assert!(allows(r"^(?!\s*$).+", " a") && !allows(r"^(?!\s*$).+", "  "));
        let bucket = r"[0-9A-Za-z\.\-_]*(?<!\.)";
        assert!(allows(bucket, "a.b") && !allows(bucket, "a."));
    }
}

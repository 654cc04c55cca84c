//! Which events a filter pattern is about: "Filter pattern syntax for metric filters, subscription filters, filter log
//! events". Patterns of fields between spaces, `[ip, user, ...]`, and regular expressions are not there.

mod fields;

use super::invalid;
use crate::api_error::Result;
use fields::Fields;

/// A pattern, read.
pub(super) enum Filter {
    Terms(Terms),
    /// `{ $.level = "ERROR" }`
    Fields(Fields),
}

/// `ERROR "not found" -debug`, `?ERROR ?WARN`: texts that a message has, with case.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Terms {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Filter {
    /// # Errors
    /// A pattern that AWS refuses, or that is not there.
    pub(super) fn read(text: &str) -> Result<Self> {
        match text.trim() {
            fields if fields.starts_with('{') => Fields::read(fields).map(Self::Fields),
            spaces if spaces.starts_with('[') => {
                Err(invalid("Invalid filter pattern: Local AWS has no patterns of fields between spaces"))
            }
            terms => Terms::read(terms).map(Self::Terms),
        }
    }

    pub(super) fn fits(&self, message: &str) -> bool {
        match self {
            Self::Terms(terms) => terms.fit(message),
            Self::Fields(fields) => serde_json::from_str(message).is_ok_and(|event| fields.fit(&event)),
        }
    }
}

impl Terms {
    fn read(text: &str) -> Result<Self> {
        let mut terms = Self::default();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let list = match first {
                '?' => &mut terms.any,
                '-' => &mut terms.none,
                _ => &mut terms.all,
            };
            let term = rest.trim_start_matches(['?', '-']);
            let (term, after) = if let Some(quoted) = term.strip_prefix('"') {
                unquote(quoted)?
            } else {
                let end = term.find(char::is_whitespace).unwrap_or(term.len());
                let (term, after) = term.split_at(end);
                if term.is_empty() || !term.chars().all(|c| c.is_alphanumeric() || c == '_') {
                    return Err(invalid(format!("Invalid character(s) in term '{term}'")));
                }
                (term.to_owned(), after)
            };
            list.push(term);
            rest = after.trim_start();
        }
        Ok(terms)
    }

    /// "If you combine ? with other terms, it is ignored."
    fn fit(&self, message: &str) -> bool {
        let has = |term: &String| message.contains(term.as_str());
        let alone = self.all.is_empty() && self.none.is_empty() && !self.any.is_empty();
        self.all.iter().all(has) && !self.none.iter().any(has) && (!alone || self.any.iter().any(has))
    }
}

/// What stands before the next quote that is not escaped, and what comes after it.
fn unquote(text: &str) -> Result<(String, &str)> {
    let (mut term, mut escaped) = (String::new(), false);
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => return Ok((term, &text[at + 1..])),
            '\\' if !escaped => escaped = true,
            c => {
                if escaped && c != '"' && c != '\\' {
                    term.push('\\');
                }
                term.push(c);
                escaped = false;
            }
        }
    }
    Err(invalid("Invalid filter pattern: a quote is not closed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_all_there_or_any_or_none() {
        for (pattern, message, fits) in [
            ("", "anything", true),
            ("ERROR", "[ERROR] no", true),
            ("error", "[ERROR] no", false),
            ("ERROR timeout", "timeout: ERROR", true),
            ("ERROR timeout", "ERROR", false),
            ("\"ERROR timeout\"", "timeout: ERROR", false),
            ("\"a \\\"b\\\"\"", "x a \"b\" y", true),
            ("ERROR -debug", "ERROR debug", false),
            ("?ERROR ?WARN", "WARN", true),
            ("?ERROR ?WARN", "INFO", false),
            ("{ $.level = \"ERROR\" }", "{\"level\": \"ERROR\"}", true),
            ("{ $.level = \"ERROR\" }", "level ERROR", false),
        ] {
            assert_eq!(Filter::read(pattern).unwrap().fits(message), fits, "{pattern} on {message}");
        }
        for wrong in ["a.b", "\"open", "[a, b]", "?", "{ level = 1 }", "{ $.a ~ 1 }", "{ ($.a = 1) }", "{"] {
            assert_eq!(Filter::read(wrong).err().unwrap().code, "InvalidParameterException", "{wrong}");
        }
    }
}

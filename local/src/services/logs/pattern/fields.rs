//! Filter patterns of messages that are JSON: `{ $.status >= 500 && $.path = "/a*" }`. Parentheses are not there.

use super::super::invalid;
use super::unquote;
use crate::api_error::Result;
use crate::services::iam::like;
use serde_json::Value;

/// Any of these, of which all have to hold.
pub(in super::super) struct Fields(Vec<Vec<Comparison>>);

struct Comparison {
    /// `/user/roles/0`
    pointer: String,
    operator: &'static str,
    wanted: String,
}

const OPERATORS: [&str; 10] = ["!=", ">=", "<=", "=", ">", "<", "IS NULL", "IS TRUE", "IS FALSE", "NOT EXISTS"];

impl Fields {
    /// # Errors
    /// What is none.
    pub(super) fn read(text: &str) -> Result<Self> {
        let inside = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).ok_or_else(wrong)?;
        let either = outside(inside, "||").into_iter();
        let both = |part: &str| outside(part, "&&").into_iter().map(Comparison::read).collect::<Result<Vec<_>>>();
        either.map(both).collect::<Result<Vec<_>>>().map(Self)
    }

    pub(super) fn fit(&self, event: &Value) -> bool {
        self.0.iter().any(|all| all.iter().all(|one| one.holds(event)))
    }
}

fn wrong() -> crate::api_error::ApiError {
    invalid("Invalid filter pattern: write { $.field = value }, joined by && and ||")
}

/// The parts between separators that do not stand in quotes.
fn outside<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let (mut parts, mut start, mut quoted, mut escaped) = (vec![], 0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => quoted = !quoted,
            _ if !quoted && at >= start && text[at..].starts_with(separator) => {
                parts.push(&text[start..at]);
                start = at + separator.len();
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    parts.push(&text[start..]);
    parts
}

impl Comparison {
    fn read(text: &str) -> Result<Self> {
        let rest = text.trim().strip_prefix("$.").ok_or_else(wrong)?;
        let end = rest.find(|c: char| c.is_whitespace() || "!<>=".contains(c)).ok_or_else(wrong)?;
        let (path, rest) = rest.split_at(end);
        let rest = rest.trim();
        let operator = OPERATORS.into_iter().find(|operator| rest.starts_with(operator)).ok_or_else(wrong)?;
        let wanted = rest[operator.len()..].trim();
        let wanted = match wanted.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?.0,
            None if wanted.contains(['(', ')', ' ']) => return Err(wrong()),
            None => wanted.to_owned(),
        };
        let pointer = path.replace('[', ".").replace(']', "").replace('.', "/");
        Ok(Self { pointer: format!("/{pointer}"), operator, wanted })
    }

    fn holds(&self, event: &Value) -> bool {
        let found = event.pointer(&self.pointer);
        match (self.operator, found) {
            ("NOT EXISTS", found) => found.is_none(),
            ("IS NULL", found) => found.is_some_and(Value::is_null),
            ("IS TRUE", found) => found == Some(&Value::Bool(true)),
            ("IS FALSE", found) => found == Some(&Value::Bool(false)),
            (_, None) => false,
            ("=", Some(found)) => self.equals(found),
            ("!=", Some(found)) => !self.equals(found),
            (operator, Some(found)) => {
                let (Some(found), Ok(wanted)) = (found.as_f64(), self.wanted.parse::<f64>()) else { return false };
                match operator {
                    ">" => found > wanted,
                    "<" => found < wanted,
                    ">=" => found >= wanted,
                    _ => found <= wanted,
                }
            }
        }
    }

    fn equals(&self, found: &Value) -> bool {
        match (found.as_str(), found.as_f64(), self.wanted.parse::<f64>()) {
            (Some(text), ..) => like(&self.wanted, text),
            (None, Some(number), Ok(wanted)) => number == wanted,
            // `true`, `null`
            _ => format!("{found}") == self.wanted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_compared_as_what_they_are() {
        let event = json!({"status": 503, "path": "/a/b", "ok": false, "none": null, "list": [{"x": "y"}]});
        for (pattern, fits) in [
            ("{ $.status = 503 }", true),
            ("{$.status>=500 && $.path=\"/a*\"}", true),
            ("{ $.status < 500 || $.path = \"/a/b\" }", true),
            ("{ $.status != 503 }", false),
            ("{ $.path = \"/a && b\" || $.ok IS TRUE }", false),
            ("{ $.ok IS FALSE }", true),
            ("{ $.none IS NULL }", true),
            ("{ $.absent NOT EXISTS }", true),
            ("{ $.absent = 1 }", false),
            ("{ $.list[0].x = y }", true),
        ] {
            assert_eq!(Fields::read(pattern).unwrap().fit(&event), fits, "{pattern}");
        }
    }
}

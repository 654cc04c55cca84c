//! LIKE, which has no letter that escapes unless one is named; the engine's always has the backslash.

use super::parse::{call, text};
use datafusion::sql::sqlparser::ast::{Expr, Value, ValueWithSpan};
use std::mem::replace;

/// Makes a pattern one of the engine; gives what the whole LIKE is, where that is known.
///
/// # Errors
/// An escape that is not one letter, in Trino's words.
pub(super) fn escape(pattern: &mut Expr, escape: Option<ValueWithSpan>) -> Result<Option<Expr>, String> {
    let escape = match escape.map(|escape| escape.value) {
        None => None,
        Some(Value::Null) => return Ok(Some(Expr::value(Value::Null))),
        Some(escape) => {
            let escape = escape.into_string().unwrap_or_default();
            let mut letters = escape.chars();
            let letter = letters.next().filter(|_| letters.next().is_none());
            let words = || "INVALID_FUNCTION_ARGUMENT: Escape string must be a single character".to_owned();
            Some(letter.ok_or_else(words)?)
        }
    };
    if let Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(known), .. }) = pattern {
        *known = escaped(known, escape)?;
        return Ok(None);
    }
    let own = replace(pattern, Expr::value(Value::Null));
    let slashes = call("replace", vec![own, text("\\"), text("\\\\")]);
    *pattern = match escape {
        None => slashes,
        Some('\\') => return Err("NOT_SUPPORTED: Local AWS has no ESCAPE of a pattern that is no literal".to_owned()),
        Some(escape) => ["_", "%"].iter().fold(slashes, |all, wild| {
            call("replace", vec![all, text(&format!("{escape}{wild}")), text(&format!("\\{wild}"))])
        }),
    };
    Ok(None)
}

fn escaped(pattern: &str, escape: Option<char>) -> Result<String, String> {
    let (mut all, mut letters) = (String::new(), pattern.chars());
    while let Some(letter) = letters.next() {
        match letter {
            letter if Some(letter) == escape => match letters.next() {
                Some(next @ ('_' | '%')) => all.extend(['\\', next]),
                Some(next) if Some(next) == escape => {
                    if next == '\\' {
                        all.push('\\');
                    }
                    all.push(next);
                }
                _ => {
                    let words = "INVALID_FUNCTION_ARGUMENT: Escape character must be followed by '%', '_' or the escape \
                                 character itself";
                    return Err(words.to_owned());
                }
            },
            '\\' => all.push_str("\\\\"),
            letter => all.push(letter),
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_named_letter_escapes() {
        assert_eq!(escaped("a\\_%", None).as_deref(), Ok("a\\\\_%"));
        assert_eq!(escaped("X_aX%XXb", Some('X')).as_deref(), Ok("\\_a\\%Xb"));
        assert_eq!(escaped("\\_\\\\", Some('\\')).as_deref(), Ok("\\_\\\\"));
        assert!(escaped("Xa", Some('X')).is_err());
    }
}

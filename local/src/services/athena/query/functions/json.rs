//! JSON: https://trino.io/docs/current/functions/json.html

use super::call::{Call, Given, Row, bad};
use super::document::Json;
use super::library::Entry;
use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("json_parse", "varchar -> json", parse),
    ("json_format", "json -> varchar", |call| call.each(|row| Ok(Some(row.text(0).to_owned())))),
    ("json_extract", "json or varchar, varchar -> json", |call| {
        call.each(|row| Ok(at(row)?.map(|found| found.canonical_numbers().write())))
    }),
    ("json_extract_scalar", "json or varchar, varchar -> varchar", |call| {
        call.each(|row| Ok(at(row)?.and_then(|found| found.scalar())))
    }),
    ("json_size", "json or varchar, varchar -> bigint", |call| call.each(|row| Ok(at(row)?.map(|found| size(&found))))),
    ("json_array_length", "json or varchar -> bigint", |call| {
        call.each(|row| Ok(items(row).map(|items| items.len() as i64)))
    }),
    ("json_array_get", "json or varchar, bigint -> json", |call| call.each(item)),
    ("json_array_contains", "json or varchar, boolean -> boolean", |call| {
        call.each(|row| contains(row, |item| *item == Json::Boolean(row.is_true(1))))
    }),
    ("json_array_contains", "json or varchar, varchar -> boolean", |call| {
        call.each(|row| contains(row, |item| *item == Json::Text(row.text(1).to_owned())))
    }),
    ("json_array_contains", "json or varchar, bigint -> boolean", |call| {
        call.each(|row| contains(row, |item| matches!(item, Json::Number(text) if text.parse() == Ok(row.long(1)))))
    }),
    ("json_array_contains", "json or varchar, double -> boolean", |call| {
        call.each(|row| contains(row, |item| matches!(item, Json::Number(text) if text.contains(['.', 'e', 'E']) && text.parse() == Ok(row.double(1)))))
    }),
    ("is_json_scalar", "json or varchar -> boolean", |call| {
        call.each(|row| {
            let wrong = || bad(format!("Invalid JSON value: {}", row.text(0)));
            let value = Json::parse(row.text(0)).ok_or_else(wrong)?;
            Ok(Some(!matches!(value, Json::Array(_) | Json::Object(_))))
        })
    }),
];

fn parse(call: &Call) -> Result<ArrayRef> {
    call.each(|row| {
        let value = Json::parse(row.text(0)).ok_or_else(|| no_json(row.text(0)))?;
        Ok(Some(value.canonical().write()))
    })
}

fn no_json(text: &str) -> datafusion::error::DataFusionError {
    bad(format!("Cannot convert value to JSON: '{text}'"))
}

/// The value at the path.
fn at(row: Row<'_>) -> Given<Json> {
    let path = path(row.text(1)).ok_or_else(|| bad(format!("Invalid JSON path: '{}'", row.text(1))))?;
    let Some(mut value) = Json::parse(row.text(0)) else { return Ok(None) };
    for part in &path {
        let next = match value {
            Json::Array(items) => part.parse().ok().and_then(|index: usize| items.into_iter().nth(index)),
            Json::Object(fields) => fields.into_iter().find(|(name, _)| name == part).map(|(_, value)| value),
            _ => None,
        };
        let Some(next) = next else { return Ok(None) };
        value = next;
    }
    Ok(Some(value))
}

/// `$.a.b[0]["c d"]`, or `a.b` without the `$`.
fn path(text: &str) -> Option<Vec<String>> {
    let (mut parts, mut rest) = (vec![], text.strip_prefix('$').unwrap_or(text));
    if !text.starts_with('$') {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        (end > 0).then(|| parts.push(rest[..end].to_owned()))?;
        rest = &rest[end..];
    }
    while !rest.is_empty() {
        if let Some(name) = rest.strip_prefix('.') {
            let end = name.find(['.', '[']).unwrap_or(name.len());
            (end > 0 && name[..end].chars().all(is_plain)).then(|| parts.push(name[..end].to_owned()))?;
            rest = &name[end..];
            continue;
        }
        let inner = rest.strip_prefix('[')?;
        let quoted = ['"', '\''].into_iter().find(|quote| inner.starts_with(*quote));
        match quoted {
            Some(quote) => {
                let (name, after) = inner[1..].split_once(&format!("{quote}]"))?;
                parts.push(name.replace("\\\"", "\"").replace("\\\\", "\\"));
                rest = after;
            }
            None => {
                let (index, after) = inner.split_once(']')?;
                index.chars().all(is_plain).then(|| parts.push(index.to_owned()))?;
                rest = after;
            }
        }
    }
    Some(parts)
}

fn is_plain(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | ':' | '@' | '$' | ' ')
}

fn size(value: &Json) -> i64 {
    match value {
        Json::Array(items) => items.len() as i64,
        Json::Object(fields) => fields.len() as i64,
        _ => 0,
    }
}

fn items(row: Row<'_>) -> Option<Vec<Json>> {
    match Json::parse(row.text(0)) {
        Some(Json::Array(items)) => Some(items),
        _ => None,
    }
}

fn item(row: Row<'_>) -> Given<String> {
    let (Some(items), index) = (items(row), row.long(1)) else { return Ok(None) };
    let index = if index < 0 { index + items.len() as i64 } else { index };
    let item = usize::try_from(index).ok().and_then(|index| items.into_iter().nth(index));
    // Its text stands without quotes, which is no JSON: "the result of this function is broken".
    Ok(item.and_then(|item| match item {
        Json::Null => None,
        Json::Text(text) => Some(text),
        other => Some(other.canonical_numbers().write()),
    }))
}

fn contains(row: Row<'_>, is: impl Fn(&Json) -> bool) -> Given<bool> {
    Ok(items(row).map(|items| items.iter().any(is)))
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn a_path_is_a_list_of_names_and_indexes() {
        let parts = |text: &str| path(text).map(|parts| parts.join("/"));
        assert_eq!(parts("$.a.b[0][\"c d\"]").as_deref(), Some("a/b/0/c d"));
        assert_eq!(parts("$").as_deref(), Some(""));
        assert_eq!(parts("a.b").as_deref(), Some("a/b"));
        for wrong in ["$.", "$..a", "$[", "$[\"a\"", "$.a[*]", "", "$.a b()"] {
            assert_eq!(parts(wrong), None, "{wrong}");
        }
    }
}

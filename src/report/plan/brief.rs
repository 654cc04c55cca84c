//! A value as long as a person reads it: policies and other documents in a few words.

use crate::engine::value::Value;

/// What is this short stays as it is.
const LONGEST: usize = 72;
/// A text is one thing, such as an ARN, and has no parts to name.
const LONGEST_TEXT: usize = 160;
/// How many parts are named.
const NAMED: usize = 3;

/// The value, and whether that is all of it.
pub(in crate::report) fn brief(value: &Value) -> (String, bool) {
    let whole = value.to_string();
    let longest = if matches!(value, Value::Text(_)) { LONGEST_TEXT } else { LONGEST };
    if whole.chars().count() <= longest {
        return (whole, true);
    }
    let short = match value {
        Value::Map(fields) => match fields.get("Statement") {
            Some(Value::List(statements)) => of_policy(statements),
            _ => format!("{}: {}", counted(fields.len(), "field"), named(fields.keys().cloned())),
        },
        Value::List(items) => format!("{}: {}", counted(items.len(), "item"), named(items.iter().map(title))),
        Value::Text(text) => return (format!("{} characters, {}", text.chars().count(), opening(text)), false),
        _ => return (whole, true),
    };
    (short, false)
}

/// What a policy allows and what it denies, by its first actions.
fn of_policy(statements: &[Value]) -> String {
    let actions = statements.iter().flat_map(|statement| {
        let actions = match field(statement, "Action") {
            Some(Value::List(actions)) => actions.iter().map(title).collect(),
            Some(action) => vec![title(action)],
            None => vec![],
        };
        let denies = field(statement, "Effect").is_some_and(|effect| title(effect) == "Deny");
        actions.into_iter().map(move |action| if denies { format!("deny {action}") } else { action })
    });
    let words = named(actions);
    if words.is_empty() {
        return counted(statements.len(), "statement");
    }
    format!("{}: {words}", counted(statements.len(), "statement"))
}

fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Map(fields) => fields.get(name),
        _ => None,
    }
}

/// By what a part is known.
fn title(value: &Value) -> String {
    match value {
        Value::Text(text) if text.chars().count() <= LONGEST => text.clone(),
        Value::Map(_) => {
            ["name", "Name", "Sid", "id"].into_iter().find_map(|name| field(value, name)).map(title).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// `a, b, c and 4 more`
fn named(all: impl Iterator<Item = String>) -> String {
    let all: Vec<_> = all.filter(|name| !name.is_empty()).collect();
    let shown = if all.len() <= NAMED + 1 { all.len() } else { NAMED };
    match all.len() - shown {
        0 => all.join(", "),
        more => format!("{} and {more} more", all[..shown].join(", ")),
    }
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// The first words of a text, as they would be written in whole.
fn opening(text: &str) -> String {
    let first: String = text.chars().take(LONGEST / 2).collect();
    format!("{}...", Value::Text(first).to_string().trim_end_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn list(items: impl IntoIterator<Item = Value>) -> Value {
        Value::List(items.into_iter().collect())
    }

    fn map(fields: Vec<(&str, Value)>) -> Value {
        Value::Map(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    #[test]
    fn documents_are_told_in_a_few_words() {
        let role = format!("arn:aws:iam::000000000000:role/{}", "r".repeat(60));
        let statement = |actions: &[&str]| {
            map(vec![("Action", list(actions.iter().map(|one| text(one)))), ("Resource", text(&role))])
        };
        let denied = map(vec![("Action", text("s3:*")), ("Effect", text("Deny")), ("Resource", text(&role))]);
        let policy = map(vec![("Statement", list([denied, statement(&["a:b", "a:c", "a:d", "a:e"])]))]);
        let column = |name: &str| map(vec![("name", text(name)), ("type", text("string"))]);
        let script = format!("import sys\n{}", "print()\n".repeat(40));
        let long_field = map(vec![("expire", text(&role)), ("keep", Value::Int(1))]);
        let cases = [
            (policy, "2 statements: deny s3:*, a:b, a:c and 2 more"),
            (list(["event", "time", "user", "plan"].map(column)), "4 items: event, time, user, plan"),
            (long_field, "2 fields: expire, keep"),
            (text(&script), "331 characters, \"import sys\\nprint()\\nprint()\\nprint()\\np..."),
        ];
        for (value, told) in cases {
            assert_eq!(brief(&value), (told.to_owned(), false));
        }
    }

    #[test]
    fn what_is_short_is_whole() {
        for value in [Value::Int(128), text(&"a".repeat(150)), list([Value::Bool(true)]), Value::AfterApply] {
            assert_eq!(brief(&value), (value.to_string(), true));
        }
    }
}

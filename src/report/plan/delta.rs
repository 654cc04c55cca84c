//! What exactly differs inside an attribute, so that a changed line of a policy is one line of the plan.

use crate::engine::value::Value;
use std::collections::BTreeSet;

/// One difference: a path inside the attribute, what was there and what will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delta<'a> {
    pub(crate) path: String,
    pub(crate) before: Option<&'a Value>,
    pub(crate) after: Option<&'a Value>,
}

/// The smallest differences between two values that differ.
pub(crate) fn deltas<'a>(path: &str, before: &'a Value, after: &'a Value) -> Vec<Delta<'a>> {
    match (before, after) {
        _ if before == after => vec![],
        (Value::Map(old), Value::Map(new)) => {
            let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
            let fields = keys.into_iter().flat_map(|key| {
                let path = format!("{path}.{key}");
                match (old.get(key), new.get(key)) {
                    (Some(old), Some(new)) => deltas(&path, old, new),
                    (before, after) => vec![Delta { path, before, after }],
                }
            });
            fields.collect()
        }
        (Value::List(old), Value::List(new)) if !(old.is_empty() || new.is_empty()) => items(path, old, new),
        _ => vec![Delta { path: path.to_owned(), before: Some(before), after: Some(after) }],
    }
}

/// Items gone and items new. One that takes the place of one is compared inside.
fn items<'a>(path: &str, old: &'a [Value], new: &'a [Value]) -> Vec<Delta<'a>> {
    let gone: Vec<_> = old.iter().filter(|item| !new.contains(item)).collect();
    let come: Vec<_> = new.iter().filter(|item| !old.contains(item)).collect();
    match (&gone[..], &come[..]) {
        ([before], [after]) => deltas(&format!("{path}[]"), before, after),
        ([], []) => vec![Delta { path: format!("{path} (order)"), before: None, after: None }],
        _ => {
            let path = format!("{path}[]");
            let gone = gone.into_iter().map(|item| Delta { path: path.clone(), before: Some(item), after: None });
            let come = come.into_iter().map(|item| Delta { path: path.clone(), before: None, after: Some(item) });
            gone.chain(come).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(fields: &[(&str, Value)]) -> Value {
        Value::Map(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    }

    #[test]
    fn only_the_changed_leaf_is_shown() {
        let before = map(&[(
            "Statement",
            Value::List(vec![map(&[("Effect", Value::Text("Allow".into())), ("n", Value::Int(1))])]),
        )]);
        let after = map(&[(
            "Statement",
            Value::List(vec![map(&[("Effect", Value::Text("Deny".into())), ("n", Value::Int(1))])]),
        )]);
        let found = deltas("policy", &before, &after);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "policy.Statement[].Effect");
    }

    #[test]
    fn items_of_a_set_come_and_go() {
        let (before, after) = (
            Value::List(vec![Value::Int(1), Value::Int(2)]),
            Value::List(vec![Value::Int(2), Value::Int(3), Value::Int(4)]),
        );
        let found = deltas("keys", &before, &after);
        assert_eq!(found.iter().filter(|d| d.after.is_none()).count(), 1);
        assert_eq!(found.iter().filter(|d| d.before.is_none()).count(), 2);
    }
}

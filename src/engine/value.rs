//! Canonical attribute values: what the diff compares and the plan prints.

use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A value in canonical form: two are equal exactly when AWS would treat them as the same setting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// The setting is absent, which AWS treats as "off" or "its default".
    Unset,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Value>),
    Map(BTreeMap<String, Value>),
    /// Compared by digest, never printed.
    Secret(String),
    /// Known only once the resource it comes from has been created.
    AfterApply,
}

impl Value {
    /// JSON for plans and digests. A secret gives its placeholder, so that no JSON can leak one.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Unset => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            Self::Text(value) => value.clone().into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Map(fields) => {
                serde_json::Value::Object(fields.iter().map(|(name, value)| (name.clone(), value.to_json())).collect())
            }
            Self::Secret(_) | Self::AfterApply => self.to_string().into(),
        }
    }
}

impl Value {
    /// JSON for digests, in which every value counts: also secrets, by their digest, and what is not known yet.
    pub(crate) fn canonical_json(&self) -> serde_json::Value {
        match self {
            Self::List(items) => items.iter().map(Self::canonical_json).collect(),
            Self::Map(fields) => fields
                .iter()
                .map(|(name, value)| (name.clone(), value.canonical_json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            Self::Secret(digest) => serde_json::json!({"$secret": digest}),
            Self::AfterApply => serde_json::json!({"$after_apply": true}),
            plain => plain.to_json(),
        }
    }
}

/// A JSON document by its meaning: the order of fields does not matter, that of a list does.
impl From<&serde_json::Value> for Value {
    fn from(document: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match document {
            Json::Null => Self::Unset,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => number.as_i64().map_or_else(|| Self::Text(number.to_string()), Self::Int),
            Json::String(text) => Self::Text(text.clone()),
            Json::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Json::Object(fields) => {
                Self::Map(fields.iter().map(|(name, value)| (name.clone(), Self::from(value))).collect())
            }
        }
    }
}

/// On one line, the way a person would write it; secrets stay hidden.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unset => f.write_str("(unset)"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Text(value) => write!(f, "{value:?}"),
            Self::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Self::Map(fields) => {
                f.write_str("{")?;
                for (index, (name, value)) in fields.iter().enumerate() {
                    write!(f, "{} {name}: {value}", if index == 0 { "" } else { "," })?;
                }
                f.write_str(if fields.is_empty() { "}" } else { " }" })
            }
            Self::Secret(_) => f.write_str("(sensitive)"),
            Self::AfterApply => f.write_str("(known after apply)"),
        }
    }
}

/// Types that have a canonical form.
pub trait Canonical {
    fn canonical(&self) -> Value;
}

impl Canonical for Value {
    fn canonical(&self) -> Value {
        self.clone()
    }
}
impl Canonical for bool {
    fn canonical(&self) -> Value {
        Value::Bool(*self)
    }
}
impl Canonical for i64 {
    fn canonical(&self) -> Value {
        Value::Int(*self)
    }
}
impl Canonical for i32 {
    fn canonical(&self) -> Value {
        Value::Int((*self).into())
    }
}
impl Canonical for u32 {
    fn canonical(&self) -> Value {
        Value::Int((*self).into())
    }
}
/// A rate: whole ones as numbers, others as they are written.
impl Canonical for f64 {
    fn canonical(&self) -> Value {
        let whole = self.fract() == 0.0 && self.abs() < 1e15;
        if whole { Value::Int(*self as i64) } else { Value::Text(self.to_string()) }
    }
}
impl Canonical for str {
    fn canonical(&self) -> Value {
        Value::Text(self.to_owned())
    }
}
impl Canonical for String {
    fn canonical(&self) -> Value {
        self.as_str().canonical()
    }
}
impl<T: Canonical> Canonical for Option<T> {
    fn canonical(&self) -> Value {
        self.as_ref().map_or(Value::Unset, T::canonical)
    }
}
/// Order matters.
impl<T: Canonical> Canonical for Vec<T> {
    fn canonical(&self) -> Value {
        Value::List(self.iter().map(T::canonical).collect())
    }
}
/// Order does not matter.
impl<T: Canonical> Canonical for BTreeSet<T> {
    fn canonical(&self) -> Value {
        let mut items: Vec<_> = self.iter().map(T::canonical).collect();
        items.sort();
        Value::List(items)
    }
}
impl<T: Canonical> Canonical for BTreeMap<String, T> {
    fn canonical(&self) -> Value {
        Value::Map(self.iter().map(|(name, value)| (name.clone(), value.canonical())).collect())
    }
}

/// A value that must never reach a terminal, a log or a plan file.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(pub T);

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(sensitive)")
    }
}
impl<T: AsRef<[u8]>> Canonical for Secret<T> {
    fn canonical(&self) -> Value {
        Value::Secret(hex::encode(Sha256::digest(self.0.as_ref())))
    }
}

/// An output that AWS chooses: an API's id, a key's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pending<T> {
    Known(T),
    AfterApply,
}

impl<T> Pending<T> {
    /// The value, in a resource that is about to be created or updated.
    ///
    /// # Panics
    /// If called while planning: the executor rebuilds a resource from the real outputs of what it
    /// refers to before it calls AWS, so there it is always known.
    pub fn known(&self) -> &T {
        match self {
            Self::Known(value) => value,
            Self::AfterApply => unreachable!("the executor rebuilds a resource from real outputs"),
        }
    }

    pub fn map<U>(&self, change: impl FnOnce(&T) -> U) -> Pending<U> {
        match self {
            Self::Known(value) => Pending::Known(change(value)),
            Self::AfterApply => Pending::AfterApply,
        }
    }
}
impl<T: Canonical> Canonical for Pending<T> {
    fn canonical(&self) -> Value {
        match self {
            Self::Known(value) => value.canonical(),
            Self::AfterApply => Value::AfterApply,
        }
    }
}

/// A short digest that survives a round trip through a tag.
pub fn digest(bytes: impl AsRef<[u8]>) -> String {
    hex::encode(&Sha256::digest(bytes.as_ref())[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_compare_but_never_show() {
        let (one, same, other) = (Secret("hunter2"), Secret("hunter2"), Secret("hunter3"));
        assert_eq!(one.canonical(), same.canonical());
        assert_ne!(one.canonical(), other.canonical());
        for shown in [format!("{one:?}"), one.canonical().to_string(), one.canonical().to_json().to_string()] {
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }

    #[test]
    fn sets_ignore_order_and_lists_keep_it() {
        let set = |items: [&str; 2]| BTreeSet::from(items.map(str::to_owned)).canonical();
        assert_eq!(set(["b", "a"]), set(["a", "b"]));
        let list = |items: [&str; 2]| items.map(str::to_owned).to_vec().canonical();
        assert_ne!(list(["b", "a"]), list(["a", "b"]));
    }
}

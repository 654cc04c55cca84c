//! The attributes of a resource, and the difference between two sets of them.

use super::value::{Canonical, Value, digest};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What AWS lets us do when an attribute differs: the one fact it does not tell by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OnChange {
    Update,
    Replace,
    /// Update, though the file did not change: a change elsewhere makes it necessary.
    Renew,
}

/// A resource described once, for diffing, digesting and printing: its attributes in the author's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes(Vec<(&'static str, Value, OnChange)>);

/// Before the digest, so that another way to make it can be told from another configuration.
pub(crate) const DIGEST_VERSION: &str = "v1:";

/// In place of a digest while a resource is made or changed by several calls. Where it is found, the last run did not get
/// to the end of them.
pub const UNFINISHED: &str = "unfinished";

impl Attributes {
    pub fn new() -> Self {
        Self::default()
    }

    /// An attribute that AWS lets us change in place.
    pub fn update(self, name: &'static str, value: &(impl Canonical + ?Sized)) -> Self {
        self.with(name, value.canonical(), OnChange::Update)
    }

    /// An attribute fixed at creation: a change of it replaces the resource.
    pub fn replace(self, name: &'static str, value: &(impl Canonical + ?Sized)) -> Self {
        self.with(name, value.canonical(), OnChange::Replace)
    }

    /// What no file says, and what is to be sent again when it is another: an id that AWS chose for something this
    /// resource uses. It is no part of the digest, since it does not tell what was asked for.
    pub fn renew(self, name: &'static str, value: &(impl Canonical + ?Sized)) -> Self {
        self.with(name, value.canonical(), OnChange::Renew)
    }

    fn with(mut self, name: &'static str, value: Value, on_change: OnChange) -> Self {
        debug_assert!(self.iter().all(|(other, _)| other != name), "`{name}` is said twice");
        self.0.push((name, value, on_change));
        self
    }

    /// The same but for some.
    pub(crate) fn without(mut self, left_out: impl Fn(&str) -> bool) -> Self {
        self.0.retain(|(name, ..)| !left_out(name));
        self
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(name, value, _)| (*name, value))
    }

    fn get(&self, name: &str) -> &Value {
        self.iter().find(|(other, _)| *other == name).map_or(&Value::Unset, |(_, value)| value)
    }

    /// What a [`Mark`](super::mark::Mark) keeps to tell drift from an edit: `v1:` and the SHA-256 of canonical JSON, cut
    /// to 128 bits. It must give the same for the same configuration in every release; a test holds it.
    ///
    /// Unset attributes do not count, so that a release that learns to manage one more attribute does
    /// not call every resource edited, nor does the order in which they are said. Secrets count by their digest.
    pub fn digest(&self) -> String {
        format!("{DIGEST_VERSION}{}", digest(self.canonical_json().to_string()))
    }

    /// Those that are set, in the alphabet's order.
    pub(crate) fn canonical_json(&self) -> serde_json::Value {
        let counts = |(_, value, on_change): &&(_, _, _)| *value != Value::Unset && *on_change != OnChange::Renew;
        let set: BTreeMap<_, _> = self.0.iter().filter(counts).map(|(name, value, _)| (*name, value)).collect();
        set.into_iter().map(|(name, value)| (name.to_owned(), value.canonical_json())).collect()
    }
}

/// One attribute that differs, or an extra that is put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub attribute: Cow<'static, str>,
    pub before: Value,
    pub after: Value,
    pub forces_replacement: bool,
}

/// Everything that differs between `live` and `desired`, in the author's order.
pub fn diff(live: &Attributes, desired: &Attributes) -> Vec<Change> {
    let mut changes = Vec::new();
    for (name, after, on_change) in &desired.0 {
        let before = live.get(name);
        if before != after {
            changes.push(Change {
                attribute: Cow::Borrowed(*name),
                before: before.clone(),
                after: after.clone(),
                forces_replacement: *on_change == OnChange::Replace,
            });
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn attributes(values: &[i64]) -> Attributes {
        const NAMES: [&str; 4] = ["a", "b", "c", "d"];
        NAMES.into_iter().zip(values).fold(Attributes::new(), |all, (name, value)| all.update(name, value))
    }

    proptest! {
        #[test]
        fn a_resource_does_not_differ_from_itself(values: Vec<i64>) {
            let one = attributes(&values);
            prop_assert_eq!(diff(&one, &one), vec![]);
            prop_assert_eq!(one.digest(), one.clone().digest());
        }
    }

    #[test]
    fn a_change_names_the_attribute_both_values_and_what_it_costs() {
        let live = Attributes::new().update("memory", &128_i64).replace("name", "a");
        let desired = Attributes::new().update("memory", &512_i64).replace("name", "b");
        let changes = diff(&live, &desired);
        assert_eq!(changes.len(), 2);
        assert_eq!((&changes[0].before, &changes[0].after), (&Value::Int(128), &Value::Int(512)));
        assert!(!changes[0].forces_replacement && changes[1].forces_replacement);
    }

    #[test]
    fn what_is_renewed_differs_and_does_not_move_the_digest() {
        let [old, new] = ["AROA1", "AROA2"].map(|id| Attributes::new().update("memory", &128_i64).renew("role_id", id));
        assert_eq!(diff(&old, &new).len(), 1);
        assert!(!diff(&old, &new)[0].forces_replacement);
        assert_eq!(old.digest(), Attributes::new().update("memory", &128_i64).digest());
    }

    #[test]
    fn an_attribute_that_is_unset_on_both_sides_does_not_move_the_digest() {
        let without = Attributes::new().update("memory", &128_i64);
        let with = without.clone().update("layers", &None::<String>);
        assert_eq!(without.digest(), with.digest());
    }
}

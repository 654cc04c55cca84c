//! What a kind says of its fields: which are attributes, and which call sends each.

pub(crate) use pipectl_derive::Managed;

use super::tags::Tags;
use crate::engine::diff::{Attributes, Change};
use crate::engine::value::{Canonical, Value};
use std::collections::BTreeSet;

/// What becomes of a resource when an attribute changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnChange {
    Update,
    Replace,
    Renew,
}

impl OnChange {
    /// The name, for programs, and what to say of one that is not just changed in place.
    pub(crate) fn words(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Update => ("update", None),
            Self::Replace => ("replace", Some("a change replaces the resource")),
            Self::Renew => ("renew", Some("not of the file: sent again when what it is taken from was made anew")),
        }
    }
}

/// What one attribute is for: what is written at its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Explanation {
    pub(crate) attribute: &'static str,
    pub(crate) why: &'static str,
    pub(crate) on_change: OnChange,
}

impl Explanation {
    /// Of an attribute that is changed in place.
    pub(super) const fn of(attribute: &'static str, why: &'static str) -> Self {
        Self { attribute, why, on_change: OnChange::Update }
    }
}

/// Derived, from what is written beside each field.
pub(crate) trait Managed {
    /// What it is: what is written at the type.
    const ABOUT: &'static str = "";

    /// The calls that change a resource of this kind, in the order in which they are made.
    type Call: Copy + Ord + Send + Sync + 'static;

    /// Adds its attributes to `all`, in the order of the fields.
    fn describe(&self, all: Attributes) -> Attributes;

    /// What its attributes are for, in the order of the fields.
    fn explain() -> Vec<Explanation>;

    /// The calls that send an attribute; none for one that is fixed, and for tags.
    fn calls(attribute: &str) -> &'static [Self::Call];
}

/// Derived, for a kind with a field that is `#[tags]`.
pub(crate) trait Tagged {
    fn tags(&self) -> &Tags;
}

/// The calls that make these changes, each once.
pub(super) fn calls<T: Managed>(changes: &[Change]) -> BTreeSet<T::Call> {
    changes.iter().flat_map(|change| T::calls(&change.attribute)).copied().collect()
}

/// A word from a list of AWS's, by its spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word<T>(pub(crate) T);

impl<T: AsRef<str>> Canonical for Word<T> {
    fn canonical(&self) -> Value {
        self.0.as_ref().canonical()
    }
}

//! What a kind says of its fields: which are attributes, and which call sends each.

pub(crate) use pipectl_derive::Managed;

use super::tags::Tags;
use crate::engine::diff::{Attributes, Change};
use crate::engine::value::{Canonical, Value};
use std::collections::BTreeSet;

/// Derived, from what is written beside each field.
pub(crate) trait Managed {
    /// The calls that change a resource of this kind, in the order in which they are made.
    type Call: Copy + Ord + Send + Sync + 'static;

    /// Adds its attributes to `all`, in the order of the fields.
    fn describe(&self, all: Attributes) -> Attributes;

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

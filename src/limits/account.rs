//! What an account has in place of what accounts begin with.

use std::collections::BTreeMap;

/// Limits of an account by their ids; those that are not here are as AWS gives them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Account {
    limits: BTreeMap<&'static str, f64>,
    /// Executions that no function has reserved, this pipeline's among them.
    pub(super) unreserved: Option<f64>,
}

impl Account {
    /// One that says so of some limits, and of the executions that nobody has reserved.
    pub(crate) fn with(limits: impl IntoIterator<Item = (&'static str, Option<f64>)>, unreserved: Option<f64>) -> Self {
        let limits = limits.into_iter().filter_map(|(id, value)| Some((id, value?))).collect();
        Self { limits, unreserved }
    }

    pub(super) fn value(&self, id: &str) -> Option<f64> {
        self.limits.get(id).copied()
    }
}

//! What an account has in place of what accounts begin with.

use super::table::{LIMITS, Limit};
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

    /// The same, and what another answer says beside it.
    pub(crate) fn or(mut self, other: Self) -> Self {
        for (id, value) in other.limits {
            self.limits.entry(id).or_insert(value);
        }
        Self { unreserved: self.unreserved.or(other.unreserved), ..self }
    }

    pub(super) fn value(&self, id: &str) -> Option<f64> {
        self.limits.get(id).copied()
    }
}

/// What Service Quotas says of an account.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Quotas {
    NotAsked,
    /// Nothing, and why.
    Denied(String),
    Told(Vec<Applied>),
}

/// A limit as the account has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Applied {
    pub(crate) limit: &'static Limit,
    /// `None`: Service Quotas does not know it.
    pub(crate) value: Option<f64>,
    /// What AWS gives at first in the region.
    pub(crate) first: f64,
}

impl Applied {
    /// Whether the account has more or less than at first.
    pub(crate) fn differs(&self) -> bool {
        self.value.is_some_and(|value| (value - self.first).abs() > 1e-9 * self.first)
    }
}

impl Quotas {
    /// What limits are held against.
    pub(crate) fn account(&self) -> Account {
        let told = if let Self::Told(told) = self { told.as_slice() } else { &[] };
        Account::with(told.iter().map(|one| (one.limit.id, one.value)), None)
    }
}

/// Limits that Service Quotas has a code for.
pub(crate) fn with_codes() -> impl Iterator<Item = &'static Limit> {
    LIMITS.iter().filter(|limit| limit.code.is_some())
}

//! What sessions of roles have asked for, and whether they may: so that a test sees that a policy has what is needed, and
//! nothing else.

use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// How many different ones are remembered.
const MOST: usize = 20_000;

/// One answer of IAM's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Decided {
    /// The role's name.
    pub(crate) role: String,
    /// `glue:GetJob`
    pub(crate) action: String,
    /// The ARN of what it is to be done to.
    pub(crate) resource: String,
    pub(crate) allowed: bool,
}

/// All of them, each once.
#[derive(Debug, Default)]
pub(crate) struct Decisions(Mutex<BTreeSet<Decided>>);

impl Decisions {
    pub(crate) fn note(&self, decided: Decided) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < MOST {
            all.insert(decided);
        }
    }

    pub(crate) fn all(&self) -> Vec<Decided> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

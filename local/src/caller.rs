//! Who asks.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The account's user.
    User,
    /// A session of a role.
    Role(Assumed),
    /// A service on its own behalf, `s3.amazonaws.com`.
    Service(&'static str),
}

/// A role, as somebody who has assumed it acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Assumed {
    /// The role's ARN.
    pub(crate) role: String,
    /// What the session is called.
    pub(crate) session: String,
    /// What the session may do at most of what its role may, where it was told so.
    pub(crate) policies: Vec<Value>,
}

impl Assumed {
    pub(crate) fn of(role: &str, session: &str) -> Self {
        Self { role: role.to_owned(), session: session.to_owned(), policies: vec![] }
    }
}

impl Caller {
    /// A session of a role, given by its ARN, that may do all that the role may.
    pub(crate) fn under(role: &str, session: &str) -> Self {
        Self::Role(Assumed::of(role, session))
    }

    /// A service that works under a role. What each calls its sessions, AWS does not promise.
    pub(crate) fn service_under(role: &str) -> Self {
        Self::under(role, "local")
    }
}

//! What a live resource has beside the attributes that its kind manages.

use super::diff::Change;
use super::value::Value;
use std::borrow::Cow;

/// Something on a live resource that the file does not speak of: another tool set it, or a person did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extra {
    /// Where AWS shows it, `TracingConfig.Mode`, or what it is called.
    pub name: Cow<'static, str>,
    pub value: Value,
    /// What it is where nobody sets it.
    pub usual: Value,
    /// What it does, in words.
    pub meaning: &'static str,
    pub removal: Removal,
}

/// When an extra is put back to what is usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// By each apply: it breaks what the pipeline is for, so it is drift like that of an attribute.
    Always,
    /// When the user asks for it: it is somebody's, and does no harm that is known.
    OnRequest,
    /// Never by us: AWS has no way back, or only its owner can know it.
    ByHand,
}

impl Removal {
    pub fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::OnRequest => "on request",
            Self::ByHand => "by hand",
        }
    }
}

impl Extra {
    /// Whether a plan puts it back. `asked`: the user wants to be rid of what can be taken away.
    pub(crate) fn goes(&self, asked: bool) -> bool {
        match self.removal {
            Removal::Always => true,
            Removal::OnRequest => asked,
            Removal::ByHand => false,
        }
    }

    /// Putting it back, as one more thing that differs.
    pub(crate) fn change(&self) -> Change {
        let Self { name, value, usual, .. } = self.clone();
        Change { attribute: name, before: value, after: usual, forces_replacement: false }
    }

    /// Whether it is among what an update is to change.
    pub fn is_in(&self, changes: &[Change]) -> bool {
        changes.iter().any(|change| change.attribute == self.name)
    }
}

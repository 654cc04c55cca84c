//! What another release of the program does otherwise with the same file.

use super::resource::Address;

/// What a release does otherwise than those before it with a file that nobody has touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// The first release that does.
    pub release: &'static str,
    pub kind: &'static str,
    /// In the blueprint. `None`: all of the kind.
    pub name: Option<&'static str>,
    /// `None`: the resource itself, which is made from then on, or not made any more.
    pub attribute: Option<&'static str>,
    /// For whoever reads a plan.
    pub why: &'static str,
}

impl Upgrade {
    pub(crate) fn is_of(&self, address: &Address) -> bool {
        self.kind == address.kind && self.name.is_none_or(|name| name == address.name)
    }
}

/// One thing that a plan does because the program is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    pub address: Address,
    /// The release that made what is there; `None` for one that did not say.
    pub from: Option<String>,
    pub upgrade: Upgrade,
}

/// What releases have to do with a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Releases {
    pub news: Vec<News>,
    /// The newest release that has made any of it, where that is newer than this one.
    pub newer: Option<String>,
}

//! The ladders of `src/resources/named.rs` and `src/resources/apigateway.rs`, rung by rung.

pub(crate) mod listed;
pub(crate) mod named;

use crate::thing::{CONFIG, NAME, PIPELINE, Tags, US};
use pipectl_engine::diff::{Attributes, UNFINISHED};
use pipectl_engine::mark::Mark;
use pipectl_engine::resource::Owner;

/// What the tags of a live resource say.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    pub(crate) owner: Owner,
    pub(crate) name: Option<String>,
    pub(crate) applied: Option<Mark>,
}

impl Stamp {
    pub(crate) fn read(tags: &Tags) -> Self {
        let owner = match tags.get(PIPELINE) {
            Some(owner) if owner == US => Owner::Us,
            Some(owner) => Owner::Other(owner.clone()),
            None => Owner::Nobody,
        };
        Self { owner, name: tags.get(NAME).cloned(), applied: tags.get(CONFIG).map(|mark| Mark::read(mark)) }
    }
}

/// All tags to put on a resource.
pub(crate) fn stamped(name: &str, attributes: &Attributes) -> Tags {
    let mut all = Tags::from([(PIPELINE.to_owned(), US.to_owned())]);
    all.insert(NAME.to_owned(), name.to_owned());
    all.insert(CONFIG.to_owned(), attributes.digest());
    all
}

/// The same before the last of several calls.
pub(crate) fn begun(mut stamped: Tags) -> Tags {
    stamped.insert(CONFIG.to_owned(), UNFINISHED.to_owned());
    stamped
}

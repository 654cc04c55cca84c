//! Kinds as `src/resources` has them: with a name of ours, listed under an id of the cloud's, and contained in others.

pub(crate) mod contained;
pub(crate) mod listed;
pub(crate) mod named;

pub(crate) use contained::{Object, Permission, Query};
pub(crate) use listed::ById;
pub(crate) use named::ByName;

use crate::thing::Kind;
use std::fmt::Debug;

/// What tells one kind from another of the same ladder.
pub(crate) trait Noun: Clone + Debug + Send + Sync + 'static {
    const KIND: Kind;
    const USES: &'static [&'static str] = &[];
}

macro_rules! noun {
    ($name:ident, uses $uses:expr) => {
        #[derive(Clone, Debug)]
        pub(crate) struct $name;
        impl Noun for $name {
            const KIND: Kind = Kind::$name;
            const USES: &'static [&'static str] = &$uses;
        }
    };
}

noun!(Bucket, uses []);
noun!(Role, uses []);
noun!(Function, uses ["sim.bucket", "sim.object", "sim.role"]);
noun!(Trigger, uses["sim.function"]);
noun!(Api, uses["sim.function"]);
noun!(Key, uses []);
noun!(UsagePlan, uses ["sim.api", "sim.key"]);

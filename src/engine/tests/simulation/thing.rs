//! What there is in the cloud: kinds, things, and who made them.

use crate::time::Moment;
use std::collections::BTreeMap;
use std::fmt;

pub(crate) const PIPELINE: &str = "pipectl:pipeline";
pub(crate) const NAME: &str = "pipectl:name";
pub(crate) const CONFIG: &str = "pipectl:config";
/// Ours, and somebody else's.
pub(crate) const US: &str = "us";
pub(crate) const THEM: &str = "them";
/// What is ours in a bucket, and in a function's policy.
pub(crate) const OWN_PREFIX: &str = "_pipectl/";
pub(crate) const OWN_SID: &str = "pipectl-";
/// The scripts in a bucket, and the lock.
pub(crate) const SCRIPTS: &str = "_pipectl/etl/";
pub(crate) const LOCK: &str = "_pipectl/lock";

pub(crate) type Tags = BTreeMap<String, String>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Bucket,
    Object,
    Role,
    Function,
    Permission,
    Api,
    Key,
    UsagePlan,
    Trigger,
    Query,
}

impl Kind {
    /// As the registry has it: each after the kinds that it uses.
    pub(crate) const ALL: [Self; 10] = [
        Self::Bucket,
        Self::Object,
        Self::Role,
        Self::Function,
        Self::Permission,
        Self::Api,
        Self::Key,
        Self::UsagePlan,
        Self::Trigger,
        Self::Query,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Bucket => "sim.bucket",
            Self::Object => "sim.object",
            Self::Role => "sim.role",
            Self::Function => "sim.function",
            Self::Permission => "sim.permission",
            Self::Api => "sim.api",
            Self::Key => "sim.key",
            Self::UsagePlan => "sim.usage_plan",
            Self::Trigger => "sim.trigger",
            Self::Query => "sim.query",
        }
    }

    /// Its ids are the cloud's choice, and its names are not unique.
    pub(crate) fn is_listed(self) -> bool {
        matches!(self, Self::Api | Self::Key | Self::UsagePlan | Self::Query)
    }

    /// What it takes outputs from.
    pub(crate) fn takes_from(self) -> &'static [Self] {
        match self {
            Self::Bucket | Self::Role | Self::Key | Self::Query => &[],
            Self::Object => &[Self::Bucket],
            Self::Function => &[Self::Bucket, Self::Object, Self::Role],
            Self::Permission | Self::Api | Self::Trigger => &[Self::Function],
            Self::UsagePlan => &[Self::Api, Self::Key],
        }
    }

    /// Whether a setting of it is fixed apart from its name, as a role's path and an API's stage. No kind that contains
    /// others has one.
    pub(crate) fn has_fixed(self) -> bool {
        matches!(self, Self::Role | Self::Trigger | Self::Api | Self::Query)
    }

    /// How long making, changing and deleting it takes, at most.
    pub(crate) fn slowness(self) -> (Moment, Moment, Moment) {
        match self {
            Self::Function => (5_000, 3_000, 0),
            Self::Trigger => (4_000, 4_000, 90_000),
            _ => (0, 0, 0),
        }
    }

    /// How long its list does not show a change, at most. IAM's is eventually consistent.
    pub(crate) fn lag(self) -> Moment {
        if self == Self::Role { 4_000 } else { 0 }
    }
}

/// Why an operation was refused, by what can be done about it: the classes of `src/aws/error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Absent,
    Exists,
    Taken,
    NotEmpty,
    Propagating,
    /// Also what a 500 is taken for.
    Busy,
    Throttled,
    Network,
    StillWaiting,
    Invalid,
    /// It is not what the request says that it is.
    Outdated,
}

/// Who acts: one of the runs of pipectl by its number, or somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    Run(usize),
    Somebody,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(number) => write!(f, "run {number}"),
            Self::Somebody => f.write_str("somebody"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Active,
    Creating(Moment),
    Updating(Moment),
    /// Until its name is free.
    Deleting(Moment),
}

/// The settings of a thing: what its kind does not have is as in `default`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) name: String,
    pub(crate) fixed: i64,
    pub(crate) size: i64,
    pub(crate) extra: i64,
    /// What it uses, as `bucket/us-a-0`.
    pub(crate) links: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Thing {
    pub(crate) settings: Settings,
    pub(crate) tags: Tags,
    /// What is in it: objects, statements, policies that somebody put on it.
    pub(crate) entries: BTreeMap<String, String>,
    pub(crate) state: State,
    /// Whose it is in truth, whatever its tags say.
    pub(crate) truly: Who,
    /// When somebody took it from us, by its tags.
    pub(crate) taken_at: Option<Moment>,
    pub(crate) made_at: Moment,
}

impl Thing {
    /// By its tags, or by its mark where it can have none.
    pub(crate) fn is_ours(&self) -> bool {
        [PIPELINE, "mark"].iter().any(|key| self.tags.get(*key).is_some_and(|owner| owner == US))
    }
}

pub(crate) type Key = (Kind, String);

pub(crate) fn word(kind: Kind) -> &'static str {
    kind.name().trim_start_matches("sim.")
}

/// `bucket/us-a-0`
pub(crate) fn words((kind, id): &Key) -> String {
    format!("{}/{id}", word(*kind))
}

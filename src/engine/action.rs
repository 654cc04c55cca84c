//! What is done to a resource, in which order, and why.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    NoOp,
    Create,
    Update,
    Replace,
    Delete,
}

impl Action {
    /// Every action that does something, in the order in which plans count them.
    pub const ALL: [Self; 4] = [Self::Create, Self::Update, Self::Replace, Self::Delete];

    pub fn name(self) -> &'static str {
        match self {
            Self::NoOp => "no-op",
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Delete => "delete",
        }
    }

    pub fn symbol(self) -> &'static str {
        match self {
            Self::NoOp => " ",
            Self::Create => "+",
            Self::Update => "~",
            Self::Replace => "+/-",
            Self::Delete => "-",
        }
    }
}

/// Which comes first where something is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The new one: both can be there, so what uses the old one is moved over, and the old one is deleted last, by a
    /// step of its own.
    CreateFirst,
    /// The end of the old one: AWS takes no second of that id.
    DeleteFirst,
}

impl Order {
    pub fn name(self) -> &'static str {
        match self {
            Self::CreateFirst => "create-first",
            Self::DeleteFirst => "delete-first",
        }
    }
}

/// Why a step is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Asked for and not there.
    Missing,
    /// The file changed.
    Edit,
    /// The live resource changed, the file did not.
    Drift,
    /// Both changed.
    EditAndDrift,
    /// A run before this one began with it, and failed or was killed before it was done.
    Unfinished,
    /// Live and ours, but no longer asked for.
    Orphan,
    /// A second one of what is asked for, as a repeated creation leaves it where AWS takes several of one name.
    Duplicate,
    /// Another one has taken its place.
    Replaced,
    /// It carries no owner and is taken over on request.
    Adopt,
    /// The file did not change: this release makes something else of it than the one before.
    Upgrade,
    /// Both are others: the file, and what becomes of it.
    EditAndUpgrade,
}

impl Cause {
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Edit => "edit",
            Self::Drift => "drift",
            Self::EditAndDrift => "edit and drift",
            Self::Unfinished => "not finished",
            Self::Orphan => "orphan",
            Self::Duplicate => "duplicate",
            Self::Replaced => "replaced",
            Self::Adopt => "adopt",
            Self::Upgrade => "upgrade",
            Self::EditAndUpgrade => "edit and upgrade",
        }
    }
}

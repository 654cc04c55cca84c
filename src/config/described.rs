//! What a file may hold, key by key, as reading one tells it.

/// The form of a value, for the JSON Schema.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    Text,
    /// Text whose form a regular expression gives.
    Pattern(&'static str),
    /// A quantity with its unit, or a number where that is clear.
    Quantity,
    Bool,
    OneOf(fn() -> Vec<&'static str>),
}

/// A key that a file may hold.
#[derive(Clone, Debug)]
pub(super) struct Described {
    pub(super) key: &'static str,
    pub(super) doc: &'static str,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    /// A value; the default as it would be written, or none.
    Value(Form, Option<String>, bool),
    List(Form, Vec<String>),
    /// A value, or a list of some.
    Words(Form, String),
    /// Names of the user's choice, each with a value.
    Names(bool),
    /// Names of the user's choice, each with a value or a group.
    NamesOrGroups(Vec<Described>),
    /// A value or a list of values, or none of them.
    Some(Form),
    /// A value, or a group.
    ValueOrGroup(Form, Vec<Described>),
    /// A value, or one for each of some stages.
    ByStage(Form),
    Group(Vec<Described>),
    /// A group, or the word `none`.
    GroupOrNone(Vec<Described>),
}

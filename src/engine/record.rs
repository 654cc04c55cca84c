//! What the world has on record of a resource: who did what to it, and when.

/// One change that somebody made, in the words of who keeps the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub who: String,
    /// The operation.
    pub what: String,
    pub when: String,
}

//! Faults of pipectl that the simulation has to find: each is a mistake that a kind, or what surrounds the engine, makes.

/// A mistake made on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Planted {
    /// Some creations do not send the tags.
    TagForgotten,
    /// A creation without an answer is taken for done.
    AnswerBelieved,
    /// The lock is written whatever it says.
    LockIgnored,
    /// What nobody has tagged is taken for an orphan of ours.
    OrphanMistaken,
    /// A bucket that gets another name is removed before the new one is made.
    DeletedEarly,
}

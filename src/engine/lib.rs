//! Observe, plan, apply: what pipectl is about, without a word about AWS.
//!
//! ```text
//! Graph (desired) --+
//!                   +-> plan() -> Plan -> apply() -> Outcome
//! Inventory (live) -+
//! ```
//!
//! [`plan::plan`] is pure: values in, a value out. [`apply::apply`] decides nothing. [`converge`] is all of it,
//! from a look around to the end, with a [`lock`] so that nobody else does the same meanwhile. What resources live in is a
//! type, [`resource::World`]: AWS in the program, a few lines of memory in the tests of this crate. So the order of
//! steps, what a failure leaves undone and what counts as drift are tested in words and in milliseconds.

mod action;
pub mod apply;
mod consent;
pub mod converge;
pub mod diff;
pub mod extra;
pub mod graph;
pub mod hold;
pub mod inventory;
pub mod live;
pub mod lock;
mod locks;
pub mod look;
pub mod mark;
pub mod plan;
pub mod record;
pub mod resource;
pub mod upgrade;
mod upgrading;
pub mod value;

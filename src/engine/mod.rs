//! Observe, plan, apply.
//!
//! ```text
//! Graph (desired) --+
//!                   +-> plan() -> Plan -> apply() -> Outcome
//! Inventory (live) -+
//! ```
//!
//! [`plan::plan`] is pure: values in, a value out. [`apply::apply`] decides nothing.

pub(crate) mod apply;
pub(crate) mod diff;
pub(crate) mod graph;
pub(crate) mod inventory;
pub(crate) mod plan;
pub(crate) mod resource;
pub(crate) mod value;

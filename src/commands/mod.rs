//! One file per command: a straight line from its arguments to its exit code.

#[cfg(feature = "local")]
pub(crate) mod acceptance;
pub(crate) mod adopt;
pub(crate) mod apply;
pub(crate) mod bill;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod client;
mod confirm;
pub(crate) mod connect;
pub(crate) mod cost_estimate;
mod dashboard;
pub(crate) mod events;
pub(crate) mod explain;
mod found;
#[cfg(feature = "local")]
pub(crate) mod function;
pub(crate) mod global;
pub(crate) mod graph;
pub(crate) mod help;
pub(crate) mod iam_policy;
pub(crate) mod init;
mod known;
pub(crate) mod list;
#[cfg(feature = "local")]
pub(crate) mod local;
pub(crate) mod lock;
pub(crate) mod logs;
mod looking;
mod manner;
pub(crate) mod output;
pub(crate) mod plan;
mod prepare;
pub(crate) mod prices;
pub(crate) mod query;
mod renamed;
pub(crate) mod report;
pub(crate) mod run;
mod saved;
pub(crate) mod schema;
pub(crate) mod send;
mod session;
pub(crate) mod status;
pub(crate) mod ui;
pub(crate) mod validate;
pub(crate) mod version;
mod waiting;
pub(crate) mod way;
mod who_changed;
#[cfg(any(test, not(feature = "local")))]
pub(crate) mod without_local;

pub(crate) use global::Global;
pub(crate) use known::{Known, known};

//! An AWS that runs inside a program: the control plane of the services an analytics pipeline uses.
//!
//! It speaks AWS's protocols, so that any SDK, the AWS CLI and boto3 are its clients, in this process
//! ([`LocalAws::respond`]) or over HTTP ([`LocalAws::serve`]). It knows AWS's API and nothing of the
//! programs that call it.
//!
//! ```text
//! HTTP request -> router (SigV4 scope) -> protocol (JSON, query XML, REST) -> services/* -> store
//! ```

mod access;
mod admin;
mod api_error;
mod background;
mod blobs;
mod clock;
mod context;
mod core;
mod faults;
mod lock;
mod protocol;
mod router;
mod services;
mod status;
mod store;
mod tags;

pub use crate::core::{Error, LocalAws, Options};

/// The account that everything in Local AWS belongs to.
pub const ACCOUNT: &str = "000000000000";

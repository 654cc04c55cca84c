//! An AWS that runs inside a program: the control plane of the services an analytics pipeline uses.
//!
//! It speaks AWS's protocols, so that any SDK, the AWS CLI and boto3 are its clients, in this process
//! ([`LocalAws::respond`]) or over HTTP ([`LocalAws::serve`]). It knows AWS's API and nothing of the
//! programs that call it.
//!
//! ```text
//! HTTP request -> router (SigV4 scope) -> protocol (JSON, query XML, REST) -> services/* -> store
//! ```
//!
//! Floors, from the ground up; each module uses only what is below it (`tests/architecture` sees to that):
//!
//! ```text
//! api_error  memory  private  store  blobs  clock  lock  faults  caller  context  tags  access          ground
//! door       response  slots  listen  model
//! core       what all services share, and a slot for what each keeps in memory
//! service    what a service is: its protocol, its model, its operations, its work in the background
//! protocol   how requests are read and answers written
//! services   one folder each, standing on each other in the order of `services/mod.rs`
//! registry   which there are
//! router  background  status  admin                                                        front
//! local      opened on a directory, asked, served                                          roof
//! ```

mod access;
mod account;
mod admin;
mod api_error;
mod background;
mod blobs;
mod caller;
mod clock;
mod context;
mod core;
mod decisions;
mod door;
mod faults;
mod listen;
mod local;
mod lock;
mod memory;
mod metering;
mod model;
mod private;
mod protocol;
mod recent;
mod registry;
mod response;
mod router;
mod schedules;
mod service;
mod services;
mod slots;
mod status;
mod store;
mod tags;
#[cfg(test)]
mod tests;
mod tokens;

pub use crate::account::Account;
pub use crate::core::{Error, Options};
pub use crate::local::{LocalAws, admin_token};

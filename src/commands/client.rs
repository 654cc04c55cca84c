//! `pipectl client`

use super::session::load;
use crate::client::{javascript, python, typescript};
use crate::commands::Global;
use crate::error::{Exit, Result};
use crate::report::{document, exact};
use clap::Args;
use serde_json::json;

/// One of them is asked for.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct ClientArgs {
    /// An ES module for pages, apps and Node, without dependencies: `pipectl client --js > pipectl.js`.
    #[arg(long)]
    js: bool,
    /// The same in TypeScript, with the type of an event from `schema`: `pipectl client --ts > pipectl.ts`.
    #[arg(long)]
    ts: bool,
    /// A module of Python's standard library alone, for servers: `pipectl client --python > pipectl_client.py`.
    #[arg(long)]
    python: bool,
}

pub(crate) fn run(global: &Global, args: &ClientArgs) -> Result<Exit> {
    let (language, module) = match args {
        // Only the types are the file's.
        ClientArgs { ts: true, .. } => ("typescript", typescript(&load(global)?)),
        ClientArgs { js: true, .. } => ("javascript", javascript()),
        ClientArgs { .. } => ("python", python()),
    };
    document(json!({"schema": "pipectl-client/1", "language": language, "module": module}));
    exact(module);
    Ok(Exit::Done)
}

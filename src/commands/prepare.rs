//! What an apply needs beside AWS, had before its first change: the functions' code.

use crate::error::{Code, Error, Result};
use crate::report::say;
use crate::resources::{Graph, Plan, sent_code};

/// Says where the code comes from that a plan sends, and has it. What is not there yet is built now: a build that fails
/// after half of the resources are made leaves an endpoint that nothing answers.
///
/// # Errors
/// If some of it cannot be had. Nothing is changed then.
pub(super) fn prepare(plan: &Plan<'_>, graph: &Graph<'_>) -> Result<()> {
    for (address, code) in sent_code(plan, graph) {
        if let Some(origin) = code.origin() {
            say(format_args!("the code of `{}` {origin}", address.name));
        }
        // Nobody holds the lock yet, so there is nothing to renew meanwhile.
        tokio::task::block_in_place(|| code.taken()).map_err(|error| {
            let message = format!("nothing was changed: `{address}` would fail: {}", error.message());
            Error::coded(Code::WouldFail, message, error.hint().unwrap_or_default())
        })?;
    }
    Ok(())
}

//! `/_local/*`: what AWS does not have. The request log, faults, the clock. Over the network, the token opens it
//! (`door`).
//!
//! ```text
//! GET    /_local/health               {"status": "ok", "now": "...", "account": "000000000000"}
//! GET    /_local/status               what there is: requests, buffers, files, tables, what fires next
//! GET    /_local/requests             [{"operation": "glue:GetJob", "about": "etl", "region": "us-east-1", "status": 200}, ...]
//! DELETE /_local/requests             forgets them
//! GET    /_local/records?after=0      [{"number": 1, "at": "...", "region": "...", "stream": "...", "data": "..."}, ...]: what
//!                                     streams have taken lately, delivered or not
//! POST   /_local/faults               {"operation": "glue:GetJob", "times": 2, "status": 400, "code": "...", "message": "..."}
//!                                     "answer": "page", "empty" or "truncated" in place of a code; neither: the connection is dropped
//!                                     "except": ["etl"]: requests about these go through
//! GET    /_local/faults               [{"operation": "glue:GetJob", "times": 0, "struck": 2, ...}, ...]: what is left of each
//! DELETE /_local/faults               forgets them, and answers whom one of them holds
//! GET    /_local/decisions            what sessions of roles have asked for, and whether they may; DELETE forgets it
//! POST   /_local/clock                {"step_seconds": 3600}
//! POST   /_local/propagation          {"seconds": 2.5}: services refuse roles younger than this
//! POST   /_local/tags                 {"arn": "arn:...", "tags": {"aws:cloudformation:stack-name": "theirs"}}: as AWS tags
//! POST   /_local/bucket               {"name": "...", "owner": "999999999999"}: as if another account had made it
//! POST   /_local/stream               {"name": "...", "status": "DELETING_FAILED", "reason": {"Type": "...", "Details": "..."}}
//! GET    /_local/messages              [{"at": "...", "topic": "arn:...", "to": "...", "subject": "...", "body": "..."}, ...]: what
//!                                     SNS would have sent, confirmations of subscriptions too
//! GET    /_local/code/SHA256          a function's zip, as `GetFunction` links to it
//! ```

use crate::background;
use crate::core::Core;
use crate::faults::{EVERY, Fault};
use crate::registry;
use crate::response::{json, plain};
use crate::services::{firehose, s3, sns};
use crate::status::status;
use crate::tags::Tags;
use axum::body::Body;
use bytes::Bytes;
use http::{Method, Request, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

pub(crate) const PATH: &str = "/_local/";
/// Below it: pages that are linked to.
pub(crate) const CODE: &str = "code/";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    step_seconds: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Propagation {
    seconds: f64,
}

/// A state that a stream comes into by itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StuckStream {
    name: String,
    status: String,
    reason: serde_json::Value,
}

/// A bucket that somebody else has made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenAway {
    name: String,
    owner: String,
}

/// Tags that AWS itself puts on something.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SystemTags {
    arn: String,
    tags: Tags,
}

pub(crate) async fn respond(core: &Arc<Core>, request: &Request<Bytes>) -> Response<Body> {
    let what = request.uri().path().trim_start_matches(PATH);
    match (request.method(), what) {
        (&Method::GET, "health") => json(200, &health(core)),
        (&Method::GET, "status") => json(200, &status(core)),
        (&Method::GET, "requests") => json(200, &json!(core.logged())),
        (&Method::GET, "records") => json(200, &json!(core.recent.after(after(request)))),
        (&Method::GET, "messages") => json(200, &json!(sns::sent(core))),
        (&Method::DELETE, "requests") => {
            core.forget_log();
            json(200, &json!({}))
        }
        (&Method::GET, "decisions") => json(200, &json!(core.decisions.all())),
        (&Method::DELETE, "decisions") => {
            core.decisions.forget();
            json(200, &json!({}))
        }
        (&Method::POST, "faults") => with(request, |fault: Fault| {
            known(&fault.operation)?;
            core.faults.add(fault);
            Ok(())
        }),
        (&Method::GET, "faults") => json(200, &json!(core.faults.list())),
        (&Method::DELETE, "faults") => {
            core.faults.clear();
            json(200, &json!({}))
        }
        (&Method::POST, "clock") => step(core, request).await,
        (&Method::POST, "propagation") => with(request, |Propagation { seconds }| {
            let delay = Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())?;
            core.faults.set_propagation(delay);
            Ok(())
        }),
        (&Method::POST, "stream") => with(request, |StuckStream { name, status, reason }| {
            core.run("us-east-1", |context| firehose::get_stuck(context, &name, &status, &reason))
                .map_err(|error| error.message)
        }),
        (&Method::POST, "bucket") => with(request, |GivenAway { name, owner }| {
            core.run("us-east-1", |context| s3::give_away(context, &name, &owner)).map_err(|error| error.message)
        }),
        (&Method::POST, "tags") => with(request, |SystemTags { arn, tags }| {
            // ARNs say their region by themselves.
            let region = arn.split(':').nth(3).filter(|region| !region.is_empty()).unwrap_or("us-east-1").to_owned();
            core.run(&region, |context| context.add_system_tags(&arn, tags)).map_err(|error| error.message)
        }),
        (&Method::GET, what) if what.starts_with(CODE) => code(core, what.trim_start_matches(CODE)),
        _ => plain(404, "no such page of Local AWS"),
    }
}

/// The number in the query, or 0.
fn after(request: &Request<Bytes>) -> u64 {
    let number = request.uri().query().and_then(|query| query.strip_prefix("after="));
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn health(core: &Core) -> serde_json::Value {
    json!({"status": "ok", "now": core.clock.now().to_string(), "account": core.account.to_string()})
}

/// A fault of an operation that nobody can ask for would never strike, and its test prove nothing.
fn known(operation: &str) -> Result<(), String> {
    let operations = registry::operations();
    if operation == EVERY || operations.iter().any(|known| known == operation) {
        return Ok(());
    }
    let near = operations.iter().map(|known| (strsim::jaro_winkler(known, operation), known));
    let near = near.max_by(|(one, _), (other, _)| one.total_cmp(other)).map_or("*", |(_, known)| known);
    Err(format!("Local AWS does not have the operation `{operation}`; did you mean `{near}`?"))
}

/// Answers when all that came due on the way is done.
async fn step(core: &Arc<Core>, request: &Request<Bytes>) -> Response<Body> {
    match serde_json::from_slice(request.body()) {
        Ok(Step { step_seconds }) => {
            background::step(core, Duration::from_secs(step_seconds)).await;
            json(200, &json!({"now": core.clock.now().to_string()}))
        }
        Err(error) => json(400, &json!({"message": error.to_string()})),
    }
}

fn with<T: DeserializeOwned>(request: &Request<Bytes>, work: impl FnOnce(T) -> Result<(), String>) -> Response<Body> {
    let read = serde_json::from_slice(request.body()).map_err(|error| error.to_string());
    match read.and_then(work) {
        Ok(()) => json(200, &json!({})),
        Err(message) => json(400, &json!({"message": message})),
    }
}

fn code(core: &Core, name: &str) -> Response<Body> {
    let is_name = name.len() == 64 && name.chars().all(|c| c.is_ascii_hexdigit());
    match is_name.then(|| core.blobs.get(name)) {
        Some(Ok(zip)) => Response::new(Body::from(zip)),
        _ => plain(404, "no such code"),
    }
}

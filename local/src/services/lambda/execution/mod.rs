//! Running functions: a zip is unpacked once, its `bootstrap` is a process for each invocation at a time, kept
//! warm for the next, and asks for work at the Runtime API, as on AWS.
//!
//! ```text
//! front / Invoke -> invoke -> Pool -> Sandbox (process) <-> RuntimeApi
//! S3, Invoke of type Event -> queue -> pass -> invoke, up to three times
//! ```

mod journal;
mod logging;
pub(super) mod metered;
mod pool;
mod queue;
mod request;
mod runtime_api;
mod sandbox;
mod seat;
mod unpack;

use super::reference::Reference;
use super::{FUNCTIONS, arn};
use crate::api_error::{ApiError, Result};
use crate::context::{Context, new_uuid};
use crate::core::Core;
use bytes::Bytes;
use pool::Functions;
use runtime_api::Job;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

pub(crate) use queue::{WORKER, enqueue, waiting_events};
pub(super) use request::INVOKE;

/// AWS's limits of a payload, in bytes: of a request that waits for the answer, and of one that does not.
const LARGEST_PAYLOAD: usize = 6 << 20;
const LARGEST_EVENT: usize = 1 << 20;

/// Why a process cannot be had.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("Local AWS is not served, so that the function could not reach it")]
    NotServed,
    #[error("The role defined for the function cannot be assumed by Lambda.")]
    Role,
    #[error("`{}`: {source}", path.display())]
    File { path: std::path::PathBuf, source: std::io::Error },
    #[error("the code cannot be unpacked: {0}")]
    Zip(#[from] zip::result::ZipError),
}

/// What an invocation came to.
#[derive(Clone, Debug)]
pub(crate) struct Invoked {
    pub(crate) payload: Bytes,
    /// The function failed: its payload says how.
    pub(crate) failed: bool,
    /// Which version ran.
    version: String,
    /// The end of what it logged, where that was asked for.
    log: String,
}

impl Invoked {
    fn of(payload: Bytes, failed: bool) -> Self {
        Self { payload, failed, version: String::new(), log: String::new() }
    }

    /// The payload that Lambda makes for a function that could not answer.
    fn broken(kind: &str, message: &str) -> Self {
        let payload = json!({"errorType": kind, "errorMessage": message}).to_string();
        Self::of(Bytes::from(payload), true)
    }
}

/// A function as it is to run: what is settled before a process is looked for.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) region: String,
    pub(crate) name: String,
    /// Without a qualifier.
    pub(crate) arn: String,
    /// `$LATEST`, or a number.
    pub(crate) version: String,
    /// The ARN that was asked for.
    invoked: String,
    pub(crate) role: String,
    /// Changes with the code and with the configuration.
    pub(crate) revision: String,
    /// The name of the zip.
    blob: String,
    variables: Vec<(String, String)>,
    handler: String,
    pub(crate) timeout: Duration,
    /// In MB, as Lambda counts them: 2^20 bytes.
    pub(crate) memory: u64,
    /// `arm64`, or `x86_64`.
    architecture: String,
    pub(crate) log_group: String,
    logging: logging::Logging,
    pub(crate) reserved: Option<usize>,
}

impl Function {
    /// # Errors
    /// One that is not there, or is still being made.
    pub(crate) fn read(context: &Context<'_>, given: &str) -> Result<Self> {
        let reference = Reference::of(given);
        let (version, document) = reference.version(context)?;
        if !context.settled(&document["active"]) {
            return Err(super::conflict(
                "The operation cannot be performed at this time. The function is currently in the following state: \
                 Pending",
            ));
        }
        let reserved = context.get(FUNCTIONS, &reference.name)?.unwrap_or_default()["concurrency"].as_u64();
        Ok(Self {
            version,
            invoked: reference.arn(context),
            reserved: reserved.and_then(|count| usize::try_from(count).ok()),
            ..Self::of(context, &reference.name, &document)
        })
    }

    /// What shares processes: the versions of a function do not.
    fn process(&self) -> String {
        format!("{}:{}", self.arn, self.version)
    }

    fn of(context: &Context<'_>, name: &str, document: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let variables = document["Environment"]["Variables"].as_object().into_iter().flatten();
        Self {
            region: context.region.to_owned(),
            name: name.to_owned(),
            arn: arn(context, name),
            version: String::new(),
            invoked: String::new(),
            role: text(&document["Role"]),
            revision: text(&document["RevisionId"]),
            blob: text(&document["blob"]),
            variables: variables.map(|(name, value)| (name.clone(), text(value))).collect(),
            handler: text(&document["Handler"]),
            timeout: Duration::from_secs(document["Timeout"].as_u64().unwrap_or(3)),
            memory: document["MemorySize"].as_u64().unwrap_or(128),
            architecture: text(&document["Architectures"][0]),
            log_group: text(&document["LoggingConfig"]["LogGroup"]),
            logging: logging::Logging::of(&document["LoggingConfig"]),
            reserved: None,
        }
    }
}

/// Runs a function and waits for what it answers.
///
/// # Errors
/// A function that is not there, is at its limit of concurrency (429), has a role that Lambda cannot assume (403), or
/// a payload that is too large (413).
pub(crate) async fn invoke(core: &Arc<Core>, region: &str, name: &str, payload: Bytes) -> Result<Invoked> {
    invoke_telling(core, region, name, payload, false).await
}

/// The same, with the end of the log where it is `told`.
async fn invoke_telling(core: &Arc<Core>, region: &str, name: &str, payload: Bytes, told: bool) -> Result<Invoked> {
    if payload.len() > LARGEST_PAYLOAD {
        let message = format!(
            "{} byte payload is too large for the RequestResponse invocation type (limit {LARGEST_PAYLOAD} bytes)",
            payload.len()
        );
        return Err(ApiError::new("RequestTooLargeException", message).with_status(413));
    }
    let function = Arc::new(core.run(region, |context| Function::read(context, name))?);
    let functions = core.slot::<Functions>();
    let seat = functions.seat(&function).inspect_err(|_| metered::throttled(core, &function))?;
    let request_id = new_uuid();
    let mut sandbox = match functions.sandbox(core, &function, seat).await {
        Ok(sandbox) => sandbox,
        Err(error @ StartError::Role) => {
            return Err(ApiError::new("AccessDeniedException", error.to_string()).with_status(403));
        }
        Err(error) => {
            return Ok(Invoked::broken(
                "Runtime.InvalidEntrypoint",
                &format!("RequestId: {request_id} Error: {error}"),
            ));
        }
    };
    let job = Job { request_id, deadline: function.timeout, function: function.invoked.clone(), payload };
    let mut invoked = sandbox.invoke(core, job, told).await;
    invoked.version.clone_from(&function.version);
    functions.put_back(sandbox);
    Ok(invoked)
}

//! One process of a function, and one invocation of it at a time.

use super::journal::Journal;
use super::logging::Level;
use super::metered;
use super::runtime_api::{Answer, Job, RuntimeApi};
use super::seat::Seat;
use super::unpack::unpack;
use super::{Function, Invoked, StartError};
use crate::access::Credentials;
use crate::core::Core;
use crate::services::iam::role_assumable;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// How long a process may take until it asks for work: "the Init phase is limited to 10 seconds".
const LONGEST_INIT: Duration = Duration::from_secs(10);

/// How long a line takes to come from a process.
const LAST_WORDS: Duration = Duration::from_millis(20);

/// Whom a function's role has to trust.
const TRUSTED: &str = "lambda.amazonaws.com";

#[derive(Debug)]
pub(crate) struct Sandbox {
    pub(super) function: Arc<Function>,
    pub(super) journal: Journal,
    pub(super) used: Instant,
    pub(super) seat: Option<Seat>,
    child: Child,
    api: RuntimeApi,
    _session: Session,
    /// How long it took to ask for the first work, until that was reported.
    init: Option<Instant>,
}

/// The role's session, which ends with the process.
#[derive(Debug)]
struct Session {
    core: std::sync::Weak<Core>,
    access_key_id: String,
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(core) = self.core.upgrade() {
            core.sessions.close(&self.access_key_id);
        }
    }
}

impl Sandbox {
    /// `directory` is where zips are unpacked.
    pub(super) async fn start(
        core: &Arc<Core>,
        function: &Arc<Function>,
        directory: &Path,
    ) -> Result<Self, StartError> {
        let endpoint = core.endpoint().ok_or(StartError::NotServed)?;
        // Only now: a process that is warm keeps the credentials that it has.
        let trusted = core.run(&function.region, |context| role_assumable(context, &function.role, TRUSTED));
        if !trusted.unwrap_or(false) {
            return Err(StartError::Role);
        }
        let zip = core.blobs.path(&function.blob);
        let code = unpack(&zip, &directory.join(&function.blob)).await?;
        let api = RuntimeApi::bind().await.map_err(|source| StartError::File { path: code.clone(), source })?;
        let credentials = core.sessions.open(&function.role, &function.name);
        let session = Session { core: Arc::downgrade(core), access_key_id: credentials.access_key_id.clone() };
        let journal = Journal::new(function, core.clock.now());
        let mut child = command(function, &code, api.address, endpoint, &credentials, &journal.stream)
            .spawn()
            .map_err(|source| StartError::File { path: code.join("bootstrap"), source })?;
        let begins = json!({"initializationType": "on-demand", "phase": "init", "functionName": function.name,
            "functionVersion": function.version});
        journal.tell(core, None, Level::Debug, ("platform.initStart", begins));
        journal.listen(child.stdout.take());
        journal.listen(child.stderr.take());
        let now = Instant::now();
        let function = Arc::clone(function);
        Ok(Self { function, journal, used: now, seat: None, child, api, _session: session, init: Some(now) })
    }

    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Hands over one event and waits: for an answer, for the time to be over, or for the process to end.
    pub(super) async fn invoke(&mut self, core: &Core, job: Job, told: bool) -> Invoked {
        let (request_id, version) = (job.request_id.clone(), &self.function.version);
        let start = json!({"requestId": request_id, "version": version});
        let text = format!("START RequestId: {request_id} Version: {version}");
        self.journal.tell(core, Some(text), Level::Info, ("platform.start", start));
        let (answer, took) = self.run(core, job).await;
        let mut invoked = self.judge(core, &request_id, answer).await;
        if told {
            // What was printed before the answer may still be on its way through the pipe.
            tokio::time::sleep(LAST_WORDS).await;
        }
        self.report(core, &request_id, &invoked, took);
        if told {
            invoked.log = self.journal.tail();
        }
        self.journal.flush(core);
        invoked
    }

    async fn run(&mut self, core: &Core, job: Job) -> (Answer, Duration) {
        let (request_id, timeout) = (job.request_id.clone(), job.deadline);
        let began = Instant::now();
        let mut handed = self.api.hand(job);
        let started = tokio::select! {
            started = handed.started() => started,
            _ = self.child.wait() => None,
            () = tokio::time::sleep(LONGEST_INIT) => None,
        };
        let Some(()) = started else {
            let _ = self.child.kill().await;
            return (handed.failure().unwrap_or(Answer::Exited), began.elapsed());
        };
        if let Some(init) = self.init.take() {
            let took = init.elapsed();
            self.journal.init = Some(took);
            let phase = json!({"initializationType": "on-demand", "phase": "init", "status": "success"});
            self.journal.tell(core, None, Level::Debug, ("platform.initRuntimeDone", phase.clone()));
            let mut report = phase;
            report["metrics"] = json!({"durationMs": millis(took)});
            self.journal.tell(core, None, Level::Debug, ("platform.initReport", report));
        }
        let began = Instant::now();
        let answer = tokio::select! {
            biased;
            answer = handed.answer() => answer,
            _ = self.child.wait() => Answer::Exited,
            () = tokio::time::sleep(timeout) => Answer::TimedOut,
        };
        if answer == Answer::TimedOut {
            let _ = self.child.kill().await;
            let seconds = timeout.as_secs_f64();
            self.journal.say(core, format!("{request_id} Task timed out after {seconds:.2} seconds"));
        }
        (answer, began.elapsed())
    }

    /// What the caller is told. A process that used more memory than it may have is ended, as the kernel would.
    async fn judge(&mut self, core: &Core, request_id: &str, answer: Answer) -> Invoked {
        let memory = self.function.memory;
        if self.peak().is_some_and(|peak| peak > memory) {
            // Until it is gone: it is not to be taken for a warm one.
            let _ = self.child.kill().await;
            let message = format!("RequestId: {request_id} Error: Runtime exited with error: signal: killed");
            self.journal.say(core, format!("{message} Runtime.ExitError: more than {memory} MB were used"));
            return Invoked::broken("Runtime.ExitError", &message);
        }
        match answer {
            Answer::Done(payload) => Invoked::of(payload, false),
            Answer::Failed(payload) => {
                self.journal.say(core, format!("[ERROR] {request_id} {}", String::from_utf8_lossy(&payload)));
                Invoked::of(payload, true)
            }
            Answer::TimedOut => {
                let seconds = self.function.timeout.as_secs_f64();
                let message = format!("{request_id} Task timed out after {seconds:.2} seconds");
                Invoked::broken("Sandbox.Timedout", &message)
            }
            Answer::Exited => {
                let status = self.child.try_wait().ok().flatten();
                let how = status.map_or_else(|| "it did not start in time".to_owned(), |status| status.to_string());
                let message = format!("RequestId: {request_id} Error: Runtime exited with error: {how}");
                self.journal.say(core, format!("{message} Runtime.ExitError"));
                Invoked::broken("Runtime.ExitError", &message)
            }
        }
    }

    fn report(&mut self, core: &Core, request_id: &str, invoked: &Invoked, took: Duration) {
        let millis = millis(took);
        let init = self.journal.init.take().map(self::millis);
        // Since 2025, the time that a start takes is billed with the first invocation.
        let billed = (millis + init.unwrap_or(0.0)).ceil();
        metered::count(core, &self.function, (billed, millis), invoked.failed);
        let (size, peak) = (self.function.memory, self.peak().unwrap_or(0));
        let mut line = format!(
            "REPORT RequestId: {request_id}\tDuration: {millis:.2} ms\tBilled Duration: {billed} ms\tMemory Size: {size} MB\tMax Memory Used: {peak} MB\t"
        );
        if let Some(init) = init {
            line.push_str(&format!("Init Duration: {init:.2} ms\t"));
        }
        let (status, error) = ended(invoked);
        let well = status == "success";
        let mut done = json!({"requestId": request_id, "status": status,
            "metrics": {"durationMs": millis, "producedBytes": invoked.payload.len()}});
        let mut report = json!({"requestId": request_id, "status": status, "metrics": {"durationMs": millis,
            "billedDurationMs": billed, "memorySizeMB": size, "maxMemoryUsedMB": peak}});
        if let Some(error) = error {
            done["errorType"] = error.as_str().into();
            report["errorType"] = error.into();
        }
        if let Some(init) = init {
            report["metrics"]["initDurationMs"] = init.into();
        }
        let level = |of_good: Level| if well { of_good } else { Level::Warn };
        let end = format!("END RequestId: {request_id}");
        self.journal.tell(core, Some(end), level(Level::Debug), ("platform.runtimeDone", done));
        self.journal.tell(core, Some(line), level(Level::Info), ("platform.report", report));
    }

    /// The most memory that the process has had, in MB. Only Linux tells.
    fn peak(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
        Some(kilobytes.div_ceil(1024))
    }
}

/// With two digits behind the point.
fn millis(took: Duration) -> f64 {
    (took.as_secs_f64() * 100_000.0).round() / 100.0
}

/// How an invocation ended, in the words of Lambda's events, and the type of its error.
fn ended(invoked: &Invoked) -> (&'static str, Option<String>) {
    if !invoked.failed {
        return ("success", None);
    }
    let payload: Value = serde_json::from_slice(&invoked.payload).unwrap_or_default();
    let error = payload["errorType"].as_str().map(str::to_owned);
    let status = match error.as_deref() {
        Some("Sandbox.Timedout") => "timeout",
        Some("Runtime.ExitError") => "failure",
        _ => "error",
    };
    (status, error)
}

/// The process, with nothing of this one's environment but where programs are.
fn command(
    function: &Function,
    code: &Path,
    api: SocketAddr,
    endpoint: &str,
    credentials: &Credentials,
    log_stream: &str,
) -> Command {
    let mut command = Command::new(code.join("bootstrap"));
    let memory = function.memory.to_string();
    let api = api.to_string();
    command.env_clear().envs(function.variables.iter().map(|(name, value)| (name, value)));
    command.envs([
        ("PATH", std::env::var("PATH").unwrap_or_default().as_str()),
        ("LANG", "en_US.UTF-8"),
        ("TZ", ":UTC"),
        ("_HANDLER", &function.handler),
        ("LAMBDA_TASK_ROOT", &code.to_string_lossy()),
        ("AWS_LAMBDA_RUNTIME_API", &api),
        ("AWS_LAMBDA_FUNCTION_NAME", &function.name),
        ("AWS_LAMBDA_FUNCTION_VERSION", &function.version),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &function.log_group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", log_stream),
        ("AWS_REGION", &function.region),
        ("AWS_DEFAULT_REGION", &function.region),
        ("AWS_ACCESS_KEY_ID", &credentials.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", &credentials.secret_access_key),
        ("AWS_SESSION_TOKEN", &credentials.session_token),
        ("AWS_ENDPOINT_URL", endpoint),
    ]);
    command.envs(function.logging.environment());
    command.current_dir(code).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.kill_on_drop(true);
    command
}

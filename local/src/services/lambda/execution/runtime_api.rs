//! The Runtime API ("Using the Lambda runtime API for custom runtimes"): where a process asks for work and
//! brings its answers. Each process has one of its own.

use crate::door::{self, Wanted};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// One event for a function.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) request_id: String,
    /// From when it is handed over.
    pub(super) deadline: Duration,
    pub(super) function: String,
    pub(super) payload: Bytes,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Done(Bytes),
    /// The function said that it failed.
    Failed(Bytes),
    TimedOut,
    /// The process ended without an answer.
    Exited,
}

#[derive(Debug)]
struct Sent {
    job: Job,
    started: oneshot::Sender<()>,
    answer: oneshot::Sender<Answer>,
}

/// What is known of a job that was handed over.
#[derive(Debug)]
pub(super) struct Handed {
    started: oneshot::Receiver<()>,
    answer: oneshot::Receiver<Answer>,
    failure: Arc<Mutex<Option<Bytes>>>,
}

impl Handed {
    /// The process has taken the job; `None` if it has not and will not.
    pub(super) async fn started(&mut self) -> Option<()> {
        (&mut self.started).await.ok()
    }

    pub(super) async fn answer(&mut self) -> Answer {
        match (&mut self.answer).await {
            Ok(answer) => answer,
            // Whoever would answer is gone: the process is ending.
            Err(_) => std::future::pending().await,
        }
    }

    /// What the process said of its failed initialisation, if it did.
    pub(super) fn failure(&self) -> Option<Answer> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take().map(Answer::Failed)
    }
}

#[derive(Debug)]
struct Shared {
    jobs: tokio::sync::Mutex<mpsc::Receiver<Sent>>,
    /// The request in work, and who waits for its answer.
    current: Mutex<Option<(String, oneshot::Sender<Answer>)>>,
    failure: Arc<Mutex<Option<Bytes>>>,
}

#[derive(Debug)]
pub(super) struct RuntimeApi {
    pub(super) address: SocketAddr,
    jobs: mpsc::Sender<Sent>,
    failure: Arc<Mutex<Option<Bytes>>>,
    server: JoinHandle<()>,
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl RuntimeApi {
    pub(super) async fn bind() -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (jobs, receiver) = mpsc::channel(1);
        let failure: Arc<Mutex<Option<Bytes>>> = Arc::default();
        let shared = Shared {
            jobs: tokio::sync::Mutex::new(receiver),
            current: Mutex::default(),
            failure: Arc::clone(&failure),
        };
        let app = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .layer(middleware::from_fn(admit))
            .layer(DefaultBodyLimit::max(super::LARGEST_PAYLOAD * 2))
            .with_state(Arc::new(shared));
        let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
            let _ = stream.set_nodelay(true);
        });
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self { address, jobs, failure, server })
    }

    /// Leaves a job for the process to take.
    pub(super) fn hand(&self, job: Job) -> Handed {
        let (started, has_started) = oneshot::channel();
        let (answer, has_answer) = oneshot::channel();
        // The one place is free: there is one invocation at a time. If it is not, the job never starts.
        let _ = self.jobs.try_send(Sent { job, started, answer });
        Handed { started: has_started, answer: has_answer, failure: Arc::clone(&self.failure) }
    }
}

/// A page that guesses the port would take a function's events away.
async fn admit(request: Request, next: Next) -> Response {
    match door::check(&request, Wanted::Operation, "") {
        Ok(()) => next.run(request).await,
        Err(_) => status(StatusCode::FORBIDDEN),
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    let Some(Sent { job, started, answer }) = shared.jobs.lock().await.recv().await else {
        return status(StatusCode::GONE);
    };
    let deadline = SystemTime::now() + job.deadline;
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let trace = format!("Root=1-{:08x}-{};Sampled=0", deadline / 1000, crate::context::new_id(24));
    *shared.current.lock().unwrap_or_else(PoisonError::into_inner) = Some((job.request_id.clone(), answer));
    let _ = started.send(());
    let built = Response::builder()
        .header("Content-Type", "application/json")
        .header("Lambda-Runtime-Aws-Request-Id", &job.request_id)
        .header("Lambda-Runtime-Deadline-Ms", deadline.to_string())
        .header("Lambda-Runtime-Invoked-Function-Arn", &job.function)
        .header("Lambda-Runtime-Trace-Id", trace)
        .body(Body::from(job.payload));
    built.unwrap_or_else(|_| status(StatusCode::INTERNAL_SERVER_ERROR))
}

fn status(code: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = code;
    response
}

/// Takes an answer, if it is to the request in work.
fn answered(shared: &Shared, id: &str, answer: Answer) -> Response {
    let mut current = shared.current.lock().unwrap_or_else(PoisonError::into_inner);
    match current.take() {
        Some((request, waiting)) if request == id => {
            let _ = waiting.send(answer);
            status(StatusCode::ACCEPTED)
        }
        other => {
            *current = other;
            status(StatusCode::BAD_REQUEST)
        }
    }
}

async fn response(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> Response {
    if body.len() > super::LARGEST_PAYLOAD {
        let message = "Response payload size exceeded maximum allowed payload size (6291556 bytes).";
        let payload = super::Invoked::broken("Function.ResponseSizeTooLarge", message).payload;
        answered(&shared, &id, Answer::Failed(payload));
        return status(StatusCode::PAYLOAD_TOO_LARGE);
    }
    answered(&shared, &id, Answer::Done(body))
}

async fn error(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> Response {
    answered(&shared, &id, Answer::Failed(body))
}

async fn init_error(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    *shared.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
    status(StatusCode::ACCEPTED)
}

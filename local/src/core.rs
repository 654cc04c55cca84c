//! The embedded AWS as its users hold it: opened on a directory, asked in-process or served.

use crate::access::Sessions;
use crate::admin;
use crate::api_error::Result as ApiResult;
use crate::background::{self, Bell};
use crate::blobs::Blobs;
use crate::clock::Clock;
use crate::context::Context;
use crate::faults::Faults;
use crate::lock::{Lock, Taken};
use crate::router;
use crate::services::{apigateway, lambda};
use crate::store::Store;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use http::Response;
use http_body_util::BodyExt as _;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;

/// The largest request: a function's zip of 50 MB in base64, with room to spare.
const LARGEST_REQUEST: usize = 100 << 20;
/// How many requests the log remembers.
const LOGGED_REQUESTS: usize = 10_000;
/// What URLs in answers begin with while it is not served.
const DEFAULT_ENDPOINT: &str = "http://localhost:4566";

/// Why Local AWS cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process serves the same directory.
    #[error("`{}` is served by another process at {address}", directory.display())]
    Served {
        /// The directory.
        directory: PathBuf,
        /// The URL it serves at.
        address: String,
    },
    /// Another process uses the same directory, without serving it.
    #[error("`{}` is in use by another process", .0.display())]
    Busy(PathBuf),
    /// The directory cannot be read or written.
    #[error("`{}`: {source}", directory.display())]
    Io {
        /// The directory.
        directory: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The database cannot be opened.
    #[error("`{}` cannot be opened: {source}", file.display())]
    Store {
        /// The database file.
        file: PathBuf,
        /// What the database says.
        source: Box<redb::Error>,
    },
}

/// How it behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Added to each request, to see what a distant AWS costs.
    pub latency: Duration,
    /// How long what is made stays `CREATING` or `Pending`, and an update `InProgress`.
    pub settle: Duration,
    /// How many seconds pass in one of the machine's.
    pub time_scale: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { latency: Duration::ZERO, settle: Duration::from_millis(50), time_scale: 1.0 }
    }
}

/// An embedded AWS. Clones share one state.
#[derive(Clone, Debug)]
pub struct LocalAws {
    core: Arc<Core>,
}

/// What all services share.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) store: Store,
    pub(crate) blobs: Blobs,
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) options: Options,
    pub(crate) sessions: Sessions,
    pub(crate) functions: lambda::Functions,
    pub(crate) front: apigateway::Front,
    pub(crate) bell: Bell,
    log: Mutex<VecDeque<Logged>>,
    /// Where it is served, once it is.
    endpoint: OnceLock<String>,
    lock: Lock,
}

/// One line of the request log.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct Logged {
    pub(crate) operation: String,
    pub(crate) status: u16,
}

impl LocalAws {
    /// Opens the state in `directory`, which is made if it is missing.
    ///
    /// # Errors
    /// [`Error::Served`] and [`Error::Busy`] while another process has it, otherwise what went wrong with the files.
    pub fn open(directory: &Path, options: Options) -> Result<Self, Error> {
        let io = |source| Error::Io { directory: directory.to_owned(), source };
        std::fs::create_dir_all(directory).map_err(io)?;
        let lock = Lock::take(directory).map_err(|taken| match taken {
            Taken::Served(address) => Error::Served { directory: directory.to_owned(), address },
            Taken::Busy => Error::Busy(directory.to_owned()),
            Taken::Io(source) => io(source),
        })?;
        let file = directory.join("state.redb");
        let store =
            Store::open(&file).map_err(|source| Error::Store { file: file.clone(), source: Box::new(source) })?;
        let blobs = Blobs::open(directory.join("blobs")).map_err(io)?;
        let ahead = store.read("local", "clock").ok().flatten().and_then(|millis| millis.as_i64()).unwrap_or(0);
        let clock = Clock::new(ahead, options.time_scale);
        let core = Core {
            store,
            blobs,
            clock,
            faults: Faults::default(),
            options,
            sessions: Sessions::default(),
            functions: lambda::Functions::new(directory.join("functions")),
            front: apigateway::Front::default(),
            bell: Bell::default(),
            log: Mutex::default(),
            endpoint: OnceLock::new(),
            lock,
        };
        Ok(Self { core: Arc::new(core) })
    }

    /// Answers one request, as the service would over HTTP.
    pub async fn respond<B>(&self, request: http::Request<B>) -> Response<Body>
    where
        B: axum::body::HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (parts, body) = request.into_parts();
        let body = http_body_util::Limited::new(body, LARGEST_REQUEST);
        let Ok(body) = body.collect().await else {
            return router::plain(413, "the request is too large, or was cut off");
        };
        let request = http::Request::from_parts(parts, body.to_bytes());
        if request.uri().path().starts_with(admin::PATH) {
            return admin::respond(&self.core, &request).await;
        }
        if let Some(call) = apigateway::user_request(&request) {
            return apigateway::front(&self.core, call, request).await;
        }
        tokio::time::sleep(self.core.options.latency).await;
        router::respond(&self.core, request).await
    }

    /// Serves it over HTTP until the future is dropped, and meanwhile does what is to be done in the background.
    /// Other processes that open the same directory are told the address.
    ///
    /// # Errors
    /// What the operating system says about the listener or the directory.
    pub async fn serve(&self, listener: TcpListener) -> std::io::Result<()> {
        let url = format!("http://{}", listener.local_addr()?);
        self.core.lock.announce(&url)?;
        let _ = self.core.endpoint.set(url);
        let aws = self.clone();
        let app = Router::new().fallback(move |request: Request| {
            let aws = aws.clone();
            async move { aws.respond(request).await }
        });
        // Without TCP_NODELAY, an answer of two small packets waits 40 ms for an acknowledgement.
        let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
            let _ = stream.set_nodelay(true);
        });
        tokio::select! {
            served = std::future::IntoFuture::into_future(axum::serve(listener, app)) => served,
            () = background::run(&self.core) => Ok(()),
        }
    }
}

impl Core {
    /// Where it is served, once it is.
    pub(crate) fn endpoint(&self) -> Option<&str> {
        self.endpoint.get().map(String::as_str)
    }

    /// Runs one operation as a transaction.
    pub(crate) fn run<T>(&self, region: &str, work: impl FnOnce(&Context<'_>) -> ApiResult<T>) -> ApiResult<T> {
        self.store.transact(|documents| {
            work(&Context {
                region,
                now: self.clock.now(),
                documents,
                blobs: &self.blobs,
                faults: &self.faults,
                endpoint: self.endpoint.get().map_or(DEFAULT_ENDPOINT, String::as_str),
                settle: self.options.settle,
            })
        })
    }

    pub(crate) fn log(&self, operation: &str, status: u16) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == LOGGED_REQUESTS {
            log.pop_front();
        }
        log.push_back(Logged { operation: operation.to_owned(), status });
    }

    pub(crate) fn logged(&self) -> Vec<Logged> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(crate) fn forget_log(&self) {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

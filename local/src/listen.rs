//! Connections: who sends too slowly is cut off, and how many there are at once is bounded.

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// As patient as AWS's load balancers: a client that has not sent the head of a request by then is gone.
const HEAD: Duration = Duration::from_secs(30);
/// S3's `RequestTimeout`: "your socket connection to the server was not read from or written to within the timeout
/// period".
const NOTHING: Duration = Duration::from_secs(20);
/// A whole request. The largest takes a second on one machine.
const BODY: Duration = Duration::from_secs(120);
/// Below the 1,024 files that a process may have open, where nobody says otherwise.
const CONNECTIONS: usize = 768;

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub(crate) head: Duration,
    pub(crate) nothing: Duration,
    pub(crate) body: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { head: HEAD, nothing: NOTHING, body: BODY }
    }
}

/// Serves until it is dropped.
pub(crate) async fn serve<F, A>(listener: TcpListener, patience: Patience, answer: F)
where
    F: Fn(Request<Incoming>) -> A + Clone + Send + 'static,
    A: Future<Output = Response<Body>> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            // Too many files are open: some of them will be closed.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        let connection = connection(stream, patience, answer.clone());
        connections.spawn(async move {
            connection.await;
            drop(place);
        });
    }
}

async fn connection<F, A>(stream: TcpStream, patience: Patience, answer: F)
where
    F: Fn(Request<Incoming>) -> A + Clone + Send + 'static,
    A: Future<Output = Response<Body>> + Send + 'static,
{
    // Without TCP_NODELAY, an answer of two small packets waits 40 ms for an acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let answered = answer(request);
        async move { Ok::<_, Infallible>(answered.await) }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(patience.head);
    // What goes wrong on a connection is its client's to see.
    let _ = server.serve_connection(TokioIo::new(stream), service).await;
}

/// Why a body could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    TooLarge,
    TooSlow,
    CutOff,
}

/// Reads a body of at most so many bytes.
pub(crate) async fn collect<B>(body: B, most: usize, patience: Patience) -> Result<Bytes, Unread>
where
    B: axum::body::HttpBody<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut body = std::pin::pin!(body);
    let mut read = bytes::BytesMut::new();
    let all = async {
        loop {
            let next = tokio::time::timeout(patience.nothing, body.frame());
            match next.await.map_err(|_| Unread::TooSlow)? {
                None => return Ok(read.freeze()),
                Some(frame) => {
                    let Ok(data) = frame.map_err(|_| Unread::CutOff)?.into_data() else { continue };
                    if read.len() + data.len() > most {
                        return Err(Unread::TooLarge);
                    }
                    read.extend_from_slice(&data);
                }
            }
        }
    };
    tokio::time::timeout(patience.body, all).await.unwrap_or(Err(Unread::TooSlow))
}

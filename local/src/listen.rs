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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::time::Instant;

    const SHORT: Patience = Patience {
        head: Duration::from_millis(300),
        nothing: Duration::from_millis(300),
        body: Duration::from_millis(900),
    };

    async fn answer(request: Request<Incoming>) -> Response<Body> {
        let words = collect(request.into_body(), 1000, SHORT).await.map(|body| body.len());
        Response::new(Body::from(format!("{words:?}")))
    }

    /// Sends a piece now and then, and gives what came back, and after how long the connection was closed.
    fn drip(address: std::net::SocketAddr, pieces: &[&str], pause: Duration) -> (String, Duration) {
        let began = Instant::now();
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        for piece in pieces {
            if stream.write_all(piece.as_bytes()).is_err() {
                break;
            }
            std::thread::sleep(pause);
        }
        let mut text = String::new();
        let _ = stream.read_to_string(&mut text);
        (text, began.elapsed())
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_sends_too_slowly_is_cut_off() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, SHORT, answer));
        let (pause, long) = (Duration::from_millis(100), Duration::from_millis(600));
        let head = "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 30\r\n\r\n";
        let slow: Vec<_> = std::iter::once(head).chain(std::iter::repeat_n("x", 30)).collect();
        let cases: [(&[&str], Duration, &str); 5] = [
            (&["GET / HT"], long, ""),
            (&["GET", " /", " H", "TTP", "/1.1", "\r\n", "h", "o", "s", "t", ": a"], pause, ""),
            (&[head, "xxx"], Duration::ZERO, "TooSlow"),
            (&slow, pause, "TooSlow"),
            (&[head, "123456789012345", "123456789012345"], pause, "Ok(30)"),
        ];
        for (pieces, pause, expected) in cases {
            let pieces: Vec<String> = pieces.iter().map(|piece| (*piece).to_owned()).collect();
            let dripped = tokio::task::spawn_blocking(move || {
                let pieces: Vec<_> = pieces.iter().map(String::as_str).collect();
                drip(address, &pieces, pause)
            });
            let (text, took) = dripped.await.unwrap();
            let is_expected =
                if expected.is_empty() { text.is_empty() || text.contains(" 408 ") } else { text.contains(expected) };
            assert!(is_expected && took < Duration::from_secs(6), "{expected}: {text} after {took:?}");
        }
    }
}

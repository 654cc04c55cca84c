//! A page in the browser: who is let in, what it may ask, what it is told without asking.
//!
//! It knows nothing of pipelines and of AWS. Each question goes to whoever serves the page, over a channel, so that answers
//! are found on one task and need not move between threads.
//!
//! ```text
//! GET  /_pipectl/       the page, with its style and its script: nothing of it comes from elsewhere
//! GET  /_pipectl/feed   server-sent events, by their names: what there is first, and each time that something is told
//! POST /_pipectl/ask    {"ask": "query", "sql": "SELECT 1"} -> {"answer": {...}} or {"error": {...}}
//! ```

mod door;
mod feed;
mod shown;

pub(crate) use feed::Feed;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use door::Door;
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

/// Below it is all that is served.
const PATH: &str = "/_pipectl/";

/// Questions that wait for their answers at most; a browser that asks more has to wait.
const WAITING: usize = 64;

/// What the page may ask. Nothing else of the program can be reached through it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Ask {
    /// Whether the pipeline is healthy.
    Health {},
    /// What an apply would do.
    Plan {},
    /// What a month costs, with so many events, or with as many as the file says.
    Cost { events: Option<u64> },
    /// What lies in the bucket below a prefix.
    Files { prefix: String },
    /// SQL, or one of the file's queries by its name.
    Query { sql: Option<String>, named: Option<String> },
    /// Lets time pass on Local AWS.
    Tick { seconds: u64 },
    /// Starts a part on Local AWS, as `pipectl run` calls it.
    Run { what: String },
}

/// A question, and where its answer goes. Whoever has closed the page does not wait for it.
pub(crate) struct Asked {
    pub(crate) ask: Ask,
    /// What the page gets: `{"answer": ...}` or `{"error": ...}`.
    pub(crate) answer: oneshot::Sender<Value>,
}

/// A page that is ready to be served.
pub(crate) struct Page {
    listener: TcpListener,
    address: SocketAddr,
    door: Door,
}

struct Served {
    asks: mpsc::Sender<Asked>,
    feed: Arc<Feed>,
}

impl Page {
    /// On a socket of this machine. `token` opens what the page asks and is told.
    pub(crate) fn new(listener: TcpListener, address: SocketAddr, token: &str) -> Self {
        Self { listener, address, door: Door::new(address, token) }
    }

    /// Where it is. What opens it stands behind `#`, which no browser sends anywhere.
    pub(crate) fn url(&self, token: &str) -> String {
        format!("http://{}{PATH}#{token}", self.address)
    }

    /// Serves it in the background for as long as the program lives, and gives the questions.
    pub(crate) fn serve(self, feed: Arc<Feed>) -> mpsc::Receiver<Asked> {
        let (asks, asked) = mpsc::channel(WAITING);
        let Self { listener, door, .. } = self;
        let closed = Router::new().route("/_pipectl/feed", get(follow)).route("/_pipectl/ask", post(ask));
        let closed = closed.route_layer(from_fn_with_state(door.clone(), door::need_token));
        let router = shown::routes(closed).layer(from_fn_with_state(door, door::check));
        let router = router.with_state(Arc::new(Served { asks, feed }));
        tokio::spawn(async move { axum::serve(listener, router).await });
        asked
    }
}

async fn follow(State(served): State<Arc<Served>>) -> Response {
    served.feed.follow().into_response()
}

/// JSON whatever its type is called: the door has seen to it that no other page sends it.
async fn ask(State(served): State<Arc<Served>>, body: Bytes) -> Response {
    let ask = match serde_json::from_slice(&body) {
        Ok(ask) => ask,
        Err(error) => {
            let message = format!("this is nothing that can be asked: {error}");
            return (StatusCode::BAD_REQUEST, Json(json!({"error": {"message": message}}))).into_response();
        }
    };
    let (answer, answered) = oneshot::channel();
    let gone = || StatusCode::SERVICE_UNAVAILABLE.into_response();
    if served.asks.send(Asked { ask, answer }).await.is_err() {
        return gone();
    }
    match answered.await {
        Ok(answer) => Json(answer).into_response(),
        Err(_) => gone(),
    }
}

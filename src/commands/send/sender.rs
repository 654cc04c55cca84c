//! Requests: many at a time, at a rate, repeated where that helps.

use super::tally::Ended;
use super::{Kept, Source, Tally};
use crate::error::Result;
use aws_smithy_runtime_api::client::http::{HttpConnector as _, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use futures::stream::{FuturesUnordered, StreamExt as _};
use std::error::Error;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// API Gateway gives up after 29 s; what takes longer has lost its connection.
const LONGEST_REQUEST: Duration = Duration::from_secs(35);
const MOST_ATTEMPTS: u64 = 9;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Of a refusal's body, in characters.
const LONGEST_QUOTE: usize = 300;

/// Where events go.
pub(super) struct Target {
    pub(super) url: String,
    /// Never shown.
    pub(super) key: Option<String>,
}

/// How fast, and how much at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Events in all; of a file, at most.
    pub(super) events: u64,
    pub(super) batch: u64,
    pub(super) concurrency: usize,
    /// Events in a second.
    pub(super) rate: Option<f64>,
    /// Whether what may have arrived is left alone.
    pub(super) once: bool,
}

pub(super) struct Sender {
    connector: SharedHttpConnector,
    target: Target,
    once: bool,
}

/// What an attempt came to.
enum Attempt {
    Done,
    /// Nothing arrived, or AWS asks for patience: after so long.
    Again(String, Option<Duration>),
    /// It may have arrived.
    Lost(String),
    Refused(String),
    /// So many were taken, and the others refused.
    Partly(u64, String),
}

impl Sender {
    pub(super) fn new(connector: SharedHttpConnector, target: Target, pace: Pace) -> Self {
        Self { connector, target, once: pace.once }
    }

    /// Sends all there is, and tells of each batch as it ends. Dropped, it has counted what had ended by then.
    ///
    /// # Errors
    /// The source cannot be read, or the copy not be written.
    pub(super) async fn send(
        &self,
        source: &mut Source,
        pace: Pace,
        mut copy: Option<Kept>,
        tally: &mut Tally,
        mut told: impl FnMut(u64),
    ) -> Result<()> {
        let (began, mut sent, mut running) = (Instant::now(), 0_u64, FuturesUnordered::new());
        // What is in flight is counted before an error of the source is told.
        let mut failed = Ok(());
        loop {
            let due = pace.rate.map(|rate| began + Duration::from_secs_f64(sent as f64 / rate));
            let wait = due.map_or(Duration::ZERO, |due| due.saturating_duration_since(Instant::now()));
            let more = sent < pace.events;
            if more && wait.is_zero() && running.len() < pace.concurrency {
                let most = pace.batch.min(pace.events - sent);
                match source.batch(most, copy.as_mut()) {
                    Err(error) => (failed, sent) = (Err(error), pace.events),
                    Ok(Some((body, count))) => {
                        sent += count;
                        running.push(async move { (count, self.batch(Bytes::from(body)).await) });
                        continue;
                    }
                    Ok(None) => sent = pace.events,
                }
                continue;
            }
            if !more && running.is_empty() {
                break;
            }
            tokio::select! {
                Some((count, (attempts, ended))) = running.next(), if !running.is_empty() => {
                    tally.add(count, attempts, ended);
                    told(count);
                }
                () = rest(wait), if more && !wait.is_zero() && running.len() < pace.concurrency => {}
            }
        }
        if let Some(copy) = &mut copy {
            copy.finish()?;
        }
        source.finish()?;
        failed
    }

    /// One batch, until it is acknowledged, refused or given up.
    async fn batch(&self, body: Bytes) -> (u64, Ended) {
        let (mut attempts, mut lost, mut pause) = (0, false, FIRST_PAUSE);
        loop {
            attempts += 1;
            let began = Instant::now();
            let (why, asked) = match self.attempt(body.clone()).await {
                Attempt::Done => {
                    return (attempts, Ended::Acknowledged { took: began.elapsed(), perhaps_doubled: lost });
                }
                Attempt::Refused(why) => return (attempts, Ended::Refused(why)),
                Attempt::Partly(taken, why) => return (attempts, Ended::Partly(taken, why)),
                Attempt::Lost(why) if self.once => return (attempts, Ended::Unknown(why)),
                Attempt::Lost(why) => {
                    lost = true;
                    (why, None)
                }
                Attempt::Again(why, asked) => (why, asked),
            };
            if attempts == MOST_ATTEMPTS {
                return (attempts, if lost { Ended::Unknown(why) } else { Ended::Refused(why) });
            }
            // Half of it at random, so that those who failed together do not come back together.
            let jittered = pause.mul_f64(0.5 + fastrand::f64() / 2.0);
            rest(asked.unwrap_or(jittered)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn request(&self, body: Bytes) -> Result<HttpRequest, Box<dyn Error>> {
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST")?;
        request.set_uri(self.target.url.as_str())?;
        request.headers_mut().try_insert("content-type", "application/x-ndjson")?;
        if let Some(key) = &self.target.key {
            request.headers_mut().try_insert("x-api-key", key.clone())?;
        }
        Ok(request)
    }

    async fn attempt(&self, body: Bytes) -> Attempt {
        let request = match self.request(body) {
            Ok(request) => request,
            Err(error) => return Attempt::Refused(error.to_string()),
        };
        let answer = match timeout(LONGEST_REQUEST, self.connector.call(request)).await {
            Err(_) => return Attempt::Lost("no answer".to_owned()),
            Ok(Err(error)) if never_left(&error) => return Attempt::Again(words(&error), None),
            Ok(Err(error)) => return Attempt::Lost(words(&error)),
            Ok(Ok(answer)) => answer,
        };
        let (status, asked) = (answer.status().as_u16(), retry_after(&answer));
        let body =
            ByteStream::new(answer.into_body()).collect().await.map(|body| body.into_bytes()).unwrap_or_default();
        if matches!(status, 200 | 204) {
            return Attempt::Done;
        }
        let quote: String = String::from_utf8_lossy(&body).trim().chars().take(LONGEST_QUOTE).collect();
        let why = format!("{status}: {quote}");
        match status {
            // `track` answers 503 also when a part was taken: the whole is sent again, at least once.
            429 | 500 | 502 | 503 | 504 => Attempt::Again(why, asked),
            // Some did not keep what the file asks of events.
            400 => taken(&body).map_or(Attempt::Refused(why.clone()), |taken| Attempt::Partly(taken, why)),
            _ => Attempt::Refused(why),
        }
    }
}

fn taken(answer: &[u8]) -> Option<u64> {
    serde_json::from_slice::<serde_json::Value>(answer).ok()?["accepted"].as_u64()
}

/// Between requests, to keep a rate; and behind one that was refused for now.
#[expect(clippy::disallowed_methods, reason = "the endpoint's pace is kept by who calls it")]
async fn rest(length: Duration) {
    tokio::time::sleep(length).await;
}

fn retry_after(answer: &HttpResponse) -> Option<Duration> {
    let seconds = answer.headers().get("retry-after")?.parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

/// There was no connection, so nothing of it arrived.
fn never_left(error: &(dyn Error + 'static)) -> bool {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    let mut hypers = causes.filter_map(|error| error.downcast_ref::<hyper_util::client::legacy::Error>());
    hypers.any(hyper_util::client::legacy::Error::is_connect)
}

/// With what lies behind it: hyper's own words say little.
fn words(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }
    text
}

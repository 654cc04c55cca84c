//! The Lambda function `track`: API Gateway or a function URL hands it the body of `POST /track`, it hands the events in it to Firehose.
//!
//! The promise is at least once: `204` means that Firehose accepted every event of the request. Any other answer means that some
//! were not accepted, and the client sends the whole request again; those that were accepted the first time arrive twice.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that fails may panic"))]

mod added;
mod answer;
mod body;
mod client;
mod columns;
mod connection;
mod contract;
mod deliver;
mod endpoint;
mod firehose;
mod fits;
mod headers;
mod inflate;
mod keys;
mod log;
mod pack;
mod readable;
mod rejection;
mod request;
mod settings;
mod sign;

use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use request::Front;
use std::time::SystemTime;
use tokio::time::Instant;

pub use added::Added;
pub use answer::Answer;
pub use client::{Client, firehose_client};
pub use columns::Columns;
pub use contract::Contract;
pub use deliver::{Failure, Stream};
pub use firehose::Firehose;
pub use log::{Level, Line, ended};
pub use pack::Record;
pub use readable::Tables;
pub use request::ProxyRequest;
pub use settings::{
    ADD_FIELDS, COLUMNS, CORS_ORIGINS, CRAWLED, DELIVERY_STREAM_NAME, Door, EVENTS_PATH, KEY_DIGESTS, REJECT,
    SHARE_RECORDS, Settings, SettingsError,
};

/// Serves invocations until Lambda ends the process.
///
/// # Errors
/// A missing environment variable (Lambda shows it as a failed initialisation), or a Runtime API that cannot be reached.
pub async fn run() -> Result<(), Error> {
    log::begin();
    let env = |name: &str| std::env::var(name).ok();
    let settings = Settings::read(env)?;
    let stream = Firehose::new(firehose_client(env)?, settings.stream.clone());
    stream.connect().await;
    let track = &Track::new(settings.door, settings.columns, stream)
        .adding(settings.added)
        .holding(settings.contract)
        .over(settings.tables);
    lambda_runtime::run(service_fn(|event| invoked(track, event))).await
}

async fn invoked<S: Stream>(track: &Track<S>, event: LambdaEvent<ProxyRequest>) -> Result<Answer, Error> {
    let deadline = instant(event.context.deadline());
    log::invoked(&event.context.request_id);
    let (answer, line) = track.handle(&event.payload, deadline).await;
    log::write(line);
    Ok(answer)
}

/// Lambda states the deadline as wall-clock time; waiting needs the monotonic clock.
fn instant(deadline: SystemTime) -> Instant {
    Instant::now() + deadline.duration_since(SystemTime::now()).unwrap_or_default()
}

/// The function's logic, over any [`Stream`].
#[derive(Debug)]
pub struct Track<S> {
    door: Door,
    columns: Option<Columns>,
    added: Option<Added>,
    contract: Option<Contract>,
    tables: Tables,
    stream: S,
}

impl<S: Stream> Track<S> {
    pub fn new(door: Door, columns: Option<Columns>, stream: S) -> Self {
        Self { door, columns, added: None, contract: None, tables: Tables::Declared, stream }
    }

    /// The same, that writes into each event what only it knows.
    #[must_use]
    pub fn adding(self, added: Option<Added>) -> Self {
        Self { added, ..self }
    }

    /// The same, that takes only what keeps the contract.
    #[must_use]
    pub fn holding(self, contract: Option<Contract>) -> Self {
        Self { contract, ..self }
    }

    /// The same, that takes only what tables of this kind can have.
    #[must_use]
    pub fn over(self, tables: Tables) -> Self {
        Self { tables, ..self }
    }

    /// Answers one request before `deadline`. With the answer comes a line for the log where there is something to tell; it never
    /// quotes an event or a key.
    pub async fn handle(&self, request: &ProxyRequest, deadline: Instant) -> (Answer, Option<Line>) {
        match &request.front {
            Front::RestApi => {
                let (answer, line) = self.answer(request, deadline).await;
                let answer = if request.method == "OPTIONS" { answer.with_preflight() } else { answer };
                (answer.with_cors(&self.door.origins, request.headers.origin.as_deref()), line)
            }
            Front::FunctionUrl { path, .. } if !self.door.is_at(path) => (Answer::not_found(), None),
            Front::FunctionUrl { query, .. } => match self.admitted(request, query) {
                Ok(()) => self.answer(request, deadline).await,
                Err(why) => (Answer::forbidden(), Some(Line::new(Level::Info, format!("rejected with 403: {why}")))),
            },
        }
    }

    /// Whether it has a key that lets it in, or else why not. A browser asks its OPTIONS without one.
    fn admitted(&self, request: &ProxyRequest, query: &str) -> Result<(), &'static str> {
        let Some(keys) = self.door.keys.as_ref().filter(|_| request.method != "OPTIONS") else { return Ok(()) };
        match keys::sent(request.headers.api_key.as_deref(), query) {
            Some(key) if keys.admit(&key) => Ok(()),
            Some(_) => Err("the API key is none of those that are enabled"),
            None => Err("the request has no API key"),
        }
    }

    async fn answer(&self, request: &ProxyRequest, deadline: Instant) -> (Answer, Option<Line>) {
        match request.method.as_str() {
            "POST" => self.accept(request, deadline).await,
            "OPTIONS" => (Answer::options(), None),
            _ => (Answer::method_not_allowed(), None),
        }
    }

    async fn accept(&self, request: &ProxyRequest, deadline: Instant) -> (Answer, Option<Line>) {
        let bytes = match request.body().and_then(inflate::inflated) {
            Ok(bytes) => bytes,
            Err(rejection) => return Answer::rejected(&rejection),
        };
        let stamp = self.added.as_ref().map(|added| added.stamp(request, Timestamp::now()));
        let mut events = match body::events(&bytes, stamp.as_ref(), self.tables) {
            Ok(events) => events,
            Err(rejection) => return Answer::rejected(&rejection),
        };
        let breaches = self.contract.as_ref().map(|contract| contract.enforce(&mut events)).unwrap_or_default();
        let records = pack::records(&events, self.columns.as_ref());
        match deliver::deliver(&self.stream, &deliver::Runtime, records, deadline).await {
            Ok(()) => Answer::taken(&breaches, events.len()),
            Err(undelivered) => Answer::undelivered(&undelivered),
        }
    }
}

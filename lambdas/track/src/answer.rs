//! What the client gets back.

use crate::contract::Breach;
use crate::deliver::{Failure, Undelivered};
use crate::log::{Level, Line};
use crate::rejection::Rejection;
use crate::settings::Origins;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;

/// How long a client should wait before it sends the same again, in seconds.
const RETRY_AFTER: &str = "1";
/// So many rejected events an answer names: more than a page's client sends at once.
const MOST_TOLD: usize = 1000;
/// What a page may send: the content type of JSON, and the API key.
const ALLOWED_HEADERS: &str = "Content-Type,Content-Encoding,X-Api-Key,X-Amz-Date,Authorization,X-Amz-Security-Token";

/// The answer to a request, in a form that both payload formats have.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    pub status_code: u16,
    pub headers: BTreeMap<&'static str, String>,
    pub body: String,
    is_base64_encoded: bool,
}

impl Answer {
    fn new(status_code: u16) -> Self {
        Self { status_code, headers: BTreeMap::new(), body: String::new(), is_base64_encoded: false }
    }

    /// In the shape of API Gateway's own errors, so that a client needs one way to read them.
    fn message(status_code: u16, message: &str) -> Self {
        let body = json!({ "message": message }).to_string();
        Self { body, ..Self::new(status_code) }.header("Content-Type", "application/json")
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.to_owned());
        self
    }

    pub(crate) fn accepted() -> Self {
        Self::new(204)
    }

    /// API Gateway answers OPTIONS itself, and Lambda those that ask for CORS; this is for what passes every method on.
    pub(crate) fn options() -> Self {
        Self::new(204)
    }

    /// What a page may send.
    pub(crate) fn with_preflight(self) -> Self {
        self.header("Access-Control-Allow-Methods", "OPTIONS,POST")
            .header("Access-Control-Allow-Headers", ALLOWED_HEADERS)
            .header("Access-Control-Max-Age", "7200")
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::message(405, "only POST is allowed").header("Allow", "OPTIONS, POST")
    }

    pub(crate) fn not_found() -> Self {
        Self::message(404, "Not Found")
    }

    /// As API Gateway says it, of a key that is missing and of one that is wrong.
    pub(crate) fn forbidden() -> Self {
        Self::message(403, "Forbidden")
    }

    /// The client is told, and nothing of ours is wrong.
    pub(crate) fn rejected(rejection: &Rejection) -> (Self, Option<Line>) {
        let status =
            if matches!(rejection, Rejection::TooLarge { .. } | Rejection::TooLargeInflated) { 413 } else { 400 };
        (
            Self::message(status, &rejection.to_string()),
            Some(Line::new(Level::Info, format!("rejected with {status}: {rejection}"))),
        )
    }

    /// What keeps the contract is delivered: one bad event of a page does not cost those that came in the same request, and a page that is
    /// left never hears of it. A `400` is not sent again by any client, so nothing comes twice.
    pub(crate) fn taken(breaches: &[(usize, Breach)], accepted: usize) -> (Self, Option<Line>) {
        let [(index, first), ..] = breaches else { return (Self::accepted(), None) };
        let all = accepted + breaches.len();
        let told = |why: &str| {
            format!("{} of {all} events rejected, {accepted} accepted; event {index}: {why}", breaches.len())
        };
        let rejected = breaches.iter().take(MOST_TOLD);
        let rejected: Vec<_> =
            rejected.map(|(index, breach)| json!({"event": index, "why": breach.to_string()})).collect();
        let message = told(&first.to_string());
        let body = json!({"message": message, "accepted": accepted, "rejected": rejected}).to_string();
        let answer = Self { body, ..Self::message(400, "") };
        (answer, Some(Line::new(Level::Info, format!("rejected with 400: {}", told(&first.unquoted())))))
    }

    /// `429` only where nothing was accepted: it tells a client that its request had no effect.
    pub(crate) fn undelivered(undelivered: &Undelivered) -> (Self, Option<Line>) {
        let Undelivered { accepted, failed, last } = undelivered;
        let (answer, level, code) = match last {
            Failure::Throttled(code) if *accepted == 0 => {
                (Self::later(429, "too many events at the moment, send the request again"), Level::Warn, code)
            }
            Failure::Throttled(code) | Failure::Unavailable(code) => {
                (Self::later(503, "not every event was accepted, send the request again"), Level::Warn, code)
            }
            // It goes on until somebody mends it.
            Failure::Refused(code) => {
                (Self::message(500, "the delivery stream does not accept events"), Level::Error, code)
            }
        };
        let line =
            format!("answered {}: {accepted} records accepted, {failed} failed, last with {code}", answer.status_code);
        (answer, Some(Line::new(level, line)))
    }

    fn later(status: u16, message: &str) -> Self {
        Self::message(status, message).header("Retry-After", RETRY_AFTER)
    }

    /// Every answer to a REST API carries these, errors too: without them a page cannot even see that its request failed. Lambda adds
    /// them to what a function URL answers, and a browser refuses an answer that has them twice.
    pub(crate) fn with_cors(self, origins: &Origins, origin: Option<&str>) -> Self {
        let answer = match origins.allow(origin) {
            Some("*") => self.header("Access-Control-Allow-Origin", "*"),
            // `sendBeacon` sends a JSON Blob with credentials, whatever the page wants.
            Some(allowed) => {
                self.header("Access-Control-Allow-Origin", allowed).header("Access-Control-Allow-Credentials", "true")
            }
            None => self,
        };
        // A page sees only a few headers of an answer, unless told otherwise.
        let retries = answer.headers.contains_key("Retry-After");
        let answer = if retries { answer.header("Access-Control-Expose-Headers", "Retry-After") } else { answer };
        // The answer depends on who asks, which a cache between has to know.
        if matches!(origins, Origins::Any) { answer } else { answer.header("Vary", "Origin") }
    }
}

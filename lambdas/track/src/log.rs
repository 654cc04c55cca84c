//! Lines for the log, as text or as JSON, whichever the function is configured to write.
//!
//! Lambda takes a line of JSON by its level only if it also has a time, and any other line for one of INFO, which it drops where
//! warnings are wanted. So everything that is written there goes through here: own lines, panics, and what the runtime has to tell.
//! `track` and `mover` have the same file: each is built from its own directory alone.

use jiff::Timestamp;
use serde::Serialize;
use std::fmt::{self, Write as _};
use std::panic;
use std::sync::{Mutex, PoisonError};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Metadata, Subscriber, span};

/// How much somebody has to care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// It is as it should be; a request that was refused, for instance.
    Info,
    /// It may become well by itself.
    Warn,
    /// It will not.
    Error,
}

/// A line for the log, without what says when and of which invocation it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub level: Level,
    pub message: String,
}

impl Line {
    pub(crate) fn new(level: Level, message: impl Into<String>) -> Self {
        Self { level, message: message.into() }
    }
}

/// A line as it stands in a log of JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    timestamp: String,
    level: Level,
    message: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    request_id: &'a str,
}

/// The invocation that runs; empty before the first one.
static REQUEST_ID: Mutex<String> = Mutex::new(String::new());

fn is_json() -> bool {
    std::env::var_os("AWS_LAMBDA_LOG_FORMAT").is_some_and(|format| format == "JSON")
}

/// Has panics and the runtime's own troubles told in the log's form. As text, they are already.
pub(crate) fn begin() {
    if is_json() {
        panic::set_hook(Box::new(|panic| eprintln!("{}", json(Level::Error, &panic.to_string()))));
        // There is one already where a test has set it.
        drop(tracing::subscriber::set_global_default(Runtime));
    }
}

/// What follows is of this invocation.
pub(crate) fn invoked(request_id: &str) {
    request_id.clone_into(&mut REQUEST_ID.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Writes lines of the invocation.
pub(crate) fn write(lines: impl IntoIterator<Item = Line>) {
    for Line { level, message } in lines {
        if is_json() {
            println!("{}", json(level, &message));
        } else {
            println!("{} {message}", request_id());
        }
    }
}

/// A panic may come while it is being written.
fn request_id() -> String {
    REQUEST_ID.try_lock().map(|id| id.clone()).unwrap_or_default()
}

/// Tells in words why the function ended: an error that `main` returns would stand in the log as Rust's `Debug` writes it.
pub fn ended(error: &impl fmt::Display) {
    if is_json() {
        eprintln!("{}", json(Level::Error, &error.to_string()));
    } else {
        eprintln!("{error}");
    }
}

fn json(level: Level, message: &str) -> String {
    let request_id = request_id();
    let timestamp = format!("{:.3}", Timestamp::now());
    let written = Written { timestamp, level, message, request_id: &request_id };
    serde_json::to_string(&written).unwrap_or_default()
}

/// Takes the warnings and errors of `lambda_runtime`. It prints them by itself if nobody does, as text.
struct Runtime;

impl Subscriber for Runtime {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // An error that the function answers with has a line of its own.
        metadata.is_event() && !metadata.target().ends_with("::panic")
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        let level = if *metadata.level() == tracing::Level::ERROR { Level::Error } else { Level::Warn };
        let mut text = Text(metadata.target().to_owned());
        event.record(&mut text);
        eprintln!("{}", json(level, &text.0));
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// Target, message and fields of an event.
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a text cannot fail.
        let _ = match field.name() {
            "message" => write!(self.0, ": {value:?}"),
            name => write!(self.0, ", {name}: {value:?}"),
        };
    }
}

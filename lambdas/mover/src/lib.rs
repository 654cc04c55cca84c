//! The Lambda function `mover`: S3 tells it of each file that Firehose wrote, it moves the file to where Athena finds its partition.
//!
//! S3 may tell of a file twice, and Lambda calls again after a failure: the same event any number of times ends with each file in its
//! partition, once. An event that fails three times is lost, and so is one of a bucket that may not call: a schedule has what was left
//! swept up ([`Sweep`]).

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that fails may panic"))]

mod client;
mod event;
mod files;
mod log;
mod partition;
mod s3;
mod settings;
mod sweep;

use event::{File, Undecodable};
use files::move_file;
use futures::stream::{StreamExt, iter};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use serde::Deserialize;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::timeout;

pub use client::s3_client;
pub use event::Event;
pub use files::{Failure, Files, Listed, Moved};
pub use log::{Level, Line, ended};
pub use s3::S3;
pub use settings::{PARTITIONED_PREFIX, RAW_PREFIX, Settings, SettingsError};
pub use sweep::{Sweep, Swept};

/// Files moved at the same time.
pub const AT_ONCE: usize = 16;

/// Serves invocations until Lambda ends the process.
///
/// # Errors
/// An environment that the function cannot work in (Lambda shows it as a failed initialisation), or a Runtime API that cannot be
/// reached.
pub async fn run() -> Result<(), Error> {
    log::begin();
    let env = |name: &str| std::env::var(name).ok();
    let mover = &Mover::new(Settings::read(env)?, S3::new(s3_client(env)?));
    // Boxed because the compiler cannot lay out the SDK's future inside that of the runtime: it nests too deep.
    lambda_runtime::run(service_fn(|event| Box::pin(invoked(mover, event)))).await
}

/// What it is called with.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Invocation {
    /// By the schedule, or by `pipectl run mover`.
    Sweep { sweep: Sweep },
    /// By S3.
    Event(Event),
}

/// A sweep ends with what it has done; nobody waits for the answer to an event.
async fn invoked<F: Files>(mover: &Mover<F>, event: LambdaEvent<Invocation>) -> Result<Option<Swept>, Diagnostic> {
    let deadline = event.context.deadline;
    log::invoked(&event.context.request_id);
    let Ok((lines, result)) = timeout(time_left(deadline), mover.serve(&event.payload, deadline)).await else {
        let error_message = "S3 did not answer in the function's time: the same is tried again".to_owned();
        log::write([Line::new(Level::Error, error_message.as_str())]);
        return Err(Diagnostic { error_type: "OutOfTime".to_owned(), error_message });
    };
    log::write(lines);
    // Left to the runtime, the type of the error would be the one of the box that it travels in.
    result.map_err(|error| Diagnostic { error_type: "NotMoved".to_owned(), error_message: error.to_string() })
}

/// Until shortly before Lambda ends the function, so that what it waited for is still told. `deadline` is in milliseconds since 1970.
fn time_left(deadline: u64) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Duration::from_millis(deadline).saturating_sub(now).saturating_sub(Duration::from_millis(500))
}

/// Some files of an event were not moved. Lambda sees a failed invocation and calls again, with all of them.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{failed} of {all} files were not moved; the first: {first}")]
pub struct NotMoved {
    pub failed: usize,
    pub all: usize,
    /// The key and why.
    pub first: String,
}

/// The function's logic, over any [`Files`].
#[derive(Debug)]
pub struct Mover<F> {
    settings: Settings,
    files: F,
}

impl<F: Files> Mover<F> {
    pub fn new(settings: Settings, files: F) -> Self {
        Self { settings, files }
    }

    async fn serve(&self, called: &Invocation, deadline: u64) -> (Vec<Line>, Result<Option<Swept>, NotMoved>) {
        match called {
            Invocation::Event(event) => {
                let (lines, result) = self.handle(event).await;
                (lines, result.map(|()| None))
            }
            Invocation::Sweep { sweep } => {
                let (lines, result) = self.sweep(sweep, sweep::until(deadline)).await;
                (lines, result.map(Some))
            }
        }
    }

    /// Moves every file of an event; one that fails does not keep the others from being moved. With the result come lines for the log
    /// where there is something to tell.
    pub async fn handle(&self, event: &Event) -> (Vec<Line>, Result<(), NotMoved>) {
        let files = event.files();
        let mut tally = Tally::default();
        self.move_all(files, &mut tally).await;
        let (lines, result) = tally.end();
        (lines, result.map(drop))
    }

    async fn move_all(&self, files: Vec<Result<File, Undecodable>>, tally: &mut Tally) {
        let moves = files.into_iter().map(|file| self.move_one(file));
        let results: Vec<_> = iter(moves).buffered(AT_ONCE).collect().await;
        for (key, result) in results {
            tally.add(&key, result, &self.settings.raw);
        }
    }

    async fn move_one(&self, file: Result<File, Undecodable>) -> (String, Result<Moved, Failure>) {
        match file {
            Ok(file) => {
                let result = move_file(&self.settings, &self.files, &file).await;
                (file.key, result)
            }
            Err(Undecodable(key)) => (key, Err(Failure::KeyNotUtf8)),
        }
    }
}

/// What became of the files of an invocation.
#[derive(Debug, Default)]
struct Tally {
    all: usize,
    moved: usize,
    lines: Vec<Line>,
    failures: Vec<String>,
}

impl Tally {
    fn add(&mut self, key: &str, result: Result<Moved, Failure>, raw: &str) {
        self.all += 1;
        match result {
            Ok(Moved::Now) => self.moved += 1,
            Ok(Moved::Before) => self.tell(Level::Info, format!("`{key}` is gone: it was moved before")),
            Ok(Moved::NotOurs) => self.tell(Level::Warn, format!("`{key}` is left: it is not below `{raw}`")),
            Err(failure) => self.failures.push(format!("`{key}`: {failure}")),
        }
    }

    fn tell(&mut self, level: Level, message: String) {
        self.lines.push(Line::new(level, message));
    }

    /// Lines for the log, and how many were moved.
    fn end(self) -> (Vec<Line>, Result<usize, NotMoved>) {
        let Self { all, moved, mut lines, failures } = self;
        lines.extend(failures.iter().map(|failure| Line::new(Level::Error, format!("not moved: {failure}"))));
        let failed = failures.len();
        (lines, failures.into_iter().next().map_or(Ok(moved), |first| Err(NotMoved { failed, all, first })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_runtime::Context;

    /// A bucket that lets nobody in.
    struct Forbidden;

    impl Files for Forbidden {
        async fn list(&self, _: &str, _: &str, _: Option<String>) -> Result<Listed, Failure> {
            Err(Failure::Refused { operation: "ListObjectsV2", reason: "AccessDenied".to_owned() })
        }

        async fn copy(&self, _: &str, _: &str, _: &str) -> Result<bool, Failure> {
            Err(Failure::Refused { operation: "CopyObject", reason: "AccessDenied".to_owned() })
        }

        async fn delete(&self, _: &str, _: &str) -> Result<(), Failure> {
            panic!("nothing was copied")
        }
    }

    /// A bucket that takes a connection and says nothing.
    struct Silent;

    impl Files for Silent {
        async fn list(&self, _: &str, _: &str, _: Option<String>) -> Result<Listed, Failure> {
            std::future::pending().await
        }

        async fn copy(&self, _: &str, _: &str, _: &str) -> Result<bool, Failure> {
            std::future::pending().await
        }

        async fn delete(&self, _: &str, _: &str) -> Result<(), Failure> {
            std::future::pending().await
        }
    }

    fn one_file() -> serde_json::Value {
        let record = serde_json::json!({ "eventTime": "2026-11-23T20:00:12.345Z",
            "s3": { "bucket": { "name": "b" }, "object": { "key": "raw/x.gz" } } });
        serde_json::json!({ "Records": [record] })
    }

    fn order() -> serde_json::Value {
        serde_json::json!({ "sweep": { "bucket": "b" } })
    }

    /// How an invocation fails that has this long to end.
    async fn failure(files: impl Files, called: serde_json::Value, time: Duration) -> Diagnostic {
        let mut context = Context::default();
        let end = SystemTime::now() + time;
        context.deadline = u64::try_from(end.duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
        let mover = Mover::new(settings::tests::settings("raw/", "partitioned/").unwrap(), files);
        invoked(&mover, LambdaEvent::new(serde_json::from_value(called).unwrap(), context)).await.unwrap_err()
    }

    #[tokio::test]
    async fn silence_is_told_before_lambda_ends_the_function() {
        // A sweep begins nothing in the last seconds.
        for (called, seconds) in [(one_file(), 1), (order(), 6)] {
            let (time, began) = (Duration::from_secs(seconds), SystemTime::now());
            let failed = failure(Silent, called, time).await;
            assert!(began.elapsed().unwrap() < time);
            assert_eq!(failed.error_message, "S3 did not answer in the function's time: the same is tried again");
        }
    }

    #[tokio::test]
    async fn what_is_not_moved_fails_the_invocation_so_that_lambda_calls_again() {
        for (called, first) in [
            (one_file(), "`raw/x.gz`: CopyObject failed: AccessDenied"),
            (order(), "`raw/`: ListObjectsV2 failed: AccessDenied"),
        ] {
            let failed = failure(Forbidden, called, Duration::from_secs(30)).await;
            assert_eq!(failed.error_type, "NotMoved");
            assert_eq!(failed.error_message, format!("1 of 1 files were not moved; the first: {first}"));
        }
    }
}

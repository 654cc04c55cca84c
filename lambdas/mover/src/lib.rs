//! The Lambda function `mover`: S3 tells it of each file that Firehose wrote, it moves the file to where Athena finds its partition.
//!
//! S3 may tell of a file twice, and Lambda calls again after a failure: the same event any number of times ends with each file in its
//! partition, once.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that fails may panic"))]

mod client;
mod event;
mod files;
mod partition;
mod s3;
mod settings;

use event::{File, Undecodable};
use files::move_file;
use futures::stream::{StreamExt, iter};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::timeout;

pub use client::s3_client;
pub use event::Event;
pub use files::{Failure, Files, Moved};
pub use s3::S3;
pub use settings::{PARTITIONED_PREFIX, RAW_PREFIX, Settings, SettingsError};

/// Files moved at the same time.
pub const AT_ONCE: usize = 16;

/// Serves invocations until Lambda ends the process.
///
/// # Errors
/// An environment that the function cannot work in (Lambda shows it as a failed initialisation), or a Runtime API that cannot be
/// reached.
pub async fn run() -> Result<(), Error> {
    let env = |name: &str| std::env::var(name).ok();
    let mover = &Mover::new(Settings::read(env)?, S3::new(s3_client(env)?));
    // Boxed because the compiler cannot lay out the SDK's future inside that of the runtime: it nests too deep.
    lambda_runtime::run(service_fn(|event| Box::pin(invoked(mover, event)))).await
}

async fn invoked<F: Files>(mover: &Mover<F>, event: LambdaEvent<Event>) -> Result<(), Diagnostic> {
    let Ok((lines, result)) = timeout(time_left(event.context.deadline), mover.handle(&event.payload)).await else {
        let files = event.payload.files().len();
        let error_message = format!("S3 did not answer in the function's time: {files} files are tried again");
        return Err(Diagnostic { error_type: "OutOfTime".to_owned(), error_message });
    };
    for line in lines {
        println!("{} {line}", event.context.request_id);
    }
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

    /// Moves every file of an event; one that fails does not keep the others from being moved. With the result come lines for the log
    /// where there is something to tell.
    pub async fn handle(&self, event: &Event) -> (Vec<String>, Result<(), NotMoved>) {
        let files = event.files();
        let all = files.len();
        let moves = files.into_iter().map(|file| self.move_one(file));
        let results: Vec<_> = iter(moves).buffered(AT_ONCE).collect().await;
        let (mut lines, mut failures) = (Vec::new(), Vec::new());
        for (key, result) in results {
            match result {
                Ok(Moved::Now) => {}
                Ok(Moved::Before) => lines.push(format!("`{key}` is gone: it was moved before")),
                Ok(Moved::NotOurs) => lines.push(format!("`{key}` is left: it is not below `{}`", self.settings.raw)),
                Err(failure) => failures.push(format!("`{key}`: {failure}")),
            }
        }
        lines.extend(failures.iter().map(|failure| format!("not moved: {failure}")));
        let failed = failures.len();
        (lines, failures.into_iter().next().map_or(Ok(()), |first| Err(NotMoved { failed, all, first })))
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

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_runtime::Context;

    /// A bucket that lets nobody in.
    struct Forbidden;

    impl Files for Forbidden {
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
        async fn copy(&self, _: &str, _: &str, _: &str) -> Result<bool, Failure> {
            std::future::pending().await
        }

        async fn delete(&self, _: &str, _: &str) -> Result<(), Failure> {
            std::future::pending().await
        }
    }

    /// An invocation with one file, and this long to end.
    fn one_file(time: Duration) -> LambdaEvent<Event> {
        let record = serde_json::json!({ "eventTime": "2026-11-23T20:00:12.345Z",
            "s3": { "bucket": { "name": "b" }, "object": { "key": "raw/x.gz" } } });
        let mut context = Context::default();
        let end = SystemTime::now() + time;
        context.deadline = u64::try_from(end.duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
        LambdaEvent::new(serde_json::from_value(serde_json::json!({ "Records": [record] })).unwrap(), context)
    }

    #[tokio::test]
    async fn silence_is_told_before_lambda_ends_the_function() {
        let mover = Mover::new(settings::tests::settings("raw/", "partitioned/").unwrap(), Silent);
        let began = SystemTime::now();
        let failed = invoked(&mover, one_file(Duration::from_secs(1))).await.unwrap_err();
        assert!(began.elapsed().unwrap() < Duration::from_secs(1));
        assert_eq!(failed.error_message, "S3 did not answer in the function's time: 1 files are tried again");
    }

    #[tokio::test]
    async fn what_is_not_moved_fails_the_invocation_so_that_lambda_calls_again() {
        let mover = Mover::new(settings::tests::settings("raw/", "partitioned/").unwrap(), Forbidden);
        let failed = invoked(&mover, one_file(Duration::from_secs(30))).await.unwrap_err();
        assert_eq!(failed.error_type, "NotMoved");
        let message = "1 of 1 files were not moved; the first: `raw/x.gz`: CopyObject failed: AccessDenied";
        assert_eq!(failed.error_message, message);
    }
}

//! The Lambda function `mover`: S3 tells it of each file that Firehose wrote, it moves the file to where Athena
//! finds its partition.
//!
//! S3 may tell of a file twice, and Lambda calls again after a failure, so that moving is done in an order in
//! which every step can be repeated: copy, then delete. A file that is gone was moved before.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that fails may panic"))]

mod client;
mod event;
mod partition;
mod settings;

use futures::stream::{StreamExt, iter};
use lambda_runtime::{Error, LambdaEvent, service_fn};

pub use client::{Files, Moved, S3, s3_client};
pub use event::{Event, File};
pub use partition::destination;
pub use settings::{PARTITIONED_PREFIX, RAW_PREFIX, Settings, SettingsError};

/// Files moved at the same time.
const AT_ONCE: usize = 16;

/// Serves invocations until Lambda ends the process.
///
/// # Errors
/// A missing environment variable (Lambda shows it as a failed initialisation), or a Runtime API that cannot be reached.
pub async fn run() -> Result<(), Error> {
    let env = |name: &str| std::env::var(name).ok();
    let settings = &Settings::read(env)?;
    let files = &S3::new(s3_client(env)?);
    // Boxed because the compiler cannot lay out the SDK's future inside that of the runtime: it nests too deep.
    lambda_runtime::run(service_fn(|event: LambdaEvent<Event>| {
        Box::pin(async move { handle(settings, files, &event.payload).await.map_err(Error::from) })
    }))
    .await
}

/// Some files of an event could not be moved. Lambda sees a failure and calls again, with all of them.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{failed} of {all} files were not moved; the first: {first}")]
pub struct NotMoved {
    pub failed: usize,
    pub all: usize,
    pub first: String,
}

/// Moves every file of an event. One that fails does not keep the others from being moved.
///
/// # Errors
/// If any of them could not be moved.
pub async fn handle(settings: &Settings, files: &impl Files, event: &Event) -> Result<(), NotMoved> {
    let all: Vec<File> = event.files().collect();
    let moves = all.iter().map(|file| async move { (file, move_one(settings, files, file).await) });
    let results: Vec<_> = iter(moves).buffer_unordered(AT_ONCE).collect().await;
    let mut failures = vec![];
    for (file, result) in results {
        match result {
            Ok(Moved::Now) => {}
            Ok(Moved::Before) => println!("{} is gone: it was moved before", file.key),
            Err(message) => {
                println!("{} was not moved: {message}", file.key);
                failures.push(format!("{}: {message}", file.key));
            }
        }
    }
    match failures.first() {
        None => Ok(()),
        Some(first) => Err(NotMoved { failed: failures.len(), all: all.len(), first: first.clone() }),
    }
}

async fn move_one(settings: &Settings, files: &impl Files, file: &File) -> Result<Moved, String> {
    // What is not below the prefix is not ours to move: our own copies would come back for ever.
    let Some(key) = destination(settings, file) else { return Ok(Moved::Now) };
    match files.copy(&file.bucket, &file.key, &key).await? {
        Moved::Before => Ok(Moved::Before),
        Moved::Now => files.delete(&file.bucket, &file.key).await.map(|()| Moved::Now),
    }
}

//! Moving one file: copy, then delete.

use crate::event::{File, Undecodable};
use crate::partition::destination;
use crate::settings::Settings;
use std::future::Future;

/// The largest object that `CopyObject` takes; a larger one needs a multipart copy. In bytes: 5 GiB. Firehose's files hold at most
/// 128 MB of what it received, so that such a file is not Firehose's.
const LARGEST: u64 = 5 * 1024 * 1024 * 1024;

/// What has become of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    Now,
    /// It was no longer there.
    Before,
    /// It is not below the raw prefix.
    NotOurs,
}

/// Why a file could not be moved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("its key is not UTF-8")]
    KeyNotUtf8,
    #[error("neither its key nor its event has a date")]
    NoDate,
    #[error("its {0} bytes are more than the {LARGEST} that S3 copies at once; Firehose writes no such file")]
    TooLarge(u64),
    #[error("{operation} failed: {reason}")]
    Refused { operation: &'static str, reason: String },
}

/// A page of a list of files, in the order of their keys.
#[derive(Debug)]
pub struct Listed {
    pub(crate) files: Vec<Result<File, Undecodable>>,
    /// Where the next page begins, if there is one.
    pub(crate) next: Option<String>,
}

/// What of S3 it takes.
pub trait Files: Sync {
    /// What lies below a prefix.
    fn list(
        &self,
        bucket: &str,
        prefix: &str,
        from: Option<String>,
    ) -> impl Future<Output = Result<Listed, Failure>> + Send;
    /// Copies within a bucket; `false` if there is nothing to copy.
    fn copy(&self, bucket: &str, from: &str, to: &str) -> impl Future<Output = Result<bool, Failure>> + Send;
    /// Deletes; what is not there is deleted.
    fn delete(&self, bucket: &str, key: &str) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Every step can be repeated, and the source goes last: whenever this is cut off, doing it again ends with the file in its partition,
/// once. A source that is gone was moved before.
pub(crate) async fn move_file(settings: &Settings, files: &impl Files, file: &File) -> Result<Moved, Failure> {
    let Some(path) = settings.below_raw(&file.key) else { return Ok(Moved::NotOurs) };
    if file.size > LARGEST {
        return Err(Failure::TooLarge(file.size));
    }
    let to = destination(&settings.partitioned, path, &file.time).ok_or(Failure::NoDate)?;
    if !files.copy(&file.bucket, &file.key, &to).await? {
        return Ok(Moved::Before);
    }
    files.delete(&file.bucket, &file.key).await?;
    Ok(Moved::Now)
}

//! The real files.

use crate::event::{File, Undecodable, decode};
use crate::files::{Failure, Files, Listed};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_sdk_s3::types::{EncodingType, Object};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// In `x-amz-copy-source`, everything but what a URL's path may hold is encoded. S3 takes a `+` there for a blank.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Files in S3.
#[derive(Debug)]
pub struct S3(Client);

impl S3 {
    pub fn new(client: Client) -> Self {
        Self(client)
    }
}

impl Files for S3 {
    /// Keys come encoded as in an event: a key may hold what XML cannot.
    async fn list(&self, bucket: &str, prefix: &str, from: Option<String>) -> Result<Listed, Failure> {
        let request = self.0.list_objects_v2().bucket(bucket).prefix(prefix).encoding_type(EncodingType::Url);
        let page =
            request.set_continuation_token(from).send().await.map_err(|error| failure("ListObjectsV2", &error))?;
        let files = page.contents.unwrap_or_default().into_iter().map(|object| file(bucket, object)).collect();
        Ok(Listed { files, next: page.next_continuation_token })
    }

    /// On the server's side: no byte comes through the function.
    ///
    /// Where the caller may not list the bucket, S3 answers 403 for a key that is not there. The role may, so that 404 tells a file
    /// that was moved before from one that the function must not read.
    async fn copy(&self, bucket: &str, from: &str, to: &str) -> Result<bool, Failure> {
        let source = format!("{bucket}/{}", utf8_percent_encode(from, PATH));
        match self.0.copy_object().bucket(bucket).key(to).copy_source(source).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("NoSuchKey") => Ok(false),
            Err(error) => Err(failure("CopyObject", &error)),
        }
    }

    async fn delete(&self, bucket: &str, key: &str) -> Result<(), Failure> {
        let deleted = self.0.delete_object().bucket(bucket).key(key).send().await;
        deleted.map(|_| ()).map_err(|error| failure("DeleteObject", &error))
    }
}

fn file(bucket: &str, object: Object) -> Result<File, Undecodable> {
    let written = object.last_modified.unwrap_or(DateTime::from_secs(0));
    let encoded = object.key.unwrap_or_default();
    let Some(key) = decode(&encoded) else { return Err(Undecodable(encoded)) };
    let size = object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
    Ok(File { bucket: bucket.to_owned(), key, size, time: written.fmt(DateTimeFormat::DateTime).unwrap_or_default() })
}

fn failure<E: ProvideErrorMetadata>(operation: &'static str, error: &SdkError<E>) -> Failure {
    let code = error.code().unwrap_or(match error {
        SdkError::TimeoutError(_) => "Timeout",
        SdkError::DispatchFailure(_) => "ConnectionFailure",
        SdkError::ConstructionFailure(_) => "InvalidRequest",
        _ => "UnknownError",
    });
    let reason = match error.message() {
        Some(message) => format!("{code}: {message}"),
        None => code.to_owned(),
    };
    Failure::Refused { operation, reason }
}

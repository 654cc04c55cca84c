//! The lock of a pipeline: one object in its bucket, written by S3's conditional writes.
//!
//! S3 is strongly consistent, and takes a write on the condition that the object is still the one with a known ETag
//! (`If-Match`), or that there is none (`If-None-Match: *`): of two writers one is told 412. The object stays between
//! two runs. Each write is another text, and so another ETag, since it names the run.

mod entry;
mod holder;

pub(crate) use holder::holder;

use super::bucket::{Bucket, LOCK};
use crate::aws::{Aws, Class, Dates, Error, Expect as _, Patience, Pause, Result, call, read};
use crate::engine::lock::{Entry, Holder, Reading, Register, Written};
use aws_sdk_s3::primitives::ByteStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// The lock in a bucket, which may not be there yet.
#[derive(Debug)]
pub(crate) struct BucketLock<'a> {
    aws: &'a Aws,
    bucket: Bucket,
    /// Of the bucket in the blueprint.
    name: &'static str,
    began: Instant,
    /// The bucket is new, and some parts of S3 may not know it yet.
    new: AtomicBool,
}

impl<'a> BucketLock<'a> {
    /// In the pipeline's bucket, as the file asks for it.
    pub(crate) fn new(aws: &'a Aws, bucket: Bucket, name: &'static str) -> Self {
        Self { aws, bucket, name, began: Instant::now(), new: AtomicBool::new(false) }
    }

    /// `s3://bucket/_pipectl/lock`
    pub(crate) fn uri(&self) -> String {
        format!("s3://{}/{LOCK}", self.bucket.bucket)
    }

    fn explain(&self, error: Error) -> Error {
        match error.class() {
            Class::Denied => error.with_hint(format!(
                "allow s3:GetObject and s3:PutObject on `{}`, the lock that keeps two runs from working at once; where \
                 they are allowed, the bucket `{}` is another account's",
                self.uri(),
                self.bucket.bucket
            )),
            _ => error,
        }
    }

    fn send(
        &self,
        text: &str,
        etag: Option<&str>,
    ) -> aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder {
        let put = self.aws.s3.put_object().bucket(&self.bucket.bucket).key(LOCK).content_type("application/json");
        let put = put.body(ByteStream::from(text.as_bytes().to_vec()));
        match etag {
            Some(etag) => put.if_match(etag),
            None => put.if_none_match("*"),
        }
    }
}

impl Register for BucketLock<'_> {
    /// The ETag.
    type Version = String;
    type Error = Error;

    async fn read(&self) -> Result<Reading<String>> {
        let dates = Dates::default();
        let found = read("s3:GetObject", || {
            let get = self.aws.s3.get_object().bucket(&self.bucket.bucket).key(LOCK);
            get.customize().interceptor(dates.clone()).send()
        });
        let found = found.await.absent().map_err(|error| self.explain(error))?;
        let now = dates.told().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs());
        let Some(found) = found else { return Ok(Reading { found: None, now }) };
        let etag = found.e_tag().unwrap_or_default().to_owned();
        let body = found.body.collect().await;
        let body = body.map_err(|error| Error::new("s3:GetObject", "IncompleteBody", &error.to_string()))?;
        let entry = entry::from_json(&body.into_bytes()).ok_or_else(|| {
            let message = format!("`{}` is not a lock that this release of pipectl knows", self.uri());
            Error::new("s3:GetObject", "UnknownLock", &message)
                .with_hint("use the newer release; if the object is nobody's, delete it")
        })?;
        Ok(Reading { found: Some((entry, etag)), now })
    }

    async fn write(&self, entry: &Entry, etag: Option<&String>) -> Result<Written<String>> {
        let text = entry::to_json(entry);
        let patience = if self.new.load(Ordering::Relaxed) { Patience::NEW_BUCKET } else { Patience::USUAL };
        let sent = call("s3:PutObject", patience, || self.send(&text, etag.map(String::as_str)).send()).await;
        match sent {
            Ok(put) => Ok(Written::Done(put.e_tag().unwrap_or_default().to_owned())),
            Err(error) => match error.class() {
                Class::Outdated => Ok(Written::Stale),
                // Of an object that should be there, or of the bucket.
                Class::Absent if etag.is_some() => Ok(Written::Stale),
                Class::Absent => Ok(Written::Nowhere),
                _ => Err(self.explain(error)),
            },
        }
    }

    async fn prepare(&self) -> Result<()> {
        self.bucket.prepare(self.aws, self.name).await?;
        self.new.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn clock(&self) -> Duration {
        self.began.elapsed()
    }

    async fn pause(&self, time: Duration) {
        Pause::steady(time).pass().await;
    }

    fn is_gone(&self, holder: &Holder) -> bool {
        holder::is_gone(holder)
    }
}

//! The lock of a pipeline: one object in its bucket, written by S3's conditional writes. While the bucket gets another
//! name there are two.
//!
//! S3 is strongly consistent, and takes a write on the condition that the object is still the one with a known ETag
//! (`If-Match`), or that there is none (`If-None-Match: *`): of two writers one is told 412. The object stays between
//! two runs. Each write is another text, and so another ETag, since it names the run.

mod holder;

pub(crate) use holder::holder;

use super::bucket::{Bucket, LOCK, lock_entry};
use crate::aws::{Aws, Class, Dates, Error, Expect as _, Patience, Pause, Result, call, read};
use crate::engine::lock::{Entry, Holder, Reading, Registers, Written};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ServerSideEncryption;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// From when on time is counted here, whichever locks are asked: a look may have been taken with others.
static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The locks in the buckets of a pipeline. The one that the file asks for may not be there yet.
#[derive(Debug)]
pub(crate) struct BucketLocks<'a> {
    aws: &'a Aws,
    /// As the file asks for it.
    bucket: Bucket,
    /// Of the bucket in the blueprint.
    name: &'static str,
    /// With S3's own keys, whatever the bucket's: one that cannot be used is found and mended under the lock.
    plain: bool,
    /// The bucket is new, and some parts of S3 may not know it yet.
    new: AtomicBool,
}

/// `s3://bucket/_pipectl/lock`
pub(crate) fn uri(bucket: &str) -> String {
    format!("s3://{bucket}/{LOCK}")
}

impl<'a> BucketLocks<'a> {
    pub(crate) fn new(aws: &'a Aws, bucket: Bucket, name: &'static str) -> Self {
        Self { aws, bucket, name, plain: false, new: AtomicBool::new(false) }
    }

    /// In a bucket whose key is the pipeline's own.
    pub(crate) fn with_keys_of_s3(self, plain: bool) -> Self {
        Self { plain, ..self }
    }

    /// The bucket that the file asks for.
    pub(crate) fn place(&self) -> &str {
        &self.bucket.bucket
    }

    /// All buckets in which the lock may lie: the file's, and those of ours that the Tagging API lists.
    pub(crate) async fn places(&self) -> Result<Vec<String>> {
        let mut all = vec![self.place().to_owned()];
        for bucket in self.aws.tagged(&self.aws.names.s3_arn("")).await? {
            if bucket != self.place() && Bucket::is_ours(self.aws, &bucket).await? {
                all.push(bucket);
            }
        }
        Ok(all)
    }

    fn explain(error: Error, bucket: &str) -> Error {
        match error.class() {
            Class::Denied => error.with_hint(format!(
                "allow s3:GetObject and s3:PutObject on `{}`, the lock that keeps two runs from working at once; where \
                 they are allowed, the bucket `{bucket}` is another account's",
                uri(bucket)
            )),
            _ => error,
        }
    }

    fn send(
        &self,
        bucket: &str,
        text: &str,
        etag: Option<&str>,
    ) -> aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder {
        let put = self.aws.s3.put_object().bucket(bucket).key(LOCK).content_type("application/json");
        let put = put.set_server_side_encryption(self.plain.then_some(ServerSideEncryption::Aes256));
        let put = put.body(ByteStream::from(text.as_bytes().to_vec()));
        match etag {
            Some(etag) => put.if_match(etag),
            None => put.if_none_match("*"),
        }
    }
}

impl Registers for BucketLocks<'_> {
    /// The ETag.
    type Version = String;
    type Error = Error;

    async fn read(&self, bucket: &str) -> Result<Reading<String>> {
        let dates = Dates::default();
        let found = read("s3:GetObject", || {
            let get = self.aws.s3.get_object().bucket(bucket).key(LOCK);
            get.customize().interceptor(dates.clone()).send()
        });
        let found = found.await.absent().map_err(|error| Self::explain(error, bucket))?;
        let now = dates.told().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs());
        let Some(found) = found else { return Ok(Reading { found: None, now }) };
        let etag = found.e_tag().unwrap_or_default().to_owned();
        let body = found.body.collect().await;
        let body = body.map_err(|error| Error::new("s3:GetObject", "IncompleteBody", &error.to_string()))?;
        let entry = lock_entry::from_json(&body.into_bytes()).ok_or_else(|| {
            let message = format!("`{}` is not a lock that this release of pipectl knows", uri(bucket));
            Error::new("s3:GetObject", "UnknownLock", &message)
                .with_hint("use the newer release; if the object is nobody's, delete it")
        })?;
        Ok(Reading { found: Some((entry, etag)), now })
    }

    async fn write(&self, bucket: &str, entry: &Entry, etag: Option<&String>) -> Result<Written<String>> {
        let text = lock_entry::to_json(entry);
        let new = bucket == self.place() && self.new.load(Ordering::Relaxed);
        let patience = if new { Patience::NEW_BUCKET } else { Patience::USUAL };
        let sent = call("s3:PutObject", patience, || self.send(bucket, &text, etag.map(String::as_str)).send()).await;
        match sent {
            Ok(put) => Ok(Written::Done(put.e_tag().unwrap_or_default().to_owned())),
            Err(error) => match error.class() {
                Class::Outdated => Ok(Written::Stale),
                // Of an object that should be there, or of the bucket.
                Class::Absent if etag.is_some() => Ok(Written::Stale),
                Class::Absent => Ok(Written::Nowhere),
                _ => Err(Self::explain(error, bucket)),
            },
        }
    }

    async fn prepare(&self, bucket: &str) -> Result<()> {
        let bare = Bucket { bucket: bucket.to_owned(), ..self.bucket.clone() };
        bare.prepare(self.aws, self.name).await?;
        self.new.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn clock(&self) -> Duration {
        BEGAN.elapsed()
    }

    async fn pause(&self, time: Duration) {
        Pause::steady(time).pass().await;
    }

    fn is_gone(&self, holder: &Holder) -> bool {
        holder::is_gone(holder)
    }
}

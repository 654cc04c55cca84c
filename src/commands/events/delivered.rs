//! Events as they come into the bucket. AWS shows a stream's records to nobody; what it has delivered it lists.

use super::files::{AT_ONCE, fetch, lying};
use crate::aws::{Class, Dates, Result as AwsResult, read};
use crate::commands::session::Session;
use crate::config::show_duration;
use crate::error::{Error, Result};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use std::collections::HashSet;
use std::time::Duration;

/// Between a file's coming and its being seen: a listing costs $0.000005, and two in ten seconds are $2.60 a month.
const SOONEST: Duration = Duration::from_secs(2);
const LATEST: Duration = Duration::from_secs(30);

/// What comes into the bucket.
pub(super) struct Delivered<'a> {
    session: &'a Session,
    /// What was written before is left out.
    from: Timestamp,
    /// Names without folders: the mover takes a file to another one.
    seen: HashSet<String>,
}

impl<'a> Delivered<'a> {
    /// What came at most so long ago, and what comes.
    ///
    /// # Errors
    /// The events are kept nowhere as they were sent, or there is no bucket.
    pub(super) async fn since(session: &'a Session, since: Duration) -> Result<Self> {
        if session.pipeline.raw_prefix().is_none() {
            let hint = "`delivery.keep_json: true` keeps it";
            return Err(Error::usage("what Firehose delivers is Parquet alone, and no JSON is kept beside it", hint));
        }
        let from = now(session).await?.checked_sub(since).unwrap_or(Timestamp::UNIX_EPOCH);
        Ok(Self { session, from, seen: HashSet::new() })
    }

    /// A thirtieth of what Firehose waits: nobody sees much sooner by looking more often.
    pub(super) fn pause(session: &Session) -> Duration {
        (session.pipeline.delivery.buffer.interval / 30).clamp(SOONEST, LATEST)
    }

    /// By S3's clock.
    pub(super) async fn now(&self) -> Result<Timestamp> {
        Ok(now(self.session).await?)
    }

    /// The files that have come, the oldest first: when, and what is in them.
    pub(super) async fn next(&mut self) -> Result<Vec<(Timestamp, Bytes)>> {
        let mut files = lying(self.session, self.from).await?;
        files.retain(|file| file.written >= self.from.as_second() && !self.seen.contains(name(&file.key)));
        files.reverse();
        let (aws, bucket) = (&self.session.aws, &self.session.pipeline.bucket.name);
        let mut bodies =
            stream::iter(files.into_iter().map(|file| fetch(aws, bucket, file, i64::MAX))).buffered(AT_ONCE);
        let mut all = vec![];
        while let Some(got) = bodies.next().await {
            match got {
                Ok((file, body)) => {
                    let at = Timestamp::from_second(file.written).unwrap_or(self.from);
                    if self.seen.insert(name(&file.key).to_owned()) {
                        all.push((at, body));
                    }
                }
                // The mover was quicker: it is seen in its new place at the next look.
                Err(error) if error.class() == Class::Absent => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(all)
    }
}

fn name(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

/// By S3's clock.
pub(super) async fn now(session: &Session) -> AwsResult<Timestamp> {
    let (aws, bucket, dates) = (&session.aws, &session.pipeline.bucket.name, Dates::default());
    let head = || aws.s3.head_bucket().bucket(bucket).customize().interceptor(dates.clone()).send();
    let made = |error: crate::aws::Error| match error.class() {
        Class::Absent => error.with_hint("`pipectl apply` makes it"),
        _ => error,
    };
    read("s3:ListBucket", head).await.map_err(made)?;
    Ok(Timestamp::try_from(dates.told()).unwrap_or_else(|_| Timestamp::now()))
}

/// How long an event that is sent now may be on its way, in words.
pub(super) fn on_its_way(session: &Session) -> String {
    show_duration(session.pipeline.delivery.buffer.interval)
}

//! Files that nobody took away, though somebody should have.

use super::contents::size;
use crate::aws::{Aws, Dates, Expect as _, Result, read};
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_sdk_s3::types::{EncodingType, Object};
use std::fmt;
use std::time::{Duration, SystemTime};

/// A file is on its way for so long: Lambda tries an event again after one and after two minutes, and a throttled one
/// for longer.
const ON_ITS_WAY: Duration = Duration::from_secs(15 * 60);
/// Pages of a thousand that are read at most: a plan has to stay quick.
const PAGES: usize = 3;

/// What lies below a prefix for longer than it should.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stranded {
    pub(crate) files: usize,
    pub(crate) bytes: i64,
    /// When the oldest was written.
    pub(crate) oldest: Option<DateTime>,
    /// There are pages that were not read.
    pub(crate) more: bool,
}

impl Stranded {
    /// What lies below `prefix`, but not below `moved_to`, should that lie inside. None where there is no bucket.
    ///
    /// # Errors
    /// AWS's, if the caller may not list the bucket.
    pub(crate) async fn find(aws: &Aws, bucket: &str, prefix: &str, moved_to: &str) -> Result<Self> {
        Self::older(aws, (bucket, prefix, moved_to), ON_ITS_WAY).await
    }

    /// All that lies below `prefix`, also what was written a moment ago.
    ///
    /// # Errors
    /// AWS's, if the caller may not list the bucket.
    pub(crate) async fn all(aws: &Aws, bucket: &str, prefix: &str) -> Result<Self> {
        Self::older(aws, (bucket, prefix, ""), Duration::ZERO).await
    }

    async fn older(aws: &Aws, (bucket, prefix, moved_to): (&str, &str, &str), age: Duration) -> Result<Self> {
        let (mut found, mut from, dates) = (Self::default(), None, Dates::default());
        for _ in 0..PAGES {
            let page = read("s3:ListBucket", || {
                // A key may hold what XML cannot.
                let request = aws.s3.list_objects_v2().bucket(bucket).prefix(prefix).encoding_type(EncodingType::Url);
                request.set_continuation_token(from.clone()).customize().interceptor(dates.clone()).send()
            });
            let Some(page) = page.await.absent()? else { break };
            let is_moved =
                |key: &str| !moved_to.is_empty() && moved_to.starts_with(prefix) && key.starts_with(moved_to);
            let objects = page.contents.unwrap_or_default().into_iter();
            let left = objects.filter(|object| object.key().is_some_and(|key| !key.ends_with('/') && !is_moved(key)));
            left.for_each(|object| found.add(&object, dates.told(), age));
            from = page.next_continuation_token;
            found.more = from.is_some();
            if !found.more {
                break;
            }
        }
        Ok(found)
    }

    pub(crate) fn is_none(&self) -> bool {
        self.files == 0
    }

    fn add(&mut self, object: &Object, now: SystemTime, age: Duration) {
        let Some(written) = object.last_modified else { return };
        if SystemTime::try_from(written).is_ok_and(|written| now.duration_since(written).unwrap_or_default() < age) {
            return;
        }
        self.files += 1;
        self.bytes += object.size.unwrap_or_default();
        self.oldest =
            Some(self.oldest.map_or(written, |oldest| if written.secs() < oldest.secs() { written } else { oldest }));
    }
}

/// `12 files (3.1 MB), the oldest of 2026-11-26T03:00:00Z`
impl fmt::Display for Stranded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (noun, more) = (if self.files == 1 { "file" } else { "files" }, if self.more { " or more" } else { "" });
        write!(f, "{}{more} {noun} ({})", self.files, size(self.bytes))?;
        match self.oldest.and_then(|oldest| oldest.fmt(DateTimeFormat::DateTime).ok()) {
            Some(oldest) => write!(f, ", the oldest of {oldest}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_a_moment_ago_is_on_its_way() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let mut found = Stranded::default();
        for (written, size) in [(1_000_000 - 60, 1), (1_000_000 - 3600, 1024), (1_000_000 - 7200, 1024), (1_010_000, 5)]
        {
            let written = DateTime::from_secs(written);
            found.add(&Object::builder().key("raw/x").size(size).last_modified(written).build(), now, ON_ITS_WAY);
        }
        assert_eq!(found.to_string(), "2 files (2.0 KB), the oldest of 1970-01-12T11:46:40Z");
    }
}

//! Requests that hold only as long as an object is, or is not, what the client knows.

use super::versions::Version;
use super::{error, from_api};
use super::{precondition_failed, timestamp};
use s3s::S3Result;
use s3s::dto::{ETagCondition, Timestamp};

/// The conditions of a request that reads.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    pub(super) matches: Option<ETagCondition>,
    pub(super) matches_not: Option<ETagCondition>,
    pub(super) modified_since: Option<Timestamp>,
    pub(super) unmodified_since: Option<Timestamp>,
}

fn is(condition: &ETagCondition, etag: &str) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(wanted) => wanted.value() == etag,
    }
}

impl Conditions {
    /// As RFC 9110 orders them: an ETag counts more than a time. HTTP's times have whole seconds.
    fn holds(&self, version: &Version) -> (bool, bool) {
        let modified = timestamp(version.modified / 1000 * 1000);
        let unchanged = match (&self.matches, &self.unmodified_since) {
            (Some(condition), _) => is(condition, &version.etag),
            (None, Some(since)) => modified <= *since,
            (None, None) => true,
        };
        let changed = match (&self.matches_not, &self.modified_since) {
            (Some(condition), _) => !is(condition, &version.etag),
            (None, Some(since)) => modified > *since,
            (None, None) => true,
        };
        (unchanged, changed)
    }

    /// Of the object that is read: what the client has already is not sent again.
    pub(super) fn check(&self, version: &Version) -> S3Result<()> {
        match self.holds(version) {
            (false, _) => Err(from_api(precondition_failed())),
            (true, false) => Err(error("NotModified", 304, "Not Modified")),
            (true, true) => Ok(()),
        }
    }

    /// Of the source of a copy: every failure is a 412.
    pub(super) fn check_source(&self, version: &Version) -> bool {
        self.holds(version) == (true, true)
    }
}

/// The conditions of a request that writes.
#[derive(Debug, Default)]
pub(crate) struct WriteConditions {
    pub(super) matches: Option<ETagCondition>,
    /// There is no object yet.
    pub(super) only_new: bool,
}

/// Whether what is there, if anything, may be replaced.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Write,
    Failed,
    Missing,
}

impl WriteConditions {
    pub(super) fn judge(&self, there: Option<&Version>) -> Verdict {
        match (&self.matches, there) {
            (Some(_), None) => Verdict::Missing,
            (Some(condition), Some(there)) if !is(condition, &there.etag) => Verdict::Failed,
            (_, Some(_)) if self.only_new => Verdict::Failed,
            _ => Verdict::Write,
        }
    }
}

//! The lock in a bucket that is taken down: it goes last, and only while it is of the run that takes the bucket down.
//!
//! Whoever waits for the lock writes another one as soon as it is gone, and then a removal that is sent again, because its
//! answer was lost, must not take that one. So S3 is told by its ETag which one is meant; it takes that in DeleteObjects
//! since September 2025, from whoever may also read the object.

use super::contents::{BEGINNING, after, remove_all, versions};
use super::{LOCK, invalid, lock_entry};
use crate::aws::{Aws, Class, Error, Expect as _, Result, read};
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::ObjectIdentifier;

/// Looks at a lock that changes while it is taken out: by our own signs of life, which are rare.
const LOOKS: usize = 5;

/// What is known of the lock by its first look.
#[derive(Debug)]
pub(super) struct LeavingLock<'a> {
    aws: &'a Aws,
    bucket: &'a str,
    /// Whose it was at first; of nobody, where there was none.
    by: Option<Option<String>>,
}

/// The lock as it lies there.
struct There {
    by: Option<String>,
    etag: String,
}

impl<'a> LeavingLock<'a> {
    pub(super) fn new(aws: &'a Aws, bucket: &'a str) -> Self {
        Self { aws, bucket, by: None }
    }

    /// Takes it out, with its old versions. One that is there no more is no error.
    ///
    /// # Errors
    /// [`begun`]: it is another run's.
    pub(super) async fn remove(&mut self) -> Result<()> {
        for _ in 0..LOOKS {
            let there = self.read().await?;
            let by = self.by.get_or_insert_with(|| there.as_ref().and_then(|there| there.by.clone()));
            if there.as_ref().is_some_and(|there| there.by != *by) {
                return Err(begun());
            }
            // What came since the look is looked at first.
            let Some(ids) = self.ids(there).await? else { continue };
            match remove_all(self.aws, self.bucket, ids).await {
                Err(error) if error.class() == Class::Outdated => {}
                done => return done,
            }
        }
        Err(begun())
    }

    async fn read(&self) -> Result<Option<There>> {
        let get = || self.aws.s3.get_object().bucket(self.bucket).key(LOCK).send();
        let Some(found) = read("s3:GetObject", get).await.absent()? else { return Ok(None) };
        let etag = found.e_tag().unwrap_or_default().to_owned();
        let body = found.body.collect().await;
        let body = body.map_err(|error| Error::new("s3:GetObject", "IncompleteBody", &error.to_string()))?;
        Ok(Some(There { by: lock_entry::from_json(&body.into_bytes()).map(|entry| entry.by), etag }))
    }

    /// All versions of it, and the marks of its deletions. `None`: the newest is not the one that was read.
    async fn ids(&self, there: Option<There>) -> Result<Option<Vec<ObjectIdentifier>>> {
        let (mut ids, mut marker) = (vec![], Some(BEGINNING));
        while let Some(from) = marker {
            let Some(page) = versions(self.aws, self.bucket, LOCK, &from).await.absent()? else { break };
            let Some(some) = ids_of(&page, there.as_ref().map(|there| &*there.etag))? else { return Ok(None) };
            ids.extend(some);
            marker = after(&page);
        }
        Ok(Some(ids))
    }
}

fn ids_of(page: &ListObjectVersionsOutput, etag: Option<&str>) -> Result<Option<Vec<ObjectIdentifier>>> {
    let versions: Vec<_> = page.versions().iter().filter(|version| version.key() == Some(LOCK)).collect();
    let markers = page.delete_markers().iter().filter(|marker| marker.key() == Some(LOCK));
    let markers: Vec<_> = markers.map(|marker| marker.version_id()).collect();
    if versions.iter().any(|version| version.is_latest() == Some(true) && version.e_tag() != etag) {
        return Ok(None);
    }
    // S3 holds a condition against what is current, and so it goes without a version. Where versioning is suspended,
    // that leaves a mark, which the next round takes out.
    if let ([only], []) = (&*versions, &*markers)
        && only.is_latest() == Some(true)
        && only.version_id().is_none_or(|id| id == "null")
    {
        return Ok(Some(vec![id(None, only.e_tag())?]));
    }
    // With an id of its own, a version cannot become another one.
    let ids = versions.iter().map(|version| version.version_id()).chain(markers);
    ids.map(|version| id(version, None)).collect::<Result<_>>().map(Some)
}

fn id(version: Option<&str>, etag: Option<&str>) -> Result<ObjectIdentifier> {
    let id = ObjectIdentifier::builder().key(LOCK).set_version_id(version.map(str::to_owned));
    id.set_e_tag(etag.map(str::to_owned)).build().map_err(|error| invalid("s3:DeleteObjects", error))
}

fn begun() -> Error {
    let message = "another run has begun to work in the bucket since: its lock is there";
    Error::new("s3:DeleteObjects", "PreconditionFailed", message)
        .with_hint("run the same command again when the other one has ended: it plans anew")
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3::types::ObjectVersion;

    type Id = (Option<String>, Option<String>);

    fn ids(versions: &[(&str, &str, bool)], etag: Option<&str>) -> Option<Vec<Id>> {
        let versions = versions.iter().map(|(id, etag, newest)| {
            ObjectVersion::builder().key(LOCK).version_id(*id).e_tag(*etag).is_latest(*newest).build()
        });
        let page = ListObjectVersionsOutput::builder().set_versions(Some(versions.collect())).build();
        let ids = ids_of(&page, etag).unwrap()?;
        Some(ids.iter().map(|id| (id.version_id.clone(), id.e_tag.clone())).collect())
    }

    #[test]
    fn only_the_lock_that_was_read_is_taken_out() {
        let conditional = vec![(None, Some("a".to_owned()))];
        assert_eq!(ids(&[("null", "a", true)], Some("a")), Some(conditional));
        let all = ["v2", "v1"].map(|id| (Some(id.to_owned()), None)).to_vec();
        assert_eq!(ids(&[("v2", "b", true), ("v1", "a", false)], Some("b")), Some(all));
        // Somebody has written since, or for the first time.
        assert_eq!(ids(&[("null", "b", true)], Some("a")), None);
        assert_eq!(ids(&[("v3", "c", true), ("v2", "b", false)], Some("b")), None);
        assert_eq!(ids(&[("null", "a", true)], None), None);
        assert_eq!(ids(&[], Some("a")), Some(vec![]));
        // Alone on a page behind the first one.
        assert_eq!(ids(&[("null", "a", false)], Some("b")), Some(vec![(Some("null".to_owned()), None)]));
    }
}

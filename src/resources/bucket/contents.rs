//! What is in a bucket: counted for the plan, taken out by a destroy.

use super::{LOCK, OWN_PREFIX, invalid};
use crate::aws::{Aws, Class, Error, Expect, Result, read, write};
use aws_sdk_s3::operation::list_multipart_uploads::ListMultipartUploadsOutput;
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::{Delete, EncodingType, MultipartUpload, ObjectIdentifier};
use futures::future::try_join_all;
use futures::stream::{TryStreamExt as _, iter};
use percent_encoding::percent_decode_str;

/// Pages of a thousand that a plan reads at most: it has to stay quick.
const COUNTED_PAGES: usize = 3;
/// Requests that remove something, in flight. S3 takes 3500 writes a second for each prefix.
const REMOVALS: usize = 8;

/// Where the next page of a list begins: after this key, and this version or upload of it.
pub(super) type Marker = (Option<String>, Option<String>);
pub(super) const BEGINNING: Marker = (None, None);

/// "12 objects, 3.1 MB", without what pipectl put there itself; empty for a bucket that holds nothing else.
pub(in crate::resources) async fn in_words(aws: &Aws, bucket: &str) -> Result<String> {
    let (mut tally, mut marker) = (Tally::default(), Some(BEGINNING));
    for _ in 0..COUNTED_PAGES {
        let Some(from) = marker else { break };
        let Some(page) = versions(aws, bucket, "", &from).await.absent()? else { break };
        tally.add(&page);
        marker = after(&page);
    }
    Ok(tally.in_words())
}

/// What the pages read so far hold.
#[derive(Debug, Default)]
struct Tally {
    count: usize,
    bytes: i64,
    /// There are pages that were not read.
    more: bool,
}

impl Tally {
    fn add(&mut self, page: &ListObjectVersionsOutput) {
        let theirs = page.versions().iter().filter(|object| !object.key().unwrap_or_default().starts_with(OWN_PREFIX));
        for object in theirs {
            self.count += 1;
            self.bytes += object.size().unwrap_or_default();
        }
        self.more = after(page).is_some();
    }

    fn in_words(&self) -> String {
        let Self { count, bytes, more } = *self;
        let noun = if count == 1 { "object" } else { "objects" };
        match (count, more) {
            (0, false) => String::new(),
            // Expired objects leave markers, and thousands of them may lie before the first object. Nothing
            // found is not nothing there: what could be lost has to be consented to.
            (0, true) => "objects that were not counted".to_owned(),
            (_, false) => format!("{count} {noun}, {}", size(bytes)),
            (_, true) => format!("{count} or more {noun}, {} or more", size(bytes)),
        }
    }
}

pub(crate) fn size(bytes: i64) -> String {
    let units = [(1_i64 << 40, "TB"), (1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")];
    match units.iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", bytes as f64 / *unit as f64),
        None => format!("{bytes} B"),
    }
}

/// Of the keys that begin so.
pub(super) async fn versions(
    aws: &Aws,
    bucket: &str,
    prefix: &str,
    (key, version): &Marker,
) -> Result<ListObjectVersionsOutput> {
    let prefix = Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty());
    let mut page = read("s3:ListBucketVersions", || {
        let request = aws.s3.list_object_versions().bucket(bucket).encoding_type(EncodingType::Url);
        let request = request.set_prefix(prefix.clone());
        request.set_key_marker(key.clone()).set_version_id_marker(version.clone()).send()
    })
    .await?;
    let versions = page.versions.iter_mut().flatten().map(|one| &mut one.key);
    let markers = page.delete_markers.iter_mut().flatten().map(|one| &mut one.key);
    versions.chain(markers).chain([&mut page.next_key_marker]).for_each(decode);
    Ok(page)
}

async fn uploads(aws: &Aws, bucket: &str, (key, upload): &Marker) -> Result<ListMultipartUploadsOutput> {
    let mut page = read("s3:ListBucketMultipartUploads", || {
        let request = aws.s3.list_multipart_uploads().bucket(bucket).encoding_type(EncodingType::Url);
        request.set_key_marker(key.clone()).set_upload_id_marker(upload.clone()).send()
    })
    .await?;
    page.uploads.iter_mut().flatten().map(|one| &mut one.key).chain([&mut page.next_key_marker]).for_each(decode);
    Ok(page)
}

/// Keys may hold what XML cannot (`\u{1}`), and a list of them could not be read: so S3 is asked to write them as in a
/// URL, with `+` for a space.
fn decode(key: &mut Option<String>) {
    if let Some(key) = key {
        *key = percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned();
    }
}

pub(super) fn after(page: &ListObjectVersionsOutput) -> Option<Marker> {
    let key = page.next_key_marker().filter(|_| page.is_truncated() == Some(true))?;
    Some((Some(key.to_owned()), page.next_version_id_marker().map(str::to_owned)))
}

fn after_uploads(page: &ListMultipartUploadsOutput) -> Option<Marker> {
    let key = page.next_key_marker().filter(|_| page.is_truncated() == Some(true))?;
    Some((Some(key.to_owned()), page.next_upload_id_marker().map(str::to_owned)))
}

/// Which objects are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// What pipectl put there, but for the lock, and the marks of what others have deleted.
    Own,
    /// All but the lock.
    Everything,
}

impl Which {
    fn takes(self, key: &str, is_marker: bool) -> bool {
        match self {
            _ if key == LOCK => false,
            Self::Own => is_marker || key.starts_with(OWN_PREFIX),
            Self::Everything => true,
        }
    }
}

/// Every version and every marker of a deletion. What is left of a run that was killed is simply what the next
/// one finds.
///
/// Nothing is removed while pages are read: a page begins after an entry, and where that entry is gone, what
/// follows it may be passed over. So each batch of pages is read from the beginning, until one has nothing in it that
/// is to go.
pub(super) async fn remove_objects(aws: &Aws, bucket: &str, which: Which) -> Result<()> {
    let mut begin = BEGINNING;
    loop {
        let (mut pages, mut marker) = (vec![], Some(begin));
        while let Some(from) = marker.take().filter(|_| pages.len() < REMOVALS) {
            let Some(page) = versions(aws, bucket, "", &from).await.absent()? else { return Ok(()) };
            marker = after(&page);
            pages.push(page);
        }
        let removed = try_join_all(pages.iter().map(|page| remove_page(aws, bucket, page, which))).await?;
        // Whether anything came in behind the last page is for the removal of the bucket to tell.
        let Some(next) = pages.last().and_then(after) else { return Ok(()) };
        begin = if removed.contains(&true) { BEGINNING } else { next };
    }
}

/// Gives whether there was anything to remove.
async fn remove_page(aws: &Aws, bucket: &str, page: &ListObjectVersionsOutput, which: Which) -> Result<bool> {
    let versions = page.versions().iter().map(|object| (object.key(), object.version_id(), false));
    let markers = page.delete_markers().iter().map(|marker| (marker.key(), marker.version_id(), true));
    let chosen = versions.chain(markers).filter(|(key, _, marker)| which.takes(key.unwrap_or_default(), *marker));
    let ids = chosen.map(|(key, version, _)| {
        let id = ObjectIdentifier::builder().key(key.unwrap_or_default());
        id.set_version_id(version.map(str::to_owned)).build()
    });
    let ids: Vec<_> = ids.collect::<std::result::Result<_, _>>().map_err(|error| invalid("s3:DeleteObjects", error))?;
    let any = !ids.is_empty();
    // Keys of a batch are XML. One that cannot be that is in the URL of a request of its own.
    let (odd, ids): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| id.key().chars().any(char::is_control));
    remove_all(aws, bucket, ids).await?;
    iter(odd.into_iter().map(Ok)).try_for_each_concurrent(REMOVALS, |id| remove_object(aws, bucket, id)).await?;
    Ok(any)
}

/// A thousand are what one request may remove.
pub(super) async fn remove_all(aws: &Aws, bucket: &str, ids: Vec<ObjectIdentifier>) -> Result<()> {
    try_join_all(ids.chunks(1000).map(|batch| remove_batch(aws, bucket, batch))).await.map(drop)
}

async fn remove_object(aws: &Aws, bucket: &str, id: ObjectIdentifier) -> Result<()> {
    write("s3:DeleteObject", || {
        let request = aws.s3.delete_object().bucket(bucket).key(id.key());
        request.set_version_id(id.version_id().map(str::to_owned)).send()
    })
    .await
    .gone()
}

/// What helps where S3 Object Lock holds an object.
const LOCKED: &str = "Object Lock holds it until its retention ends or its legal hold is taken off; in governance mode \
    `aws s3api delete-object --bypass-governance-retention` removes it. Then run the same command again";

async fn remove_batch(aws: &Aws, bucket: &str, batch: &[ObjectIdentifier]) -> Result<()> {
    let delete = Delete::builder()
        .set_objects(Some(batch.to_vec()))
        .quiet(true)
        .build()
        .map_err(|error| invalid("s3:DeleteObjects", error))?;
    let done =
        write("s3:DeleteObjects", || aws.s3.delete_objects().bucket(bucket).delete(delete.clone()).send()).await?;
    let refused = done.errors().iter().map(|refused| {
        let message = format!("`{}`: {}", refused.key().unwrap_or_default(), refused.message().unwrap_or_default());
        let error = Error::new("s3:DeleteObjects", refused.code().unwrap_or_default(), &message);
        // Not IAM's refusal, though it has its code.
        match message.to_lowercase().contains("object lock") {
            true => error.with_hint(LOCKED),
            false => error,
        }
    });
    // A request succeeds although some of its objects were refused. Those that S3 was too busy for are found
    // again in the next round.
    let lasting = |error: &Error| !matches!(error.class(), Class::Busy | Class::Throttled | Class::Absent);
    refused.into_iter().find(lasting).map_or(Ok(()), Err)
}

pub(super) async fn abort_uploads(aws: &Aws, bucket: &str) -> Result<()> {
    let mut marker = Some(BEGINNING);
    while let Some(from) = marker {
        let Some(page) = uploads(aws, bucket, &from).await.absent()? else { return Ok(()) };
        marker = after_uploads(&page);
        let found = page.uploads.unwrap_or_default().into_iter().map(Ok);
        iter(found).try_for_each_concurrent(REMOVALS, |upload| abort(aws, bucket, upload)).await?;
    }
    Ok(())
}

async fn abort(aws: &Aws, bucket: &str, upload: MultipartUpload) -> Result<()> {
    let (key, id) = (upload.key.unwrap_or_default(), upload.upload_id.unwrap_or_default());
    write("s3:AbortMultipartUpload", || aws.s3.abort_multipart_upload().bucket(bucket).key(&key).upload_id(&id).send())
        .await
        .gone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3::types::{DeleteMarkerEntry, ObjectVersion};

    fn page(keys: &[&str], next: Option<&str>) -> ListObjectVersionsOutput {
        let versions = keys.iter().map(|key| ObjectVersion::builder().key(*key).size(1 << 20).build()).collect();
        ListObjectVersionsOutput::builder()
            .set_versions(Some(versions))
            .is_truncated(next.is_some())
            .set_next_key_marker(next.map(str::to_owned))
            .build()
    }

    fn words(pages: &[ListObjectVersionsOutput]) -> String {
        let mut tally = Tally::default();
        pages.iter().for_each(|page| tally.add(page));
        tally.in_words()
    }

    /// A plan that saw no data asked nobody.
    #[test]
    fn data_is_removed_only_with_everything() {
        let takes = |which: Which| ["_pipectl/lock", "_pipectl/etl/a.py", "raw/1"].map(|key| which.takes(key, false));
        assert_eq!(takes(Which::Own), [false, true, false]);
        assert_eq!(takes(Which::Everything), [false, true, true]);
        assert!(Which::Own.takes("raw/1", true), "what is deleted is no data");
    }

    #[test]
    fn what_pipectl_put_there_is_no_data() {
        assert_eq!(words(&[page(&[], None)]), "");
        assert_eq!(words(&[page(&["_pipectl/etl/a.py"], None)]), "");
        assert_eq!(words(&[page(&["_pipectl/etl/a.py", "raw/1"], None)]), "1 object, 1.0 MB");
    }

    #[test]
    fn pages_add_up_and_the_last_one_says_whether_there_are_more() {
        let first = page(&["a", "b"], Some("b"));
        assert_eq!(words(&[first.clone(), page(&["c"], None)]), "3 objects, 3.0 MB");
        assert_eq!(words(&[first, page(&["c"], Some("c"))]), "3 or more objects, 3.0 MB or more");
    }

    #[test]
    fn data_behind_pages_of_markers_is_not_taken_for_an_empty_bucket() {
        let marker = DeleteMarkerEntry::builder().key("raw/expired").build();
        let markers = ListObjectVersionsOutput::builder().delete_markers(marker).is_truncated(true);
        let markers = markers.next_key_marker("raw/expired").build();
        assert_ne!(words(&[markers]), "");
        assert_ne!(words(&[page(&["_pipectl/etl/a.py"], Some("_pipectl/etl/a.py"))]), "");
    }

    #[test]
    fn keys_are_read_as_s3_writes_them_in_urls() {
        for (written, key) in [("a+b%2Bc", "a b+c"), ("raw/%01%0A%C3%BC", "raw/\u{1}\nü"), ("100%25", "100%")] {
            let mut read = Some(written.to_owned());
            decode(&mut read);
            assert_eq!(read.as_deref(), Some(key));
        }
    }

    #[test]
    fn sizes_are_written_in_the_largest_unit_that_fits() {
        assert_eq!([size(17), size(1 << 10), size(3 << 40)], ["17 B", "1.0 KB", "3.0 TB"]);
    }
}

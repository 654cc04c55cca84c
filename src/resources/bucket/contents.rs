//! What is in a bucket: counted for the plan, removed by a destroy.

use super::{OWN_PREFIX, invalid};
use crate::aws::{Aws, Expect, Result, Sort, read, write};
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use futures::future::try_join_all;

/// Pages of a thousand that a plan reads at most: it has to stay quick.
const COUNTED_PAGES: usize = 3;
/// Firehose may deliver while the bucket is being emptied, so that it is emptied again.
const ROUNDS: usize = 10;

/// "12 objects, 3.1 MB", without what pipectl put there itself; empty for a bucket that holds nothing else.
pub(super) async fn in_words(aws: &Aws, bucket: &str) -> Result<String> {
    let (mut count, mut bytes, mut marker) = (0_usize, 0_i64, (None, None));
    for _ in 0..COUNTED_PAGES {
        let Some(page) = versions(aws, bucket, &marker).await.absent()? else { break };
        let theirs = page.versions().iter().filter(|object| !object.key().unwrap_or_default().starts_with(OWN_PREFIX));
        for object in theirs {
            count += 1;
            bytes += object.size().unwrap_or_default();
        }
        marker = (page.next_key_marker().map(str::to_owned), page.next_version_id_marker().map(str::to_owned));
        if page.is_truncated() != Some(true) {
            return Ok(describe(count, bytes, false));
        }
    }
    Ok(describe(count, bytes, true))
}

fn describe(count: usize, bytes: i64, more: bool) -> String {
    let or_more = if more { " or more" } else { "" };
    let noun = if count == 1 { "object" } else { "objects" };
    match count {
        0 => String::new(),
        _ => format!("{count}{or_more} {noun}, {}{or_more}", size(bytes)),
    }
}

fn size(bytes: i64) -> String {
    let units = [(1_i64 << 40, "TB"), (1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")];
    match units.iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", bytes as f64 / *unit as f64),
        None => format!("{bytes} B"),
    }
}

async fn versions(
    aws: &Aws,
    bucket: &str,
    (key, version): &(Option<String>, Option<String>),
) -> Result<ListObjectVersionsOutput> {
    read("s3:ListBucketVersions", || {
        let request = aws.s3.list_object_versions().bucket(bucket);
        request.set_key_marker(key.clone()).set_version_id_marker(version.clone()).send()
    })
    .await
}

/// Empties the bucket and removes it.
pub(super) async fn remove_bucket(aws: &Aws, bucket: &str) -> Result<()> {
    let mut round = 1;
    loop {
        futures::try_join!(remove_objects(aws, bucket), abort_uploads(aws, bucket))?;
        let removed = write("s3:DeleteBucket", || aws.s3.delete_bucket().bucket(bucket).send()).await.gone();
        match removed {
            Err(error) if error.code() == "BucketNotEmpty" && round < ROUNDS => round += 1,
            Err(error) if error.code() == "BucketNotEmpty" => {
                return Err(
                    error.with_hint("objects keep arriving: stop what writes them, then run the same command again")
                );
            }
            done => return done,
        }
    }
}

/// Every version and every marker of a deletion, a thousand at a time. What is left of a run that was
/// killed is simply what the next one finds.
async fn remove_objects(aws: &Aws, bucket: &str) -> Result<()> {
    loop {
        // The first page is asked for again: what it named is gone by then.
        let Some(page) = versions(aws, bucket, &(None, None)).await.absent()? else { return Ok(()) };
        let versions = page.versions().iter().map(|object| (object.key(), object.version_id()));
        let markers = page.delete_markers().iter().map(|marker| (marker.key(), marker.version_id()));
        let all = versions.chain(markers).map(|(key, version)| {
            let id = ObjectIdentifier::builder().key(key.unwrap_or_default());
            id.set_version_id(version.map(str::to_owned)).build()
        });
        let all: Vec<_> =
            all.collect::<std::result::Result<_, _>>().map_err(|error| invalid("s3:DeleteObjects", error))?;
        if all.is_empty() {
            return Ok(());
        }
        try_join_all(all.chunks(1000).map(|batch| remove_batch(aws, bucket, batch))).await?;
    }
}

async fn remove_batch(aws: &Aws, bucket: &str, batch: &[ObjectIdentifier]) -> Result<()> {
    let delete = Delete::builder()
        .set_objects(Some(batch.to_vec()))
        .quiet(true)
        .build()
        .map_err(|error| invalid("s3:DeleteObjects", error))?;
    let done =
        write("s3:DeleteObjects", || aws.s3.delete_objects().bucket(bucket).delete(delete.clone()).send()).await?;
    match done.errors().first() {
        None => Ok(()),
        Some(refused) => {
            let (code, message) = (refused.code().unwrap_or_default(), refused.message().unwrap_or_default());
            let message = format!("`{}`: {message}", refused.key().unwrap_or_default());
            Err(crate::aws::Error::new("s3:DeleteObjects", code, &message))
        }
    }
}

async fn abort_uploads(aws: &Aws, bucket: &str) -> Result<()> {
    let uploads = read("s3:ListBucketMultipartUploads", || aws.s3.list_multipart_uploads().bucket(bucket).send());
    let uploads = match uploads.await {
        Err(error) if error.sort() == Sort::Absent => return Ok(()),
        uploads => uploads?.uploads.unwrap_or_default(),
    };
    let aborted = uploads.into_iter().map(|upload| async move {
        let (key, id) = (upload.key.unwrap_or_default(), upload.upload_id.unwrap_or_default());
        write("s3:AbortMultipartUpload", || {
            aws.s3.abort_multipart_upload().bucket(bucket).key(&key).upload_id(&id).send()
        })
        .await
        .gone()
    });
    try_join_all(aborted).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_bucket_has_nothing_to_lose() {
        assert_eq!(describe(0, 0, false), "");
        assert_eq!(describe(1, 17, false), "1 object, 17 B");
        assert_eq!(describe(2500, 3 << 30, true), "2500 or more objects, 3.0 GB or more");
    }
}

//! The newest file of a table.

use crate::aws::{Aws, Dates, Expect as _, Result, pages};
use crate::report::NewestFile;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::EncodingType;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;

/// Folders that are looked into at most: the newest one that is not empty is rarely far away.
const FOLDERS: usize = 50;

/// The file that was written last, of the newest day's folder that has any. `None` where there is no file, and no bucket.
///
/// A listing costs next to nothing, where a query for the newest row would scan the day.
///
/// # Errors
/// AWS's, if the caller may not list the bucket.
pub(super) async fn newest(aws: &Aws, bucket: &str, prefix: &str, dates: &Dates) -> Result<Option<NewestFile>> {
    let mut folders = vec![prefix.to_owned()];
    for _ in 0..FOLDERS {
        // Years, months and days have all their digits, so that the last one by name is the newest.
        let Some(folder) = folders.pop() else { break };
        let Some(pages) = list(aws, bucket, &folder, dates).await.absent()? else { break };
        let newest = pages.iter().flat_map(|page| page.contents()).filter_map(file).max_by_key(|file| file.written);
        if folder != prefix && newest.is_some() {
            return Ok(newest);
        }
        folders.extend(pages.iter().flat_map(|page| page.common_prefixes()).filter_map(|found| {
            let found = decoded(found.prefix()?);
            let part = found.strip_prefix(&folder)?;
            ["year=", "month=", "day="].iter().any(|name| part.starts_with(name)).then_some(found)
        }));
    }
    Ok(None)
}

async fn list(aws: &Aws, bucket: &str, folder: &str, dates: &Dates) -> Result<Vec<ListObjectsV2Output>> {
    let page = |from: Option<String>| {
        // A key may hold what XML cannot.
        let request = aws.s3.list_objects_v2().bucket(bucket).prefix(folder).encoding_type(EncodingType::Url);
        request.delimiter("/").set_continuation_token(from).customize().interceptor(dates.clone()).send()
    };
    pages("s3:ListBucket", page, |page| page.next_continuation_token()).await
}

/// What queries leave out is none: names that begin with `_` or `.`.
fn file(object: &aws_sdk_s3::types::Object) -> Option<NewestFile> {
    let key = decoded(object.key()?);
    let name = key.rsplit('/').next().filter(|name| !name.is_empty() && !name.starts_with(['_', '.']));
    name?;
    Some(NewestFile { written: Timestamp::from_second(object.last_modified()?.secs()).ok()?, key })
}

fn decoded(key: &str) -> String {
    percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned()
}

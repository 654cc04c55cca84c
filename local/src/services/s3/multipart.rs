//! Uploads in parts.

use super::objects::{etag, sweep};
use super::versions::{self, Version};
use super::{buckets, from_api, refuse};
use crate::api_error::{ApiError, Result};
use crate::context::{Context, new_id};
use crate::core::Core;
use md5::{Digest as _, Md5};
use s3s::S3Result;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Key: bucket, `/`, id.
const UPLOADS: &str = "s3.upload";
/// Key: id of the upload, `/`, number.
const PARTS: &str = "s3.part";

/// Every part but the last has at least this size.
const SMALLEST_PART: u64 = 5 << 20;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) number: i32,
    pub(super) etag: String,
    pub(super) size: u64,
    pub(super) blob: String,
    pub(super) modified: i64,
}

fn parse<T: for<'de> Deserialize<'de>>(document: Value) -> Result<T> {
    serde_json::from_value(document).map_err(ApiError::internal)
}

fn document(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(ApiError::internal)
}

pub(super) fn any(context: &Context<'_>, bucket: &str) -> Result<bool> {
    Ok(!context.documents.list(UPLOADS, &format!("{bucket}/"))?.is_empty())
}

pub(super) fn create(context: &Context<'_>, bucket: &str, version: &Version) -> Result<String> {
    buckets::existing(context, bucket)?;
    let id = new_id(64);
    let version = Version { modified: context.now.as_millisecond(), ..version.clone() };
    context.documents.put(UPLOADS, &format!("{bucket}/{id}"), &document(&version)?)?;
    Ok(id)
}

fn existing(context: &Context<'_>, bucket: &str, id: &str) -> Result<Version> {
    let found = context.documents.get(UPLOADS, &format!("{bucket}/{id}"))?;
    let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been \
                   aborted or completed.";
    parse(found.ok_or_else(|| refuse("NoSuchUpload", 404, message))?)
}

pub(super) fn put_part(
    core: &Core,
    region: &str,
    bucket: &str,
    id: &str,
    number: i32,
    bytes: &[u8],
) -> S3Result<String> {
    let blob = core.blobs.add(bytes).map_err(|error| from_api(ApiError::internal(error)))?;
    let part = |modified| Part { number, etag: etag(bytes), size: bytes.len() as u64, blob: blob.clone(), modified };
    let before = core.run(region, |context| {
        existing(context, bucket, id)?;
        let key = format!("{id}/{number:05}");
        let before = context.documents.get(PARTS, &key)?;
        context.documents.put(PARTS, &key, &document(&part(context.now.as_millisecond()))?)?;
        before.map(parse::<Part>).transpose()
    });
    match before {
        Ok(before) => {
            sweep(core, &before.map(|part| part.blob).into_iter().collect::<Vec<_>>());
            Ok(etag(bytes))
        }
        Err(error) => {
            sweep(core, std::slice::from_ref(&blob));
            Err(from_api(error))
        }
    }
}

pub(super) fn parts(context: &Context<'_>, bucket: &str, id: &str) -> Result<Vec<Part>> {
    existing(context, bucket, id)?;
    let all = context.documents.list(PARTS, &format!("{id}/"))?;
    all.into_iter().map(|(_, document)| parse(document)).collect()
}

/// Every upload of a bucket: id, key and when it began.
pub(super) fn uploads(context: &Context<'_>, bucket: &str) -> Result<Vec<(String, String, i64)>> {
    buckets::existing(context, bucket)?;
    let all = context.documents.list(UPLOADS, &format!("{bucket}/"))?;
    all.into_iter()
        .map(|(key, document)| {
            let version: Version = parse(document)?;
            Ok((key[bucket.len() + 1..].to_owned(), version.key, version.modified))
        })
        .collect()
}

fn forget(context: &Context<'_>, bucket: &str, id: &str) -> Result<Vec<String>> {
    let mut blobs = vec![];
    for (key, document) in context.documents.list(PARTS, &format!("{id}/"))? {
        context.documents.remove(PARTS, &key)?;
        blobs.push(parse::<Part>(document)?.blob);
    }
    context.documents.remove(UPLOADS, &format!("{bucket}/{id}"))?;
    Ok(blobs)
}

pub(super) fn abort(core: &Core, region: &str, bucket: &str, id: &str) -> S3Result<()> {
    let blobs = core.run(region, |context| {
        existing(context, bucket, id)?;
        forget(context, bucket, id)
    });
    sweep(core, &blobs.map_err(from_api)?);
    Ok(())
}

/// Makes an object of the parts, in their order. `wanted` are their numbers and ETags.
pub(super) fn complete(
    core: &Core,
    region: &str,
    bucket: &str,
    id: &str,
    wanted: &[(i32, String)],
) -> S3Result<Version> {
    let (version, gone) = core
        .run(region, |context| {
            let upload = existing(context, bucket, id)?;
            let there = parts(context, bucket, id)?;
            let chosen = choose(&there, wanted)?;
            let (mut bytes, mut digests) = (vec![], Md5::new());
            for part in &chosen {
                bytes.extend(context.blobs.get(&part.blob).map_err(ApiError::internal)?);
                digests.update(hex::decode(&part.etag).map_err(ApiError::internal)?);
            }
            let etag = format!("{}-{}", hex::encode(digests.finalize()), chosen.len());
            let blob = context.blobs.add(&bytes).map_err(ApiError::internal)?;
            let size = bytes.len() as u64;
            let (version, mut gone) = versions::add(context, bucket, Version { etag, blob, size, ..upload })?;
            gone.extend(forget(context, bucket, id)?);
            Ok((version, gone))
        })
        .map_err(from_api)?;
    sweep(core, &gone);
    Ok(version)
}

fn choose<'a>(there: &'a [Part], wanted: &[(i32, String)]) -> Result<Vec<&'a Part>> {
    if wanted.is_empty() || wanted.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
        let message = "The list of parts was not in ascending order. Parts must be ordered by part number.";
        return Err(refuse("InvalidPartOrder", 400, message));
    }
    let mut chosen = vec![];
    for (number, etag) in wanted {
        let found = there.iter().find(|part| part.number == *number && (etag.is_empty() || part.etag == *etag));
        let message = "One or more of the specified parts could not be found.";
        chosen.push(found.ok_or_else(|| refuse("InvalidPart", 400, message))?);
    }
    let small = chosen[..chosen.len() - 1].iter().any(|part| part.size < SMALLEST_PART);
    if small {
        let message = "Your proposed upload is smaller than the minimum allowed size";
        return Err(refuse("EntityTooSmall", 400, message));
    }
    Ok(chosen)
}

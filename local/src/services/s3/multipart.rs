//! Uploads in parts.

use super::checksums::{self, Checksums};
use super::conditions::WriteConditions;
use super::objects::{add_version, check_write, etag, sweep};
use super::versions::Version;
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
const LAST_PART: i32 = 10_000;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) number: i32,
    pub(super) etag: String,
    pub(super) size: u64,
    pub(super) blob: String,
    pub(super) modified: i64,
    #[serde(default)]
    pub(super) checksums: Checksums,
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

pub(super) fn existing(context: &Context<'_>, bucket: &str, id: &str) -> Result<Version> {
    let found = context.documents.get(UPLOADS, &format!("{bucket}/{id}"))?;
    let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been \
                   aborted or completed.";
    parse(found.ok_or_else(|| refuse("NoSuchUpload", 404, message))?)
}

/// A part's place: bucket, upload and number.
pub(super) struct Place<'a> {
    pub(super) bucket: &'a str,
    pub(super) upload: &'a str,
    pub(super) number: i32,
}

/// Keeps a part, in the place of an older one with its number.
pub(super) fn put_part(
    core: &Core,
    region: &str,
    place: &Place<'_>,
    bytes: &[u8],
    checksums: Checksums,
) -> S3Result<Part> {
    let number = place.number;
    if !(1..=LAST_PART).contains(&number) {
        let message = "Part number must be an integer between 1 and 10000, inclusive";
        return Err(from_api(refuse("InvalidArgument", 400, message)));
    }
    let blob = core.blobs.add(bytes).map_err(|error| from_api(ApiError::internal(error)))?;
    let mut part =
        Part { number, etag: etag(bytes), size: bytes.len() as u64, blob: blob.clone(), modified: 0, checksums };
    let before = core.run(region, |context| {
        existing(context, place.bucket, place.upload)?;
        part.modified = context.now.as_millisecond();
        let key = format!("{}/{number:05}", place.upload);
        let before = context.documents.get(PARTS, &key)?;
        context.documents.put(PARTS, &key, &document(&part)?)?;
        before.map(parse::<Part>).transpose()
    });
    match before {
        Ok(before) => {
            sweep(core, &before.map(|part| part.blob).into_iter().collect::<Vec<_>>());
            Ok(part)
        }
        Err(error) => {
            sweep(core, &[blob]);
            Err(from_api(error))
        }
    }
}

pub(super) fn parts(context: &Context<'_>, bucket: &str, id: &str) -> Result<Vec<Part>> {
    existing(context, bucket, id)?;
    let all = context.documents.list(PARTS, &format!("{id}/"))?;
    all.into_iter().map(|(_, document)| parse(document)).collect()
}

/// Every upload of a bucket, by key: key, id and when it began.
pub(super) fn uploads(context: &Context<'_>, bucket: &str) -> Result<Vec<(String, String, i64)>> {
    buckets::existing(context, bucket)?;
    let all = context.documents.list(UPLOADS, &format!("{bucket}/"))?;
    let uploads = all.into_iter().map(|(key, document)| {
        let version: Version = parse(document)?;
        Ok((version.key, key[bucket.len() + 1..].to_owned(), version.modified))
    });
    let mut uploads = uploads.collect::<Result<Vec<_>>>()?;
    uploads.sort();
    Ok(uploads)
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
    (bucket, id): (&str, &str),
    wanted: &[(i32, String)],
    conditions: &WriteConditions,
) -> S3Result<Version> {
    let added = core.run(region, |context| {
        let upload = existing(context, bucket, id)?;
        let there = parts(context, bucket, id)?;
        let chosen = choose(&there, wanted)?;
        check_write(context, bucket, &upload.key, conditions)?;
        let (mut version, bytes) = put_together(context, upload, &chosen)?;
        version.blob = context.blobs.add(&bytes).map_err(ApiError::internal)?;
        let (version, mut gone) = add_version(context, bucket, version, "ObjectCreated:CompleteMultipartUpload")?;
        gone.extend(forget(context, bucket, id)?);
        Ok((version, gone))
    });
    let (version, gone) = added.map_err(from_api)?;
    sweep(core, &gone);
    Ok(version)
}

fn put_together(context: &Context<'_>, upload: Version, chosen: &[&Part]) -> Result<(Version, Vec<u8>)> {
    let (mut bytes, mut digests) = (vec![], Md5::new());
    for part in chosen {
        bytes.extend(context.blobs.get(&part.blob).map_err(ApiError::internal)?);
        digests.update(hex::decode(&part.etag).map_err(ApiError::internal)?);
    }
    let algorithm = upload.algorithm.clone().unwrap_or_else(|| checksums::DEFAULT.to_owned());
    let checksums = match upload.composite {
        true => checksums::composite(&algorithm, chosen.iter().map(|part| &part.checksums)),
        false => checksums::of(&algorithm, &bytes),
    };
    let version = Version {
        etag: format!("{}-{}", hex::encode(digests.finalize()), chosen.len()),
        size: bytes.len() as u64,
        parts: chosen.iter().map(|part| part.size).collect(),
        checksums,
        ..upload
    };
    Ok((version, bytes))
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

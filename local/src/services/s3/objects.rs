//! Objects: put, read and copied.

use super::conditions::{Conditions, Verdict, WriteConditions};
use super::versions::{self, Version};
use super::{checksums, configurations, error, events, from_api, metered, precondition_failed, refuse};
use crate::api_error::ApiError;
use crate::context::Context;
use crate::core::Core;
use bytes::{Bytes, BytesMut};
use futures::TryStreamExt as _;
use md5::{Digest as _, Md5};
use s3s::S3Result;
use s3s::dto::{ETag, StreamingBlob};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};

pub(super) async fn collect(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    let Some(body) = body else { return Ok(Bytes::new()) };
    let all: BytesMut = body
        .try_fold(BytesMut::new(), |mut all, chunk| async move {
            all.extend_from_slice(&chunk);
            Ok(all)
        })
        .await
        .map_err(|_| error("IncompleteBody", 400, "The request body terminated unexpectedly"))?;
    Ok(all.freeze())
}

pub(super) fn etag(bytes: &[u8]) -> String {
    hex::encode(Md5::digest(bytes))
}

pub(super) fn quoted(etag: &str) -> Option<ETag> {
    Some(ETag::Strong(etag.to_owned()))
}

/// Removes files that a finished transaction has left without an owner. One that stays is only a waste.
pub(crate) fn sweep(core: &Core, blobs: &[String]) {
    for blob in blobs {
        let _ = core.blobs.remove(blob);
    }
}

/// Puts a version on top, and tells those who asked to be told: as one event, `name`.
pub(super) fn add_version(
    context: &Context<'_>,
    bucket: &str,
    version: Version,
    name: &str,
) -> Result<(Version, Vec<String>), ApiError> {
    let kms_key = if version.plain { None } else { configurations::kms_key(context, bucket)? };
    let version = Version { kms_key, ..version };
    let (version, gone) = versions::add(context, bucket, version)?;
    events::tell(context, bucket, name, &version)?;
    Ok((version, gone))
}

/// Deletes an object, or one version of it, and tells those who asked to be told.
pub(crate) fn delete(
    context: &Context<'_>,
    bucket: &str,
    key: &str,
    id: Option<&str>,
) -> Result<versions::Deleted, ApiError> {
    let deleted = versions::delete(context, bucket, key, id)?;
    let name = if deleted.marker { "ObjectRemoved:DeleteMarkerCreated" } else { "ObjectRemoved:Delete" };
    let version = Version {
        key: key.to_owned(),
        versioned: deleted.version.is_some(),
        id: deleted.version.clone().unwrap_or_default(),
        ..Version::default()
    };
    events::tell(context, bucket, name, &version)?;
    Ok(deleted)
}

/// The object of a file that a service of this account writes, and whose bytes are kept already.
pub(crate) fn prepare(key: String, content_type: &str, blob: String, bytes: &[u8]) -> Version {
    Version {
        key,
        size: bytes.len() as u64,
        etag: etag(bytes),
        blob,
        headers: BTreeMap::from([("content-type".to_owned(), content_type.to_owned())]),
        checksums: checksums::of(checksums::DEFAULT, bytes),
        ..Version::default()
    }
}

/// Makes an object, as a service of this account does. Gives the files that nobody needs any more, to be swept when the transaction is over.
pub(crate) fn add(context: &Context<'_>, bucket: &str, version: Version) -> Result<Vec<String>, ApiError> {
    metered::count(context, bucket, (1, 0))?;
    Ok(add_version(context, bucket, version, "ObjectCreated:Put")?.1)
}

/// Keeps an object. What `version` leaves out is made: the ETag and a checksum.
pub(crate) fn put(
    core: &Core,
    region: &str,
    bucket: &str,
    mut version: Version,
    bytes: &[u8],
    conditions: &WriteConditions,
) -> S3Result<Version> {
    let blob = core.blobs.add(bytes).map_err(|error| from_api(ApiError::internal(error)))?;
    version.size = bytes.len() as u64;
    version.blob.clone_from(&blob);
    version.etag = etag(bytes);
    if version.checksums.is_empty() {
        version.checksums = checksums::of(checksums::DEFAULT, bytes);
    }
    let added = core.run(region, |context| {
        check_write(context, bucket, &version.key, conditions)?;
        add_version(context, bucket, version, "ObjectCreated:Put")
    });
    match added {
        Ok((version, replaced)) => {
            sweep(core, &replaced);
            Ok(version)
        }
        Err(error) => {
            sweep(core, &[blob]);
            Err(from_api(error))
        }
    }
}

pub(super) fn check_write(
    context: &Context<'_>,
    bucket: &str,
    key: &str,
    conditions: &WriteConditions,
) -> Result<(), ApiError> {
    let there = match versions::find(context, bucket, key, None) {
        Ok(there) => Some(there),
        Err(error) if error.code == "NoSuchKey" => None,
        Err(error) => return Err(error),
    };
    match conditions.judge(there.as_ref()) {
        Verdict::Write => Ok(()),
        Verdict::Failed => Err(precondition_failed()),
        Verdict::Missing => Err(versions::no_such_key()),
    }
}

/// A copy that the server makes.
pub(super) struct Copy<'a> {
    /// Bucket, key, and version.
    pub(super) from: (&'a str, &'a str, Option<&'a str>),
    pub(super) to: (&'a str, &'a str),
    pub(super) conditions: Conditions,
    /// Headers and metadata in place of those of the source.
    pub(super) replaced: Option<(BTreeMap<String, String>, BTreeMap<String, String>)>,
    /// Tags in place of those of the source.
    pub(super) tags: Option<BTreeMap<String, String>>,
}

/// Gives the version that was made, and the one that it was made of.
pub(super) fn copy(core: &Core, region: &str, copy: Copy<'_>) -> S3Result<(Version, Version)> {
    let (source, added) = core
        .run(region, |context| {
            let source = copy_source(context, &copy)?;
            let mut version = Version { key: copy.to.1.to_owned(), ..source.clone() };
            version.blob = context.blobs.link(&source.blob).map_err(ApiError::internal)?;
            if !source.parts.is_empty() {
                // A copy is made in one piece, and has the ETag and the checksum of one.
                let bytes = context.blobs.get(&source.blob).map_err(ApiError::internal)?;
                version.etag = etag(&bytes);
                let algorithm = source.checksums.keys().next().map_or(checksums::DEFAULT, String::as_str);
                version.checksums = checksums::of(algorithm, &bytes);
                (version.parts, version.composite) = (vec![], false);
            }
            if let Some((headers, metadata)) = copy.replaced {
                (version.headers, version.metadata) = (headers, metadata);
            }
            version.tags = copy.tags.unwrap_or(version.tags);
            Ok((source, add_version(context, copy.to.0, version, "ObjectCreated:Copy")?))
        })
        .map_err(from_api)?;
    let (version, replaced) = added;
    sweep(core, &replaced);
    Ok((version, source))
}

fn copy_source(context: &Context<'_>, copy: &Copy<'_>) -> Result<Version, ApiError> {
    let (bucket, key, id) = copy.from;
    let source = versions::find(context, bucket, key, id)?;
    if !copy.conditions.check_source(&source) {
        return Err(precondition_failed());
    }
    if (bucket, key) == copy.to && copy.replaced.is_none() && id.is_none() {
        let message = "This copy request is illegal because it is trying to copy an object to itself without changing \
                       the object's metadata, storage class, website redirect location or encryption attributes.";
        return Err(refuse("InvalidRequest", 400, message));
    }
    Ok(source)
}

/// A version, and its file: opened within the request, so that a deletion after it takes nothing away.
pub(crate) fn open(
    core: &Core,
    region: &str,
    bucket: &str,
    key: &str,
    id: Option<&str>,
) -> S3Result<(Version, Option<fs::File>)> {
    core.run(region, |context| {
        let version = versions::find_any(context, bucket, key, id)?;
        let file = match version.is_marker {
            true => None,
            false => Some(fs::File::open(context.blobs.path(&version.blob)).map_err(ApiError::internal)?),
        };
        Ok((version, file))
    })
    .map_err(from_api)
}

/// Reads `part` of a file.
pub(crate) fn read(mut file: fs::File, part: &std::ops::Range<u64>) -> S3Result<Bytes> {
    let mut bytes = vec![];
    file.seek(SeekFrom::Start(part.start))
        .and_then(|_| file.take(part.end.saturating_sub(part.start)).read_to_end(&mut bytes))
        .map_err(|error| from_api(ApiError::internal(error)))?;
    Ok(Bytes::from(bytes))
}

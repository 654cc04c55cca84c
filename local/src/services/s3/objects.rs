//! Objects: put, read, copied, deleted and listed.

use super::versions::{self, Version};
use super::{error, from_api, refuse};
use crate::api_error::ApiError;
use crate::context::Context;
use crate::core::Core;
use bytes::{Bytes, BytesMut};
use futures::TryStreamExt as _;
use md5::{Digest as _, Md5};
use s3s::S3Result;
use s3s::dto::{ETag, Range, StreamingBlob, Timestamp};
use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

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

pub(super) fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from(UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or_default()))
}

/// Removes files that a finished transaction has left without an owner. One that stays is only a waste.
pub(super) fn sweep(core: &Core, blobs: &[String]) {
    for blob in blobs {
        let _ = core.blobs.remove(blob);
    }
}

/// Keeps an object. `only_new` refuses to put one in the place of another.
pub(super) fn put(
    core: &Core,
    region: &str,
    bucket: &str,
    version: Version,
    bytes: &[u8],
    only_new: bool,
) -> S3Result<Version> {
    let blob = core.blobs.add(bytes).map_err(|error| from_api(ApiError::internal(error)))?;
    let version = Version { size: bytes.len() as u64, blob: blob.clone(), ..version };
    let version = Version { etag: if version.etag.is_empty() { etag(bytes) } else { version.etag.clone() }, ..version };
    let added = core.run(region, |context| {
        if only_new && versions::find(context, bucket, &version.key, None).is_ok() {
            let message = "At least one of the pre-conditions you specified did not hold";
            return Err(refuse("PreconditionFailed", 412, message));
        }
        versions::add(context, bucket, version)
    });
    match added {
        Ok((version, gone)) => {
            sweep(core, &gone);
            Ok(version)
        }
        Err(error) => {
            sweep(core, &[blob]);
            Err(from_api(error))
        }
    }
}

/// Copies on the server's side.
pub(super) fn copy(
    core: &Core,
    region: &str,
    (from_bucket, from_key, from_id): (&str, &str, Option<&str>),
    (bucket, key): (&str, &str),
    replaced: Option<(BTreeMap<String, String>, BTreeMap<String, String>)>,
) -> S3Result<Version> {
    let (version, gone) = core
        .run(region, |context| {
            let source = versions::find(context, from_bucket, from_key, from_id)?;
            if (from_bucket, from_key) == (bucket, key) && replaced.is_none() {
                let message = "This copy request is illegal because it is trying to copy an object to itself without \
                               changing the object's metadata, storage class, website redirect location or encryption \
                               attributes.";
                return Err(refuse("InvalidRequest", 400, message));
            }
            let blob = context.blobs.link(&source.blob).map_err(ApiError::internal)?;
            let (headers, metadata) = replaced.unwrap_or((source.headers.clone(), source.metadata.clone()));
            versions::add(context, bucket, Version { key: key.to_owned(), blob, headers, metadata, ..source })
        })
        .map_err(from_api)?;
    sweep(core, &gone);
    Ok(version)
}

/// The bytes of a version, or of a part of it: first byte, byte behind the last, and the bytes.
pub(super) fn bytes(core: &Core, version: &Version, range: Option<&Range>) -> S3Result<(u64, u64, Bytes)> {
    let all = core.blobs.get(&version.blob).map_err(|error| from_api(ApiError::internal(error)))?;
    let all = Bytes::from(all);
    let whole = all.len() as u64;
    let part = match range {
        None => 0..whole,
        Some(range) => range.check(whole)?,
    };
    let [start, end] = [part.start, part.end].map(|at| usize::try_from(at).unwrap_or(usize::MAX).min(all.len()));
    Ok((part.start, part.end, all.slice(start..end)))
}

/// One entry of a list: an object, or all keys that share what stands before a delimiter.
pub(super) enum Entry {
    Version(Box<Version>),
    Prefix(String),
}

impl Entry {
    fn key(&self) -> &str {
        match self {
            Self::Version(version) => &version.key,
            Self::Prefix(prefix) => prefix,
        }
    }
}

pub(super) struct Page {
    pub(super) entries: Vec<Entry>,
    /// The last entry, if there are more behind it: its key and version.
    pub(super) more_after: Option<(String, String)>,
}

/// What a list asks for.
pub(super) struct Asked<'a> {
    pub(super) prefix: &'a str,
    pub(super) delimiter: &'a str,
    /// Lists what comes after this key, and after this version of it.
    pub(super) after: (&'a str, Option<&'a str>),
    pub(super) most: i32,
    /// All versions, or the objects that are not deleted.
    pub(super) versions: bool,
}

pub(super) fn list(context: &Context<'_>, bucket: &str, asked: &Asked<'_>) -> Result<Page, ApiError> {
    let all = versions::list(context, bucket, asked.prefix)?;
    let mut all: Vec<_> = all.into_iter().filter(|one| asked.versions || (one.is_latest && !one.is_marker)).collect();
    let (key, id) = asked.after;
    if !key.is_empty() {
        let position = id.and_then(|id| all.iter().position(|one| one.key == key && one.id == id));
        match position {
            Some(at) => drop(all.drain(..=at)),
            None => all.retain(|one| one.key.as_str() > key),
        }
    }
    let mut entries: Vec<Entry> = vec![];
    let mut last = (String::new(), String::new());
    for version in all {
        let rest = &version.key[asked.prefix.len()..];
        let common = (!asked.delimiter.is_empty())
            .then(|| rest.find(asked.delimiter))
            .flatten()
            .map(|at| format!("{}{}", asked.prefix, &rest[..at + asked.delimiter.len()]));
        if common
            .as_deref()
            .is_some_and(|common| common == key || entries.last().is_some_and(|last| last.key() == common))
        {
            continue;
        }
        if entries.len() >= usize::try_from(asked.most).unwrap_or(0) {
            return Ok(Page { entries, more_after: Some(last) });
        }
        let entry = match common {
            Some(common) => Entry::Prefix(common),
            None => Entry::Version(Box::new(version.clone())),
        };
        last = (entry.key().to_owned(), version.id);
        entries.push(entry);
    }
    Ok(Page { entries, more_after: None })
}

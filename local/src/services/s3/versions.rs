//! The versions of objects, in the order in which S3 lists them: by key, the newest first.

use super::buckets::{existing, keep};
use super::checksums::Checksums;
use super::{metered, refuse};
use crate::api_error::{ApiError, Result};
use crate::context::{Context, new_id};
use crate::core::Core;
use crate::store::Walk;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Key: bucket, `/`, the object's key, a zero byte, how many versions were made in the bucket after it.
const VERSIONS: &str = "s3.version";

const ID_LENGTH: usize = 32;
/// In bytes of UTF-8.
const LONGEST_KEY: usize = 1024;

/// One version of an object, or the mark of its deletion.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) key: String,
    /// `null` in a bucket without versions.
    pub(crate) id: String,
    pub(crate) is_marker: bool,
    pub(crate) size: u64,
    /// Without quotes.
    pub(crate) etag: String,
    /// The name of the file with its bytes.
    pub(crate) blob: String,
    /// Milliseconds since 1970.
    pub(crate) modified: i64,
    /// `content-type`, `cache-control` and their like.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) checksums: Checksums,
    pub(crate) tags: BTreeMap<String, String>,
    /// The sizes of the parts that it was made of, if it was.
    #[serde(default)]
    pub(crate) parts: Vec<u64>,
    /// Its checksum is that of its parts' checksums.
    #[serde(default)]
    pub(crate) composite: bool,
    /// The key of KMS that it is encrypted with, if it is.
    #[serde(default)]
    pub(crate) kms_key: Option<String>,
    /// It is to be encrypted with S3's own keys, whatever the bucket's default.
    #[serde(skip)]
    pub(crate) plain: bool,
    /// The algorithm of the checksums of an upload in parts.
    #[serde(default)]
    pub(crate) algorithm: Option<String>,
    /// Its place in the order, in the store.
    #[serde(default)]
    pub(crate) place: String,
    #[serde(skip)]
    pub(crate) is_latest: bool,
    /// The bucket keeps versions, or once did: only then do clients see ids.
    #[serde(skip)]
    pub(crate) versioned: bool,
}

pub(super) fn any(context: &Context<'_>, bucket: &str) -> Result<bool> {
    let mut any = false;
    context.documents.walk((VERSIONS, &format!("{bucket}/")), "", |_: serde::de::IgnoredAny| {
        any = true;
        Ok(Walk::Enough)
    })?;
    Ok(any)
}

/// Where a walk is to begin, or to go on.
pub(super) enum From<'a> {
    /// The first version of this key, or what comes after it.
    Key(&'a str),
    /// What comes after all versions of this key.
    PastKey(&'a str),
    /// What comes after all keys that begin with this.
    PastPrefix(&'a str),
}

impl From<'_> {
    fn place(&self, bucket: &str) -> String {
        match self {
            Self::Key(key) => format!("{bucket}/{key}"),
            // Behind the zero byte there are digits.
            Self::PastKey(key) => format!("{bucket}/{key}\0:"),
            // The last character of Unicode: what a key has behind it belongs to the prefix all the same.
            Self::PastPrefix(prefix) => format!("{bucket}/{prefix}{}", char::MAX),
        }
    }
}

/// Shows the versions of the keys that begin with `prefix`, until `see` has enough of them or wants to leave some out.
pub(super) fn walk(
    context: &Context<'_>,
    (bucket, prefix): (&str, &str),
    from: &From<'_>,
    mut see: impl FnMut(Version) -> Option<Walked>,
) -> Result<()> {
    let versioned = is_versioned(&existing(context, bucket)?);
    let mut before = None;
    let first = format!("{bucket}/{prefix}");
    context.documents.walk((VERSIONS, &first), &from.place(bucket), |mut version: Version| {
        version.is_latest = before.as_ref() != Some(&version.key);
        version.versioned = versioned;
        before = Some(version.key.clone());
        Ok(match see(version) {
            Some(Walked::On) => Walk::On,
            Some(Walked::Past(prefix)) => Walk::From(From::PastPrefix(&prefix).place(bucket)),
            None => Walk::Enough,
        })
    })
}

/// How a walk goes on, if it does.
pub(super) enum Walked {
    On,
    /// Behind all keys that begin with this.
    Past(String),
}

/// Every version of the keys that begin with `prefix`.
pub(crate) fn list(context: &Context<'_>, bucket: &str, prefix: &str) -> Result<Vec<Version>> {
    let versioned = is_versioned(&existing(context, bucket)?);
    let mut versions: Vec<Version> = context.documents.list_of(VERSIONS, &format!("{bucket}/{prefix}"))?;
    let mut before: Option<String> = None;
    for version in &mut versions {
        version.is_latest = before.as_ref() != Some(&version.key);
        version.versioned = versioned;
        before = Some(version.key.clone());
    }
    Ok(versions)
}

/// The versions of one key.
fn of_key(context: &Context<'_>, bucket: &str, key: &str) -> Result<Vec<Version>> {
    list(context, bucket, &format!("{key}\0"))
}

/// A version by its id, or the latest, which may be the mark of a deletion.
pub(super) fn find_any(context: &Context<'_>, bucket: &str, key: &str, id: Option<&str>) -> Result<Version> {
    let all = of_key(context, bucket, key)?;
    let Some(id) = id else { return all.into_iter().next().ok_or_else(no_such_key) };
    if !is_id(id) {
        return Err(refuse("InvalidArgument", 400, "Invalid version id specified"));
    }
    let found = all.into_iter().find(|version| version.id == id);
    found.ok_or_else(|| refuse("NoSuchVersion", 404, "The specified version does not exist."))
}

/// A version by its id, or the latest, with bytes to read.
///
/// # Errors
/// `NoSuchKey` of an object that is deleted, `MethodNotAllowed` of the mark of its deletion.
pub(crate) fn find(context: &Context<'_>, bucket: &str, key: &str, id: Option<&str>) -> Result<Version> {
    let found = find_any(context, bucket, key, id)?;
    match (found.is_marker, id) {
        (false, _) => Ok(found),
        (true, None) => Err(no_such_key()),
        (true, Some(_)) => {
            Err(refuse("MethodNotAllowed", 405, "The specified method is not allowed against this resource."))
        }
    }
}

pub(super) fn no_such_key() -> ApiError {
    refuse("NoSuchKey", 404, "The specified key does not exist.")
}

fn is_id(id: &str) -> bool {
    id == "null" || (id.len() == ID_LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn is_versioned(bucket: &serde_json::Value) -> bool {
    !bucket["configurations"]["versioning"].is_null()
}

/// Puts a version on top. Gives it as it is kept, and the files that nobody needs any more.
pub(crate) fn add(context: &Context<'_>, bucket: &str, mut version: Version) -> Result<(Version, Vec<String>)> {
    let mut document = existing(context, bucket)?;
    if version.key.len() > LONGEST_KEY {
        return Err(refuse("KeyTooLongError", 400, "Your key is too long"));
    }
    let enabled = document["configurations"]["versioning"] == "Enabled";
    let mut gone = vec![];
    version.id = if enabled { new_id(ID_LENGTH) } else { "null".to_owned() };
    if !enabled {
        // A bucket without versions, or with suspended ones, has one version called `null`.
        for old in of_key(context, bucket, &version.key)?.into_iter().filter(|old| old.id == "null") {
            gone.extend(remove(context, &old)?);
        }
    }
    let sequence = document["sequence"].as_u64().unwrap_or(0) + 1;
    document["sequence"] = sequence.into();
    keep(context, bucket, &document)?;
    version.place = format!("{bucket}/{}\0{:020}", version.key, u64::MAX - sequence);
    version.modified = context.now.as_millisecond();
    version.versioned = is_versioned(&document);
    let written = serde_json::to_value(&version).map_err(ApiError::internal)?;
    context.documents.put(VERSIONS, &version.place, &written)?;
    metered::stored(context, bucket, version.size as f64)?;
    Ok((version, gone))
}

/// Changes what is kept about a version.
pub(super) fn rewrite(context: &Context<'_>, version: &Version) -> Result<()> {
    let written = serde_json::to_value(version).map_err(ApiError::internal)?;
    context.documents.put(VERSIONS, &version.place, &written)
}

/// Takes a version away and gives the file that nobody needs any more.
fn remove(context: &Context<'_>, version: &Version) -> Result<Option<String>> {
    context.documents.remove(VERSIONS, &version.place)?;
    let bucket = version.place.split('/').next().unwrap_or_default();
    metered::stored(context, bucket, -(version.size as f64))?;
    Ok((!version.blob.is_empty()).then(|| version.blob.clone()))
}

/// What a deletion did.
#[derive(Debug, Default)]
pub(crate) struct Deleted {
    /// The id of the version that is gone, or of the mark that was made.
    pub(crate) version: Option<String>,
    pub(crate) marker: bool,
    /// Files that nobody needs any more.
    pub(crate) blobs: Vec<String>,
}

/// Deletes a version for good, or marks the object as deleted where versions are kept.
pub(crate) fn delete(context: &Context<'_>, bucket: &str, key: &str, id: Option<&str>) -> Result<Deleted> {
    let versioned = is_versioned(&existing(context, bucket)?);
    match id {
        Some(id) => {
            let found = of_key(context, bucket, key)?.into_iter().find(|version| version.id == id);
            let Some(found) = found else { return Ok(Deleted { version: Some(id.to_owned()), ..Deleted::default() }) };
            let blobs = remove(context, &found)?.into_iter().collect();
            Ok(Deleted { version: Some(found.id), marker: found.is_marker, blobs })
        }
        None if versioned => {
            let marker = Version { key: key.to_owned(), is_marker: true, ..Version::default() };
            let (marker, blobs) = add(context, bucket, marker)?;
            Ok(Deleted { version: Some(marker.id), marker: true, blobs })
        }
        None => {
            let mut blobs = vec![];
            for version in of_key(context, bucket, key)? {
                blobs.extend(remove(context, &version)?);
            }
            Ok(Deleted { blobs, ..Deleted::default() })
        }
    }
}

/// What the overview looks at in a version.
#[derive(Deserialize)]
struct Counted {
    key: String,
    is_marker: bool,
    size: u64,
    modified: i64,
}

/// Objects, bytes and the newest one's time in each folder at the top of each bucket.
pub(crate) fn overview(core: &Core) -> Value {
    let mut all: BTreeMap<(String, String), (u64, u64, i64)> = BTreeMap::new();
    // A damaged document is an error of those who ask for it: an overview shows what it can.
    let _ = core.store.read_each(VERSIONS, |path, version: Counted| {
        let bucket = path.split('/').next().unwrap_or_default().to_owned();
        let folder = version.key.split_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let count = all.entry((bucket, folder)).or_default();
        if !version.is_marker {
            *count = (count.0 + 1, count.1 + version.size, count.2.max(version.modified));
        }
    });
    let one = |((bucket, folder), (objects, bytes, newest)): ((String, String), (u64, u64, i64))| {
        let newest = Timestamp::from_millisecond(newest).ok().filter(|_| objects > 0);
        json!({"bucket": bucket, "folder": folder, "objects": objects, "bytes": bytes, "newest": newest})
    };
    all.into_iter().map(one).collect()
}

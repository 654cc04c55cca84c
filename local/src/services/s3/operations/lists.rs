//! Lists of objects and of their versions.

use super::super::lists::{self, Asked, Entry, Page};
use super::super::objects::quoted;
use super::super::timestamp;
use super::super::versions::Version;
use super::super::{Front, error};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::S3Result;
use s3s::dto::*;

/// A page, unless the request asks for less.
const MOST_KEYS: i32 = 1000;

/// What S3 leaves as it is in a key, where a list is asked for with `encoding-type=url`.
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/').remove(b' ');

/// How keys are written in a list: not every character of a key can stand in XML.
#[derive(Clone, Copy)]
struct Spelling {
    is_url: bool,
}

impl Spelling {
    fn new(encoding: Option<&EncodingType>) -> Self {
        Self { is_url: encoding.is_some_and(|one| one.as_str() == EncodingType::URL) }
    }

    fn of(self, text: &str) -> String {
        match self.is_url {
            true => utf8_percent_encode(text, PLAIN).to_string().replace(' ', "+"),
            false => text.to_owned(),
        }
    }

    fn maybe(self, text: Option<&String>) -> Option<String> {
        text.map(|text| self.of(text))
    }

    fn object(self, version: &Version) -> Object {
        let class = version.headers.get("storage-class").map_or("STANDARD", String::as_str);
        Object {
            checksum_algorithm: algorithms(version),
            e_tag: quoted(&version.etag),
            key: Some(self.of(&version.key)),
            last_modified: Some(timestamp(version.modified)),
            size: i64::try_from(version.size).ok(),
            storage_class: Some(ObjectStorageClass::from(class.to_owned())),
            ..Object::default()
        }
    }

    fn split(self, entries: Vec<Entry>) -> (Vec<Version>, Vec<CommonPrefix>) {
        let (mut versions, mut prefixes) = (vec![], vec![]);
        for entry in entries {
            match entry {
                Entry::Version(version) => versions.push(*version),
                Entry::Prefix(prefix) => prefixes.push(CommonPrefix { prefix: Some(self.of(&prefix)) }),
            }
        }
        (versions, prefixes)
    }

    fn version(self, version: Version, owner: Option<Owner>) -> ObjectVersion {
        ObjectVersion {
            checksum_algorithm: algorithms(&version),
            e_tag: quoted(&version.etag),
            is_latest: Some(version.is_latest),
            key: Some(self.of(&version.key)),
            last_modified: Some(timestamp(version.modified)),
            owner,
            size: i64::try_from(version.size).ok(),
            storage_class: Some(ObjectVersionStorageClass::from_static(ObjectVersionStorageClass::STANDARD)),
            version_id: Some(version.id),
            ..Default::default()
        }
    }

    fn marker(self, version: Version, owner: Option<Owner>) -> DeleteMarkerEntry {
        DeleteMarkerEntry {
            is_latest: Some(version.is_latest),
            key: Some(self.of(&version.key)),
            last_modified: Some(timestamp(version.modified)),
            owner,
            version_id: Some(version.id),
        }
    }
}

fn algorithms(version: &Version) -> Option<Vec<ChecksumAlgorithm>> {
    Some(version.checksums.keys().map(|name| ChecksumAlgorithm::from(name.to_uppercase())).collect())
}

fn most(asked: Option<i32>) -> S3Result<i32> {
    match asked.unwrap_or(MOST_KEYS) {
        most if most < 0 => {
            Err(error("InvalidArgument", 400, "Argument maxKeys must be an integer between 0 and 2147483647"))
        }
        most => Ok(most.min(MOST_KEYS)),
    }
}

/// Opaque to the client, as AWS's tokens are.
fn read_token(token: &str) -> S3Result<String> {
    let read = hex::decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    read.ok_or_else(|| error("InvalidArgument", 400, "The continuation token provided is incorrect"))
}

impl Front {
    fn page(&self, bucket: &str, asked: &Asked<'_>) -> S3Result<Page> {
        self.run(|context| lists::list(context, bucket, asked))
    }

    pub(super) fn list_objects_v2(&self, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
        let spelling = Spelling::new(input.encoding_type.as_ref());
        let after = match &input.continuation_token {
            Some(token) => read_token(token)?,
            None => input.start_after.clone().unwrap_or_default(),
        };
        let most = most(input.max_keys)?;
        let (prefix, delimiter) =
            (input.prefix.clone().unwrap_or_default(), input.delimiter.clone().unwrap_or_default());
        let asked = Asked { prefix: &prefix, delimiter: &delimiter, after: (&after, None), most, versions: false };
        let page = self.page(&input.bucket, &asked)?;
        let (versions, prefixes) = spelling.split(page.entries);
        Ok(ListObjectsV2Output {
            key_count: i32::try_from(versions.len() + prefixes.len()).ok(),
            contents: Some(versions.iter().map(|one| spelling.object(one)).collect()),
            common_prefixes: Some(prefixes),
            is_truncated: Some(page.more_after.is_some()),
            next_continuation_token: page.more_after.map(|(key, _)| hex::encode(key)),
            continuation_token: input.continuation_token,
            name: Some(input.bucket),
            prefix: Some(spelling.of(&prefix)),
            delimiter: spelling.maybe(input.delimiter.as_ref()),
            encoding_type: input.encoding_type,
            start_after: spelling.maybe(input.start_after.as_ref()),
            max_keys: Some(most),
            ..Default::default()
        })
    }

    pub(super) fn list_objects(&self, input: ListObjectsInput) -> S3Result<ListObjectsOutput> {
        let spelling = Spelling::new(input.encoding_type.as_ref());
        let most = most(input.max_keys)?;
        let after = input.marker.clone().unwrap_or_default();
        let (prefix, delimiter) =
            (input.prefix.clone().unwrap_or_default(), input.delimiter.clone().unwrap_or_default());
        let asked = Asked { prefix: &prefix, delimiter: &delimiter, after: (&after, None), most, versions: false };
        let page = self.page(&input.bucket, &asked)?;
        let (versions, prefixes) = spelling.split(page.entries);
        Ok(ListObjectsOutput {
            contents: Some(versions.iter().map(|one| spelling.object(one)).collect()),
            common_prefixes: Some(prefixes),
            is_truncated: Some(page.more_after.is_some()),
            next_marker: page.more_after.filter(|_| !delimiter.is_empty()).map(|(key, _)| spelling.of(&key)),
            marker: Some(spelling.of(&after)),
            name: Some(input.bucket),
            prefix: Some(spelling.of(&prefix)),
            delimiter: spelling.maybe(input.delimiter.as_ref()),
            encoding_type: input.encoding_type,
            max_keys: Some(most),
            ..Default::default()
        })
    }

    pub(super) fn list_object_versions(&self, input: ListObjectVersionsInput) -> S3Result<ListObjectVersionsOutput> {
        let spelling = Spelling::new(input.encoding_type.as_ref());
        let most = most(input.max_keys)?;
        let (prefix, delimiter) =
            (input.prefix.clone().unwrap_or_default(), input.delimiter.clone().unwrap_or_default());
        let after = (input.key_marker.as_deref().unwrap_or_default(), input.version_id_marker.as_deref());
        let asked = Asked { prefix: &prefix, delimiter: &delimiter, after, most, versions: true };
        let page = self.page(&input.bucket, &asked)?;
        let (versions, prefixes) = spelling.split(page.entries);
        let (markers, versions): (Vec<_>, Vec<_>) = versions.into_iter().partition(|version| version.is_marker);
        let (next_key_marker, next_version_id_marker) = page.more_after.clone().unzip();
        let next_key_marker = spelling.maybe(next_key_marker.as_ref());
        Ok(ListObjectVersionsOutput {
            delete_markers: Some(markers.into_iter().map(|one| spelling.marker(one, self.owner())).collect()),
            versions: Some(versions.into_iter().map(|one| spelling.version(one, self.owner())).collect()),
            common_prefixes: Some(prefixes),
            is_truncated: Some(page.more_after.is_some()),
            next_key_marker,
            next_version_id_marker,
            name: Some(input.bucket),
            prefix: Some(spelling.of(&prefix)),
            delimiter: spelling.maybe(input.delimiter.as_ref()),
            key_marker: spelling.maybe(input.key_marker.as_ref()),
            version_id_marker: input.version_id_marker,
            encoding_type: input.encoding_type,
            max_keys: Some(most),
            ..Default::default()
        })
    }
}

//! Objects, one at a time.

use super::super::checksums as sums;
use super::super::conditions::{Conditions, WriteConditions};
use super::super::objects::{self, Copy, quoted};
use super::super::timestamp;
use super::super::versions::{self, Version};
use super::super::{Front, error, from_api};
use super::carried::{carry_checksums, checksums, describe, headers};
use super::{encrypted, shown};
use http::{HeaderMap, HeaderValue};
use s3s::dto::*;
use s3s::{S3Error, S3Result};
use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Range as Bytes;

/// AWS's limit of the tags of an object.
const MOST_TAGS: usize = 10;

/// Whether the checksum is of the whole object or of its parts' checksums.
pub(super) fn checksum_type(version: &Version) -> Option<ChecksumType> {
    let kind = if version.composite { ChecksumType::COMPOSITE } else { ChecksumType::FULL_OBJECT };
    (!version.checksums.is_empty()).then(|| ChecksumType::from_static(kind))
}

/// `key=value&key=value`, as the header `x-amz-tagging` has them.
pub(super) fn tags_of(header: Option<&str>) -> S3Result<BTreeMap<String, String>> {
    let pairs = form_urlencoded::parse(header.unwrap_or_default().as_bytes());
    checked_tags(pairs.map(|(key, value)| (key.into_owned(), value.into_owned())))
}

fn checked_tags(pairs: impl Iterator<Item = (String, String)>) -> S3Result<BTreeMap<String, String>> {
    let mut tags = BTreeMap::new();
    for (key, value) in pairs {
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            return Err(error("InvalidTag", 400, "The TagKey or TagValue you have provided is invalid"));
        }
        if tags.insert(key, value).is_some() {
            return Err(error("InvalidTag", 400, "Cannot provide multiple Tags with the same key"));
        }
    }
    match tags.len() > MOST_TAGS {
        true => Err(error("BadRequest", 400, "Object tags cannot be greater than 10")),
        false => Ok(tags),
    }
}

/// There is only the mark of a deletion, which the answer says in a header.
fn deleted(marker: &Version, asked: Option<&str>) -> S3Error {
    let mut refused = match asked {
        None => from_api(versions::no_such_key()),
        Some(_) => error("MethodNotAllowed", 405, "The specified method is not allowed against this resource."),
    };
    let mut headers = HeaderMap::new();
    headers.insert("x-amz-delete-marker", HeaderValue::from_static("true"));
    if let Ok(id) = HeaderValue::try_from(&marker.id) {
        headers.insert("x-amz-version-id", id);
    }
    refused.set_headers(headers);
    refused
}

/// The bytes that are asked for, if not all: by a range, or as a part of the upload.
fn part_of(version: &Version, range: Option<&Range>, number: Option<i32>) -> S3Result<Option<Bytes<u64>>> {
    match (range, number) {
        (Some(range), _) => Ok(Some(range.check(version.size)?)),
        (None, None) => Ok(None),
        (None, Some(1)) if version.parts.is_empty() => Ok(Some(0..version.size)),
        (None, Some(number)) => {
            let index = usize::try_from(number - 1).ok().filter(|index| *index < version.parts.len());
            let message = "The requested partnumber is not satisfiable";
            let index = index.ok_or_else(|| error("InvalidPartNumber", 416, message))?;
            let start: u64 = version.parts[..index].iter().sum();
            Ok(Some(start..start + version.parts[index]))
        }
    }
}

fn content_range(part: Option<&Bytes<u64>>, size: u64) -> Option<String> {
    part.map(|part| format!("bytes {}-{}/{size}", part.start, part.end.saturating_sub(1)))
}

fn parts_count(version: &Version, asked: Option<i32>) -> Option<i32> {
    asked.filter(|_| !version.parts.is_empty()).and_then(|_| i32::try_from(version.parts.len()).ok())
}

impl Front {
    pub(super) fn open(&self, bucket: &str, key: &str, id: Option<&str>) -> S3Result<(Version, File)> {
        match objects::open(&self.core, &self.region, bucket, key, id)? {
            (version, Some(file)) => Ok((version, file)),
            (marker, None) => Err(deleted(&marker, id)),
        }
    }

    pub(super) fn put_object(&self, input: PutObjectInput, body: &[u8]) -> S3Result<PutObjectOutput> {
        sums::verify_md5(input.content_md5.as_deref(), body).map_err(from_api)?;
        let asked = input.checksum_algorithm.as_ref().map(ChecksumAlgorithm::as_str);
        let checksums = sums::verify(&checksums!(input), asked, body).map_err(from_api)?;
        let headers = headers!(input);
        let tags = tags_of(input.tagging.as_deref())?;
        let conditions = WriteConditions { matches: input.if_match, only_new: input.if_none_match.is_some() };
        let metadata = input.metadata.unwrap_or_default().into_iter().collect();
        let plain = input.server_side_encryption.as_ref().is_some_and(|asked| asked.as_str() == "AES256");
        let version = Version { key: input.key, headers, metadata, checksums, tags, plain, ..Version::default() };
        let version = objects::put(&self.core, &self.region, &input.bucket, version, body, &conditions)?;
        let mut output = PutObjectOutput {
            e_tag: quoted(&version.etag),
            version_id: shown(&version),
            server_side_encryption: encrypted(),
            checksum_type: checksum_type(&version),
            ..Default::default()
        };
        carry_checksums!(output, version.checksums);
        Ok(output)
    }

    pub(super) fn get_object(&self, input: GetObjectInput) -> S3Result<GetObjectOutput> {
        let (version, file) = self.open(&input.bucket, &input.key, input.version_id.as_deref())?;
        let conditions = Conditions {
            matches: input.if_match,
            matches_not: input.if_none_match,
            modified_since: input.if_modified_since,
            unmodified_since: input.if_unmodified_since,
        };
        conditions.check(&version)?;
        let part = part_of(&version, input.range.as_ref(), input.part_number)?;
        let bytes = objects::read(file, part.as_ref().unwrap_or(&(0..version.size)))?;
        let mut output = GetObjectOutput { content_length: i64::try_from(bytes.len()).ok(), ..Default::default() };
        describe!(output, &version);
        if input.checksum_mode.is_some() && part.is_none() {
            output.checksum_type = checksum_type(&version);
            carry_checksums!(output, version.checksums);
        }
        output.content_range = content_range(part.as_ref(), version.size);
        output.parts_count = parts_count(&version, input.part_number);
        output.tag_count = i32::try_from(version.tags.len()).ok().filter(|count| *count > 0);
        output.cache_control = input.response_cache_control.or(output.cache_control);
        output.content_disposition = input.response_content_disposition.or(output.content_disposition);
        output.content_encoding = input.response_content_encoding.or(output.content_encoding);
        output.content_type = input.response_content_type.or(output.content_type);
        output.body = Some(StreamingBlob::from(s3s::Body::from(bytes)));
        Ok(output)
    }

    pub(super) fn head_object(&self, input: HeadObjectInput) -> S3Result<HeadObjectOutput> {
        let (version, _) = self.open(&input.bucket, &input.key, input.version_id.as_deref())?;
        let conditions = Conditions {
            matches: input.if_match,
            matches_not: input.if_none_match,
            modified_since: input.if_modified_since,
            unmodified_since: input.if_unmodified_since,
        };
        conditions.check(&version)?;
        let part = part_of(&version, input.range.as_ref(), input.part_number)?;
        let length = part.as_ref().map_or(version.size, |part| part.end - part.start);
        let mut output = HeadObjectOutput { content_length: i64::try_from(length).ok(), ..Default::default() };
        describe!(output, &version);
        if input.checksum_mode.is_some() && part.is_none() {
            output.checksum_type = checksum_type(&version);
            carry_checksums!(output, version.checksums);
        }
        output.content_range = content_range(part.as_ref(), version.size);
        output.parts_count = parts_count(&version, input.part_number);
        Ok(output)
    }

    pub(super) fn copy_object(&self, input: CopyObjectInput) -> S3Result<CopyObjectOutput> {
        let CopySource::Bucket { bucket: from, key, version_id } = &input.copy_source else {
            return Err(error("NotImplemented", 501, "Local AWS has no access points"));
        };
        let replaces = input.metadata_directive.as_ref().is_some_and(|one| one.as_str() == MetadataDirective::REPLACE);
        let retags = input.tagging_directive.as_ref().is_some_and(|one| one.as_str() == TaggingDirective::REPLACE);
        let copy = Copy {
            from: (from, key, version_id.as_deref()),
            to: (&input.bucket, &input.key),
            replaced: replaces
                .then(|| (headers!(input), input.metadata.clone().unwrap_or_default().into_iter().collect())),
            tags: retags.then(|| tags_of(input.tagging.as_deref())).transpose()?,
            conditions: Conditions {
                matches: input.copy_source_if_match.clone(),
                matches_not: input.copy_source_if_none_match.clone(),
                modified_since: input.copy_source_if_modified_since.clone(),
                unmodified_since: input.copy_source_if_unmodified_since.clone(),
            },
        };
        let (version, source) = objects::copy(&self.core, &self.region, copy)?;
        let mut result = CopyObjectResult {
            e_tag: quoted(&version.etag),
            last_modified: Some(timestamp(version.modified)),
            checksum_type: checksum_type(&version),
            ..Default::default()
        };
        carry_checksums!(result, version.checksums);
        Ok(CopyObjectOutput {
            copy_object_result: Some(result),
            copy_source_version_id: shown(&source),
            version_id: shown(&version),
            server_side_encryption: encrypted(),
            ..Default::default()
        })
    }

    pub(super) fn get_object_attributes(&self, input: GetObjectAttributesInput) -> S3Result<GetObjectAttributesOutput> {
        let (version, _) = self.open(&input.bucket, &input.key, input.version_id.as_deref())?;
        // One header may list them all.
        let asked: Vec<_> = input.object_attributes.iter().flat_map(|one| one.as_str().split(',')).collect();
        let wants = |name: &str| asked.iter().any(|asked| asked.trim() == name);
        let mut checksum = Checksum { checksum_type: checksum_type(&version), ..Default::default() };
        carry_checksums!(checksum, version.checksums);
        let class = version.headers.get("storage-class").map_or("STANDARD", String::as_str);
        let parts = (wants("ObjectParts") && !version.parts.is_empty()).then(|| GetObjectAttributesParts {
            total_parts_count: i32::try_from(version.parts.len()).ok(),
            ..Default::default()
        });
        Ok(GetObjectAttributesOutput {
            checksum: (wants("Checksum") && !version.checksums.is_empty()).then_some(checksum),
            e_tag: quoted(&version.etag).filter(|_| wants("ETag")),
            last_modified: Some(timestamp(version.modified)),
            object_parts: parts,
            object_size: i64::try_from(version.size).ok().filter(|_| wants("ObjectSize")),
            storage_class: wants("StorageClass").then(|| StorageClass::from(class.to_owned())),
            version_id: shown(&version),
            ..Default::default()
        })
    }

    fn retag(&self, bucket: &str, key: &str, id: Option<&str>, tags: BTreeMap<String, String>) -> S3Result<Version> {
        self.run(|context| {
            let found = versions::find(context, bucket, key, id)?;
            let version = Version { tags, ..found };
            versions::rewrite(context, &version)?;
            Ok(version)
        })
    }

    pub(super) fn put_object_tagging(&self, input: PutObjectTaggingInput) -> S3Result<PutObjectTaggingOutput> {
        let PutObjectTaggingInput { bucket, key, tagging, version_id, .. } = input;
        let tags = tagging.tag_set.into_iter();
        let tags = checked_tags(tags.map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default())))?;
        let version = self.retag(&bucket, &key, version_id.as_deref(), tags)?;
        Ok(PutObjectTaggingOutput { version_id: shown(&version) })
    }

    pub(super) fn get_object_tagging(&self, input: GetObjectTaggingInput) -> S3Result<GetObjectTaggingOutput> {
        let version =
            self.run(|context| versions::find(context, &input.bucket, &input.key, input.version_id.as_deref()))?;
        let tags = version.tags.iter().map(|(key, value)| Tag { key: Some(key.clone()), value: Some(value.clone()) });
        Ok(GetObjectTaggingOutput { tag_set: tags.collect(), version_id: shown(&version) })
    }

    pub(super) fn delete_object_tagging(&self, input: DeleteObjectTaggingInput) -> S3Result<DeleteObjectTaggingOutput> {
        let version = self.retag(&input.bucket, &input.key, input.version_id.as_deref(), BTreeMap::new())?;
        Ok(DeleteObjectTaggingOutput { version_id: shown(&version) })
    }
}

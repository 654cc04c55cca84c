//! Uploads in parts.

use super::super::checksums as sums;
use super::super::conditions::{Conditions, WriteConditions};
use super::super::multipart::{self, Place};
use super::super::objects::{self, quoted};
use super::super::versions::Version;
use super::super::{Front, error, from_api};
use super::super::{precondition_failed, timestamp};
use super::carried::{carry_checksums, checksums, headers};
use super::objects::{checksum_type, tags_of};
use super::{encrypted, shown};
use s3s::S3Result;
use s3s::dto::*;

/// A page of parts or uploads, unless the request asks for less.
const MOST: i32 = 1000;

fn most(asked: Option<i32>) -> usize {
    usize::try_from(asked.unwrap_or(MOST).clamp(1, MOST)).unwrap_or(1)
}

impl Front {
    pub(super) fn create_multipart_upload(
        &self,
        input: CreateMultipartUploadInput,
    ) -> S3Result<CreateMultipartUploadOutput> {
        let algorithm = input.checksum_algorithm.as_ref().map(|one| one.as_str().to_lowercase());
        // CRC64NVME can only be of the whole object; for the others, the parts' checksums are the default.
        let full = input.checksum_type.as_ref().is_some_and(|one| one.as_str() == ChecksumType::FULL_OBJECT);
        let composite = !full && algorithm.as_deref().is_some_and(|one| one != sums::DEFAULT);
        let headers = headers!(input);
        let tags = tags_of(input.tagging.as_deref())?;
        let metadata = input.metadata.unwrap_or_default().into_iter().collect();
        let key = input.key.clone();
        let version = Version { key, headers, metadata, tags, algorithm, composite, ..Version::default() };
        let id = self.run(|context| multipart::create(context, &input.bucket, &version))?;
        let kind = if composite { ChecksumType::COMPOSITE } else { ChecksumType::FULL_OBJECT };
        Ok(CreateMultipartUploadOutput {
            checksum_type: input.checksum_algorithm.as_ref().map(|_| ChecksumType::from_static(kind)),
            checksum_algorithm: input.checksum_algorithm,
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(id),
            server_side_encryption: encrypted(),
            ..Default::default()
        })
    }

    pub(super) fn upload_part(&self, input: UploadPartInput, body: &[u8]) -> S3Result<UploadPartOutput> {
        sums::verify_md5(input.content_md5.as_deref(), body).map_err(from_api)?;
        let asked = input.checksum_algorithm.as_ref().map(ChecksumAlgorithm::as_str);
        let checksums = sums::verify(&checksums!(input), asked, body).map_err(from_api)?;
        let place = Place { bucket: &input.bucket, upload: &input.upload_id, number: input.part_number };
        let part = multipart::put_part(&self.core, &self.region, &place, body, checksums)?;
        let mut output =
            UploadPartOutput { e_tag: quoted(&part.etag), server_side_encryption: encrypted(), ..Default::default() };
        carry_checksums!(output, part.checksums);
        Ok(output)
    }

    pub(super) fn upload_part_copy(&self, input: UploadPartCopyInput) -> S3Result<UploadPartCopyOutput> {
        let CopySource::Bucket { bucket: from, key, version_id } = &input.copy_source else {
            return Err(error("NotImplemented", 501, "Local AWS has no access points"));
        };
        let (source, file) = self.open(from, key, version_id.as_deref())?;
        let conditions = Conditions {
            matches: input.copy_source_if_match,
            matches_not: input.copy_source_if_none_match,
            modified_since: input.copy_source_if_modified_since,
            unmodified_since: input.copy_source_if_unmodified_since,
        };
        if !conditions.check_source(&source) {
            return Err(from_api(precondition_failed()));
        }
        let range = input.copy_source_range.as_deref().map(|range| {
            let bad = |_| error("InvalidArgument", 400, "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy");
            Range::parse(range).map_err(bad)?.check(source.size).map_err(s3s::S3Error::from)
        });
        let bytes = objects::read(file, &range.transpose()?.unwrap_or(0..source.size))?;
        let checksums = sums::of(sums::DEFAULT, &bytes);
        let place = Place { bucket: &input.bucket, upload: &input.upload_id, number: input.part_number };
        let part = multipart::put_part(&self.core, &self.region, &place, &bytes, checksums)?;
        let result = CopyPartResult {
            e_tag: quoted(&part.etag),
            last_modified: Some(timestamp(part.modified)),
            ..Default::default()
        };
        Ok(UploadPartCopyOutput {
            copy_part_result: Some(result),
            copy_source_version_id: shown(&source),
            server_side_encryption: encrypted(),
            ..Default::default()
        })
    }

    pub(super) fn list_parts(&self, input: ListPartsInput) -> S3Result<ListPartsOutput> {
        let mut parts = self.run(|context| multipart::parts(context, &input.bucket, &input.upload_id))?;
        let after = input.part_number_marker.unwrap_or(0);
        parts.retain(|part| part.number > after);
        let most = most(input.max_parts);
        let more = parts.len() > most;
        parts.truncate(most);
        let next = parts.last().map(|part| part.number).filter(|_| more);
        let shown = parts.into_iter().map(|part| {
            let mut told = Part {
                e_tag: quoted(&part.etag),
                last_modified: Some(timestamp(part.modified)),
                part_number: Some(part.number),
                size: i64::try_from(part.size).ok(),
                ..Default::default()
            };
            carry_checksums!(told, part.checksums);
            told
        });
        Ok(ListPartsOutput {
            parts: Some(shown.collect()),
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            is_truncated: Some(more),
            next_part_number_marker: next,
            part_number_marker: Some(after),
            max_parts: i32::try_from(most).ok(),
            owner: self.owner(),
            storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
            ..Default::default()
        })
    }

    pub(super) fn list_multipart_uploads(
        &self,
        input: ListMultipartUploadsInput,
    ) -> S3Result<ListMultipartUploadsOutput> {
        let mut uploads = self.run(|context| multipart::uploads(context, &input.bucket))?;
        let prefix = input.prefix.clone().unwrap_or_default();
        let after = input.key_marker.as_deref().unwrap_or_default();
        let after_id = input.upload_id_marker.as_deref();
        let is_behind = |key: &str, id: &str| key > after || (key == after && after_id.is_some_and(|last| id > last));
        uploads.retain(|(key, id, _)| key.starts_with(&prefix) && is_behind(key, id));
        let most = most(input.max_uploads);
        let more = uploads.len() > most;
        uploads.truncate(most);
        let (next_key, next_id) = uploads.last().filter(|_| more).map(|(key, id, _)| (key.clone(), id.clone())).unzip();
        let uploads = uploads.into_iter().map(|(key, id, began)| MultipartUpload {
            initiated: Some(timestamp(began)),
            key: Some(key),
            upload_id: Some(id),
            owner: self.owner(),
            storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
            ..Default::default()
        });
        Ok(ListMultipartUploadsOutput {
            uploads: Some(uploads.collect()),
            bucket: Some(input.bucket),
            prefix: input.prefix,
            key_marker: input.key_marker,
            upload_id_marker: input.upload_id_marker,
            next_key_marker: next_key,
            next_upload_id_marker: next_id,
            max_uploads: i32::try_from(most).ok(),
            is_truncated: Some(more),
            ..Default::default()
        })
    }

    pub(super) fn complete_multipart_upload(
        &self,
        input: CompleteMultipartUploadInput,
    ) -> S3Result<CompleteMultipartUploadOutput> {
        let parts = input.multipart_upload.and_then(|all| all.parts).unwrap_or_default();
        let wanted = parts.into_iter().map(|part| {
            let etag = part.e_tag.map(|etag| etag.value().to_owned()).unwrap_or_default();
            (part.part_number.unwrap_or_default(), etag)
        });
        let wanted: Vec<_> = wanted.collect();
        let upload = (input.bucket.as_str(), input.upload_id.as_str());
        let conditions = WriteConditions { matches: input.if_match, only_new: input.if_none_match.is_some() };
        let version = multipart::complete(&self.core, &self.region, upload, &wanted, &conditions)?;
        let mut output = CompleteMultipartUploadOutput {
            e_tag: quoted(&version.etag),
            version_id: shown(&version),
            location: Some(format!("/{}/{}", input.bucket, input.key)),
            bucket: Some(input.bucket),
            key: Some(input.key),
            checksum_type: checksum_type(&version),
            server_side_encryption: encrypted(),
            ..Default::default()
        };
        carry_checksums!(output, version.checksums);
        Ok(output)
    }

    pub(super) fn abort_multipart_upload(
        &self,
        input: AbortMultipartUploadInput,
    ) -> S3Result<AbortMultipartUploadOutput> {
        multipart::abort(&self.core, &self.region, &input.bucket, &input.upload_id)?;
        Ok(AbortMultipartUploadOutput::default())
    }
}

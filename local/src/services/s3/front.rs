//! The operations as `s3s` asks for them, each handed on to where its work is done.

use super::configurations::{self as configure, ENCRYPTION, LIFECYCLE, OWNERSHIP, PUBLIC_ACCESS};
use super::objects::{self, Asked, Entry, collect, quoted, timestamp};
use super::versions::{self, Version};
use super::{buckets, error, from_api, multipart, notifications};
use crate::ACCOUNT;
use crate::api_error::Result as ApiResult;
use crate::context::Context;
use crate::core::Core;
use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) struct Front {
    pub(super) core: Arc<Core>,
    pub(super) region: String,
}

type Answer<T> = S3Result<S3Response<T>>;

fn answer<T>(output: T) -> Answer<T> {
    Ok(S3Response::new(output))
}

impl Front {
    fn run<T>(&self, work: impl FnOnce(&Context<'_>) -> ApiResult<T>) -> S3Result<T> {
        self.core.run(&self.region, work).map_err(from_api)
    }

    fn page(&self, bucket: &str, asked: &Asked<'_>) -> S3Result<objects::Page> {
        self.run(|context| objects::list(context, bucket, asked))
    }

    fn add(&self, bucket: &str, version: Version, bytes: &[u8], only_new: bool) -> S3Result<Version> {
        objects::put(&self.core, &self.region, bucket, version, bytes, only_new)
    }
}

fn owner() -> Option<Owner> {
    Some(Owner { display_name: Some("local".to_owned()), id: Some(ACCOUNT.to_owned()) })
}

/// The id to show: none in a bucket without versions.
fn shown(version: &Version) -> Option<String> {
    (version.id != "null").then(|| version.id.clone())
}

/// Headers of an object that a request may set.
macro_rules! headers {
    ($input:expr) => {{
        let mut headers = BTreeMap::new();
        let given = [
            ("cache-control", $input.cache_control.as_ref()),
            ("content-disposition", $input.content_disposition.as_ref()),
            ("content-encoding", $input.content_encoding.as_ref()),
            ("content-language", $input.content_language.as_ref()),
        ];
        headers.extend(given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_string()))));
        if let Some(kind) = &$input.content_type {
            headers.insert("content-type".to_owned(), kind.to_string());
        }
        headers
    }};
}

/// The checksums that a request or an answer carries.
macro_rules! checksums {
    ($input:expr) => {{
        let given = [
            ("crc32", $input.checksum_crc32.as_ref()),
            ("crc32c", $input.checksum_crc32c.as_ref()),
            ("crc64nvme", $input.checksum_crc64nvme.as_ref()),
            ("sha1", $input.checksum_sha1.as_ref()),
            ("sha256", $input.checksum_sha256.as_ref()),
        ];
        given
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.clone())))
            .collect::<BTreeMap<String, String>>()
    }};
}

/// Fills in what describes an object, in the answers of GetObject and HeadObject.
macro_rules! describe {
    ($output:ident, $version:expr, $with_checksums:expr) => {{
        let version = &$version;
        let header = |name: &str| version.headers.get(name).cloned();
        $output.accept_ranges = Some("bytes".to_owned());
        $output.cache_control = header("cache-control");
        $output.content_disposition = header("content-disposition");
        $output.content_encoding = header("content-encoding").map(|text| text.into());
        $output.content_language = header("content-language");
        $output.content_type = Some(
            header("content-type").unwrap_or_else(|| "binary/octet-stream".to_owned()).parse().unwrap_or_default(),
        );
        $output.e_tag = quoted(&version.etag);
        $output.last_modified = Some(timestamp(version.modified));
        $output.metadata = Some(version.metadata.clone().into_iter().collect());
        $output.version_id = shown(version);
        $output.server_side_encryption = Some(ServerSideEncryption::from_static(ServerSideEncryption::AES256));
        if $with_checksums {
            let sum = |name: &str| version.checksums.get(name).cloned();
            $output.checksum_crc32 = sum("crc32");
            $output.checksum_crc32c = sum("crc32c");
            $output.checksum_crc64nvme = sum("crc64nvme");
            $output.checksum_sha1 = sum("sha1");
            $output.checksum_sha256 = sum("sha256");
        }
    }};
}

fn object(version: &Version) -> Object {
    Object {
        e_tag: quoted(&version.etag),
        key: Some(version.key.clone()),
        last_modified: Some(timestamp(version.modified)),
        size: i64::try_from(version.size).ok(),
        storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
        ..Object::default()
    }
}

fn split(entries: Vec<Entry>) -> (Vec<Version>, Vec<CommonPrefix>) {
    let (mut versions, mut prefixes) = (vec![], vec![]);
    for entry in entries {
        match entry {
            Entry::Version(version) => versions.push(*version),
            Entry::Prefix(prefix) => prefixes.push(CommonPrefix { prefix: Some(prefix) }),
        }
    }
    (versions, prefixes)
}

const MOST_KEYS: i32 = 1000;

#[async_trait::async_trait]
impl S3 for Front {
    async fn create_bucket(&self, request: S3Request<CreateBucketInput>) -> Answer<CreateBucketOutput> {
        let input = request.input;
        let constraint = input.create_bucket_configuration.and_then(|all| all.location_constraint);
        let constraint = constraint.map(|region| region.as_str().to_owned());
        self.run(|context| buckets::create(context, &input.bucket, constraint.as_deref()))?;
        answer(CreateBucketOutput { location: Some(format!("/{}", input.bucket)) })
    }

    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> Answer<HeadBucketOutput> {
        let found = self.run(|context| buckets::existing(context, &request.input.bucket))?;
        answer(HeadBucketOutput { bucket_region: found["region"].as_str().map(str::to_owned), ..Default::default() })
    }

    async fn delete_bucket(&self, request: S3Request<DeleteBucketInput>) -> Answer<DeleteBucketOutput> {
        self.run(|context| buckets::delete(context, &request.input.bucket))?;
        answer(DeleteBucketOutput::default())
    }

    async fn list_buckets(&self, request: S3Request<ListBucketsInput>) -> Answer<ListBucketsOutput> {
        let prefix = request.input.prefix.unwrap_or_default();
        let all = self.run(buckets::all)?.into_iter().filter(|(name, _)| name.starts_with(&prefix));
        let all = all.map(|(name, bucket)| Bucket {
            bucket_region: bucket["region"].as_str().map(str::to_owned),
            creation_date: Some(timestamp(bucket["created"].as_i64().unwrap_or_default())),
            name: Some(name),
        });
        answer(ListBucketsOutput { buckets: Some(all.collect()), owner: owner(), ..Default::default() })
    }

    async fn get_bucket_location(&self, request: S3Request<GetBucketLocationInput>) -> Answer<GetBucketLocationOutput> {
        let found = self.run(|context| buckets::existing(context, &request.input.bucket))?;
        let region = found["region"].as_str().filter(|region| *region != "us-east-1");
        let location_constraint = region.map(|region| BucketLocationConstraint::from(region.to_owned()));
        answer(GetBucketLocationOutput { location_constraint })
    }

    async fn get_bucket_acl(&self, request: S3Request<GetBucketAclInput>) -> Answer<GetBucketAclOutput> {
        self.run(|context| buckets::existing(context, &request.input.bucket))?;
        let grantee = Grantee {
            display_name: Some("local".to_owned()),
            email_address: None,
            id: Some(ACCOUNT.to_owned()),
            type_: Type::from_static(Type::CANONICAL_USER),
            uri: None,
        };
        let grant =
            Grant { grantee: Some(grantee), permission: Some(Permission::from_static(Permission::FULL_CONTROL)) };
        answer(GetBucketAclOutput { grants: Some(vec![grant]), owner: owner() })
    }

    async fn put_public_access_block(
        &self,
        request: S3Request<PutPublicAccessBlockInput>,
    ) -> Answer<PutPublicAccessBlockOutput> {
        let PutPublicAccessBlockInput { bucket, public_access_block_configuration: given, .. } = request.input;
        self.run(|context| PUBLIC_ACCESS.put(context, &bucket, &given))?;
        answer(PutPublicAccessBlockOutput::default())
    }

    async fn get_public_access_block(
        &self,
        request: S3Request<GetPublicAccessBlockInput>,
    ) -> Answer<GetPublicAccessBlockOutput> {
        let found = self.run(|context| PUBLIC_ACCESS.get(context, &request.input.bucket))?;
        answer(GetPublicAccessBlockOutput { public_access_block_configuration: Some(found) })
    }

    async fn delete_public_access_block(
        &self,
        request: S3Request<DeletePublicAccessBlockInput>,
    ) -> Answer<DeletePublicAccessBlockOutput> {
        self.run(|context| PUBLIC_ACCESS.delete(context, &request.input.bucket))?;
        answer(DeletePublicAccessBlockOutput::default())
    }

    async fn put_bucket_ownership_controls(
        &self,
        request: S3Request<PutBucketOwnershipControlsInput>,
    ) -> Answer<PutBucketOwnershipControlsOutput> {
        let PutBucketOwnershipControlsInput { bucket, ownership_controls: given, .. } = request.input;
        self.run(|context| OWNERSHIP.put(context, &bucket, &given))?;
        answer(PutBucketOwnershipControlsOutput::default())
    }

    async fn get_bucket_ownership_controls(
        &self,
        request: S3Request<GetBucketOwnershipControlsInput>,
    ) -> Answer<GetBucketOwnershipControlsOutput> {
        let found = self.run(|context| OWNERSHIP.get(context, &request.input.bucket))?;
        answer(GetBucketOwnershipControlsOutput { ownership_controls: Some(found) })
    }

    async fn delete_bucket_ownership_controls(
        &self,
        request: S3Request<DeleteBucketOwnershipControlsInput>,
    ) -> Answer<DeleteBucketOwnershipControlsOutput> {
        self.run(|context| OWNERSHIP.delete(context, &request.input.bucket))?;
        answer(DeleteBucketOwnershipControlsOutput::default())
    }

    async fn put_bucket_encryption(
        &self,
        request: S3Request<PutBucketEncryptionInput>,
    ) -> Answer<PutBucketEncryptionOutput> {
        let PutBucketEncryptionInput { bucket, server_side_encryption_configuration: given, .. } = request.input;
        self.run(|context| ENCRYPTION.put(context, &bucket, &given))?;
        answer(PutBucketEncryptionOutput::default())
    }

    async fn get_bucket_encryption(
        &self,
        request: S3Request<GetBucketEncryptionInput>,
    ) -> Answer<GetBucketEncryptionOutput> {
        let found = self.run(|context| configure::encryption(context, &request.input.bucket))?;
        answer(GetBucketEncryptionOutput { server_side_encryption_configuration: Some(found) })
    }

    async fn delete_bucket_encryption(
        &self,
        request: S3Request<DeleteBucketEncryptionInput>,
    ) -> Answer<DeleteBucketEncryptionOutput> {
        self.run(|context| ENCRYPTION.delete(context, &request.input.bucket))?;
        answer(DeleteBucketEncryptionOutput::default())
    }

    async fn put_bucket_policy(&self, request: S3Request<PutBucketPolicyInput>) -> Answer<PutBucketPolicyOutput> {
        let PutBucketPolicyInput { bucket, policy, .. } = request.input;
        self.run(|context| configure::put_policy(context, &bucket, policy))?;
        answer(PutBucketPolicyOutput::default())
    }

    async fn get_bucket_policy(&self, request: S3Request<GetBucketPolicyInput>) -> Answer<GetBucketPolicyOutput> {
        let found = self.run(|context| configure::policy(context, &request.input.bucket))?;
        answer(GetBucketPolicyOutput { policy: Some(found) })
    }

    async fn delete_bucket_policy(
        &self,
        request: S3Request<DeleteBucketPolicyInput>,
    ) -> Answer<DeleteBucketPolicyOutput> {
        self.run(|context| configure::delete_policy(context, &request.input.bucket))?;
        answer(DeleteBucketPolicyOutput::default())
    }

    async fn put_bucket_lifecycle_configuration(
        &self,
        request: S3Request<PutBucketLifecycleConfigurationInput>,
    ) -> Answer<PutBucketLifecycleConfigurationOutput> {
        let PutBucketLifecycleConfigurationInput { bucket, lifecycle_configuration: given, .. } = request.input;
        self.run(|context| configure::put_lifecycle(context, &bucket, given))?;
        answer(PutBucketLifecycleConfigurationOutput::default())
    }

    async fn get_bucket_lifecycle_configuration(
        &self,
        request: S3Request<GetBucketLifecycleConfigurationInput>,
    ) -> Answer<GetBucketLifecycleConfigurationOutput> {
        let found: BucketLifecycleConfiguration = self.run(|context| LIFECYCLE.get(context, &request.input.bucket))?;
        answer(GetBucketLifecycleConfigurationOutput { rules: Some(found.rules), ..Default::default() })
    }

    async fn delete_bucket_lifecycle(
        &self,
        request: S3Request<DeleteBucketLifecycleInput>,
    ) -> Answer<DeleteBucketLifecycleOutput> {
        self.run(|context| LIFECYCLE.delete(context, &request.input.bucket))?;
        answer(DeleteBucketLifecycleOutput::default())
    }

    async fn put_bucket_versioning(
        &self,
        request: S3Request<PutBucketVersioningInput>,
    ) -> Answer<PutBucketVersioningOutput> {
        let PutBucketVersioningInput { bucket, versioning_configuration: given, .. } = request.input;
        let status = given.status.as_ref().map(BucketVersioningStatus::as_str);
        self.run(|context| configure::put_versioning(context, &bucket, status))?;
        answer(PutBucketVersioningOutput::default())
    }

    async fn get_bucket_versioning(
        &self,
        request: S3Request<GetBucketVersioningInput>,
    ) -> Answer<GetBucketVersioningOutput> {
        let status = self.run(|context| configure::versioning(context, &request.input.bucket))?;
        answer(GetBucketVersioningOutput { status, ..Default::default() })
    }

    async fn put_bucket_tagging(&self, request: S3Request<PutBucketTaggingInput>) -> Answer<PutBucketTaggingOutput> {
        let PutBucketTaggingInput { bucket, tagging, .. } = request.input;
        self.run(|context| configure::put_tags(context, &bucket, tagging.tag_set))?;
        answer(PutBucketTaggingOutput::default())
    }

    async fn get_bucket_tagging(&self, request: S3Request<GetBucketTaggingInput>) -> Answer<GetBucketTaggingOutput> {
        let tag_set = self.run(|context| configure::tags(context, &request.input.bucket))?;
        answer(GetBucketTaggingOutput { tag_set })
    }

    async fn delete_bucket_tagging(
        &self,
        request: S3Request<DeleteBucketTaggingInput>,
    ) -> Answer<DeleteBucketTaggingOutput> {
        self.run(|context| configure::delete_tags(context, &request.input.bucket))?;
        answer(DeleteBucketTaggingOutput::default())
    }

    async fn put_bucket_notification_configuration(
        &self,
        request: S3Request<PutBucketNotificationConfigurationInput>,
    ) -> Answer<PutBucketNotificationConfigurationOutput> {
        let PutBucketNotificationConfigurationInput {
            bucket,
            notification_configuration: given,
            skip_destination_validation: skip,
            ..
        } = request.input;
        self.run(|context| notifications::put(context, &bucket, given, skip == Some(true)))?;
        answer(PutBucketNotificationConfigurationOutput::default())
    }

    async fn get_bucket_notification_configuration(
        &self,
        request: S3Request<GetBucketNotificationConfigurationInput>,
    ) -> Answer<GetBucketNotificationConfigurationOutput> {
        let found = self.run(|context| notifications::get(context, &request.input.bucket))?;
        answer(GetBucketNotificationConfigurationOutput {
            event_bridge_configuration: found.event_bridge_configuration,
            lambda_function_configurations: found.lambda_function_configurations,
            queue_configurations: found.queue_configurations,
            topic_configurations: found.topic_configurations,
        })
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> Answer<PutObjectOutput> {
        let mut input = request.input;
        let bytes = collect(input.body.take()).await?;
        let (headers, checksums) = (headers!(input), checksums!(input));
        let metadata = input.metadata.unwrap_or_default().into_iter().collect();
        let version = Version { key: input.key, headers, metadata, checksums, ..Version::default() };
        let version = self.add(&input.bucket, version, &bytes, input.if_none_match.is_some())?;
        answer(PutObjectOutput {
            e_tag: quoted(&version.etag),
            version_id: shown(&version),
            server_side_encryption: Some(ServerSideEncryption::from_static(ServerSideEncryption::AES256)),
            checksum_crc32: version.checksums.get("crc32").cloned(),
            ..Default::default()
        })
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> Answer<GetObjectOutput> {
        let input = request.input;
        let version =
            self.run(|context| versions::find(context, &input.bucket, &input.key, input.version_id.as_deref()))?;
        if version.is_marker {
            return Err(error("MethodNotAllowed", 405, "The specified method is not allowed against this resource."));
        }
        let (start, end, bytes) = objects::bytes(&self.core, &version, input.range.as_ref())?;
        let mut output = GetObjectOutput { content_length: Some(bytes.len() as i64), ..Default::default() };
        describe!(output, version, input.checksum_mode.is_some() && input.range.is_none());
        if input.range.is_some() {
            output.content_range = Some(format!("bytes {start}-{}/{}", end.saturating_sub(1), version.size));
        }
        output.body = Some(StreamingBlob::from(s3s::Body::from(bytes)));
        answer(output)
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> Answer<HeadObjectOutput> {
        let input = request.input;
        let version =
            self.run(|context| versions::find(context, &input.bucket, &input.key, input.version_id.as_deref()))?;
        let mut output = HeadObjectOutput { content_length: i64::try_from(version.size).ok(), ..Default::default() };
        describe!(output, version, input.checksum_mode.is_some());
        answer(output)
    }

    async fn copy_object(&self, request: S3Request<CopyObjectInput>) -> Answer<CopyObjectOutput> {
        let input = request.input;
        let CopySource::Bucket { bucket: from, key, version_id } = &input.copy_source else {
            return Err(error("NotImplemented", 501, "Local AWS has no access points"));
        };
        let replaces = input.metadata_directive.as_ref().is_some_and(|one| one.as_str() == MetadataDirective::REPLACE);
        let replaced =
            replaces.then(|| (headers!(input), input.metadata.clone().unwrap_or_default().into_iter().collect()));
        let (from, to) = ((&**from, &**key, version_id.as_deref()), (input.bucket.as_str(), input.key.as_str()));
        let version = objects::copy(&self.core, &self.region, from, to, replaced)?;
        let result = CopyObjectResult {
            e_tag: quoted(&version.etag),
            last_modified: Some(timestamp(version.modified)),
            ..Default::default()
        };
        answer(CopyObjectOutput { copy_object_result: Some(result), version_id: shown(&version), ..Default::default() })
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> Answer<DeleteObjectOutput> {
        let input = request.input;
        let deleted =
            self.run(|context| versions::delete(context, &input.bucket, &input.key, input.version_id.as_deref()))?;
        objects::sweep(&self.core, &deleted.blobs);
        let delete_marker = deleted.marker.then_some(true);
        answer(DeleteObjectOutput { delete_marker, version_id: deleted.version, ..Default::default() })
    }

    async fn delete_objects(&self, request: S3Request<DeleteObjectsInput>) -> Answer<DeleteObjectsOutput> {
        let DeleteObjectsInput { bucket, delete, .. } = request.input;
        if delete.objects.len() > MOST_KEYS as usize {
            return Err(error("MalformedXML", 400, "At most 1000 keys can be deleted at once"));
        }
        let all = self.run(|context| {
            let each = delete.objects.iter().map(|one| {
                let id = one.version_id.as_deref();
                Ok((one, versions::delete(context, &bucket, &one.key, id)?))
            });
            each.collect::<ApiResult<Vec<_>>>()
        })?;
        let mut told = vec![];
        for (one, deleted) in all {
            objects::sweep(&self.core, &deleted.blobs);
            told.push(DeletedObject {
                key: Some(one.key.clone()),
                version_id: one.version_id.clone(),
                delete_marker: deleted.marker.then_some(true),
                delete_marker_version_id: deleted.version.filter(|_| deleted.marker),
            });
        }
        let told = (delete.quiet != Some(true)).then_some(told);
        answer(DeleteObjectsOutput { deleted: told, ..Default::default() })
    }

    async fn list_objects_v2(&self, request: S3Request<ListObjectsV2Input>) -> Answer<ListObjectsV2Output> {
        let input = request.input;
        let token = input
            .continuation_token
            .as_ref()
            .map(|token| hex::decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok()));
        let Some(after) = token.unwrap_or_else(|| Some(input.start_after.clone().unwrap_or_default())) else {
            return Err(error("InvalidArgument", 400, "The continuation token provided is incorrect"));
        };
        let most = input.max_keys.unwrap_or(MOST_KEYS).clamp(0, MOST_KEYS);
        let (prefix, delimiter) =
            (input.prefix.clone().unwrap_or_default(), input.delimiter.clone().unwrap_or_default());
        let asked = Asked { prefix: &prefix, delimiter: &delimiter, after: (&after, None), most, versions: false };
        let page = self.page(&input.bucket, &asked)?;
        let (versions, prefixes) = split(page.entries);
        answer(ListObjectsV2Output {
            key_count: i32::try_from(versions.len() + prefixes.len()).ok(),
            contents: Some(versions.iter().map(object).collect()),
            common_prefixes: Some(prefixes),
            is_truncated: Some(page.more_after.is_some()),
            next_continuation_token: page.more_after.map(|(key, _)| hex::encode(key)),
            continuation_token: input.continuation_token,
            name: Some(input.bucket),
            prefix: Some(prefix),
            delimiter: input.delimiter,
            encoding_type: input.encoding_type,
            start_after: input.start_after,
            max_keys: Some(most),
            ..Default::default()
        })
    }

    async fn list_objects(&self, request: S3Request<ListObjectsInput>) -> Answer<ListObjectsOutput> {
        let input = request.input;
        let most = input.max_keys.unwrap_or(MOST_KEYS).clamp(0, MOST_KEYS);
        let after = input.marker.clone().unwrap_or_default();
        let (prefix, delimiter) =
            (input.prefix.clone().unwrap_or_default(), input.delimiter.clone().unwrap_or_default());
        let asked = Asked { prefix: &prefix, delimiter: &delimiter, after: (&after, None), most, versions: false };
        let page = self.page(&input.bucket, &asked)?;
        let (versions, prefixes) = split(page.entries);
        answer(ListObjectsOutput {
            contents: Some(versions.iter().map(object).collect()),
            common_prefixes: Some(prefixes),
            is_truncated: Some(page.more_after.is_some()),
            next_marker: page.more_after.map(|(key, _)| key),
            marker: Some(after),
            name: Some(input.bucket),
            prefix: Some(prefix),
            delimiter: input.delimiter,
            encoding_type: input.encoding_type,
            max_keys: Some(most),
            ..Default::default()
        })
    }

    async fn list_object_versions(
        &self,
        request: S3Request<ListObjectVersionsInput>,
    ) -> Answer<ListObjectVersionsOutput> {
        let input = request.input;
        let most = input.max_keys.unwrap_or(MOST_KEYS).clamp(0, MOST_KEYS);
        let (prefix, delimiter) =
            (input.prefix.clone().unwrap_or_default(), input.delimiter.clone().unwrap_or_default());
        let after = (input.key_marker.as_deref().unwrap_or_default(), input.version_id_marker.as_deref());
        let asked = Asked { prefix: &prefix, delimiter: &delimiter, after, most, versions: true };
        let page = self.page(&input.bucket, &asked)?;
        let (versions, prefixes) = split(page.entries);
        let (markers, versions): (Vec<_>, Vec<_>) = versions.into_iter().partition(|version| version.is_marker);
        let marker = |version: Version| DeleteMarkerEntry {
            is_latest: Some(version.is_latest),
            key: Some(version.key),
            last_modified: Some(timestamp(version.modified)),
            owner: owner(),
            version_id: Some(version.id),
        };
        let version = |version: Version| ObjectVersion {
            e_tag: quoted(&version.etag),
            is_latest: Some(version.is_latest),
            key: Some(version.key),
            last_modified: Some(timestamp(version.modified)),
            owner: owner(),
            size: i64::try_from(version.size).ok(),
            storage_class: Some(ObjectVersionStorageClass::from_static(ObjectVersionStorageClass::STANDARD)),
            version_id: Some(version.id),
            ..Default::default()
        };
        let (next_key_marker, next_version_id_marker) = page.more_after.clone().unzip();
        answer(ListObjectVersionsOutput {
            delete_markers: Some(markers.into_iter().map(marker).collect()),
            versions: Some(versions.into_iter().map(version).collect()),
            common_prefixes: Some(prefixes),
            is_truncated: Some(page.more_after.is_some()),
            next_key_marker,
            next_version_id_marker,
            name: Some(input.bucket),
            prefix: Some(prefix),
            delimiter: input.delimiter,
            key_marker: input.key_marker,
            version_id_marker: input.version_id_marker,
            encoding_type: input.encoding_type,
            max_keys: Some(most),
            ..Default::default()
        })
    }

    async fn put_object_tagging(&self, request: S3Request<PutObjectTaggingInput>) -> Answer<PutObjectTaggingOutput> {
        let PutObjectTaggingInput { bucket, key, tagging, version_id, .. } = request.input;
        let tags = tagging.tag_set.into_iter().map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()));
        let version = self.run(|context| {
            let found = versions::find(context, &bucket, &key, version_id.as_deref())?;
            let version = Version { tags: tags.collect(), ..found };
            versions::rewrite(context, &version)?;
            Ok(version)
        })?;
        answer(PutObjectTaggingOutput { version_id: shown(&version) })
    }

    async fn get_object_tagging(&self, request: S3Request<GetObjectTaggingInput>) -> Answer<GetObjectTaggingOutput> {
        let input = request.input;
        let version =
            self.run(|context| versions::find(context, &input.bucket, &input.key, input.version_id.as_deref()))?;
        let tags = version.tags.iter().map(|(key, value)| Tag { key: Some(key.clone()), value: Some(value.clone()) });
        answer(GetObjectTaggingOutput { tag_set: tags.collect(), version_id: shown(&version) })
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> Answer<CreateMultipartUploadOutput> {
        let input = request.input;
        let headers = headers!(input);
        let metadata = input.metadata.unwrap_or_default().into_iter().collect();
        let version = Version { key: input.key.clone(), headers, metadata, ..Version::default() };
        let id = self.run(|context| multipart::create(context, &input.bucket, &version))?;
        answer(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(id),
            ..Default::default()
        })
    }

    async fn upload_part(&self, request: S3Request<UploadPartInput>) -> Answer<UploadPartOutput> {
        let mut input = request.input;
        let bytes = collect(input.body.take()).await?;
        let etag =
            multipart::put_part(&self.core, &self.region, &input.bucket, &input.upload_id, input.part_number, &bytes)?;
        let checksum_crc32 = input.checksum_crc32;
        answer(UploadPartOutput { e_tag: quoted(&etag), checksum_crc32, ..Default::default() })
    }

    async fn list_parts(&self, request: S3Request<ListPartsInput>) -> Answer<ListPartsOutput> {
        let input = request.input;
        let parts = self.run(|context| multipart::parts(context, &input.bucket, &input.upload_id))?;
        let parts = parts.into_iter().map(|part| Part {
            e_tag: quoted(&part.etag),
            last_modified: Some(timestamp(part.modified)),
            part_number: Some(part.number),
            size: i64::try_from(part.size).ok(),
            ..Default::default()
        });
        answer(ListPartsOutput {
            parts: Some(parts.collect()),
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            is_truncated: Some(false),
            ..Default::default()
        })
    }

    async fn list_multipart_uploads(
        &self,
        request: S3Request<ListMultipartUploadsInput>,
    ) -> Answer<ListMultipartUploadsOutput> {
        let bucket = request.input.bucket;
        let uploads = self.run(|context| multipart::uploads(context, &bucket))?;
        let uploads = uploads.into_iter().map(|(id, key, began)| MultipartUpload {
            initiated: Some(timestamp(began)),
            key: Some(key),
            upload_id: Some(id),
            owner: owner(),
            ..Default::default()
        });
        answer(ListMultipartUploadsOutput {
            uploads: Some(uploads.collect()),
            bucket: Some(bucket),
            is_truncated: Some(false),
            ..Default::default()
        })
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> Answer<CompleteMultipartUploadOutput> {
        let input = request.input;
        let parts = input.multipart_upload.and_then(|all| all.parts).unwrap_or_default();
        let wanted = parts.into_iter().map(|part| {
            let etag = part.e_tag.map(|etag| etag.value().to_owned()).unwrap_or_default();
            (part.part_number.unwrap_or_default(), etag)
        });
        let wanted: Vec<_> = wanted.collect();
        let version = multipart::complete(&self.core, &self.region, &input.bucket, &input.upload_id, &wanted)?;
        answer(CompleteMultipartUploadOutput {
            e_tag: quoted(&version.etag),
            version_id: shown(&version),
            location: Some(format!("/{}/{}", input.bucket, input.key)),
            bucket: Some(input.bucket),
            key: Some(input.key),
            ..Default::default()
        })
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> Answer<AbortMultipartUploadOutput> {
        let AbortMultipartUploadInput { bucket, upload_id, .. } = request.input;
        multipart::abort(&self.core, &self.region, &bucket, &upload_id)?;
        answer(AbortMultipartUploadOutput::default())
    }
}

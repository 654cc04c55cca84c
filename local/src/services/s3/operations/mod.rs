//! The operations as `s3s` asks for them, each in the file of what it works on.

mod buckets;
mod carried;
mod configurations;
mod deletions;
mod lists;
mod objects;
mod unset;
mod uploads;

use super::objects::collect;
use super::versions::Version;
use super::{Front, from_api};
use crate::api_error::Result as ApiResult;
use crate::context::Context;
use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result};

impl Front {
    fn run<T>(&self, work: impl FnOnce(&Context<'_>) -> ApiResult<T>) -> S3Result<T> {
        self.core.run(&self.region, work).map_err(from_api)
    }

    fn owner(&self) -> Option<Owner> {
        Some(Owner { display_name: Some("local".to_owned()), id: Some(self.core.account.to_string()) })
    }
}

/// The id to show: none where the bucket never had versions.
fn shown(version: &Version) -> Option<String> {
    version.versioned.then(|| version.id.clone())
}

fn encrypted() -> Option<ServerSideEncryption> {
    Some(ServerSideEncryption::from_static(ServerSideEncryption::AES256))
}

/// `s3s` wants one `impl` of all operations. Each is a method of the same name here, without the envelope.
macro_rules! operations {
    (
        plain { $($name:ident: $input:ident => $output:ident;)* }
        with_body { $($sent:ident: $sent_input:ident => $sent_output:ident;)* }
    ) => {
        /// Their names, as `s3s` tells them of a request.
        pub(super) fn names() -> Vec<&'static str> {
            let inputs = [$(stringify!($input),)* $(stringify!($sent_input),)*];
            inputs.into_iter().map(|input| input.trim_end_matches("Input")).collect()
        }

        #[async_trait::async_trait]
        impl S3 for Front {
            $(async fn $name(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                Front::$name(self, request.input).map(S3Response::new)
            })*
            $(async fn $sent(&self, mut request: S3Request<$sent_input>) -> S3Result<S3Response<$sent_output>> {
                let body = collect(request.input.body.take()).await?;
                Front::$sent(self, request.input, &body).map(S3Response::new)
            })*
        }
    };
}

operations! {
    plain {
        abort_multipart_upload: AbortMultipartUploadInput => AbortMultipartUploadOutput;
        complete_multipart_upload: CompleteMultipartUploadInput => CompleteMultipartUploadOutput;
        copy_object: CopyObjectInput => CopyObjectOutput;
        create_bucket: CreateBucketInput => CreateBucketOutput;
        create_multipart_upload: CreateMultipartUploadInput => CreateMultipartUploadOutput;
        delete_bucket: DeleteBucketInput => DeleteBucketOutput;
        delete_bucket_cors: DeleteBucketCorsInput => DeleteBucketCorsOutput;
        delete_bucket_encryption: DeleteBucketEncryptionInput => DeleteBucketEncryptionOutput;
        delete_bucket_lifecycle: DeleteBucketLifecycleInput => DeleteBucketLifecycleOutput;
        delete_bucket_ownership_controls: DeleteBucketOwnershipControlsInput => DeleteBucketOwnershipControlsOutput;
        delete_bucket_policy: DeleteBucketPolicyInput => DeleteBucketPolicyOutput;
        delete_bucket_tagging: DeleteBucketTaggingInput => DeleteBucketTaggingOutput;
        delete_object: DeleteObjectInput => DeleteObjectOutput;
        delete_object_tagging: DeleteObjectTaggingInput => DeleteObjectTaggingOutput;
        delete_objects: DeleteObjectsInput => DeleteObjectsOutput;
        delete_public_access_block: DeletePublicAccessBlockInput => DeletePublicAccessBlockOutput;
        get_bucket_accelerate_configuration: GetBucketAccelerateConfigurationInput => GetBucketAccelerateConfigurationOutput;
        get_bucket_acl: GetBucketAclInput => GetBucketAclOutput;
        get_bucket_cors: GetBucketCorsInput => GetBucketCorsOutput;
        get_bucket_encryption: GetBucketEncryptionInput => GetBucketEncryptionOutput;
        get_bucket_lifecycle_configuration: GetBucketLifecycleConfigurationInput => GetBucketLifecycleConfigurationOutput;
        get_bucket_location: GetBucketLocationInput => GetBucketLocationOutput;
        get_bucket_logging: GetBucketLoggingInput => GetBucketLoggingOutput;
        get_bucket_notification_configuration: GetBucketNotificationConfigurationInput => GetBucketNotificationConfigurationOutput;
        get_bucket_ownership_controls: GetBucketOwnershipControlsInput => GetBucketOwnershipControlsOutput;
        get_bucket_policy: GetBucketPolicyInput => GetBucketPolicyOutput;
        get_bucket_policy_status: GetBucketPolicyStatusInput => GetBucketPolicyStatusOutput;
        get_bucket_replication: GetBucketReplicationInput => GetBucketReplicationOutput;
        get_bucket_request_payment: GetBucketRequestPaymentInput => GetBucketRequestPaymentOutput;
        get_bucket_tagging: GetBucketTaggingInput => GetBucketTaggingOutput;
        get_bucket_versioning: GetBucketVersioningInput => GetBucketVersioningOutput;
        get_bucket_website: GetBucketWebsiteInput => GetBucketWebsiteOutput;
        get_object: GetObjectInput => GetObjectOutput;
        get_object_attributes: GetObjectAttributesInput => GetObjectAttributesOutput;
        get_object_lock_configuration: GetObjectLockConfigurationInput => GetObjectLockConfigurationOutput;
        get_object_tagging: GetObjectTaggingInput => GetObjectTaggingOutput;
        get_public_access_block: GetPublicAccessBlockInput => GetPublicAccessBlockOutput;
        head_bucket: HeadBucketInput => HeadBucketOutput;
        head_object: HeadObjectInput => HeadObjectOutput;
        list_buckets: ListBucketsInput => ListBucketsOutput;
        list_multipart_uploads: ListMultipartUploadsInput => ListMultipartUploadsOutput;
        list_object_versions: ListObjectVersionsInput => ListObjectVersionsOutput;
        list_objects: ListObjectsInput => ListObjectsOutput;
        list_objects_v2: ListObjectsV2Input => ListObjectsV2Output;
        list_parts: ListPartsInput => ListPartsOutput;
        put_bucket_cors: PutBucketCorsInput => PutBucketCorsOutput;
        put_bucket_encryption: PutBucketEncryptionInput => PutBucketEncryptionOutput;
        put_bucket_lifecycle_configuration: PutBucketLifecycleConfigurationInput => PutBucketLifecycleConfigurationOutput;
        put_bucket_notification_configuration: PutBucketNotificationConfigurationInput => PutBucketNotificationConfigurationOutput;
        put_bucket_ownership_controls: PutBucketOwnershipControlsInput => PutBucketOwnershipControlsOutput;
        put_bucket_policy: PutBucketPolicyInput => PutBucketPolicyOutput;
        put_bucket_tagging: PutBucketTaggingInput => PutBucketTaggingOutput;
        put_bucket_versioning: PutBucketVersioningInput => PutBucketVersioningOutput;
        put_object_tagging: PutObjectTaggingInput => PutObjectTaggingOutput;
        put_public_access_block: PutPublicAccessBlockInput => PutPublicAccessBlockOutput;
        upload_part_copy: UploadPartCopyInput => UploadPartCopyOutput;
    }
    with_body {
        put_object: PutObjectInput => PutObjectOutput;
        upload_part: UploadPartInput => UploadPartOutput;
    }
}

//! What can be set for a bucket as a whole.

use super::super::configurations::{self as configure, CORS, ENCRYPTION, LIFECYCLE, OWNERSHIP, PUBLIC_ACCESS};
use super::super::{Front, notifications};
use s3s::S3Result;
use s3s::dto::*;

impl Front {
    pub(super) fn put_public_access_block(
        &self,
        input: PutPublicAccessBlockInput,
    ) -> S3Result<PutPublicAccessBlockOutput> {
        let PutPublicAccessBlockInput { bucket, public_access_block_configuration: given, .. } = input;
        self.run(|context| configure::put_public_access(context, &bucket, given))?;
        Ok(PutPublicAccessBlockOutput::default())
    }

    pub(super) fn get_public_access_block(
        &self,
        input: GetPublicAccessBlockInput,
    ) -> S3Result<GetPublicAccessBlockOutput> {
        let found = self.run(|context| PUBLIC_ACCESS.get(context, &input.bucket))?;
        Ok(GetPublicAccessBlockOutput { public_access_block_configuration: Some(found) })
    }

    pub(super) fn delete_public_access_block(
        &self,
        input: DeletePublicAccessBlockInput,
    ) -> S3Result<DeletePublicAccessBlockOutput> {
        self.run(|context| PUBLIC_ACCESS.delete(context, &input.bucket))?;
        Ok(DeletePublicAccessBlockOutput::default())
    }

    pub(super) fn put_bucket_ownership_controls(
        &self,
        input: PutBucketOwnershipControlsInput,
    ) -> S3Result<PutBucketOwnershipControlsOutput> {
        let PutBucketOwnershipControlsInput { bucket, ownership_controls: given, .. } = input;
        self.run(|context| OWNERSHIP.put(context, &bucket, &given))?;
        Ok(PutBucketOwnershipControlsOutput::default())
    }

    pub(super) fn get_bucket_ownership_controls(
        &self,
        input: GetBucketOwnershipControlsInput,
    ) -> S3Result<GetBucketOwnershipControlsOutput> {
        let found = self.run(|context| OWNERSHIP.get(context, &input.bucket))?;
        Ok(GetBucketOwnershipControlsOutput { ownership_controls: Some(found) })
    }

    pub(super) fn delete_bucket_ownership_controls(
        &self,
        input: DeleteBucketOwnershipControlsInput,
    ) -> S3Result<DeleteBucketOwnershipControlsOutput> {
        self.run(|context| OWNERSHIP.delete(context, &input.bucket))?;
        Ok(DeleteBucketOwnershipControlsOutput::default())
    }

    pub(super) fn put_bucket_encryption(&self, input: PutBucketEncryptionInput) -> S3Result<PutBucketEncryptionOutput> {
        let PutBucketEncryptionInput { bucket, server_side_encryption_configuration: given, .. } = input;
        self.run(|context| configure::put_encryption(context, &bucket, given))?;
        Ok(PutBucketEncryptionOutput::default())
    }

    pub(super) fn get_bucket_encryption(&self, input: GetBucketEncryptionInput) -> S3Result<GetBucketEncryptionOutput> {
        let found = self.run(|context| configure::encryption(context, &input.bucket))?;
        Ok(GetBucketEncryptionOutput { server_side_encryption_configuration: Some(found) })
    }

    pub(super) fn delete_bucket_encryption(
        &self,
        input: DeleteBucketEncryptionInput,
    ) -> S3Result<DeleteBucketEncryptionOutput> {
        self.run(|context| ENCRYPTION.delete(context, &input.bucket))?;
        Ok(DeleteBucketEncryptionOutput::default())
    }

    pub(super) fn put_bucket_policy(&self, input: PutBucketPolicyInput) -> S3Result<PutBucketPolicyOutput> {
        let PutBucketPolicyInput { bucket, policy, .. } = input;
        self.run(|context| configure::put_policy(context, &bucket, policy))?;
        Ok(PutBucketPolicyOutput::default())
    }

    pub(super) fn get_bucket_policy(&self, input: GetBucketPolicyInput) -> S3Result<GetBucketPolicyOutput> {
        let found = self.run(|context| configure::policy(context, &input.bucket))?;
        Ok(GetBucketPolicyOutput { policy: Some(found) })
    }

    pub(super) fn delete_bucket_policy(&self, input: DeleteBucketPolicyInput) -> S3Result<DeleteBucketPolicyOutput> {
        self.run(|context| configure::delete_policy(context, &input.bucket))?;
        Ok(DeleteBucketPolicyOutput::default())
    }

    pub(super) fn put_bucket_lifecycle_configuration(
        &self,
        input: PutBucketLifecycleConfigurationInput,
    ) -> S3Result<PutBucketLifecycleConfigurationOutput> {
        let PutBucketLifecycleConfigurationInput { bucket, lifecycle_configuration: given, .. } = input;
        let minimum = input.transition_default_minimum_object_size.map(|size| size.as_str().to_owned());
        let minimum = self.run(|context| configure::put_lifecycle(context, &bucket, given, minimum))?;
        Ok(PutBucketLifecycleConfigurationOutput { transition_default_minimum_object_size: Some(minimum.into()) })
    }

    pub(super) fn get_bucket_lifecycle_configuration(
        &self,
        input: GetBucketLifecycleConfigurationInput,
    ) -> S3Result<GetBucketLifecycleConfigurationOutput> {
        let (found, minimum) = self.run(|context| {
            let found: BucketLifecycleConfiguration = LIFECYCLE.get(context, &input.bucket)?;
            Ok((found, configure::transition_minimum(context, &input.bucket)?))
        })?;
        Ok(GetBucketLifecycleConfigurationOutput {
            rules: Some(found.rules),
            transition_default_minimum_object_size: Some(minimum.into()),
        })
    }

    pub(super) fn delete_bucket_lifecycle(
        &self,
        input: DeleteBucketLifecycleInput,
    ) -> S3Result<DeleteBucketLifecycleOutput> {
        self.run(|context| LIFECYCLE.delete(context, &input.bucket))?;
        Ok(DeleteBucketLifecycleOutput::default())
    }

    pub(super) fn put_bucket_versioning(&self, input: PutBucketVersioningInput) -> S3Result<PutBucketVersioningOutput> {
        let PutBucketVersioningInput { bucket, versioning_configuration: given, .. } = input;
        let status = given.status.as_ref().map(BucketVersioningStatus::as_str);
        self.run(|context| configure::put_versioning(context, &bucket, status))?;
        Ok(PutBucketVersioningOutput::default())
    }

    pub(super) fn get_bucket_versioning(&self, input: GetBucketVersioningInput) -> S3Result<GetBucketVersioningOutput> {
        let status = self.run(|context| configure::versioning(context, &input.bucket))?;
        Ok(GetBucketVersioningOutput { status, ..Default::default() })
    }

    pub(super) fn put_bucket_tagging(&self, input: PutBucketTaggingInput) -> S3Result<PutBucketTaggingOutput> {
        let PutBucketTaggingInput { bucket, tagging, .. } = input;
        self.run(|context| configure::put_tags(context, &bucket, tagging.tag_set))?;
        Ok(PutBucketTaggingOutput::default())
    }

    pub(super) fn get_bucket_tagging(&self, input: GetBucketTaggingInput) -> S3Result<GetBucketTaggingOutput> {
        let tag_set = self.run(|context| configure::tags(context, &input.bucket))?;
        Ok(GetBucketTaggingOutput { tag_set })
    }

    pub(super) fn delete_bucket_tagging(&self, input: DeleteBucketTaggingInput) -> S3Result<DeleteBucketTaggingOutput> {
        self.run(|context| configure::delete_tags(context, &input.bucket))?;
        Ok(DeleteBucketTaggingOutput::default())
    }

    pub(super) fn put_bucket_notification_configuration(
        &self,
        input: PutBucketNotificationConfigurationInput,
    ) -> S3Result<PutBucketNotificationConfigurationOutput> {
        let PutBucketNotificationConfigurationInput {
            bucket,
            notification_configuration: given,
            skip_destination_validation: skip,
            ..
        } = input;
        self.run(|context| notifications::put(context, &bucket, given, skip == Some(true)))?;
        Ok(PutBucketNotificationConfigurationOutput::default())
    }

    pub(super) fn get_bucket_notification_configuration(
        &self,
        input: GetBucketNotificationConfigurationInput,
    ) -> S3Result<GetBucketNotificationConfigurationOutput> {
        let found = self.run(|context| notifications::get(context, &input.bucket))?;
        Ok(GetBucketNotificationConfigurationOutput {
            event_bridge_configuration: found.event_bridge_configuration,
            lambda_function_configurations: found.lambda_function_configurations,
            queue_configurations: found.queue_configurations,
            topic_configurations: found.topic_configurations,
        })
    }

    pub(super) fn get_bucket_policy_status(
        &self,
        input: GetBucketPolicyStatusInput,
    ) -> S3Result<GetBucketPolicyStatusOutput> {
        let policy = self.run(|context| configure::policy(context, &input.bucket))?;
        let status = PolicyStatus { is_public: Some(configure::is_public(&policy)) };
        Ok(GetBucketPolicyStatusOutput { policy_status: Some(status) })
    }

    pub(super) fn put_bucket_cors(&self, input: PutBucketCorsInput) -> S3Result<PutBucketCorsOutput> {
        self.run(|context| CORS.put(context, &input.bucket, &input.cors_configuration))?;
        Ok(PutBucketCorsOutput::default())
    }

    pub(super) fn get_bucket_cors(&self, input: GetBucketCorsInput) -> S3Result<GetBucketCorsOutput> {
        let found: CORSConfiguration = self.run(|context| CORS.get(context, &input.bucket))?;
        Ok(GetBucketCorsOutput { cors_rules: Some(found.cors_rules) })
    }

    pub(super) fn delete_bucket_cors(&self, input: DeleteBucketCorsInput) -> S3Result<DeleteBucketCorsOutput> {
        self.run(|context| CORS.delete(context, &input.bucket))?;
        Ok(DeleteBucketCorsOutput::default())
    }
}

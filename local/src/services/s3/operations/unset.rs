//! What Local AWS cannot set for a bucket. It is read by those who look around, and answered as AWS does of a
//! bucket for which it was never set.

use super::super::{Front, buckets, refuse};
use s3s::S3Result;
use s3s::dto::*;

impl Front {
    fn never<T>(&self, bucket: &str, code: &str, message: &str) -> S3Result<T> {
        self.run(|context| {
            buckets::existing(context, bucket)?;
            Err(refuse(code, 404, message))
        })
    }

    pub(super) fn get_bucket_logging(&self, input: GetBucketLoggingInput) -> S3Result<GetBucketLoggingOutput> {
        self.run(|context| buckets::existing(context, &input.bucket))?;
        Ok(GetBucketLoggingOutput::default())
    }

    pub(super) fn get_bucket_accelerate_configuration(
        &self,
        input: GetBucketAccelerateConfigurationInput,
    ) -> S3Result<GetBucketAccelerateConfigurationOutput> {
        self.run(|context| buckets::existing(context, &input.bucket))?;
        Ok(GetBucketAccelerateConfigurationOutput::default())
    }

    pub(super) fn get_bucket_request_payment(
        &self,
        input: GetBucketRequestPaymentInput,
    ) -> S3Result<GetBucketRequestPaymentOutput> {
        self.run(|context| buckets::existing(context, &input.bucket))?;
        Ok(GetBucketRequestPaymentOutput { payer: Some(Payer::from_static(Payer::BUCKET_OWNER)) })
    }

    pub(super) fn get_bucket_website(&self, input: GetBucketWebsiteInput) -> S3Result<GetBucketWebsiteOutput> {
        let message = "The specified bucket does not have a website configuration";
        self.never(&input.bucket, "NoSuchWebsiteConfiguration", message)
    }

    pub(super) fn get_bucket_replication(
        &self,
        input: GetBucketReplicationInput,
    ) -> S3Result<GetBucketReplicationOutput> {
        let message = "The replication configuration was not found";
        self.never(&input.bucket, "ReplicationConfigurationNotFoundError", message)
    }

    pub(super) fn get_object_lock_configuration(
        &self,
        input: GetObjectLockConfigurationInput,
    ) -> S3Result<GetObjectLockConfigurationOutput> {
        let message = "Object Lock configuration does not exist for this bucket";
        self.never(&input.bucket, "ObjectLockConfigurationNotFoundError", message)
    }
}

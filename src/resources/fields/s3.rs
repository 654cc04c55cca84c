//! Buckets, and what is in them.

use super::{Answer, extra, ignored, managed};

pub(crate) const GET_BUCKET_VERSIONING: Answer = Answer {
    operation: "s3:GetBucketVersioning",
    at: "",
    fields: &[
        managed("Status", "versioned"),
        extra("MfaDelete", "versions are deleted only with the root user's second factor").unless("Disabled").by_hand(),
    ],
};

pub(crate) const GET_BUCKET_ENCRYPTION: Answer = Answer {
    operation: "s3:GetBucketEncryption",
    at: "ServerSideEncryptionConfiguration.Rule",
    fields: &[
        managed("ServerSideEncryptionConfiguration.Rule.ApplyServerSideEncryptionByDefault.SSEAlgorithm", "encryption"),
        managed("ServerSideEncryptionConfiguration.Rule.ApplyServerSideEncryptionByDefault.KMSMasterKeyID", "kms_key"),
        managed("ServerSideEncryptionConfiguration.Rule.BucketKeyEnabled", "bucket_key"),
        ignored(
            "ServerSideEncryptionConfiguration.Rule.BlockedEncryptionTypes",
            "what AWS takes from nobody, by its own default",
        ),
    ],
};

pub(crate) const GET_BUCKET_CORS: Answer = Answer {
    operation: "s3:GetBucketCors",
    at: "",
    fields: &[extra("CORSRule", "pages of other sites may read what is in the bucket, if they may read it at all")],
};

pub(crate) const GET_BUCKET_WEBSITE: Answer = Answer {
    operation: "s3:GetBucketWebsite",
    at: "",
    fields: &[
        extra("RedirectAllRequestsTo", "a website that leads elsewhere"),
        extra("IndexDocument", "a website, as far as what is in the bucket is public"),
        extra("ErrorDocument", "of the website"),
        extra("RoutingRules", "of the website"),
    ],
};

pub(crate) const GET_BUCKET_REPLICATION: Answer = Answer {
    operation: "s3:GetBucketReplication",
    at: "ReplicationConfiguration",
    fields: &[
        ignored("ReplicationConfiguration.Role", "whose rights copies are made with"),
        extra("ReplicationConfiguration.Rule", "copies what is written to another bucket, for a price"),
    ],
};

pub(crate) const GET_BUCKET_LOGGING: Answer = Answer {
    operation: "s3:GetBucketLogging",
    at: "",
    fields: &[extra("LoggingEnabled", "writes a line for each request into a bucket")],
};

pub(crate) const GET_OBJECT_LOCK_CONFIGURATION: Answer = Answer {
    operation: "s3:GetObjectLockConfiguration",
    at: "ObjectLockConfiguration",
    fields: &[
        extra("ObjectLockConfiguration.ObjectLockEnabled", "objects can be locked, for good; AWS does not turn it off")
            .by_hand(),
        extra("ObjectLockConfiguration.Rule", "nobody deletes what is younger, not even with --allow-data-loss")
            .by_hand(),
    ],
};

pub(crate) const GET_BUCKET_NOTIFICATION_CONFIGURATION: Answer = Answer {
    operation: "s3:GetBucketNotificationConfiguration",
    at: "",
    fields: &[
        managed("CloudFunctionConfiguration", "ours is the notification; those of others are its extras"),
        extra("TopicConfiguration", "tells a topic what happens in the bucket, too").by_hand(),
        extra("QueueConfiguration", "tells a queue what happens in the bucket, too").by_hand(),
        managed("EventBridgeConfiguration", "an extra where it is there"),
    ],
};

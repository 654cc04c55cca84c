//! The calls of the kinds that keep data and carry it: S3, KMS, Glue, Athena, Firehose.

use super::call::{Call, On, change, look, make, remove, seldom};

const GLUE: &str = "glue.amazonaws.com";

pub(super) const KEY: &[Call] = &[
    look("kms:DescribeKey", On::Keys).always(),
    look("kms:GetKeyPolicy", On::Keys),
    look("kms:GetKeyRotationStatus", On::Keys),
    look("kms:ListAliases", On::Anything),
    look("kms:ListResourceTags", On::Keys),
    make("kms:CreateKey", On::Anything).tagged(),
    make("kms:CreateKey", On::Anything).needs("kms:TagResource").tagged(),
    make("kms:CreateAlias", On::Keys).ours(),
    make("kms:CreateAlias", On::KeyAlias),
    change("kms:CancelKeyDeletion", On::Keys).ours(),
    change("kms:EnableKey", On::Keys).ours(),
    change("kms:EnableKeyRotation", On::Keys).ours(),
    change("kms:PutKeyPolicy", On::Keys).ours(),
    change("kms:TagResource", On::Anything).tagged(),
    change("kms:UntagResource", On::Keys).ours(),
    change("kms:UpdateKeyDescription", On::Keys).ours(),
    seldom("kms:DisableKey"),
    seldom("kms:DisableKeyRotation"),
    remove("kms:DeleteAlias", On::Keys).ours(),
    remove("kms:DeleteAlias", On::KeyAlias),
    remove("kms:ScheduleKeyDeletion", On::Keys).ours(),
];

const TAGS_FOLLOW: &str = "the bucket is made without its tags, which s3:PutBucketTagging puts on it after that";

pub(super) const BUCKET: &[Call] = &[
    look("s3:GetBucketCORS", On::Bucket),
    look("s3:GetBucketLogging", On::Bucket),
    look("s3:GetBucketObjectLockConfiguration", On::Bucket),
    look("s3:GetBucketOwnershipControls", On::Bucket),
    look("s3:GetBucketPolicy", On::Bucket),
    look("s3:GetBucketPublicAccessBlock", On::Bucket),
    look("s3:GetBucketTagging", On::Bucket),
    look("s3:GetBucketVersioning", On::Bucket),
    look("s3:GetBucketWebsite", On::Bucket),
    look("s3:GetEncryptionConfiguration", On::Bucket),
    look("s3:GetLifecycleConfiguration", On::Bucket),
    look("s3:GetReplicationConfiguration", On::Bucket),
    look("s3:ListBucket", On::Bucket),
    look("s3:ListBucketVersions", On::Bucket),
    make("s3:CreateBucket", On::Bucket),
    make("s3:CreateBucket", On::Bucket).needs("s3:TagResource").or_else(TAGS_FOLLOW),
    make("s3:PutBucketEncryption", On::Bucket).needs("s3:PutEncryptionConfiguration"),
    make("s3:PutBucketOwnershipControls", On::Bucket),
    make("s3:PutBucketPolicy", On::Bucket),
    make("s3:PutBucketTagging", On::Bucket),
    make("s3:PutLifecycleConfiguration", On::Bucket),
    make("s3:PutPublicAccessBlock", On::Bucket).needs("s3:PutBucketPublicAccessBlock"),
    change("s3:DeleteBucketLifecycle", On::Bucket).needs("s3:PutLifecycleConfiguration"),
    change("s3:PutBucketVersioning", On::Bucket),
    seldom("s3:DeleteBucketPolicy"),
    seldom("s3:DeleteBucketWebsite"),
    seldom("s3:PutBucketCORS"),
    seldom("s3:PutBucketLogging"),
    seldom("s3:PutReplicationConfiguration"),
    remove("s3:AbortMultipartUpload", On::Objects),
    remove("s3:ListBucketMultipartUploads", On::Bucket),
    remove("s3:DeleteBucket", On::Bucket),
    // Every object is deleted by its version, which is called `null` where there are none.
    remove("s3:DeleteObject", On::Objects).needs("s3:DeleteObjectVersion"),
    remove("s3:DeleteObjects", On::Objects).needs("s3:DeleteObjectVersion"),
    // But for the lock: as the current one, on the condition that it is the one that was read, which needs both.
    remove("s3:DeleteObjects", On::OwnObjects).needs("s3:DeleteObject"),
    remove("s3:GetObject", On::OwnObjects),
];

pub(super) const OBJECT: &[Call] = &[
    look("s3:GetObject", On::OwnObjects),
    look("s3:ListBucket", On::Bucket),
    make("s3:PutObject", On::OwnObjects),
    remove("s3:DeleteObject", On::OwnObjects),
];

pub(super) const NOTIFICATION: &[Call] = &[
    look("s3:GetBucketNotification", On::Bucket).always(),
    make("s3:PutBucketNotification", On::Bucket),
    remove("s3:PutBucketNotification", On::Bucket),
];

pub(super) const DATABASE: &[Call] = &[
    look("glue:GetDatabase", On::Database),
    look("glue:GetTables", On::Tables),
    look("glue:GetTags", On::Database),
    make("glue:CreateDatabase", On::Database),
    make("glue:CreateDatabase", On::Database).needs("glue:TagResource"),
    change("glue:TagResource", On::Database),
    change("glue:UntagResource", On::Database),
    seldom("glue:UpdateDatabase"),
    remove("glue:DeleteDatabase", On::WholeDatabase),
];

pub(super) const TABLE: &[Call] = &[
    look("glue:GetTable", On::Tables),
    look("glue:GetTables", On::Tables),
    look("s3:ListBucket", On::Bucket),
    make("glue:CreateTable", On::Tables),
    change("glue:UpdateTable", On::Tables),
    remove("glue:UpdateTable", On::Tables),
];

pub(super) const CRAWLER: &[Call] = &[
    look("glue:GetCrawler", On::Crawlers),
    look("glue:GetTags", On::Crawlers),
    make("glue:CreateCrawler", On::Anything).tagged(),
    make("glue:CreateCrawler", On::Crawlers).needs("glue:TagResource"),
    make("glue:CreateCrawler", On::Roles).passes_role_to(GLUE),
    change("glue:UpdateCrawler", On::Crawlers),
    change("glue:UpdateCrawler", On::Roles).passes_role_to(GLUE),
    change("glue:TagResource", On::Crawlers),
    change("glue:UntagResource", On::Crawlers),
    seldom("glue:StartCrawlerSchedule"),
    remove("glue:DeleteCrawler", On::Crawlers),
    seldom("glue:StopCrawler"),
];

pub(super) const JOB: &[Call] = &[
    look("glue:GetJob", On::Job),
    look("glue:GetTags", On::Job),
    make("glue:CreateJob", On::Job).tagged(),
    make("glue:CreateJob", On::Job).needs("glue:TagResource"),
    make("glue:CreateJob", On::Roles).passes_role_to(GLUE),
    change("glue:UpdateJob", On::Job),
    change("glue:UpdateJob", On::Roles).passes_role_to(GLUE),
    change("glue:TagResource", On::Job),
    change("glue:UntagResource", On::Job),
    remove("glue:DeleteJob", On::Job),
];

pub(super) const TRIGGER: &[Call] = &[
    look("glue:GetTrigger", On::Triggers),
    look("glue:GetTags", On::Triggers),
    make("glue:CreateTrigger", On::Triggers).tagged(),
    make("glue:CreateTrigger", On::Triggers).needs("glue:TagResource"),
    change("glue:StartTrigger", On::Triggers),
    seldom("glue:StopTrigger"),
    change("glue:UpdateTrigger", On::Triggers),
    change("glue:TagResource", On::Triggers),
    change("glue:UntagResource", On::Triggers),
    remove("glue:DeleteTrigger", On::Triggers),
];

pub(super) const STREAM: &[Call] = &[
    look("firehose:DescribeDeliveryStream", On::Stream),
    look("firehose:ListTagsForDeliveryStream", On::Stream),
    make("firehose:CreateDeliveryStream", On::Stream).tagged(),
    make("firehose:CreateDeliveryStream", On::Stream).needs("firehose:TagDeliveryStream"),
    make("firehose:CreateDeliveryStream", On::Roles).passes_role_to("firehose.amazonaws.com"),
    change("firehose:TagDeliveryStream", On::Stream),
    change("firehose:UntagDeliveryStream", On::Stream),
    change("firehose:UpdateDestination", On::Stream),
    change("firehose:UpdateDestination", On::Roles).passes_role_to("firehose.amazonaws.com"),
    remove("firehose:DeleteDeliveryStream", On::Stream),
];

pub(super) const WORKGROUP: &[Call] = &[
    look("athena:GetWorkGroup", On::Workgroup),
    look("athena:ListTagsForResource", On::Workgroup),
    make("athena:CreateWorkGroup", On::Workgroup).tagged(),
    make("athena:CreateWorkGroup", On::Workgroup).needs("athena:TagResource"),
    change("athena:TagResource", On::Workgroup),
    change("athena:UntagResource", On::Workgroup),
    change("athena:UpdateWorkGroup", On::Workgroup),
    remove("athena:DeleteWorkGroup", On::Workgroup),
];

pub(super) const NAMED_QUERY: &[Call] = &[
    look("athena:BatchGetNamedQuery", On::Workgroup),
    look("athena:ListNamedQueries", On::Workgroup),
    make("athena:CreateNamedQuery", On::Workgroup),
    change("athena:UpdateNamedQuery", On::Workgroup),
    remove("athena:DeleteNamedQuery", On::Workgroup),
];

//! Streams.

use super::{Answer, extra, ignored, managed};

const ANOTHER: &str = "another destination, which AWS does not change into S3";

pub(crate) const DESCRIBE_DELIVERY_STREAM: Answer = Answer {
    operation: "firehose:DescribeDeliveryStream",
    at: "DeliveryStreamDescription.Destinations.ExtendedS3DestinationDescription",
    fields: &[
        managed("DeliveryStreamDescription.DeliveryStreamName", "name"),
        ignored("DeliveryStreamDescription.DeliveryStreamARN", "follows from the name"),
        managed("DeliveryStreamDescription.DeliveryStreamStatus", "status"),
        managed("DeliveryStreamDescription.FailureDescription", "status"),
        extra("DeliveryStreamDescription.DeliveryStreamEncryptionConfiguration.KeyARN", "encrypts what is buffered")
            .by_hand(),
        ignored("DeliveryStreamDescription.DeliveryStreamEncryptionConfiguration.KeyType", "follows from the key"),
        extra("DeliveryStreamDescription.DeliveryStreamEncryptionConfiguration.Status", "encrypts what is buffered")
            .unless("DISABLED")
            .by_hand(),
        extra(
            "DeliveryStreamDescription.DeliveryStreamEncryptionConfiguration.FailureDescription",
            "why encryption could not be turned on or off",
        )
        .by_hand(),
        managed("DeliveryStreamDescription.DeliveryStreamType", "source"),
        ignored("DeliveryStreamDescription.VersionId", "a count of changes"),
        ignored("DeliveryStreamDescription.CreateTimestamp", "when, not what"),
        ignored("DeliveryStreamDescription.LastUpdateTimestamp", "when, not what"),
        ignored("DeliveryStreamDescription.Source", "a stream that reads from elsewhere has another type"),
        ignored("DeliveryStreamDescription.Destinations.DestinationId", "AWS's own"),
        ignored("DeliveryStreamDescription.Destinations.S3DestinationDescription", "the extended one says it, too"),
        managed(S3_ROLE, "role_arn"),
        managed(S3_BUCKET, "bucket_arn"),
        managed(S3_PREFIX, "prefix"),
        managed(S3_ERROR_PREFIX, "error_prefix"),
        managed(S3_BUFFER_MB, "buffer_mb"),
        managed(S3_BUFFER_SECONDS, "buffer_seconds"),
        managed(S3_COMPRESSION, "compression"),
        ignored(S3_NO_KEY, "says only that there is no key"),
        extra(S3_KEY, "encrypts what is delivered; without rights to it the pipeline's roles cannot write or read"),
        managed(S3_LOGGING, "log_group, log_stream"),
        extra(S3_PROCESSING, "changes records on their way; the mover and the job expect them as they were sent"),
        managed(S3_BACKUP_MODE, "backup"),
        managed(S3_BACKUP_ROLE, "backup"),
        managed(S3_BACKUP_BUCKET, "backup"),
        managed(S3_BACKUP_PREFIX, "backup"),
        managed(S3_BACKUP_ERROR_PREFIX, "backup"),
        managed(S3_BACKUP_BUFFER, "backup"),
        managed(S3_BACKUP_COMPRESSION, "backup"),
        managed(S3_BACKUP_LOGGING, "backup"),
        extra(S3_BACKUP_KEY, "encrypts the backup; without rights to it the pipeline's roles cannot write or read"),
        ignored(S3_BACKUP_NO_KEY, "says only that there is no key"),
        managed(S3_CONVERSION, "conversion"),
        extra(S3_PARTITIONING, "sorts objects by what is in them; AWS does not turn it off").by_hand(),
        ignored(S3_PARTITIONING_RETRY, "counts where partitioning is on"),
        extra(S3_EXTENSION, "ends the names of objects"),
        extra(S3_ZONE, "the dates in names are not UTC, which the partitions are").unless("UTC").put_back(),
        extra("DeliveryStreamDescription.Destinations.RedshiftDestinationDescription", ANOTHER).by_hand(),
        extra("DeliveryStreamDescription.Destinations.ElasticsearchDestinationDescription", ANOTHER).by_hand(),
        extra("DeliveryStreamDescription.Destinations.AmazonopensearchserviceDestinationDescription", ANOTHER)
            .by_hand(),
        extra("DeliveryStreamDescription.Destinations.SplunkDestinationDescription", ANOTHER).by_hand(),
        extra("DeliveryStreamDescription.Destinations.HttpEndpointDestinationDescription", ANOTHER).by_hand(),
        extra("DeliveryStreamDescription.Destinations.SnowflakeDestinationDescription", ANOTHER).by_hand(),
        extra("DeliveryStreamDescription.Destinations.AmazonOpenSearchServerlessDestinationDescription", ANOTHER)
            .by_hand(),
        extra("DeliveryStreamDescription.Destinations.IcebergDestinationDescription", ANOTHER).by_hand(),
        ignored("DeliveryStreamDescription.HasMoreDestinations", "a stream has one"),
    ],
};

macro_rules! of_s3 {
    ($($name:ident = $path:literal;)*) => {
        $(const $name: &str =
            concat!("DeliveryStreamDescription.Destinations.ExtendedS3DestinationDescription.", $path);)*
    };
}

of_s3! {
    S3_ROLE = "RoleARN";
    S3_BUCKET = "BucketARN";
    S3_PREFIX = "Prefix";
    S3_ERROR_PREFIX = "ErrorOutputPrefix";
    S3_BUFFER_MB = "BufferingHints.SizeInMBs";
    S3_BUFFER_SECONDS = "BufferingHints.IntervalInSeconds";
    S3_COMPRESSION = "CompressionFormat";
    S3_NO_KEY = "EncryptionConfiguration.NoEncryptionConfig";
    S3_KEY = "EncryptionConfiguration.KMSEncryptionConfig";
    S3_LOGGING = "CloudWatchLoggingOptions";
    S3_PROCESSING = "ProcessingConfiguration";
    S3_BACKUP_MODE = "S3BackupMode";
    S3_BACKUP_ROLE = "S3BackupDescription.RoleARN";
    S3_BACKUP_BUCKET = "S3BackupDescription.BucketARN";
    S3_BACKUP_PREFIX = "S3BackupDescription.Prefix";
    S3_BACKUP_ERROR_PREFIX = "S3BackupDescription.ErrorOutputPrefix";
    S3_BACKUP_BUFFER = "S3BackupDescription.BufferingHints";
    S3_BACKUP_COMPRESSION = "S3BackupDescription.CompressionFormat";
    S3_BACKUP_LOGGING = "S3BackupDescription.CloudWatchLoggingOptions";
    S3_BACKUP_KEY = "S3BackupDescription.EncryptionConfiguration.KMSEncryptionConfig";
    S3_BACKUP_NO_KEY = "S3BackupDescription.EncryptionConfiguration.NoEncryptionConfig";
    S3_CONVERSION = "DataFormatConversionConfiguration";
    S3_PARTITIONING = "DynamicPartitioningConfiguration.Enabled";
    S3_PARTITIONING_RETRY = "DynamicPartitioningConfiguration.RetryOptions";
    S3_EXTENSION = "FileExtension";
    S3_ZONE = "CustomTimeZone";
}

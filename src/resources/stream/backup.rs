//! Source backup: a second file of what comes in, as it was sent.

use super::Call;
use crate::engine::diff::Attributes;
use crate::engine::value::{Canonical, Value};
use crate::resources::managed::{Explanation, Managed, Word};
use aws_sdk_firehose::types::{
    BufferingHints, CloudWatchLoggingOptions, CompressionFormat, ExtendedS3DestinationDescription, S3BackupMode,
    S3DestinationConfiguration, S3DestinationUpdate,
};

/// Where and how a stream keeps what comes in. The stream's own fields say what these mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Backup {
    pub(crate) role_arn: String,
    pub(crate) bucket_arn: String,
    pub(crate) prefix: String,
    pub(crate) error_prefix: String,
    pub(crate) buffer_mb: i32,
    pub(crate) buffer_seconds: i32,
    pub(crate) compression: Word<CompressionFormat>,
    pub(crate) log_group: String,
    pub(crate) log_stream: String,
}

impl Backup {
    /// Where goes what nobody wants to keep. "If backup is enabled, you can't update the delivery stream to disable it",
    /// and another stream in its place would lose what is buffered. Objects below the folder expire, and the stream's role
    /// may write there.
    pub(crate) const DISCARDED: &'static str = "_pipectl/tmp/delivery/";
    /// The log stream that the console makes for the errors of a backup.
    pub(crate) const LOG_STREAM: &'static str = "BackupDelivery";

    pub(super) fn read(s3: &ExtendedS3DestinationDescription) -> Option<Self> {
        // What it was set to before stays in the description of one that is off.
        let backup = s3.s3_backup_description().filter(|_| s3.s3_backup_mode() == Some(&S3BackupMode::Enabled))?;
        if backup.prefix() == Some(Self::DISCARDED) {
            return None;
        }
        let (buffer_mb, buffer_seconds) = hints(backup.buffering_hints());
        let (log_group, log_stream) = log(backup.cloud_watch_logging_options());
        Some(Self {
            role_arn: backup.role_arn().to_owned(),
            bucket_arn: backup.bucket_arn().to_owned(),
            prefix: backup.prefix().unwrap_or_default().to_owned(),
            error_prefix: backup.error_output_prefix().unwrap_or_default().to_owned(),
            buffer_mb,
            buffer_seconds,
            compression: Word(backup.compression_format().clone()),
            log_group,
            log_stream,
        })
    }

    /// The same, where its files expire.
    pub(super) fn discarded(&self) -> Self {
        let folder = || Self::DISCARDED.to_owned();
        Self { prefix: folder(), error_prefix: folder(), ..self.clone() }
    }

    pub(super) fn configuration(&self) -> S3DestinationConfiguration {
        S3DestinationConfiguration::builder()
            .role_arn(&self.role_arn)
            .bucket_arn(&self.bucket_arn)
            .prefix(&self.prefix)
            .error_output_prefix(&self.error_prefix)
            .buffering_hints(buffering(self.buffer_mb, self.buffer_seconds))
            .compression_format(self.compression.0.clone())
            .cloud_watch_logging_options(logging(&self.log_group, &self.log_stream))
            .build()
            .expect("role and bucket are set")
    }

    pub(super) fn update(&self) -> S3DestinationUpdate {
        S3DestinationUpdate::builder()
            .role_arn(&self.role_arn)
            .bucket_arn(&self.bucket_arn)
            .prefix(&self.prefix)
            .error_output_prefix(&self.error_prefix)
            .buffering_hints(buffering(self.buffer_mb, self.buffer_seconds))
            .compression_format(self.compression.0.clone())
            .cloud_watch_logging_options(logging(&self.log_group, &self.log_stream))
            .build()
    }
}

impl Canonical for Backup {
    fn canonical(&self) -> Value {
        let Self { role_arn, bucket_arn, prefix, error_prefix, .. } = self;
        let Self { buffer_mb, buffer_seconds, compression, log_group, log_stream, .. } = self;
        let fields = [
            ("role_arn", role_arn.canonical()),
            ("bucket_arn", bucket_arn.canonical()),
            ("prefix", prefix.canonical()),
            ("error_prefix", error_prefix.canonical()),
            ("buffer_mb", buffer_mb.canonical()),
            ("buffer_seconds", buffer_seconds.canonical()),
            ("compression", compression.canonical()),
            ("log_group", log_group.canonical()),
            ("log_stream", log_stream.canonical()),
        ];
        Value::Map(fields.map(|(name, value)| (name.to_owned(), value)).into())
    }
}

impl Managed for Option<Backup> {
    type Call = Call;

    fn describe(&self, all: Attributes) -> Attributes {
        all.update("backup", self)
    }

    fn explain() -> Vec<Explanation> {
        vec![Explanation::of("backup", "A second file of what comes in, as it was sent: where, and how it is packed.")]
    }

    fn calls(attribute: &str) -> &'static [Call] {
        if attribute == "backup" { &[Call::Destination] } else { &[] }
    }
}

pub(super) fn buffering(mb: i32, seconds: i32) -> BufferingHints {
    BufferingHints::builder().size_in_mbs(mb).interval_in_seconds(seconds).build()
}

/// MiB and seconds.
pub(super) fn hints(hints: Option<&BufferingHints>) -> (i32, i32) {
    let of = |read: fn(&BufferingHints) -> Option<i32>| hints.and_then(read).unwrap_or_default();
    (of(BufferingHints::size_in_mbs), of(BufferingHints::interval_in_seconds))
}

pub(super) fn logging(group: &str, stream: &str) -> CloudWatchLoggingOptions {
    CloudWatchLoggingOptions::builder().enabled(true).log_group_name(group).log_stream_name(stream).build()
}

/// The log group and the log stream; both are empty where logging is off.
pub(super) fn log(logging: Option<&CloudWatchLoggingOptions>) -> (String, String) {
    let logging = logging.filter(|logging| logging.enabled() == Some(true));
    let of =
        |read: fn(&CloudWatchLoggingOptions) -> Option<&str>| logging.and_then(read).unwrap_or_default().to_owned();
    (of(|logging| logging.log_group_name()), of(|logging| logging.log_stream_name()))
}

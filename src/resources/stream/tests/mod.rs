//! What AWS gives back, against what is asked for.

mod conversion;
#[cfg(feature = "local")]
mod local;

use super::*;
use crate::engine::diff::diff;
use aws_sdk_firehose::types::{
    CloudWatchLoggingOptions, DeliveryStreamFailureType, DestinationDescription, EncryptionConfiguration,
    FailureDescription,
};

fn described(s3: ExtendedS3DestinationDescription) -> DeliveryStreamDescription {
    let destination = DestinationDescription::builder()
        .destination_id("destinationId-000000000001")
        .extended_s3_destination_description(s3)
        .build()
        .expect("complete");
    DeliveryStreamDescription::builder()
        .delivery_stream_name("clicks-prod-events")
        .delivery_stream_arn("arn")
        .delivery_stream_status(DeliveryStreamStatus::Active)
        .delivery_stream_type(DeliveryStreamType::DirectPut)
        .version_id("1")
        .destinations(destination)
        .has_more_destinations(false)
        .build()
        .expect("complete")
}

fn desired() -> Stream {
    Stream {
        name: "clicks-prod-events".into(),
        source: Word(DeliveryStreamType::DirectPut),
        role_arn: "arn:aws:iam::1:role/delivery".into(),
        bucket_arn: "arn:aws:s3:::clicks".into(),
        prefix: "raw/".into(),
        error_prefix: "errors/".into(),
        buffer_mb: 128,
        buffer_seconds: 900,
        compression: Stream::format(Compression::Gzip),
        log_group: "/aws/kinesisfirehose/clicks".into(),
        log_stream: Stream::LOG_STREAM.into(),
        backup: None,
        conversion: None,
        status: None,
        tags: Tags::default(),
    }
}

/// What AWS gives back for what `create` sends.
fn given_back(stream: &Stream, logging: bool) -> ExtendedS3DestinationDescription {
    let logged = CloudWatchLoggingOptions::builder().enabled(logging);
    let logged = logged.log_group_name(&stream.log_group).log_stream_name(&stream.log_stream).build();
    ExtendedS3DestinationDescription::builder()
        .role_arn(&stream.role_arn)
        .bucket_arn(&stream.bucket_arn)
        .prefix(&stream.prefix)
        .error_output_prefix(&stream.error_prefix)
        .buffering_hints(buffering(stream.buffer_mb, stream.buffer_seconds))
        .compression_format(stream.compression.0.clone())
        .encryption_configuration(EncryptionConfiguration::builder().build())
        .cloud_watch_logging_options(logged)
        .build()
        .expect("complete")
}

#[test]
fn what_was_created_reads_back_without_a_difference() {
    let live = Stream::from_description(&described(given_back(&desired(), true)), Tags::default());
    assert_eq!(diff(&live.attributes(), &desired().attributes()), []);
}

#[test]
fn logging_that_somebody_turned_off_is_seen() {
    let live = Stream::from_description(&described(given_back(&desired(), false)), Tags::default());
    let changes = diff(&live.attributes(), &desired().attributes());
    let changed: Vec<_> = changes.iter().map(|change| change.attribute.as_ref()).collect();
    assert_eq!(changed, ["log_group", "log_stream"]);
}

#[test]
fn a_stream_that_reads_from_kinesis_is_replaced() {
    let live = Stream { source: Word(DeliveryStreamType::KinesisStreamAsSource), ..desired() };
    let changes = diff(&live.attributes(), &desired().attributes());
    assert!(changes.iter().all(|change| change.attribute == "source" && change.forces_replacement));
    assert_eq!(changes.len(), 1);
}

#[test]
fn a_creation_that_failed_gives_firehoses_reason() {
    let why =
        FailureDescription::builder().r#type(DeliveryStreamFailureType::CreateEniFailed).details("no address left");
    let mut stream = described(given_back(&desired(), true));
    assert!(matches!(look(&stream), Ok(Look::Done(()))));
    stream.delivery_stream_status = DeliveryStreamStatus::Creating;
    assert!(matches!(look(&stream), Ok(Look::NotYet(status)) if status == "CREATING"));
    stream.delivery_stream_status = DeliveryStreamStatus::CreatingFailed;
    stream.failure_description = why.build().ok();
    let error = look(&stream).unwrap_err();
    assert!(error.message().ends_with(": no address left"), "{error}");
}

/// A stream in a state, with a reason for it.
fn in_state(status: &str) -> DeliveryStreamDescription {
    let why = FailureDescription::builder().r#type(DeliveryStreamFailureType::RetireKmsGrantFailed).details("no grant");
    let mut stream = described(given_back(&desired(), true));
    stream.delivery_stream_status = DeliveryStreamStatus::from(status);
    stream.failure_description = why.build().ok();
    stream
}

#[test]
fn a_stream_that_takes_no_events_for_good_is_replaced_and_says_why() {
    for status in ["DELETING_FAILED", "SUSPENDED"] {
        let live = Stream::from_description(&in_state(status), Tags::default());
        let changes = diff(&live.attributes(), &desired().attributes());
        assert_eq!(changes.len(), 1, "{status}");
        assert!(changes[0].attribute == "status" && changes[0].forces_replacement, "{status}");
        assert_eq!(changes[0].before.to_string(), format!("\"{status} (RETIRE_KMS_GRANT_FAILED: no grant)\""));
        let error = look(&in_state(status)).unwrap_err();
        assert!(error.message().contains("no grant"), "an update ends at once: {error}");
    }
    for status in ["ACTIVE", "CREATING"] {
        assert_eq!(Stream::from_description(&in_state(status), Tags::default()).status, None, "{status}");
    }
}

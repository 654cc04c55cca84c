//! Conversion and backup: what a description may say of them, and what is sent.

use super::*;
use aws_sdk_firehose::types::{
    DataFormatConversionConfiguration, Deserializer, HiveJsonSerDe, InputFormatConfiguration, OpenXJsonSerDe, OrcSerDe,
    OutputFormatConfiguration, ParquetCompression, ParquetSerDe, ParquetWriterVersion, S3DestinationDescription,
    SchemaConfiguration, Serializer,
};

pub(super) fn conversion() -> Conversion {
    Conversion {
        role_arn: "arn:aws:iam::1:role/delivery".into(),
        database: "clicks".into(),
        table: "analytics_data".into(),
        region: "us-east-1".into(),
        unusual: Default::default(),
    }
}

pub(super) fn backup() -> Backup {
    Backup {
        role_arn: "arn:aws:iam::1:role/delivery".into(),
        bucket_arn: "arn:aws:s3:::clicks".into(),
        prefix: "json/year=!{timestamp:yyyy}/".into(),
        error_prefix: "errors/!{firehose:error-output-type}/".into(),
        buffer_mb: 128,
        buffer_seconds: 900,
        compression: Stream::format(Compression::Gzip),
        log_group: "/aws/kinesisfirehose/clicks".into(),
        log_stream: Backup::LOG_STREAM.into(),
    }
}

fn converting() -> Stream {
    let compression = Stream::format(Compression::None);
    Stream { conversion: Some(conversion()), backup: Some(backup()), compression, ..desired() }
}

/// What AWS gives back of a stream that is converted so, and backed up in this mode.
fn read(conversion: Option<DataFormatConversionConfiguration>, mode: &str) -> Stream {
    let (wanted, backup) = (converting(), backup());
    let kept = S3DestinationDescription::builder()
        .role_arn(&backup.role_arn)
        .bucket_arn(&backup.bucket_arn)
        .prefix(&backup.prefix)
        .error_output_prefix(&backup.error_prefix)
        .buffering_hints(buffering(backup.buffer_mb, backup.buffer_seconds))
        .compression_format(backup.compression.0.clone())
        .encryption_configuration(EncryptionConfiguration::builder().build())
        .cloud_watch_logging_options(logging(&backup.log_group, &backup.log_stream));
    let mut s3 = given_back(&wanted, true);
    s3.s3_backup_mode = Some(mode.into());
    s3.s3_backup_description = kept.build().ok();
    s3.data_format_conversion_configuration = conversion;
    Stream::from_description(&described(s3), Tags::default())
}

fn schema() -> SchemaConfiguration {
    conversion().configuration().schema_configuration.unwrap()
}

fn block(
    schema: SchemaConfiguration,
    input: Option<Deserializer>,
    output: Option<Serializer>,
) -> DataFormatConversionConfiguration {
    DataFormatConversionConfiguration::builder()
        .schema_configuration(schema)
        .input_format_configuration(InputFormatConfiguration::builder().set_deserializer(input).build())
        .output_format_configuration(OutputFormatConfiguration::builder().set_serializer(output).build())
        .build()
}

fn openx(openx: OpenXJsonSerDe) -> Deserializer {
    Deserializer::builder().open_x_json_ser_de(openx).build()
}

fn parquet(parquet: ParquetSerDe) -> Serializer {
    Serializer::builder().parquet_ser_de(parquet).build()
}

/// AWS returns blocks as they were sent, and may fill in what it takes for granted.
#[test]
fn settings_that_mean_the_same_are_no_difference() {
    let all = ParquetSerDe::builder()
        .block_size_bytes(268_435_456)
        .page_size_bytes(1_048_576)
        .compression(ParquetCompression::Snappy)
        .enable_dictionary_compression(false)
        .max_padding_bytes(0)
        .writer_version(ParquetWriterVersion::V1);
    let reader = OpenXJsonSerDe::builder()
        .case_insensitive(true)
        .convert_dots_in_json_keys_to_underscores(false)
        .set_column_to_json_key_mappings(Some(Default::default()));
    let plain = OpenXJsonSerDe::builder().build();
    let mut bare = schema();
    (bare.catalog_id, bare.version_id) = (None, None);
    for same in [
        conversion().configuration(),
        block(schema(), Some(openx(plain.clone())), Some(parquet(ParquetSerDe::builder().build()))),
        block(schema(), Some(openx(reader.build())), Some(parquet(all.build()))),
        block(bare, Some(openx(plain)), None),
    ] {
        let live = read(Some(same), "Enabled");
        assert_eq!(diff(&live.attributes(), &converting().attributes()), []);
        assert_eq!(live.attributes().digest(), converting().attributes().digest());
    }
}

#[test]
fn every_setting_that_means_something_else_is_one() {
    let hive = HiveJsonSerDe::builder().timestamp_formats("millis").build();
    let (plain, usual) =
        (|| Some(openx(OpenXJsonSerDe::builder().build())), || Some(parquet(ParquetSerDe::builder().build())));
    let in_schema = |change: fn(&mut SchemaConfiguration)| {
        let mut schema = schema();
        change(&mut schema);
        block(schema, plain(), usual())
    };
    let reads = |reader| block(schema(), Some(openx(reader)), usual());
    let writes = |writer| block(schema(), plain(), Some(parquet(writer)));
    for other in [
        in_schema(|schema| schema.table_name = Some("events".into())),
        in_schema(|schema| schema.database_name = Some("web".into())),
        in_schema(|schema| schema.region = Some("eu-west-1".into())),
        in_schema(|schema| schema.role_arn = Some("arn:aws:iam::1:role/theirs".into())),
        in_schema(|schema| schema.version_id = Some("3".into())),
        in_schema(|schema| schema.catalog_id = Some("2".into())),
        block(schema(), Some(Deserializer::builder().hive_json_ser_de(hive).build()), usual()),
        block(schema(), plain(), Some(Serializer::builder().orc_ser_de(OrcSerDe::builder().build()).build())),
        reads(OpenXJsonSerDe::builder().case_insensitive(false).build()),
        reads(OpenXJsonSerDe::builder().convert_dots_in_json_keys_to_underscores(true).build()),
        reads(OpenXJsonSerDe::builder().column_to_json_key_mappings("ts", "timestamp").build()),
        writes(ParquetSerDe::builder().compression(ParquetCompression::Gzip).build()),
        writes(ParquetSerDe::builder().block_size_bytes(67_108_864).build()),
        writes(ParquetSerDe::builder().page_size_bytes(65_536).build()),
        writes(ParquetSerDe::builder().enable_dictionary_compression(true).build()),
        writes(ParquetSerDe::builder().max_padding_bytes(8).build()),
        writes(ParquetSerDe::builder().writer_version(ParquetWriterVersion::V2).build()),
    ] {
        let changes = diff(&read(Some(other.clone()), "Enabled").attributes(), &converting().attributes());
        assert_eq!(changes.len(), 1, "{other:?}");
        assert!(changes[0].attribute == "conversion" && !changes[0].forces_replacement, "{other:?}");
    }
}

#[test]
fn a_block_that_is_off_is_none_and_one_that_does_not_say_is_on() {
    let mut block = conversion().configuration();
    for (enabled, expected) in [(Some(true), true), (None, true), (Some(false), false)] {
        block.enabled = enabled;
        assert_eq!(read(Some(block.clone()), "Enabled").conversion.is_some(), expected, "{enabled:?}");
    }
    assert_eq!(read(None, "Enabled").conversion, None);
}

/// AWS does not turn one off, and another stream would lose what is buffered.
#[test]
fn a_backup_is_turned_on_and_away_in_place() {
    let attributes = |stream: &Stream| stream.attributes();
    let (on, off) = (read(None, "Enabled"), read(None, "Disabled"));
    assert_eq!((on.backup.as_ref(), &off.backup), (Some(&backup()), &None));
    for (from, to) in [(&off, &on), (&on, &off)] {
        let changes = diff(&attributes(from), &attributes(to));
        assert_eq!(changes.iter().map(|change| change.forces_replacement).collect::<Vec<_>>(), [false]);
    }
    let away = off.change(&on);
    assert_eq!(away.s3_backup_mode, None);
    assert_eq!(away.s3_backup_update.unwrap().prefix.as_deref(), Some(Backup::DISCARDED));
    assert_eq!(off.change(&off).s3_backup_update, None);
}

#[test]
fn an_update_says_what_firehose_would_keep_and_what_it_checks_against_it() {
    let (plain, converting) = (desired(), converting());
    let on = converting.change(&plain);
    let converted = on.data_format_conversion_configuration.unwrap();
    assert_eq!(converted.enabled(), Some(true));
    assert_eq!(on.compression_format, Some(CompressionFormat::Uncompressed));
    assert_eq!(on.buffering_hints.unwrap().size_in_mbs(), Some(128));
    assert_eq!(on.s3_backup_mode, Some(S3BackupMode::Enabled));
    let off = plain.change(&converting);
    let converted = off.data_format_conversion_configuration.unwrap();
    assert_eq!((converted.enabled(), converted.schema_configuration()), (Some(false), None));
    assert_eq!(plain.change(&plain).data_format_conversion_configuration, None);
    let bare = Stream { prefix: String::new(), ..plain.clone() };
    assert_eq!(bare.change(&plain).prefix.as_deref(), Some(""));
}

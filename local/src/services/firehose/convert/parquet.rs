//! Rows as one Parquet file, as `ParquetSerDe` is told to write it.

use crate::services::glue::hive::{HiveType, instants};
use arrow::datatypes::{Field, Fields, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{WriterProperties, WriterVersion};
use serde_json::Value;
use std::sync::Arc;

/// Rows that are in columns at one time.
const BATCH: usize = 8192;

pub(super) fn write(
    columns: &[(String, HiveType)],
    rows: &[Value],
    serializer: &Value,
) -> Result<Vec<u8>, ParquetError> {
    let fields: Fields = columns.iter().map(|(name, hive)| Field::new(name, hive.arrow(), true)).collect();
    let schema = Arc::new(Schema::new(instants(&fields)));
    let mut decoder = arrow::json::ReaderBuilder::new(Arc::clone(&schema)).with_batch_size(BATCH).build_decoder()?;
    let mut writer = ArrowWriter::try_new(vec![], schema, Some(properties(serializer)))?;
    for rows in rows.chunks(BATCH) {
        decoder.serialize(rows)?;
        if let Some(batch) = decoder.flush()? {
            writer.write(&batch)?;
        }
    }
    writer.into_inner()
}

fn properties(serializer: &Value) -> WriterProperties {
    let number =
        |name: &str, default: u64| usize::try_from(serializer[name].as_u64().unwrap_or(default)).unwrap_or(usize::MAX);
    let compression = match serializer["Compression"].as_str() {
        Some("GZIP") => Compression::GZIP(GzipLevel::default()),
        Some("UNCOMPRESSED") => Compression::UNCOMPRESSED,
        _ => Compression::SNAPPY,
    };
    let version = match serializer["WriterVersion"].as_str() {
        Some("V2") => WriterVersion::PARQUET_2_0,
        _ => WriterVersion::PARQUET_1_0,
    };
    WriterProperties::builder()
        .set_compression(compression)
        .set_writer_version(version)
        .set_dictionary_enabled(serializer["EnableDictionaryCompression"].as_bool().unwrap_or(false))
        .set_data_page_size_limit(number("PageSizeBytes", 1 << 20))
        .set_max_row_group_bytes(Some(number("BlockSizeBytes", 256 << 20)))
        .set_created_by("parquet-mr compatible (Local AWS)".to_owned())
        .build()
}

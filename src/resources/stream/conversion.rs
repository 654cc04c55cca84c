//! Format conversion: columns of Parquet in place of JSON, as a table of the catalog says them.
//!
//! Records are read by OpenX's reader, which takes text for numbers, objects for text and dates as most clients write
//! them, where Hive's fails the record. All of its settings, and the writer's, are AWS's defaults, which a description
//! may say or leave out: an empty block, one with every default in it, and none inside of it mean the same.

use crate::engine::value::{Canonical, Value};
use aws_sdk_firehose::types::{
    DataFormatConversionConfiguration, Deserializer, HiveJsonSerDe, InputFormatConfiguration, OpenXJsonSerDe,
    OutputFormatConfiguration, ParquetCompression, ParquetSerDe, ParquetWriterVersion, SchemaConfiguration, Serializer,
};
use std::collections::BTreeMap;

/// The table of the catalog whose columns a stream writes. It wants `UNCOMPRESSED` files and a buffer of 64 MiB or more
/// of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conversion {
    /// What Firehose becomes to read the table.
    pub(crate) role_arn: String,
    pub(crate) database: String,
    pub(crate) table: String,
    pub(crate) region: String,
    /// What a live one has set in another way than pipectl: by what AWS calls it. None for one that is wanted.
    pub(crate) unusual: BTreeMap<String, Value>,
}

/// What members are where nobody sets them, by the documentation of the API.
const BLOCK_BYTES: i32 = 256 * 1024 * 1024;
const PAGE_BYTES: i32 = 1024 * 1024;
const LATEST: &str = "LATEST";

impl Conversion {
    pub(super) fn read(live: &DataFormatConversionConfiguration) -> Option<Self> {
        // A block that does not say so is on.
        if live.enabled() == Some(false) {
            return None;
        }
        let schema = live.schema_configuration();
        let text =
            |read: fn(&SchemaConfiguration) -> Option<&str>| schema.and_then(read).unwrap_or_default().to_owned();
        let role_arn = text(|schema| schema.role_arn());
        let mut unusual = Unusual::default();
        unusual.text("CatalogId", schema.and_then(|schema| schema.catalog_id()), &account(&role_arn));
        unusual.text("VersionId", schema.and_then(|schema| schema.version_id()), LATEST);
        unusual.input(live.input_format_configuration().and_then(|input| input.deserializer()));
        unusual.output(live.output_format_configuration().and_then(|output| output.serializer()));
        let [database, table, region] =
            [text(|schema| schema.database_name()), text(|schema| schema.table_name()), text(|schema| schema.region())];
        Some(Self { role_arn, database, table, region, unusual: unusual.0 })
    }

    /// All of it: Firehose keeps what a request leaves out, but for the reader and the writer, which are replaced whole.
    pub(super) fn configuration(&self) -> DataFormatConversionConfiguration {
        let schema = SchemaConfiguration::builder()
            .role_arn(&self.role_arn)
            .catalog_id(account(&self.role_arn))
            .database_name(&self.database)
            .table_name(&self.table)
            .region(&self.region)
            .version_id(LATEST);
        let reader = Deserializer::builder().open_x_json_ser_de(OpenXJsonSerDe::builder().build()).build();
        let parquet = ParquetSerDe::builder().compression(ParquetCompression::Snappy).build();
        let writer = Serializer::builder().parquet_ser_de(parquet).build();
        DataFormatConversionConfiguration::builder()
            .enabled(true)
            .schema_configuration(schema.build())
            .input_format_configuration(InputFormatConfiguration::builder().deserializer(reader).build())
            .output_format_configuration(OutputFormatConfiguration::builder().serializer(writer).build())
            .build()
    }

    pub(super) fn off() -> DataFormatConversionConfiguration {
        DataFormatConversionConfiguration::builder().enabled(false).build()
    }
}

/// The account of a role, whose catalog is meant where none is named.
fn account(role_arn: &str) -> String {
    role_arn.split(':').nth(4).unwrap_or_default().to_owned()
}

impl Canonical for Conversion {
    fn canonical(&self) -> Value {
        let Self { role_arn, database, table, region, unusual } = self;
        let fields = [("role_arn", role_arn), ("database", database), ("table", table), ("region", region)];
        let mut all: BTreeMap<_, _> = fields.map(|(name, value)| (name.to_owned(), value.canonical())).into();
        all.extend(unusual.clone());
        Value::Map(all)
    }
}

/// Settings that are not AWS's defaults.
#[derive(Default)]
struct Unusual(BTreeMap<String, Value>);

impl Unusual {
    fn set<T: Canonical + PartialEq>(&mut self, name: &str, value: Option<T>, usual: T) {
        if let Some(value) = value.filter(|value| *value != usual) {
            self.0.insert(name.to_owned(), value.canonical());
        }
    }

    fn text(&mut self, name: &str, value: Option<&str>, usual: &str) {
        self.set(name, value.filter(|value| !value.is_empty()).map(str::to_owned), usual.to_owned());
    }

    fn input(&mut self, reader: Option<&Deserializer>) {
        if let Some(hive) = reader.and_then(|reader| reader.hive_json_ser_de()) {
            self.hive(hive);
        }
        let Some(openx) = reader.and_then(|reader| reader.open_x_json_ser_de()) else { return };
        let dots = openx.convert_dots_in_json_keys_to_underscores();
        self.set("OpenXJsonSerDe.ConvertDotsInJsonKeysToUnderscores", dots, false);
        self.set("OpenXJsonSerDe.CaseInsensitive", openx.case_insensitive(), true);
        let mappings = openx.column_to_json_key_mappings().into_iter().flatten();
        let mappings: BTreeMap<_, _> = mappings.map(|(column, key)| (column.clone(), key.clone())).collect();
        self.set("OpenXJsonSerDe.ColumnToJsonKeyMappings", Some(mappings), BTreeMap::new());
    }

    fn hive(&mut self, hive: &HiveJsonSerDe) {
        self.0.insert("HiveJsonSerDe".to_owned(), hive.timestamp_formats().to_vec().canonical());
    }

    fn output(&mut self, writer: Option<&Serializer>) {
        if writer.is_some_and(|writer| writer.orc_ser_de().is_some()) {
            self.0.insert("OrcSerDe".to_owned(), Value::Bool(true));
        }
        let Some(parquet) = writer.and_then(|writer| writer.parquet_ser_de()) else { return };
        let (snappy, first) = (ParquetCompression::Snappy, ParquetWriterVersion::V1);
        self.set("ParquetSerDe.BlockSizeBytes", parquet.block_size_bytes(), BLOCK_BYTES);
        self.set("ParquetSerDe.PageSizeBytes", parquet.page_size_bytes(), PAGE_BYTES);
        self.text("ParquetSerDe.Compression", parquet.compression().map(AsRef::as_ref), snappy.as_str());
        self.set("ParquetSerDe.EnableDictionaryCompression", parquet.enable_dictionary_compression(), false);
        self.set("ParquetSerDe.MaxPaddingBytes", parquet.max_padding_bytes(), 0);
        self.text("ParquetSerDe.WriterVersion", parquet.writer_version().map(AsRef::as_ref), first.as_str());
    }
}

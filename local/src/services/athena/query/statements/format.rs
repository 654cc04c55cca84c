//! The formats in which statements write files.

use super::super::print;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use flate2::Compression as Level;
use flate2::write::GzEncoder;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use std::io::Write as _;
use std::sync::Arc;

/// How rows become bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Encoding {
    Parquet(Compression),
    Json { is_gzip: bool },
    Text { delimiter: String, is_gzip: bool },
}

/// Of `LazySimpleSerDe`, where a table does not say another.
pub(super) const DELIMITER: &str = "\u{1}";
/// What stands for null in a text.
const NULL: &str = "\\N";

impl Encoding {
    /// As `format` and `write_compression` say.
    ///
    /// # Errors
    /// What Local AWS does not write, by its name.
    pub(super) fn of(format: &str, compression: Option<&str>, delimiter: Option<&str>) -> Result<Self, String> {
        let compression = compression.unwrap_or("GZIP").to_ascii_uppercase();
        let is_gzip = || match compression.as_str() {
            "GZIP" => Ok(true),
            "NONE" | "UNCOMPRESSED" => Ok(false),
            other => Err(format!("NOT_SUPPORTED: Local AWS does not write {format} with compression {other}")),
        };
        match format.to_ascii_uppercase().as_str() {
            "PARQUET" => Ok(Self::Parquet(match compression.as_str() {
                "GZIP" => Compression::GZIP(GzipLevel::default()),
                "SNAPPY" => Compression::SNAPPY,
                "ZSTD" => Compression::ZSTD(ZstdLevel::default()),
                "LZ4" => Compression::LZ4_RAW,
                "NONE" | "UNCOMPRESSED" => Compression::UNCOMPRESSED,
                other => {
                    return Err(format!("NOT_SUPPORTED: Local AWS does not write PARQUET with compression {other}"));
                }
            })),
            "JSON" => Ok(Self::Json { is_gzip: is_gzip()? }),
            "TEXTFILE" => Ok(Self::Text { delimiter: delimiter.unwrap_or(DELIMITER).to_owned(), is_gzip: is_gzip()? }),
            other => Err(format!("NOT_SUPPORTED: Local AWS does not write files of format {other}")),
        }
    }

    /// As STORED AS calls it.
    pub(super) fn stored(&self) -> &'static str {
        match self {
            Self::Parquet(_) => "PARQUET",
            Self::Json { .. } => "JSONFILE",
            Self::Text { .. } => "TEXTFILE",
        }
    }

    /// Of a file's name, by which readers know what it is.
    pub(super) fn ending(&self) -> &'static str {
        match self {
            Self::Parquet(_) | Self::Json { is_gzip: false } | Self::Text { is_gzip: false, .. } => "",
            Self::Json { is_gzip: true } | Self::Text { is_gzip: true, .. } => ".gz",
        }
    }
}

/// A file that is being written.
pub(super) struct File {
    kind: Kind,
}

enum Kind {
    Parquet(Box<ArrowWriter<Vec<u8>>>),
    Lines { encoding: Encoding, output: Output },
}

enum Output {
    Plain(Vec<u8>),
    Gzip(Box<GzEncoder<Vec<u8>>>),
}

impl Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Plain(output) => output.write_all(bytes),
            Self::Gzip(output) => output.write_all(bytes),
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Plain(output) => output.len(),
            Self::Gzip(output) => output.get_ref().len(),
        }
    }
}

impl File {
    pub(super) fn new(encoding: &Encoding, schema: SchemaRef) -> Result<Self> {
        let gzip = |is_gzip: bool| match is_gzip {
            true => Output::Gzip(Box::new(GzEncoder::new(vec![], Level::default()))),
            false => Output::Plain(vec![]),
        };
        let kind = match encoding {
            Encoding::Parquet(compression) => {
                let properties = WriterProperties::builder().set_compression(*compression).build();
                let writer = ArrowWriter::try_new(vec![], schema, Some(properties)).map_err(of_parquet)?;
                Kind::Parquet(Box::new(writer))
            }
            Encoding::Json { is_gzip } | Encoding::Text { is_gzip, .. } => {
                Kind::Lines { encoding: encoding.clone(), output: gzip(*is_gzip) }
            }
        };
        Ok(Self { kind })
    }

    pub(super) fn add(&mut self, rows: &RecordBatch) -> Result<()> {
        match &mut self.kind {
            Kind::Parquet(writer) => writer.write(rows).map_err(of_parquet),
            Kind::Lines { encoding: Encoding::Text { delimiter, .. }, output } => {
                Ok(output.write(text(rows, delimiter)?.as_bytes())?)
            }
            Kind::Lines { output, .. } => Ok(output.write(&json(rows)?)?),
        }
    }

    /// What it takes in memory.
    pub(super) fn size(&self) -> usize {
        match &self.kind {
            Kind::Parquet(writer) => writer.bytes_written() + writer.in_progress_size(),
            Kind::Lines { output, .. } => output.size(),
        }
    }

    pub(super) fn finish(self) -> Result<Vec<u8>> {
        match self.kind {
            Kind::Parquet(writer) => writer.into_inner().map_err(of_parquet),
            Kind::Lines { output: Output::Plain(bytes), .. } => Ok(bytes),
            Kind::Lines { output: Output::Gzip(output), .. } => Ok(output.finish()?),
        }
    }
}

fn of_parquet(error: ParquetError) -> DataFusionError {
    DataFusionError::Execution(error.to_string())
}

/// Lines of JSON, with times as Hive's SerDes write them.
fn json(rows: &RecordBatch) -> Result<Vec<u8>> {
    let mut columns = vec![];
    for column in rows.columns() {
        columns.push(match column.data_type() {
            DataType::Timestamp(..) => {
                let texts = (0..column.len()).map(|row| print::value(column, row));
                Arc::new(texts.collect::<Result<StringArray>>()?) as ArrayRef
            }
            _ => Arc::clone(column),
        });
    }
    let fields = rows
        .schema()
        .fields()
        .iter()
        .zip(&columns)
        .map(|(field, column)| Field::new(field.name(), column.data_type().clone(), true))
        .collect::<Vec<_>>();
    let rows = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?;
    let mut bytes = vec![];
    let mut writer = arrow::json::LineDelimitedWriter::new(&mut bytes);
    writer.write(&rows)?;
    writer.finish()?;
    drop(writer);
    Ok(bytes)
}

fn text(rows: &RecordBatch, delimiter: &str) -> Result<String> {
    let mut text = String::new();
    for row in 0..rows.num_rows() {
        for (index, column) in rows.columns().iter().enumerate() {
            if index > 0 {
                text.push_str(delimiter);
            }
            cell(column, row, 2, &mut text)?;
        }
        text.push('\n');
    }
    Ok(text)
}

/// What is in something else is parted by the next control character, as Hive does.
fn cell(array: &ArrayRef, row: usize, level: u8, text: &mut String) -> Result<()> {
    if array.is_null(row) {
        text.push_str(NULL);
        return Ok(());
    }
    let separator = char::from(level);
    let list = |items: &[(&ArrayRef, usize)], separator: char, level: u8, text: &mut String| -> Result<()> {
        for (index, (item, at)) in items.iter().enumerate() {
            if index > 0 {
                text.push(separator);
            }
            cell(item, *at, level, text)?;
        }
        Ok(())
    };
    match array.data_type() {
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            let items: Vec<_> = (0..items.len()).map(|at| (&items, at)).collect();
            list(&items, separator, level + 1, text)
        }
        DataType::Struct(_) => {
            let fields: Vec<_> = array.as_struct().columns().iter().map(|column| (column, row)).collect();
            list(&fields, separator, level + 1, text)
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            for at in 0..entries.len() {
                if at > 0 {
                    text.push(separator);
                }
                let pair = [(entries.column(0), at), (entries.column(1), at)];
                list(&pair, char::from(level + 1), level + 2, text)?;
            }
            Ok(())
        }
        DataType::Timestamp(unit, _) if *unit != TimeUnit::Microsecond => {
            let micros = cast(array, &DataType::Timestamp(TimeUnit::Microsecond, None))?;
            cell(&micros, row, level, text)
        }
        _ => {
            let value = print::value(array, row)?.unwrap_or_default();
            // A line is a row.
            text.push_str(&value.replace('\n', " "));
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::Int32Array;

    fn rows() -> RecordBatch {
        let fields = vec![Field::new("a", DataType::Utf8, true), Field::new("n", DataType::Int32, true)];
        let texts = StringArray::from(vec![Some("x,y"), None]);
        let numbers = Int32Array::from(vec![Some(1), Some(2)]);
        RecordBatch::try_new(Arc::new(Schema::new(fields)), vec![Arc::new(texts), Arc::new(numbers)]).unwrap()
    }

    #[test]
    fn lines_are_those_that_hive_reads() {
        for (format, delimiter, expected) in [
            ("TEXTFILE", Some("|"), "x,y|1\n\\N|2\n"),
            ("textfile", None, "x,y\u{1}1\n\\N\u{1}2\n"),
            ("json", None, "{\"a\":\"x,y\",\"n\":1}\n{\"n\":2}\n"),
        ] {
            let encoding = Encoding::of(format, Some("none"), delimiter).unwrap();
            let mut file = File::new(&encoding, rows().schema()).unwrap();
            file.add(&rows()).unwrap();
            assert_eq!(String::from_utf8(file.finish().unwrap()).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_not_written_is_named() {
        for (format, compression, name) in
            [("ORC", None, "ORC"), ("JSON", Some("bzip2"), "BZIP2"), ("PARQUET", Some("LZO"), "LZO")]
        {
            let why = Encoding::of(format, compression, None).unwrap_err();
            assert!(why.starts_with("NOT_SUPPORTED: Local AWS does not write") && why.contains(name), "{why}");
        }
    }
}

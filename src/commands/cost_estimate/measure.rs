//! `--measure`: how large events are and how well they pack, found by packing them.

use crate::client::Generator;
use crate::commands::send::EventsFile;
use crate::config::{Column, ColumnType, Pipeline};
use crate::error::{Error, Result};
use arrow::datatypes::{DataType, Field, Fields, Schema, TimeUnit};
use flate2::{Compression as Level, write::GzEncoder};
use jiff::{Timestamp, ToSpan as _};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{WriterProperties, WriterVersion};
use serde_json::{Map, Value};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Of a schema, where there are no events yet: about what a quarter of an hour has of 150 million a month.
const GENERATED: u64 = 50_000;
/// What is read of a file: more tells no more.
const MOST_BYTES: usize = 256 << 20;
/// Rows that are in columns at one time.
const BATCH: usize = 4096;

/// What was found, and of what.
pub(super) struct Measured {
    pub(super) events: usize,
    /// In words: a file, or the schema.
    of: String,
    event_bytes: f64,
    gzip_ratio: f64,
    parquet_ratio: f64,
    /// Events that do not fit the columns.
    unfit: usize,
}

impl Measured {
    /// `name=value`, for the figures.
    pub(super) fn figures(&self) -> [String; 3] {
        let Self { event_bytes, gzip_ratio, parquet_ratio, .. } = self;
        [
            format!("event_bytes={event_bytes:.0}"),
            format!("gzip_ratio={gzip_ratio:.4}"),
            format!("parquet_ratio={parquet_ratio:.4}"),
        ]
    }

    /// Where the figures are from.
    pub(super) fn source(&self) -> String {
        format!("measured: {} events {}", self.events, self.of)
    }

    pub(super) fn words(&self) -> String {
        let [bytes, gzip, parquet] = self.figures();
        let unfit = match self.unfit {
            0 => String::new(),
            unfit => format!("; {unfit} do not fit the columns, and are not in the Parquet"),
        };
        format!("measured {} events {}, in one file each: {bytes}, {gzip}, {parquet}{unfit}", self.events, self.of)
    }
}

/// Of the events of a file or of all files of a directory; of the schema, where there is neither.
///
/// # Errors
/// Nothing can be read, or what is read is no event.
pub(super) fn measure(pipeline: &Pipeline, path: Option<&Path>) -> Result<Measured> {
    let (events, of) = match path {
        Some(path) => (read(path)?, format!("of {}", path.display())),
        None => (generated(pipeline), "that `schema` generates".to_owned()),
    };
    let hint = "one JSON object for each event, in lines or in arrays, with gzip or without";
    if events.is_empty() {
        return Err(Error::usage(format!("there are no events {of}"), hint));
    }
    let mut lines = events.join("\n");
    lines.push('\n');
    let failed = |why: String| Error::other(format!("cannot pack events {of}: {why}"), hint);
    let packed = gzip(lines.as_bytes()).map_err(|error| failed(error.to_string()))?;
    // Firehose's serializer has no dictionaries unless it is told to; Spark's has.
    let (written, unfit) = columnar(&pipeline.schema, &events, !pipeline.converts()).map_err(failed)?;
    let share = |bytes: usize| bytes as f64 / lines.len() as f64;
    Ok(Measured {
        events: events.len(),
        of,
        event_bytes: lines.len() as f64 / events.len() as f64 - 1.0,
        gzip_ratio: share(packed),
        parquet_ratio: share(written),
        unfit,
    })
}

fn read(path: &Path) -> Result<Vec<String>> {
    let mut files: Vec<PathBuf> = match path.is_dir() {
        false => vec![path.to_owned()],
        true => {
            let entries = std::fs::read_dir(path).map_err(Error::cannot_read(path))?;
            entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()).collect()
        }
    };
    files.sort();
    let (mut events, mut bytes) = (vec![], 0);
    for path in files {
        let file = File::open(&path).map_err(Error::cannot_read(&path))?;
        let mut source = EventsFile::open(path.display().to_string(), Box::new(file), None)?;
        while bytes < MOST_BYTES
            && let Some(event) = source.next()?
        {
            bytes += event.len();
            events.push(event);
        }
    }
    Ok(events)
}

fn generated(pipeline: &Pipeline) -> Vec<String> {
    // The same whenever it is asked: figures of a README have to stay.
    let start = Timestamp::UNIX_EPOCH;
    let end = start.checked_add(15.minutes()).unwrap_or(start);
    let mut generator = Generator::new(&pipeline.schema, 1, GENERATED, (start, end));
    (0..GENERATED).map(|_| generator.event()).collect()
}

fn gzip(bytes: &[u8]) -> std::io::Result<usize> {
    let mut packed = GzEncoder::new(vec![], Level::default());
    packed.write_all(bytes)?;
    Ok(packed.finish()?.len())
}

/// Bytes of a Parquet file of these events with Snappy, and how many do not fit it.
fn columnar(columns: &[Column], events: &[String], dictionaries: bool) -> std::result::Result<(usize, usize), String> {
    let fields: Fields = columns.iter().map(|column| field(&column.name, &column.column_type)).collect();
    let schema = Arc::new(Schema::new(fields));
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_dictionary_enabled(dictionaries)
        .build();
    let mut writer = ArrowWriter::try_new(vec![], Arc::clone(&schema), Some(properties)).map_err(|e| e.to_string())?;
    let mut unfit = 0;
    for events in events.chunks(BATCH) {
        let rows: Vec<_> = events.iter().filter_map(|event| row(event)).collect();
        let together = batch(&schema, &rows).map_or_else(|_| one_by_one(&schema, &rows), |batch| vec![batch]);
        let written: usize = together.iter().map(|batch| batch.num_rows()).sum();
        unfit += events.len() - written;
        together.iter().try_for_each(|batch| writer.write(batch)).map_err(|error| error.to_string())?;
    }
    Ok((writer.into_inner().map_err(|error| error.to_string())?.len(), unfit))
}

/// With names in lower case, as the columns have them.
fn row(event: &str) -> Option<Value> {
    let Value::Object(fields) = serde_json::from_str(event).ok()? else { return None };
    let lower = fields.into_iter().map(|(name, value)| (name.to_lowercase(), value));
    Some(Value::Object(lower.collect::<Map<_, _>>()))
}

type Batch = arrow::record_batch::RecordBatch;

fn batch(schema: &Arc<Schema>, rows: &[Value]) -> std::result::Result<Batch, arrow::error::ArrowError> {
    let reader = arrow::json::ReaderBuilder::new(Arc::clone(schema)).with_coerce_primitive(true);
    let mut decoder = reader.with_batch_size(rows.len().max(1)).build_decoder()?;
    decoder.serialize(rows)?;
    Ok(decoder.flush()?.unwrap_or_else(|| Batch::new_empty(Arc::clone(schema))))
}

/// Without those that do not fit.
fn one_by_one(schema: &Arc<Schema>, rows: &[Value]) -> Vec<Batch> {
    rows.iter().filter_map(|row| batch(schema, std::slice::from_ref(row)).ok()).collect()
}

fn field(name: &str, column: &ColumnType) -> Field {
    Field::new(name, arrow_type(column), true)
}

fn arrow_type(column: &ColumnType) -> DataType {
    match column {
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Tinyint => DataType::Int8,
        ColumnType::Smallint => DataType::Int16,
        ColumnType::Int => DataType::Int32,
        ColumnType::Bigint => DataType::Int64,
        ColumnType::Float => DataType::Float32,
        ColumnType::Double => DataType::Float64,
        ColumnType::Decimal { precision, scale } => DataType::Decimal128(*precision, i8::try_from(*scale).unwrap_or(0)),
        ColumnType::String | ColumnType::Char(_) | ColumnType::Varchar(_) | ColumnType::Binary => DataType::Utf8,
        ColumnType::Date => DataType::Date32,
        ColumnType::Timestamp => DataType::Timestamp(TimeUnit::Millisecond, None),
        ColumnType::Array(item) => DataType::List(Arc::new(field("item", item))),
        ColumnType::Map(key, value) => {
            let key = Field::new("key", arrow_type(key), false);
            let entries = DataType::Struct(vec![key, field("value", value)].into());
            DataType::Map(Arc::new(Field::new("entries", entries, false)), false)
        }
        ColumnType::Struct(fields) => DataType::Struct(fields.iter().map(|(name, of)| field(name, of)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        let column = |name: &str, column_type| Column { name: name.into(), column_type };
        vec![column("event", ColumnType::String), column("at", ColumnType::Timestamp), column("n", ColumnType::Int)]
    }

    #[test]
    fn what_does_not_fit_is_counted_and_left_out() {
        let good = r#"{"event":"a","At":"2018-01-01 00:00:00","n":1}"#;
        let events = [good, good, r#"{"event":"a","at":"soon","n":1}"#, r#"{"n":[1]}"#].map(str::to_owned);
        let (bytes, unfit) = columnar(&columns(), &events, false).unwrap();
        assert!(unfit == 2 && bytes > 100, "{unfit} {bytes}");
    }

    #[test]
    fn repeated_events_pack_better_than_random_ones() {
        let same = vec![r#"{"event":"page_view"}"#.to_owned(); 5000];
        let mut random = fastrand::Rng::with_seed(1);
        let other: Vec<_> = (0..5000).map(|_| format!(r#"{{"event":"{:09x}"}}"#, random.u64(..1 << 36))).collect();
        let gz = |events: &[String]| gzip(events.join("\n").as_bytes()).unwrap();
        let columnar = |events: &[String]| columnar(&columns(), events, false).unwrap().0;
        assert!(gz(&same) * 20 < gz(&other) && columnar(&same) * 5 < columnar(&other));
    }
}

//! Rows that a statement writes: files in S3, in folders by their partitions, which show when the statement is done.

use super::Asked;
use super::format::{Encoding, File};
use crate::api_error::{ApiError, Result as ApiResult};
use crate::context::{Context, new_uuid};
use crate::core::Core;
use crate::service::Input as _;
use crate::services::glue::hive::HiveType;
use crate::services::s3::versions::{self, Version};
use crate::services::s3::{self, objects};
use datafusion::arrow::array::{ArrayRef, RecordBatch, UInt32Array};
use datafusion::arrow::compute::{CastOptions, cast_with_options, take_record_batch};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::prelude::{DataFrame, SessionContext};
use futures::StreamExt as _;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::collections::BTreeMap;
use std::sync::Arc;

/// "Athena supports writing to 100 unique partition and bucket combinations."
const MOST_PARTITIONS: usize = 100;
/// What Hive does not leave in a folder's name.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'\'')
    .add(b'*')
    .add(b'/')
    .add(b':')
    .add(b'=')
    .add(b'?')
    .add(b'\\')
    .add(b'{')
    .add(b'[')
    .add(b']')
    .add(b'^');
/// The folder of null.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";
const BYTES_PER_FILE: usize = 64 << 20;

/// Where rows go.
pub(super) struct Target<'a> {
    /// With a slash at its end.
    pub(super) location: &'a str,
    pub(super) encoding: Encoding,
    /// The columns of files, and behind them the keys of partitions.
    pub(super) columns: Vec<(String, HiveType)>,
    pub(super) keys: usize,
    /// Where a partition lies, by its values, where that is not in a folder of its own below.
    pub(super) places: BTreeMap<Vec<String>, String>,
}

/// What was written, and shows nowhere yet.
pub(super) struct Written<'a> {
    core: &'a Core,
    pub(super) rows: u64,
    files: Vec<(String, Version)>,
    /// The places of partitions, by their values.
    pub(super) partitions: BTreeMap<Vec<String>, String>,
    is_kept: bool,
}

impl Drop for Written<'_> {
    /// Nobody has them.
    fn drop(&mut self) {
        if !self.is_kept {
            let blobs: Vec<_> = self.files.iter().map(|(_, file)| file.blob.clone()).collect();
            objects::sweep(self.core, &blobs);
        }
    }
}

/// Bucket and key.
pub(super) fn place(location: &str) -> (&str, &str) {
    let rest = location.strip_prefix("s3://").unwrap_or_default();
    rest.split_once('/').unwrap_or((rest, ""))
}

/// Whether who asks may write below a place.
///
/// # Errors
/// `AccessDeniedException`.
pub(super) fn may_write(asked: Asked<'_>, context: &Context<'_>, location: &str) -> ApiResult<()> {
    let Some(role) = asked.reader.role.as_str() else { return Ok(()) };
    let (bucket, prefix) = place(location);
    for (action, key) in [("s3:GetBucketLocation", ""), ("s3:ListBucket", ""), ("s3:PutObject", prefix)] {
        s3::permit_role(context, role, action, (bucket, key), &[])?;
    }
    Ok(())
}

/// # Errors
/// A place in which something lies already, in Athena's words.
pub(super) fn check_empty(context: &Context<'_>, table: &str, location: &str) -> ApiResult<()> {
    let (bucket, prefix) = place(location);
    let there = versions::list(context, bucket, prefix)?;
    match there.iter().any(|file| file.is_latest && !file.is_marker) {
        true => Err(super::super::super::invalid(format!(
            "HIVE_PATH_ALREADY_EXISTS: Target directory for table '{table}' already exists: {location}. You may need to \
             manually clean the data at location '{location}' before retrying. Athena will not delete data in your account."
        ))),
        false => Ok(()),
    }
}

/// Writes rows as they come.
///
/// # Errors
/// In Athena's words.
pub(super) async fn write<'a>(
    asked: Asked<'a>,
    (session, frame): (SessionContext, DataFrame),
    target: &Target<'_>,
) -> Result<Written<'a>, String> {
    let words = |error| super::super::trino::explain(&error, asked.sql);
    let reservation = MemoryConsumer::new("written").register(&session.runtime_env().memory_pool);
    let mut writer = Writer::new(asked.reader.core, target);
    let mut stream = frame.execute_stream().await.map_err(words)?;
    while let Some(batch) = stream.next().await {
        writer.add(&batch.map_err(words)?)?;
        reservation.try_resize(writer.size()).map_err(words)?;
    }
    writer.finish()
}

struct Writer<'a, 't> {
    target: &'t Target<'t>,
    schema: SchemaRef,
    open: BTreeMap<Vec<String>, File>,
    written: Written<'a>,
}

impl<'a, 't> Writer<'a, 't> {
    fn new(core: &'a Core, target: &'t Target<'t>) -> Self {
        let fields = target.columns.iter().map(|(name, hive)| Field::new(name, hive.arrow(), true));
        let written = Written { core, rows: 0, files: vec![], partitions: BTreeMap::new(), is_kept: false };
        Self { target, schema: Arc::new(Schema::new(fields.collect::<Vec<_>>())), open: BTreeMap::new(), written }
    }

    fn size(&self) -> usize {
        self.open.values().map(File::size).sum()
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<(), String> {
        let columns = batch.columns().iter().zip(self.schema.fields());
        let columns = columns.map(|(column, field)| as_column(column, field.data_type()));
        let columns =
            columns.collect::<Result<Vec<_>, _>>().map_err(|error| format!("INVALID_CAST_ARGUMENT: {error}"))?;
        let whole = RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(internal)?;
        let of_files: Vec<_> = (0..self.target.columns.len() - self.target.keys).collect();
        let in_files = whole.project(&of_files).map_err(internal)?;
        for (values, rows) in self.split(&whole)? {
            let some = match rows.len() == in_files.num_rows() {
                true => in_files.clone(),
                false => take_record_batch(&in_files, &UInt32Array::from(rows)).map_err(internal)?,
            };
            self.put(values, &some)?;
        }
        Ok(())
    }

    /// The rows of each partition, by its values.
    fn split(&self, batch: &RecordBatch) -> Result<BTreeMap<Vec<String>, Vec<u32>>, String> {
        let first = batch.num_columns() - self.target.keys;
        let mut split: BTreeMap<Vec<String>, Vec<u32>> = BTreeMap::new();
        for row in 0..batch.num_rows() {
            let value = |column: &ArrayRef| {
                let text = super::super::print::value(column, row).map_err(internal)?;
                Ok::<_, String>(text.unwrap_or_else(|| NULL.to_owned()))
            };
            let values = batch.columns()[first..].iter().map(value).collect::<Result<Vec<_>, _>>()?;
            split.entry(values).or_default().push(u32::try_from(row).unwrap_or(u32::MAX));
        }
        Ok(split)
    }

    fn put(&mut self, values: Vec<String>, rows: &RecordBatch) -> Result<(), String> {
        if !self.open.contains_key(&values) {
            if self.open.len() >= MOST_PARTITIONS {
                return Err(format!(
                    "HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of {MOST_PARTITIONS} open writers for partitions/buckets"
                ));
            }
            let file = File::new(&self.target.encoding, rows.schema()).map_err(internal)?;
            self.open.insert(values.clone(), file);
        }
        let Some(file) = self.open.get_mut(&values) else { return Ok(()) };
        file.add(rows).map_err(internal)?;
        self.written.rows += rows.num_rows() as u64;
        if file.size() >= BYTES_PER_FILE {
            self.close(&values)?;
        }
        Ok(())
    }

    fn folder(&self, values: &[String]) -> String {
        if let Some(place) = self.target.places.get(values) {
            return format!("{}/", place.trim_end_matches('/'));
        }
        let keys = &self.target.columns[self.target.columns.len() - self.target.keys..];
        let folder = |((name, _), value): (&(String, HiveType), &String)| {
            format!("{name}={}/", utf8_percent_encode(value, ESCAPED))
        };
        format!("{}{}", self.target.location, keys.iter().zip(values).map(folder).collect::<String>())
    }

    fn close(&mut self, values: &[String]) -> Result<(), String> {
        let Some(file) = self.open.remove(values) else { return Ok(()) };
        let folder = self.folder(values);
        let bytes = file.finish().map_err(internal)?;
        let blob = self.written.core.blobs.add(&bytes).map_err(internal)?;
        let (bucket, prefix) = place(&folder);
        let key = format!("{prefix}{}{}", new_uuid(), self.target.encoding.ending());
        let version = objects::prepare(key, "application/octet-stream", blob, &bytes);
        self.written.files.push((bucket.to_owned(), version));
        if !values.is_empty() {
            self.written.partitions.insert(values.to_vec(), folder);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Written<'a>, String> {
        while let Some(values) = self.open.keys().next().cloned() {
            self.close(&values)?;
        }
        Ok(self.written)
    }
}

fn internal(error: impl std::fmt::Display) -> String {
    format!("GENERIC_INTERNAL_ERROR: {error}")
}

/// A value that its column cannot have is an error, as of CAST.
fn as_column(array: &ArrayRef, kind: &DataType) -> Result<ArrayRef, ArrowError> {
    cast_with_options(array, kind, &CastOptions { safe: false, ..CastOptions::default() })
}

impl<'a> Written<'a> {
    /// None yet.
    pub(super) fn nothing(asked: Asked<'a>) -> Self {
        Self { core: asked.reader.core, rows: 0, files: vec![], partitions: BTreeMap::new(), is_kept: false }
    }

    pub(super) fn uris(&self) -> Vec<String> {
        self.files.iter().map(|(bucket, file)| format!("s3://{bucket}/{}", file.key)).collect()
    }

    /// Lets it show, with what `more` changes; all of it, or nothing.
    ///
    /// # Errors
    /// In Athena's words.
    pub(super) fn keep(
        mut self,
        asked: Asked<'_>,
        more: impl FnOnce(&Context<'_>, &Self) -> ApiResult<()>,
    ) -> Result<(u64, Vec<String>), String> {
        let gone = asked.catalog(|context| {
            still_runs(asked, context)?;
            let mut gone = vec![];
            for (bucket, file) in &self.files {
                if let Some(role) = asked.reader.role.as_str() {
                    s3::permit_role(context, role, "s3:PutObject", (bucket, &file.key), &[])?;
                }
                gone.extend(objects::add(context, bucket, file.clone())?);
            }
            more(context, &self).map(|()| gone)
        })?;
        self.is_kept = true;
        objects::sweep(self.core, &gone);
        Ok((self.rows, self.uris()))
    }
}

/// Nobody has stopped it meanwhile.
fn still_runs(asked: Asked<'_>, context: &Context<'_>) -> ApiResult<()> {
    let execution = context.get(super::super::super::EXECUTIONS, asked.id)?.unwrap_or_default();
    match execution["Status"].optional("State") {
        Some("RUNNING") => Ok(()),
        _ => Err(ApiError::new("Cancelled", "Query cancelled by user")),
    }
}

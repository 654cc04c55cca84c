//! Reading files: lines of JSON and Parquet, only the columns that a query needs, counting the bytes.

use super::delimited::Delimited;
use super::evolved::as_table;
use super::pushed::Comparison;
use crate::services::glue::hive::HiveType;
use crate::services::glue::rows::{Columns, whole_lines};
use datafusion::arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, StringArray, new_null_array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use datafusion::execution::TaskContext;
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use futures::StreamExt as _;
use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;

pub(super) const ROWS_PER_BATCH: usize = 8192;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Json,
    Delimited(Arc<Delimited>),
    Parquet,
}

#[derive(Clone, Debug)]
pub(super) struct ScanFile {
    /// Its URI, for errors.
    pub(super) key: String,
    pub(super) blob: String,
    pub(super) path: PathBuf,
    pub(super) size: u64,
    /// Which bytes of it are read: of Parquet, the row groups that begin there. The last part has no end, so that none is
    /// passed over, wherever a damaged file says that it is.
    pub(super) part: Range<u64>,
    /// Of the partition keys.
    pub(super) values: Vec<String>,
}

/// How much a query has read, and may.
#[derive(Debug, Default)]
pub(super) struct Meter {
    scanned: AtomicU64,
    cutoff: Option<u64>,
    /// By bucket: the folders that were listed, and the files that were opened.
    asked: Mutex<BTreeMap<String, (u64, u64)>>,
}

impl Meter {
    pub(super) fn new(cutoff: Option<u64>) -> Self {
        Self { cutoff, ..Self::default() }
    }

    pub(super) fn scanned(&self) -> u64 {
        self.scanned.load(Ordering::Relaxed)
    }

    /// What was asked of each bucket: LISTs and GETs.
    pub(super) fn asked(&self) -> BTreeMap<String, (u64, u64)> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Files that a query is going to read: a LIST for each folder and each 1000 files in it, and a GET for each file at
    /// least.
    pub(super) fn reads(&self, files: &[ScanFile]) {
        let mut folders: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for file in files {
            let (bucket, key) = file.key.trim_start_matches("s3://").split_once('/').unwrap_or_default();
            *folders.entry((bucket, key.rsplit_once('/').map_or("", |(folder, _)| folder))).or_default() += 1;
        }
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        for ((bucket, _), files) in folders {
            let (lists, gets) = asked.entry(bucket.to_owned()).or_default();
            *lists += files.div_ceil(1000);
            *gets += files;
        }
    }

    /// # Errors
    /// More than the workgroup's limit, in Athena's words.
    pub(super) fn add(&self, bytes: u64) -> Result<()> {
        let all = self.scanned.fetch_add(bytes, Ordering::Relaxed) + bytes;
        match self.cutoff {
            Some(cutoff) if all > cutoff => {
                Err(DataFusionError::Execution("Query cancelled! : Bytes scanned limit was exceeded".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

/// Files that are read one after the other.
#[derive(Debug)]
pub(super) struct FileGroup {
    /// What comes out: columns and partition keys, as projected.
    pub(super) schema: SchemaRef,
    /// The columns among them that come from files.
    pub(super) columns: Vec<(String, HiveType)>,
    pub(super) keys: Vec<String>,
    /// What has to be true of a row, of columns of these types; of Parquet only.
    pub(super) wanted: Vec<(Comparison, HiveType)>,
    pub(super) kind: Kind,
    pub(super) files: Vec<ScanFile>,
    pub(super) meter: Arc<Meter>,
}

impl PartitionStream for FileGroup {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (sender, receiver) = mpsc::channel(2);
        let group = Self {
            schema: Arc::clone(&self.schema),
            columns: self.columns.clone(),
            keys: self.keys.clone(),
            wanted: self.wanted.clone(),
            kind: self.kind.clone(),
            files: self.files.clone(),
            meter: Arc::clone(&self.meter),
        };
        tokio::task::spawn_blocking(move || group.read(&sender));
        let batches = futures::stream::unfold(receiver, |mut receiver| async move {
            receiver.recv().await.map(|batch| (batch, receiver))
        });
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), batches.boxed()))
    }
}

pub(super) type Sender = mpsc::Sender<Result<RecordBatch>>;

/// Nobody wants the rest, as after a LIMIT.
pub(super) struct Enough;

impl FileGroup {
    fn read(&self, sender: &Sender) {
        for file in &self.files {
            let read = match &self.kind {
                Kind::Json => self.read_json(file, sender),
                Kind::Delimited(delimited) => self.read_delimited(file, delimited, sender),
                Kind::Parquet => self.read_parquet(file, sender),
            };
            match read {
                Ok(Ok(())) => {}
                Ok(Err(Enough)) => return,
                Err(error) => {
                    let error = match error {
                        DataFusionError::IoError(error) => DataFusionError::Execution(format!(
                            "HIVE_CURSOR_ERROR: Failed to read file at {}: {error}",
                            file.key
                        )),
                        other => other,
                    };
                    let _ = sender.blocking_send(Err(error));
                    return;
                }
            }
        }
    }

    pub(super) fn open(&self, file: &ScanFile) -> Result<File> {
        File::open(&file.path).map_err(|error| {
            DataFusionError::Execution(format!(
                "HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split {}: {error}",
                file.key
            ))
        })
    }

    /// A line that is no JSON object is left out: the table's SerDe is told to ignore what is malformed on no table
    /// that a crawler makes, but then whole tables would not be readable for one broken line.
    fn read_json(&self, file: &ScanFile, sender: &Sender) -> Result<Result<(), Enough>> {
        self.read_lines(file, sender, |columns, line| {
            let _ = columns.add(line.trim_ascii());
        })
    }

    fn read_delimited(&self, file: &ScanFile, delimited: &Delimited, sender: &Sender) -> Result<Result<(), Enough>> {
        let mut header = delimited.header;
        self.read_lines(file, sender, |columns, line| match header {
            0 => {
                let _ = columns.add(&delimited.row(line));
            }
            _ => header -= 1,
        })
    }

    fn read_lines(
        &self,
        file: &ScanFile,
        sender: &Sender,
        mut add: impl FnMut(&mut Columns, &[u8]),
    ) -> Result<Result<(), Enough>> {
        self.meter.add(file.size)?;
        let mut columns = Columns::new(&self.columns);
        let mut ended = Ok(());
        let opened = self.open(file)?;
        whole_lines(opened, |line| {
            add(&mut columns, line);
            if columns.rows() >= ROWS_PER_BATCH {
                let rows = columns.rows();
                let batch = columns.finish()?;
                let batch = self.complete(file, &batch, rows)?;
                if sender.blocking_send(Ok(batch)).is_err() {
                    ended = Err(Enough);
                    return Ok(false);
                }
            }
            Ok::<_, DataFusionError>(true)
        })?;
        if ended.is_ok() && columns.rows() > 0 {
            let rows = columns.rows();
            let batch = columns.finish()?;
            let batch = self.complete(file, &batch, rows)?;
            ended = sender.blocking_send(Ok(batch)).map_err(|_| Enough);
        }
        Ok(ended)
    }

    /// The columns in their order and types, and the partition's values.
    pub(super) fn complete(&self, file: &ScanFile, batch: &RecordBatch, rows: usize) -> Result<RecordBatch> {
        let there = batch.schema();
        let array = |field: &datafusion::arrow::datatypes::Field| -> Result<ArrayRef> {
            if let Some(index) = self.keys.iter().position(|key| key == field.name()) {
                let value = file.values.get(index).map(String::as_str);
                return Ok(cast(&StringArray::from(vec![value; rows]), field.data_type())?);
            }
            // Hive goes by names, without their case; a column that a file does not have is null.
            match there.fields().iter().position(|other| other.name().eq_ignore_ascii_case(field.name())) {
                Some(index) => Ok(as_table(batch.column(index), field.data_type())?),
                None => Ok(new_null_array(field.data_type(), rows)),
            }
        };
        let arrays = self.schema.fields().iter().map(|field| array(field)).collect::<Result<Vec<_>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)?)
    }
}

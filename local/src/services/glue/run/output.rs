//! Parquet files as Spark writes them: Snappy, one folder per partition, not too many rows in one.

use crate::api_error::ApiError;
use crate::core::Core;
use crate::services::glue::hive::instants;
use crate::services::glue::rows::{Broken, Columns, Lost};
use crate::services::s3::versions::Version;
use crate::services::s3::writing::Writing;
use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use std::sync::Arc;

/// "maxRecordsPerFile" of the script: about 128 MB of events of some 200 bytes.
const ROWS_PER_FILE: usize = 4_000_000;
const BYTES_PER_FILE: usize = 128 << 20;
/// Rows that are held in columns before they are handed to the writer.
const ROWS_PER_BATCH: usize = 8192;

/// The files of one partition, or of a part of it. Their rows go to the disk as row groups are full: memory holds one.
pub(super) struct Output<'a> {
    core: &'a Core,
    /// How many bytes a row group may have.
    group: usize,
    columns: Columns,
    writer: Option<ArrowWriter<Writing>>,
    rows_in_file: usize,
    pub(super) rows: usize,
    pub(super) files: Vec<Version>,
}

impl<'a> Output<'a> {
    pub(super) fn new(core: &'a Core, group: usize, columns: Columns) -> Self {
        Self { core, group, columns, writer: None, rows_in_file: 0, rows: 0, files: vec![] }
    }

    /// Adds a line, and tells whether it is a row.
    pub(super) fn line(&mut self, line: &[u8]) -> Result<Result<(), Broken>, ApiError> {
        let added = self.columns.add(line);
        if self.columns.rows() >= ROWS_PER_BATCH {
            self.flush()?;
        }
        Ok(added)
    }

    fn flush(&mut self) -> Result<(), ApiError> {
        if self.columns.rows() == 0 {
            return Ok(());
        }
        let batch = self.columns.finish().map_err(ApiError::internal)?;
        let size = self.write(&batch).map_err(ApiError::internal)?;
        self.rows += batch.num_rows();
        self.rows_in_file += batch.num_rows();
        if self.rows_in_file >= ROWS_PER_FILE || size >= BYTES_PER_FILE { self.close() } else { Ok(()) }
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<usize, ParquetError> {
        let instants = instants(batch.schema().fields());
        let columns = batch.columns().iter().zip(&instants).map(|(column, field)| cast(column, field.data_type()));
        let schema = Arc::new(Schema::new(instants.clone()));
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns.collect::<Result<_, _>>()?)?;
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(writer(Writing::begin(self.core)?, schema, self.group)?),
        };
        writer.write(&batch)?;
        Ok(writer.bytes_written() + writer.in_progress_size())
    }

    /// Ends a file. It is kept, and shows once the run is committed.
    fn close(&mut self) -> Result<(), ApiError> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        let written = writer.into_inner().map_err(ApiError::internal)?;
        self.files.push(written.finish("binary/octet-stream").map_err(ApiError::internal)?);
        self.rows_in_file = 0;
        Ok(())
    }

    /// The files, still without keys, the number of their rows, and what is in none of them.
    pub(super) fn finish(mut self) -> Result<(Vec<Version>, usize, Lost), ApiError> {
        self.flush()?;
        self.close()?;
        Ok((self.files, self.rows, self.columns.lost()))
    }
}

fn writer(into: Writing, schema: SchemaRef, group: usize) -> Result<ArrowWriter<Writing>, ParquetError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by("parquet-mr compatible (Local AWS)".to_owned())
        .set_max_row_group_bytes(Some(group))
        .build();
    ArrowWriter::try_new(into, schema, Some(properties))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Options;
    use crate::services::glue::hive::HiveType;

    const GROUP: usize = 1 << 20;

    /// The most that the writer holds while so many rows go through it.
    fn most(rows: u64) -> usize {
        let directory = tempfile::tempdir().unwrap();
        let core = Core::open(directory.path(), Options::default()).unwrap();
        let columns = ["event", "userid"].map(|name| (name.to_owned(), HiveType::String));
        let mut output = Output::new(&core, GROUP, Columns::new(&columns));
        let mut most = 0;
        for row in 0..rows {
            let user = row.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let line = format!(r#"{{"event":"e{}","userid":"{user:016x}{user:016x}{user:016x}"}}"#, row % 3);
            assert!(output.line(line.as_bytes()).unwrap().is_ok());
            if row % 1024 == 0 {
                most = most.max(output.writer.as_ref().map_or(0, ArrowWriter::memory_size));
            }
        }
        assert_eq!(output.finish().unwrap().1 as u64, rows);
        most
    }

    #[test]
    fn what_is_held_does_not_grow_with_what_is_written() {
        let (few, many) = (most(60_000), most(240_000));
        assert!(few > GROUP / 2 && many < 3 * GROUP && many <= few + few / 8, "{few} and {many} bytes");
    }
}

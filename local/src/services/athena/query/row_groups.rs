//! Reading Parquet: only the columns and row groups that a query needs.

use super::evolved::{as_table, readable};
use super::pushed::Comparison;
use super::scan::{Enough, FileGroup, ROWS_PER_BATCH, ScanFile, Sender};
use crate::services::glue::hive::HiveType;
use datafusion::arrow::array::{Array as _, BooleanArray, RecordBatch};
use datafusion::arrow::compute::{and_kleene, filter_record_batch};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::common::{Result, ScalarValue};
use datafusion::error::DataFusionError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::Encoding;
use parquet::file::metadata::RowGroupMetaData;
use std::fs::File;
use std::sync::Arc;

/// A comparison with the column of a file: its place among the file's columns.
struct Compared<'a> {
    comparison: &'a Comparison,
    hive: &'a HiveType,
    root: usize,
}

impl FileGroup {
    pub(super) fn read_parquet(&self, file: &ScanFile, sender: &Sender) -> Result<Result<(), Enough>> {
        let bad = |error: &dyn std::fmt::Display| {
            DataFusionError::Execution(format!("HIVE_BAD_DATA: Error reading {}: {error}", file.key))
        };
        let opened = self.open(file)?;
        let whole = ArrowReaderMetadata::load(&opened, ArrowReaderOptions::new()).map_err(|error| bad(&error))?;
        self.check(file, &whole)?;
        let Some(compared) = self.compared(&whole) else { return Ok(Ok(())) };
        let fields = whole.schema().fields().iter().enumerate();
        let wanted = |name: &str| self.columns.iter().any(|(column, _)| column.eq_ignore_ascii_case(name));
        let roots: Vec<_> = fields.filter(|(_, field)| wanted(field.name())).map(|(index, _)| index).collect();
        let asked = roots.into_iter().chain(compared.iter().map(|one| one.root));
        let asked = ProjectionMask::roots(whole.parquet_schema(), asked);
        let (mut bytes, mut groups) = (0, vec![]);
        for (index, group) in whole.metadata().row_groups().iter().enumerate() {
            let begins = group.columns().first().map_or(0, |chunk| {
                // What a damaged file says of itself is for its reader to refuse.
                u64::try_from(chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset())).unwrap_or(0)
            });
            if !file.part.contains(&begins) || !compared.iter().all(|one| one.may(&whole, group)) {
                continue;
            }
            groups.push(index);
            let chunks = group.columns().iter().enumerate().filter(|(leaf, _)| asked.leaf_included(*leaf));
            bytes += chunks.map(|(_, chunk)| u64::try_from(chunk.compressed_size()).unwrap_or(0)).sum::<u64>();
        }
        self.meter.add(bytes)?;
        let builder = reader(opened, &whole, &compared, &groups).map_err(|error| bad(&error))?;
        let builder = builder.with_row_groups(groups).with_projection(asked).with_batch_size(ROWS_PER_BATCH);
        for batch in builder.build().map_err(|error| bad(&error))? {
            let batch = batch.and_then(|batch| passing(&compared, &whole, &batch)).map_err(|error| bad(&error))?;
            let Some(batch) = batch else { continue };
            let batch = self.complete(file, &batch, batch.num_rows())?;
            if sender.blocking_send(Ok(batch)).is_err() {
                return Ok(Err(Enough));
            }
        }
        Ok(Ok(()))
    }

    /// # Errors
    /// A column that Athena does not read as the table has it.
    fn check(&self, file: &ScanFile, whole: &ArrowReaderMetadata) -> Result<()> {
        let compared = self.wanted.iter().map(|(comparison, hive)| (&comparison.column, hive));
        let columns: Vec<_> = self.columns.iter().map(|(column, hive)| (column, hive)).chain(compared).collect();
        for field in whole.parquet_schema().root_schema().get_fields() {
            let read = columns.iter().find(|(column, _)| column.eq_ignore_ascii_case(field.name()));
            let Some((column, hive)) = read else { continue };
            readable(field, hive).map_err(|why| DataFusionError::Execution(why.explain(column, &file.key)))?;
        }
        Ok(())
    }

    /// `None` where a column is not in the file: all its rows are NULL there, and none passes.
    fn compared(&self, whole: &ArrowReaderMetadata) -> Option<Vec<Compared<'_>>> {
        let find =
            |column: &str| whole.schema().fields().iter().position(|field| field.name().eq_ignore_ascii_case(column));
        let all = self
            .wanted
            .iter()
            .map(|(comparison, hive)| Some(Compared { comparison, hive, root: find(&comparison.column)? }));
        all.collect()
    }
}

impl Compared<'_> {
    /// Whether a row group may have a row of which it is true.
    fn may(&self, whole: &ArrowReaderMetadata, group: &RowGroupMetaData) -> bool {
        self.bounds(whole, group).is_none_or(|(least, most)| self.comparison.may(&least, &most))
    }

    /// The least and the largest value of a row group, as the table has them, where the file says so.
    fn bounds(&self, whole: &ArrowReaderMetadata, group: &RowGroupMetaData) -> Option<(ScalarValue, ScalarValue)> {
        let name = whole.schema().field(self.root).name();
        let said = StatisticsConverter::try_new(name, whole.schema(), whole.parquet_schema()).ok()?;
        let statistics = group.columns().get(said.parquet_column_index()?)?.statistics()?;
        // Old writers had another order of texts.
        if statistics.is_min_max_deprecated() && !statistics.is_min_max_backwards_compatible() {
            return None;
        }
        let (least, most) = (said.row_group_mins([group]).ok()?, said.row_group_maxes([group]).ok()?);
        let kind = self.hive.arrow();
        let value = |bound| ScalarValue::try_from_array(&as_table(&bound, &kind).ok()?, 0).ok();
        Some((value(least)?, value(most)?))
    }

    /// Whether it is a text that is nothing but entries of a dictionary in all groups: then it is compared as that, and not
    /// decoded. Where a dictionary became too large, the rest is as it is, and would be made into one.
    fn has_dictionary(&self, whole: &ArrowReaderMetadata, groups: &[usize]) -> bool {
        let schema = whole.parquet_schema();
        let Some(leaf) = (0..schema.num_columns()).find(|leaf| schema.get_column_root_idx(*leaf) == self.root) else {
            return false;
        };
        let chunk = |group: &usize| whole.metadata().row_group(*group).column(leaf);
        whole.schema().field(self.root).data_type() == &DataType::Utf8
            && self.hive == &HiveType::String
            && groups.iter().all(|group| {
                chunk(group).page_encoding_stats_mask().is_some_and(|mask| {
                    mask.is_only(Encoding::RLE_DICTIONARY) || mask.is_only(Encoding::PLAIN_DICTIONARY)
                })
            })
    }

    fn mask(&self, whole: &ArrowReaderMetadata, batch: &RecordBatch) -> Result<BooleanArray, ArrowError> {
        let name = whole.schema().field(self.root).name();
        let column = batch.column_by_name(name).ok_or_else(|| ArrowError::SchemaError(name.clone()))?;
        match column.data_type() {
            DataType::Dictionary(..) => self.comparison.mask(column),
            _ => self.comparison.mask(&as_table(column, &self.hive.arrow())?),
        }
    }
}

/// The rows of which all is true; `None` where there are none.
fn passing(
    compared: &[Compared<'_>],
    whole: &ArrowReaderMetadata,
    batch: &RecordBatch,
) -> Result<Option<RecordBatch>, ArrowError> {
    let masks = compared.iter().map(|one| one.mask(whole, batch));
    let all = masks.reduce(|one, other| and_kleene(&one?, &other?));
    let Some(mask) = all.transpose()? else { return Ok(Some(batch.clone())) };
    match mask.true_count() {
        0 => Ok(None),
        all if all == batch.num_rows() => Ok(Some(batch.clone())),
        _ => filter_record_batch(batch, &mask).map(Some),
    }
}

/// A reader that leaves texts that are only compared as entries of their dictionary.
fn reader(
    file: File,
    whole: &ArrowReaderMetadata,
    compared: &[Compared<'_>],
    groups: &[usize],
) -> parquet::errors::Result<ParquetRecordBatchReaderBuilder<File>> {
    if compared.is_empty() {
        return Ok(ParquetRecordBatchReaderBuilder::new_with_metadata(file, whole.clone()));
    }
    let dictionaries: Vec<_> =
        compared.iter().filter(|one| one.has_dictionary(whole, groups)).map(|one| one.root).collect();
    let field = |(index, field): (usize, &Arc<Field>)| match dictionaries.contains(&index) {
        true => {
            let kind = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
            Arc::new(Field::new(field.name(), kind, field.is_nullable()))
        }
        false => Arc::clone(field),
    };
    let fields: Vec<_> = whole.schema().fields().iter().enumerate().map(field).collect();
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    let options = ArrowReaderOptions::new().with_schema(schema);
    let read = ArrowReaderMetadata::try_new(Arc::clone(whole.metadata()), options)?;
    Ok(ParquetRecordBatchReaderBuilder::new_with_metadata(file, read))
}

#[cfg(test)]
mod tests {
    use super::super::scan::{Kind, Meter};
    use super::*;
    use datafusion::arrow::array::{ArrayRef, AsArray as _, Int32Array, StringArray};
    use datafusion::arrow::datatypes::Int64Type;
    use datafusion::logical_expr::{Expr, col, lit};
    use parquet::arrow::ArrowWriter;
    use parquet::file::properties::WriterProperties;
    use proptest::prelude::*;
    use tokio::sync::mpsc;

    type Row = (Option<i32>, Option<String>);

    const GROUP: usize = 3;

    /// A file with `n`, an INT32, and `s`.
    fn write(rows: &[Row], dictionary: bool) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let numbers: ArrayRef = Arc::new(rows.iter().map(|(number, _)| *number).collect::<Int32Array>());
        let texts: ArrayRef = Arc::new(rows.iter().map(|(_, text)| text.as_deref()).collect::<StringArray>());
        let batch = RecordBatch::try_from_iter_with_nullable([("N", numbers, true), ("s", texts, true)]).unwrap();
        let properties = WriterProperties::builder().set_max_row_group_row_count(Some(GROUP));
        let properties = properties.set_dictionary_enabled(dictionary).build();
        let mut writer = ArrowWriter::try_new(file.reopen().unwrap(), batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        file
    }

    fn columns() -> Vec<(String, HiveType)> {
        let all = [("n", "bigint"), ("s", "string"), ("later", "int")];
        all.map(|(name, hive)| (name.to_owned(), HiveType::parse(hive).unwrap())).to_vec()
    }

    /// The rows of which all filters are true, and the bytes that were read for them. What comes out has `n` and `s`.
    fn read(file: &tempfile::NamedTempFile, filters: &[Expr], seen: &[&str]) -> (Vec<Row>, u64) {
        let fields = |columns: &[(String, HiveType)]| -> SchemaRef {
            let fields = columns.iter().map(|(name, hive)| Field::new(name, hive.arrow(), true));
            Arc::new(Schema::new(fields.collect::<Vec<_>>()))
        };
        let table = fields(&columns());
        let wanted = filters.iter().map(|filter| {
            let comparison = Comparison::of(filter, &table).unwrap();
            let hive = columns().into_iter().find(|(name, _)| *name == comparison.column).unwrap().1;
            (comparison, hive)
        });
        let read: Vec<_> = columns().into_iter().filter(|(name, _)| seen.contains(&name.as_str())).collect();
        let meter = Arc::new(Meter::default());
        let group = FileGroup {
            schema: fields(&read),
            columns: read,
            keys: vec![],
            wanted: wanted.collect(),
            kind: Kind::Parquet,
            files: vec![],
            meter: Arc::clone(&meter),
        };
        let scanned = ScanFile {
            key: "s3://b/k".to_owned(),
            blob: String::new(),
            path: file.path().to_owned(),
            size: 0,
            part: 0..u64::MAX,
            values: vec![],
        };
        let (sender, mut receiver) = mpsc::channel(1000);
        assert!(group.read_parquet(&scanned, &sender).unwrap().is_ok());
        let mut rows = vec![];
        while let Ok(batch) = receiver.try_recv() {
            let batch = batch.unwrap();
            for at in 0..batch.num_rows() {
                let number = batch.column_by_name("n").map(|column| column.as_primitive::<Int64Type>());
                let text = batch.column_by_name("s").map(|column| column.as_string::<i32>());
                let number = number.filter(|column| column.is_valid(at)).map(|column| column.value(at) as i32);
                let text = text.filter(|column| column.is_valid(at)).map(|column| column.value(at).to_owned());
                rows.push((number, text));
            }
        }
        (rows, meter.scanned())
    }

    fn filters(which: usize, value: i64, text: &str) -> Vec<Expr> {
        match which {
            0 => vec![],
            1 => vec![col("n").eq(lit(value))],
            2 => vec![col("n").gt(lit(value))],
            3 => vec![col("s").eq(lit(text))],
            4 => vec![col("s").lt_eq(lit(text)), col("n").lt(lit(value))],
            5 => vec![col("s").in_list(vec![lit(text), lit("ab")], false)],
            _ => vec![col("later").gt_eq(lit(0_i32))],
        }
    }

    fn passes((number, text): &Row, which: usize, value: i64, wanted: &str) -> bool {
        let (number, text) = (number.map(i64::from), text.as_deref());
        match which {
            0 => true,
            1 => number == Some(value),
            2 => number.is_some_and(|number| number > value),
            3 => text == Some(wanted),
            4 => text.is_some_and(|text| text <= wanted) && number.is_some_and(|number| number < value),
            5 => text.is_some_and(|text| text == wanted || text == "ab"),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn rows_are_those_that_pass(
            rows in prop::collection::vec((prop::option::of(0..9), prop::option::of("[ab]{0,2}")), 0..20),
            dictionary: bool,
            which in 0_usize..7,
            value in 0_i64..9,
            text in "[ab]{0,2}",
        ) {
            let file = write(&rows, dictionary);
            let (read, _) = read(&file, &filters(which, value, &text), &["n", "s", "later"]);
            let expected: Vec<_> = rows.into_iter().filter(|row| passes(row, which, value, &text)).collect();
            prop_assert_eq!(read, expected);
        }
    }

    #[test]
    fn groups_that_cannot_have_a_row_are_not_read() {
        let rows: Vec<Row> = (0..30).map(|number| (Some(number), Some(format!("{number:02}")))).collect();
        let file = write(&rows, true);
        let (all, every) = read(&file, &[], &["n", "s"]);
        assert_eq!(all, rows);
        for filter in [col("n").eq(lit(4_i64)), col("s").eq(lit("04"))] {
            let (found, scanned) = read(&file, std::slice::from_ref(&filter), &["n", "s"]);
            assert_eq!(found, [rows[4].clone()], "{filter}");
            assert!(scanned > 0 && scanned * 8 < every, "{filter}: {scanned} of {every} bytes");
        }
        assert_eq!(read(&file, &[col("n").gt(lit(29_i64))], &["n"]), (vec![], 0));
        // Rows without columns are counted.
        assert_eq!(read(&file, &[col("n").gt(lit(27_i64))], &[]).0.len(), 2);
        // A column that is only compared is not in what comes out, and counts as read.
        let (found, scanned) = read(&file, &[col("s").gt_eq(lit("27"))], &["n"]);
        assert_eq!(found, [(Some(27), None), (Some(28), None), (Some(29), None)]);
        assert!(scanned > read(&file, &[col("n").gt_eq(lit(27_i64))], &["n"]).1);
    }
}

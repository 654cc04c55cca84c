//! Partitions that have files and are not in the catalog, though their crawler has run since: no query sees them.

use super::work::crawled;
use crate::aws::{Aws, Expect as _, Result, read};
use crate::config::{Pipeline, Tables};
use crate::report::{TableFreshness, Work};

/// Those of the newest files, as `table: year=2026/month=11/day=27`.
///
/// # Errors
/// AWS's, if the caller may not read the catalog.
pub(super) async fn unlisted(
    aws: &Aws,
    pipeline: &Pipeline,
    tables: &[TableFreshness],
    work: &[Work],
) -> Result<Vec<String>> {
    let mut all = vec![];
    if pipeline.catalog.tables != Tables::Crawled {
        return Ok(all);
    }
    for (which, name) in [("raw", pipeline.raw_table()), ("parquet", pipeline.parquet_table())] {
        let table = tables.iter().find(|table| Some(&table.name) == name.as_ref() && table.there);
        let (Some(table), Some(work)) = (table, crawled(work, which)) else { continue };
        let Some(file) = table.newest.as_ref().filter(|file| seen_by(work, file.written)) else { continue };
        let folders: Vec<_> = file.key.split('/').filter(|folder| folder.contains('=')).collect();
        let values: Vec<_> = folders.iter().filter_map(|folder| Some(folder.split_once('=')?.1.to_owned())).collect();
        let look = || {
            let request = aws.glue.get_partition().database_name(&pipeline.catalog.database).table_name(&table.name);
            request.set_partition_values(Some(values.clone())).send()
        };
        if read("glue:GetPartition", look).await.absent()?.is_none() {
            all.push(format!("{}: {}", table.name, folders.join("/")));
        }
    }
    Ok(all)
}

/// Whether a crawler's last run began after a file was there, and went well.
pub(super) fn seen_by(work: &Work, written: jiff::Timestamp) -> bool {
    work.last.as_ref().is_some_and(|last| last.state == "SUCCEEDED" && last.at.is_some_and(|at| at > written))
}

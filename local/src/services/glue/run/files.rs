//! The files that a run reads: those of the table's partitions that the bookmark has not seen.

use super::BOOKMARKS;
use super::settings::Settings;
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input;
use crate::services::glue::partitions::{self, key};
use crate::services::glue::{PARTITIONS, TABLES, permit_catalog};
use crate::services::iam::permit_role;
use crate::services::s3;
use crate::services::s3::versions::{self, Version};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What the script wants of a table; another one has to be mended by somebody who knows.
const KEYS: [&str; 3] = ["year", "month", "day"];

/// One partition with something to read.
pub(super) struct Part {
    pub(super) values: Vec<String>,
    pub(super) files: Vec<Version>,
}

/// Which files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// All, whatever was read before.
    All,
    /// What the bookmark has not seen.
    New,
    /// What it has seen.
    Seen,
    Nothing,
}

impl Reading {
    /// Of a file whose rows are converted already, only days that are converted again have need.
    fn takes(self, is_converted: bool, is_seen: bool) -> bool {
        match self {
            Self::All => !is_converted,
            Self::New => !is_converted && !is_seen,
            Self::Seen => is_converted || is_seen,
            Self::Nothing => false,
        }
    }
}

/// The place of the bookmark of one file.
pub(super) fn bookmark(job: &str, bucket: &str, key: &str) -> String {
    format!("{job}/s3://{bucket}/{key}")
}

/// `None` as long as no crawler has made the table.
///
/// # Errors
/// What the role may not do, or a table of another form.
pub(super) fn find(
    context: &Context<'_>,
    (job, role): (&str, &str),
    settings: &Settings,
    reading: Reading,
) -> Result<Option<Vec<Part>>> {
    let catalog = |action: &str| permit_catalog(context, role, action, Some(&settings.database), Some(&settings.table));
    catalog("glue:GetTable")?;
    let place = format!("{}/{}", settings.database, settings.table);
    let Some(table) = context.get(TABLES, &place)? else { return Ok(None) };
    let keys = table["PartitionKeys"].as_array().into_iter().flatten();
    let keys: Vec<_> = keys.filter_map(|key| key["Name"].as_str()).collect();
    if keys != KEYS {
        let message = format!("table {} is partitioned by {keys:?} and not by {KEYS:?}", settings.table);
        return Err(ApiError::new("RuntimeError", message));
    }
    catalog("glue:GetPartitions")?;
    list(context, role, &settings.bucket, &settings.input)?;
    let folders = add_partitions(context, settings, &table, || catalog("glue:BatchCreatePartition"))?;
    if matches!(reading, Reading::New | Reading::Seen) {
        permit_role(context, role, "glue:GetJobBookmark", "*", &[])?;
    }
    let mut parts = vec![];
    for values in folders {
        let prefix = format!("{}{}", settings.input, path(&values));
        let files = versions::list(context, &settings.bucket, &prefix)?;
        let mut new = vec![];
        for file in files.into_iter().filter(|file| file.is_latest && !file.is_marker && file.size > 0) {
            let converted = settings.is_converted(&file.key);
            let seen = context.get(BOOKMARKS, &bookmark(job, &settings.bucket, &file.key))?;
            // Until bookmarks knew of runs, they were the ETag alone.
            let etag = seen.as_ref().map(|seen| seen.optional("etag").or(seen.as_str()));
            if reading.takes(converted, etag.flatten().is_some_and(|etag| etag == file.etag.as_str())) {
                new.push(file);
            }
        }
        if !new.is_empty() {
            parts.push(Part { values, files: new });
        }
    }
    Ok(Some(parts))
}

fn list(context: &Context<'_>, role: &str, bucket: &str, prefix: &str) -> Result<()> {
    // As a crawler: first where the bucket is, then what is in it.
    s3::permit_role(context, role, "s3:GetBucketLocation", (bucket, ""), &[])?;
    s3::permit_role(context, role, "s3:ListBucket", (bucket, ""), &[("s3:prefix", prefix)])
}

/// `year=2018/month=01/day=30/`
pub(super) fn path(values: &[String]) -> String {
    KEYS.iter().zip(values).map(|(key, value)| format!("{key}={value}/")).collect()
}

/// Every partition, with those that the crawler has not seen yet: the script tells the catalog of them, as a bookmark
/// goes on from the time of the last run.
fn add_partitions(
    context: &Context<'_>,
    settings: &Settings,
    table: &Value,
    may_create: impl Fn() -> Result<()>,
) -> Result<BTreeSet<Vec<String>>> {
    let place = format!("{}/{}", settings.database, settings.table);
    let known = partitions::all(context, &place)?;
    let known: BTreeSet<_> = known.iter().map(|partition| partition.texts("Values")).collect();
    let files = versions::list(context, &settings.bucket, &settings.input)?;
    s3::count(context, &settings.bucket, (s3::lists_of(files.iter().map(|file| file.key.as_str())), 0))?;
    let mut all = known.clone();
    for file in files.iter().filter(|file| file.is_latest && !file.is_marker) {
        all.extend(values(&file.key[settings.input.len()..]));
    }
    for values in all.difference(&known) {
        may_create()?;
        let mut storage = table["StorageDescriptor"].clone();
        storage["Location"] = format!("s3://{}/{}{}", settings.bucket, settings.input, path(values)).into();
        let parameters = storage["Parameters"].clone();
        let partition = json!({
            "Values": values, "StorageDescriptor": storage, "Parameters": parameters, "CreationTime": context.epoch(),
        });
        context.put(PARTITIONS, &key(&place, values), &partition)?;
    }
    Ok(all)
}

/// The values of a file's folders, if they are those of a partition.
pub(super) fn values(rest: &str) -> Option<Vec<String>> {
    let parts: Vec<_> = rest.split('/').collect();
    let (_, folders) = parts.split_last()?;
    let named = folders.iter().zip(KEYS).map(|(folder, key)| folder.strip_prefix(key)?.strip_prefix('='));
    let values: Option<Vec<_>> = named.map(|value| value.map(str::to_owned)).collect();
    values.filter(|values| values.len() == KEYS.len() && folders.len() == KEYS.len())
}

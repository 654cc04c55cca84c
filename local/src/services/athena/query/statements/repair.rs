//! `MSCK REPAIR TABLE`: folders of Hive's form become partitions of the catalog, also of a table whose partitions are
//! projected, where queries pass over them.

use super::super::super::rights;
use super::super::Answer;
use super::Asked;
use super::words::Words;
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input as _;
use crate::services::glue::partitions;
use crate::services::s3::versions;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) fn repair(asked: Asked<'_>, mut words: Words<'_>) -> std::result::Result<Answer, String> {
    let (database, name) = words.table(asked.database)?;
    words.end()?;
    let lines = asked.catalog(|context| {
        let table = asked.table(context, (&database, &name))?;
        let actions = ["glue:GetPartitions", "glue:BatchCreatePartition"];
        asked.may(context, &actions, (&database, Some(&name)))?;
        let location = table["StorageDescriptor"].optional("Location").unwrap_or_default();
        rights::of_list(context, asked.reader.role, location)?;
        found(context, &format!("{database}/{name}"), &table)
    })?;
    Ok(Answer::lines(&["result"], &lines))
}

/// Of a table, by its key. Gives what Hive prints.
fn found(context: &Context<'_>, place: &str, table: &Value) -> Result<Vec<String>> {
    let keys: Vec<_> =
        table["PartitionKeys"].as_array().into_iter().flatten().filter_map(|key| key["Name"].as_str()).collect();
    let (database, name) = place.split_once('/').unwrap_or_default();
    let location = table["StorageDescriptor"].optional("Location").unwrap_or_default().trim_end_matches('/');
    let (bucket, prefix) = location.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).unwrap_or_default();
    let prefix = format!("{prefix}/");
    let known: BTreeSet<_> =
        partitions::all(context, place)?.iter().map(|partition| partition.texts("Values")).collect();
    let files = versions::list(context, bucket, &prefix)?;
    let found = files.iter().filter(|file| file.is_latest && !file.is_marker);
    let found: BTreeSet<_> = found.filter_map(|file| values(&file.key[prefix.len()..], &keys)).collect();
    let new: Vec<_> = found.difference(&known).collect();
    if new.is_empty() {
        return Ok(vec![]);
    }
    let folder = |values: &[String]| {
        let pairs: Vec<_> = keys.iter().zip(values).map(|(key, value)| format!("{key}={value}")).collect();
        pairs.join("/")
    };
    let list: String = new.iter().map(|values| format!("\t{name}:{}", folder(values))).collect();
    let mut lines = vec![format!("Partitions not in metastore:{list}")];
    for values in new {
        let mut storage = table["StorageDescriptor"].clone();
        storage["Location"] = format!("{location}/{}/", folder(values)).into();
        let partition = json!({"Values": values, "StorageDescriptor": storage, "Parameters": {}});
        let input: Value = json!({"DatabaseName": database, "TableName": name, "PartitionInput": partition});
        partitions::create_partition(context, &input)?;
        lines.push(format!("Repair: Added partition to metastore {name}:{}", folder(values)));
    }
    Ok(lines)
}

/// Of `year=2026/month=11/file`.
fn values(path: &str, keys: &[&str]) -> Option<Vec<String>> {
    let mut folders = path.split('/');
    let one = |key: &&str| {
        let (name, value) = folders.next()?.split_once('=')?;
        let value = percent_decode_str(value).decode_utf8().ok()?.into_owned();
        name.eq_ignore_ascii_case(key).then_some(value)
    };
    let values = keys.iter().map(one).collect::<Option<Vec<_>>>().filter(|values| !values.is_empty())?;
    folders.next().map(|_| values)
}

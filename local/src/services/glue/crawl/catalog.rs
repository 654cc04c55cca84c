//! What a crawl found, in the catalog: one table per target, and its partitions.

use super::files::{Folder, Found};
use super::infer::{Inferred, Kind};
use super::{Changes, Crawl, permit_glue, place, seconds};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input;
use crate::services::glue::partitions::{self, key};
use crate::services::glue::{PARTITIONS, TABLES, databases, tables};
use md5::{Digest as _, Md5};
use serde_json::{Map, Value, json};

/// # Errors
/// What the role may not do, or a database that is not there.
pub(super) fn keep(
    context: &Context<'_>,
    crawl: &Crawl,
    found: &Found,
    inferred: Option<&Inferred>,
    changes: &mut Changes,
) -> Result<()> {
    let database = crawl.crawler.optional("DatabaseName").unwrap_or("default").to_lowercase();
    permit_glue(context, crawl, "glue:GetDatabase", None)?;
    databases::existing(context, &database)?;
    let location = format!("s3://{}/{}", found.bucket, found.prefix);
    let name = table_name(context, crawl, &database, &location)?;
    permit_glue(context, crawl, "glue:GetTable", Some(&name))?;
    let place = format!("{database}/{name}");
    let Some(inferred) = inferred else { return lost(context, crawl, &place, &name, changes) };
    let table = keep_table(context, crawl, (&place, &name), &location, found, inferred, changes)?;
    keep_partitions(context, crawl, (&place, &name), &location, found, &table, changes)
}

/// The partition keys of the table of a target, if it is there already.
pub(super) fn keys(context: &Context<'_>, crawl: &Crawl, target: &Value) -> Result<Option<Vec<String>>> {
    let (bucket, prefix) = place(target.text("Path")?)?;
    let database = crawl.crawler.optional("DatabaseName").unwrap_or("default").to_lowercase();
    let name = table_name(context, crawl, &database, &format!("s3://{bucket}/{prefix}"))?;
    let table = context.get(TABLES, &format!("{database}/{name}"))?;
    Ok(table.map(|table| {
        let keys = table["PartitionKeys"].as_array().into_iter().flatten();
        keys.filter_map(|key| key["Name"].as_str()).map(str::to_owned).collect()
    }))
}

/// After the last folder of the target. Where a table of that name has its files elsewhere, Glue adds a hash.
fn table_name(context: &Context<'_>, crawl: &Crawl, database: &str, location: &str) -> Result<String> {
    let last = location.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let prefix = crawl.crawler.optional("TablePrefix").unwrap_or_default();
    let fold = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let name: String = format!("{prefix}{last}").chars().map(fold).collect();
    let taken = context.get(TABLES, &format!("{database}/{name}"))?;
    let elsewhere = taken.is_some_and(|table| table["StorageDescriptor"]["Location"] != location);
    Ok(if elsewhere { format!("{name}_{}", hex::encode(Md5::digest(location))) } else { name })
}

fn policy<'a>(crawl: &'a Crawl, name: &str) -> &'a str {
    crawl.crawler["SchemaChangePolicy"].optional(name).unwrap_or_default()
}

/// An answer of the crawler's `Configuration`, such as `InheritFromTable`.
fn configured(crawl: &Crawl, of: &str) -> String {
    let text = crawl.crawler.optional("Configuration").unwrap_or_default();
    let configuration: Value = serde_json::from_str(text).unwrap_or_default();
    configuration["CrawlerOutput"][of]["AddOrUpdateBehavior"].as_str().unwrap_or_default().to_owned()
}

fn columns(inferred: &Inferred) -> Vec<Value> {
    inferred.columns.iter().map(|(name, hive)| json!({"Name": name, "Type": hive.to_string()})).collect()
}

/// The columns of a table that is there already: new ones come behind the others.
fn merged(before: &[Value], found: Vec<Value>, keeps_types: bool) -> Vec<Value> {
    let mut all = before.to_vec();
    for column in found {
        match all.iter_mut().find(|known| known["Name"] == column["Name"]) {
            Some(known) if !keeps_types => known["Type"] = column["Type"].clone(),
            Some(_) => {}
            None => all.push(column),
        }
    }
    all
}

fn keep_table(
    context: &Context<'_>,
    crawl: &Crawl,
    (place, name): (&str, &str),
    location: &str,
    found: &Found,
    inferred: &Inferred,
    changes: &mut Changes,
) -> Result<Value> {
    let before = context.get(TABLES, place)?;
    let columns = match &before {
        Some(before) => {
            let keeps_types = configured(crawl, "Tables") == "MergeNewColumns";
            let known = before["StorageDescriptor"]["Columns"].as_array().cloned().unwrap_or_default();
            merged(&known, columns(inferred), keeps_types)
        }
        None => columns(inferred),
    };
    let mut table = table(crawl, location, found, inferred, &columns);
    let Some(before) = before else {
        permit_glue(context, crawl, "glue:CreateTable", Some(name))?;
        for time in ["CreateTime", "UpdateTime"] {
            table[time] = seconds(context.now).into();
        }
        table["VersionId"] = "0".into();
        context.put(TABLES, place, &table)?;
        changes.tables_created += 1;
        return Ok(table);
    };
    let same = ["StorageDescriptor", "PartitionKeys"].iter().all(|field| before[*field] == table[*field]);
    // What it has not set does not outlive its update: Athena would not see the partitions that it registers.
    let same = same && before["Parameters"]["projection.enabled"].is_null();
    if same || policy(crawl, "UpdateBehavior") == "LOG" {
        return Ok(before);
    }
    permit_glue(context, crawl, "glue:UpdateTable", Some(name))?;
    table["CreateTime"] = before["CreateTime"].clone();
    table["UpdateTime"] = seconds(context.now).into();
    let version: u64 = before["VersionId"].as_str().and_then(|text| text.parse().ok()).unwrap_or(0);
    table["VersionId"] = (version + 1).to_string().into();
    tables::archive(context, place, &before)?;
    context.put(TABLES, place, &table)?;
    changes.tables_updated += 1;
    Ok(table)
}

fn table(crawl: &Crawl, location: &str, found: &Found, inferred: &Inferred, columns: &[Value]) -> Value {
    let parameters = parameters(&crawl.name, inferred, !found.keys.is_empty());
    let keys: Vec<_> = found.keys.iter().map(|name| json!({"Name": name, "Type": "string"})).collect();
    let storage = storage(inferred.kind, location, columns, &parameters);
    json!({
        "Owner": "owner",
        "Retention": 0,
        "StorageDescriptor": storage,
        "PartitionKeys": keys,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters,
    })
}

fn parameters(crawler: &str, inferred: &Inferred, has_keys: bool) -> Map<String, Value> {
    let (classification, compression) = match inferred.kind {
        Kind::Json => ("json", "none"),
        Kind::JsonGzip => ("json", "gzip"),
        Kind::Parquet => ("parquet", "none"),
    };
    let mut all = Map::new();
    let mut add = |name: &str, value: String| all.insert(name.to_owned(), value.into());
    add("CrawlerSchemaDeserializerVersion", "1.0".to_owned());
    add("CrawlerSchemaSerializerVersion", "1.0".to_owned());
    add("UPDATED_BY_CRAWLER", crawler.to_owned());
    add("averageRecordSize", (inferred.bytes / inferred.records.max(1)).max(1).to_string());
    add("classification", classification.to_owned());
    add("compressionType", compression.to_owned());
    add("objectCount", inferred.files.to_string());
    add("recordCount", inferred.records.to_string());
    add("sizeKey", inferred.bytes.to_string());
    add("typeOfData", "file".to_owned());
    if has_keys {
        add("partition_filtering.enabled", "true".to_owned());
    }
    all
}

fn storage(kind: Kind, location: &str, columns: &[Value], parameters: &Map<String, Value>) -> Value {
    let (input, output, library, serde) = match kind {
        Kind::Parquet => (
            "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
            json!({"serialization.format": "1"}),
        ),
        Kind::Json | Kind::JsonGzip => {
            let mut names: Vec<_> = columns.iter().filter_map(|column| column["Name"].as_str()).collect();
            names.sort_unstable();
            (
                "org.apache.hadoop.mapred.TextInputFormat",
                "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                "org.openx.data.jsonserde.JsonSerDe",
                json!({"paths": names.join(",")}),
            )
        }
    };
    // Counts belong to the table: a partition would change with each crawl.
    let kind_only = ["classification", "compressionType", "typeOfData"];
    let kept: Map<_, _> =
        parameters.clone().into_iter().filter(|(name, _)| kind_only.contains(&name.as_str())).collect();
    json!({
        "Columns": columns,
        "Location": location,
        "InputFormat": input,
        "OutputFormat": output,
        "Compressed": kind == Kind::JsonGzip,
        "NumberOfBuckets": -1,
        "SerdeInfo": {"SerializationLibrary": library, "Parameters": serde},
        "BucketColumns": [],
        "SortColumns": [],
        "Parameters": kept,
        "StoredAsSubDirectories": false,
    })
}

/// The partition of a folder, as it is to be: like the table, at its own place.
fn partition(
    table: &Value,
    location: &str,
    values: &[String],
    folder: &Folder,
    before: Option<&Value>,
    inherits: bool,
) -> Value {
    let mut storage = table["StorageDescriptor"].clone();
    // Without inheritance, a partition keeps the columns that it was made with.
    if let (false, Some(before)) = (inherits, before) {
        storage["Columns"] = before["StorageDescriptor"]["Columns"].clone();
    }
    storage["Location"] = format!("{location}{}", folder.path).into();
    json!({"Values": values, "StorageDescriptor": storage, "Parameters": table["StorageDescriptor"]["Parameters"]})
}

fn keep_partitions(
    context: &Context<'_>,
    crawl: &Crawl,
    (place, name): (&str, &str),
    location: &str,
    found: &Found,
    table: &Value,
    changes: &mut Changes,
) -> Result<()> {
    if found.keys.is_empty() {
        return Ok(());
    }
    permit_glue(context, crawl, "glue:GetPartitions", Some(name))?;
    let inherits = configured(crawl, "Partitions") == "InheritFromTable";
    for (values, folder) in &found.folders {
        let key = key(place, values);
        let before = context.get(PARTITIONS, &key)?;
        let mut partition = partition(table, location, values, folder, before.as_ref(), inherits);
        match before {
            None => {
                permit_glue(context, crawl, "glue:BatchCreatePartition", Some(name))?;
                partition["CreationTime"] = seconds(context.now).into();
                changes.partitions_created += 1;
            }
            Some(before) if before["StorageDescriptor"] == partition["StorageDescriptor"] => continue,
            Some(_) if policy(crawl, "UpdateBehavior") == "LOG" => continue,
            Some(before) => {
                permit_glue(context, crawl, "glue:BatchUpdatePartition", Some(name))?;
                partition["CreationTime"] = before["CreationTime"].clone();
                changes.partitions_updated += 1;
            }
        }
        context.put(PARTITIONS, &key, &partition)?;
    }
    lost_partitions(context, crawl, (place, name), found, changes)
}

/// Partitions whose files are gone.
fn lost_partitions(
    context: &Context<'_>,
    crawl: &Crawl,
    (place, name): (&str, &str),
    found: &Found,
    changes: &mut Changes,
) -> Result<()> {
    if policy(crawl, "DeleteBehavior") != "DELETE_FROM_DATABASE" {
        return Ok(());
    }
    for partition in partitions::all(context, place)? {
        let values = partition.texts("Values");
        if !found.folders.contains_key(&values) {
            permit_glue(context, crawl, "glue:BatchDeletePartition", Some(name))?;
            context.remove(PARTITIONS, &key(place, &values))?;
            changes.deleted += 1;
        }
    }
    Ok(())
}

/// A table of this crawler whose files are all gone.
fn lost(context: &Context<'_>, crawl: &Crawl, place: &str, name: &str, changes: &mut Changes) -> Result<()> {
    let Some(mut table) = context.get(TABLES, place)? else { return Ok(()) };
    if table["Parameters"]["UPDATED_BY_CRAWLER"] != crawl.name.as_str() {
        return Ok(());
    }
    match policy(crawl, "DeleteBehavior") {
        "DELETE_FROM_DATABASE" => {
            permit_glue(context, crawl, "glue:DeleteTable", Some(name))?;
            for partition in partitions::all(context, place)? {
                context.remove(PARTITIONS, &key(place, &partition.texts("Values")))?;
            }
            context.remove(TABLES, place)?;
            changes.deleted += 1;
        }
        "DEPRECATE_IN_DATABASE" => {
            permit_glue(context, crawl, "glue:UpdateTable", Some(name))?;
            table["Parameters"]["DEPRECATED_BY_CRAWLER"] = context.now.as_millisecond().to_string().into();
            context.put(TABLES, place, &table)?;
            changes.tables_updated += 1;
        }
        _ => {}
    }
    Ok(())
}

//! CREATE TABLE AS: a table of the rows of a query.

use super::super::view;
use super::super::{Answer, Kept};
use super::properties::Properties;
use super::words::Words;
use super::written::{Target, Written, check_empty, may_write, write};
use super::{Asked, create_table, format};
use crate::api_error::Result as ApiResult;
use crate::context::Context;
use crate::service::Input as _;
use crate::services::glue::hive::HiveType;
use crate::services::glue::{databases, partitions, tables};
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::sql::sqlparser::tokenizer::Token;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the statement says.
struct NewTable {
    database: String,
    name: String,
    properties: Properties,
    location: String,
}

/// `CREATE TABLE [IF NOT EXISTS] [database.]name [WITH (...)] AS query [WITH [NO] DATA]`
pub(super) async fn create(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let is_lenient = words.pass("IF NOT EXISTS");
    let (database, name) = words.table(asked.database)?;
    if words.clone().pass_symbol(&Token::LParen) {
        return Err("NOT_SUPPORTED: Local AWS makes no Iceberg tables; others need CREATE EXTERNAL TABLE".to_owned());
    }
    let properties = Properties::of_table(&mut words)?;
    words.expect("AS")?;
    let is_empty = words.cut("WITH NO DATA");
    words.cut("WITH DATA");
    let location = location(asked, &properties)?;
    let table = NewTable { database, name, properties, location };
    let encoding = table.properties.encoding()?;
    if asked.catalog(|context| table.check(asked, context, is_lenient))? {
        return Ok(Answer::written(0, vec![]));
    }
    let (session, frame) = asked.reader.frame(words.rest(), asked.database).await?;
    let columns = columns(&frame.schema().as_arrow().clone().into())?;
    let keys = table.properties.names("partitioned_by");
    check_keys(&columns, &keys)?;
    let target = Target { location: &table.location, encoding, columns, keys: keys.len(), places: BTreeMap::new() };
    let written = match is_empty {
        true => Written::nothing(asked),
        false => write(asked, (session, frame), &target).await?,
    };
    let (rows, files) = written.keep(asked, |context, written| table.make(asked, context, &target, written))?;
    Ok(Answer::written(rows, files))
}

/// Where the workgroup says it, nobody else does.
fn location(asked: Asked<'_>, properties: &Properties) -> Result<String, String> {
    let own = properties.one("external_location");
    let group = asked.execution.optional("WorkGroup").unwrap_or("primary");
    let workgroup = asked.catalog(|context| super::super::super::workgroups::existing(context, group))?;
    let configuration = &workgroup["Configuration"];
    let is_enforced = configuration["EnforceWorkGroupConfiguration"] == true
        && configuration["ResultConfiguration"].optional("OutputLocation").is_some();
    if own.is_some() && is_enforced {
        return Err("The Create Table As Select query failed because it was submitted with an 'external_location' property \
                    to an Athena Workgroup that enforces a centralized output location for all queries. Please remove the \
                    'external_location' property and resubmit the query."
            .to_owned());
    }
    let output = asked.execution["ResultConfiguration"]["OutputLocation"].as_str().unwrap_or_default();
    Ok(format!("{}/", own.unwrap_or(output).trim_end_matches('/')))
}

/// Names and types that the catalog has.
///
/// # Errors
/// In Athena's words.
pub(super) fn columns(schema: &SchemaRef) -> Result<Vec<(String, HiveType)>, String> {
    super::create_view::check(schema)?;
    let one = |field: &std::sync::Arc<datafusion::arrow::datatypes::Field>| match field.data_type() {
        DataType::Timestamp(_, Some(_)) => {
            Err(format!("NOT_SUPPORTED: Unsupported Hive type: {}", view::trino_type(field.data_type())))
        }
        // "unknown", which no table has.
        DataType::Null => Err(format!(
            "COLUMN_TYPE_UNKNOWN: line 1:1: Column type is unknown at position {}",
            schema.index_of(field.name()).unwrap_or(0) + 1
        )),
        kind => Ok((field.name().to_lowercase(), HiveType::of(kind))),
    };
    schema.fields().iter().map(one).collect()
}

/// # Errors
/// Keys that are not the last columns.
pub(super) fn check_keys(columns: &[(String, HiveType)], keys: &[String]) -> Result<(), String> {
    let last = columns.iter().skip(columns.len().saturating_sub(keys.len())).map(|(name, _)| name);
    if keys.len() >= columns.len() && !keys.is_empty() {
        return Err("INVALID_TABLE_PROPERTY: Table contains only partition columns".to_owned());
    }
    match last.eq(keys) {
        true => Ok(()),
        false => Err(format!(
            "HIVE_COLUMN_ORDER_MISMATCH: Partition keys must be the last columns in the table and in the same order as the \
             table properties: [{}]",
            keys.join(", ")
        )),
    }
}

impl NewTable {
    /// Whether it is there, where that may be.
    fn check(&self, asked: Asked<'_>, context: &Context<'_>, is_lenient: bool) -> ApiResult<bool> {
        let Self { database, name, location, .. } = self;
        asked.may(context, &["glue:GetDatabase"], (database, None))?;
        asked.may(context, &["glue:GetTable", "glue:CreateTable"], (database, Some(name)))?;
        if databases::find(context, database)?.is_none() {
            let words = format!("SCHEMA_NOT_FOUND: line 1:1: Schema '{database}' does not exist");
            return Err(super::super::super::invalid(words));
        }
        if tables::find(context, database, name)?.is_some() {
            let words = format!(
                "TABLE_ALREADY_EXISTS: line 1:1: Destination table 'awsdatacatalog.{database}.{name}' already exists"
            );
            return if is_lenient { Ok(true) } else { Err(super::super::super::invalid(words)) };
        }
        may_write(asked, context, location)?;
        check_empty(context, &format!("{database}.{name}"), location).map(|()| false)
    }

    fn make(
        &self,
        asked: Asked<'_>,
        context: &Context<'_>,
        target: &Target<'_>,
        written: &Written<'_>,
    ) -> ApiResult<()> {
        let table = self.table(target);
        create_table::make(context, &self.database, &table)?;
        let place = (self.database.as_str(), self.name.as_str());
        add_partitions(asked, context, place, (&table, written))
    }

    fn table(&self, target: &Target<'_>) -> Value {
        let column = |(name, hive): &(String, HiveType)| json!({"Name": name, "Type": hive.to_string()});
        let (columns, keys) = target.columns.split_at(target.columns.len() - target.keys);
        let columns: Vec<_> = columns.iter().map(column).collect();
        let format = target.encoding.stored();
        let mut storage = create_table::storage(format, &columns, &self.location).unwrap_or_default();
        if let format::Encoding::Text { delimiter, .. } = &target.encoding {
            storage["SerdeInfo"]["Parameters"]["field.delim"] = delimiter.as_str().into();
            storage["SerdeInfo"]["Parameters"]["serialization.format"] = delimiter.as_str().into();
        }
        let buckets = self.properties.names("bucketed_by");
        if !buckets.is_empty() {
            storage["BucketColumns"] = json!(buckets);
            let count = self.properties.one("bucket_count").and_then(|count| count.parse::<i64>().ok());
            storage["NumberOfBuckets"] = count.unwrap_or(-1).into();
        }
        json!({
            "Name": self.name,
            "Owner": "hadoop",
            "TableType": "EXTERNAL_TABLE",
            "StorageDescriptor": storage,
            "PartitionKeys": keys.iter().map(column).collect::<Vec<_>>(),
            "Parameters": {"EXTERNAL": "TRUE", "has_encrypted_data": "false", "auto.purge": "false"},
            "Retention": 0,
        })
    }
}

/// The partitions that rows were written into, as far as the catalog does not have them.
///
/// # Errors
/// `AccessDeniedException`.
pub(super) fn add_partitions(
    asked: Asked<'_>,
    context: &Context<'_>,
    (database, name): (&str, &str),
    (table, written): (&Value, &Written<'_>),
) -> ApiResult<()> {
    let there: Vec<_> =
        partitions::all(context, &format!("{database}/{name}"))?.iter().map(|one| one.texts("Values")).collect();
    let mut new = written.partitions.iter().filter(|(values, _)| !there.contains(*values)).peekable();
    if new.peek().is_some() {
        asked.may(context, &["glue:BatchCreatePartition"], (database, Some(name)))?;
    }
    for (values, place) in new {
        let mut storage = table["StorageDescriptor"].clone();
        storage["Location"] = place.as_str().into();
        let partition = json!({"Values": values, "StorageDescriptor": storage, "Parameters": {}});
        let input = json!({"DatabaseName": database, "TableName": name, "PartitionInput": partition});
        partitions::create_partition(context, &input)?;
    }
    Ok(())
}

impl Answer {
    /// Of what has written rows: how many, and where.
    pub(super) fn written(rows: u64, files: Vec<String>) -> Self {
        Self {
            columns: vec![super::super::print::described("rows", "bigint", 19, 0)],
            kept: Kept::Written { rows, files },
        }
    }
}

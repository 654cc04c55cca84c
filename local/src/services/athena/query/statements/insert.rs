//! INSERT INTO: rows of a query, or of VALUES, behind those that a table has.

use super::super::Answer;
use super::super::view;
use super::Asked;
use super::columns::{list, text};
use super::create_table::DELIMITED;
use super::ctas::add_partitions;
use super::format::{DELIMITER, Encoding};
use super::words::Words;
use super::written::{Target, may_write, write};
use crate::service::Input as _;
use crate::services::glue::hive::HiveType;
use crate::services::glue::{partitions, tables};
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::prelude::{DataFrame, Expr, ident, lit};
use datafusion::scalar::ScalarValue;
use datafusion::sql::sqlparser::tokenizer::Token;
use serde_json::Value;
use std::collections::BTreeMap;

/// `INSERT INTO [database.]table [(column, ...)] query`
pub(super) async fn insert(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let (database, name) = words.table(asked.database)?;
    let chosen = match is_list(&words) {
        true => Some(words.names()?),
        false => None,
    };
    let (table, places) = asked.catalog(|context| {
        super::super::super::rights::of_table(context, asked.reader.role, &database, &name)?;
        let table = tables::find(context, &database, &name)?;
        let missing = || super::super::trino::table_not_found(asked.sql, &database, &name);
        let table = table.ok_or_else(|| super::super::super::invalid(missing()))?;
        may_write(asked, context, text(&table["StorageDescriptor"], "Location"))?;
        let there = partitions::all(context, &format!("{database}/{name}"))?;
        let place = |one: &Value| (one.texts("Values"), text(&one["StorageDescriptor"], "Location").to_owned());
        Ok((table, there.iter().map(place).collect::<BTreeMap<_, _>>()))
    })?;
    let encoding = encoding(&table)?;
    let columns = columns(&table);
    let (session, frame) = asked.reader.frame(words.rest(), asked.database).await?;
    let chosen = chosen.unwrap_or_else(|| columns.iter().map(|(name, _)| name.clone()).collect());
    check(&columns, &chosen, &frame.schema().as_arrow().clone().into())?;
    let frame = arranged(frame, &columns, &chosen).map_err(|error| super::super::trino::explain(&error, asked.sql))?;
    let location = format!("{}/", text(&table["StorageDescriptor"], "Location").trim_end_matches('/'));
    let keys = list(&table["PartitionKeys"]).count();
    let target = Target { location: &location, encoding, columns, keys, places };
    let written = write(asked, (session, frame), &target).await?;
    let is_projected = table["Parameters"]["projection.enabled"].as_str().is_some_and(|text| text == "true");
    let (rows, files) = written.keep(asked, |context, written| match is_projected {
        // They need no place in the catalog.
        true => Ok(()),
        false => add_partitions(asked, context, (&database, &name), (&table, written)),
    })?;
    Ok(Answer::written(rows, files))
}

/// Whether a bracket opens on names, and not on a query.
fn is_list(words: &Words<'_>) -> bool {
    let mut words = words.clone();
    if !words.pass_symbol(&Token::LParen) {
        return false;
    }
    !["SELECT", "WITH", "VALUES", "TABLE"].iter().any(|word| words.are(word)) && words.name().is_ok()
}

fn columns(table: &Value) -> Vec<(String, HiveType)> {
    let all = list(&table["StorageDescriptor"]["Columns"]).chain(list(&table["PartitionKeys"]));
    let hive = |column: &Value| HiveType::parse(text(column, "Type")).unwrap_or(HiveType::String);
    all.map(|column| (text(column, "Name").to_lowercase(), hive(column))).collect()
}

/// # Errors
/// A table of a kind that is not written to.
fn encoding(table: &Value) -> Result<Encoding, String> {
    if view::is_view(table) {
        return Err("NOT_SUPPORTED: line 1:1: Inserting into views is not supported".to_owned());
    }
    let storage = &table["StorageDescriptor"];
    if storage.optional("Location").is_none() || table["Parameters"]["storage.location.template"].is_string() {
        return Err("NOT_SUPPORTED: Local AWS does not write into a table with storage.location.template".to_owned());
    }
    let compression = ["write.compression", "parquet.compression"];
    let compression = compression.iter().find_map(|name| table["Parameters"].optional(name));
    let serde = storage["SerdeInfo"].optional("SerializationLibrary").unwrap_or_default();
    match serde {
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe" => Encoding::of("PARQUET", compression, None),
        "org.openx.data.jsonserde.JsonSerDe" | "org.apache.hive.hcatalog.data.JsonSerDe" => {
            Encoding::of("JSON", compression, None)
        }
        DELIMITED => {
            let delimiter = storage["SerdeInfo"]["Parameters"].optional("field.delim").unwrap_or(DELIMITER);
            Encoding::of("TEXTFILE", compression, Some(delimiter))
        }
        other => Err(format!("NOT_SUPPORTED: Local AWS does not write into a table of {other}")),
    }
}

/// # Errors
/// Columns that are not there, more or fewer values than columns, or values of another kind.
fn check(columns: &[(String, HiveType)], chosen: &[String], query: &SchemaRef) -> Result<(), String> {
    let kind = |name: &String| columns.iter().find(|(known, _)| known == name).map(|(_, hive)| hive.arrow());
    if let Some(name) = chosen.iter().find(|name| kind(name).is_none()) {
        return Err(format!("COLUMN_NOT_FOUND: line 1:1: Insert column name does not exist in target table: {name}"));
    }
    let table: Vec<_> = chosen.iter().filter_map(kind).collect();
    let given: Vec<_> = query.fields().iter().map(|field| field.data_type().clone()).collect();
    let fits = table.len() == given.len() && table.iter().zip(&given).all(|(to, from)| takes(to, from));
    if fits {
        return Ok(());
    }
    let all = |kinds: &[DataType]| kinds.iter().map(view::trino_type).collect::<Vec<_>>().join(", ");
    Err(format!(
        "TYPE_MISMATCH: line 1:1: Insert query has mismatched column types: Table: [{}], Query: [{}]",
        all(&table),
        all(&given)
    ))
}

/// Whether a column takes values of a kind without CAST.
fn takes(to: &DataType, from: &DataType) -> bool {
    let is_text = |kind: &DataType| matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    let is_time = |kind: &DataType| matches!(kind, DataType::Timestamp(..) | DataType::Date32);
    from == &DataType::Null
        || to == from
        || (is_text(to) && is_text(from))
        || (to.is_numeric() && from.is_numeric() && (from.is_integer() || !to.is_integer()))
        || (is_time(to) && is_time(from) && to != &DataType::Date32)
        || (to.is_nested() && from.is_nested() && std::mem::discriminant(to) == std::mem::discriminant(from))
        || (matches!(to, DataType::Binary) && matches!(from, DataType::BinaryView | DataType::LargeBinary))
}

/// In the order of the table, null where nothing is given.
fn arranged(
    frame: DataFrame,
    columns: &[(String, HiveType)],
    chosen: &[String],
) -> datafusion::error::Result<DataFrame> {
    // By their places: names may be there twice.
    let names: Vec<_> = (0..chosen.len()).map(|index| format!("c{index}")).collect();
    let fields = frame.schema().columns();
    let renamed = fields.into_iter().zip(&names).map(|(column, name)| Expr::Column(column).alias(name));
    let frame = frame.select(renamed.collect::<Vec<_>>())?;
    let one = |(name, _): &(String, HiveType)| match chosen.iter().position(|chosen| chosen == name) {
        Some(index) => ident(&names[index]).alias(name),
        None => lit(ScalarValue::Null).alias(name),
    };
    frame.select(columns.iter().map(one).collect::<Vec<_>>())
}

//! SHOW and DESCRIBE, which look at the catalog only, and MSCK, which looks into the bucket.

use super::{Answer, print, repair};
use crate::api_error::Result as ApiResult;
use crate::context::Context;
use crate::core::Core;
use crate::service::Input;
use crate::services::glue::{databases, partitions, tables};
use serde_json::Value;

/// `None` where it is another statement.
///
/// # Errors
/// A table that is not there.
pub(super) fn answer(core: &Core, region: &str, sql: &str, database: &str) -> Result<Option<Answer>, String> {
    let words: Vec<_> = sql.split_whitespace().map(|word| word.trim_matches(['`', '"'])).collect();
    let upper: Vec<_> = words.iter().map(|word| word.to_ascii_uppercase()).collect();
    let upper: Vec<_> = upper.iter().map(String::as_str).collect();
    let run =
        |work: &dyn Fn(&Context<'_>) -> ApiResult<Vec<String>>| core.run(region, work).map_err(|error| error.message);
    let (column, lines) = match upper.as_slice() {
        ["SHOW", "DATABASES" | "SCHEMAS"] => ("database_name", run(&databases::names)?),
        ["SHOW", "TABLES"] => ("tab_name", run(&|context| tables::names(context, database))?),
        ["SHOW", "TABLES", "IN" | "FROM", _] => ("tab_name", run(&|context| tables::names(context, words[3]))?),
        ["SHOW", "PARTITIONS", _] => ("partition", run(&|context| show_partitions(context, database, words[2]))?),
        ["MSCK", "REPAIR", "TABLE", _] => ("result", run(&|context| repair(context, database, words[3]))?),
        ["DESCRIBE" | "DESC", _] => ("col_name", run(&|context| describe(context, database, words[1]))?),
        _ => return Ok(None),
    };
    let columns = vec![print::described(column, "string", 0, 0)];
    Ok(Some(Answer { columns, bytes: lines.iter().map(|line| format!("{line}\n")).collect::<String>().into_bytes() }))
}

fn table(context: &Context<'_>, database: &str, name: &str) -> ApiResult<(String, Value)> {
    let (database, name) = name.split_once('.').unwrap_or((database, name));
    let (database, name) = (database.to_lowercase(), name.trim_matches(['`', '"']).to_lowercase());
    let found = tables::find(context, &database, &name)?;
    let missing =
        || super::super::invalid(format!("FAILED: SemanticException [Error 10001]: Table not found {database}.{name}"));
    Ok((format!("{database}/{name}"), found.ok_or_else(missing)?))
}

fn repair(context: &Context<'_>, database: &str, name: &str) -> ApiResult<Vec<String>> {
    let (key, table) = table(context, database, name)?;
    repair::repair(context, &key, &table)
}

fn show_partitions(context: &Context<'_>, database: &str, name: &str) -> ApiResult<Vec<String>> {
    let (key, table) = table(context, database, name)?;
    let keys = table["PartitionKeys"].as_array().cloned().unwrap_or_default();
    let line = |partition: Value| {
        let values = partition.texts("Values");
        let pairs =
            keys.iter().zip(values).map(|(key, value)| format!("{}={value}", key["Name"].as_str().unwrap_or("")));
        pairs.collect::<Vec<_>>().join("/")
    };
    Ok(partitions::all(context, &key)?.into_iter().map(line).collect())
}

fn describe(context: &Context<'_>, database: &str, name: &str) -> ApiResult<Vec<String>> {
    let (_, table) = table(context, database, name)?;
    let line = |column: &Value| {
        let part = |field: &str| column[field].as_str().unwrap_or_default().to_owned();
        format!("{:<20}\t{:<20}\t{:<20}", part("Name"), part("Type"), part("Comment"))
    };
    let list = |value: &Value| value.as_array().into_iter().flatten().map(line).collect::<Vec<_>>();
    let (columns, keys) = (list(&table["StorageDescriptor"]["Columns"]), list(&table["PartitionKeys"]));
    let mut lines: Vec<_> = columns.into_iter().chain(keys.clone()).collect();
    if !keys.is_empty() {
        lines.extend([" \t \t ".to_owned(), "# Partition Information\t \t ".to_owned()]);
        lines.push(format!("{:<20}\t{:<20}\t{:<20}", "# col_name", "data_type", "comment"));
        lines.push(" \t \t ".to_owned());
        lines.extend(keys);
    }
    Ok(lines)
}

//! Partitions of tables.

use super::{PARTITIONS, TABLES, already_exists, invalid, listed, not_found};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// `{database}/{table}/{value}/{value}`, values percent-encoded.
pub(super) fn key(table: &str, values: &[String]) -> String {
    let values = values.iter().map(|value| format!("/{}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    format!("{table}{}", values.collect::<String>())
}

/// The table's key and document.
fn table(context: &Context<'_>, input: &Value) -> Result<(String, Value)> {
    let name = input.text("TableName")?;
    let key = format!("{}/{}", input.text("DatabaseName")?, name).to_lowercase();
    let found = context.get(TABLES, &key)?;
    Ok((key, found.ok_or_else(|| not_found(format!("Table {name} not found.")))?))
}

fn names(table: &Value) -> Vec<String> {
    let keys = table["PartitionKeys"].as_array().into_iter().flatten();
    keys.filter_map(|key| key["Name"].as_str().map(str::to_owned)).collect()
}

/// The partition as it is to be kept.
fn read(context: &Context<'_>, table: &Value, given: &Value) -> Result<(Vec<String>, Value)> {
    let values = given.texts("Values");
    if values.is_empty() || values.len() != names(table).len() {
        return Err(invalid("The number of partition keys do not match the number of partition values"));
    }
    let mut partition = given.clone();
    partition["CreationTime"] = context.epoch().into();
    Ok((values, partition))
}

fn describe(context: &Context<'_>, table: &str, partition: &Value) -> Value {
    let (database, name) = table.split_once('/').unwrap_or_default();
    let mut all = partition.clone();
    all["DatabaseName"] = database.into();
    all["TableName"] = name.into();
    all["CatalogId"] = context.account.into();
    all
}

fn add(context: &Context<'_>, (key_of, table): (&str, &Value), given: &Value) -> Result<()> {
    let (values, partition) = read(context, table, given)?;
    let key = key(key_of, &values);
    if context.get(PARTITIONS, &key)?.is_some() {
        return Err(already_exists("Partition already exists."));
    }
    context.put(PARTITIONS, &key, &partition)
}

pub(crate) fn create_partition(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, table) = table(context, input)?;
    add(context, (&key, &table), &input["PartitionInput"])?;
    Ok(json!({}))
}

fn told(values: &Value, error: &ApiError) -> Value {
    json!({"PartitionValues": values, "ErrorDetail": {"ErrorCode": error.code, "ErrorMessage": error.message}})
}

/// Each is made by itself; those that fail are told.
pub(super) fn batch_create_partition(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, table) = table(context, input)?;
    let given = input["PartitionInputList"].as_array().map(Vec::as_slice).unwrap_or_default();
    let failed = given.iter().filter_map(|one| Some(told(&one["Values"], &add(context, (&key, &table), one).err()?)));
    Ok(json!({"Errors": failed.collect::<Vec<_>>()}))
}

fn found(context: &Context<'_>, table: &str, values: &[String]) -> Result<(String, Value)> {
    let key = key(table, values);
    let found = context.get(PARTITIONS, &key)?;
    Ok((key, found.ok_or_else(|| not_found("Cannot find partition."))?))
}

pub(super) fn get_partition(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, _) = table(context, input)?;
    let (_, partition) = found(context, &key, &input.texts("PartitionValues"))?;
    Ok(json!({"Partition": describe(context, &key, &partition)}))
}

pub(super) fn batch_get_partition(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, _) = table(context, input)?;
    let (mut partitions, mut missing) = (vec![], vec![]);
    for wanted in input["PartitionsToGet"].as_array().into_iter().flatten() {
        match found(context, &key, &wanted.texts("Values")) {
            Ok((_, partition)) => partitions.push(describe(context, &key, &partition)),
            Err(_) => missing.push(wanted.clone()),
        }
    }
    Ok(json!({"Partitions": partitions, "UnprocessedKeys": missing}))
}

/// All partitions of a table, by its key.
pub(crate) fn all(context: &Context<'_>, table: &str) -> Result<Vec<Value>> {
    let all = context.list(PARTITIONS, &format!("{table}/"))?;
    Ok(all.into_iter().map(|(_, partition)| partition).collect())
}

pub(super) fn get_partitions(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, table) = table(context, input)?;
    let mut all = all(context, &key)?;
    if let Some(expression) = input.optional("Expression").filter(|text| !text.trim().is_empty()) {
        let terms = terms(expression, &names(&table))?;
        all.retain(|partition| terms.iter().all(|term| term.holds(&partition.texts("Values"))));
    }
    let mut all: Vec<_> = all.iter().map(|partition| describe(context, &key, partition)).collect();
    if input["ExcludeColumnSchema"] == true {
        all.iter_mut().for_each(|partition| partition["StorageDescriptor"]["Columns"] = Value::Null);
    }
    listed(context, input, "Partitions", all)
}

/// One comparison of an expression: `year = '2018'`.
struct Term {
    index: usize,
    operator: &'static str,
    value: String,
}

impl Term {
    fn holds(&self, values: &[String]) -> bool {
        let Some(value) = values.get(self.index) else { return false };
        match self.operator {
            "=" => *value == self.value,
            "<>" | "!=" => *value != self.value,
            ">=" => *value >= self.value,
            "<=" => *value <= self.value,
            ">" => *value > self.value,
            _ => *value < self.value,
        }
    }
}

/// Comparisons that are joined by AND, which is what engines send; AWS takes more.
fn terms(expression: &str, names: &[String]) -> Result<Vec<Term>> {
    let unknown = || invalid(format!("Unsupported expression '{expression}'"));
    let lower = expression.to_ascii_lowercase();
    let (mut start, mut parts) = (0, vec![]);
    while let Some(at) = lower[start..].find(" and ") {
        parts.push(&expression[start..start + at]);
        start += at + 5;
    }
    parts.push(&expression[start..]);
    let read = |part: &str| {
        let part = part.trim().trim_start_matches('(').trim_end_matches(')');
        let operator = ["<>", "!=", ">=", "<=", "=", ">", "<"].into_iter().find(|operator| part.contains(operator));
        let operator = operator.ok_or_else(unknown)?;
        let (name, value) = part.split_once(operator).ok_or_else(unknown)?;
        let index = names.iter().position(|known| known.eq_ignore_ascii_case(name.trim())).ok_or_else(unknown)?;
        Ok(Term { index, operator, value: value.trim().trim_matches('\'').to_owned() })
    };
    parts.into_iter().map(read).collect()
}

pub(crate) fn update_partition(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key_of, table) = table(context, input)?;
    let (before, old) = found(context, &key_of, &input.texts("PartitionValueList"))?;
    let (values, mut partition) = read(context, &table, &input["PartitionInput"])?;
    partition["CreationTime"] = old["CreationTime"].clone();
    context.remove(PARTITIONS, &before)?;
    context.put(PARTITIONS, &key(&key_of, &values), &partition)?;
    Ok(json!({}))
}

pub(crate) fn delete_partition(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, _) = table(context, input)?;
    let (place, _) = found(context, &key, &input.texts("PartitionValues"))?;
    context.remove(PARTITIONS, &place)?;
    Ok(json!({}))
}

pub(super) fn batch_delete_partition(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (key, _) = table(context, input)?;
    let wanted = input["PartitionsToDelete"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut failed = vec![];
    for one in wanted {
        match found(context, &key, &one.texts("Values")) {
            Ok((place, _)) => drop(context.remove(PARTITIONS, &place)?),
            Err(error) => failed.push(told(&one["Values"], &error)),
        }
    }
    Ok(json!({"Errors": failed}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_compares_the_values_of_keys() {
        let names = ["year".to_owned(), "month".to_owned()];
        let holds = |expression: &str, values: [&str; 2]| {
            let values = values.map(str::to_owned);
            terms(expression, &names).unwrap().iter().all(|term| term.holds(&values))
        };
        assert!(holds("year='2018' AND month >= '02'", ["2018", "11"]));
        assert!(!holds("year='2018' and month >= '02'", ["2018", "01"]));
        assert!(holds("(year <> '2017')", ["2018", "01"]));
        assert!(terms("day='1'", &names).is_err());
    }
}

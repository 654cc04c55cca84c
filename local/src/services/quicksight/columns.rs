//! The columns of a data set: what its physical tables have, after what its logical tables make of them.

use super::invalid;
use super::kinds::DATA_SET;
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input as _;
use serde_json::{Map, Value, json};

/// What a data set that names no logical tables is given: one for each physical one.
pub(super) fn logical_tables(input: &Value) -> Value {
    if let Some(given) = input["LogicalTableMap"].as_object().filter(|given| !given.is_empty()) {
        return Value::Object(given.clone());
    }
    let tables = input["PhysicalTableMap"].as_object().into_iter().flatten();
    let logical = tables.map(|(id, table)| {
        let (_, source) = table.as_object().and_then(|kinds| kinds.iter().next()).unzip();
        let alias = source.and_then(|source| source.optional("Name")).unwrap_or(id);
        (id.clone(), json!({"Alias": alias, "Source": {"PhysicalTableId": id}}))
    });
    Value::Object(logical.collect())
}

/// The tables of a data set.
struct Tables<'a> {
    physical: &'a Value,
    logical: &'a Map<String, Value>,
}

/// The columns of the one logical table that no other takes.
///
/// # Errors
/// A table or a column that is not there, two columns of one name, tables that go round in a circle.
pub(super) fn output(context: &Context<'_>, physical: &Value, logical: &Value, spice: bool) -> Result<Vec<Value>> {
    let none = Map::new();
    let tables = Tables { physical, logical: logical.as_object().unwrap_or(&none) };
    let operand = |id: &str| {
        let joins = tables.logical.values().map(|table| &table["Source"]["JoinInstruction"]);
        joins.into_iter().any(|join| join["LeftOperand"] == id || join["RightOperand"] == id)
    };
    let mut last = tables.logical.keys().filter(|id| !operand(id));
    let (Some(table), None) = (last.next(), last.next()) else {
        return Err(invalid("LogicalTableMap has to have one table that no other one joins"));
    };
    let mut columns = tables.columns(context, table, 0)?;
    for column in &mut columns {
        // "Sub types are only available for decimal columns that are part of a SPICE dataset."
        if spice && column["Type"] == "DECIMAL" && column["SubType"].is_null() {
            column["SubType"] = "FLOAT".into();
        }
    }
    Ok(columns)
}

impl Tables<'_> {
    fn columns(&self, context: &Context<'_>, id: &str, depth: usize) -> Result<Vec<Value>> {
        let table = self.logical.get(id).filter(|_| depth <= self.logical.len());
        let table = table.ok_or_else(|| invalid(format!("The logical table {id} is not found, or takes itself")))?;
        let source = &table["Source"];
        let mut columns = if let Some(physical) = source.optional("PhysicalTableId") {
            self.physical_columns(physical)?
        } else if let Some(arn) = source.optional("DataSetArn") {
            let set = DATA_SET.find(context, arn)?;
            let set = set.ok_or_else(|| super::not_found(format!("DataSet {arn} is not found")))?;
            set["OutputColumns"].as_array().cloned().unwrap_or_default()
        } else {
            let join = &source["JoinInstruction"];
            let mut both = self.columns(context, join.optional("LeftOperand").unwrap_or_default(), depth + 1)?;
            both.extend(self.columns(context, join.optional("RightOperand").unwrap_or_default(), depth + 1)?);
            both
        };
        for step in table["DataTransforms"].as_array().into_iter().flatten() {
            transform(&mut columns, step)?;
        }
        let mut names: Vec<_> = columns.iter().filter_map(|column| column.optional("Name")).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(invalid(format!("There are two columns of the name {}", pair[0]))),
            None => Ok(columns),
        }
    }

    fn physical_columns(&self, id: &str) -> Result<Vec<Value>> {
        let kinds = self.physical[id].as_object();
        let (kind, table) = kinds.and_then(|kinds| kinds.iter().next()).unzip();
        let table = table.ok_or_else(|| invalid(format!("The physical table {id} is not found")))?;
        let columns = &table[if kind.is_some_and(|kind| kind == "CustomSql") { "Columns" } else { "InputColumns" }];
        Ok(columns.as_array().into_iter().flatten().map(output_column).collect())
    }
}

/// A column of a table as one of a set, which has fewer types: "boolean" is shown as a number, JSON as text.
fn output_column(column: &Value) -> Value {
    let kind = match column.optional("Type").unwrap_or_default() {
        "BIT" | "BOOLEAN" => "INTEGER",
        "JSON" | "SEMISTRUCT" => "STRING",
        other => other,
    };
    json!({"Name": column["Name"], "Type": kind, "SubType": column["SubType"]})
}

fn transform(columns: &mut Vec<Value>, step: &Value) -> Result<()> {
    let (kind, given) = step.as_object().and_then(|kinds| kinds.iter().next()).unzip();
    let (Some(kind), Some(given)) = (kind, given) else { return Ok(()) };
    match kind.as_str() {
        "ProjectOperation" => {
            let names = given.texts("ProjectedColumns");
            let kept = names.iter().map(|name| place(columns, name).map(|at| columns[at].clone()));
            *columns = kept.collect::<Result<_>>()?;
        }
        // Of which type a formula is, is not worked out here.
        "CreateColumnsOperation" => {
            let new = given["Columns"].as_array().into_iter().flatten();
            columns.extend(new.map(|column| json!({"Name": column["ColumnName"], "Type": "STRING", "formula": true})));
        }
        "RenameColumnOperation" => {
            let at = place(columns, given.optional("ColumnName").unwrap_or_default())?;
            columns[at]["Name"] = given["NewColumnName"].clone();
        }
        "CastColumnTypeOperation" => {
            let at = place(columns, given.optional("ColumnName").unwrap_or_default())?;
            columns[at]["Type"] = given["NewColumnType"].clone();
            columns[at]["SubType"] = given["SubType"].clone();
        }
        "TagColumnOperation" | "UntagColumnOperation" => {
            place(columns, given.optional("ColumnName").unwrap_or_default())?;
        }
        _ => {}
    }
    Ok(())
}

fn place(columns: &[Value], name: &str) -> Result<usize> {
    let at = columns.iter().position(|column| column["Name"] == name);
    at.ok_or_else(|| invalid(format!("DataTransforms name the column {name}, which is not there")))
}

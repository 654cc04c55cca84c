//! Data sets: the rows of a table or of a statement, with the columns that dashboards know.

use super::columns;
use super::ingestions;
use super::kinds::{DATA_SET, DATA_SOURCE};
use super::{DATA_SETS, INGESTIONS, OPEN, SCHEDULES, answered, inside, invalid, listed, not_found, shown, taken};
use crate::api_error::Result;
use crate::context::{Context, new_uuid};
use crate::service::Input as _;
use serde_json::{Value, json};

/// What is kept as it is given.
const MEMBERS: &[&str] = &[
    "Name",
    "PhysicalTableMap",
    "ImportMode",
    "ColumnGroups",
    "FieldFolders",
    "RowLevelPermissionDataSet",
    "RowLevelPermissionTagConfiguration",
    "ColumnLevelPermissionRules",
    "DatasetParameters",
    "PerformanceConfiguration",
    "UseAs",
    "DataPrepConfiguration",
    "SemanticModelConfiguration",
];

/// The data sources of a set's tables: each table is of one kind, and all but files name one.
pub(super) fn source_arns(input: &Value) -> Vec<&str> {
    let tables = input["PhysicalTableMap"].as_object().into_iter().flat_map(|tables| tables.values());
    let kinds = tables.filter_map(Value::as_object).flat_map(|kinds| kinds.values());
    kinds.filter_map(|table| table.optional("DataSourceArn")).collect()
}

/// A set as it is asked for, with what AWS fills in.
fn asked(context: &Context<'_>, input: &Value) -> Result<Value> {
    for (id, table) in input["PhysicalTableMap"].as_object().into_iter().flatten() {
        if table.as_object().is_none_or(|kinds| kinds.len() != 1) {
            return Err(invalid(format!("The physical table {id} has to be of one kind")));
        }
    }
    for arn in source_arns(input) {
        if DATA_SOURCE.find(context, arn)?.is_none() {
            return Err(not_found(format!("DataSource {arn} is not found")));
        }
    }
    let logical = columns::logical_tables(input);
    let spice = input["ImportMode"] == "SPICE";
    let mut set = taken(input, MEMBERS);
    set["OutputColumns"] = columns::output(context, &input["PhysicalTableMap"], &logical, spice)?.into();
    set["LogicalTableMap"] = logical;
    set["DataSetUsageConfiguration"] = json!({
        "DisableUseAsDirectQuerySource": input["DataSetUsageConfiguration"]["DisableUseAsDirectQuerySource"] == true,
        "DisableUseAsImportedSource": input["DataSetUsageConfiguration"]["DisableUseAsImportedSource"] == true,
    });
    set["LastUpdatedTime"] = context.epoch().into();
    Ok(set)
}

/// What is answered of a set that is new or changed: one of SPICE is read at once.
fn told(context: &Context<'_>, id: &str, set: &Value, (status, why): (u16, &str)) -> Result<Value> {
    let mut told = DATA_SET.named(context, id);
    told["Status"] = status.into();
    if set["ImportMode"] == "SPICE" {
        let ingestion = new_uuid();
        ingestions::start(context, id, &ingestion, (why, "MANUAL"))?;
        told["IngestionArn"] = ingestions::arn(context, id, &ingestion).into();
        (told["IngestionId"], told["Status"]) = (ingestion.into(), 201.into());
    }
    answered(told)
}

pub(super) fn create_data_set(context: &Context<'_>, input: &Value) -> Result<Value> {
    let id = DATA_SET.unused(context, input)?;
    let mut set = asked(context, input)?;
    set["CreatedTime"] = context.epoch().into();
    DATA_SET.keep(context, input, set.clone())?;
    told(context, id, &set, (201, "INITIAL_INGESTION"))
}

/// All of it is given anew; who may see it stays.
pub(super) fn update_data_set(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, before) = DATA_SET.existing(context, input)?;
    let mut set = asked(context, input)?;
    set["CreatedTime"] = before["CreatedTime"].clone();
    for kept in ["permissions", "refresh"] {
        set[kept] = before[kept].clone();
    }
    context.put(DATA_SETS, &id, &set)?;
    told(context, &id, &set, (200, "EDIT"))
}

pub(super) fn describe_data_set(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, set) = DATA_SET.existing(context, input)?;
    let mut told = shown(&set);
    for column in told["OutputColumns"].as_array_mut().into_iter().flatten() {
        *column = shown(column);
    }
    (told["Arn"], told["DataSetId"]) = (DATA_SET.arn(context, &id).into(), id.into());
    told["ConsumedSpiceCapacityInBytes"] = 0.into();
    answered(json!({"DataSet": told}))
}

pub(super) fn list_data_sets(context: &Context<'_>, input: &Value) -> Result<Value> {
    let members = ["Name", "CreatedTime", "LastUpdatedTime", "ImportMode", "RowLevelPermissionDataSet", "UseAs"];
    let one = |(id, set): (String, Value)| {
        let mut told = taken(&set, &members);
        (told["Arn"], told["DataSetId"]) = (DATA_SET.arn(context, &id).into(), id.into());
        told["RowLevelPermissionTagConfigurationApplied"] =
            (!set["RowLevelPermissionTagConfiguration"].is_null()).into();
        told["ColumnLevelPermissionRulesApplied"] = (!set["ColumnLevelPermissionRules"].is_null()).into();
        told
    };
    let all = context.list(DATA_SETS, "")?.into_iter().map(one).collect();
    listed(context, input, "DataSetSummaries", all)
}

/// Dashboards over it do not keep it.
pub(super) fn delete_data_set(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, _) = DATA_SET.existing(context, input)?;
    for collection in [INGESTIONS, OPEN, SCHEDULES] {
        for (key, _) in context.list(collection, &inside(&id, ""))? {
            context.remove(collection, &key)?;
        }
    }
    DATA_SET.remove(context, &id)?;
    answered(DATA_SET.named(context, &id))
}

pub(super) fn describe_data_set_permissions(context: &Context<'_>, input: &Value) -> Result<Value> {
    DATA_SET.describe_permissions(context, input)
}

pub(super) fn update_data_set_permissions(context: &Context<'_>, input: &Value) -> Result<Value> {
    DATA_SET.update_permissions(context, input, false)
}

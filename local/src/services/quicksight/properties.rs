//! How a data set is refreshed: which rows an incremental refresh looks at, and who is told where one fails.

use super::kinds::DATA_SET;
use super::{DATA_SETS, answered, invalid, not_found};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input as _;
use serde_json::{Value, json};

pub(super) fn put_data_set_refresh_properties(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut set) = DATA_SET.existing(context, input)?;
    let properties = &input["DataSetRefreshProperties"];
    if set["ImportMode"] != "SPICE" {
        return Err(invalid(format!("{} is not of SPICE", DATA_SET.arn(context, &id))));
    }
    let column = properties["RefreshConfiguration"]["IncrementalRefresh"]["LookbackWindow"].optional("ColumnName");
    let known = |name: &str| {
        let columns = set["OutputColumns"].as_array().into_iter().flatten();
        columns.into_iter().any(|one| one["Name"] == name && one["Type"] == "DATETIME")
    };
    if let Some(column) = column.filter(|name| !known(name)) {
        return Err(invalid(format!("The look-back window's column {column} is no DATETIME of the data set")));
    }
    set["refresh"] = properties.clone();
    context.put(DATA_SETS, &id, &set)?;
    answered(json!({}))
}

fn existing(context: &Context<'_>, input: &Value) -> Result<(String, Value)> {
    let (id, set) = DATA_SET.existing(context, input)?;
    match set["refresh"].is_null() {
        true => Err(not_found(format!("{} has no refresh properties", DATA_SET.arn(context, &id)))),
        false => Ok((id, set)),
    }
}

pub(super) fn describe_data_set_refresh_properties(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, set) = existing(context, input)?;
    answered(json!({"DataSetRefreshProperties": set["refresh"]}))
}

pub(super) fn delete_data_set_refresh_properties(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut set) = existing(context, input)?;
    set["refresh"] = Value::Null;
    context.put(DATA_SETS, &id, &set)?;
    answered(json!({}))
}

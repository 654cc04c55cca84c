//! Data sources: where data sets take their rows from. Those of Athena are looked at, others are kept as they come.

use super::kinds::DATA_SOURCE;
use super::{DATA_SOURCES, answered, invalid, listed, progress, shown, taken};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input as _;
use crate::services::athena::{work_group, work_group_arn};
use crate::services::iam::{passed_role, permit_role, role_assumable};
use serde_json::{Value, json};

pub(super) const SERVICE: &str = "quicksight.amazonaws.com";

/// The member of `DataSourceParameters` that a source of Athena has.
const OF_ATHENA: &str = "AthenaParameters";

/// The parameters with what AWS fills in.
fn parameters(input: &Value, of_athena: bool) -> Result<Value> {
    let mut given = input["DataSourceParameters"].clone();
    if !of_athena {
        return Ok(given);
    }
    if let Some((other, _)) = given.as_object().into_iter().flatten().find(|(name, _)| *name != OF_ATHENA) {
        return Err(invalid(format!("{other} are no parameters of a data source of the type ATHENA")));
    }
    if given[OF_ATHENA]["WorkGroup"].is_null() {
        given[OF_ATHENA]["WorkGroup"] = "primary".into();
    }
    Ok(given)
}

/// What QuickSight finds when it tries the connection. That it fails is AWS's; under which type of error each of these
/// stands is not written anywhere, and chosen by the types' descriptions.
fn errors(context: &Context<'_>, parameters: &Value) -> Result<Vec<Value>> {
    let error = |kind: &str, message: String| Ok(vec![json!({"Type": kind, "Message": message})]);
    let of_athena = &parameters[OF_ATHENA];
    let Some(group) = of_athena.optional("WorkGroup") else { return Ok(vec![]) };
    if let Err(refused) = work_group(context, group) {
        return if refused.status < 500 { error("GENERIC_SQL_FAILURE", refused.message) } else { Err(refused) };
    }
    let Some(role) = of_athena.optional("RoleArn") else { return Ok(vec![]) };
    if !role_assumable(context, role, SERVICE)? {
        return error("ACCESS_DENIED", format!("QuickSight cannot assume the role {role}"));
    }
    match permit_role(context, role, "athena:StartQueryExecution", &work_group_arn(context, group), &[]) {
        Err(refused) if refused.status < 500 => error("ACCESS_DENIED", refused.message),
        other => other.map(|()| vec![]),
    }
}

/// # Errors
/// A role of another account.
fn check_role(context: &Context<'_>, parameters: &Value) -> Result<()> {
    parameters[OF_ATHENA].optional("RoleArn").map_or(Ok(()), |role| passed_role(context, role).map(|_| ()))
}

pub(super) fn create_data_source(context: &Context<'_>, input: &Value) -> Result<Value> {
    let id = DATA_SOURCE.unused(context, input)?;
    let parameters = parameters(input, input["Type"] == "ATHENA")?;
    check_role(context, &parameters)?;
    let mut source = taken(input, &["Name", "Type", "AlternateDataSourceParameters", "VpcConnectionProperties"]);
    source["SslProperties"] = json!({"DisableSsl": input["SslProperties"]["DisableSsl"] == true});
    source["CreatedTime"] = context.epoch().into();
    source["LastUpdatedTime"] = context.epoch().into();
    progress::begin(context, &mut source, "CREATION", errors(context, &parameters)?);
    source["DataSourceParameters"] = parameters;
    let status = progress::status(context, &source);
    DATA_SOURCE.keep(context, input, source)?;
    let mut told = DATA_SOURCE.named(context, id);
    (told["CreationStatus"], told["Status"]) = (status.into(), 202.into());
    answered(told)
}

fn described(context: &Context<'_>, id: &str, source: &Value) -> Value {
    let mut told = shown(source);
    (told["Arn"], told["DataSourceId"]) = (DATA_SOURCE.arn(context, id).into(), id.into());
    told["Status"] = progress::status(context, source).into();
    told["ErrorInfo"] = progress::errors(context, source).first().cloned().unwrap_or_default();
    told
}

pub(super) fn describe_data_source(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, source) = DATA_SOURCE.existing(context, input)?;
    answered(json!({"DataSource": described(context, &id, &source)}))
}

pub(super) fn list_data_sources(context: &Context<'_>, input: &Value) -> Result<Value> {
    let all = context.list(DATA_SOURCES, "")?;
    let all = all.iter().map(|(id, source)| described(context, id, source)).collect();
    listed(context, input, "DataSources", all)
}

pub(super) fn update_data_source(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut source) = DATA_SOURCE.existing(context, input)?;
    progress::over(context, &source, &DATA_SOURCE.arn(context, &id))?;
    let parameters = match &input["DataSourceParameters"] {
        Value::Null => source["DataSourceParameters"].clone(),
        _ => parameters(input, source["Type"] == "ATHENA")?,
    };
    check_role(context, &parameters)?;
    source["Name"] = input["Name"].clone();
    for member in ["SslProperties", "VpcConnectionProperties"] {
        if !input[member].is_null() {
            source[member] = input[member].clone();
        }
    }
    source["LastUpdatedTime"] = context.epoch().into();
    progress::begin(context, &mut source, "UPDATE", errors(context, &parameters)?);
    source["DataSourceParameters"] = parameters;
    context.put(DATA_SOURCES, &id, &source)?;
    let mut told = DATA_SOURCE.named(context, &id);
    (told["UpdateStatus"], told["Status"]) = (progress::status(context, &source).into(), 202.into());
    answered(told)
}

/// Data sets that use it do not keep it: "you can't recover it", and they break.
pub(super) fn delete_data_source(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, _) = DATA_SOURCE.existing(context, input)?;
    DATA_SOURCE.remove(context, &id)?;
    answered(DATA_SOURCE.named(context, &id))
}

pub(super) fn describe_data_source_permissions(context: &Context<'_>, input: &Value) -> Result<Value> {
    DATA_SOURCE.describe_permissions(context, input)
}

pub(super) fn update_data_source_permissions(context: &Context<'_>, input: &Value) -> Result<Value> {
    DATA_SOURCE.update_permissions(context, input, false)
}

//! Workgroups. One called `primary` is always there.

use super::{PREPARED, QUERIES, WORKGROUPS, invalid};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input;
use crate::tags::read_list;
use serde_json::{Value, json};

const PRIMARY: &str = "primary";

pub(crate) fn arn(context: &Context<'_>, name: &str) -> String {
    context.arn("athena", &format!("workgroup/{name}"))
}

pub(crate) fn existing(context: &Context<'_>, name: &str) -> Result<Value> {
    match context.get(WORKGROUPS, name)? {
        Some(group) => Ok(group),
        None if name == PRIMARY => Ok(json!({
            "Description": "",
            "State": "ENABLED",
            "Configuration": {
                "EnforceWorkGroupConfiguration": false,
                "PublishCloudWatchMetricsEnabled": false,
                "ResultConfiguration": {},
                "EngineVersion": {"SelectedEngineVersion": "AUTO"},
            },
        })),
        None => Err(invalid(format!("WorkGroup {name} is not found."))),
    }
}

fn check(configuration: &Value) -> Result<()> {
    let location = configuration["ResultConfiguration"].optional("OutputLocation");
    if location.is_some_and(|location| !location.starts_with("s3://")) {
        return Err(invalid("outputLocation is not a valid S3 path."));
    }
    Ok(())
}

pub(super) fn create_work_group(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("Name")?;
    if name == PRIMARY {
        return Err(invalid("primary workGroup could not be created"));
    }
    if context.get(WORKGROUPS, name)?.is_some() {
        return Err(invalid("WorkGroup is already created"));
    }
    let mut configuration = json!({
        "EnforceWorkGroupConfiguration": true,
        "PublishCloudWatchMetricsEnabled": true,
        "RequesterPaysEnabled": false,
        "ResultConfiguration": {},
        "EngineVersion": {"SelectedEngineVersion": "AUTO"},
    });
    for (field, value) in input["Configuration"].as_object().into_iter().flatten() {
        configuration[field] = value.clone();
    }
    check(&configuration)?;
    let group = json!({
        "Description": input["Description"],
        "State": "ENABLED",
        "Configuration": configuration,
        "CreationTime": context.epoch(),
    });
    context.add_tags(&arn(context, name), read_list(&input["Tags"]), invalid)?;
    context.put(WORKGROUPS, name, &group)?;
    Ok(json!({}))
}

pub(super) fn get_work_group(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("WorkGroup")?;
    let mut group = existing(context, name)?;
    group["Name"] = name.into();
    group["Configuration"]["EngineVersion"]["EffectiveEngineVersion"] = "Athena engine version 3".into();
    Ok(json!({"WorkGroup": group}))
}

pub(super) fn list_work_groups(context: &Context<'_>, input: &Value) -> Result<Value> {
    let mut all = context.list(WORKGROUPS, "")?;
    if all.iter().all(|(name, _)| name != PRIMARY) {
        all.push((PRIMARY.to_owned(), existing(context, PRIMARY)?));
    }
    let limit = input.number("MaxResults").and_then(|limit| usize::try_from(limit).ok());
    let page = context.page(all, input.optional("NextToken"), limit, 50, || invalid("Invalid NextToken"))?;
    let groups = page.items.into_iter().map(|(name, group)| {
        json!({
            "Name": name,
            "State": group["State"],
            "Description": group["Description"],
            "CreationTime": group["CreationTime"],
            "EngineVersion": group["Configuration"]["EngineVersion"],
        })
    });
    Ok(json!({"WorkGroups": groups.collect::<Vec<_>>(), "NextToken": page.next}))
}

pub(super) fn update_work_group(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("WorkGroup")?;
    let mut group = existing(context, name)?;
    if input.optional("State").is_some_and(|state| !["ENABLED", "DISABLED"].contains(&state)) {
        return Err(invalid("State has to be ENABLED or DISABLED"));
    }
    for field in ["Description", "State"] {
        if !input[field].is_null() {
            group[field] = input[field].clone();
        }
    }
    update_configuration(&mut group["Configuration"], &input["ConfigurationUpdates"]);
    check(&group["Configuration"])?;
    context.put(WORKGROUPS, name, &group)?;
    Ok(json!({}))
}

fn update_configuration(configuration: &mut Value, updates: &Value) {
    for (field, value) in updates.as_object().into_iter().flatten() {
        match field.as_str() {
            "RemoveBytesScannedCutoffPerQuery" if value == true => {
                configuration["BytesScannedCutoffPerQuery"] = Value::Null;
            }
            "ResultConfigurationUpdates" => update_results(&mut configuration["ResultConfiguration"], value),
            "ManagedQueryResultsConfigurationUpdates" => {
                configuration["ManagedQueryResultsConfiguration"] = json!({"Enabled": value["Enabled"]});
            }
            "RemoveCustomerContentEncryptionConfiguration" if value == true => {
                configuration["CustomerContentEncryptionConfiguration"] = Value::Null;
            }
            removal if removal.starts_with("Remove") => {}
            _ => configuration[field] = value.clone(),
        }
    }
}

fn update_results(results: &mut Value, updates: &Value) {
    for (field, value) in updates.as_object().into_iter().flatten() {
        match field.strip_prefix("Remove") {
            Some(removed) if value == true => results[removed] = Value::Null,
            Some(_) => {}
            None => results[field] = value.clone(),
        }
    }
}

pub(super) fn delete_work_group(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("WorkGroup")?;
    if name == PRIMARY {
        return Err(invalid("primary WorkGroup cannot be deleted"));
    }
    existing(context, name)?;
    let queries = context.list(QUERIES, "")?;
    let queries: Vec<_> = queries.into_iter().filter(|(_, query)| query["WorkGroup"] == name).collect();
    let prepared = context.list(PREPARED, &format!("{name}/"))?;
    if !(queries.is_empty() && prepared.is_empty()) && input["RecursiveDeleteOption"].as_bool() != Some(true) {
        return Err(invalid(format!("WorkGroup {name} is not empty")));
    }
    for (id, _) in queries {
        context.remove(QUERIES, &id)?;
    }
    for (key, _) in prepared {
        context.remove(PREPARED, &key)?;
    }
    context.remove(WORKGROUPS, name)?;
    context.forget_tags(&arn(context, name))?;
    Ok(json!({}))
}

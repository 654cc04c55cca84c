//! Dashboards: what is published of their versions, and who may see it.

use super::kinds::DASHBOARD;
use super::{DASHBOARDS, VERSIONS, answered, listed, progress, taken, versions};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input as _;
use serde_json::{Value, json};

/// The first version is published by itself.
pub(super) fn create_dashboard(context: &Context<'_>, input: &Value) -> Result<Value> {
    let id = DASHBOARD.unused(context, input)?;
    let version = versions::asked(context, input, 1)?;
    let now = context.epoch();
    let dashboard = json!({
        "Name": input["Name"],
        "CreatedTime": now,
        "LastUpdatedTime": now,
        "LastPublishedTime": now,
        "published": 1,
        "last": 1,
    });
    DASHBOARD.keep(context, input, dashboard)?;
    versions::keep(context, id, 1, &version)?;
    made(context, id, 1, &version)
}

fn made(context: &Context<'_>, id: &str, number: u64, version: &Value) -> Result<Value> {
    let mut told = DASHBOARD.named(context, id);
    told["VersionArn"] = versions::arn(context, id, number).into();
    told["CreationStatus"] = progress::status(context, version).into();
    told["Status"] = 202.into();
    answered(told)
}

/// What is changed is a new version, which nobody sees until it is published.
pub(super) fn update_dashboard(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut dashboard) = DASHBOARD.existing(context, input)?;
    let last = dashboard["last"].as_u64().unwrap_or(0);
    if let Some(version) = versions::get(context, &id, last)? {
        progress::over(context, &version, &versions::arn(context, &id, last))?;
    }
    let number = last + 1;
    let version = versions::asked(context, input, number)?;
    versions::keep(context, &id, number, &version)?;
    (dashboard["Name"], dashboard["last"]) = (input["Name"].clone(), number.into());
    dashboard["LastUpdatedTime"] = context.epoch().into();
    context.put(DASHBOARDS, &id, &dashboard)?;
    made(context, &id, number, &version)
}

pub(super) fn describe_dashboard(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, dashboard) = DASHBOARD.existing(context, input)?;
    let (number, version) = versions::asked_for(context, &id, &dashboard, input)?;
    let mut told = taken(&dashboard, &["Name", "CreatedTime", "LastUpdatedTime", "LastPublishedTime"]);
    (told["Arn"], told["DashboardId"]) = (DASHBOARD.arn(context, &id).into(), id.as_str().into());
    told["Version"] = versions::described(context, &id, number, &version);
    answered(json!({"Dashboard": told}))
}

/// The definition as it was given; AWS fills in defaults of its own, so that the two cannot be compared there.
pub(super) fn describe_dashboard_definition(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, dashboard) = DASHBOARD.existing(context, input)?;
    let (_, version) = versions::asked_for(context, &id, &dashboard, input)?;
    answered(json!({
        "DashboardId": id,
        "Name": dashboard["Name"],
        "ResourceStatus": progress::status(context, &version),
        "Errors": progress::errors(context, &version),
        "ThemeArn": version["ThemeArn"],
        "Definition": version["definition"],
        "DashboardPublishOptions": version["options"],
    }))
}

/// One version, or all of it.
pub(super) fn delete_dashboard(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, dashboard) = DASHBOARD.existing(context, input)?;
    match input.number("VersionNumber") {
        Some(_) => {
            let (number, _) = versions::asked_for(context, &id, &dashboard, input)?;
            if dashboard["published"] == number {
                let message = "The version is published: publish another one first";
                return Err(super::conflict(message));
            }
            context.remove(VERSIONS, &versions::key(&id, number))?;
        }
        None => {
            for (key, _) in context.list(VERSIONS, &format!("{id}/"))? {
                context.remove(VERSIONS, &key)?;
            }
            DASHBOARD.remove(context, &id)?;
        }
    }
    answered(DASHBOARD.named(context, &id))
}

pub(super) fn list_dashboards(context: &Context<'_>, input: &Value) -> Result<Value> {
    let one = |(id, dashboard): (String, Value)| {
        let mut told = taken(&dashboard, &["Name", "CreatedTime", "LastUpdatedTime", "LastPublishedTime"]);
        (told["Arn"], told["DashboardId"]) = (DASHBOARD.arn(context, &id).into(), id.into());
        told["PublishedVersionNumber"] = dashboard["published"].clone();
        told
    };
    let all = context.list(DASHBOARDS, "")?.into_iter().map(one).collect();
    listed(context, input, "DashboardSummaryList", all)
}

pub(super) fn describe_dashboard_permissions(context: &Context<'_>, input: &Value) -> Result<Value> {
    DASHBOARD.describe_permissions(context, input)
}

pub(super) fn update_dashboard_permissions(context: &Context<'_>, input: &Value) -> Result<Value> {
    DASHBOARD.update_permissions(context, input, true)
}

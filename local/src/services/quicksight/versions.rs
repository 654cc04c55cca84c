//! The versions of a dashboard. One of them is published: what readers see.

use super::kinds::DASHBOARD;
use super::{DASHBOARDS, VERSIONS, answered, conflict, definition, invalid, listed, not_found, progress, shown, taken};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input as _;
use serde_json::{Value, json};

/// Sorted as the numbers are.
pub(super) fn key(id: &str, number: u64) -> String {
    format!("{id}/{number:06}")
}

pub(super) fn arn(context: &Context<'_>, id: &str, number: u64) -> String {
    format!("{}/version/{number}", DASHBOARD.arn(context, id))
}

pub(super) fn get(context: &Context<'_>, id: &str, number: u64) -> Result<Option<Value>> {
    context.get(VERSIONS, &key(id, number))
}

pub(super) fn keep(context: &Context<'_>, id: &str, number: u64, version: &Value) -> Result<()> {
    context.put(VERSIONS, &key(id, number), version)
}

/// A version as it is asked for. It is made of a definition; templates, which it could be made of too, Local AWS has none.
pub(super) fn asked(context: &Context<'_>, input: &Value, number: u64) -> Result<Value> {
    let given = definition::given(input)?;
    let mut version = json!({
        "CreatedTime": context.epoch(),
        "VersionNumber": number,
        "DataSetArns": definition::data_set_arns(given),
        "Sheets": definition::sheets(given),
        "Description": input["VersionDescription"],
        "ThemeArn": input["ThemeArn"],
        "definition": given,
        "options": input["DashboardPublishOptions"],
    });
    let errors = definition::errors(context, given, &input["ValidationStrategy"])?;
    progress::begin(context, &mut version, "CREATION", errors);
    Ok(version)
}

/// The version that a request names by its number or an alias; the published one where it names none.
pub(super) fn asked_for(context: &Context<'_>, id: &str, dashboard: &Value, input: &Value) -> Result<(u64, Value)> {
    let number = match (input["VersionNumber"].as_u64(), input.optional("AliasName")) {
        (Some(_), Some(_)) => return Err(invalid("VersionNumber and AliasName cannot both be given")),
        (Some(number), None) => Some(number),
        (None, Some("$LATEST")) => dashboard["last"].as_u64(),
        (None, None | Some("$PUBLISHED")) => dashboard["published"].as_u64(),
        (None, Some(other)) => return Err(not_found(format!("The alias {other} of the dashboard {id} is not found"))),
    };
    let number = number.unwrap_or_default();
    let absent = || not_found(format!("Dashboard version {} is not found", arn(context, id, number)));
    get(context, id, number)?.map(|version| (number, version)).ok_or_else(absent)
}

pub(super) fn described(context: &Context<'_>, id: &str, number: u64, version: &Value) -> Value {
    let mut told = shown(version);
    told["Arn"] = arn(context, id, number).into();
    told["Status"] = progress::status(context, version).into();
    told["Errors"] = progress::errors(context, version).into();
    told
}

pub(super) fn list_dashboard_versions(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, _) = DASHBOARD.existing(context, input)?;
    let one = |(_, version): (String, Value)| {
        let number = version["VersionNumber"].as_u64().unwrap_or_default();
        taken(
            &described(context, &id, number, &version),
            &["Arn", "CreatedTime", "VersionNumber", "Status", "Description"],
        )
    };
    let all = context.list(VERSIONS, &format!("{id}/"))?.into_iter().map(one).collect();
    listed(context, input, "DashboardVersionSummaryList", all)
}

/// One that is still being made cannot be published yet (clickstream-analytics-on-aws#142 waits for that).
pub(super) fn update_dashboard_published_version(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut dashboard) = DASHBOARD.existing(context, input)?;
    let (number, version) = asked_for(context, &id, &dashboard, input)?;
    let arn = arn(context, &id, number);
    progress::over(context, &version, &arn)?;
    if !progress::errors(context, &version).is_empty() {
        return Err(conflict(format!("{arn} is in the state {}", progress::status(context, &version))));
    }
    dashboard["published"] = number.into();
    dashboard["LastPublishedTime"] = context.epoch().into();
    context.put(DASHBOARDS, &id, &dashboard)?;
    answered(json!({"DashboardId": id, "DashboardArn": DASHBOARD.arn(context, &id)}))
}

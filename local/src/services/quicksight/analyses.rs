//! Analyses: what dashboards are made of by hand. They have one definition, and what is deleted can be restored for a
//! while.

use super::kinds::ANALYSIS;
use super::{ANALYSES, answered, conflict, definition, invalid, listed, progress, taken};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input as _;
use jiff::SignedDuration;
use serde_json::{Value, json};

/// How long it can be restored where nothing else is said.
const DAYS: i64 = 30;

/// Takes away what can be restored no more.
fn expire(context: &Context<'_>) -> Result<()> {
    for (id, analysis) in context.list(ANALYSES, "")? {
        if !analysis["gone"].is_null() && context.settled(&analysis["gone"]) {
            ANALYSIS.remove(context, &id)?;
        }
    }
    Ok(())
}

fn existing(context: &Context<'_>, input: &Value) -> Result<(String, Value)> {
    expire(context)?;
    ANALYSIS.existing(context, input)
}

/// One that is not deleted.
fn present(context: &Context<'_>, input: &Value) -> Result<(String, Value)> {
    let (id, analysis) = existing(context, input)?;
    match analysis["gone"].is_null() {
        true => Ok((id, analysis)),
        false => Err(conflict(format!("{} is deleted: restore it first", ANALYSIS.arn(context, &id)))),
    }
}

fn status(context: &Context<'_>, analysis: &Value) -> String {
    match analysis["gone"].is_null() {
        true => progress::status(context, analysis),
        false => "DELETED".to_owned(),
    }
}

/// Takes what is asked for, and begins to make it.
fn take(context: &Context<'_>, analysis: &mut Value, input: &Value, verb: &str) -> Result<()> {
    let given = definition::given(input)?;
    let errors = definition::errors(context, given, &input["ValidationStrategy"])?;
    analysis["Name"] = input["Name"].clone();
    analysis["ThemeArn"] = input["ThemeArn"].clone();
    analysis["DataSetArns"] = definition::data_set_arns(given).into();
    analysis["Sheets"] = definition::sheets(given).into();
    analysis["definition"] = given.clone();
    analysis["LastUpdatedTime"] = context.epoch().into();
    progress::begin(context, analysis, verb, errors);
    Ok(())
}

pub(super) fn create_analysis(context: &Context<'_>, input: &Value) -> Result<Value> {
    expire(context)?;
    let id = ANALYSIS.unused(context, input)?;
    let mut analysis = json!({"CreatedTime": context.epoch()});
    take(context, &mut analysis, input, "CREATION")?;
    let status = status(context, &analysis);
    ANALYSIS.keep(context, input, analysis)?;
    let mut told = ANALYSIS.named(context, id);
    (told["CreationStatus"], told["Status"]) = (status.into(), 202.into());
    answered(told)
}

pub(super) fn update_analysis(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut analysis) = present(context, input)?;
    progress::over(context, &analysis, &ANALYSIS.arn(context, &id))?;
    take(context, &mut analysis, input, "UPDATE")?;
    context.put(ANALYSES, &id, &analysis)?;
    let mut told = ANALYSIS.named(context, &id);
    (told["UpdateStatus"], told["Status"]) = (status(context, &analysis).into(), 202.into());
    answered(told)
}

pub(super) fn describe_analysis(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, analysis) = existing(context, input)?;
    let mut told = super::shown(&analysis);
    (told["Arn"], told["AnalysisId"]) = (ANALYSIS.arn(context, &id).into(), id.into());
    told["Status"] = status(context, &analysis).into();
    told["Errors"] = progress::errors(context, &analysis).into();
    answered(json!({"Analysis": told}))
}

pub(super) fn describe_analysis_definition(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, analysis) = existing(context, input)?;
    answered(json!({
        "AnalysisId": id,
        "Name": analysis["Name"],
        "ResourceStatus": status(context, &analysis),
        "Errors": progress::errors(context, &analysis),
        "ThemeArn": analysis["ThemeArn"],
        "Definition": analysis["definition"],
    }))
}

/// "You can't use ForceDeleteWithoutRecovery with RecoveryWindowInDays."
pub(super) fn delete_analysis(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut analysis) = present(context, input)?;
    let (days, forced) = (input.number("RecoveryWindowInDays"), input["ForceDeleteWithoutRecovery"] == true);
    if forced && days.is_some() {
        return Err(invalid("ForceDeleteWithoutRecovery and RecoveryWindowInDays cannot both be given"));
    }
    let mut told = ANALYSIS.named(context, &id);
    if forced {
        ANALYSIS.remove(context, &id)?;
        return answered(told);
    }
    let window = SignedDuration::from_hours(24 * days.unwrap_or(DAYS));
    let gone = context.now.saturating_add(window).map_or(i64::MAX, |gone| gone.as_millisecond());
    analysis["gone"] = gone.into();
    context.put(ANALYSES, &id, &analysis)?;
    told["DeletionTime"] = (gone as f64 / 1000.0).into();
    answered(told)
}

pub(super) fn restore_analysis(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut analysis) = existing(context, input)?;
    if analysis["gone"].is_null() {
        return Err(conflict(format!("{} is not deleted", ANALYSIS.arn(context, &id))));
    }
    analysis["gone"] = Value::Null;
    context.put(ANALYSES, &id, &analysis)?;
    answered(ANALYSIS.named(context, &id))
}

/// With those that are deleted and can be restored.
pub(super) fn list_analyses(context: &Context<'_>, input: &Value) -> Result<Value> {
    expire(context)?;
    let one = |(id, analysis): (String, Value)| {
        let mut told = taken(&analysis, &["Name", "CreatedTime", "LastUpdatedTime"]);
        (told["Arn"], told["AnalysisId"]) = (ANALYSIS.arn(context, &id).into(), id.into());
        told["Status"] = status(context, &analysis).into();
        told
    };
    let all = context.list(ANALYSES, "")?.into_iter().map(one).collect();
    listed(context, input, "AnalysisSummaryList", all)
}

pub(super) fn describe_analysis_permissions(context: &Context<'_>, input: &Value) -> Result<Value> {
    expire(context)?;
    ANALYSIS.describe_permissions(context, input)
}

pub(super) fn update_analysis_permissions(context: &Context<'_>, input: &Value) -> Result<Value> {
    present(context, input)?;
    ANALYSIS.update_permissions(context, input, true)
}

//! Functions: made, described, configured and deleted.

use super::configuration::{defaults, describe, set, touched};
use super::reference::Reference;
use super::versions::{self, describe_version, publish};
use super::{FUNCTIONS, arn, changeable, check_revision, conflict, existing, invalid, not_found, urls};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::{Input, Resource};
use crate::services::iam::permit;
use crate::tags::{Tags, read_map, write_map};
use serde_json::{Value, json};

/// What a new account may run at once, and what of it nobody can reserve.
const CONCURRENCY: i64 = 1000;
const UNRESERVED: i64 = 100;

pub(super) fn create_function(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = &*Reference::of(input.text("FunctionName")?).name;
    if context.get(FUNCTIONS, name)?.is_some() {
        return Err(conflict(format!("Function already exist: {name}")));
    }
    let mut function = defaults(name);
    set(context, &mut function, input)?;
    super::code::set(context, &mut function, &input["Code"], input)?;
    touched(context, &mut function);
    function["active"] = context.settles().into();
    context.add_tags(&arn(context, name), read_map(&input["Tags"]), invalid)?;
    context.put(FUNCTIONS, name, &function)?;
    let mut all = describe(context, name, &function);
    if input["Publish"].as_bool() == Some(true) {
        // It tells the version, and the function's ARN without it.
        all["Version"] = publish(context, name, &mut function, None)?["version"].clone();
    }
    Ok(all)
}

/// As the qualifier in the request wants it described, and what it is.
fn described(context: &Context<'_>, input: &Value) -> Result<(Reference, Value, Value)> {
    let reference = Reference::read(input)?;
    let (_, document) = reference.version(context)?;
    let mut all = describe_version(context, &reference.name, &document);
    all["FunctionArn"] = reference.arn(context).into();
    Ok((reference, document, all))
}

pub(super) fn get_function(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (reference, document, configuration) = described(context, input)?;
    let blob = document["blob"].as_str().unwrap_or_default();
    let (tags, tags_error) = shown_tags(context, &arn(context, &reference.name))?;
    let function = context.get(FUNCTIONS, &reference.name)?.unwrap_or_default();
    let mut all = json!({
        "Configuration": configuration,
        "Code": {"RepositoryType": "S3", "Location": format!("{}/_local/code/{blob}", context.endpoint)},
    });
    if !tags.is_empty() {
        all["Tags"] = write_map(&tags);
    }
    if let Some(error) = tags_error {
        all["TagsError"] = json!({"ErrorCode": "AccessDeniedException", "Message": error.message});
    }
    if !function["concurrency"].is_null() {
        all["Concurrency"] = json!({"ReservedConcurrentExecutions": function["concurrency"]});
    }
    Ok(all)
}

/// GetFunction leaves the tags out for those who may not use ListTags, and says so in `TagsError`.
/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html>
fn shown_tags(context: &Context<'_>, function: &str) -> Result<(Tags, Option<ApiError>)> {
    match permit(context, context.caller, "lambda:ListTags", &Resource::from(function.to_owned()), &[]) {
        Ok(()) => Ok((context.tags(function)?, None)),
        Err(refused) => Ok((Tags::new(), Some(refused))),
    }
}

pub(super) fn get_function_configuration(context: &Context<'_>, input: &Value) -> Result<Value> {
    Ok(described(context, input)?.2)
}

pub(super) fn delete_function(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, _) = existing(context, input)?;
    let reference = Reference::read(input)?;
    if reference.qualifier.is_some() {
        versions::delete(context, &reference)?;
        return Ok(Value::Null);
    }
    versions::forget(context, &name)?;
    context.remove(FUNCTIONS, &name)?;
    urls::forget(context, &name)?;
    context.forget_tags(&arn(context, &name))?;
    Ok(Value::Null)
}

pub(super) fn update_function_configuration(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, mut function) = existing(context, input)?;
    changeable(context, &name, &function)?;
    check_revision(input, &function["RevisionId"])?;
    set(context, &mut function, input)?;
    touched(context, &mut function);
    function["updated"] = context.settles().into();
    context.put(FUNCTIONS, &name, &function)?;
    Ok(describe(context, &name, &function))
}

pub(super) fn list_functions(context: &Context<'_>, input: &Value) -> Result<Value> {
    let limit = input.number("MaxItems").and_then(|limit| usize::try_from(limit).ok());
    let mut all = vec![];
    for (name, function) in context.list(FUNCTIONS, "")? {
        if input.optional("FunctionVersion") == Some("ALL") {
            all.push(describe_version(context, &name, &function));
            let published = versions::of(context, &name)?;
            all.extend(published.iter().map(|(_, version)| describe_version(context, &name, version)));
        } else {
            all.push(describe(context, &name, &function));
        }
    }
    let page = context.page(all, input.optional("Marker"), limit, 50, || invalid("Invalid Marker"))?;
    let functions = page.items;
    Ok(json!({"Functions": functions, "NextMarker": page.next}))
}

pub(super) fn put_function_concurrency(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, mut function) = existing(context, input)?;
    let reserved = input.number("ReservedConcurrentExecutions").unwrap_or_default();
    let all = context.list(FUNCTIONS, "")?;
    let others = all.iter().filter(|(other, _)| *other != name);
    let taken: i64 = others.filter_map(|(_, other)| other["concurrency"].as_i64()).sum();
    if taken + reserved > CONCURRENCY - UNRESERVED {
        return Err(invalid(format!(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution \
             below its minimum value of [{UNRESERVED}]."
        )));
    }
    function["concurrency"] = reserved.into();
    context.put(FUNCTIONS, &name, &function)?;
    Ok(json!({"ReservedConcurrentExecutions": reserved}))
}

pub(super) fn get_function_concurrency(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, function) = existing(context, input)?;
    Ok(json!({"ReservedConcurrentExecutions": function["concurrency"]}))
}

pub(super) fn delete_function_concurrency(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, mut function) = existing(context, input)?;
    function["concurrency"] = Value::Null;
    context.put(FUNCTIONS, &name, &function)?;
    Ok(Value::Null)
}

fn tagged(context: &Context<'_>, input: &Value) -> Result<String> {
    let resource = input.text("Resource")?;
    let name = Reference::of(resource).name;
    match context.get(FUNCTIONS, &name)? {
        Some(_) => Ok(arn(context, &name)),
        None => Err(not_found(format!("Function not found: {resource}"))),
    }
}

pub(super) fn list_tags(context: &Context<'_>, input: &Value) -> Result<Value> {
    Ok(json!({"Tags": write_map(&context.tags(&tagged(context, input)?)?)}))
}

pub(super) fn tag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.add_tags(&tagged(context, input)?, read_map(&input["Tags"]), invalid)?;
    Ok(Value::Null)
}

pub(super) fn untag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.remove_tags(&tagged(context, input)?, &input.texts("TagKeys"), invalid)?;
    Ok(Value::Null)
}

pub(super) fn get_account_settings(context: &Context<'_>, _: &Value) -> Result<Value> {
    let all = context.list(FUNCTIONS, "")?;
    let reserved: i64 = all.iter().filter_map(|(_, function)| function["concurrency"].as_i64()).sum();
    let size: i64 = all.iter().filter_map(|(_, function)| function["CodeSize"].as_i64()).sum();
    Ok(json!({
        "AccountLimit": {
            "TotalCodeSize": 80_530_636_800_i64,
            "CodeSizeUnzipped": 262_144_000,
            "CodeSizeZipped": 52_428_800,
            "ConcurrentExecutions": CONCURRENCY,
            "UnreservedConcurrentExecutions": CONCURRENCY - reserved,
        },
        "AccountUsage": {"TotalCodeSize": size, "FunctionCount": all.len()},
    }))
}

//! AWS Lambda: functions, their code, their concurrency and who may invoke them.

mod aliases;
mod code;
mod configuration;
mod execution;
mod functions;
mod policy;
mod rates;
mod reference;
mod urls;
mod versions;

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::model;
use crate::service::{Input, Need, Protocol, Resource, Service, operation_of};
use crate::services::iam::passing;
use reference::Reference;
use serde_json::Value;

pub(crate) use execution::{WORKER, enqueue, invoke, waiting_events};
#[cfg(test)]
pub(crate) use policy::add_statement;
pub(crate) use policy::may_invoke;
pub(crate) use rates::{CONCURRENCY, admits};
pub(crate) use urls::{respond as respond_to_url, url_request};

pub(crate) static SERVICE: Service = Service {
    scope: "lambda",
    prefix: "lambda",
    protocol: Protocol::Rest { message: "Message" },
    model: &model::LAMBDA,
    operations: &[
        ("CreateFunction", functions::create_function),
        ("ListFunctions", functions::list_functions),
        ("GetFunction", functions::get_function),
        ("DeleteFunction", functions::delete_function),
        ("GetFunctionConfiguration", functions::get_function_configuration),
        ("UpdateFunctionConfiguration", functions::update_function_configuration),
        ("UpdateFunctionCode", code::update_function_code),
        ("PublishVersion", versions::publish_version),
        ("ListVersionsByFunction", versions::list_versions_by_function),
        ("CreateAlias", aliases::create_alias),
        ("UpdateAlias", aliases::update_alias),
        ("GetAlias", aliases::get_alias),
        ("ListAliases", aliases::list_aliases),
        ("DeleteAlias", aliases::delete_alias),
        ("AddPermission", policy::add_permission),
        ("GetPolicy", policy::get_policy),
        ("RemovePermission", policy::remove_permission),
        ("PutFunctionConcurrency", functions::put_function_concurrency),
        ("DeleteFunctionConcurrency", functions::delete_function_concurrency),
        ("GetFunctionConcurrency", functions::get_function_concurrency),
        ("CreateFunctionUrlConfig", urls::create_function_url_config),
        ("GetFunctionUrlConfig", urls::get_function_url_config),
        ("UpdateFunctionUrlConfig", urls::update_function_url_config),
        ("DeleteFunctionUrlConfig", urls::delete_function_url_config),
        ("ListFunctionUrlConfigs", urls::list_function_url_configs),
        ("ListTags", functions::list_tags),
        ("TagResource", functions::tag_resource),
        ("UntagResource", functions::untag_resource),
        ("GetAccountSettings", functions::get_account_settings),
    ],
    needs,
    whole: Some(execution::INVOKE),
};

/// Key: the function's name. Its resource policy is the field `policy`, as GetPolicy shows it.
const FUNCTIONS: &str = "lambda.function";

fn arn(context: &Context<'_>, name: &str) -> String {
    context.arn("lambda", &format!("function:{name}"))
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameterValueException", message)
}

fn conflict(message: impl Into<String>) -> ApiError {
    ApiError::new("ResourceConflictException", message).with_status(409)
}

fn not_found(message: impl Into<String>) -> ApiError {
    ApiError::new("ResourceNotFoundException", message).with_status(404)
}

fn existing(context: &Context<'_>, input: &Value) -> Result<(String, Value)> {
    let name = Reference::of(input.text("FunctionName")?).name;
    match context.get(FUNCTIONS, &name)? {
        Some(function) => Ok((name, function)),
        None => Err(not_found(format!("Function not found: {}", arn(context, &name)))),
    }
}

/// A function that is being made or changed takes no other change.
fn changeable(context: &Context<'_>, name: &str, function: &Value) -> Result<()> {
    let arn = arn(context, name);
    if !context.settled(&function["active"]) {
        return Err(conflict(format!(
            "The operation cannot be performed at this time. The function is currently in the following state: Pending: {arn}"
        )));
    }
    if !context.settled(&function["updated"]) {
        return Err(conflict(format!(
            "The operation cannot be performed at this time. An update is in progress for resource: {arn}"
        )));
    }
    Ok(())
}

/// Whoever changes something may say which revision of it they have seen.
fn check_revision(input: &Value, current: &Value) -> Result<()> {
    match input.optional("RevisionId") {
        Some(seen) if *current != seen => {
            let message = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias \
                           API to retrieve the latest Revision Id";
            Err(ApiError::new("PreconditionFailedException", message).with_status(412))
        }
        _ => Ok(()),
    }
}

/// What is about all functions has no function to name.
const OF_ALL: [&str; 2] = ["GetAccountSettings", "ListFunctions"];

fn needs(context: &Context<'_>, action: &str, input: &Value) -> Result<Vec<Need>> {
    if OF_ALL.contains(&operation_of(action)) {
        return Ok(vec![Need::of(action, "*".to_owned())]);
    }
    let resource = resource(context, input)?;
    let mut needs = vec![Need::of(action, resource.clone())];
    if operation_of(action) == "CreateFunction" && !input["Tags"].is_null() {
        needs.push(Need::of("lambda:TagResource", resource));
    }
    needs.extend(input.optional("Role").map(|role| passing(context, role, "lambda.amazonaws.com")));
    Ok(needs)
}

fn resource(context: &Context<'_>, input: &Value) -> Result<Resource> {
    let reference = match input.optional("FunctionName") {
        Some(_) => Reference::read(input)?,
        // Tags are put on by the ARN.
        None => Reference::of(input.optional("Resource").unwrap_or("*")),
    };
    policy::resource(context, &reference)
}

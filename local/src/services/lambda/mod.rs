//! AWS Lambda: functions, their code, their concurrency and who may invoke them.

mod code;
mod configuration;
mod execution;
mod functions;
mod policy;

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::{Input, Protocol, Route, Service, route};
use serde_json::Value;

pub(crate) use execution::{WORKER, enqueue, invoke, waiting_events};

pub(crate) const SERVICE: Service = Service {
    scope: "lambda",
    prefix: "lambda",
    protocol: Protocol::Rest { routes: &[ROUTES], message: "Message" },
    resource,
    whole: Some(execution::INVOKE),
};

const FUNCTION: &str = "/2015-03-31/functions/{FunctionName}";

const ROUTES: &[Route] = &[
    route("POST", "/2015-03-31/functions", "CreateFunction", 201, functions::create_function),
    route("GET", "/2015-03-31/functions", "ListFunctions", 200, functions::list_functions),
    route("GET", FUNCTION, "GetFunction", 200, functions::get_function),
    route("DELETE", FUNCTION, "DeleteFunction", 204, functions::delete_function),
    route(
        "GET",
        "/2015-03-31/functions/{FunctionName}/configuration",
        "GetFunctionConfiguration",
        200,
        functions::get_function_configuration,
    ),
    route(
        "PUT",
        "/2015-03-31/functions/{FunctionName}/configuration",
        "UpdateFunctionConfiguration",
        200,
        functions::update_function_configuration,
    ),
    route("PUT", "/2015-03-31/functions/{FunctionName}/code", "UpdateFunctionCode", 200, code::update_function_code),
    route(
        "GET",
        "/2015-03-31/functions/{FunctionName}/versions",
        "ListVersionsByFunction",
        200,
        functions::list_versions_by_function,
    ),
    route("POST", "/2015-03-31/functions/{FunctionName}/policy", "AddPermission", 201, policy::add_permission),
    route("GET", "/2015-03-31/functions/{FunctionName}/policy", "GetPolicy", 200, policy::get_policy),
    route(
        "DELETE",
        "/2015-03-31/functions/{FunctionName}/policy/{StatementId}",
        "RemovePermission",
        204,
        policy::remove_permission,
    ),
    route(
        "PUT",
        "/2017-10-31/functions/{FunctionName}/concurrency",
        "PutFunctionConcurrency",
        200,
        functions::put_function_concurrency,
    ),
    route(
        "DELETE",
        "/2017-10-31/functions/{FunctionName}/concurrency",
        "DeleteFunctionConcurrency",
        204,
        functions::delete_function_concurrency,
    ),
    route(
        "GET",
        "/2019-09-30/functions/{FunctionName}/concurrency",
        "GetFunctionConcurrency",
        200,
        functions::get_function_concurrency,
    ),
    route("GET", "/2017-03-31/tags/{Resource+}", "ListTags", 200, functions::list_tags),
    route("POST", "/2017-03-31/tags/{Resource+}", "TagResource", 204, functions::tag_resource),
    route("DELETE", "/2017-03-31/tags/{Resource+}", "UntagResource", 204, functions::untag_resource),
    route("GET", "/2016-08-19/account-settings", "GetAccountSettings", 200, functions::get_account_settings),
];

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

/// The name in a name, a partial ARN (`account:function:name`) or a whole one, without a qualifier.
fn name_of(given: &str) -> &str {
    let name = given.rsplit_once("function:").map_or(given, |(_, name)| name);
    name.split(':').next().unwrap_or(name)
}

fn existing(context: &Context<'_>, input: &Value) -> Result<(String, Value)> {
    let name = name_of(input.text("FunctionName")?).to_owned();
    match context.get(FUNCTIONS, &name)? {
        Some(function) => Ok((name, function)),
        None => Err(not_found(format!("Function not found: {}", arn(context, &name)))),
    }
}

fn resource(context: &Context<'_>, input: &Value) -> String {
    arn(context, name_of(input.optional("FunctionName").unwrap_or("*")))
}

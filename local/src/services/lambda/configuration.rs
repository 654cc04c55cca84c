//! What a function is made with: checked, defaulted and described as AWS does.

use super::{arn, invalid};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input;
use crate::services::iam::{passed_role, role_assumable};
use serde_json::{Value, json};

/// Environment variables that Lambda sets itself and lets nobody else set.
const RESERVED: &[&str] = &[
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
];
/// Bytes of all variables together.
const LARGEST_ENVIRONMENT: usize = 4096;

/// The settings that CreateFunction and UpdateFunctionConfiguration share.
const SETTINGS: &[&str] = &[
    "Role",
    "Handler",
    "Description",
    "Timeout",
    "MemorySize",
    "Runtime",
    "Environment",
    "TracingConfig",
    "EphemeralStorage",
    "LoggingConfig",
    "DeadLetterConfig",
    "VpcConfig",
    "Layers",
    "SnapStart",
    "KMSKeyArn",
    "FileSystemConfigs",
];

/// A new function's settings, before anything is given.
pub(super) fn defaults(name: &str) -> Value {
    json!({
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "Architectures": ["x86_64"],
        "TracingConfig": {"Mode": "PassThrough"},
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": format!("/aws/lambda/{name}")},
        "PackageType": "Zip",
    })
}

/// Puts what is given over what is there, and checks the whole.
pub(super) fn set(context: &Context<'_>, function: &mut Value, input: &Value) -> Result<()> {
    for name in SETTINGS {
        match (*name, &input[name]) {
            (_, Value::Null) => {}
            // No key but Lambda's own.
            ("KMSKeyArn", given) if given == "" => function[name] = Value::Null,
            ("LoggingConfig", given) => {
                for (field, value) in given.as_object().into_iter().flatten() {
                    function["LoggingConfig"][field] = value.clone();
                }
                level(&mut function["LoggingConfig"], given)?;
            }
            (_, given) => function[name] = given.clone(),
        }
    }
    check(function)?;
    let role = function.text("Role")?;
    if !role_assumable(context, &passed_role(context, role)?, "lambda.amazonaws.com")? {
        return Err(invalid("The role defined for the function cannot be assumed by Lambda."));
    }
    Ok(())
}

/// Lines of text have no levels, those of JSON always have.
fn level(logging: &mut Value, given: &Value) -> Result<()> {
    for name in ["ApplicationLogLevel", "SystemLogLevel"] {
        if logging["LogFormat"] == "JSON" {
            if logging[name].is_null() {
                logging[name] = "INFO".into();
            }
        } else if given[name].is_null() {
            logging[name] = Value::Null;
        } else {
            return Err(invalid(
                "LogLevel is not supported when LogFormat is set to \"Text\". Remove LogLevel from your request or change \
                 the LogFormat to \"Json\" and try again.",
            ));
        }
    }
    Ok(())
}

fn check(function: &Value) -> Result<()> {
    for name in ["Role", "Handler", "Runtime"] {
        function.text(name)?;
    }
    let variables = function["Environment"]["Variables"].as_object();
    let used: Vec<_> = variables
        .into_iter()
        .flatten()
        .map(|(name, _)| name)
        .filter(|name| RESERVED.contains(&name.as_str()))
        .collect();
    if !used.is_empty() {
        let used = used.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
        return Err(invalid(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have \
             provided contains reserved keys that are currently not supported for modification. Reserved keys used in \
             this request: {used}"
        )));
    }
    let size = |value: &Value| value.as_str().map_or(0, str::len);
    let total: usize = variables.into_iter().flatten().map(|(name, value)| name.len() + size(value)).sum();
    if total > LARGEST_ENVIRONMENT {
        return Err(invalid(
            "Lambda was unable to configure your environment variables because the environment variables you have \
             provided exceeded the 4KB limit.",
        ));
    }
    Ok(())
}

/// Whether two of one function are set otherwise. What a version is described as is its own.
pub(super) fn settings_differ(one: &Value, other: &Value) -> bool {
    SETTINGS.iter().chain(&["Architectures"]).any(|name| *name != "Description" && one[name] != other[name])
}

/// Every update gives the function another revision, and takes a moment.
pub(super) fn touched(context: &Context<'_>, function: &mut Value) {
    function["LastModified"] = context.now.strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string().into();
    function["RevisionId"] = crate::context::new_uuid().into();
}

/// `FunctionConfiguration`, with the states of this moment.
pub(super) fn describe(context: &Context<'_>, name: &str, function: &Value) -> Value {
    let mut all = json!({"FunctionName": name, "FunctionArn": arn(context, name), "Version": "$LATEST"});
    let kept = ["Architectures", "PackageType", "CodeSha256", "CodeSize", "LastModified", "RevisionId"];
    for name in SETTINGS.iter().chain(&kept) {
        all[name] = function[name].clone();
    }
    // They are given by their ARNs, and shown as what they are.
    let layers = function["Layers"].as_array().into_iter().flatten();
    all["Layers"] = layers.map(|arn| json!({"Arn": arn, "CodeSize": 1})).collect();
    if all["Environment"]["Variables"].as_object().is_none_or(serde_json::Map::is_empty) {
        all["Environment"] = Value::Null;
    }
    if !context.settled(&function["active"]) {
        all["State"] = "Pending".into();
        all["StateReason"] = "The function is being created.".into();
        all["StateReasonCode"] = "Creating".into();
        return all;
    }
    all["State"] = "Active".into();
    let updated = context.settled(&function["updated"]);
    all["LastUpdateStatus"] = if updated { "Successful" } else { "InProgress" }.into();
    if !updated {
        all["LastUpdateStatusReason"] = "The function is being created.".into();
        all["LastUpdateStatusReasonCode"] = "Creating".into();
    }
    all
}

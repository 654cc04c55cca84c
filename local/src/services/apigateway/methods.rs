//! Methods, what answers them, and how answers are mapped.

use super::apis::{find, keep, resource};
use super::{bad_request, conflict, not_found, patch};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input;
use serde_json::{Value, json};

/// The method of a request, within its API.
fn method<'a>(api: &'a mut Value, input: &Value) -> Result<&'a mut Value> {
    let (id, name) = (input.text("resourceId")?, input.text("httpMethod")?);
    let found = resource(api, id)?["methods"].get_mut(name);
    found.ok_or_else(|| not_found("Invalid Method identifier specified"))
}

pub(super) fn describe(name: &str, method: &Value) -> Value {
    let mut all = method.clone();
    all["httpMethod"] = name.into();
    all
}

/// Reads a method, lets `edit` change it, and keeps the API.
fn change(context: &Context<'_>, input: &Value, edit: impl FnOnce(&mut Value) -> Result<Value>) -> Result<Value> {
    let (id, mut api) = find(context, input)?;
    let answer = edit(method(&mut api, input)?)?;
    keep(context, &id, &api)?;
    Ok(answer)
}

pub(super) fn put_method(context: &Context<'_>, input: &Value) -> Result<Value> {
    const NAMES: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY"];
    let (id, mut api) = find(context, input)?;
    let name = input.text("httpMethod")?;
    if !NAMES.contains(&name) {
        return Err(bad_request(format!("Invalid HttpMethod specified. Valid options are {}", NAMES.join(","))));
    }
    let resource = resource(&mut api, input.text("resourceId")?)?;
    if !resource["methods"][name].is_null() {
        return Err(conflict("Method already exists for this resource"));
    }
    let made = json!({
        "authorizationType": input.text("authorizationType")?,
        "authorizerId": input["authorizerId"],
        "apiKeyRequired": input["apiKeyRequired"].as_bool().unwrap_or(false),
        "operationName": input["operationName"],
        "requestParameters": input["requestParameters"],
        "requestModels": input["requestModels"],
    });
    resource["methods"][name] = made.clone();
    keep(context, &id, &api)?;
    Ok(describe(name, &made))
}

pub(super) fn get_method(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, mut api) = find(context, input)?;
    Ok(describe(input.text("httpMethod")?, method(&mut api, input)?))
}

pub(super) fn update_method(context: &Context<'_>, input: &Value) -> Result<Value> {
    change(context, input, |method| {
        for patch in patch::read(input)? {
            let parts: Vec<_> = patch.parts.iter().map(String::as_str).collect();
            match (patch.op, &parts[..]) {
                ("replace", ["apiKeyRequired"]) => method["apiKeyRequired"] = patch.flag()?.into(),
                ("replace", ["authorizationType"]) => method["authorizationType"] = patch.text()?.into(),
                _ => return Err(patch.refuse()),
            }
        }
        Ok(describe(input.text("httpMethod")?, method))
    })
}

pub(super) fn delete_method(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut api) = find(context, input)?;
    method(&mut api, input)?;
    if let Some(methods) = resource(&mut api, input.text("resourceId")?)?["methods"].as_object_mut() {
        methods.remove(input.text("httpMethod")?);
    }
    keep(context, &id, &api)?;
    Ok(Value::Null)
}

pub(super) fn put_integration(context: &Context<'_>, input: &Value) -> Result<Value> {
    let kind = input.text("type")?;
    let needs_uri = matches!(kind, "AWS" | "AWS_PROXY" | "HTTP" | "HTTP_PROXY");
    if needs_uri && input.optional("uri").is_none() {
        return Err(bad_request("Missing required parameter: uri"));
    }
    if needs_uri && input.optional("integrationHttpMethod").is_none() {
        return Err(bad_request("Enumeration value for HttpMethod must be non-empty"));
    }
    if kind.starts_with("AWS") && !input.optional("uri").is_some_and(|uri| uri.starts_with("arn:")) {
        return Err(bad_request("Invalid ARN specified in the request"));
    }
    change(context, input, |method| {
        let responses = method["methodIntegration"]["integrationResponses"].clone();
        let made = json!({
            "type": kind,
            "httpMethod": input["integrationHttpMethod"],
            "uri": input["uri"],
            "credentials": input["credentials"],
            "connectionType": input["connectionType"],
            "requestParameters": input["requestParameters"],
            "requestTemplates": input["requestTemplates"],
            "passthroughBehavior": input.optional("passthroughBehavior").unwrap_or("WHEN_NO_MATCH"),
            "contentHandling": input["contentHandling"],
            "timeoutInMillis": input.number("timeoutInMillis").unwrap_or(29_000),
            "cacheNamespace": input.optional("cacheNamespace").unwrap_or(input.text("resourceId")?),
            "cacheKeyParameters": [],
            "integrationResponses": responses,
        });
        method["methodIntegration"] = made.clone();
        Ok(made)
    })
}

fn integration(method: &mut Value) -> Result<&mut Value> {
    let found = method.get_mut("methodIntegration").filter(|found| !found.is_null());
    found.ok_or_else(|| not_found("Invalid Integration identifier specified"))
}

pub(super) fn get_integration(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, mut api) = find(context, input)?;
    Ok(integration(method(&mut api, input)?)?.clone())
}

pub(super) fn update_integration(context: &Context<'_>, input: &Value) -> Result<Value> {
    change(context, input, |method| {
        let integration = integration(method)?;
        for patch in patch::read(input)? {
            let parts: Vec<_> = patch.parts.iter().map(String::as_str).collect();
            match (patch.op, &parts[..]) {
                ("replace", ["timeoutInMillis"]) => integration["timeoutInMillis"] = patch.number::<i64>()?.into(),
                (
                    "replace",
                    [
                        field @ ("uri"
                        | "httpMethod"
                        | "credentials"
                        | "passthroughBehavior"
                        | "contentHandling"
                        | "cacheNamespace"
                        | "connectionType"),
                    ],
                ) => integration[*field] = patch.text()?.into(),
                ("add" | "replace", [group @ ("requestParameters" | "requestTemplates"), name]) => {
                    integration[*group][*name] = patch.text()?.into();
                }
                ("remove", [group @ ("requestParameters" | "requestTemplates"), name]) => {
                    integration[*group][*name] = Value::Null;
                }
                _ => return Err(patch.refuse()),
            }
        }
        Ok(integration.clone())
    })
}

pub(super) fn delete_integration(context: &Context<'_>, input: &Value) -> Result<Value> {
    change(context, input, |method| {
        integration(method)?;
        method["methodIntegration"] = Value::Null;
        Ok(Value::Null)
    })
}

fn missing_response() -> crate::api_error::ApiError {
    not_found("Invalid Response status code specified")
}

pub(super) fn put_method_response(context: &Context<'_>, input: &Value) -> Result<Value> {
    let status = input.text("statusCode")?;
    change(context, input, |method| {
        if !method["methodResponses"][status].is_null() {
            return Err(conflict("Response already exists for this resource"));
        }
        let made = json!({
            "statusCode": status,
            "responseParameters": input["responseParameters"],
            "responseModels": input["responseModels"],
        });
        method["methodResponses"][status] = made.clone();
        Ok(made)
    })
}

pub(super) fn get_method_response(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, mut api) = find(context, input)?;
    let found = method(&mut api, input)?["methodResponses"][input.text("statusCode")?].clone();
    if found.is_null() { Err(missing_response()) } else { Ok(found) }
}

pub(super) fn delete_method_response(context: &Context<'_>, input: &Value) -> Result<Value> {
    let status = input.text("statusCode")?;
    change(context, input, |method| {
        let gone = method["methodResponses"].as_object_mut().and_then(|all| all.remove(status));
        gone.map(|_| Value::Null).ok_or_else(missing_response)
    })
}

/// Only headers that the method's response declares can be set.
pub(super) fn put_integration_response(context: &Context<'_>, input: &Value) -> Result<Value> {
    let status = input.text("statusCode")?;
    change(context, input, |method| {
        let declared = method["methodResponses"][status].clone();
        if declared.is_null() {
            return Err(not_found("Invalid Response status code specified"));
        }
        for name in input["responseParameters"].as_object().into_iter().flatten().map(|(name, _)| name) {
            if declared["responseParameters"][name].is_null() {
                let message = format!(
                    "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: {name}]"
                );
                return Err(bad_request(message));
            }
        }
        let made = json!({
            "statusCode": status,
            "selectionPattern": input["selectionPattern"],
            "responseParameters": input["responseParameters"],
            "responseTemplates": input["responseTemplates"],
            "contentHandling": input["contentHandling"],
        });
        integration(method)?["integrationResponses"][status] = made.clone();
        Ok(made)
    })
}

pub(super) fn get_integration_response(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, mut api) = find(context, input)?;
    let found = integration(method(&mut api, input)?)?["integrationResponses"][input.text("statusCode")?].clone();
    if found.is_null() { Err(missing_response()) } else { Ok(found) }
}

pub(super) fn delete_integration_response(context: &Context<'_>, input: &Value) -> Result<Value> {
    let status = input.text("statusCode")?;
    change(context, input, |method| {
        let gone = integration(method)?["integrationResponses"].as_object_mut().and_then(|all| all.remove(status));
        gone.map(|_| Value::Null).ok_or_else(missing_response)
    })
}

//! APIs from one document: OpenAPI 3 or Swagger 2, with API Gateway's extensions.
//!
//! What the document says is done by the operations that do it one by one, so that it is held to the same rules.

mod document;
mod operation;

use super::apis::{self, find, keep};
use super::{bad_request, gateway_responses, methods, resources};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input;
use document::Definition;
use operation::Operation;
use serde_json::{Map, Value, json};

/// `endpointConfigurationTypes` and the like.
fn parameter<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input["parameters"][name].as_str()
}

fn endpoint(input: &Value, definition: &Definition) -> Result<Value> {
    let kind = parameter(input, "endpointConfigurationTypes");
    if kind.is_some_and(|kind| !["EDGE", "REGIONAL", "PRIVATE"].contains(&kind)) {
        return Err(bad_request(format!("Invalid endpoint configuration type: {}", kind.unwrap_or_default())));
    }
    let endpoints = definition.endpoints();
    let mut configuration = json!({"types": [kind.unwrap_or("EDGE")]});
    if !endpoints["vpcEndpointIds"].is_null() {
        configuration["vpcEndpointIds"] = endpoints["vpcEndpointIds"].clone();
    }
    Ok(configuration)
}

/// What a document says of the API as a whole.
fn settings(definition: &Definition) -> Result<Value> {
    let title = definition.info("title").ok_or_else(|| bad_request("Invalid OpenAPI input."))?;
    Ok(json!({
        "name": title,
        "description": definition.info("description"),
        "version": definition.info("version"),
        "apiKeySource": definition.extension("api-key-source"),
        "binaryMediaTypes": definition.extension("binary-media-types"),
        "minimumCompressionSize": definition.extension("minimum-compression-size"),
        "policy": definition.policy(),
        "disableExecuteApiEndpoint": definition.endpoints()["disableExecuteApiEndpoint"],
    }))
}

pub(super) fn import_rest_api(context: &Context<'_>, input: &Value) -> Result<Value> {
    let definition = Definition::read(input)?;
    let mut wanted = settings(&definition)?;
    wanted["endpointConfiguration"] = endpoint(input, &definition)?;
    let made = apis::create_rest_api(context, &wanted)?;
    fill(context, made.text("id")?, input, &definition)
}

/// Overwriting takes away what the document does not have; stages, deployments, tags and the id stay.
pub(super) fn put_rest_api(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut api) = find(context, input)?;
    let definition = Definition::read(input)?;
    let overwrites = match input.optional("mode") {
        None | Some("merge") => false,
        Some("overwrite") => true,
        Some(mode) => return Err(bad_request(format!("Invalid mode: {mode}"))),
    };
    for (field, value) in settings(&definition)?.as_object().into_iter().flatten() {
        if !value.is_null() {
            api[field] = value.clone();
        } else if overwrites && !["apiKeySource", "disableExecuteApiEndpoint"].contains(&field.as_str()) {
            api[field] = Value::Null;
        }
    }
    if parameter(input, "endpointConfigurationTypes").is_some() {
        api["endpointConfiguration"] = endpoint(input, &definition)?;
    }
    if overwrites {
        let root = api.text("rootResourceId")?.to_owned();
        api["resources"] = json!({root: {"path": "/", "methods": {}}});
        api["responses"] = json!({});
    }
    keep(context, &id, &api)?;
    fill(context, &id, input, &definition)
}

/// Makes the paths, methods and responses. A request that is refused leaves nothing behind.
fn fill(context: &Context<'_>, id: &str, input: &Value, definition: &Definition) -> Result<Value> {
    let (operations, mut warnings) = Operation::all(definition, parameter(input, "basepath"))?;
    let mut errors = vec![];
    for operation in &operations {
        warnings.extend(operation.warnings.iter().cloned());
        errors.extend(put(context, id, operation).err());
    }
    for (kind, response) in definition.extension("gateway-responses").as_object().into_iter().flatten() {
        let mut response = response.clone();
        (response["restApiId"], response["responseType"]) = (id.into(), kind.as_str().into());
        if let Err(error) = gateway_responses::put_gateway_response(context, &response) {
            errors.push(format!("Unable to put gateway response '{kind}': {}", error.message));
        }
    }
    let found =
        |what: &str, all: &[String]| bad_request(format!("{what} found during import:\n\t{}", all.join("\n\t")));
    if !errors.is_empty() {
        return Err(found("Errors", &errors));
    }
    if input["failOnWarnings"] == true && !warnings.is_empty() {
        return Err(found("Warnings", &warnings));
    }
    let mut api = apis::get_rest_api(context, &json!({"restApiId": id}))?;
    if !warnings.is_empty() {
        api["warnings"] = json!(warnings);
    }
    Ok(api)
}

/// Makes one method.
///
/// # Errors
/// What is told of an import that fails.
fn put(context: &Context<'_>, id: &str, operation: &Operation) -> std::result::Result<(), String> {
    let Operation { method, path, .. } = operation;
    let failed = |what: &str| format!("Unable to {what} '{method}' for resource at path '{path}'");
    let resource = resource(context, id, path)
        .map_err(|error| format!("Unable to create resource at path '{path}': {}", error.message))?;
    let at = json!({"restApiId": id, "resourceId": resource, "httpMethod": method});
    // A method that is there already goes: the document has the last word.
    drop(methods::delete_method(context, &at));
    let with = |more: &Map<String, Value>| {
        let mut all = at.clone();
        all.as_object_mut().into_iter().for_each(|all| all.extend(more.clone()));
        all
    };
    let told = |what: &'static str| move |error: ApiError| format!("{}: {}", failed(what), error.message);
    methods::put_method(context, &with(&operation.settings)).map_err(told("put method"))?;
    for response in &operation.responses {
        methods::put_method_response(context, &with(response)).map_err(told("put method response on"))?;
    }
    if let Some(integration) = &operation.integration {
        methods::put_integration(context, &with(integration)).map_err(told("put integration on"))?;
    }
    for response in &operation.integration_responses {
        methods::put_integration_response(context, &with(response)).map_err(told("put integration response on"))?;
    }
    Ok(())
}

/// The id of a path's resource, which is made with those above it where they are missing.
fn resource(context: &Context<'_>, id: &str, path: &str) -> Result<String> {
    let (_, api) = find(context, &json!({"restApiId": id}))?;
    let known = |wanted: &str, api: &Value| {
        let all = api["resources"].as_object().into_iter().flatten();
        all.into_iter().find(|(_, resource)| resource["path"] == wanted).map(|(id, _)| id.clone())
    };
    let (mut at, mut parent) = (String::new(), api.text("rootResourceId")?.to_owned());
    for part in path.split('/').filter(|part| !part.is_empty()) {
        at = format!("{at}/{part}");
        parent = match known(&at, &api) {
            Some(id) => id,
            None => {
                let made = json!({"restApiId": id, "parentId": parent, "pathPart": part});
                resources::create_resource(context, &made)?.text("id")?.to_owned()
            }
        };
    }
    Ok(parent)
}

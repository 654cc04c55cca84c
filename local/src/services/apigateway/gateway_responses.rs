//! What API Gateway answers by itself, by the kind of the answer.

use super::apis::{find, keep};
use super::{bad_request, not_found, patch};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input;
use serde_json::{Value, json};

/// Every kind there is, with its status; the last two are the defaults of the others.
const KINDS: &[(&str, Option<u16>)] = &[
    ("ACCESS_DENIED", Some(403)),
    ("API_CONFIGURATION_ERROR", Some(500)),
    ("AUTHORIZER_CONFIGURATION_ERROR", Some(500)),
    ("AUTHORIZER_FAILURE", Some(500)),
    ("BAD_REQUEST_BODY", Some(400)),
    ("BAD_REQUEST_PARAMETERS", Some(400)),
    ("EXPIRED_TOKEN", Some(403)),
    ("INTEGRATION_FAILURE", Some(504)),
    ("INTEGRATION_TIMEOUT", Some(504)),
    ("INVALID_API_KEY", Some(403)),
    ("INVALID_SIGNATURE", Some(403)),
    ("MISSING_AUTHENTICATION_TOKEN", Some(403)),
    ("QUOTA_EXCEEDED", Some(429)),
    ("REQUEST_TOO_LARGE", Some(413)),
    ("RESOURCE_NOT_FOUND", Some(404)),
    ("THROTTLED", Some(429)),
    ("UNAUTHORIZED", Some(401)),
    ("UNSUPPORTED_MEDIA_TYPE", Some(415)),
    ("WAF_FILTERED", Some(403)),
    ("DEFAULT_4XX", None),
    ("DEFAULT_5XX", None),
];

fn kind(input: &Value) -> Result<(&'static str, Option<u16>)> {
    let given = input.text("responseType")?;
    let found = KINDS.iter().find(|(name, _)| *name == given);
    found.copied().ok_or_else(|| bad_request(format!("Invalid gateway response type {given}")))
}

fn describe(api: &Value, (name, status): (&str, Option<u16>)) -> Value {
    let set = &api["responses"][name];
    if !set.is_null() {
        return set.clone();
    }
    json!({
        "responseType": name,
        "statusCode": status.map(|status| status.to_string()),
        "responseParameters": {},
        "responseTemplates": {"application/json": "{\"message\":$context.error.messageString}"},
        "defaultResponse": true,
    })
}

pub(super) fn get_gateway_responses(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, api) = find(context, input)?;
    Ok(json!({"item": KINDS.iter().map(|kind| describe(&api, *kind)).collect::<Vec<_>>()}))
}

pub(super) fn get_gateway_response(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, api) = find(context, input)?;
    Ok(describe(&api, kind(input)?))
}

pub(super) fn put_gateway_response(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut api) = find(context, input)?;
    let (name, status) = kind(input)?;
    let default = || status.map(|status| status.to_string());
    api["responses"][name] = json!({
        "responseType": name,
        "statusCode": input.optional("statusCode").map(str::to_owned).or_else(default),
        "responseParameters": input["responseParameters"].as_object().cloned().unwrap_or_default(),
        "responseTemplates": input["responseTemplates"].as_object().cloned().unwrap_or_default(),
        "defaultResponse": false,
    });
    keep(context, &id, &api)?;
    Ok(api["responses"][name].clone())
}

/// A default that is changed becomes the API's own.
pub(super) fn update_gateway_response(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut api) = find(context, input)?;
    let (name, status) = kind(input)?;
    let mut response = describe(&api, (name, status));
    for patch in patch::read(input)? {
        let parts: Vec<_> = patch.parts.iter().map(String::as_str).collect();
        match (patch.op, &parts[..]) {
            ("replace", ["statusCode"]) => response["statusCode"] = patch.text()?.into(),
            ("add" | "replace", [group @ ("responseParameters" | "responseTemplates"), field]) => {
                response[*group][*field] = patch.text()?.into();
            }
            ("remove", [group @ ("responseParameters" | "responseTemplates"), field]) => {
                response[*group][*field] = Value::Null;
            }
            _ => return Err(patch.refuse()),
        }
    }
    response["defaultResponse"] = false.into();
    api["responses"][name] = response.clone();
    keep(context, &id, &api)?;
    Ok(response)
}

pub(super) fn delete_gateway_response(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut api) = find(context, input)?;
    let (name, _) = kind(input)?;
    let gone = api["responses"].as_object_mut().and_then(|all| all.remove(name));
    gone.ok_or_else(|| not_found("Gateway response type not defined on api"))?;
    keep(context, &id, &api)?;
    Ok(Value::Null)
}

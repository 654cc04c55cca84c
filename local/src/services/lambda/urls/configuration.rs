//! The URLs of functions: made, changed and deleted. Each belongs to a function without a qualifier, or to an alias.

use super::super::reference::Reference;
use super::super::{conflict, existing, invalid, not_found};
use crate::api_error::Result;
use crate::context::{Context, new_id};
use serde_json::{Value, json};

/// Key: the function's name, and the alias after a colon.
const URLS: &str = "lambda.url";
/// Key: the URL's id. Whose it is: region, and the key above.
const OWNERS: &str = "lambda.url_owner";

/// A function's URL, by its id, with what is set of it.
pub(super) struct Url {
    pub(super) region: String,
    pub(super) function: Reference,
    pub(super) document: Value,
}

/// The function or the alias that a request is about; it has to be there. The model lets no version by.
fn holder(context: &Context<'_>, input: &Value) -> Result<Reference> {
    existing(context, input)?;
    let reference = Reference::read(input)?;
    reference.kept(context)?;
    Ok(reference)
}

fn found(context: &Context<'_>, input: &Value) -> Result<(Reference, Value)> {
    let holder = holder(context, input)?;
    match context.get(URLS, &holder.text())? {
        Some(url) => Ok((holder, url)),
        None => Err(not_found("The resource you requested does not exist.")),
    }
}

fn describe(context: &Context<'_>, holder: &Reference, url: &Value) -> Value {
    json!({
        "FunctionUrl": format!("https://{}/", domain(url["id"].as_str().unwrap_or_default(), context.region)),
        "FunctionArn": holder.arn(context),
        "AuthType": url["AuthType"],
        "Cors": url["Cors"],
        "CreationTime": url["CreationTime"],
        "LastModifiedTime": url["LastModifiedTime"],
        "InvokeMode": url["InvokeMode"],
    })
}

pub(super) fn domain(id: &str, region: &str) -> String {
    format!("{id}.lambda-url.{region}.on.aws")
}

fn set(url: &mut Value, input: &Value) -> Result<()> {
    for name in ["AuthType", "InvokeMode", "Cors"] {
        if !input[name].is_null() {
            url[name] = input[name].clone();
        }
    }
    if url["InvokeMode"] == "RESPONSE_STREAM" {
        return Err(invalid("Local AWS has no URLs of mode RESPONSE_STREAM, only BUFFERED"));
    }
    // An empty one takes it away.
    if url["Cors"].as_object().is_some_and(serde_json::Map::is_empty) {
        url["Cors"] = Value::Null;
    }
    Ok(())
}

fn now(context: &Context<'_>) -> Value {
    context.now.strftime("%Y-%m-%dT%H:%M:%S%.9fZ").to_string().into()
}

fn without(mut answer: Value, field: &str) -> Value {
    if let Some(fields) = answer.as_object_mut() {
        fields.remove(field);
    }
    answer
}

pub(crate) fn create_function_url_config(context: &Context<'_>, input: &Value) -> Result<Value> {
    let holder = holder(context, input)?;
    if context.get(URLS, &holder.text())?.is_some() {
        return Err(conflict(format!(
            "Failed to create function url config for [functionArn = {}]. Error message:  FunctionUrlConfig exists for \
             this Lambda function",
            holder.arn(context)
        )));
    }
    let mut url = json!({"id": new_id(32), "InvokeMode": "BUFFERED", "Cors": null});
    set(&mut url, input)?;
    url["CreationTime"] = now(context);
    url["LastModifiedTime"] = now(context);
    let owner = json!({"region": context.region, "function": holder.text()});
    context.documents.put(OWNERS, url["id"].as_str().unwrap_or_default(), &owner)?;
    context.put(URLS, &holder.text(), &url)?;
    Ok(without(describe(context, &holder, &url), "LastModifiedTime"))
}

pub(crate) fn get_function_url_config(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (holder, url) = found(context, input)?;
    Ok(describe(context, &holder, &url))
}

pub(crate) fn update_function_url_config(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (holder, mut url) = found(context, input)?;
    set(&mut url, input)?;
    url["LastModifiedTime"] = now(context);
    context.put(URLS, &holder.text(), &url)?;
    Ok(describe(context, &holder, &url))
}

/// "Deleting a function URL" leaves the statements that let callers in.
pub(crate) fn delete_function_url_config(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (holder, _) = found(context, input)?;
    remove(context, &holder.text())?;
    Ok(Value::Null)
}

pub(crate) fn list_function_url_configs(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, _) = existing(context, input)?;
    let all = of_function(context, &name)?;
    let all: Vec<_> = all.iter().map(|(key, url)| describe(context, &Reference::of(key), url)).collect();
    Ok(json!({"FunctionUrlConfigs": all}))
}

/// A function's, and those of its aliases.
fn of_function(context: &Context<'_>, name: &str) -> Result<Vec<(String, Value)>> {
    let own = context.get(URLS, name)?.map(|url| (name.to_owned(), url));
    Ok(own.into_iter().chain(context.list(URLS, &format!("{name}:"))?).collect())
}

/// A function takes its URLs along when it goes.
pub(crate) fn forget(context: &Context<'_>, name: &str) -> Result<()> {
    of_function(context, name)?.iter().try_for_each(|(key, _)| remove(context, key))
}

/// An alias takes its URL along.
pub(crate) fn remove(context: &Context<'_>, name: &str) -> Result<()> {
    if let Some(url) = context.remove(URLS, name)? {
        context.documents.remove(OWNERS, url["id"].as_str().unwrap_or_default())?;
    }
    Ok(())
}

/// The URL of an id, in whichever region it is.
pub(super) fn by_id(core: &crate::core::Core, id: &str) -> Result<Option<Url>> {
    let Some(owner) = core.store.read(OWNERS, id)? else { return Ok(None) };
    let text = |name: &str| owner[name].as_str().unwrap_or_default().to_owned();
    let (region, function) = (text("region"), text("function"));
    let document = core.store.read(URLS, &format!("{region}/{function}"))?;
    Ok(document.map(|document| Url { region, function: Reference::of(&function), document }))
}

//! Key Management Service: keys, their aliases, policies, rotation and deletion. What they encrypt is not encrypted here;
//! whether somebody might is decided all the same.

mod aliases;
mod keys;
mod lifetime;
mod tagging;

use crate::api_error::{ApiError, Result};
use crate::caller::Caller;
use crate::context::Context;
use crate::model;
use crate::service::{Input as _, Need, Protocol, Resource, Service, operation_of};
use crate::services::iam::{permit_delegated, policy_lets_service};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    scope: "kms",
    prefix: "kms",
    protocol: Protocol::Json { message: "message" },
    model: &model::KMS,
    operations: &[
        ("CreateKey", keys::create_key),
        ("DescribeKey", keys::describe_key),
        ("ListKeys", keys::list_keys),
        ("UpdateKeyDescription", keys::update_key_description),
        ("GetKeyPolicy", keys::get_key_policy),
        ("PutKeyPolicy", keys::put_key_policy),
        ("EnableKey", lifetime::enable_key),
        ("DisableKey", lifetime::disable_key),
        ("EnableKeyRotation", lifetime::enable_key_rotation),
        ("DisableKeyRotation", lifetime::disable_key_rotation),
        ("GetKeyRotationStatus", lifetime::get_key_rotation_status),
        ("ScheduleKeyDeletion", lifetime::schedule_key_deletion),
        ("CancelKeyDeletion", lifetime::cancel_key_deletion),
        ("CreateAlias", aliases::create_alias),
        ("UpdateAlias", aliases::update_alias),
        ("DeleteAlias", aliases::delete_alias),
        ("ListAliases", aliases::list_aliases),
        ("TagResource", tagging::tag_resource),
        ("UntagResource", tagging::untag_resource),
        ("ListResourceTags", tagging::list_resource_tags),
    ],
    needs,
    whole: None,
};

/// By its id.
const KEYS: &str = "kms.key";
/// By its name, `alias/...`: the id of a key.
const ALIASES: &str = "kms.alias";

fn arn(context: &Context<'_>, id: &str) -> String {
    context.arn("kms", &format!("key/{id}"))
}

fn not_found(what: &str) -> ApiError {
    ApiError::new("NotFoundException", format!("{what} is not found."))
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationException", message)
}

fn find(context: &Context<'_>, id: &str) -> Result<Option<Value>> {
    let found = context.get(KEYS, id)?;
    // One whose time has come is gone, whoever looks first.
    Ok(found.filter(|key| key["deletion"].as_i64().is_none_or(|at| at > context.now.as_millisecond())))
}

/// The id of a key, given by itself or by its ARN.
fn plain_id(context: &Context<'_>, given: &str) -> Result<String> {
    let id = match given.strip_prefix("arn:") {
        Some(_) => given.strip_prefix(&arn(context, "")).ok_or_else(|| not_found(&format!("Key '{given}'")))?,
        None => given,
    };
    Ok(id.to_owned())
}

/// The key that an operation names by id or ARN: most of them take no alias.
fn existing(context: &Context<'_>, input: &Value) -> Result<(String, Value)> {
    let given = input.text("KeyId")?;
    let id = plain_id(context, given)?;
    let key = find(context, &id)?.ok_or_else(|| not_found(&format!("Key '{}'", arn(context, &id))))?;
    Ok((id, key))
}

/// A key by whatever may stand for it: id, ARN, alias, ARN of an alias.
fn named(context: &Context<'_>, given: &str) -> Result<(String, Value)> {
    let alias = given.strip_prefix(&context.arn("kms", "")).unwrap_or(given);
    let id = match alias.starts_with("alias/") {
        true => {
            let missing = || not_found(&format!("Alias {}", context.arn("kms", alias)));
            let found = context.get(ALIASES, alias)?.ok_or_else(missing)?;
            found["key"].as_str().unwrap_or_default().to_owned()
        }
        false => plain_id(context, given)?,
    };
    let key = find(context, &id)?.ok_or_else(|| not_found(&format!("Key '{}'", arn(context, &id))))?;
    Ok((id, key))
}

fn keep(context: &Context<'_>, id: &str, key: &Value) -> Result<Value> {
    context.put(KEYS, id, key)?;
    Ok(Value::Null)
}

/// A page, as KMS gives it.
fn listed(context: &Context<'_>, input: &Value, name: &str, all: Vec<Value>) -> Result<Value> {
    let limit = input.number("Limit").and_then(|limit| usize::try_from(limit).ok());
    let bad_marker = || ApiError::new("InvalidMarkerException", "The marker is not one that was given out");
    let page = context.page(all, input.optional("Marker"), limit, 100, bad_marker)?;
    let mut answer = json!({"Truncated": page.next.is_some()});
    answer[name] = page.items.into();
    if let Some(next) = page.next {
        answer["NextMarker"] = next.into();
    }
    Ok(answer)
}

/// # Errors
/// A key that waits for its deletion: little can be done with it but to keep it.
fn usable(context: &Context<'_>, id: &str, key: &Value) -> Result<()> {
    match key["deletion"].is_null() {
        true => Ok(()),
        false => {
            let message = format!("{} is pending deletion.", arn(context, id));
            Err(ApiError::new("KMSInvalidStateException", message))
        }
    }
}

/// An alias is one resource and its key another: both are asked.
fn needs(context: &Context<'_>, action: &str, input: &Value) -> Result<Vec<Need>> {
    let mut needs = vec![Need::of(action, resource(context, input))];
    if let Some(alias) = input.optional("AliasName") {
        needs.push(Need::of(action, context.arn("kms", alias)));
    }
    if operation_of(action) == "CreateKey" && !input["Tags"].is_null() {
        needs.push(Need::of("kms:TagResource", "*".to_owned()));
    }
    Ok(needs)
}

fn resource(context: &Context<'_>, input: &Value) -> Resource {
    let given = ["KeyId", "TargetKeyId", "AliasName"].into_iter().find_map(|member| input.optional(member));
    match given.map(|given| named(context, given)) {
        Some(Ok((id, key))) => Resource { arn: arn(context, &id), policy: policy_of(&key) },
        // What is not there is asked for, too.
        Some(Err(_)) => Resource::from(arn(context, "-")),
        None => Resource::from("*".to_owned()),
    }
}

fn policy_of(key: &Value) -> Value {
    key["policy"].as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// Whether somebody may use a key by way of another service, `s3`. A key of another account is its owner's to refuse.
///
/// # Errors
/// `AccessDeniedException`; a key that is not there, is disabled, or waits for its deletion.
pub(crate) fn permit_use(context: &Context<'_>, caller: &Caller, action: &str, key: &str, via: &str) -> Result<()> {
    if is_elsewhere(context, key) {
        return Ok(());
    }
    let (id, document) = named(context, key)?;
    usable(context, &id, &document)?;
    let resource = Resource { arn: arn(context, &id), policy: policy_of(&document) };
    if document["state"] == "Disabled" {
        return Err(ApiError::new("DisabledException", format!("{} is disabled.", resource.arn)));
    }
    let via = format!("{via}.{}.amazonaws.com", context.region);
    let alias = aliases::of(context, &id)?.into_iter().next();
    let mut keys = vec![("kms:ViaService", via.as_str()), ("kms:CallerAccount", context.account)];
    keys.extend(alias.as_deref().map(|alias| ("kms:ResourceAliases", alias)));
    permit_delegated(context, caller, action, &resource, &keys)
}

/// Whether a key's policy lets a service use it on its own behalf. One that is not there, or not usable, lets nobody.
pub(crate) fn lets_service(
    context: &Context<'_>,
    service: &str,
    action: &str,
    key: &str,
    keys: &[(&str, &str)],
) -> Result<bool> {
    if is_elsewhere(context, key) {
        return Ok(true);
    }
    let Ok((id, document)) = named(context, key) else { return Ok(false) };
    let usable = usable(context, &id, &document).is_ok() && document["state"] == "Enabled";
    let resource = Resource { arn: arn(context, &id), policy: policy_of(&document) };
    Ok(usable && policy_lets_service(service, action, &resource, keys))
}

/// Whether an ARN is of another account, or of another region.
fn is_elsewhere(context: &Context<'_>, key: &str) -> bool {
    key.starts_with("arn:") && !key.starts_with(&context.arn("kms", ""))
}

/// What AWS gives a key that is made without one: the account's own policies decide.
fn default_policy(context: &Context<'_>) -> String {
    let root = context.global_arn("iam", "root");
    json!({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [{
        "Sid": "Enable IAM User Permissions", "Effect": "Allow", "Principal": {"AWS": root},
        "Action": "kms:*", "Resource": "*",
    }]})
    .to_string()
}

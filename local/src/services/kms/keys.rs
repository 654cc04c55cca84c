//! Keys as such, and their policies.

use super::{KEYS, arn, default_policy, existing, find, invalid, keep, listed, named, tagging, usable};
use crate::api_error::{ApiError, Result};
use crate::caller::Caller;
use crate::context::{Context, new_uuid};
use crate::service::{Input as _, Resource};
use crate::services::iam::permit_delegated;
use serde_json::{Value, json};

pub(super) fn create_key(context: &Context<'_>, input: &Value) -> Result<Value> {
    for (name, only) in [("KeyUsage", "ENCRYPT_DECRYPT"), ("KeySpec", "SYMMETRIC_DEFAULT"), ("Origin", "AWS_KMS")] {
        if input.optional(name).is_some_and(|given| given != only) {
            return Err(ApiError::new("UnsupportedOperationException", format!("Local AWS has {name} {only} alone")));
        }
    }
    let id = new_uuid();
    let policy = input.optional("Policy").map_or_else(|| default_policy(context), str::to_owned);
    check_policy(context, &id, &policy)?;
    let key = json!({
        "description": input.optional("Description").unwrap_or_default(),
        "state": "Enabled",
        "created": context.epoch(),
        "policy": policy,
        "rotation": false,
    });
    context.put(KEYS, &id, &key)?;
    tagging::add(context, &id, &input["Tags"])?;
    Ok(json!({"KeyMetadata": describe(context, &id, &key)}))
}

fn describe(context: &Context<'_>, id: &str, key: &Value) -> Value {
    let mut all = json!({
        "AWSAccountId": context.account,
        "KeyId": id,
        "Arn": arn(context, id),
        "CreationDate": key["created"],
        "Enabled": key["state"] == "Enabled" && key["deletion"].is_null(),
        "Description": key["description"],
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": if key["deletion"].is_null() { key["state"].clone() } else { "PendingDeletion".into() },
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "MultiRegion": false,
    });
    if let Some(at) = key["deletion"].as_i64() {
        all["DeletionDate"] = (at as f64 / 1000.0).into();
    }
    all
}

pub(super) fn describe_key(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, key) = named(context, input.text("KeyId")?)?;
    Ok(json!({"KeyMetadata": describe(context, &id, &key)}))
}

pub(super) fn list_keys(context: &Context<'_>, input: &Value) -> Result<Value> {
    let mut all = vec![];
    for (id, _) in context.list(KEYS, "")? {
        if find(context, &id)?.is_some() {
            all.push(json!({"KeyId": id, "KeyArn": arn(context, &id)}));
        }
    }
    listed(context, input, "Keys", all)
}

pub(super) fn update_key_description(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut key) = existing(context, input)?;
    usable(context, &id, &key)?;
    key["description"] = input.optional("Description").unwrap_or_default().into();
    keep(context, &id, &key)
}

pub(super) fn get_key_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (_, key) = existing(context, input)?;
    Ok(json!({"Policy": key["policy"], "PolicyName": "default"}))
}

pub(super) fn put_key_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut key) = existing(context, input)?;
    let policy = input.text("Policy")?;
    check_policy(context, &id, policy)?;
    key["policy"] = policy.into();
    keep(context, &id, &key)
}

/// "The key policy must allow the calling principal to make a subsequent PutKeyPolicy request on the KMS key."
fn check_policy(context: &Context<'_>, id: &str, text: &str) -> Result<()> {
    let malformed = |message: &str| ApiError::new("MalformedPolicyDocumentException", message);
    let policy: Value = serde_json::from_str(text).map_err(|_| malformed("The policy is not valid JSON"))?;
    let statements = policy["Statement"].as_array().ok_or_else(|| malformed("The policy has no statements"))?;
    let whole = |one: &Value| ["Effect", "Principal", "Action", "Resource"].iter().all(|name| !one[name].is_null());
    if !statements.iter().all(whole) {
        return Err(malformed("A statement has no effect, principal, action or resource"));
    }
    let resource = Resource { arn: arn(context, id), policy };
    permit_delegated(context, &Caller::User, "kms:PutKeyPolicy", &resource, &[])
        .map_err(|_| malformed("The new key policy will not allow you to update the key policy in the future."))
}

/// What an alias may be called.
pub(super) fn check_alias(name: &str) -> Result<()> {
    let body = name.strip_prefix("alias/").ok_or_else(|| invalid("Alias must start with the prefix \"alias/\""))?;
    if body.starts_with("aws/") {
        return Err(ApiError::new("NotAuthorizedException", "The prefix alias/aws/ is AWS's own"));
    }
    Ok(())
}

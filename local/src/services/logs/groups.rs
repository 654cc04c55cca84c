//! Log groups.

use super::{GROUPS, arn, existing, invalid, not_found};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input;
use crate::services::kms;
use crate::tags::{read_map, write_map};
use serde_json::{Value, json};

/// The values that CloudWatch Logs takes, in days.
const RETENTIONS: &[i64] =
    &[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

pub(super) fn create_log_group(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("logGroupName")?;
    if context.get(GROUPS, name)?.is_some() {
        return Err(ApiError::new("ResourceAlreadyExistsException", "The specified log group already exists"));
    }
    let mut created = json!({"creationTime": context.now.as_millisecond()});
    if let Some(key) = input.optional("kmsKeyId") {
        check_key(context, name, key)?;
        created["kmsKeyId"] = key.into();
    }
    context.put(GROUPS, name, &created)?;
    context.add_tags(&arn(context, name), read_map(&input["tags"]), invalid)?;
    Ok(Value::Null)
}

pub(super) fn delete_log_group(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = existing(context, input)?;
    context.remove(GROUPS, name)?;
    super::events::forget(context, name)?;
    context.forget_tags(&arn(context, name))?;
    Ok(Value::Null)
}

pub(super) fn describe_log_groups(context: &Context<'_>, input: &Value) -> Result<Value> {
    let prefix = input.optional("logGroupNamePrefix").unwrap_or_default();
    let pattern = input.optional("logGroupNamePattern").unwrap_or_default();
    let mut all = context.list(GROUPS, prefix)?;
    all.retain(|(name, _)| name.contains(pattern));
    let limit = input.number("limit").and_then(|limit| usize::try_from(limit).ok());
    let bad_token = || invalid("The specified nextToken is invalid.");
    let page = context.page(all, input.optional("nextToken"), limit, 50, bad_token)?;
    let groups = page.items.into_iter().map(|(name, group)| describe(context, &name, &group));
    Ok(json!({"logGroups": groups.collect::<Vec<_>>(), "nextToken": page.next}))
}

fn describe(context: &Context<'_>, name: &str, group: &Value) -> Value {
    let arn = arn(context, name);
    let mut all = json!({
        "logGroupName": name,
        "creationTime": group["creationTime"],
        "metricFilterCount": 0,
        "arn": format!("{arn}:*"),
        "logGroupArn": arn,
        "storedBytes": 0,
        "logGroupClass": "STANDARD",
    });
    if let Some(days) = group["retentionInDays"].as_i64() {
        all["retentionInDays"] = days.into();
    }
    if let Some(key) = group["kmsKeyId"].as_str() {
        all["kmsKeyId"] = key.into();
    }
    all
}

/// The key's policy has to let CloudWatch Logs encrypt the group with it.
pub(super) fn associate_kms_key(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = existing(context, input)?;
    let key = input.text("kmsKeyId")?;
    check_key(context, name, key)?;
    change(context, name, |group| group["kmsKeyId"] = key.into())
}

pub(super) fn disassociate_kms_key(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = existing(context, input)?;
    change(context, name, |group| group["kmsKeyId"] = Value::Null)
}

fn check_key(context: &Context<'_>, name: &str, key: &str) -> Result<()> {
    let service = format!("logs.{}.amazonaws.com", context.region);
    let about = [("kms:EncryptionContext:aws:logs:arn", arn(context, name))];
    let about: Vec<_> = about.iter().map(|(key, value)| (*key, value.as_str())).collect();
    match kms::lets_service(context, &service, "kms:Encrypt", key, &about)? {
        true => Ok(()),
        false => Err(invalid("The specified KMS key does not exist or is not allowed to be used with LogGroup")),
    }
}

pub(super) fn put_retention_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = existing(context, input)?;
    let days = input.number("retentionInDays").filter(|days| RETENTIONS.contains(days));
    let days = days.ok_or_else(|| invalid(format!("Retention must be one of {RETENTIONS:?}")))?;
    change(context, name, |group| group["retentionInDays"] = days.into())
}

pub(super) fn delete_retention_policy(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = existing(context, input)?;
    change(context, name, |group| group["retentionInDays"] = Value::Null)
}

fn change(context: &Context<'_>, name: &str, edit: impl FnOnce(&mut Value)) -> Result<Value> {
    let mut group = context.get(GROUPS, name)?.ok_or_else(|| not_found("log group"))?;
    edit(&mut group);
    context.put(GROUPS, name, &group)?;
    Ok(Value::Null)
}

/// The group that an ARN names, with or without the `:*` at its end.
fn tagged(context: &Context<'_>, input: &Value) -> Result<String> {
    let wanted = input.text("resourceArn")?.trim_end_matches(":*");
    let name = wanted.strip_prefix(&arn(context, "")).ok_or_else(|| invalid("The ARN is not one of a log group"))?;
    context.get(GROUPS, name)?.ok_or_else(|| not_found("log group"))?;
    Ok(wanted.to_owned())
}

pub(super) fn tag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.add_tags(&tagged(context, input)?, read_map(&input["tags"]), invalid)?;
    Ok(Value::Null)
}

pub(super) fn untag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.remove_tags(&tagged(context, input)?, &input.texts("tagKeys"), invalid)?;
    Ok(Value::Null)
}

pub(super) fn list_tags_for_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    Ok(json!({"tags": write_map(&context.tags(&tagged(context, input)?)?)}))
}

pub(super) fn list_tags_log_group(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = existing(context, input)?;
    Ok(json!({"tags": write_map(&context.tags(&arn(context, name))?)}))
}

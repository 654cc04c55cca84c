//! What becomes of a key: turned off and on, rotated, deleted after a time in which it can be kept.

use super::{arn, existing, invalid, keep, usable};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input as _;
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60 * 1000;

pub(super) fn enable_key(context: &Context<'_>, input: &Value) -> Result<Value> {
    set(context, input, "state", "Enabled".into())
}

pub(super) fn disable_key(context: &Context<'_>, input: &Value) -> Result<Value> {
    set(context, input, "state", "Disabled".into())
}

pub(super) fn enable_key_rotation(context: &Context<'_>, input: &Value) -> Result<Value> {
    let days = input.number("RotationPeriodInDays").unwrap_or(365);
    set(context, input, "period", days.into())?;
    set(context, input, "rotation", true.into())
}

pub(super) fn disable_key_rotation(context: &Context<'_>, input: &Value) -> Result<Value> {
    set(context, input, "rotation", false.into())
}

fn set(context: &Context<'_>, input: &Value, field: &str, value: Value) -> Result<Value> {
    let (id, mut key) = existing(context, input)?;
    usable(context, &id, &key)?;
    key[field] = value;
    keep(context, &id, &key)
}

pub(super) fn get_key_rotation_status(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, key) = existing(context, input)?;
    let rotated = key["rotation"] == true && key["deletion"].is_null();
    let mut status = json!({"KeyId": arn(context, &id), "KeyRotationEnabled": rotated});
    if rotated {
        status["RotationPeriodInDays"] = key["period"].clone();
    }
    Ok(status)
}

pub(super) fn schedule_key_deletion(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut key) = existing(context, input)?;
    usable(context, &id, &key)?;
    let days = input.number("PendingWindowInDays").unwrap_or(30);
    if !(7..=30).contains(&days) {
        return Err(invalid("PendingWindowInDays has to be from 7 to 30"));
    }
    let at = context.now.as_millisecond() + days * DAY;
    key["deletion"] = at.into();
    keep(context, &id, &key)?;
    Ok(json!({
        "KeyId": arn(context, &id),
        "DeletionDate": at as f64 / 1000.0,
        "KeyState": "PendingDeletion",
        "PendingWindowInDays": days,
    }))
}

/// "After this operation completes, the key state of the KMS key is Disabled."
pub(super) fn cancel_key_deletion(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, mut key) = existing(context, input)?;
    if key["deletion"].is_null() {
        let message = format!("{} is not pending deletion.", arn(context, &id));
        return Err(ApiError::new("KMSInvalidStateException", message));
    }
    key["deletion"] = Value::Null;
    key["state"] = "Disabled".into();
    keep(context, &id, &key)?;
    Ok(json!({"KeyId": arn(context, &id)}))
}

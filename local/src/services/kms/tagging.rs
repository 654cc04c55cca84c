//! Tags of keys. KMS calls their parts `TagKey` and `TagValue`.

use super::{arn, existing, listed, usable};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input as _;
use crate::tags::Tags;
use serde_json::{Value, json};

fn refuse(message: String) -> ApiError {
    ApiError::new("TagException", message)
}

pub(super) fn add(context: &Context<'_>, id: &str, tags: &Value) -> Result<()> {
    let text = |tag: &Value, name: &str| tag[name].as_str().unwrap_or_default().to_owned();
    let tags = tags.as_array().into_iter().flatten();
    let tags: Tags = tags.map(|tag| (text(tag, "TagKey"), text(tag, "TagValue"))).collect();
    context.add_tags(&arn(context, id), tags, refuse)
}

pub(super) fn tag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, key) = existing(context, input)?;
    usable(context, &id, &key)?;
    add(context, &id, &input["Tags"]).map(|()| Value::Null)
}

pub(super) fn untag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, key) = existing(context, input)?;
    usable(context, &id, &key)?;
    context.remove_tags(&arn(context, &id), &input.texts("TagKeys"), refuse).map(|()| Value::Null)
}

pub(super) fn list_resource_tags(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (id, _) = existing(context, input)?;
    let tags = context.tags(&arn(context, &id))?.into_iter();
    listed(context, input, "Tags", tags.map(|(key, value)| json!({"TagKey": key, "TagValue": value})).collect())
}

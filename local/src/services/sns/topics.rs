//! Topics and their tags.

use super::{SUBSCRIPTIONS, TOPICS, entries, existing, invalid, name_in, topic_arn};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input as _;
use crate::tags::{read_list, write_list};
use serde_json::{Value, json};

/// What a topic may be told with `SetTopicAttributes`, as far as it is here.
const SETTABLE: [&str; 5] = ["DisplayName", "Policy", "DeliveryPolicy", "KmsMasterKeyId", "TracingConfig"];
const PAGE: usize = 100;

fn check_name(name: &str) -> Result<()> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    match (1..=256).contains(&name.len()) && name.chars().all(allowed) {
        true => Ok(()),
        false => Err(invalid("Topic Name")),
    }
}

/// Of one that is there with the same attributes and tags it gives the ARN.
pub(super) fn create_topic(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("Name")?;
    check_name(name)?;
    let (arn, asked, tags) = (topic_arn(context, name), entries(&input["Attributes"]), read_list(&input["Tags"]));
    if let Some(topic) = context.get(TOPICS, name)? {
        if asked.iter().any(|(name, value)| topic[name] != *value) {
            return Err(invalid("Attributes Reason: Topic already exists with different attributes"));
        }
        // Without tags it is not asked about them (localstack#2405).
        let known = context.tags(&arn)?;
        if tags.iter().any(|(key, value)| known.get(key) != Some(value)) {
            return Err(invalid("Tags Reason: Topic already exists with different tags"));
        }
        return Ok(json!({"TopicArn": arn}));
    }
    if let Some(unknown) = asked.keys().find(|name| !SETTABLE.contains(&name.as_str())) {
        return Err(invalid(format!("Attributes Reason: Unknown attribute {unknown}")));
    }
    context.put(TOPICS, name, &Value::Object(asked))?;
    context.add_tags(&arn, tags, invalid)?;
    Ok(json!({"TopicArn": arn}))
}

/// Its subscriptions go with it. Deleting one that is not there succeeds.
pub(super) fn delete_topic(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = name_in(context, input.text("TopicArn")?)?;
    for (key, _) in context.list(SUBSCRIPTIONS, &format!("{name}/"))? {
        context.remove(SUBSCRIPTIONS, &key)?;
    }
    context.remove(TOPICS, name)?;
    context.forget_tags(&topic_arn(context, name))?;
    Ok(Value::Null)
}

pub(super) fn list_topics(context: &Context<'_>, input: &Value) -> Result<Value> {
    let all = context.list(TOPICS, "")?;
    let page = context.page(all, input.optional("NextToken"), None, PAGE, || invalid("NextToken"))?;
    let topics: Vec<_> = page.items.iter().map(|(name, _)| json!({"TopicArn": topic_arn(context, name)})).collect();
    Ok(json!({"Topics": topics, "NextToken": page.next}))
}

/// The policy that a topic gets by itself: its owner's.
fn default_policy(context: &Context<'_>, arn: &str) -> String {
    let actions = [
        "SNS:GetTopicAttributes",
        "SNS:SetTopicAttributes",
        "SNS:AddPermission",
        "SNS:RemovePermission",
        "SNS:DeleteTopic",
        "SNS:Subscribe",
        "SNS:ListSubscriptionsByTopic",
        "SNS:Publish",
    ];
    json!({
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [{
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": actions,
            "Resource": arn,
            "Condition": {"StringEquals": {"AWS:SourceOwner": context.account}},
        }],
    })
    .to_string()
}

pub(super) fn get_topic_attributes(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, topic) = existing(context, input, "TopicArn")?;
    let arn = topic_arn(context, &name);
    let subscriptions = context.list(SUBSCRIPTIONS, &format!("{name}/"))?;
    let confirmed = subscriptions.iter().filter(|(_, one)| one["confirmed"] == true).count();
    let mut all = entries(&topic);
    all.entry("Policy").or_insert_with(|| default_policy(context, &arn).into());
    all.entry("DisplayName").or_insert_with(|| "".into());
    for (name, value) in [
        ("TopicArn", arn),
        ("Owner", context.account.to_owned()),
        ("SubscriptionsConfirmed", confirmed.to_string()),
        ("SubscriptionsPending", (subscriptions.len() - confirmed).to_string()),
        ("SubscriptionsDeleted", "0".to_owned()),
    ] {
        all.insert(name.to_owned(), value.into());
    }
    Ok(json!({"Attributes": all}))
}

pub(super) fn set_topic_attributes(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, mut topic) = existing(context, input, "TopicArn")?;
    let attribute = input.text("AttributeName")?;
    if !SETTABLE.contains(&attribute) {
        return Err(invalid("AttributeName"));
    }
    topic[attribute] = input.optional("AttributeValue").unwrap_or_default().into();
    context.put(TOPICS, &name, &topic)?;
    Ok(Value::Null)
}

/// The ARN in a request, if it is one of a topic that is there.
fn tagged(context: &Context<'_>, input: &Value) -> Result<String> {
    let missing = || ApiError::new("ResourceNotFound", "Resource does not exist").with_status(404);
    let (name, _) = existing(context, input, "ResourceArn").map_err(|_| missing())?;
    Ok(topic_arn(context, &name))
}

pub(super) fn tag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.add_tags(&tagged(context, input)?, read_list(&input["Tags"]), invalid)?;
    Ok(json!({}))
}

pub(super) fn untag_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    context.remove_tags(&tagged(context, input)?, &input.texts("TagKeys"), invalid)?;
    Ok(json!({}))
}

pub(super) fn list_tags_for_resource(context: &Context<'_>, input: &Value) -> Result<Value> {
    Ok(json!({"Tags": write_list(&context.tags(&tagged(context, input)?)?)}))
}

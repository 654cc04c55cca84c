//! Who is told: a subscription by mail waits until its link was followed.

use super::sent::{Sent, keep};
use super::{SUBSCRIPTIONS, TOPICS, existing, invalid, name_in, topic_arn};
use crate::api_error::{ApiError, Result};
use crate::context::{Context, new_id, new_uuid};
use crate::service::Input as _;
use serde_json::{Value, json};

const PROTOCOLS: [&str; 9] =
    ["http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"];
/// Those that somebody has to agree to first.
const CONFIRMED: [&str; 4] = ["http", "https", "email", "email-json"];
const PENDING: &str = "PendingConfirmation";
const PAGE: usize = 100;

fn arn(context: &Context<'_>, key: &str) -> String {
    topic_arn(context, &key.replace('/', ":"))
}

/// The key of the subscription that an ARN names.
fn key_in(context: &Context<'_>, arn: &str) -> Result<String> {
    let rest = arn.strip_prefix(&topic_arn(context, "")).and_then(|rest| rest.split_once(':'));
    let (topic, id) = rest.ok_or_else(|| invalid("SubscriptionArn Reason: An ARN must have at least 6 elements"))?;
    Ok(format!("{topic}/{id}"))
}

fn not_found() -> ApiError {
    ApiError::new("NotFound", "Subscription does not exist").with_status(404)
}

fn shown(context: &Context<'_>, key: &str, one: &Value) -> Value {
    let topic = key.split('/').next().unwrap_or_default();
    let arn = if one["confirmed"] == true { arn(context, key) } else { PENDING.to_owned() };
    json!({
        "SubscriptionArn": arn,
        "Owner": context.account,
        "Protocol": one["protocol"],
        "Endpoint": one["endpoint"],
        "TopicArn": topic_arn(context, topic),
    })
}

/// Subscribing once more is answered with what there is; where it waits, its link comes again.
pub(super) fn subscribe(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (topic, _) = existing(context, input, "TopicArn")?;
    let (protocol, endpoint) = (input.text("Protocol")?, input.optional("Endpoint").unwrap_or_default());
    if !PROTOCOLS.contains(&protocol) {
        return Err(invalid(format!("Protocol Reason: Does not support this protocol string: {protocol}")));
    }
    if endpoint.is_empty() || (protocol.starts_with("email") && !endpoint.contains('@')) {
        return Err(invalid("Email address"));
    }
    let all = context.list(SUBSCRIPTIONS, &format!("{topic}/"))?;
    let known = all.into_iter().find(|(_, one)| one["protocol"] == protocol && one["endpoint"] == endpoint);
    let (key, one) = known.unwrap_or_else(|| {
        let one = json!({"protocol": protocol, "endpoint": endpoint, "token": new_id(64),
            "confirmed": !CONFIRMED.contains(&protocol)});
        (format!("{topic}/{}", new_uuid()), one)
    });
    context.put(SUBSCRIPTIONS, &key, &one)?;
    let confirmed = one["confirmed"] == true;
    if !confirmed {
        ask(context, &topic, &one)?;
    }
    let told = confirmed || input["ReturnSubscriptionArn"] == true;
    let arn = if told { arn(context, &key) } else { "pending confirmation".to_owned() };
    Ok(json!({"SubscriptionArn": arn}))
}

/// The mail with the link.
fn ask(context: &Context<'_>, topic: &str, one: &Value) -> Result<()> {
    let topic = topic_arn(context, topic);
    let token = one["token"].as_str().unwrap_or_default();
    let body = format!(
        "You have chosen to subscribe to the topic:\n{topic}\n\nTo confirm this subscription: \
         aws sns confirm-subscription --topic-arn {topic} --token {token}"
    );
    let to = one["endpoint"].as_str().unwrap_or_default();
    keep(context, &Sent { topic: &topic, to, subject: "AWS Notification - Subscription Confirmation", body: &body })
}

pub(super) fn confirm_subscription(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (topic, _) = existing(context, input, "TopicArn")?;
    let token = input.text("Token")?;
    let all = context.list(SUBSCRIPTIONS, &format!("{topic}/"))?;
    let (key, mut one) = all.into_iter().find(|(_, one)| one["token"] == token).ok_or_else(|| invalid("Token"))?;
    one["confirmed"] = true.into();
    context.put(SUBSCRIPTIONS, &key, &one)?;
    Ok(json!({"SubscriptionArn": arn(context, &key)}))
}

/// "If you call Unsubscribe on a pending subscription", it stays until it goes by itself.
pub(super) fn unsubscribe(context: &Context<'_>, input: &Value) -> Result<Value> {
    let key = key_in(context, input.text("SubscriptionArn")?)?;
    match context.get(SUBSCRIPTIONS, &key)? {
        Some(one) if one["confirmed"] == true => context.remove(SUBSCRIPTIONS, &key).map(|_| Value::Null),
        Some(_) => Err(invalid("SubscriptionArn Reason: This operation does not support pending subscriptions")),
        None => Ok(Value::Null),
    }
}

fn list(context: &Context<'_>, input: &Value, prefix: &str) -> Result<Value> {
    let all = context.list(SUBSCRIPTIONS, prefix)?;
    let page = context.page(all, input.optional("NextToken"), None, PAGE, || invalid("NextToken"))?;
    let all: Vec<_> = page.items.iter().map(|(key, one)| shown(context, key, one)).collect();
    Ok(json!({"Subscriptions": all, "NextToken": page.next}))
}

pub(super) fn list_subscriptions(context: &Context<'_>, input: &Value) -> Result<Value> {
    list(context, input, "")
}

pub(super) fn list_subscriptions_by_topic(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (topic, _) = existing(context, input, "TopicArn")?;
    list(context, input, &format!("{topic}/"))
}

pub(super) fn get_subscription_attributes(context: &Context<'_>, input: &Value) -> Result<Value> {
    let key = key_in(context, input.text("SubscriptionArn")?)?;
    let one = context.get(SUBSCRIPTIONS, &key)?.ok_or_else(not_found)?;
    let topic = topic_arn(context, name_in(context, input.text("SubscriptionArn")?)?);
    Ok(json!({"Attributes": {
        "SubscriptionArn": arn(context, &key),
        "TopicArn": topic,
        "Owner": context.account,
        "Protocol": one["protocol"],
        "Endpoint": one["endpoint"],
        "PendingConfirmation": (one["confirmed"] != true).to_string(),
        "RawMessageDelivery": "false",
    }}))
}

/// To whom a message of a topic goes: protocol and endpoint.
pub(super) fn told(context: &Context<'_>, topic: &str) -> Result<Vec<String>> {
    if context.get(TOPICS, topic)?.is_none() {
        return Ok(vec![]);
    }
    let all = context.list(SUBSCRIPTIONS, &format!("{topic}/"))?;
    let told = all.into_iter().filter(|(_, one)| one["confirmed"] == true);
    Ok(told.map(|(_, one)| one["endpoint"].as_str().unwrap_or_default().to_owned()).collect())
}

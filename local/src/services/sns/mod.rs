//! Simple Notification Service: topics, who is subscribed to them, and what they are told.
//!
//! Nothing is sent from here: what AWS would send lies in the record of [`sent`], a mail with the link that confirms a
//! subscription as well as a message.

mod publish;
mod sent;
mod subscriptions;
mod topics;

pub(crate) use publish::publish_by_alarm;
pub(crate) use sent::{mail, sent};

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::model;
use crate::service::{Input, Need, Protocol, Service, operation_of};
use serde_json::{Map, Value};

pub(crate) static SERVICE: Service = Service {
    scope: "sns",
    prefix: "sns",
    protocol: Protocol::Query { namespace: "http://sns.amazonaws.com/doc/2010-03-31/", maps: &["Attributes"] },
    model: &model::SNS,
    operations: &[
        ("CreateTopic", topics::create_topic),
        ("DeleteTopic", topics::delete_topic),
        ("ListTopics", topics::list_topics),
        ("GetTopicAttributes", topics::get_topic_attributes),
        ("SetTopicAttributes", topics::set_topic_attributes),
        ("TagResource", topics::tag_resource),
        ("UntagResource", topics::untag_resource),
        ("ListTagsForResource", topics::list_tags_for_resource),
        ("Subscribe", subscriptions::subscribe),
        ("ConfirmSubscription", subscriptions::confirm_subscription),
        ("Unsubscribe", subscriptions::unsubscribe),
        ("ListSubscriptions", subscriptions::list_subscriptions),
        ("ListSubscriptionsByTopic", subscriptions::list_subscriptions_by_topic),
        ("GetSubscriptionAttributes", subscriptions::get_subscription_attributes),
        ("Publish", publish::publish),
    ],
    needs,
    whole: None,
};

/// Key: the topic's name. Its attributes, as text.
const TOPICS: &str = "sns.topic";
/// Key: the topic's name, and the id of the subscription after a slash.
const SUBSCRIPTIONS: &str = "sns.subscription";

fn invalid(message: impl std::fmt::Display) -> ApiError {
    ApiError::new("InvalidParameter", format!("Invalid parameter: {message}"))
}

fn topic_arn(context: &Context<'_>, name: &str) -> String {
    context.arn("sns", name)
}

/// The name in the ARN of a topic of this region.
fn name_in<'a>(context: &Context<'_>, arn: &'a str) -> Result<&'a str> {
    let name = arn.strip_prefix(&topic_arn(context, "")).and_then(|rest| rest.split(':').next());
    name.filter(|name| !name.is_empty()).ok_or_else(|| invalid("TopicArn"))
}

/// The topic that `field` names.
fn existing(context: &Context<'_>, input: &Value, field: &str) -> Result<(String, Value)> {
    let name = name_in(context, input.text(field)?)?.to_owned();
    match context.get(TOPICS, &name)? {
        Some(topic) => Ok((name, topic)),
        None => Err(ApiError::new("NotFound", "Topic does not exist").with_status(404)),
    }
}

/// What stands in a map of a request.
fn entries(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// To make a topic with tags one has to be allowed `sns:TagResource` as well.
fn needs(context: &Context<'_>, action: &str, input: &Value) -> Result<Vec<Need>> {
    let resource = resource(context, input);
    let tagging = operation_of(action) == "CreateTopic" && !input["Tags"].is_null();
    let also = tagging.then(|| Need::of("sns:TagResource", resource.clone()));
    Ok([Need::of(action, resource)].into_iter().chain(also).collect())
}

/// A topic is its own resource for IAM; a subscription is asked for by its topic.
fn resource(context: &Context<'_>, input: &Value) -> String {
    let named = ["TopicArn", "ResourceArn", "SubscriptionArn"].into_iter().find_map(|field| input.optional(field));
    let of_topic = |arn: &str| arn.splitn(7, ':').take(6).collect::<Vec<_>>().join(":");
    let arn = named.map(of_topic).or_else(|| Some(topic_arn(context, input.optional("Name")?)));
    arn.unwrap_or_else(|| "*".to_owned())
}

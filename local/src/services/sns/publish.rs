//! What topics are told, and to whom it would go.

use super::sent::{Sent, keep};
use super::subscriptions::told;
use super::{existing, name_in, topic_arn};
use crate::api_error::Result;
use crate::context::{Context, new_uuid};
use crate::service::Input as _;
use serde_json::{Value, json};

fn tell(context: &Context<'_>, topic: &str, subject: &str, body: &str) -> Result<()> {
    let arn = topic_arn(context, topic);
    told(context, topic)?.iter().try_for_each(|to| keep(context, &Sent { topic: &arn, to, subject, body }))
}

pub(super) fn publish(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (topic, _) = existing(context, input, "TopicArn")?;
    let subject = input.optional("Subject").unwrap_or("AWS Notification Message");
    tell(context, &topic, subject, input.text("Message")?)?;
    Ok(json!({"MessageId": new_uuid()}))
}

/// As CloudWatch does for an alarm: a topic of the same account lets it, and of one that is not there nobody hears.
pub(crate) fn publish_by_alarm(context: &Context<'_>, arn: &str, subject: &str, body: &str) -> Result<()> {
    match name_in(context, arn) {
        Ok(topic) => tell(context, topic, subject, body),
        Err(_) => Ok(()),
    }
}

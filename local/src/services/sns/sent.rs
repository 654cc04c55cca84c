//! What AWS would send, kept for whoever looks.

use crate::api_error::Result;
use crate::context::{Context, new_uuid};
use crate::core::Core;
use serde_json::{Value, json};

/// Key: when, and an id. What would have been sent.
const SENT: &str = "sns.sent";
/// So many are kept.
const KEPT: usize = 200;

pub(super) struct Sent<'a> {
    pub(super) topic: &'a str,
    pub(super) to: &'a str,
    pub(super) subject: &'a str,
    pub(super) body: &'a str,
}

/// Writes down what AWS would send.
pub(super) fn keep(context: &Context<'_>, sent: &Sent<'_>) -> Result<()> {
    let Sent { topic, to, subject, body } = sent;
    let one = json!({"at": context.iso(), "topic": topic, "to": to, "subject": subject, "body": body});
    context.put(SENT, &format!("{:014}-{}", context.now.as_millisecond(), new_uuid()), &one)?;
    let all = context.list(SENT, "")?;
    for (key, _) in all.iter().take(all.len().saturating_sub(KEPT)) {
        context.remove(SENT, key)?;
    }
    Ok(())
}

/// A mail of another service, with subject and body, that goes past all topics: `from` is what it is about.
pub(crate) fn mail(context: &Context<'_>, from: &str, to: &str, (subject, body): (&str, &str)) -> Result<()> {
    keep(context, &Sent { topic: from, to, subject, body })
}

/// What would have been sent, of all regions, the earliest first.
pub(crate) fn sent(core: &Core) -> Vec<Value> {
    let mut all: Vec<_> = core.store.read_all(SENT, "").unwrap_or_default().into_iter().map(|(_, one)| one).collect();
    all.sort_by(|one, other| one["at"].as_str().cmp(&other["at"].as_str()));
    all
}

//! SNS topic, with who is told by mail.
//!
//! A mail is sent once somebody has followed the link in the first one: until then a subscription is pending. It counts as
//! there, as only its owner can do more; AWS forgets it after some days, and an apply subscribes anew.

use super::managed::Managed;
use super::named::{Found, Named, ladders};
use super::tags::{Stamp, Tags};
use crate::aws::{Aws, Error, Expect, Result, pages, read, write};
use crate::engine::extra::{Extra, Removal};
use crate::engine::resource::Resource;
use crate::engine::value::Canonical as _;
use crate::names::Names;
use aws_sdk_sns::types::{Subscription, Tag};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

const EMAIL: &str = "email";
/// What stands in place of an ARN until the link was followed.
const PENDING: &str = "PendingConfirmation";

/// Where alarms are told, and which addresses hear them.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Topic {
    #[fixed]
    pub(crate) name: String,
    /// The addresses that mails go to. Subscriptions of other protocols are somebody's, and stay.
    #[sent]
    pub(crate) emails: BTreeSet<String>,
    #[tags]
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug)]
pub(crate) struct TopicOutputs {
    pub(crate) arn: String,
}

fn invalid(operation: &'static str, error: impl std::fmt::Display) -> Error {
    Error::new(operation, "InvalidRequest", &error.to_string())
}

fn written(tags: BTreeMap<String, String>, operation: &'static str) -> Result<Vec<Tag>> {
    let tags = tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    tags.collect::<std::result::Result<_, _>>().map_err(|error| invalid(operation, error))
}

/// By mail.
async fn subscriptions(aws: &Aws, arn: &str) -> Result<Vec<Subscription>> {
    let ask = |from: Option<String>| aws.sns.list_subscriptions_by_topic().topic_arn(arn).set_next_token(from).send();
    let pages = pages("sns:ListSubscriptionsByTopic", ask, |page| page.next_token()).await?;
    let all = pages.into_iter().flat_map(|page| page.subscriptions.unwrap_or_default());
    Ok(all.filter(|one| one.protocol() == Some(EMAIL)).collect())
}

fn is_pending(one: &Subscription) -> bool {
    one.subscription_arn() == Some(PENDING)
}

fn addresses<'a>(all: impl Iterator<Item = &'a Subscription>) -> BTreeSet<String> {
    all.filter_map(|one| one.endpoint().map(str::to_owned)).collect()
}

impl Resource for Topic {
    type World = Aws;
    type Outputs = TopicOutputs;
    const KIND: &'static str = "sns.topic";
    ladders!();
}

impl Named for Topic {
    fn name(&self) -> &str {
        &self.name
    }

    fn outputs(&self, names: &Names) -> TopicOutputs {
        TopicOutputs { arn: Self::arn(names, &self.name) }
    }

    fn arn(names: &Names, name: &str) -> String {
        names.arn("sns", name)
    }

    async fn read(aws: &Aws, name: &str) -> Result<Option<Found<Self>>> {
        let arn = Self::arn(&aws.names, name);
        let tags = read("sns:ListTagsForResource", || aws.sns.list_tags_for_resource().resource_arn(&arn).send());
        let (tags, all) = futures::join!(tags, subscriptions(aws, &arn));
        let (Some(tags), Some(all)) = (tags.absent()?, all.absent()?) else { return Ok(None) };
        let tags = tags.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value));
        let stamp = Stamp::read(&aws.names, tags);
        // One that waits can be taken off by nobody: beside one that was confirmed it does not count.
        let (waiting, confirmed): (Vec<_>, Vec<_>) = all.iter().partition(|one| is_pending(one));
        let pending = addresses(waiting.into_iter());
        let confirmed = addresses(confirmed.into_iter());
        let emails = if confirmed.is_empty() { pending.clone() } else { confirmed };
        let extras = pending.iter().map(|address| Extra {
            name: Cow::Borrowed("pending"),
            value: address.canonical(),
            usual: "".canonical(),
            meaning: "hears nothing until the link in AWS's mail is followed",
            removal: Removal::ByHand,
        });
        let extras = extras.collect();
        let resource = Self { name: name.to_owned(), emails, tags: stamp.tags.clone() };
        Ok(Some(Found { extras, ..Found::new(resource, stamp) }))
    }

    /// CreateTopic gives the ARN of one that is there: whose it is has to be looked at before.
    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        if Self::read(aws, &self.name).await?.is_some() {
            let message = format!("there is a topic `{}` already", self.name);
            return Err(Error::new("sns:CreateTopic", "ResourceAlreadyExistsException", &message));
        }
        let tags = written(tags.clone(), "sns:CreateTopic")?;
        write("sns:CreateTopic", || aws.sns.create_topic().name(&self.name).set_tags(Some(tags.clone())).send())
            .await
            .map(drop)
    }

    fn made(&self) -> Self {
        Self { emails: BTreeSet::new(), ..self.clone() }
    }

    async fn send(&self, _: (), aws: &Aws, _: &Self) -> Result<()> {
        let arn = Self::arn(&aws.names, &self.name);
        let all = subscriptions(aws, &arn).await?;
        let there = addresses(all.iter());
        for address in self.emails.difference(&there) {
            let subscribe = || aws.sns.subscribe().topic_arn(&arn).protocol(EMAIL).endpoint(address).send();
            write("sns:Subscribe", subscribe).await?;
        }
        let gone =
            |one: &&Subscription| !is_pending(one) && one.endpoint().is_some_and(|one| !self.emails.contains(one));
        for one in all.iter().filter(gone) {
            let arn = one.subscription_arn().unwrap_or_default();
            write("sns:Unsubscribe", || aws.sns.unsubscribe().subscription_arn(arn).send()).await.gone()?;
        }
        Ok(())
    }

    async fn tag(&self, aws: &Aws, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
        let arn = Self::arn(&aws.names, &self.name);
        if !removed.is_empty() {
            write("sns:UntagResource", || {
                aws.sns.untag_resource().resource_arn(&arn).set_tag_keys(Some(removed.clone())).send()
            })
            .await?;
        }
        let tags = written(tags, "sns:TagResource")?;
        write("sns:TagResource", || aws.sns.tag_resource().resource_arn(&arn).set_tags(Some(tags.clone())).send())
            .await
            .map(drop)
    }

    /// Its subscriptions go with it.
    async fn remove(&self, aws: &Aws) -> Result<()> {
        let arn = Self::arn(&aws.names, &self.name);
        write("sns:DeleteTopic", || aws.sns.delete_topic().topic_arn(&arn).send()).await.gone()
    }
}

//! EventBridge rule: calls a function on a schedule.
//!
//! It has one target of ours; those that somebody else added stay, and keep the rule from being deleted.

use super::fields::DESCRIBE_RULE;
use super::managed::Managed;
use super::named::{Found, Named, ladders};
use super::tags::{Stamp, Tags};
use crate::aws::{Aws, Error, Expect, Result, read, whole, write};
use crate::engine::extra::Extra;
use crate::engine::resource::Resource;
use crate::names::Names;
use aws_sdk_eventbridge::types::{RuleState, Tag, Target};
use std::collections::BTreeMap;

/// The id of our target.
const TARGET: &str = "pipectl";

/// Calls a function on a schedule.
#[derive(Clone, Debug, Managed)]
pub(crate) struct EventRule {
    #[fixed]
    pub(crate) name: String,
    /// When it fires: `rate(1 hour)`.
    #[sent(Definition)]
    pub(crate) schedule: String,
    /// Whether it fires. One that somebody turned off is turned on again.
    #[sent(Definition)]
    pub(crate) enabled: bool,
    #[sent(Definition)]
    pub(crate) description: String,
    /// What it calls.
    #[sent(Target)]
    pub(crate) function_arn: String,
    /// What the function is called with, as JSON.
    #[sent(Target)]
    pub(crate) input: String,
    #[tags]
    pub(crate) tags: Tags,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Definition,
    Target,
}

fn invalid(operation: &'static str, error: impl std::fmt::Display) -> Error {
    Error::new(operation, "InvalidRequest", &error.to_string())
}

fn written(tags: BTreeMap<String, String>, operation: &'static str) -> Result<Vec<Tag>> {
    let tags = tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    tags.collect::<std::result::Result<_, _>>().map_err(|error| invalid(operation, error))
}

impl EventRule {
    /// What is not sent is gone: each time all of it goes along. Tags are taken from the first time only.
    async fn put(&self, aws: &Aws, tags: Option<Vec<Tag>>) -> Result<()> {
        let state = if self.enabled { RuleState::Enabled } else { RuleState::Disabled };
        write("events:PutRule", || {
            aws.events
                .put_rule()
                .name(&self.name)
                .schedule_expression(&self.schedule)
                .state(state.clone())
                .description(&self.description)
                .set_tags(tags.clone())
                .send()
        })
        .await
        .map(drop)
    }

    /// EventBridge answers 200 to what it could not do, and counts it.
    async fn put_target(&self, aws: &Aws) -> Result<()> {
        let target = Target::builder().id(TARGET).arn(&self.function_arn).input(&self.input).build();
        let target = target.map_err(|error| invalid("events:PutTargets", error))?;
        let answer =
            write("events:PutTargets", || aws.events.put_targets().rule(&self.name).targets(target.clone()).send())
                .await?;
        let Some(failed) = answer.failed_entries().first() else { return Ok(()) };
        let (code, message) = (failed.error_code().unwrap_or("Failed"), failed.error_message().unwrap_or_default());
        Err(Error::new("events:PutTargets", code, message))
    }
}

impl Resource for EventRule {
    type World = Aws;
    type Outputs = ();
    const KIND: &'static str = "events.rule";
    const USES: &'static [&'static str] = &["lambda.function"];
    ladders!();
}

impl Named for EventRule {
    fn name(&self) -> &str {
        &self.name
    }

    fn outputs(&self, _: &Names) {}

    fn arn(names: &Names, name: &str) -> String {
        names.arn("events", &format!("rule/{name}"))
    }

    async fn read(aws: &Aws, name: &str) -> Result<Option<Found<Self>>> {
        let arn = Self::arn(&aws.names, name);
        let rule = whole("events:DescribeRule", |keep| {
            aws.events.describe_rule().name(name).customize().interceptor(keep).send()
        });
        let targets = read("events:ListTargetsByRule", || aws.events.list_targets_by_rule().rule(name).send());
        let tags = read("events:ListTagsForResource", || aws.events.list_tags_for_resource().resource_arn(&arn).send());
        let (rule, targets, tags) = futures::join!(rule, targets, tags);
        let (Some((rule, raw)), Some(targets), Some(tags)) = (rule.absent()?, targets.absent()?, tags.absent()?) else {
            return Ok(None);
        };
        let tags = tags.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value));
        let stamp = Stamp::read(&aws.names, tags);
        let target = targets.targets.unwrap_or_default().into_iter().find(|target| target.id == TARGET);
        let (function_arn, input) = target.map(|target| (target.arn, target.input)).unwrap_or_default();
        let resource = Self {
            name: name.to_owned(),
            schedule: rule.schedule_expression.unwrap_or_default(),
            enabled: rule.state == Some(RuleState::Enabled),
            description: rule.description.unwrap_or_default(),
            function_arn,
            input: input.unwrap_or_default(),
            tags: stamp.tags.clone(),
        };
        Ok(Some(Found { extras: DESCRIBE_RULE.extras(&raw), ..Found::new(resource, stamp) }))
    }

    /// PutRule makes a rule and changes one alike: whose it is has to be looked at before.
    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        if Self::read(aws, &self.name).await?.is_some() {
            let message = format!("there is a rule `{}` already", self.name);
            return Err(Error::new("events:PutRule", "ResourceAlreadyExistsException", &message));
        }
        self.put(aws, Some(written(tags.clone(), "events:PutRule")?)).await
    }

    fn made(&self) -> Self {
        Self { function_arn: String::new(), input: String::new(), ..self.clone() }
    }

    async fn send(&self, call: Call, aws: &Aws, _: &Self) -> Result<()> {
        match call {
            Call::Definition => self.put(aws, None).await,
            Call::Target => self.put_target(aws).await,
        }
    }

    /// What PutRule is not sent is gone.
    async fn put_back(&self, aws: &Aws, _: &Self, _: &[&Extra]) -> Result<()> {
        self.put(aws, None).await
    }

    async fn tag(&self, aws: &Aws, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
        let arn = Self::arn(&aws.names, &self.name);
        if !removed.is_empty() {
            write("events:UntagResource", || {
                aws.events.untag_resource().resource_arn(&arn).set_tag_keys(Some(removed.clone())).send()
            })
            .await?;
        }
        let tags = written(tags, "events:TagResource")?;
        write("events:TagResource", || aws.events.tag_resource().resource_arn(&arn).set_tags(Some(tags.clone())).send())
            .await
            .map(drop)
    }

    async fn remove(&self, aws: &Aws) -> Result<()> {
        write("events:RemoveTargets", || aws.events.remove_targets().rule(&self.name).ids(TARGET).send())
            .await
            .gone()?;
        write("events:DeleteRule", || aws.events.delete_rule().name(&self.name).send()).await.gone().map_err(|error| {
            match error.message().contains("has targets") {
                true => error.with_hint("somebody else added targets to it: take them away first"),
                false => error,
            }
        })
    }
}

//! S3 notification: tells the mover about what Firehose wrote.
//!
//! A bucket has one configuration for everybody, and a write takes the place of the whole. So ours is one
//! entry, known by its id; the others are read and written back as they are
//! (terraform-provider-aws#22147, aws-cli#1974).

use super::fields::GET_BUCKET_NOTIFICATION_CONFIGURATION;
use super::managed::Managed;
use crate::aws::{Aws, Error, Expect, Look, Patience, Result, call, until, whole, write};
use crate::engine::diff::{Attributes, Change};
use crate::engine::extra::{Extra, Removal};
use crate::engine::resource::{Live, Owner, Resource, Wanted};
use crate::engine::value::{Canonical as _, Value};
use crate::names::Names;
use aws_sdk_s3::operation::get_bucket_notification_configuration::GetBucketNotificationConfigurationOutput;
use aws_sdk_s3::types::{
    Event, FilterRule, FilterRuleName, LambdaFunctionConfiguration, NotificationConfiguration,
    NotificationConfigurationFilter, S3KeyFilter,
};
use futures::future::try_join_all;
use std::collections::BTreeSet;
use std::time::Duration;

/// For how long somebody else may keep writing between our read and our write.
const LIMIT: Duration = Duration::from_secs(60);

/// Has the bucket call a function for each new object below a prefix.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Notification {
    /// Whose objects it tells of.
    #[fixed]
    pub(crate) bucket: String,
    /// What is called.
    #[sent]
    pub(crate) function_arn: String,
    /// Of which objects: those whose key begins with this.
    #[sent]
    pub(crate) prefix: String,
    /// Of which events it tells: `s3:ObjectCreated:*`.
    #[sent]
    pub(crate) events: BTreeSet<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct NotificationOutputs {
    /// The id of the entry, which stays its own where the old bucket's gives its address to the new one's.
    entry: String,
}

/// What it is called in the blueprint.
const MOVER: &str = "mover";

/// Ours in a bucket's configuration, or somebody else's that is to be ours.
pub(super) fn entry_id(names: &Names, name: &str) -> String {
    let given = (name == MOVER).then(|| names.notification()).flatten();
    given.unwrap_or_else(|| format!("pipectl-{}-{name}", names.base()))
}

impl Notification {
    fn entry(&self, id: &str) -> Result<LambdaFunctionConfiguration> {
        let rule = FilterRule::builder().name(FilterRuleName::Prefix).value(&self.prefix).build();
        let key = S3KeyFilter::builder().filter_rules(rule).build();
        let events = self.events.iter().map(|event| Event::from(event.as_str())).collect();
        LambdaFunctionConfiguration::builder()
            .id(id)
            .lambda_function_arn(&self.function_arn)
            .set_events(Some(events))
            .filter(NotificationConfigurationFilter::builder().key(key).build())
            .build()
            .map_err(|error| Error::new("s3:PutBucketNotification", "InvalidRequest", &error.to_string()))
    }

    fn read(bucket: &str, entry: &LambdaFunctionConfiguration) -> Self {
        let (prefix, suffix) = (filter(entry.filter(), "prefix"), filter(entry.filter(), "suffix"));
        Self {
            bucket: bucket.to_owned(),
            function_arn: entry.lambda_function_arn().to_owned(),
            // Ours has no suffix: one that was added by hand keeps files from the mover, and has to show.
            prefix: if suffix.is_empty() { prefix.to_owned() } else { format!("{prefix}*{suffix}") },
            events: entry.events().iter().map(ToString::to_string).collect(),
        }
    }

    async fn put(&self, aws: &Aws, name: &str) -> Result<NotificationOutputs> {
        let id = entry_id(&aws.names, name);
        let entry = self.entry(&id)?;
        change(aws, &self.bucket, &id, Some(entry)).await?;
        Ok(NotificationOutputs { entry: id })
    }
}

impl Resource for Notification {
    type World = Aws;
    type Outputs = NotificationOutputs;
    const KIND: &'static str = "s3.notification";
    const USES: &'static [&'static str] = &["s3.bucket", "lambda.function"];

    fn id(&self) -> String {
        self.bucket.clone()
    }

    fn attributes(&self) -> Attributes {
        self.describe(Attributes::new())
    }

    fn predict(&self, names: &Names, name: &str) -> NotificationOutputs {
        NotificationOutputs { entry: entry_id(names, name) }
    }

    async fn observe(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        let arns = aws.names.s3_arn("");
        let mut buckets: BTreeSet<_> = wanted.iter().map(|wanted| wanted.id.clone()).collect();
        let known = try_join_all(buckets.iter().map(|bucket| entries(aws, bucket, wanted)));
        let (known, tagged) = futures::try_join!(known, aws.tagged(&arns))?;
        let tagged: Vec<_> = tagged.into_iter().filter(|bucket| buckets.insert(bucket.clone())).collect();
        let others = try_join_all(tagged.iter().map(|bucket| entries(aws, bucket, wanted))).await?;
        Ok(known.into_iter().chain(others).flatten().collect())
    }

    async fn create(&self, aws: &Aws, name: &str) -> Result<NotificationOutputs> {
        self.put(aws, name).await
    }

    async fn update(&self, aws: &Aws, live: &Live<Self>, _: &[Change]) -> Result<NotificationOutputs> {
        self.put(aws, &live.name).await
    }

    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        change(aws, &live.resource.bucket, &live.outputs.entry, None).await
    }
}

/// What a filter says about keys. S3 writes the names with a capital, whatever was sent.
fn filter<'a>(filter: Option<&'a NotificationConfigurationFilter>, name: &str) -> &'a str {
    let rules = filter.and_then(|filter| filter.key()).map(S3KeyFilter::filter_rules).unwrap_or_default();
    let named = |rule: &&FilterRule| rule.name().is_some_and(|given| given.as_str().eq_ignore_ascii_case(name));
    rules.iter().find(named).and_then(FilterRule::value).unwrap_or_default()
}

async fn get(aws: &Aws, bucket: &str, patience: Patience) -> Result<Option<NotificationConfiguration>> {
    let found = call("s3:GetBucketNotification", patience, || {
        aws.s3.get_bucket_notification_configuration().bucket(bucket).send()
    });
    Ok(found.await.absent()?.map(whole_of))
}

/// What is read, as it is written.
fn whole_of(found: GetBucketNotificationConfigurationOutput) -> NotificationConfiguration {
    NotificationConfiguration::builder()
        .set_topic_configurations(found.topic_configurations)
        .set_queue_configurations(found.queue_configurations)
        .set_lambda_function_configurations(found.lambda_function_configurations)
        .set_event_bridge_configuration(found.event_bridge_configuration)
        .build()
}

async fn entries(aws: &Aws, bucket: &str, wanted: &[Wanted]) -> Result<Vec<Live<Notification>>> {
    let found = whole("s3:GetBucketNotification", |keep| {
        aws.s3.get_bucket_notification_configuration().bucket(bucket).customize().interceptor(keep).send()
    });
    let found = found.await.map_err(|error| super::bucket::explain(error, bucket));
    let Some((found, raw)) = found.absent()? else { return Ok(vec![]) };
    let found = whole_of(found);
    let here = |name: &str| wanted.iter().any(|wanted| wanted.id == bucket && wanted.name == name);
    let entries = found.lambda_function_configurations().iter();
    let (ours, theirs): (Vec<_>, Vec<_>) =
        entries.map(|entry| (name_of(&aws.names, entry, here), entry)).partition(|(name, _)| name.is_some());
    let mut extras: Vec<_> = theirs.into_iter().map(|(_, entry)| their_entry(entry)).collect();
    extras.extend(found.event_bridge_configuration().map(|_| event_bridge()));
    extras.extend(GET_BUCKET_NOTIFICATION_CONFIGURATION.extras(&raw));
    let live = |(name, entry): (Option<&str>, &LambdaFunctionConfiguration)| {
        let outputs = NotificationOutputs { entry: entry.id()?.to_owned() };
        let live = Live::contained(name?, Notification::read(bucket, entry), outputs);
        let live = Live { owner: owner(&aws.names, entry), ..live };
        // They are the bucket's: one of our entries is enough to show them.
        Some(Live { extras: std::mem::take(&mut extras), ..live })
    };
    Ok(ours.into_iter().filter_map(live).collect())
}

/// An entry of somebody else's.
fn their_entry(entry: &LambdaFunctionConfiguration) -> Extra {
    let name = entry.id().unwrap_or("(without an id)").to_owned().into();
    let (meaning, removal) = ("tells somebody's function what happens in the bucket, too", Removal::ByHand);
    Extra { name, value: entry.lambda_function_arn().canonical(), usual: Value::Unset, meaning, removal }
}

fn event_bridge() -> Extra {
    let (meaning, removal) = ("tells EventBridge what happens in the bucket, too", Removal::ByHand);
    Extra { name: "EventBridge".into(), value: Value::Bool(true), usual: Value::Unset, meaning, removal }
}

/// What an entry of ours is called in the blueprint. Nobody else's may be taken for one that is left over, so
/// that the beginning of its id is not enough: the function it calls has to be one of this pipeline, too.
fn name_of<'a>(
    names: &Names,
    entry: &'a LambdaFunctionConfiguration,
    wanted: impl Fn(&str) -> bool,
) -> Option<&'a str> {
    if names.notification().as_deref() == entry.id() {
        return Some(MOVER);
    }
    let name = entry.id()?.strip_prefix(&entry_id(names, ""))?;
    let function = names.arn("lambda", &format!("function:{}", names.physical("")));
    let given = names.arn("lambda", &format!("function:{}", names.function(MOVER)));
    let called = entry.lambda_function_arn();
    (wanted(name) || called.starts_with(&function) || called == given).then_some(name)
}

/// One under an id that the file gives is somebody else's as long as it calls another function than ours.
fn owner(names: &Names, entry: &LambdaFunctionConfiguration) -> Owner {
    let ours = names.arn("lambda", &format!("function:{}", names.function(MOVER)));
    match names.notification().as_deref() == entry.id() && entry.lambda_function_arn() != ours {
        true => Owner::Nobody,
        false => Owner::Us,
    }
}

/// Puts our entry in or takes it out, and looks whether that has lasted: S3 has no versions here, so that of
/// two writers the slower one wins.
async fn change(aws: &Aws, bucket: &str, id: &str, entry: Option<LambdaFunctionConfiguration>) -> Result<()> {
    let _lane = aws.lane(&format!("s3:{bucket}")).await;
    let condition = if entry.is_some() { "in the bucket's notifications" } else { "out of the bucket's notifications" };
    until("s3:PutBucketNotification", condition, LIMIT, async || {
        // The second pass is the look at what the first one wrote.
        let settled = pass(aws, bucket, id, entry.as_ref()).await? || pass(aws, bucket, id, entry.as_ref()).await?;
        Ok(if settled { Look::Done(()) } else { Look::NotYet("overwritten by somebody else".to_owned()) })
    })
    .await
}

/// Whether all is as it should be; if not, writes it.
async fn pass(aws: &Aws, bucket: &str, id: &str, entry: Option<&LambdaFunctionConfiguration>) -> Result<bool> {
    let patience = if entry.is_some() { Patience::NEW_BUCKET } else { Patience::READING };
    let Some(before) = get(aws, bucket, patience).await? else {
        return match entry {
            None => Ok(true),
            Some(_) => Err(Error::new("s3:PutBucketNotification", "NoSuchBucket", "the bucket is not there")),
        };
    };
    if let Some(entry) = entry {
        check_overlap(&before, id, entry)?;
    }
    let Some(after) = merge(before, id, entry) else { return Ok(true) };
    write("s3:PutBucketNotification", || {
        aws.s3.put_bucket_notification_configuration().bucket(bucket).notification_configuration(after.clone()).send()
    })
    .await
    .map_err(|error| explain(error, id))?;
    Ok(false)
}

/// The configuration with our entry in its place; `None` where it is already there.
fn merge(
    mut all: NotificationConfiguration,
    id: &str,
    entry: Option<&LambdaFunctionConfiguration>,
) -> Option<NotificationConfiguration> {
    let mut entries = all.lambda_function_configurations.take().unwrap_or_default();
    let position = entries.iter().position(|other| other.id() == Some(id));
    match (position, entry) {
        (None, None) => return None,
        (Some(at), Some(entry)) if same(&entries[at], entry) => return None,
        (Some(at), Some(entry)) => entries[at] = entry.clone(),
        (Some(at), None) => drop(entries.remove(at)),
        (None, Some(entry)) => entries.push(entry.clone()),
    }
    all.lambda_function_configurations = Some(entries);
    Some(all)
}

fn same(left: &LambdaFunctionConfiguration, right: &LambdaFunctionConfiguration) -> bool {
    let [left, right] = [left, right].map(|entry| Notification::read("", entry).attributes());
    left == right
}

/// S3 refuses two entries for one event whose filters can both match a key, and does not say which
/// (serverless#7536).
fn check_overlap(all: &NotificationConfiguration, id: &str, ours: &LambdaFunctionConfiguration) -> Result<()> {
    type Entry<'a> = (Option<&'a str>, &'a [Event], Option<&'a NotificationConfigurationFilter>);
    let topics = all.topic_configurations().iter().map(|one| -> Entry { (one.id(), one.events(), one.filter()) });
    let queues = all.queue_configurations().iter().map(|one| -> Entry { (one.id(), one.events(), one.filter()) });
    let lambdas =
        all.lambda_function_configurations().iter().map(|one| -> Entry { (one.id(), one.events(), one.filter()) });
    let clash = topics.chain(queues).chain(lambdas).find(|(other, events, other_filter)| {
        let prefixes = [filter(*other_filter, "prefix"), filter(ours.filter(), "prefix")];
        let same_keys = prefixes[0].starts_with(prefixes[1]) || prefixes[1].starts_with(prefixes[0]);
        *other != Some(id) && same_keys && ours.events().iter().any(|event| meets(event, events))
    });
    let Some((other, ..)) = clash else { return Ok(()) };
    let message = format!(
        "the entry `{}` of the bucket's notifications takes the same events of the same keys",
        other.unwrap_or("(without an id)")
    );
    Err(Error::new("s3:PutBucketNotification", "OverlappingNotification", &message)
        .with_hint("S3 takes one destination for each: remove that entry, or choose another `delivery.prefix`"))
}

/// What all have in a bucket, as far as it can be asked for.
pub(super) async fn of_bucket(aws: &Aws, bucket: &str) -> Option<NotificationConfiguration> {
    get(aws, bucket, Patience::READING).await.ok().flatten()
}

/// Why S3 would refuse a notification beside the others of its bucket.
pub(super) fn clash(desired: &Notification, id: &str, all: &NotificationConfiguration) -> Option<Error> {
    check_overlap(all, id, &desired.entry(id).ok()?).err()
}

/// Whether one of `others` covers an event, or is covered by it: `s3:ObjectCreated:*` has `:Put` in it.
fn meets(event: &Event, others: &[Event]) -> bool {
    let covers = |wide: &str, narrow: &str| wide.strip_suffix('*').is_some_and(|stem| narrow.starts_with(stem));
    let event = event.as_str();
    others.iter().map(Event::as_str).any(|other| other == event || covers(other, event) || covers(event, other))
}

fn explain(error: Error, id: &str) -> Error {
    if error.message().contains("Unable to validate") {
        return error.with_hint(format!(
            "S3 asks every function, queue and topic of the bucket's notifications: the function of `{id}` may lack its \
             permission, or the target of somebody else's entry may be gone"
        ));
    }
    error
}

#[cfg(test)]
mod tests;

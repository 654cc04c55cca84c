//! API Gateway's kinds: their names are not unique, so that they are listed, and ours known by their tags.

use super::managed::{Managed, Tagged, calls};
use super::tags::{Stamp, Tags};
use crate::aws::{Aws, Class, Error, Expect as _, Patience, Pause, Raw, Result, write};
use crate::engine::diff::{Change, diff};
use crate::engine::extra::Extra;
use crate::engine::resource::{Live, Owner, Resource, Wanted};
use crate::engine::value::Pending;
use crate::names::Names;
use aws_sdk_apigateway::config::Builder;
use aws_sdk_apigateway::config::retry::RetryConfig;
use aws_smithy_types::DateTime;
use futures::future::try_join_all;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// A kind of API Gateway's, which knows a resource by an id that it chooses. Its [`Resource::id`] is its name.
pub(crate) trait Listed: Managed + Tagged + Resource<World = Aws> {
    /// How AWS describes one in a list.
    type Description: Send;
    /// What ARNs have before the id: `apikeys`.
    const PATH: &'static str;

    fn name(&self) -> &str;
    fn outputs(&self, id: Pending<String>) -> Self::Outputs;
    /// The same once it is made, or after a change of what is `live`.
    fn outputs_after(&self, id: Pending<String>, _live: &Self) -> Self::Outputs {
        self.outputs(id)
    }
    /// The id in its outputs.
    fn aws_id(outputs: &Self::Outputs) -> &Pending<String>;

    /// All there are in the account and region, whoever made them.
    fn list(aws: &Aws) -> impl Future<Output = Result<Vec<Entry<Self::Description>>>> + Send;

    /// The whole of one that is in the list. `raw` is what the list has of it, as AWS wrote it.
    fn read(
        aws: &Aws,
        description: Self::Description,
        raw: Raw,
        tags: Tags,
    ) -> impl Future<Output = Result<Whole<Self>>> + Send;

    /// Sends the creation once ([`ONCE`]), with these tags. Gives the id, and what it alone makes: what is missing
    /// is made by further calls.
    fn make(&self, aws: &Aws, tags: HashMap<String, String>) -> impl Future<Output = Result<(String, Self)>> + Send;

    /// Makes one of the calls that change it.
    fn send(&self, call: Self::Call, aws: &Aws, id: &str, live: &Self) -> impl Future<Output = Result<()>> + Send;

    /// Puts back what the live one has beside its attributes: each of these to what is usual. It comes before the
    /// other calls, of which the last may show all of it to callers.
    fn put_back(&self, _: &Aws, _id: &str, _live: &Self, _: &[&Extra]) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Takes it down.
    fn remove(&self, aws: &Aws, id: &str) -> impl Future<Output = Result<()>> + Send;
}

/// The methods of [`Resource`] for a kind that is [`Listed`].
macro_rules! ladders {
    () => {
        fn id(&self) -> String {
            self.name().to_owned()
        }

        fn live_id(live: &crate::engine::resource::Live<Self>) -> String {
            Self::aws_id(&live.outputs).known().clone()
        }

        fn attributes(&self) -> crate::engine::diff::Attributes {
            self.describe(crate::engine::diff::Attributes::new())
        }

        fn predict(&self, _: &crate::names::Names, _: &str) -> Self::Outputs {
            self.outputs(crate::engine::value::Pending::AfterApply)
        }

        async fn observe(
            aws: &crate::aws::Aws,
            wanted: &[crate::engine::resource::Wanted],
        ) -> crate::aws::Result<Vec<crate::engine::resource::Live<Self>>> {
            crate::resources::apigateway::observe(aws, wanted).await
        }

        async fn create(&self, aws: &crate::aws::Aws, name: &str) -> crate::aws::Result<Self::Outputs> {
            crate::resources::apigateway::create(self, aws, name).await
        }

        async fn update(
            &self,
            aws: &crate::aws::Aws,
            live: &crate::engine::resource::Live<Self>,
            changes: &[crate::engine::diff::Change],
        ) -> crate::aws::Result<Self::Outputs> {
            crate::resources::apigateway::update(self, aws, live, changes).await
        }

        async fn delete(live: &crate::engine::resource::Live<Self>, aws: &crate::aws::Aws) -> crate::aws::Result<()> {
            live.resource.remove(aws, Self::aws_id(&live.outputs).known()).await
        }
    };
}
pub(super) use ladders;

/// What reading one gives.
#[derive(Debug)]
pub(crate) struct Whole<T> {
    pub(super) id: String,
    pub(super) resource: T,
    pub(super) extras: Vec<Extra>,
}

/// One of a list, with what its tags say.
#[derive(Debug)]
pub(crate) struct Entry<T> {
    name: String,
    stamp: Stamp,
    /// Where AWS tells it.
    created: Option<DateTime>,
    item: T,
    raw: Raw,
}

impl<T> Entry<T> {
    pub(super) fn new(
        names: &Names,
        name: Option<String>,
        tags: Option<HashMap<String, String>>,
        (item, raw): (T, Raw),
    ) -> Self {
        let stamp = Stamp::read(names, tags.unwrap_or_default());
        Self { name: name.unwrap_or_default(), stamp, created: None, item, raw }
    }

    pub(super) fn created(self, created: Option<DateTime>) -> Self {
        Self { created, ..self }
    }
}

/// Gives what is ours, or has a wanted name, its name in the blueprint.
///
/// API Gateway lets two APIs (keys, plans) have one name. Ours are known by their tags, and all of them are given, the
/// older one first: which of two is the wanted one is for the inventory to tell. Somebody else's of a wanted name is
/// reported only where there is none of ours: it is not in the way.
fn addressed<T>(wanted: &[Wanted], all: Vec<Entry<T>>) -> Vec<(String, Entry<T>)> {
    let (mut ours, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|entry| entry.stamp.owner == Owner::Us);
    ours.sort_by_key(|entry| entry.created);
    let named = |entry: Entry<T>| (entry.stamp.name.clone().unwrap_or_else(|| entry.name.clone()), entry);
    let mut found: Vec<_> = ours.into_iter().map(named).collect();
    for entry in others {
        let Some(wanted) = wanted.iter().find(|wanted| wanted.id == entry.name) else { continue };
        if found.iter().all(|(other, _)| *other != wanted.name) {
            found.push((wanted.name.clone(), entry));
        }
    }
    found
}

/// Lists all, in one call with their tags, and picks out ours.
pub(super) async fn observe<T: Listed>(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<T>>> {
    let found = addressed(wanted, T::list(aws).await?).into_iter().map(|(name, entry)| async move {
        let stack = entry.stamp.stack();
        let Stamp { tags, owner, applied, .. } = entry.stamp;
        // It may have gone since it was listed, with a destroy that is at work.
        let whole = T::read(aws, entry.item, entry.raw, tags).await.absent()?;
        Ok(whole.map(|Whole { id, resource, mut extras }| {
            extras.extend(stack);
            let outputs = resource.outputs(Pending::Known(id));
            Live { name, resource, outputs, owner, applied, data: String::new(), extras }
        }))
    });
    let found: Result<Vec<_>> = try_join_all(found).await;
    Ok(found?.into_iter().flatten().collect())
}

/// How often a creation is sent that came to nothing, each time after a look.
const MOST_SENT: u32 = 3;

/// A creation is sent once, and again only after a look: API Gateway would make a second API (key, plan) of the same name
/// if the answer to the first request was lost. Throttling is no such case, and is waited for.
pub(super) const ONCE: Patience = Patience { busy: Duration::ZERO, ..Patience::USUAL };

/// Settings for a request that the SDK is not to repeat by itself.
pub(super) fn sent_once() -> Builder {
    Builder::new().retry_config(RetryConfig::disabled())
}

/// The id of what was made. An answer without one makes nothing that could be gone on with, and is looked for.
pub(super) fn id_of(operation: &'static str, id: Option<String>) -> Result<String> {
    id.filter(|id| !id.is_empty()).ok_or_else(|| Error::incomplete(operation, "the answer names no id"))
}

/// Makes it, and then what its creation does not take. The tags are on it from the first call on: what a killed run
/// leaves half made is found by them, and completed by an update.
pub(super) async fn create<T: Listed>(desired: &T, aws: &Aws, name: &str) -> Result<T::Outputs> {
    let tags = desired.tags().stamped(&aws.names, name, &desired.attributes());
    // A new API takes a moment to show in lists.
    let mut pause = Pause::growing(Duration::from_secs(1), Duration::from_secs(4));
    let mut sent = 1;
    let (id, made) = loop {
        let lost = match desired.make(aws, tags.clone().into_iter().collect()).await {
            Ok(made) => break made,
            Err(error) if matches!(error.class(), Class::Busy | Class::Network) => error,
            Err(error) => return Err(error),
        };
        pause.pass().await;
        if let Some(outputs) = resume(desired, aws, name).await? {
            return Ok(outputs);
        }
        if sent == MOST_SENT {
            return Err(lost);
        }
        sent += 1;
    };
    let missing = diff(&made.attributes(), &desired.attributes());
    send_all(desired, aws, (&id, &made), &missing, &tags).await?;
    Ok(desired.outputs_after(Pending::Known(id), &made))
}

/// Makes the calls that send what differs. After one that fails, the tags say that not all of it is done.
async fn send_all<T: Listed>(
    desired: &T,
    aws: &Aws,
    (id, live): (&str, &T),
    changes: &[Change],
    tags: &BTreeMap<String, String>,
) -> Result<()> {
    for call in calls::<T>(changes) {
        if let Err(error) = desired.send(call, aws, id, live).await {
            // What went wrong first is what is told.
            let _ = put_tags(aws, &arn::<T>(&aws.names, id), Tags::begun(tags.clone()), vec![]).await;
            return Err(error);
        }
    }
    Ok(())
}

/// After a creation whose answer was lost: goes on with what it made, which its tags show to be ours; `None` where it
/// made nothing.
async fn resume<T: Listed>(desired: &T, aws: &Aws, name: &str) -> Result<Option<T::Outputs>> {
    let wanted = [Wanted { name: name.to_owned(), id: desired.id() }];
    let found = observe::<T>(aws, &wanted).await?;
    let ours = found.into_iter().filter(|live| live.name == name && live.owner == Owner::Us);
    let mut ours = ours.map(|live| (diff(&live.resource.attributes(), &desired.attributes()), live));
    // What is to be replaced has the same name and tags, and is not what was made.
    let made = ours.find(|(changes, _)| changes.iter().all(|change| !change.forces_replacement));
    let Some((changes, live)) = made else { return Ok(None) };
    update(desired, aws, &live, &changes).await.map(Some)
}

/// Makes the calls that send what differs; then the tags, whose digest says that all of it is done.
pub(super) async fn update<T: Listed>(
    desired: &T,
    aws: &Aws,
    live: &Live<T>,
    changes: &[Change],
) -> Result<T::Outputs> {
    let id = T::aws_id(&live.outputs).known();
    let tags = desired.tags().stamped(&aws.names, &live.name, &desired.attributes());
    let extras: Vec<_> = live.extras.iter().filter(|extra| extra.is_in(changes)).collect();
    if !extras.is_empty() {
        desired.put_back(aws, id, &live.resource, &extras).await?;
    }
    send_all(desired, aws, (id, &live.resource), changes, &tags).await?;
    put_tags(aws, &arn::<T>(&aws.names, id), tags, desired.tags().removed_from(live.resource.tags())).await?;
    Ok(desired.outputs_after(Pending::Known(id.clone()), &live.resource))
}

/// The ARN of something in API Gateway, which names no account.
fn arn<T: Listed>(names: &Names, id: &str) -> String {
    format!("arn:{}:apigateway:{}::/{}/{id}", names.partition, names.region, T::PATH)
}

/// A path as one segment of the path of a patch operation (RFC 6901). Some of API Gateway's answers have it so already.
pub(super) fn patch_segment(path: &str) -> String {
    match path.contains("~1") {
        true => path.to_owned(),
        false => path.replace('~', "~0").replace('/', "~1"),
    }
}

async fn put_tags(aws: &Aws, arn: &str, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
    if !removed.is_empty() {
        write("apigateway:UntagResource", || {
            aws.apigateway.untag_resource().resource_arn(arn).set_tag_keys(Some(removed.clone())).send()
        })
        .await?;
    }
    write("apigateway:TagResource", || {
        aws.apigateway.tag_resource().resource_arn(arn).set_tags(Some(tags.clone().into_iter().collect())).send()
    })
    .await
    .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, ours: bool, id: u8) -> Entry<u8> {
        let mut tags = HashMap::new();
        if ours {
            tags.extend(Names::example().owner_tags());
            tags.insert("pipectl:name".to_owned(), "ingest".to_owned());
        }
        Entry::new(&Names::example(), Some(name.to_owned()), Some(tags), (id, Raw::default()))
    }

    fn found(all: Vec<Entry<u8>>) -> Vec<(String, u8)> {
        let wanted = [Wanted { name: "ingest".into(), id: "clicks-prod".into() }];
        addressed(&wanted, all).into_iter().map(|(name, entry)| (name, entry.item)).collect()
    }

    #[test]
    fn ours_come_before_others_of_the_same_name() {
        let both = vec![entry("clicks-prod", false, 1), entry("clicks-prod", true, 2)];
        assert_eq!(found(both), [("ingest".to_owned(), 2)]);
        assert_eq!(found(vec![entry("clicks-prod", false, 1)]), [("ingest".to_owned(), 1)]);
        assert_eq!(found(vec![entry("other", false, 1)]), []);
    }

    #[test]
    fn all_of_ours_are_given_and_the_older_one_is_the_first() {
        let made = |seconds, id| entry("clicks-prod", true, id).created(Some(DateTime::from_secs(seconds)));
        assert_eq!(found(vec![made(20, 1), made(10, 2)]), [("ingest".to_owned(), 2), ("ingest".to_owned(), 1)]);
    }

    #[test]
    fn arns_follow_the_partition() {
        let china = Names { partition: "aws-cn".into(), region: "cn-north-1".into(), ..Names::example() };
        assert_eq!(arn::<crate::resources::RestApi>(&china, "abc"), "arn:aws-cn:apigateway:cn-north-1::/restapis/abc");
    }
}

//! Kinds whose resources have a name that pipectl chooses, and carry tags: how they are observed, made and changed.
//!
//! A kind says what AWS's calls are ([`Named`]); the ladders around them stand here, once.

use super::managed::{Managed, Tagged, calls};
use super::tags::{Stamp, Tags};
use crate::aws::{Aws, Class, Error, Result};
use crate::engine::diff::{Change, diff};
use crate::engine::extra::Extra;
use crate::engine::mark::Mark;
use crate::engine::resource::{Live, Owner, Resource, Wanted};
use crate::names::{Names, TAG_REGION};
use futures::future::try_join_all;
use std::collections::{BTreeMap, BTreeSet};

/// A kind whose resources AWS knows by a name of ours, which is also their [`Resource::id`].
pub(crate) trait Named: Managed + Tagged + Resource<World = Aws> {
    /// All regions share its names, so that its tags say which one it is for.
    const GLOBAL: bool = false;

    fn name(&self) -> &str;
    /// What others may refer to: all of it follows from names.
    fn outputs(&self, names: &Names) -> Self::Outputs;
    /// The same after a change of what is `live`.
    fn outputs_after(&self, names: &Names, _: &Self) -> Self::Outputs {
        self.outputs(names)
    }
    /// The ARN of the one of that name; with no name, what all ARNs of the kind begin with.
    fn arn(names: &Names, name: &str) -> String;

    /// Names of those that may be ours, whether wanted or not: what the Tagging API lists.
    fn list(aws: &Aws) -> impl Future<Output = Result<Vec<String>>> + Send {
        async { aws.tagged(&Self::arn(&aws.names, "")).await }
    }

    /// Names of those that may be ours and that nothing lists, known beforehand.
    fn known(_: &Names) -> Vec<String> {
        vec![]
    }

    /// `None` for what is not there.
    fn read(aws: &Aws, name: &str) -> impl Future<Output = Result<Option<Found<Self>>>> + Send;

    /// The same, of one that is listed and that nobody asks for: a kind may let be what it may not see.
    fn read_unwanted(aws: &Aws, name: &str) -> impl Future<Output = Result<Option<Found<Self>>>> + Send {
        Self::read(aws, name)
    }

    /// Makes it, with these tags on it.
    fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> impl Future<Output = Result<()>> + Send;

    /// Waits until it does its work, where others need no more than that it is there.
    fn settle(&self, _: &Aws) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// What [`Named::make`] alone makes of it: attributes with a call of their own are as AWS has them then.
    fn made(&self) -> Self {
        self.clone()
    }

    /// Where one of that name is there already: ends what a run that was killed has left half made or half
    /// deleted, and says whether the name is free now.
    fn clear(&self, _: &Aws, _: Option<&Found<Self>>) -> impl Future<Output = Result<bool>> + Send {
        async { Ok(false) }
    }

    /// Makes one of the calls that change it.
    fn send(&self, call: Self::Call, aws: &Aws, live: &Self) -> impl Future<Output = Result<()>> + Send;

    /// Whether nothing that uses a new one waits for this call.
    fn is_late(&self, _: Self::Call) -> bool {
        false
    }

    /// Makes several, one after the other.
    fn send_all(&self, calls: BTreeSet<Self::Call>, aws: &Aws, live: &Self) -> impl Future<Output = Result<()>> + Send {
        async move {
            for call in calls {
                self.send(call, aws, live).await?;
            }
            Ok(())
        }
    }

    /// Puts back what the live one has beside its attributes, which are as desired by then: each of these to what is
    /// usual.
    fn put_back(&self, _: &Aws, _live: &Self, _: &[&Extra]) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Puts these tags on it, and takes those with the keys `removed` off.
    fn tag(
        &self,
        aws: &Aws,
        tags: BTreeMap<String, String>,
        removed: Vec<String>,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Takes it down.
    fn remove(&self, aws: &Aws) -> impl Future<Output = Result<()>> + Send;

    /// The same, for one that was in a plan.
    fn remove_live(live: &Live<Self>, aws: &Aws) -> impl Future<Output = Result<()>> + Send {
        live.resource.remove(aws)
    }
}

/// The methods of [`Resource`] for a kind that is [`Named`].
macro_rules! ladders {
    () => {
        fn id(&self) -> String {
            self.name().to_owned()
        }

        fn attributes(&self) -> crate::engine::diff::Attributes {
            self.describe(crate::engine::diff::Attributes::new())
        }

        fn predict(&self, names: &crate::names::Names, _: &str) -> Self::Outputs {
            self.outputs(names)
        }

        async fn observe(
            aws: &crate::aws::Aws,
            wanted: &[crate::engine::resource::Wanted],
        ) -> crate::aws::Result<Vec<crate::engine::resource::Live<Self>>> {
            crate::resources::named::observe(aws, wanted).await
        }

        async fn create(&self, aws: &crate::aws::Aws, name: &str) -> crate::aws::Result<Self::Outputs> {
            crate::resources::named::create(self, aws, name).await
        }

        async fn finish(&self, aws: &crate::aws::Aws, name: &str) -> crate::aws::Result<()> {
            crate::resources::named::finish(self, aws, name).await
        }

        async fn update(
            &self,
            aws: &crate::aws::Aws,
            live: &crate::engine::resource::Live<Self>,
            changes: &[crate::engine::diff::Change],
        ) -> crate::aws::Result<Self::Outputs> {
            crate::resources::named::update(self, aws, live, changes).await
        }

        async fn delete(live: &crate::engine::resource::Live<Self>, aws: &crate::aws::Aws) -> crate::aws::Result<()> {
            <Self as crate::resources::named::Named>::remove_live(live, aws).await
        }
    };
}
pub(super) use ladders;

/// What reading one resource gives.
#[derive(Debug)]
pub(crate) struct Found<T> {
    pub(crate) resource: T,
    pub(crate) stamp: Stamp,
    /// What deleting it would lose, in words.
    pub(crate) data: String,
    /// What it has beside its attributes.
    pub(crate) extras: Vec<Extra>,
    /// Its creation failed, and nothing can repair it. Where it is wanted it counts as missing, and its name is
    /// cleared; where it is not, it is an orphan like any other.
    pub(crate) failed: bool,
}

impl<T> Found<T> {
    pub(super) fn new(resource: T, stamp: Stamp) -> Self {
        Self { resource, stamp, data: String::new(), extras: vec![], failed: false }
    }

    pub(super) fn is_ours(&self) -> bool {
        self.stamp.owner == Owner::Us
    }
}

impl<T: Named> Found<T> {
    fn live(self, name: String, names: &Names) -> Live<T> {
        let Self { resource, stamp, data, mut extras, failed: _ } = self;
        extras.extend(stamp.stack());
        let outputs = resource.outputs(names);
        Live { name, resource, outputs, owner: stamp.owner, applied: stamp.applied, data, extras }
    }
}

/// Reads the wanted resources by name, and with them every other one that is ours.
pub(super) async fn observe<T: Named>(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<T>>> {
    let is_other = |name: &String| wanted.iter().all(|wanted| wanted.id != *name);
    let known: Vec<_> = T::known(&aws.names).into_iter().filter(is_other).collect();
    let expected = try_join_all(wanted.iter().map(|wanted| T::read(aws, &wanted.id)));
    let unlisted = try_join_all(known.iter().map(|name| T::read_unwanted(aws, name)));
    let (expected, unlisted, listed) = futures::try_join!(expected, unlisted, T::list(aws))?;
    let listed = listed.iter().filter(|name| is_other(name) && !known.contains(name));
    let listed = try_join_all(listed.map(|name| T::read_unwanted(aws, name))).await?;
    Ok(addressed(&aws.names, wanted, expected, unlisted.into_iter().chain(listed).flatten()))
}

/// Gives each its name in the blueprint. `expected` is what was found in the places of the `wanted`.
fn addressed<T: Named>(
    names: &Names,
    wanted: &[Wanted],
    expected: Vec<Option<Found<T>>>,
    others: impl Iterator<Item = Found<T>>,
) -> Vec<Live<T>> {
    let mut all = vec![];
    for (wanted, found) in wanted.iter().zip(expected) {
        all.extend(found.filter(|found| !found.failed).map(|found| found.live(wanted.name.clone(), names)));
    }
    // The Tagging API lags behind: tags may have been taken off since.
    for found in others.filter(Found::is_ours) {
        // The name its tag gives, so that a resource whose id follows a setting (a bucket that gets another name) is
        // seen as replaced.
        let name = found.stamp.name.clone().unwrap_or_else(|| found.resource.name().to_owned());
        all.push(found.live(name, names));
    }
    all
}

/// All tags to put on it.
fn stamped<T: Named>(desired: &T, names: &Names, name: &str) -> BTreeMap<String, String> {
    let mut tags = desired.tags().stamped(names, name, &desired.attributes());
    if T::GLOBAL {
        tags.insert(TAG_REGION.to_owned(), names.region.clone());
    }
    tags
}

/// All tags to put on one that is made before its step.
pub(super) fn begun<T: Named>(desired: &T, names: &Names, name: &str) -> BTreeMap<String, String> {
    Tags::begun(stamped(desired, names, name))
}

/// What its creation does not take.
fn missing<T: Named>(desired: &T, made: &T) -> BTreeSet<T::Call> {
    calls::<T>(&diff(&made.attributes(), &desired.attributes()))
}

/// Makes it, and then what its creation does not take and others need.
pub(super) async fn create<T: Named>(desired: &T, aws: &Aws, name: &str) -> Result<T::Outputs> {
    let made = desired.made();
    let missing = missing(desired, &made);
    let whole = stamped(desired, &aws.names, name);
    let tags = if missing.is_empty() { whole } else { Tags::begun(whole) };
    match desired.make(aws, &tags).await {
        Err(error) if error.class() == Class::Exists => {
            let found = T::read(aws, desired.name()).await?;
            if !desired.clear(aws, found.as_ref()).await? {
                return resume(desired, aws, name, found, error).await;
            }
            desired.make(aws, &tags).await?;
        }
        made => made?,
    }
    let needed: BTreeSet<_> = missing.into_iter().filter(|call| !desired.is_late(*call)).collect();
    desired.send_all(needed, aws, &made).await?;
    Ok(desired.outputs(&aws.names))
}

/// The rest of what its creation does not take, while it settles: calls that it is not ready for are repeated. Last of
/// all is noted that it is whole.
pub(super) async fn finish<T: Named>(desired: &T, aws: &Aws, name: &str) -> Result<()> {
    let made = desired.made();
    let missing = missing(desired, &made);
    if missing.is_empty() {
        return desired.settle(aws).await;
    }
    let late: BTreeSet<_> = missing.into_iter().filter(|call| desired.is_late(*call)).collect();
    futures::try_join!(desired.settle(aws), desired.send_all(late, aws, &made))?;
    desired.tag(aws, stamped(desired, &aws.names, name), vec![]).await
}

/// What `create` does when AWS says that it is there already: brings up to date what is ours, as a run that was
/// killed leaves it, and reports AWS's error for anybody else's.
async fn resume<T: Named>(
    desired: &T,
    aws: &Aws,
    name: &str,
    found: Option<Found<T>>,
    exists: Error,
) -> Result<T::Outputs> {
    let Some(found) = found.filter(Found::is_ours) else { return Err(exists) };
    let live = found.live(name.to_owned(), &aws.names);
    let changes = diff(&live.resource.attributes(), &desired.attributes());
    if changes.iter().any(|change| change.forces_replacement) {
        return Err(exists.with_hint("run the same command again: it plans a replacement"));
    }
    update(desired, aws, &live, &changes).await
}

/// Makes the calls that send what differs; then the tags, whose digest says that all of it is done.
pub(super) async fn update<T: Named>(desired: &T, aws: &Aws, live: &Live<T>, changes: &[Change]) -> Result<T::Outputs> {
    let tags = stamped(desired, &aws.names, &live.name);
    let calls = calls::<T>(changes);
    // Half of several calls is neither what was applied last nor what the file says.
    if calls.len() > 1 && live.owner == Owner::Us {
        desired.tag(aws, Tags::begun(tags.clone()), vec![]).await?;
    }
    desired.send_all(calls, aws, &live.resource).await?;
    // What a run that ended midway has begun may still be under way.
    if live.applied.as_ref().is_some_and(Mark::is_unfinished) {
        desired.settle(aws).await?;
    }
    let extras: Vec<_> = live.extras.iter().filter(|extra| extra.is_in(changes)).collect();
    if !extras.is_empty() {
        desired.put_back(aws, &live.resource, &extras).await?;
    }
    desired.tag(aws, tags, desired.tags().removed_from(live.resource.tags())).await?;
    Ok(desired.outputs_after(&aws.names, &live.resource))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::LogGroup;

    fn found(log_group: &str, owner: Owner) -> Found<LogGroup> {
        let (log_group, tags) = (log_group.to_owned(), Tags::default());
        let stamp = Stamp {
            tags: tags.clone(),
            owner,
            name: Some("track".into()),
            applied: None,
            ours: Default::default(),
            stack: None,
        };
        Found::new(LogGroup { log_group, retention_days: None, kms_key: None, streams: None, tags }, stamp)
    }

    /// The names of what is observed, where `/new` is wanted.
    fn seen(new: Option<Found<LogGroup>>, others: Vec<Found<LogGroup>>) -> Vec<(String, String)> {
        let wanted = [Wanted { name: "track".into(), id: "/new".into() }];
        let live = addressed(&Names::example(), &wanted, vec![new], others.into_iter());
        live.into_iter().map(|live| (live.name, live.resource.log_group)).collect()
    }

    fn pair(name: &str, id: &str) -> (String, String) {
        (name.to_owned(), id.to_owned())
    }

    #[test]
    fn what_was_renamed_is_seen_as_itself() {
        let (old, new) = (|| found("/old", Owner::Us), || found("/new", Owner::Us));
        assert_eq!(seen(None, vec![old()]), [pair("track", "/old")]);
        // The inventory tells two at one address apart: the new one has the id that is wanted.
        assert_eq!(seen(Some(new()), vec![old()]), [pair("track", "/new"), pair("track", "/old")]);
    }

    #[test]
    fn what_is_listed_but_no_longer_ours_is_left_alone() {
        assert!(seen(None, vec![found("/old", Owner::Nobody)]).is_empty());
        assert_eq!(seen(Some(found("/new", Owner::Nobody)), vec![]), [pair("track", "/new")]);
    }

    #[test]
    fn what_cannot_be_repaired_is_missing_where_it_is_wanted_and_an_orphan_elsewhere() {
        let failed = |id| Found { failed: true, ..found(id, Owner::Us) };
        assert_eq!(seen(Some(failed("/new")), vec![]), []);
        assert_eq!(seen(None, vec![failed("/old")]), [pair("track", "/old")]);
    }
}

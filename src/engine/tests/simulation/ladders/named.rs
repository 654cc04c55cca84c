//! Kinds whose resources have a name that pipectl chooses, and carry tags.

use super::{Stamp, begun, stamped};
use crate::client::{Client, Error, Result};
use crate::thing::{Class, Tags};
use futures::future::try_join_all;
use pipectl_engine::diff::{Change, diff};
use pipectl_engine::mark::Mark;
use pipectl_engine::resource::{Live, Owner, Resource, Wanted};
use std::collections::BTreeSet;

pub(crate) trait Named: Resource<World = Client> {
    type Call: Copy + Ord + Send + Sync + 'static;

    fn name(&self) -> &str;
    fn outputs(&self) -> Self::Outputs;
    fn calls(attribute: &str) -> &'static [Self::Call];
    /// Names of those that may be ours, whether wanted or not.
    fn list(client: &Client) -> impl Future<Output = Result<Vec<String>>> + Send;
    fn read(client: &Client, name: &str) -> impl Future<Output = Result<Option<Found<Self>>>> + Send;
    fn make(&self, client: &Client, tags: &Tags) -> impl Future<Output = Result<()>> + Send;
    /// Waits until it does its work, where others need no more than that it is there.
    fn settle(&self, client: &Client) -> impl Future<Output = Result<()>> + Send;
    /// What [`Named::make`] alone makes of it.
    fn made(&self) -> Self;
    /// Where one of that name is there already: whether the name is free now.
    fn clear(&self, client: &Client, found: Option<&Found<Self>>) -> impl Future<Output = Result<bool>> + Send;
    /// Whether nothing that uses a new one waits for this call.
    fn is_late(&self, call: Self::Call) -> bool;
    fn send(&self, call: Self::Call, client: &Client) -> impl Future<Output = Result<()>> + Send;
    fn tag(&self, client: &Client, tags: Tags) -> impl Future<Output = Result<()>> + Send;
}

/// What reading one resource gives.
#[derive(Debug)]
pub(crate) struct Found<T> {
    pub(crate) resource: T,
    pub(crate) stamp: Stamp,
    pub(crate) data: String,
}

impl<T> Found<T> {
    pub(crate) fn is_ours(&self) -> bool {
        self.stamp.owner == Owner::Us
    }
}

impl<T: Named> Found<T> {
    fn live(self, name: String) -> Live<T> {
        let Self { resource, stamp, data } = self;
        let outputs = resource.outputs();
        Live { name, resource, outputs, owner: stamp.owner, applied: stamp.applied, data, extras: vec![] }
    }
}

pub(crate) async fn observe<T: Named>(client: &Client, wanted: &[Wanted]) -> Result<Vec<Live<T>>> {
    let expected = try_join_all(wanted.iter().map(|wanted| T::read(client, &wanted.id)));
    let (expected, listed) = futures::try_join!(expected, T::list(client))?;
    let others = listed.iter().filter(|name| wanted.iter().all(|wanted| wanted.id != **name));
    let others = try_join_all(others.map(|name| T::read(client, name))).await?;
    Ok(addressed(wanted, expected, others.into_iter().flatten()))
}

fn addressed<T: Named>(
    wanted: &[Wanted],
    expected: Vec<Option<Found<T>>>,
    others: impl Iterator<Item = Found<T>>,
) -> Vec<Live<T>> {
    let mut all = vec![];
    for (wanted, found) in wanted.iter().zip(expected) {
        all.extend(found.map(|found| found.live(wanted.name.clone())));
    }
    for found in others.filter(Found::is_ours) {
        let name = found.stamp.name.clone().unwrap_or_else(|| found.resource.name().to_owned());
        all.push(found.live(name));
    }
    all
}

/// What its creation does not take: what nobody waits for, and the rest.
fn missing<T: Named>(desired: &T) -> (Vec<Change>, Vec<Change>) {
    let all = diff(&desired.made().attributes(), &desired.attributes()).into_iter();
    all.partition(|change| T::calls(&change.attribute).iter().any(|call| desired.is_late(*call)))
}

pub(crate) async fn create<T: Named>(desired: &T, client: &Client, name: &str) -> Result<T::Outputs> {
    let whole = stamped(name, &desired.attributes());
    let (late, needed) = missing(desired);
    let tags = if late.is_empty() && needed.is_empty() { whole } else { begun(whole) };
    match desired.make(client, &tags).await {
        Err(error) if error.class == Class::Exists => {
            let found = T::read(client, desired.name()).await?;
            if !desired.clear(client, found.as_ref()).await? {
                return resume(desired, client, name, found, error).await;
            }
            desired.make(client, &tags).await?;
        }
        made => made?,
    }
    send_all(desired, &needed, client).await?;
    Ok(desired.outputs())
}

/// The rest, while it settles; last of all is noted that it is whole.
pub(crate) async fn finish<T: Named>(desired: &T, client: &Client, name: &str) -> Result<()> {
    let (late, needed) = missing(desired);
    if late.is_empty() && needed.is_empty() {
        return desired.settle(client).await;
    }
    futures::try_join!(desired.settle(client), send_all(desired, &late, client))?;
    desired.tag(client, stamped(name, &desired.attributes())).await
}

async fn resume<T: Named>(
    desired: &T,
    client: &Client,
    name: &str,
    found: Option<Found<T>>,
    exists: Error,
) -> Result<T::Outputs> {
    let Some(found) = found.filter(Found::is_ours) else { return Err(exists) };
    let live = found.live(name.to_owned());
    let changes = diff(&live.resource.attributes(), &desired.attributes());
    if changes.iter().any(|change| change.forces_replacement) {
        return Err(Error { hint: "run the same command again: it plans a replacement", ..exists });
    }
    update(desired, client, &live, &changes).await
}

/// Makes the calls that send what differs; then the tags, whose digest says that all of it is done.
pub(crate) async fn update<T: Named>(
    desired: &T,
    client: &Client,
    live: &Live<T>,
    changes: &[Change],
) -> Result<T::Outputs> {
    send_all(desired, changes, client).await?;
    if live.applied.as_ref().is_some_and(Mark::is_unfinished) {
        desired.settle(client).await?;
    }
    desired.tag(client, stamped(&live.name, &desired.attributes())).await?;
    Ok(desired.outputs())
}

async fn send_all<T: Named>(desired: &T, changes: &[Change], client: &Client) -> Result<()> {
    let calls: BTreeSet<_> = changes.iter().flat_map(|change| T::calls(&change.attribute)).copied().collect();
    for call in calls {
        desired.send(call, client).await?;
    }
    Ok(())
}

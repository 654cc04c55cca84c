//! Kinds whose ids the cloud chooses and whose names are not unique: they are listed, and ours known by their tags.

use super::{Stamp, stamped};
use crate::client::{Client, Result};
use crate::thing::{Class, Tags};
use crate::time::Moment;
use pipectl_engine::diff::{Change, diff};
use pipectl_engine::resource::{Live, Owner, Resource, Wanted};
use pipectl_engine::value::Pending;
use std::collections::BTreeSet;

pub(crate) trait Listed: Resource<World = Client> {
    type Call: Copy + Ord + Send + Sync + 'static;

    fn name(&self) -> &str;
    fn outputs(&self, id: Pending<String>) -> Self::Outputs;
    fn aws_id(outputs: &Self::Outputs) -> Pending<String>;
    fn calls(attribute: &str) -> &'static [Self::Call];
    /// All there are, whoever made them.
    fn list(client: &Client) -> impl Future<Output = Result<Vec<Entry<Self>>>> + Send;
    /// Sends the creation once. Gives the id, and what it alone makes.
    fn make(&self, client: &Client, tags: Tags) -> impl Future<Output = Result<(String, Self)>> + Send;
    fn send(&self, call: Self::Call, client: &Client, id: &str) -> impl Future<Output = Result<()>> + Send;
    fn tag(client: &Client, id: &str, tags: Tags) -> impl Future<Output = Result<()>> + Send;
}

/// One of a list, with what its tags say.
#[derive(Debug)]
pub(crate) struct Entry<T> {
    pub(crate) id: String,
    pub(crate) stamp: Stamp,
    pub(crate) created: Moment,
    pub(crate) resource: T,
}

fn addressed<T: Listed>(wanted: &[Wanted], all: Vec<Entry<T>>) -> Vec<(String, Entry<T>)> {
    let (mut ours, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|entry| entry.stamp.owner == Owner::Us);
    ours.sort_by_key(|entry| entry.created);
    let named = |entry: Entry<T>| (entry.stamp.name.clone().unwrap_or_else(|| entry.resource.name().to_owned()), entry);
    let mut found: Vec<_> = ours.into_iter().map(named).collect();
    for entry in others {
        let Some(wanted) = wanted.iter().find(|wanted| wanted.id == entry.resource.name()) else { continue };
        if found.iter().all(|(other, _)| *other != wanted.name) {
            found.push((wanted.name.clone(), entry));
        }
    }
    found
}

pub(crate) async fn observe<T: Listed>(client: &Client, wanted: &[Wanted]) -> Result<Vec<Live<T>>> {
    let found = addressed(wanted, T::list(client).await?).into_iter();
    let live = found.map(|(name, Entry { id, stamp, resource, .. })| {
        let outputs = resource.outputs(Pending::Known(id));
        Live {
            name,
            resource,
            outputs,
            owner: stamp.owner,
            applied: stamp.applied,
            data: String::new(),
            extras: vec![],
        }
    });
    Ok(live.collect())
}

/// How often a creation is sent that came to nothing, each time after a look.
const MOST_SENT: u32 = 3;

pub(crate) async fn create<T: Listed>(desired: &T, client: &Client, name: &str) -> Result<T::Outputs> {
    let tags = stamped(name, &desired.attributes());
    let (mut pause, mut sent) = (1_000, 1);
    let (id, made) = loop {
        let lost = match desired.make(client, tags.clone()).await {
            Ok(made) => break made,
            Err(error) if matches!(error.class, Class::Busy | Class::Network) => error,
            Err(error) => return Err(error),
        };
        client.shared.sleep(pause).await;
        pause = (pause * 3 / 2).min(4_000);
        if let Some(outputs) = resume(desired, client, name).await? {
            return Ok(outputs);
        }
        if sent == MOST_SENT {
            return Err(lost);
        }
        sent += 1;
    };
    let missing = diff(&made.attributes(), &desired.attributes());
    send_all(desired, &missing, client, &id).await?;
    Ok(desired.outputs(Pending::Known(id)))
}

/// After a creation whose answer was lost: goes on with what it made; `None` where it made nothing.
async fn resume<T: Listed>(desired: &T, client: &Client, name: &str) -> Result<Option<T::Outputs>> {
    let wanted = [Wanted { name: name.to_owned(), id: desired.id() }];
    let found = observe::<T>(client, &wanted).await?;
    let ours = found.into_iter().filter(|live| live.name == name && live.owner == Owner::Us);
    let mut ours = ours.map(|live| (diff(&live.resource.attributes(), &desired.attributes()), live));
    // What is to be replaced is not what was made.
    let made = ours.find(|(changes, _)| changes.iter().all(|change| !change.forces_replacement));
    let Some((changes, live)) = made else { return Ok(None) };
    update(desired, client, &live, &changes).await.map(Some)
}

pub(crate) async fn update<T: Listed>(
    desired: &T,
    client: &Client,
    live: &Live<T>,
    changes: &[Change],
) -> Result<T::Outputs> {
    let id = T::aws_id(&live.outputs);
    send_all(desired, changes, client, id.known()).await?;
    T::tag(client, id.known(), stamped(&live.name, &desired.attributes())).await?;
    Ok(desired.outputs(id))
}

async fn send_all<T: Listed>(desired: &T, changes: &[Change], client: &Client, id: &str) -> Result<()> {
    let calls: BTreeSet<_> = changes.iter().flat_map(|change| T::calls(&change.attribute)).copied().collect();
    for call in calls {
        desired.send(call, client, id).await?;
    }
    Ok(())
}

//! API, key and usage plan: the cloud chooses their ids, and takes several of one name.

use super::Noun;
use super::named::Call;
use crate::client::{Client, Patience, Result, gone};
use crate::cloud::Cloud;
use crate::ladders::Stamp;
use crate::ladders::listed::{self, Entry, Listed};
use crate::planted::Planted;
use crate::thing::{Kind, Settings, Tags, Thing, word};
use pipectl_engine::diff::{Attributes, Change};
use pipectl_engine::resource::{Live, Owner, Resource, Wanted};
use pipectl_engine::value::Pending;
use std::marker::PhantomData;

#[derive(Clone, Debug)]
pub(crate) struct ById<N> {
    pub(crate) name: String,
    pub(crate) fixed: i64,
    pub(crate) size: i64,
    pub(crate) extra: i64,
    pub(crate) links: Vec<Pending<String>>,
    pub(crate) noun: PhantomData<N>,
}

impl<N: Noun> ById<N> {
    fn links(&self) -> Vec<String> {
        self.links.iter().map(|link| link.known().clone()).collect()
    }

    fn of(thing: &Thing) -> Self {
        let Settings { name, fixed, size, extra, links } = thing.settings.clone();
        Self { name, fixed, size, extra, links: links.into_iter().map(Pending::Known).collect(), noun: PhantomData }
    }

    /// A usage plan is kept while it has stages.
    async fn remove(client: &Client, id: &str) -> Result<()> {
        if N::KIND == Kind::UsagePlan {
            let id = id.to_owned();
            let emptied = client.write("UpdateUsagePlan", move |cloud| {
                cloud.change(N::KIND, &id).map(|thing| thing.settings.links.clear())
            });
            gone(emptied.await)?;
        }
        let id = id.to_owned();
        gone(client.write("Delete", move |cloud| cloud.delete(N::KIND, &id)).await)
    }
}

impl<N: Noun> Resource for ById<N> {
    type World = Client;
    type Outputs = Pending<String>;
    const KIND: &'static str = N::KIND.name();
    const USES: &'static [&'static str] = N::USES;

    fn id(&self) -> String {
        self.name.clone()
    }

    fn live_id(live: &Live<Self>) -> String {
        Self::aws_id(&live.outputs).known().clone()
    }

    fn attributes(&self) -> Attributes {
        let Self { name, fixed, size, extra, links, noun: _ } = self;
        let all = Attributes::new().update("name", name).replace("fixed", fixed).update("size", size);
        all.update("links", links).update("extra", extra)
    }

    fn predict(&self, (): &(), _: &str) -> Pending<String> {
        Pending::AfterApply
    }

    async fn observe(client: &Client, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        let mut found = listed::observe(client, wanted).await?;
        if client.planted == Some(Planted::OrphanMistaken) {
            let known: Vec<_> = found.iter().map(Self::live_id).collect();
            let everything = Self::list(client).await?.into_iter();
            let everything =
                everything.filter(|entry| entry.stamp.owner == Owner::Nobody && !known.contains(&entry.id));
            found.extend(everything.map(|Entry { id, resource, .. }| {
                Live::contained(format!("stray {id}"), resource, Pending::Known(format!("{}/{id}", word(N::KIND))))
            }));
        }
        Ok(found)
    }

    async fn create(&self, client: &Client, name: &str) -> Result<Pending<String>> {
        listed::create(self, client, name).await
    }

    async fn update(&self, client: &Client, live: &Live<Self>, changes: &[Change]) -> Result<Pending<String>> {
        listed::update(self, client, live, changes).await
    }

    async fn delete(live: &Live<Self>, client: &Client) -> Result<()> {
        Self::remove(client, Self::aws_id(&live.outputs).known()).await
    }
}

impl<N: Noun> Listed for ById<N> {
    type Call = Call;

    fn name(&self) -> &str {
        &self.name
    }

    fn outputs(&self, id: Pending<String>) -> Pending<String> {
        id.map(|id| format!("{}/{id}", word(N::KIND)))
    }

    fn aws_id(outputs: &Pending<String>) -> Pending<String> {
        outputs.map(|link| link.split_once('/').map_or("", |(_, id)| id).to_owned())
    }

    fn calls(attribute: &str) -> &'static [Call] {
        match attribute {
            "extra" => &[Call::Extra],
            _ => &[Call::Main],
        }
    }

    async fn list(client: &Client) -> Result<Vec<Entry<Self>>> {
        let all = client.read("List", |cloud| Ok(cloud.all(N::KIND))).await?;
        let entry = |(id, thing): (String, Thing)| {
            let (stamp, created, resource) = (Stamp::read(&thing.tags), thing.made_at, Self::of(&thing));
            Entry { id, stamp, created, resource }
        };
        Ok(all.into_iter().map(entry).collect())
    }

    /// The routes of an API are made by calls of their own.
    async fn make(&self, client: &Client, tags: Tags) -> Result<(String, Self)> {
        let size = if N::KIND == Kind::Api { 0 } else { self.size };
        let made = Self { size, extra: 0, ..self.clone() };
        let (name, fixed, links) = (self.name.clone(), self.fixed, self.links());
        let id = client.call("CreateListed", Patience::ONCE, move |cloud| {
            cloud.usable(&links)?;
            Ok(cloud.create_listed(N::KIND, Settings { name, fixed, size, extra: 0, links }, tags))
        });
        Ok((id.await?, made))
    }

    async fn send(&self, call: Call, client: &Client, id: &str) -> Result<()> {
        let (id, links, Self { name, size, extra, .. }) = (id.to_owned(), self.links(), self.clone());
        let update = move |cloud: &mut Cloud| {
            cloud.usable(&links)?;
            let settings = &mut cloud.change(N::KIND, &id)?.settings;
            match call {
                Call::Main => (settings.name, settings.size, settings.links) = (name, size, links),
                Call::Extra => settings.extra = extra,
            }
            Ok(())
        };
        client.write("UpdateListed", update).await
    }

    async fn tag(client: &Client, id: &str, tags: Tags) -> Result<()> {
        let id = id.to_owned();
        client.write("TagListed", move |cloud| cloud.tag(N::KIND, &id, tags)).await
    }
}

//! Bucket, role, function and trigger: names of ours, each with what is special about it.

use super::Noun;
use crate::client::{Client, Error, Patience, Result, gone};
use crate::ladders::Stamp;
use crate::ladders::named::{self, Found, Named};
use crate::planted::Planted;
use crate::thing::NAME;
use crate::thing::{Class, Kind, LOCK, OWN_PREFIX, Settings, State, Tags, Thing, word};
use pipectl_engine::diff::{Attributes, Change};
use pipectl_engine::resource::{Live, Resource, Wanted};
use pipectl_engine::value::Pending;
use std::marker::PhantomData;

/// As Terraform allows for a trigger.
const SETTLES_WITHIN: u64 = 300_000;
/// Rounds of emptying a bucket into which something is delivered meanwhile.
const ROUNDS: usize = 10;

#[derive(Clone, Debug)]
pub(crate) struct ByName<N> {
    pub(crate) name: String,
    pub(crate) fixed: i64,
    pub(crate) size: i64,
    pub(crate) extra: i64,
    pub(crate) links: Vec<Pending<String>>,
    pub(crate) noun: PhantomData<N>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Main,
    Extra,
}

impl<N: Noun> ByName<N> {
    /// What its creation sends.
    fn settings(&self) -> Settings {
        let Self { name, fixed, size, extra: _, links, noun: _ } = self.made();
        Settings { name, fixed, size, extra: 0, links: links.iter().map(|link| link.known().clone()).collect() }
    }

    fn of(thing: &Thing) -> Self {
        let Settings { name, fixed, size, extra, links } = thing.settings.clone();
        Self { name, fixed, size, extra, links: links.into_iter().map(Pending::Known).collect(), noun: PhantomData }
    }

    /// A bucket takes its settings by calls of their own.
    fn is_made_bare(&self) -> bool {
        N::KIND == Kind::Bucket
    }

    fn patience() -> Patience {
        match N::KIND {
            Kind::Bucket => Patience::NEW_BUCKET,
            Kind::Function => Patience::LAMBDA,
            _ => Patience::USUAL,
        }
    }

    async fn settled(&self, client: &Client) -> Result<()> {
        if !matches!(N::KIND, Kind::Function | Kind::Trigger) {
            return Ok(());
        }
        let name = &self.name;
        client
            .until("GetState", SETTLES_WITHIN, async || {
                let name = name.clone();
                let found = client.read("GetState", move |cloud| Ok(cloud.read(N::KIND, &name))).await?;
                Ok(found.is_some_and(|thing| thing.state == State::Active))
            })
            .await
    }

    async fn vanished(&self, client: &Client) -> Result<()> {
        let name = &self.name;
        client
            .until("GetGone", SETTLES_WITHIN, async || {
                let name = name.clone();
                client.read("GetGone", move |cloud| Ok(cloud.read(N::KIND, &name).is_none())).await
            })
            .await
    }

    /// Data that has come since the plan, which saw none, is not ours to remove. The lock goes last: whoever wrote another
    /// one since keeps the bucket.
    async fn remove_bucket(&self, client: &Client, with_data: bool) -> Result<()> {
        let mut by = None;
        for round in 1.. {
            let rest = move |object: &String| object != LOCK && (with_data || object.starts_with(OWN_PREFIX));
            self.remove_objects(client, rest).await?;
            self.remove_lock(client, &mut by).await?;
            let name = self.name.clone();
            match client.write("DeleteBucket", move |cloud| cloud.delete(N::KIND, &name)).await {
                Err(error) if error.class == Class::NotEmpty && with_data && round < ROUNDS => {}
                removed => return gone(removed),
            }
        }
        Ok(())
    }

    async fn remove_objects(
        &self,
        client: &Client,
        which: impl Fn(&String) -> bool + Clone + Send + 'static,
    ) -> Result<()> {
        let key = (N::KIND, self.name.clone());
        let emptied = client.write("DeleteObjects", move |cloud| {
            let all = cloud.read(key.0, &key.1).ok_or(Class::Absent)?.entries.into_keys();
            cloud.take_out(&key, &all.filter(which).collect::<Vec<_>>())
        });
        gone(emptied.await)
    }

    /// As long as it is of the run that it was of at first, in `by`.
    async fn remove_lock(&self, client: &Client, by: &mut Option<Option<String>>) -> Result<()> {
        loop {
            let key = (N::KIND, self.name.clone());
            let found = client.read("GetObject", {
                let key = key.clone();
                move |cloud| Ok(cloud.read(key.0, &key.1).and_then(|bucket| bucket.entries.get(LOCK).cloned()))
            });
            let found = found.await?;
            let run = found.as_ref().and_then(|text| text.split('|').next()).map(str::to_owned);
            let first = by.get_or_insert_with(|| run.clone());
            let Some(text) = found else { return Ok(()) };
            if run != *first {
                let hint = "another run has begun";
                return Err(Error { operation: "DeleteObjects", class: Class::Outdated, hint });
            }
            let removed = client.write("DeleteObjects", move |cloud| {
                let bucket = cloud.read(key.0, &key.1).ok_or(Class::Absent)?;
                match bucket.entries.get(LOCK) {
                    None => Err(Class::Absent),
                    Some(there) if *there != text => Err(Class::Outdated),
                    Some(_) => cloud.take_out(&key, &[LOCK.to_owned()]),
                }
            });
            match removed.await {
                Err(error) if error.class == Class::Outdated => {}
                removed => return gone(removed),
            }
        }
    }

    async fn remove(&self, client: &Client, with_data: bool) -> Result<()> {
        let name = self.name.clone();
        match N::KIND {
            Kind::Bucket => self.remove_bucket(client, with_data).await,
            Kind::Role => {
                let read = client.read("ListRolePolicies", {
                    let name = name.clone();
                    move |cloud| Ok(cloud.read(N::KIND, &name))
                });
                if read.await?.is_some_and(|role| !role.entries.is_empty()) {
                    let hint = "the role has policies that pipectl did not put there";
                    return Err(Error { operation: "DeleteRole", class: Class::Invalid, hint });
                }
                gone(client.write("DeleteRole", move |cloud| cloud.delete(N::KIND, &name)).await)
            }
            _ => {
                gone(client.call("Delete", Self::patience(), move |cloud| cloud.delete(N::KIND, &name)).await)?;
                self.vanished(client).await
            }
        }
    }

    /// The planted fault: what has the same name in the blueprint goes first.
    async fn delete_early(&self, client: &Client, tags: &Tags) -> Result<()> {
        let (own, name) = (self.name.clone(), tags.get(NAME).cloned());
        let others = client.read("ListBuckets", move |cloud| Ok(cloud.all(N::KIND))).await?;
        for (other, thing) in others {
            if thing.is_ours() && thing.tags.get(NAME) == name.as_ref() && other != own {
                Self::of(&thing).remove(client, true).await?;
            }
        }
        Ok(())
    }
}

impl<N: Noun> Resource for ByName<N> {
    type World = Client;
    type Outputs = Pending<String>;
    const KIND: &'static str = N::KIND.name();
    const USES: &'static [&'static str] = N::USES;
    const HOLDS_DATA: bool = matches!(N::KIND, Kind::Bucket);

    fn id(&self) -> String {
        self.name.clone()
    }

    fn attributes(&self) -> Attributes {
        let Self { name, fixed, size, extra, links, noun: _ } = self;
        let all = Attributes::new().replace("name", name).replace("fixed", fixed).update("size", size);
        all.update("links", links).update("extra", extra)
    }

    fn predict(&self, (): &(), _: &str) -> Pending<String> {
        self.outputs()
    }

    async fn observe(client: &Client, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        named::observe(client, wanted).await
    }

    async fn create(&self, client: &Client, name: &str) -> Result<Pending<String>> {
        match named::create(self, client, name).await {
            Err(error) if error.class == Class::Network && client.planted == Some(Planted::AnswerBelieved) => {
                Ok(self.outputs())
            }
            created => created,
        }
    }

    async fn finish(&self, client: &Client, name: &str) -> Result<()> {
        named::finish(self, client, name).await
    }

    async fn update(&self, client: &Client, live: &Live<Self>, changes: &[Change]) -> Result<Pending<String>> {
        named::update(self, client, live, changes).await
    }

    async fn delete(live: &Live<Self>, client: &Client) -> Result<()> {
        live.resource.remove(client, !live.data.is_empty()).await
    }
}

impl<N: Noun> Named for ByName<N> {
    type Call = Call;

    fn name(&self) -> &str {
        &self.name
    }

    fn outputs(&self) -> Pending<String> {
        Pending::Known(format!("{}/{}", word(N::KIND), self.name))
    }

    fn calls(attribute: &str) -> &'static [Call] {
        match attribute {
            "size" | "links" => &[Call::Main],
            "extra" => &[Call::Extra],
            _ => &[],
        }
    }

    /// Roles by their path, since IAM is not in the Tagging API.
    async fn list(client: &Client) -> Result<Vec<String>> {
        if N::KIND != Kind::Role {
            return client.tagged(N::KIND).await;
        }
        let all = client.read("ListRoles", |cloud| Ok(cloud.all(N::KIND))).await?;
        Ok(all.into_iter().map(|(name, _)| name).filter(|name| name.starts_with("us-")).collect())
    }

    async fn read(client: &Client, name: &str) -> Result<Option<Found<Self>>> {
        let name = name.to_owned();
        let found = client.read("Get", move |cloud| Ok(cloud.read(N::KIND, &name))).await?;
        Ok(found.filter(|thing| !matches!(thing.state, State::Deleting(_))).map(|thing| {
            let objects = thing.entries.keys().filter(|object| !object.starts_with(OWN_PREFIX)).count();
            let data = if Self::HOLDS_DATA && objects > 0 { format!("{objects} objects") } else { String::new() };
            Found { resource: Self::of(&thing), stamp: Stamp::read(&thing.tags), data }
        }))
    }

    async fn make(&self, client: &Client, tags: &Tags) -> Result<()> {
        if N::KIND == Kind::Bucket && client.planted == Some(Planted::DeletedEarly) {
            self.delete_early(client, tags).await?;
        }
        if N::KIND == Kind::Bucket && client.new_bucket.get() == Some(&self.name) {
            return Ok(());
        }
        let (settings, on_it) = (self.settings(), tags.clone());
        let patience = if N::KIND == Kind::Bucket { Patience::USUAL } else { Self::patience() };
        let made = client.call("Create", patience, move |cloud| {
            cloud.usable(&settings.links)?;
            cloud.create(N::KIND, settings, on_it)
        });
        made.await?;
        if self.is_made_bare() {
            return self.tag(client, tags.clone()).await;
        }
        Ok(())
    }

    async fn settle(&self, client: &Client) -> Result<()> {
        self.settled(client).await
    }

    fn made(&self) -> Self {
        let size = if self.is_made_bare() { 0 } else { self.size };
        Self { size, extra: 0, ..self.clone() }
    }

    /// What a destroy that was killed has begun: the name is free when it is done. What is ours is waited for.
    async fn clear(&self, client: &Client, found: Option<&Found<Self>>) -> Result<bool> {
        match found {
            Some(found) if found.is_ours() => self.settled(client).await.map(|()| false),
            None if N::KIND == Kind::Trigger => self.vanished(client).await.map(|()| true),
            _ => Ok(false),
        }
    }

    fn is_late(&self, call: Call) -> bool {
        call == Call::Extra
    }

    async fn send(&self, call: Call, client: &Client) -> Result<()> {
        let (name, extra, size) = (self.name.clone(), self.extra, self.size);
        if call == Call::Extra {
            let put = move |cloud: &mut crate::cloud::Cloud| {
                cloud.change(N::KIND, &name).map(|thing| thing.settings.extra = extra)
            };
            client.call("PutExtra", Self::patience(), put).await?;
            return self.settled(client).await;
        }
        let links: Vec<_> = self.links.iter().map(|link| link.known().clone()).collect();
        self.settled(client).await?;
        let update = client.call("Update", Self::patience(), move |cloud| {
            cloud.usable(&links)?;
            let thing = cloud.change(N::KIND, &name)?;
            (thing.settings.size, thing.settings.links) = (size, links);
            Ok(())
        });
        update.await?;
        self.settled(client).await
    }

    async fn tag(&self, client: &Client, tags: Tags) -> Result<()> {
        let name = self.name.clone();
        client.call("Tag", Self::patience(), move |cloud| cloud.tag(N::KIND, &name, tags)).await
    }
}

//! An object in a bucket, a statement in a function's policy, a query in a workgroup: none has tags of its own.

use crate::client::{Client, Patience, Result, gone};
use crate::cloud::Cloud;
use crate::thing::{Class, Kind, OWN_SID, SCRIPTS, Settings, Tags, Thing, US};
use futures::future::try_join_all;
use pipectl_engine::diff::{Attributes, Change};
use pipectl_engine::resource::{Live, Owner, Resource, Wanted};
use pipectl_engine::value::Pending;
use std::collections::BTreeSet;

/// The id behind `bucket/`.
fn behind(link: &str) -> String {
    link.split_once('/').map_or("", |(_, id)| id).to_owned()
}

/// Entries of a thing that begin so; none where it is not there.
async fn entries(client: &Client, kind: Kind, id: &str, prefix: &'static str) -> Result<Vec<(String, String)>> {
    let id = id.to_owned();
    let found = client.read("ListEntries", move |cloud| Ok(cloud.read(kind, &id)));
    let entries = found.await?.map(|thing| thing.entries).unwrap_or_default();
    Ok(entries.into_iter().filter(|(entry, _)| entry.starts_with(prefix)).collect())
}

/// A script under a key that names its content.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    /// `bucket/us-a-0`
    pub(crate) bucket: Pending<String>,
    pub(crate) key: String,
    pub(crate) content: String,
}

impl Object {
    pub(crate) fn new(bucket: &Pending<String>, letter: char, content: i64) -> Self {
        Self { bucket: bucket.clone(), key: format!("{SCRIPTS}{letter}{content}"), content: content.to_string() }
    }

    fn outputs(&self) -> Pending<String> {
        self.bucket.map(|bucket| format!("object/{}/{}", behind(bucket), self.key))
    }

    fn live(name: String, bucket: &str, key: String, content: String) -> Live<Self> {
        let object = Self { bucket: Pending::Known(format!("bucket/{bucket}")), key, content };
        let outputs = object.outputs();
        Live::contained(name, object, outputs)
    }

    async fn put(&self, client: &Client) -> Result<Pending<String>> {
        let (bucket, key, content) =
            ((Kind::Bucket, behind(self.bucket.known())), self.key.clone(), self.content.clone());
        client.call("PutObject", Patience::NEW_BUCKET, move |cloud| cloud.put_in(&bucket, &key, &content)).await?;
        Ok(self.outputs())
    }
}

impl Resource for Object {
    type World = Client;
    type Outputs = Pending<String>;
    const KIND: &'static str = Kind::Object.name();
    const USES: &'static [&'static str] = &["sim.bucket"];

    fn id(&self) -> String {
        format!("{}/{}", behind(self.bucket.known()), self.key)
    }

    fn attributes(&self) -> Attributes {
        let Self { bucket, key, content } = self;
        Attributes::new().replace("bucket", bucket).replace("key", key).update("content", content)
    }

    fn predict(&self, (): &(), _: &str) -> Pending<String> {
        self.outputs()
    }

    async fn observe(client: &Client, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        let split = |wanted: &Wanted| wanted.id.split_once('/').map(|(bucket, _)| bucket.to_owned());
        let mut buckets: BTreeSet<_> = wanted.iter().filter_map(split).collect();
        buckets.extend(client.tagged(Kind::Bucket).await?);
        let all = buckets.iter().map(async |bucket| {
            Ok::<_, crate::client::Error>((bucket, entries(client, Kind::Bucket, bucket, SCRIPTS).await?))
        });
        let mut live = vec![];
        for (bucket, objects) in try_join_all(all).await? {
            for (key, content) in objects {
                let id = format!("{bucket}/{key}");
                let name =
                    wanted.iter().find(|wanted| wanted.id == id).map_or(key.clone(), |wanted| wanted.name.clone());
                live.push(Self::live(name, bucket, key, content));
            }
        }
        Ok(live)
    }

    async fn create(&self, client: &Client, _: &str) -> Result<Pending<String>> {
        self.put(client).await
    }

    async fn update(&self, client: &Client, _: &Live<Self>, _: &[Change]) -> Result<Pending<String>> {
        self.put(client).await
    }

    async fn delete(live: &Live<Self>, client: &Client) -> Result<()> {
        let (bucket, key) = ((Kind::Bucket, behind(live.resource.bucket.known())), live.resource.key.clone());
        gone(client.write("DeleteObject", move |cloud| cloud.take_out(&bucket, &[key])).await)
    }
}

/// One statement. It cannot be changed, only taken away and put back.
#[derive(Clone, Debug)]
pub(crate) struct Permission {
    pub(crate) name: String,
    /// `function/us-f-0`
    pub(crate) function: Pending<String>,
    pub(crate) source: i64,
}

impl Permission {
    fn sid(&self) -> String {
        format!("{OWN_SID}{}", self.name)
    }

    fn function(&self) -> String {
        behind(self.function.known())
    }

    fn outputs(&self) -> Pending<String> {
        self.function.map(|function| format!("permission/{}/{}", behind(function), self.sid()))
    }

    async fn add(&self, client: &Client) -> Result<()> {
        let (key, sid, source) = ((Kind::Function, self.function()), self.sid(), self.source.to_string());
        client
            .call("AddPermission", Patience { absent: 60_000, ..Patience::LAMBDA }, move |cloud| {
                let there = cloud.read(key.0, &key.1).is_some_and(|function| function.entries.contains_key(&sid));
                if there { Err(Class::Exists) } else { cloud.put_in(&key, &sid, &source) }
            })
            .await
    }

    async fn remove(&self, client: &Client) -> Result<()> {
        let (key, sid) = ((Kind::Function, self.function()), self.sid());
        gone(client.call("RemovePermission", Patience::LAMBDA, move |cloud| cloud.take_out(&key, &[sid])).await)
    }

    async fn of_function(client: &Client, function: &str) -> Result<Vec<Self>> {
        let found = entries(client, Kind::Function, function, OWN_SID).await?;
        Ok(found
            .into_iter()
            .map(|(sid, source)| Self {
                name: sid.trim_start_matches(OWN_SID).to_owned(),
                function: Pending::Known(format!("function/{function}")),
                source: source.parse().unwrap_or_default(),
            })
            .collect())
    }

    /// What is there under its id is it already, if the answer to an earlier try was lost.
    async fn replace(&self, client: &Client) -> Result<()> {
        let found = Self::of_function(client, &self.function()).await?;
        if found.iter().any(|live| live.attributes() == self.attributes()) {
            return Ok(());
        }
        self.remove(client).await?;
        self.add(client).await
    }
}

impl Resource for Permission {
    type World = Client;
    type Outputs = Pending<String>;
    const KIND: &'static str = Kind::Permission.name();
    const USES: &'static [&'static str] = &["sim.function"];

    fn id(&self) -> String {
        format!("{}/{}", self.function(), self.sid())
    }

    fn attributes(&self) -> Attributes {
        let Self { name, function, source } = self;
        Attributes::new().replace("name", name).replace("function", function).update("source", source)
    }

    fn predict(&self, (): &(), _: &str) -> Pending<String> {
        self.outputs()
    }

    async fn observe(client: &Client, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        let function = |wanted: &Wanted| Some(wanted.id.split_once('/')?.0.to_owned());
        let mut functions: BTreeSet<_> = wanted.iter().filter_map(function).collect();
        functions.extend(client.tagged(Kind::Function).await?);
        let all = try_join_all(functions.iter().map(|function| Self::of_function(client, function))).await?;
        let live = all.into_iter().flatten().map(|permission| {
            let name = permission.name.clone();
            let outputs = permission.outputs();
            Live::contained(name, permission, outputs)
        });
        Ok(live.collect())
    }

    async fn create(&self, client: &Client, _: &str) -> Result<Pending<String>> {
        let _turn = client.lane(&self.function()).await;
        match self.add(client).await {
            Err(error) if error.class == Class::Exists => self.replace(client).await?,
            added => added?,
        }
        Ok(self.outputs())
    }

    async fn update(&self, client: &Client, _: &Live<Self>, _: &[Change]) -> Result<Pending<String>> {
        let _turn = client.lane(&self.function()).await;
        self.remove(client).await?;
        self.add(client).await?;
        Ok(self.outputs())
    }

    async fn delete(live: &Live<Self>, client: &Client) -> Result<()> {
        let _turn = client.lane(&live.resource.function()).await;
        live.resource.remove(client).await
    }
}

/// A saved query: the cloud chooses its id, takes several of one name, and ours are known by a mark.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) name: String,
    pub(crate) fixed: i64,
    pub(crate) sql: i64,
}

const MARK: &str = "mark";

fn mark() -> Tags {
    [(MARK.to_owned(), US.to_owned())].into()
}

impl Query {
    fn live(wanted: &[Wanted], id: &str, thing: &Thing) -> Option<Live<Self>> {
        let Settings { name, fixed, size: sql, .. } = thing.settings.clone();
        let ours = thing.tags.get(MARK).is_some_and(|mark| mark == US);
        let resource = Self { name, fixed, sql };
        let wanted = wanted.iter().find(|wanted| wanted.id == resource.id()).map(|wanted| wanted.name.clone());
        let name = wanted.or_else(|| ours.then(|| resource.name.clone()))?;
        let mut live = Live::contained(name, resource, Pending::Known(format!("query/{id}")));
        if !ours {
            live.owner = Owner::Nobody;
        }
        Some(live)
    }
}

/// Somebody else's is left alone where there is one of ours, or another one before it.
fn without_others(mut all: Vec<Live<Query>>) -> Vec<Live<Query>> {
    all.sort_by_key(|live| live.owner != Owner::Us);
    let mut seen = BTreeSet::new();
    all.retain(|live| seen.insert(live.name.clone()) || live.owner == Owner::Us);
    all
}

impl Resource for Query {
    type World = Client;
    type Outputs = Pending<String>;
    const KIND: &'static str = Kind::Query.name();

    /// What cannot be changed is part of it.
    fn id(&self) -> String {
        format!("{}/{}", self.fixed, self.name)
    }

    fn live_id(live: &Live<Self>) -> String {
        behind(live.outputs.known())
    }

    fn attributes(&self) -> Attributes {
        let Self { name, fixed, sql } = self;
        Attributes::new().replace("name", name).replace("fixed", fixed).update("sql", sql)
    }

    fn predict(&self, (): &(), _: &str) -> Pending<String> {
        Pending::AfterApply
    }

    async fn observe(client: &Client, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        let all = client.read("ListNamedQueries", |cloud| Ok(cloud.all(Kind::Query))).await?;
        Ok(without_others(all.iter().filter_map(|(id, thing)| Self::live(wanted, id, thing)).collect()))
    }

    /// A request that is sent again carries the token of the first one.
    async fn create(&self, client: &Client, _: &str) -> Result<Pending<String>> {
        let Self { name, fixed, sql: size } = self.clone();
        let token = client.token();
        let create = move |cloud: &mut Cloud| {
            let settings = Settings { name, fixed, size, ..Settings::default() };
            Ok(cloud.create_with_token(token, Kind::Query, settings, mark()))
        };
        Ok(Pending::Known(format!("query/{}", client.write("CreateNamedQuery", create).await?)))
    }

    async fn update(&self, client: &Client, live: &Live<Self>, _: &[Change]) -> Result<Pending<String>> {
        let (id, sql) = (behind(live.outputs.known()), self.sql);
        let update = move |cloud: &mut Cloud| {
            cloud.change(Kind::Query, &id)?.settings.size = sql;
            cloud.tag(Kind::Query, &id, mark())
        };
        client.write("UpdateNamedQuery", update).await?;
        Ok(live.outputs.clone())
    }

    async fn delete(live: &Live<Self>, client: &Client) -> Result<()> {
        let id = behind(live.outputs.known());
        gone(client.write("DeleteNamedQuery", move |cloud| cloud.delete(Kind::Query, &id)).await)
    }
}

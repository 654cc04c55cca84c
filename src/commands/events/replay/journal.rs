//! What was sent again, in the pipeline's bucket: so that nothing that was acknowledged is sent a second time.
//!
//! A replay writes its order once, and before each request to Firehose its progress: what was acknowledged, and what is on its
//! way now. So the run after one that was cut off knows all but the one request that was on its way then.

use super::super::condition::Condition;
use super::super::files::{fetch, list};
use super::between::Between;
use super::source::{From, Source};
use crate::aws::{Aws, Result, write};
use crate::resources::OWN_PREFIX;
use aws_sdk_s3::primitives::ByteStream;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};

const SCHEMA: &str = "pipectl-replay/1";
const ORDER: &str = "order.json";
const PROGRESS: &str = "progress.json";

/// A file by its place in the order, and the number of a record in it.
pub(super) type Spot = (usize, usize);

/// What is to be sent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) schema: String,
    pub(super) source: From,
    pub(super) between: Between,
    #[serde(rename = "where")]
    pub(super) conditions: Vec<String>,
    pub(super) begun: Timestamp,
    pub(super) by: String,
    /// Keys and sizes.
    pub(super) files: Vec<(String, i64)>,
}

/// How far it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Progress {
    /// All up to here that were to be sent are acknowledged.
    pub(super) through: Option<Spot>,
    /// Acknowledged, too.
    pub(super) beyond: BTreeSet<Spot>,
    /// Sent, and no answer was written down.
    pub(super) sending: Vec<Spot>,
    pub(super) events: u64,
    pub(super) ended: Option<Timestamp>,
}

impl Order {
    pub(super) fn new(source: From, between: Between, conditions: &[Condition], files: &[Source], by: String) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            source,
            between,
            conditions: conditions.iter().map(ToString::to_string).collect(),
            begun: Timestamp::now(),
            by,
            files: files.iter().map(|file| (file.key.clone(), file.bytes)).collect(),
        }
    }
}

/// The journal of a replay that is under way.
pub(super) struct Journal<'a> {
    aws: &'a Aws,
    bucket: &'a str,
    folder: String,
    pub(super) progress: Progress,
}

impl<'a> Journal<'a> {
    /// # Errors
    /// AWS's.
    pub(super) async fn begin(aws: &'a Aws, bucket: &'a str, order: &Order, id: &str) -> Result<Self> {
        let folder = format!("{OWN_PREFIX}replay/{}-{}/", order.begun.strftime("%Y%m%dT%H%M%SZ"), &id[..8]);
        put(aws, bucket, &format!("{folder}{ORDER}"), order).await?;
        Ok(Self { aws, bucket, folder, progress: Progress::default() })
    }

    /// # Errors
    /// AWS's.
    pub(super) async fn write(&self) -> Result<()> {
        put(self.aws, self.bucket, &format!("{}{PROGRESS}", self.folder), &self.progress).await
    }
}

async fn put(aws: &Aws, bucket: &str, key: &str, value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_vec(value).unwrap_or_default();
    let body = || ByteStream::from(text.clone());
    let put = || aws.s3.put_object().bucket(bucket).key(key).content_type("application/json").body(body()).send();
    write("s3:PutObject", put).await.map(drop)
}

/// What an earlier replay has done with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Was {
    Untouched,
    /// It was on its way when the replay was cut off.
    Perhaps(Timestamp),
    Sent(Timestamp),
}

/// All replays from one source that there were.
#[derive(Debug, Default)]
pub(super) struct Earlier(Vec<Past>);

#[derive(Debug)]
struct Past {
    order: Order,
    conditions: Vec<Condition>,
    progress: Progress,
    /// Each file's place in the order.
    places: HashMap<(String, i64), usize>,
}

impl Earlier {
    /// # Errors
    /// AWS's.
    pub(super) async fn of(aws: &Aws, bucket: &str, source: From) -> Result<Self> {
        let (mut all, mut progress) = (vec![], HashMap::new());
        for file in list(aws, bucket, &format!("{OWN_PREFIX}replay/"), None).await? {
            let Some((folder, name)) = file.key.rsplit_once('/') else { continue };
            let folder = folder.to_owned();
            match name {
                PROGRESS => _ = progress.insert(folder, got::<Progress>(aws, bucket, file).await?),
                ORDER => all.extend(got::<Order>(aws, bucket, file).await?.map(|order| (folder, order))),
                _ => {}
            }
        }
        let ours = all.into_iter().filter(|(_, order)| order.schema == SCHEMA && order.source == source);
        Ok(Self(ours.map(|(folder, order)| Past::new(order, progress.remove(&folder).flatten())).collect()))
    }

    /// Whether values have to be looked at.
    pub(super) fn has_conditions(&self) -> bool {
        self.0.iter().any(|past| !past.conditions.is_empty())
    }

    pub(super) fn was(&self, file: &Source, number: usize, time: Timestamp, event: &Map<String, Value>) -> Was {
        let was = self.0.iter().map(|past| past.was(file, number, time, event));
        was.max().unwrap_or(Was::Untouched)
    }
}

async fn got<T: DeserializeOwned>(aws: &Aws, bucket: &str, file: super::super::files::File) -> Result<Option<T>> {
    let (_, body) = fetch(aws, bucket, file, i64::MAX).await?;
    Ok(serde_json::from_slice(&body).ok())
}

impl Past {
    fn new(order: Order, progress: Option<Progress>) -> Self {
        let places = order.files.iter().enumerate().map(|(place, file)| (file.clone(), place)).collect();
        let conditions = order.conditions.iter().filter_map(|condition| condition.parse().ok()).collect();
        Self { order, conditions, progress: progress.unwrap_or_default(), places }
    }

    fn was(&self, file: &Source, number: usize, time: Timestamp, event: &Map<String, Value>) -> Was {
        let Some(place) = self.places.get(&(file.key.clone(), file.bytes)) else { return Was::Untouched };
        let wanted = self.order.between.has(time) && self.conditions.iter().all(|condition| condition.holds(event));
        let (spot, Progress { through, beyond, sending, .. }) = ((*place, number), &self.progress);
        match wanted {
            true if through.is_some_and(|through| spot <= through) || beyond.contains(&spot) => {
                Was::Sent(self.order.begun)
            }
            true if sending.contains(&spot) => Was::Perhaps(self.order.begun),
            _ => Was::Untouched,
        }
    }
}

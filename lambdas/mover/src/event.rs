//! S3's notification of new objects.
//!
//! Shape: Amazon S3 user guide, "Event message structure". A test message (`"Event": "s3:TestEvent"`) has no records.

use percent_encoding::percent_decode_str;
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    #[serde(rename = "Records", default)]
    records: Vec<Record>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    #[serde(default)]
    event_time: String,
    s3: Entity,
}

#[derive(Clone, Debug, Deserialize)]
struct Entity {
    bucket: Bucket,
    object: Object,
}

#[derive(Clone, Debug, Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Object {
    key: String,
}

/// One new object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub bucket: String,
    /// As it is in the bucket.
    pub key: String,
    /// When it was made, `2026-11-23T19:56:30.000Z`.
    pub time: String,
}

impl Event {
    /// The files that it tells of, each once.
    pub fn files(&self) -> impl Iterator<Item = File> {
        let mut seen = std::collections::BTreeSet::new();
        self.records.iter().filter_map(move |record| {
            let (bucket, key) = (record.s3.bucket.name.clone(), decode(&record.s3.object.key));
            let file = File { bucket, key, time: record.event_time.clone() };
            seen.insert((file.bucket.clone(), file.key.clone())).then_some(file)
        })
    }
}

/// Keys are encoded as in a form: `+` is a blank. The article's function took them as they are, and missed every
/// file with such a character in its name.
fn decode(key: &str) -> String {
    percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned()
}

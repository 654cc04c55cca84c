//! S3's notification of new objects.
//!
//! Shape: Amazon S3 user guide, "Event message structure". A test message (`"Event": "s3:TestEvent"`), which S3 sends when a
//! notification is configured, has no records.

use percent_encoding::percent_decode;
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    #[serde(rename = "Records", default)]
    records: Vec<Record>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
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
    #[serde(default)]
    size: u64,
}

/// One new object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct File {
    pub(crate) bucket: String,
    /// As it is in the bucket.
    pub(crate) key: String,
    /// In bytes.
    pub(crate) size: u64,
    /// When it was made, `2026-11-23T19:56:30.000Z`.
    pub(crate) time: String,
}

/// A key that is no UTF-8 when decoded, as it is in the event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Undecodable(pub(crate) String);

impl Event {
    /// The files that it tells of, each once: S3 delivers at least once.
    pub(crate) fn files(&self) -> Vec<Result<File, Undecodable>> {
        let mut seen = BTreeSet::new();
        self.records.iter().map(Record::file).filter(|file| seen.insert(file.clone())).collect()
    }
}

impl Record {
    fn file(&self) -> Result<File, Undecodable> {
        let Entity { bucket, object } = &self.s3;
        let key = decode(&object.key).ok_or_else(|| Undecodable(object.key.clone()))?;
        Ok(File { bucket: bucket.name.clone(), key, size: object.size, time: self.event_time.clone() })
    }
}

/// Keys are encoded as in a form: `+` is a blank. The article's function took them as they are, and missed every file with such a
/// character in its name. Decoding what is no UTF-8 by approximation would ask for a file that is not there, and take it for moved.
pub(crate) fn decode(key: &str) -> Option<String> {
    let blanks: Vec<u8> = key.bytes().map(|byte| if byte == b'+' { b' ' } else { byte }).collect();
    Some(percent_decode(&blanks).decode_utf8().ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_decoded_as_forms_are() {
        for (encoded, key) in [
            ("raw/a+b.gz", Some("raw/a b.gz")),
            ("raw/a%2Bb%3Dc.gz", Some("raw/a+b=c.gz")),
            ("raw/100%25.gz", Some("raw/100%.gz")),
            ("raw/%C3%A9.gz", Some("raw/é.gz")),
            ("raw/%C3.gz", None),
        ] {
            assert_eq!(decode(encoded).as_deref(), key, "{encoded}");
        }
    }
}

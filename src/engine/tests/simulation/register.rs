//! The registers of the lock: an object in each of the pipeline's buckets, written on the condition of its version, as S3 has it.

use crate::client::{Client, Error, Patience, Result};
use crate::ladders::{begun, stamped};
use crate::planted::Planted;
use crate::thing::{Class, Kind, LOCK, Settings};
use pipectl_engine::diff::Attributes;
use pipectl_engine::lock::{Entry, Holder, Lease, Reading, Registers, Written};
use std::time::Duration;

#[derive(Debug)]
pub(crate) struct BucketLocks<'a> {
    pub(crate) client: &'a Client,
}

/// Seconds at the beginning of time here. The register's clock tells whole ones.
const EPOCH: u64 = 1_800_000_000;

pub(crate) fn holder(number: usize) -> Holder {
    Holder { operation: "apply".to_owned(), who: format!("run {number}"), run: None, process: None }
}

fn written(entry: &Entry) -> String {
    let Entry { by, at, lease } = entry;
    let lease = lease.as_ref().map_or(String::new(), |Lease { id, since, until, .. }| format!("{id} {since} {until}"));
    format!("{by}|{at}|{lease}")
}

fn parsed(text: &str) -> Option<Entry> {
    let [by, at, lease] = text.split('|').collect::<Vec<_>>().try_into().ok()?;
    let lease = match lease.split(' ').collect::<Vec<_>>()[..] {
        [id, since, until] => {
            let holder = holder(id.trim_start_matches("run-").parse().ok()?);
            Some(Lease { id: id.to_owned(), holder, since: since.parse().ok()?, until: until.parse().ok()? })
        }
        _ => None,
    };
    Some(Entry { by: by.to_owned(), at: at.parse().ok()?, lease })
}

impl Registers for BucketLocks<'_> {
    /// The content stands for its ETag.
    type Version = String;
    type Error = Error;

    async fn read(&self, bucket: &str) -> Result<Reading<String>> {
        let bucket = bucket.to_owned();
        let read = self.client.read("GetLock", move |cloud| {
            let there = cloud.read(Kind::Bucket, &bucket).and_then(|bucket| bucket.entries.get(LOCK).cloned());
            Ok((there, cloud.now))
        });
        let (there, now) = read.await?;
        let found = there.and_then(|text| Some((parsed(&text)?, text)));
        Ok(Reading { found, now: EPOCH + now / 1_000 })
    }

    async fn write(&self, bucket: &str, entry: &Entry, version: Option<&String>) -> Result<Written<String>> {
        let (key, text, version) = ((Kind::Bucket, bucket.to_owned()), written(entry), version.cloned());
        let ignored = self.client.planted == Some(Planted::LockIgnored);
        let (number, gives_back) = (self.client.number, entry.lease.is_none());
        let put = self.client.call("PutLock", Patience::USUAL, move |cloud| {
            let Some(bucket) = cloud.read(key.0, &key.1) else { return Ok(Written::Nowhere) };
            if bucket.entries.get(LOCK) != version.as_ref() && !ignored {
                return Ok(Written::Stale);
            }
            cloud.put_in(&key, LOCK, &text)?;
            // It does nothing more, whether it hears of that or not.
            if gives_back {
                cloud.conscience.at_work.remove(&number);
            }
            Ok(Written::Done(text))
        });
        put.await
    }

    /// A bucket with all of its tags, which say that it is begun: without a name, nobody would find it again.
    async fn prepare(&self, bucket: &str) -> Result<()> {
        let settings = Settings { name: bucket.to_owned(), ..Settings::default() };
        let tags = begun(stamped("a", &Attributes::new()));
        let made = self.client.write("CreateBucket", move |cloud| cloud.create(Kind::Bucket, settings, tags));
        match made.await {
            Err(error) if error.class == Class::Exists => return Ok(()),
            made => made?,
        }
        let _ = self.client.new_bucket.set(bucket.to_owned());
        Ok(())
    }

    fn clock(&self) -> Duration {
        Duration::from_millis(self.client.shared.now())
    }

    async fn pause(&self, time: Duration) {
        self.client.shared.sleep(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)).await;
    }
}

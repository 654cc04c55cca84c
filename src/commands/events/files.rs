//! The files of the bucket that are read: the newest ones.

use super::arrived::Arrived;
use super::lines::each;
use crate::aws::{Aws, Class, Error, Result, pages, read};
use crate::commands::session::Session;
use crate::report::{Bar, Spot};
use aws_sdk_s3::types::{EncodingType, Object};
use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How much is read: the newest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) events: u64,
    /// That are fetched, and of one file. Firehose writes files of at most 128 MB.
    pub(super) bytes: i64,
    /// How far back.
    pub(super) since: Duration,
}

/// Files that are fetched at once.
pub(super) const AT_ONCE: usize = 8;

/// What was looked at, of what there is.
pub(super) struct Looked<'a> {
    pub(super) arrived: Arrived<'a>,
    pub(super) files: usize,
    pub(super) of: usize,
    /// The days of the partitions, and what of a file could not be read.
    pub(super) days: Option<(String, String)>,
    pub(super) damage: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) key: String,
    /// Seconds since 1970.
    pub(super) written: i64,
    pub(super) bytes: i64,
}

/// # Errors
/// There is no bucket, or AWS refuses something.
pub(super) async fn look<'a>(session: &'a Session, bounds: Bounds) -> Result<Looked<'a>> {
    let pipeline = &session.pipeline;
    let first = Timestamp::now().checked_sub(bounds.since).unwrap_or(Timestamp::UNIX_EPOCH);
    let files = lying(session, first).await?;
    let of = files.len();
    let mut looked = Looked {
        arrived: Arrived::new(&pipeline.schema, pipeline.event_id()),
        files: 0,
        of,
        days: None,
        damage: vec![],
    };
    let mut before = 0;
    let within = move |file: &File| {
        let begins = before;
        before += file.bytes;
        begins < bounds.bytes
    };
    let fetch = |file: File| fetch(&session.aws, &pipeline.bucket.name, file, bounds.bytes);
    let mut bodies = stream::iter(files.into_iter().take_while(within).map(fetch)).buffered(AT_ONCE);
    let bar = Bar::spinner();
    while looked.arrived.events < bounds.events {
        let Some(body) = bodies.next().await else { break };
        let (file, body) = body?;
        looked.take(&pipeline.bucket.name, &file, &body, bounds.events);
        bar.show(&format!("files: {}, events: {}", looked.files, looked.arrived.events));
    }
    Ok(looked)
}

impl Looked<'_> {
    fn take(&mut self, bucket: &str, file: &File, body: &[u8], most: u64) {
        let uri: Arc<str> = format!("s3://{bucket}/{}", file.key).into();
        let spot = |line| Spot { file: Arc::clone(&uri), line };
        let arrived = &mut self.arrived;
        let read = each(body, |number, line| {
            match line {
                Ok(events) => events.iter().for_each(|event| arrived.add(event, &spot(number))),
                Err(_) => arrived.broken(spot(number)),
            }
            arrived.events < most
        });
        if let Err(damage) = read {
            self.damage.push(format!("what is behind line {} of {uri}: {}", damage.behind, damage.error));
        }
        self.files += 1;
        let Some(day) = day(&file.key) else { return };
        self.days = Some(match self.days.take() {
            Some((first, last)) => (first.min(day.clone()), last.max(day)),
            None => (day.clone(), day),
        });
    }
}

/// The files in the partitions of this day and of those after it, and those on their way there, the newest first.
pub(super) async fn lying(session: &Session, first: Timestamp) -> Result<Vec<File>> {
    let (pipeline, aws) = (&session.pipeline, &session.aws);
    let (bucket, partitions) = (&pipeline.bucket.name, &pipeline.mover.prefix);
    let from = first.strftime("year=%Y/month=%m/day=%d/").to_string();
    let start = format!("{partitions}{from}");
    let (moved, waiting) = futures::try_join!(
        list(aws, bucket, partitions, Some(&start)),
        list(aws, bucket, &pipeline.delivery.prefix, None),
    )?;
    let moved = moved.into_iter().filter(|file| day(&file.key).is_some());
    let waiting = waiting.into_iter().filter(|file| !file.key.starts_with(partitions.as_str()));
    // The one prefix may lie within the other.
    let all: BTreeMap<_, _> = moved.chain(waiting).map(|file| (file.key.clone(), file)).collect();
    let mut all: Vec<_> = all.into_values().filter(|file| !file.key.ends_with('/')).collect();
    all.sort_by(|a, b| (b.written, &b.key).cmp(&(a.written, &a.key)));
    Ok(all)
}

/// `2026-11-26`, of a key in a partition.
fn day(key: &str) -> Option<String> {
    let mut folders = key.split('/').skip_while(|folder| !folder.starts_with("year="));
    let mut part = |name: &str| folders.next()?.strip_prefix(name).map(str::to_owned);
    Some(format!("{}-{}-{}", part("year=")?, part("month=")?, part("day=")?))
}

pub(super) async fn list(aws: &Aws, bucket: &str, prefix: &str, start: Option<&str>) -> Result<Vec<File>> {
    let page = |token: Option<String>| {
        // A key may hold what XML cannot.
        let request = aws.s3.list_objects_v2().bucket(bucket).prefix(prefix).encoding_type(EncodingType::Url);
        request.set_start_after(start.map(str::to_owned)).set_continuation_token(token).send()
    };
    let pages = pages("s3:ListBucket", page, |page| page.next_continuation_token()).await;
    let made = "`pipectl apply` makes it";
    let pages = pages.map_err(|error| if error.class() == Class::Absent { error.with_hint(made) } else { error })?;
    Ok(pages.iter().flat_map(|page| page.contents()).filter_map(file).collect())
}

/// What lies below a prefix as if it were folders, each with its slash.
pub(super) async fn folders(aws: &Aws, bucket: &str, prefix: &str) -> Result<Vec<String>> {
    let page = |token: Option<String>| {
        let request = aws.s3.list_objects_v2().bucket(bucket).prefix(prefix).delimiter("/");
        request.set_continuation_token(token).send()
    };
    let pages = pages("s3:ListBucket", page, |page| page.next_continuation_token()).await?;
    let all = pages.iter().flat_map(|page| page.common_prefixes());
    Ok(all.filter_map(|folder| folder.prefix().map(str::to_owned)).collect())
}

fn file(object: &Object) -> Option<File> {
    let key = percent_decode_str(&object.key()?.replace('+', " ")).decode_utf8_lossy().into_owned();
    let written = object.last_modified().map_or(0, |time| time.secs());
    Some(File { key, written, bytes: object.size().unwrap_or_default() })
}

pub(super) async fn fetch(aws: &Aws, bucket: &str, file: File, most: i64) -> Result<(File, bytes::Bytes)> {
    let range = (file.bytes > most).then(|| format!("bytes=0-{}", most - 1));
    let got =
        read("s3:GetObject", || aws.s3.get_object().bucket(bucket).key(&file.key).set_range(range.clone()).send());
    let body = got.await?.body.collect().await;
    let body = body.map_err(|error| Error::new("s3:GetObject", "IncompleteBody", &error.to_string()))?;
    Ok((file, body.into_bytes()))
}

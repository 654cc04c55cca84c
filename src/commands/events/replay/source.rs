//! The files from which records are sent again.

use super::super::files::{File, folders, list};
use super::between::Between;
use crate::aws::{Aws, Expect as _, Result, read, write};
use crate::commands::session::Session;
use crate::config::Pipeline;
use clap::ValueEnum;
use futures::future::try_join_all;
use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What stands in a copy's source as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// A file waits for the mover for so long before it is taken out of its way: as long as `status` gives it.
const ON_ITS_WAY: i64 = 15 * 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum From {
    /// Records that Firehose could not convert or process: below `delivery.errors`
    Errors,
    /// Files that the mover did not move: below `delivery.prefix`
    Raw,
    /// The JSON of the days' folders, whose events are rows already
    Json,
}

/// A file, by the name under which it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) key: String,
    pub(super) bytes: i64,
    /// Of its oldest record, by its name; else when it was written.
    pub(super) time: Timestamp,
    /// Where it lies, if not where it lay.
    taken: Option<String>,
}

/// # Errors
/// There is no bucket, or AWS refuses something.
pub(super) async fn sources(session: &Session, from: From, between: Between, now: Timestamp) -> Result<Vec<Source>> {
    let (pipeline, aws) = (&session.pipeline, &session.aws);
    let (bucket, taken) = (&pipeline.bucket.name, pipeline.replayed_prefix());
    let (prefix, start) = match from {
        From::Errors => (&pipeline.delivery.errors, None),
        From::Raw => (&pipeline.delivery.prefix, None),
        From::Json => {
            let day = between.from.strftime("year=%Y/month=%m/day=%d/");
            (&pipeline.mover.prefix, Some(format!("{}{day}", pipeline.mover.prefix)))
        }
    };
    let mut found: Vec<_> = list(aws, bucket, prefix, start.as_deref()).await?;
    found.retain(|file| !file.key.ends_with('/') && !file.key.starts_with(&taken) && is_of(file, from, pipeline));
    let mut all: BTreeMap<_, _> = found.iter().map(|file| (file.key.clone(), Source::of(file, None))).collect();
    match from {
        // A file is written after all of its records came.
        From::Errors => all.retain(|_, file| file.written_from(&found, between)),
        From::Raw => {
            all.retain(|key, _| has_waited(&found, key, now));
            for file in list(aws, bucket, &taken, None).await? {
                let key = file.key[taken.len()..].to_owned();
                all.insert(key.clone(), Source::of(&File { key, ..file.clone() }, Some(file.key)));
            }
            all.retain(|_, file| between.has(file.time));
        }
        From::Json => all.retain(|_, file| between.has(file.time)),
    }
    Ok(all.into_values().collect())
}

/// What Firehose gave up since then, without a look at all that it ever gave up: a file is in a folder of its kind of error,
/// and there in one of the day on which its first record came.
///
/// # Errors
/// As [`sources`].
pub(super) async fn recent_errors(session: &Session, from: Timestamp) -> Result<Vec<Source>> {
    let (aws, pipeline) = (&session.aws, &session.pipeline);
    let (bucket, errors, taken) = (&pipeline.bucket.name, &pipeline.delivery.errors, pipeline.replayed_prefix());
    // Firehose tries again for a day before it gives up.
    let day = from.checked_sub(48.hours()).unwrap_or(Timestamp::UNIX_EPOCH).strftime("%Y/%m/%d").to_string();
    let kinds = folders(aws, bucket, errors).await?.into_iter().filter(|folder| *folder != taken);
    let each = kinds.map(|kind| {
        let start = format!("{kind}{day}");
        async move { list(aws, bucket, &kind, Some(&start)).await }
    });
    let found = try_join_all(each).await?.into_iter().flatten();
    let of_late = found.filter(|file| !file.key.ends_with('/') && file.written >= from.as_second());
    Ok(of_late.map(|file| Source::of(&file, None)).collect())
}

/// One of the prefixes may lie within another.
fn is_of(file: &File, from: From, pipeline: &Pipeline) -> bool {
    let below = |prefix: &str| file.key.starts_with(prefix);
    match from {
        From::Errors => true,
        From::Raw => !below(&pipeline.mover.prefix) && !below(&pipeline.delivery.errors),
        From::Json => file.key[pipeline.mover.prefix.len()..].starts_with("year="),
    }
}

fn has_waited(found: &[File], key: &str, now: Timestamp) -> bool {
    found.iter().any(|file| file.key == key && now.as_second() - file.written >= ON_ITS_WAY)
}

impl Source {
    fn of(file: &File, taken: Option<String>) -> Self {
        let written = Timestamp::from_second(file.written).unwrap_or(Timestamp::UNIX_EPOCH);
        let time = named(&file.key).unwrap_or(written);
        Self { key: file.key.clone(), bytes: file.bytes, time, taken }
    }

    fn written_from(&self, found: &[File], between: Between) -> bool {
        let written = found.iter().find(|file| file.key == self.key).map_or(0, |file| file.written);
        written >= between.from.as_second()
    }

    /// What is fetched.
    pub(super) fn file(&self) -> File {
        let key = self.taken.clone().unwrap_or_else(|| self.key.clone());
        File { key, written: self.time.as_second(), bytes: self.bytes }
    }

    /// Takes a file out of the mover's way before anything of it is sent: what both deliver is there twice. `None`: it is
    /// not there any more, or the mover was quicker.
    ///
    /// # Errors
    /// AWS's.
    pub(super) async fn take(mut self, session: &Session) -> Result<Option<Self>> {
        let (aws, pipeline) = (&session.aws, &session.pipeline);
        let (bucket, to) = (&pipeline.bucket.name, format!("{}{}", pipeline.replayed_prefix(), self.key));
        if self.taken.is_none() {
            let from = format!("{bucket}/{}", utf8_percent_encode(&self.key, PLAIN));
            let copied =
                write("s3:CopyObject", || aws.s3.copy_object().bucket(bucket).key(&to).copy_source(&from).send());
            if copied.await.absent()?.is_none() {
                return Ok(None);
            }
        }
        // Of one that was taken by a run that was cut off, the original may be there still.
        write("s3:DeleteObject", || aws.s3.delete_object().bucket(bucket).key(&self.key).send()).await?;
        if self.was_moved(aws, pipeline).await? {
            // The mover has delivered it: what was taken is a second one of the same.
            write("s3:DeleteObject", || aws.s3.delete_object().bucket(bucket).key(&to).send()).await?;
            return Ok(None);
        }
        self.taken = Some(to);
        Ok(Some(self))
    }

    /// Whether it is in the folder of its day: `year=2018/month=02/day=03/NAME` of `2018/02/03/23/NAME`.
    async fn was_moved(&self, aws: &Aws, pipeline: &Pipeline) -> Result<bool> {
        let path = self.key.strip_prefix(&pipeline.delivery.prefix).unwrap_or_default();
        let [year, month, day, _, name] = path.split('/').collect::<Vec<_>>()[..] else { return Ok(false) };
        let key = format!("{}year={year}/month={month}/day={day}/{name}", pipeline.mover.prefix);
        let found = read("s3:GetObject", || aws.s3.head_object().bucket(&pipeline.bucket.name).key(&key).send());
        Ok(found.await.absent()?.is_some())
    }
}

/// Firehose names a file `stream-version-YYYY-MM-DD-HH-MM-SS-random`, by the time of its first record (UTC).
fn named(key: &str) -> Option<Timestamp> {
    let name = key.rsplit('/').next()?;
    let parts: Vec<&str> = name.split('-').collect();
    let digits = |text: &str, length| (text.len() == length).then(|| text.parse::<i16>().ok()).flatten();
    let time = |window: &[&str]| {
        let mut numbers = vec![digits(window[0], 4)?];
        for part in &window[1..6] {
            numbers.push(digits(part, 2)?);
        }
        let small = |at: usize| i8::try_from(numbers[at]).ok();
        let time = DateTime::new(numbers[0], small(1)?, small(2)?, small(3)?, small(4)?, small(5)?, 0).ok()?;
        Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
    };
    parts.windows(6).rev().find_map(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_file_is_in_its_name() {
        let uuid = "6d1ec34f-4f2b-4e55-a9d2-2f3b6c7d8e9f";
        for name in [
            format!("raw/2018/02/03/23/clicks-prod-1-2018-02-03-23-05-12-{uuid}.gz"),
            format!("j/year=2018/month=02/day=03/converted-2017-01-01-2018-02-03-23-05-12-{uuid}"),
        ] {
            assert_eq!(named(&name), Some("2018-02-03T23:05:12Z".parse().unwrap()), "{name}");
        }
        for name in ["raw/2018-02-03/a.gz", "raw/a-2018-13-03-23-05-12-x", "a", "x-2018-02-03"] {
            assert_eq!(named(name), None, "{name}");
        }
    }
}

//! What was left: files that were not moved when S3 told of them, because S3 refused, the function was off or its permission gone.
//!
//! Lambda calls twice more after a failure and then drops the event ("Error handling for asynchronous invocation"); S3 tells of a file
//! once. What then lies below the raw prefix has nobody who would move it.

use crate::event::{File, Undecodable};
use crate::files::Files;
use crate::log::Line;
use crate::{Mover, NotMoved, Tally};
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Before the function's time is over, nothing is begun any more: a copy of Firehose's largest file takes a second or two.
const RESERVE: Duration = Duration::from_secs(5);

/// An order to move what lies in a bucket below the raw prefix.
#[derive(Clone, Debug, Deserialize)]
pub struct Sweep {
    pub bucket: String,
}

/// What a sweep has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Swept {
    pub moved: usize,
    /// Time was up before the last file: the next sweep goes on.
    pub more: bool,
}

/// When an invocation with this deadline, in milliseconds since 1970, has to stop beginning things.
pub(crate) fn until(deadline: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(deadline).saturating_sub(RESERVE)
}

impl<F: Files> Mover<F> {
    /// Moves all files, those of the first days first, until time is up. One whose event is on its way goes along: whoever moves the same
    /// file at the same time copies it to the same key, and the later one finds it gone.
    pub async fn sweep(&self, sweep: &Sweep, until: SystemTime) -> (Vec<Line>, Result<Swept, NotMoved>) {
        let (mut tally, mut from) = (Tally::default(), None);
        let more = loop {
            if SystemTime::now() >= until {
                break true;
            }
            let listed = match self.files.list(&sweep.bucket, &self.settings.raw, from).await {
                Ok(listed) => listed,
                Err(failure) => {
                    tally.add(&self.settings.raw, Err(failure), &self.settings.raw);
                    break true;
                }
            };
            let ours = listed.files.into_iter().filter(|file| self.is_ours(file)).collect();
            if self.move_in_time(ours, &mut tally, until).await {
                break true;
            }
            from = listed.next;
            if from.is_none() {
                break false;
            }
        };
        let (lines, result) = tally.end();
        (lines, result.map(|moved| Swept { moved, more }))
    }

    /// A folder's mark stays, and what has its place already where that is below the raw prefix.
    fn is_ours(&self, file: &Result<File, Undecodable>) -> bool {
        file.as_ref().map_or(true, |file| self.settings.below_raw(&file.key).is_some())
    }

    /// Whether time was up before the last of them.
    async fn move_in_time(&self, files: Vec<Result<File, Undecodable>>, tally: &mut Tally, until: SystemTime) -> bool {
        let mut files = files.into_iter().peekable();
        while files.peek().is_some() {
            if SystemTime::now() >= until {
                return true;
            }
            let some = files.by_ref().take(crate::AT_ONCE).collect();
            self.move_all(some, tally).await;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{Failure, Listed};
    use crate::log::Level;
    use crate::settings::tests::settings;
    use std::collections::BTreeSet;
    use std::sync::Mutex;

    /// Keys, in pages of two; those with `bad` in them cannot be read.
    struct Bucket(Mutex<BTreeSet<String>>);

    impl Bucket {
        fn new(keys: &[&str]) -> Self {
            Self(Mutex::new(keys.iter().map(|key| (*key).to_owned()).collect()))
        }

        fn raw(&self) -> Vec<String> {
            self.0.lock().unwrap().iter().filter(|key| key.starts_with("raw/")).cloned().collect()
        }
    }

    impl Files for &Bucket {
        async fn list(&self, bucket: &str, prefix: &str, from: Option<String>) -> Result<Listed, Failure> {
            let all = self.0.lock().unwrap();
            let from = from.unwrap_or_default();
            let mut below = all.iter().filter(|key| key.starts_with(prefix) && **key > from);
            let page: Vec<_> = below.by_ref().take(2).cloned().collect();
            let next = page.last().cloned().filter(|_| below.next().is_some());
            let time = "2026-11-23T19:56:30Z".to_owned();
            let file = |key| Ok(File { bucket: bucket.to_owned(), key, size: 1, time: time.clone() });
            Ok(Listed { files: page.into_iter().map(file).collect(), next })
        }

        async fn copy(&self, _: &str, from: &str, to: &str) -> Result<bool, Failure> {
            if from.contains("bad") {
                return Err(Failure::Refused { operation: "CopyObject", reason: "AccessDenied".to_owned() });
            }
            let mut all = self.0.lock().unwrap();
            let there = all.contains(from);
            if there {
                all.insert(to.to_owned());
            }
            Ok(there)
        }

        async fn delete(&self, _: &str, key: &str) -> Result<(), Failure> {
            self.0.lock().unwrap().remove(key);
            Ok(())
        }
    }

    async fn sweep(bucket: &Bucket, until: SystemTime) -> (Vec<Line>, Result<Swept, NotMoved>) {
        let mover = Mover::new(settings("raw/", "by_day/").unwrap(), bucket);
        mover.sweep(&Sweep { bucket: "b".to_owned() }, until).await
    }

    fn in_an_hour() -> SystemTime {
        SystemTime::now() + Duration::from_secs(3600)
    }

    #[tokio::test]
    async fn all_pages_are_moved_and_nothing_else() {
        let hour = "raw/2018/02/03/23";
        let keys = ["a", "b", "c"].map(|name| format!("{hour}/{name}"));
        let bucket = Bucket::new(&[&keys[0], &keys[1], &keys[2], "raw/2018/02/", "elsewhere/x"]);
        assert_eq!(sweep(&bucket, in_an_hour()).await, (vec![], Ok(Swept { moved: 3, more: false })));
        assert_eq!(bucket.raw(), ["raw/2018/02/"]);
        assert_eq!(sweep(&bucket, in_an_hour()).await, (vec![], Ok(Swept { moved: 0, more: false })));
    }

    #[tokio::test]
    async fn one_that_cannot_be_moved_is_told_and_keeps_no_other_from_it() {
        let bucket = Bucket::new(&["raw/a", "raw/bad", "raw/c"]);
        let (lines, swept) = sweep(&bucket, in_an_hour()).await;
        let why = "`raw/bad`: CopyObject failed: AccessDenied".to_owned();
        assert_eq!(lines, [Line::new(Level::Error, format!("not moved: {why}"))]);
        assert_eq!(swept, Err(NotMoved { failed: 1, all: 3, first: why }));
        assert_eq!(bucket.raw(), ["raw/bad"]);
    }

    #[tokio::test]
    async fn when_time_is_up_the_next_sweep_goes_on() {
        let bucket = Bucket::new(&["raw/a"]);
        assert_eq!(sweep(&bucket, SystemTime::now()).await.1, Ok(Swept { moved: 0, more: true }));
        assert_eq!(bucket.raw(), ["raw/a"]);
        assert!(until(0) < SystemTime::now());
    }
}

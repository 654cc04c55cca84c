//! What Firehose gave up of late and nobody has sent again, for who asks whether all is well.

use super::super::files::{AT_ONCE, fetch};
use super::between::Between;
use super::journal::Earlier;
use super::selection::{Batch, Selection};
use super::source::{From, Source, recent_errors};
use crate::aws::{Expect as _, Result};
use crate::commands::session::Session;
use crate::report::{ReplayCount, ReplayForm, Undelivered};
use futures::{StreamExt as _, stream};
use jiff::{Timestamp, ToSpan as _};

/// How far back.
const DAYS: u32 = 7;
/// The newest files that are read, and the bytes of them.
const FILES: usize = 100;
const BYTES: i64 = 16 << 20;

/// `None`: nothing lies there.
///
/// # Errors
/// AWS's, if the caller may not look.
pub(crate) async fn undelivered(session: &Session, now: Timestamp) -> Result<Option<Undelivered>> {
    let bucket = &session.pipeline.bucket.name;
    let from = now.checked_sub((24 * i64::from(DAYS)).hours()).unwrap_or(Timestamp::UNIX_EPOCH);
    let between = Between { from, to: Timestamp::MAX };
    let files = recent_errors(session, from).await.absent()?.unwrap_or_default();
    let of = files.len();
    let files = newest(files);
    if files.is_empty() {
        return Ok(None);
    }
    let earlier = Earlier::of(&session.aws, bucket, From::Errors).await?;
    let (form, count) = (ReplayForm::Kept, ReplayCount::default());
    let mut all =
        Selection { from: From::Errors, between, conditions: &[], earlier, again: false, form, most: 500, count };
    let mut bodies =
        stream::iter(files.iter().map(|file| fetch(&session.aws, bucket, file.file(), BYTES))).buffered(AT_ONCE);
    for (place, file) in files.iter().enumerate() {
        let Some(body) = bodies.next().await else { break };
        let (_, body) = body?;
        // Counted, and not sent.
        drop(all.add(place, file, &body, &mut Batch::default()));
    }
    let ReplayCount { events, newest, before, broken, .. } = all.count;
    Ok(Some(Undelivered { now, days: DAYS, events, broken, sent_again: before, newest, files: files.len(), of }))
}

/// The newest of them that are read; the last may be read in part.
fn newest(mut files: Vec<Source>) -> Vec<Source> {
    files.sort_by_key(|file| std::cmp::Reverse(file.time));
    let mut before = 0;
    let within = move |file: &Source| {
        let begins = before;
        before += file.bytes;
        begins < BYTES
    };
    files.into_iter().take(FILES).take_while(within).collect()
}

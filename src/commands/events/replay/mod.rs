//! `pipectl events replay`: records that did not get through, sent again, once each.
//!
//! ```text
//! Source (files) -> Unit (records, lines) -> Selection (time, condition, journals) -> Batch -> Firehose
//! ```
//!
//! They go to the stream and not through the endpoint: `track` has accepted them once, and what it wrote into them, such as
//! the time of arrival, stays; Firehose answers for each record; and nothing but Firehose bills them.

mod between;
mod journal;
mod selection;
mod sending;
mod source;
mod undelivered;
mod units;

use super::condition::Condition;
use super::delivered::now;
use super::files::{AT_ONCE, fetch};
use crate::commands::confirm::confirm;
use crate::commands::lock::{locks, new_id};
use crate::commands::{Global, session::Session};
use crate::config::show_duration;
use crate::cost::{Book, once};
use crate::engine::hold::hold;
use crate::error::{Code, Error, Exit, Result};
use crate::report::{
    Bar, Replay, ReplayCount, ReplayForm, alert, data, document, document_field, replay_to_json, replay_to_text, say,
};
use crate::resources::holder;
use crate::signal::{Signal, Signals};
use between::{Between, parse_time};
use clap::Args;
use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use journal::{Earlier, Journal, Order};
use selection::{Batch, Selection};
use sending::{Sending, send};
use serde_json::json;
use source::{From, Source, sources};
use std::sync::{Mutex, PoisonError};
pub(crate) use undelivered::undelivered;

/// As Firehose bills it.
const GB: f64 = (1_u64 << 30) as f64;

#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    /// Where the records lie.
    #[arg(long, value_name = "SOURCE")]
    from: From,
    /// From the first time on, up to the second and without it: dates, which are their midnights, or times; of UTC, or with
    /// an offset.
    #[arg(long, value_names = ["A", "B"], num_args = 2, required = true, value_parser = parse_time)]
    between: Vec<Timestamp>,
    /// Only events that have this: FIELD=VALUE, FIELD!=VALUE or FIELD.
    #[arg(long = "where", value_name = "CONDITION")]
    conditions: Vec<Condition>,
    /// Events in one request to Firehose: as many may be there twice after a run that was cut off.
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=500))]
    batch: u64,
    /// Also send what was sent again before.
    #[arg(long)]
    again: bool,
    /// Send what is in the tables already, and will be there twice.
    #[arg(long)]
    allow_repeats: bool,
    /// Tell what would be sent, and send nothing.
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

impl ReplayArgs {
    fn between(&self) -> Result<Between> {
        let (from, to) = (self.between[0], self.between[1]);
        if from >= to {
            let hint = "the second time of `--between` is behind the last record: a date is its midnight";
            return Err(Error::usage(format!("there is no time from {from} up to {to}"), hint));
        }
        if self.from == From::Raw && !self.conditions.is_empty() {
            let hint = "what waits for the mover is in no table yet: without `--where`, all of it gets there";
            return Err(Error::usage("a file that waits for the mover is sent whole", hint));
        }
        Ok(Between { from, to })
    }

    fn selection<'a>(&'a self, session: &Session, between: Between, earlier: Earlier) -> Selection<'a> {
        let form = match self.from {
            From::Errors => ReplayForm::Kept,
            From::Raw | From::Json if session.pipeline.converts() => ReplayForm::Each,
            From::Raw | From::Json => ReplayForm::Packed,
        };
        let (from, again, most) = (self.from, self.again, self.batch);
        let count = ReplayCount::default();
        Selection { from, between, conditions: &self.conditions, earlier, again, form, most, count }
    }
}

pub(super) async fn run(global: &Global, args: &ReplayArgs) -> Result<Exit> {
    let between = args.between()?;
    let session = Session::open_running(global).await?;
    say(session.place());
    let mut signals = Signals::listen();
    let counted = tokio::select! {
        counted = count(&session, args, between) => counted?,
        signal = signals.next() => return Ok(signal.into()),
    };
    let found = told(&session, args, between, &counted.1);
    document(replay_to_json(&found));
    data(replay_to_text(&found));
    if args.dry_run || counted.1.events == 0 {
        return Ok(Exit::Done);
    }
    refuse_repeats(&session, args, counted.1.events)?;
    confirm(args.yes, format_args!("Send them again?"))?;
    replay(&session, args, between, counted, signals).await
}

/// The files, and what of them is to be sent.
async fn count(session: &Session, args: &ReplayArgs, between: Between) -> Result<(Vec<Source>, ReplayCount)> {
    let bucket = &session.pipeline.bucket.name;
    let files = sources(session, args.from, between, now(session).await?).await?;
    let earlier = Earlier::of(&session.aws, bucket, args.from).await?;
    let (mut selection, mut open) = (args.selection(session, between, earlier), Batch::default());
    let body = |file: &Source| fetch(&session.aws, bucket, file.file(), i64::MAX);
    let mut bodies = stream::iter(files.iter().map(body)).buffered(AT_ONCE);
    let (bar, mut place) = (Bar::spinner(), 0);
    while let Some(body) = bodies.next().await {
        let (_, body) = body?;
        for batch in selection.add(place, &files[place], &body, &mut open) {
            drop(batch);
        }
        place += 1;
        bar.show(&format!("files: {place}, events: {}", selection.count.events));
    }
    selection.close(&mut open);
    selection.count.looked = place;
    drop(bodies);
    Ok((files, selection.count))
}

fn told<'a>(session: &'a Session, args: &ReplayArgs, between: Between, count: &'a ReplayCount) -> Replay<'a> {
    let pipeline = &session.pipeline;
    let (prefix, takes) = match args.from {
        From::Errors => (&pipeline.delivery.errors, 0),
        From::Raw => (&pipeline.delivery.prefix, count.looked as u64),
        From::Json => (&pipeline.mover.prefix, 0),
    };
    // The journal's, before each request and at both ends; the lock; and copies of what is taken out of the mover's way.
    let writes = count.requests + 4 + takes;
    let reads = count.looked as u64 + takes + 1;
    let gb = count.billed as f64 / GB;
    let converted = if pipeline.converts() { gb } else { 0.0 };
    let units = [
        ("firehose_ingest_gb", gb),
        ("firehose_format_conversion_gb", converted),
        ("s3_put_copy_post_list_1k", writes as f64 / 1000.0),
        ("s3_get_select_1k", reads as f64 / 1000.0),
    ];
    Replay {
        count,
        between: between.to_string(),
        place: format!("s3://{}/{prefix}", pipeline.bucket.name),
        stream: session.aws.names.stream(),
        batch: args.batch,
        again: args.again,
        reads,
        writes,
        cost: once(Book::bundled(), &session.aws.names.region, &units),
        repeats: repeats(session, args.from).map(|table| (table, pipeline.events.id.as_deref())),
    }
}

/// The table that has the events already: the JSON of what Firehose could not convert is kept beside.
fn repeats(session: &Session, from: From) -> Option<String> {
    let is_there = match from {
        From::Errors => session.pipeline.converts(),
        From::Raw => false,
        From::Json => true,
    };
    session.pipeline.raw_table().filter(|_| is_there)
}

fn refuse_repeats(session: &Session, args: &ReplayArgs, events: u64) -> Result<()> {
    if args.from != From::Json || args.allow_repeats {
        return Ok(());
    }
    let etl = "`pipectl run etl --from DATE` converts days again without that; ";
    let hint =
        format!("{}`--allow-repeats` sends them all the same", if session.pipeline.etl.is_some() { etl } else { "" });
    Err(Error::coded(
        Code::Repeats,
        format!("nothing was sent: {events} events are rows already, and would be there twice"),
        hint,
    ))
}

async fn replay(
    session: &Session,
    args: &ReplayArgs,
    between: Between,
    (files, _): (Vec<Source>, ReplayCount),
    mut signals: Signals,
) -> Result<Exit> {
    let graph = session.graph();
    let (locks, id) = (locks(session, &graph), new_id());
    let holder = holder("events replay");
    let signal = Mutex::new(None);
    let mut sending = Sending::default();
    let ended = {
        let work = hold(&locks, &session.pipeline.bucket.name, (&id, &holder), async {
            go(session, (args, between, &id, &holder.who), files, (&mut sending, &signal)).await
        });
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                ended = &mut work => break ended,
                // What is on its way is answered first.
                next = signals.next() => *signal.lock().unwrap_or_else(PoisonError::into_inner) = Some(next),
            }
        }
    };
    let ended = ended?;
    tell(session, &sending);
    let signal = signal.lock().ok().and_then(|signal| *signal);
    match (ended, signal) {
        (None, _) => Err(Error::coded(
            Code::Locked,
            "the lock was lost midway, and nothing more was sent",
            "see who is at work, then run the same command again: it goes on where it was",
        )),
        (Some(Err(error)), _) => Err(error),
        (Some(Ok(false)), Some(signal)) => {
            alert(format_args!("{}: the same command goes on where it was", signal.word()));
            Ok(signal.into())
        }
        (Some(Ok(_)), _) => Ok(Exit::Done),
    }
}

/// Sends all there is. `false`: told to stop before that.
async fn go(
    session: &Session,
    (args, between, id, by): (&ReplayArgs, Between, &str, &str),
    files: Vec<Source>,
    (sending, signal): (&mut Sending, &Mutex<Option<Signal>>),
) -> Result<bool> {
    let (aws, bucket) = (&session.aws, &session.pipeline.bucket.name);
    // Somebody may have sent some of it since it was counted.
    let earlier = Earlier::of(aws, bucket, args.from).await?;
    let selection = args.selection(session, between, earlier);
    let order = Order::new(args.from, between, &args.conditions, &files, by.to_owned());
    let mut journal = Journal::begin(aws, bucket, &order, id).await?;
    let gone = all(session, (selection, files), &mut journal, (sending, signal)).await;
    if matches!(gone, Ok(true)) {
        journal.progress.ended = Some(Timestamp::now());
    }
    // What was acknowledged last is in it from now on, however it ended.
    journal.write().await?;
    gone
}

async fn all(
    session: &Session,
    (mut selection, files): (Selection<'_>, Vec<Source>),
    journal: &mut Journal<'_>,
    (sending, signal): (&mut Sending, &Mutex<Option<Signal>>),
) -> Result<bool> {
    let (aws, bucket, stream) = (&session.aws, &session.pipeline.bucket.name, session.aws.names.stream());
    let (bar, mut open, mut moved) = (Bar::spinner(), Batch::default(), 0);
    for (place, file) in files.into_iter().enumerate() {
        let file = if selection.from == From::Raw { file.take(session).await? } else { Some(file) };
        let Some(file) = file else {
            moved += 1;
            continue;
        };
        let (_, body) = fetch(aws, bucket, file.file(), i64::MAX).await?;
        for batch in selection.add(place, &file, &body, &mut open) {
            if signal.lock().is_ok_and(|signal| signal.is_some()) {
                return Ok(false);
            }
            send((aws, &stream), batch, journal, sending).await?;
            bar.show(&format!("events: {}", sending.events));
        }
    }
    if moved > 0 {
        say(format_args!("{moved} files were moved by the mover meanwhile, and are left to it"));
    }
    let last = selection.close(&mut open);
    if !last.records.is_empty() {
        send((aws, &stream), last, journal, sending).await?;
    }
    Ok(true)
}

fn tell(session: &Session, sending: &Sending) {
    let Sending { events, requests, repeated, doubled } = sending;
    let sent = json!({"events": events, "requests": requests, "repeated": repeated, "perhaps_doubled": doubled});
    document_field("sent", sent);
    let within = show_duration(session.pipeline.delivery.buffer.interval);
    data(format_args!(
        "{events} events acknowledged, {requests} requests, {repeated} repeated; they are delivered within {within}\n"
    ));
    if *doubled > 0 {
        data(format_args!("{doubled} events acknowledged after an answer was lost: they may have arrived twice\n"));
    }
}

//! `pipectl events`: what arrives in the bucket, field by field, against the columns that the file has for it.

mod arrived;
mod assert;
mod condition;
mod delivered;
mod files;
mod fits;
mod follow;
mod lines;
mod proposal;
mod recent;
mod replay;
mod shape;

use super::session::Session;
use crate::aws::Result as AwsResult;
use crate::commands::Global;
use crate::config::{Pipeline, parse_duration, show_duration};
use crate::error::{Error, Exit, Result};
use crate::report::{
    Arrivals, ArrivedField, NewestEvents, Undelivered, data, document, events_to_json, events_to_text, say,
    say_undelivered,
};
use crate::signal::Signals;
use arrived::{Arrived, Field, Path};
use clap::{Args, Subcommand};
use files::{Bounds, Looked};
pub(crate) use follow::to_json as seen_to_json;
use proposal::{propose, spelt};
pub(crate) use recent::{Place, Recent, Seen};
pub(crate) use replay::undelivered;
use std::time::Duration;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct EventsArgs {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    fields: FieldsArgs,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Which fields arrive, and which columns there are for them. The default.
    ///
    /// Reads the newest JSON files from the bucket: at most those of `--events` events, and 256 MB. Values are
    /// counted and never shown.
    Fields(FieldsArgs),
    /// Show each event as it comes, and what of it does not fit the columns.
    ///
    /// Local AWS shows it as it is taken. AWS shows nobody what a stream takes: there, an event is seen when it is
    /// delivered, as long after it was sent as Firehose's buffer waits.
    Follow(follow::FollowArgs),
    /// Wait for an event, and fail if it does not come, comes more often, late or in another shape: for tests of a page
    /// or an app, on Local AWS; for a smoke test on AWS, where an event is seen when it is delivered.
    Assert(assert::AssertArgs),
    /// Send records again that did not get through: once each, after telling how many they are and what it costs.
    ///
    /// They go to the stream itself. A journal in the bucket knows what was acknowledged, so that a run that was cut off is
    /// gone on with, and nothing is sent a second time that was sent before.
    Replay(replay::ReplayArgs),
}

#[derive(Debug, Args)]
struct FieldsArgs {
    /// How far back, in days of the partitions.
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = parse_duration)]
    since: Duration,
    /// Read the newest files until there are so many events.
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    events: u64,
    /// Exit with 2 if a field has no column, a value does not fit or a line is no event; with 1 if there are none.
    #[arg(long)]
    check: bool,
}

impl FieldsArgs {
    fn bounds(&self) -> Bounds {
        Bounds { events: self.events, bytes: 256 << 20, since: self.since }
    }
}

/// How many of the newest events came again, and how many have a value that does not fit; of a day, and of 16 MB.
/// `None`: there are none.
pub(super) async fn newest(session: &Session) -> AwsResult<Option<NewestEvents>> {
    let bounds = Bounds { events: 10_000, bytes: 16 << 20, since: Duration::from_secs(24 * 3600) };
    let Looked { arrived, .. } = files::look(session, bounds).await?;
    let id = session.pipeline.event_id().to_owned();
    let Arrived { events, repeated, unfit, .. } = arrived;
    Ok((events > 0).then_some(NewestEvents { events, id, repeated, unfit }))
}

pub(crate) async fn run(global: &Global, args: &EventsArgs) -> Result<Exit> {
    let fields = match &args.what {
        Some(What::Fields(fields)) => fields,
        Some(What::Follow(args)) => return follow::run(global, args).await,
        Some(What::Assert(args)) => return assert::run(global, args).await,
        Some(What::Replay(args)) => return replay::run(global, args).await,
        None => &args.fields,
    };
    let session = Session::open(global).await?;
    let mut signals = Signals::listen();
    let look = async {
        let looked = files::look(&session, fields.bounds()).await?;
        let undelivered = undelivered(&session, delivered::now(&session).await?).await?;
        AwsResult::<_>::Ok((looked, undelivered))
    };
    let (looked, undelivered) = tokio::select! {
        looked = look => looked?,
        signal = signals.next() => return Ok(signal.into()),
    };
    let arrivals = arrivals(looked, undelivered, &session);
    if arrivals.files == 0 {
        say_undelivered(&arrivals);
        return nothing(&session, fields);
    }
    document(events_to_json(&arrivals));
    data(events_to_text(&arrivals));
    session.print_timings(global);
    Ok(if fields.check && arrivals.loses() { Exit::Changes } else { Exit::Done })
}

/// A check that has seen nothing has not passed.
fn nothing(session: &Session, args: &FieldsArgs) -> Result<Exit> {
    let Pipeline { bucket, mover, delivery, .. } = &session.pipeline;
    let message = format!("no events are in s3://{}, below {} and {}", bucket.name, mover.prefix, delivery.prefix);
    let hint = format!(
        "what is sent is there when its buffer is delivered, within {}; `--since` looks further back than {}",
        show_duration(delivery.buffer.interval),
        show_duration(args.since)
    );
    if args.check {
        return Err(Error::other(message, hint));
    }
    say(format_args!("{message}\n{hint}"));
    Ok(Exit::Done)
}

fn arrivals(looked: Looked<'_>, undelivered: Option<Undelivered>, session: &Session) -> Arrivals {
    let (pipeline, arrived) = (&session.pipeline, looked.arrived);
    let proposed = propose(&arrived, &pipeline.schema, &pipeline.places);
    let told = |(path, field): (Path, Field<'_>)| ArrivedField {
        path: spelt(&path),
        values: field.shape.values(),
        kinds: field.shape.kinds.into_iter().collect(),
        column: field.column.map(ToString::to_string),
        misfits: field.misfits,
        first_misfit: field.first_misfit,
    };
    Arrivals {
        events: arrived.events,
        id: pipeline.event_id().to_owned(),
        repeated: arrived.repeated,
        unfit: arrived.unfit,
        files: looked.files,
        of: looked.of,
        days: looked.days,
        fields: arrived.fields.into_iter().map(told).collect(),
        others: arrived.others,
        broken: arrived.broken,
        first_broken: arrived.first_broken,
        damage: looked.damage,
        undelivered,
        proposed,
        schema_at: pipeline.places.of("schema"),
    }
}

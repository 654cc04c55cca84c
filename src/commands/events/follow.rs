//! `pipectl events follow`

use super::condition::Condition;
use super::delivered::on_its_way;
use super::recent::{Place, Recent, Seen};
use crate::commands::{Global, session::Session};
use crate::config::{parse_duration, show_duration};
use crate::error::{Exit, Result};
use crate::report::{data, line, say, stream};
use crate::signal::Signals;
use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

/// The version of the lines.
const SCHEMA: &str = "pipectl-events-follow/1";

#[derive(Debug, Args)]
pub(super) struct FollowArgs {
    /// Only events that have this: FIELD=VALUE, FIELD!=VALUE or FIELD.
    #[arg(value_name = "CONDITION")]
    conditions: Vec<Condition>,
    /// End when so many were shown.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    events: Option<u64>,
    /// Begin with what came so long ago, instead of all that Local AWS remembers; on AWS, instead of what was delivered
    /// within the time that its buffer waits.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    since: Option<Duration>,
}

pub(super) async fn run(global: &Global, args: &FollowArgs) -> Result<Exit> {
    stream(SCHEMA);
    let place = Place::of(global).await?;
    let session = Session::open(global).await?;
    let since = args.since.unwrap_or(session.pipeline.delivery.buffer.interval);
    let (mut recent, mut signals) = (Recent::of(place, &session, since).await?, Signals::listen());
    let oldest = match args.since {
        Some(since) => recent.now().await?.checked_sub(since).unwrap_or(Timestamp::MIN),
        None => Timestamp::MIN,
    };
    say(head(&session, &recent, since));
    let mut left = args.events.unwrap_or(u64::MAX);
    loop {
        let seen = tokio::select! {
            seen = recent.next() => seen?,
            signal = signals.next() => return Ok(signal.into()),
        };
        let young = seen.iter().filter(|seen| seen.at >= oldest);
        let wanted = young.filter(|seen| args.conditions.iter().all(|condition| condition.holds(&seen.event)));
        for seen in wanted {
            line("event", to_json(seen));
            data(to_text(seen));
            left -= 1;
            if left == 0 {
                return Ok(Exit::Done);
            }
        }
    }
}

/// What is shown, and how long after it was sent.
fn head(session: &Session, recent: &Recent<'_>, since: Duration) -> String {
    if !recent.is_delivered() {
        return "what arrives is shown, from what is remembered on; Ctrl+C ends it".to_owned();
    }
    format!(
        "what is delivered is shown, of the last {} and from now on; an event is delivered within {} of its sending; Ctrl+C \
         ends it",
        show_duration(since),
        on_its_way(session)
    )
}

pub(crate) fn to_json(seen: &Seen) -> Value {
    let Seen { at, event, misfits, without_column } = seen;
    json!({"at": at.to_string(), "event": event, "misfits": misfits, "without_column": without_column})
}

fn to_text(seen: &Seen) -> String {
    let mut text = format!("{}  {}\n", seen.at.strftime("%H:%M:%S%.3f"), Value::Object(seen.event.clone()));
    let told = [("does not fit its column", &seen.misfits), ("has no column", &seen.without_column)];
    for (what, fields) in told.into_iter().filter(|(_, fields)| !fields.is_empty()) {
        text.push_str(&format!("              {what}: {}\n", fields.join(", ")));
    }
    text
}

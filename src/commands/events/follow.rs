//! `pipectl events follow`

use super::condition::Condition;
use super::recent::{Recent, Seen, served};
use crate::commands::{Global, session::Session};
use crate::error::{Exit, Result};
use crate::report::{data, exact, say};
use crate::signal::Signals;
use clap::Args;
use serde_json::{Value, json};

#[derive(Debug, Args)]
pub(super) struct FollowArgs {
    /// Only events that have this: FIELD=VALUE, FIELD!=VALUE or FIELD.
    #[arg(value_name = "CONDITION")]
    conditions: Vec<Condition>,
    /// Print a JSON object a line.
    #[arg(long)]
    json: bool,
    /// End when so many were shown.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    events: Option<u64>,
}

pub(super) async fn run(global: &Global, args: &FollowArgs) -> Result<Exit> {
    let served = served(global).await?;
    let session = Session::open(global).await?;
    let (mut recent, mut signals) = (Recent::of(served, &session), Signals::listen());
    say("what arrives is shown, from what is remembered on; Ctrl+C ends it");
    let mut left = args.events.unwrap_or(u64::MAX);
    loop {
        let seen = tokio::select! {
            seen = recent.next() => seen?,
            signal = signals.next() => return Ok(signal.into()),
        };
        let wanted = seen.iter().filter(|seen| args.conditions.iter().all(|condition| condition.holds(&seen.event)));
        for seen in wanted {
            match args.json {
                true => exact(format_args!("{}\n", to_json(seen))),
                false => data(to_text(seen)),
            }
            left -= 1;
            if left == 0 {
                return Ok(Exit::Done);
            }
        }
    }
}

fn to_json(seen: &Seen) -> Value {
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

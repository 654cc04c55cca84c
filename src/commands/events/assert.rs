//! `pipectl events assert`: what a test of a page or an app asks of its tracking.

use super::condition::Condition;
use super::recent::{Recent, Seen, served};
use crate::commands::{Global, session::Session};
use crate::config::parse_duration;
use crate::error::{Error, Exit, Result};
use crate::report::data;
use crate::signal::Signals;
use clap::Args;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// As many as were asked for may be followed by one too many.
const SETTLE: Duration = Duration::from_millis(500);
/// Values of a field that are named where none is the wanted one.
const NAMED: usize = 5;

#[derive(Debug, Args)]
pub(super) struct AssertArgs {
    /// What an event has to have: FIELD=VALUE, FIELD!=VALUE or FIELD, `event=signup`, `page.path=/`. All of them.
    #[arg(value_name = "CONDITION", required = true)]
    conditions: Vec<Condition>,
    /// How many such events there have to be, no more and no fewer.
    #[arg(long, value_name = "N", default_value_t = 1)]
    count: u64,
    /// How long to wait for them; where there have to be none, how long none may come.
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = parse_duration)]
    within: Duration,
    /// Events that came before that are not counted.
    #[arg(long, value_name = "TIME", default_value = "1min", value_parser = parse_duration)]
    since: Duration,
}

/// What has come.
struct Tally {
    /// What came before is not counted.
    oldest: Timestamp,
    wanted: Vec<Seen>,
    others: Vec<Seen>,
}

pub(super) async fn run(global: &Global, args: &AssertArgs) -> Result<Exit> {
    let served = served(global).await?;
    let session = Session::open(global).await?;
    let mut recent = Recent::of(served, &session);
    let mut signals = Signals::listen();
    tokio::select! {
        checked = check(&mut recent, args) => checked.map(|()| Exit::Done),
        signal = signals.next() => Ok(signal.into()),
    }
}

async fn check(recent: &mut Recent<'_>, args: &AssertArgs) -> Result<()> {
    let oldest = recent.now().await? - args.since;
    let (begun, mut tally) = (Instant::now(), Tally { oldest, wanted: vec![], others: vec![] });
    let mut enough = None;
    loop {
        tally.take(recent.next().await?, args);
        let (came, passed) = (tally.wanted.len() as u64, begun.elapsed());
        if came > args.count {
            return Err(tally.too_many(args));
        }
        if came == args.count && args.count > 0 {
            let since: Instant = *enough.get_or_insert_with(Instant::now);
            if since.elapsed() >= SETTLE {
                return tally.shape(args);
            }
        } else if passed >= args.within {
            return if came == args.count { tally.shape(args) } else { tally.late(recent, args, begun).await };
        }
    }
}

impl Tally {
    fn take(&mut self, seen: Vec<Seen>, args: &AssertArgs) {
        let oldest = self.oldest;
        for seen in seen.into_iter().filter(|seen| seen.at >= oldest) {
            let is_wanted = args.conditions.iter().all(|condition| condition.holds(&seen.event));
            if is_wanted { self.wanted.push(seen) } else { self.others.push(seen) }
        }
    }

    /// Waits as long again, to tell what is late from what does not come.
    async fn late(&mut self, recent: &mut Recent<'_>, args: &AssertArgs, begun: Instant) -> Result<()> {
        let came = self.wanted.len() as u64;
        while begun.elapsed() < args.within * 2 {
            self.take(recent.next().await?, args);
            if self.wanted.len() as u64 >= args.count {
                let message = format!(
                    "{} came late: after {:.1} s, not within {}",
                    wanted(args),
                    begun.elapsed().as_secs_f64(),
                    shown(args.within)
                );
                return Err(Error::other(message, "`--within` gives it more time"));
            }
        }
        let message = match came {
            0 => format!("no event with {} came within {}", conditions(args), shown(args.within)),
            some => {
                format!("{some} of {} events with {} came within {}", args.count, conditions(args), shown(args.within))
            }
        };
        Err(Error::other(message, self.instead(args)))
    }

    /// What came in place of what was wanted.
    fn instead(&self, args: &AssertArgs) -> String {
        if self.others.is_empty() {
            return "no other event came either: does the page reach the endpoint, and with the right key?".to_owned();
        }
        let first = &args.conditions[0];
        let mut values = BTreeMap::new();
        for seen in &self.others {
            let value = first.value(&seen.event).map_or("nothing".to_owned(), ToString::to_string);
            *values.entry(value).or_insert(0_u64) += 1;
        }
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let more = if values.len() > NAMED { ", ..." } else { "" };
        let named: Vec<_> = values.iter().take(NAMED).map(|(value, count)| format!("{value} in {count}")).collect();
        format!("of {} others, `{}` is {}{more}", self.others.len(), first.field(), named.join(", "))
    }

    fn too_many(&self, args: &AssertArgs) -> Error {
        let message = format!("{} events with {} came, not {}", self.wanted.len(), conditions(args), args.count);
        let ids: Vec<_> = self.wanted.iter().filter_map(|seen| seen.event.get("event_id")?.as_str()).collect();
        let hint = if ids.iter().collect::<BTreeSet<_>>().len() < ids.len() {
            "some have the same event_id: a request was sent again"
        } else {
            "something tracks twice; or `--since` leaves out those of an earlier test"
        };
        Error::other(message, hint)
    }

    /// Whether each fits the columns that there are for it.
    fn shape(&self, args: &AssertArgs) -> Result<()> {
        let Some(odd) = self.wanted.iter().find(|seen| !seen.misfits.is_empty()) else {
            data(format_args!("{} came\n", wanted(args)));
            return Ok(());
        };
        let field = &odd.misfits[0];
        let value = odd.event.get(field).map_or(String::new(), |value| format!(": {value}"));
        Err(Error::other(
            format!("{} came, but `{field}` does not fit its column{value}", wanted(args)),
            "`schema` has the columns' types; `pipectl events follow` shows what arrives",
        ))
    }
}

fn wanted(args: &AssertArgs) -> String {
    let events = if args.count == 1 { "event" } else { "events" };
    format!("{} {events} with {}", args.count, conditions(args))
}

fn conditions(args: &AssertArgs) -> String {
    args.conditions.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

fn shown(time: Duration) -> String {
    crate::config::show_duration(time)
}

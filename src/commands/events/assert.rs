//! `pipectl events assert`: what a test of a page or an app asks of its tracking.

use super::condition::Condition;
use super::delivered::on_its_way;
use super::recent::{Place, Recent, Seen};
use crate::commands::{Global, session::Session};
use crate::config::parse_duration;
use crate::error::{Code, Error, Exit, Result};
use crate::report::{data, document, document_field, say};
use crate::signal::Signals;
use clap::Args;
use jiff::Timestamp;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// As many as were asked for may be followed by one too many.
const SETTLE: Duration = Duration::from_millis(500);
/// How long an event of Local AWS is waited for.
const AT_ONCE: Duration = Duration::from_secs(5);
/// How long one of AWS is waited for behind the buffer: for Firehose to write the file, and for a look at it.
const BEHIND_IT: Duration = Duration::from_secs(120);
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
    /// How long to wait for them; where there have to be none, how long none may come. On Local AWS 5 s unless told
    /// otherwise, on AWS two minutes more than Firehose's buffer waits.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    within: Option<Duration>,
    /// Events that came before that are not counted.
    #[arg(long, value_name = "TIME", default_value = "1min", value_parser = parse_duration)]
    since: Duration,
}

/// What is asked for, with what it means here.
struct Wanted<'a> {
    args: &'a AssertArgs,
    within: Duration,
    /// How long an event that is sent may be on its way before it is seen; `None`: none is.
    delay: Option<String>,
}

/// What has come.
struct Tally {
    /// What came before is not counted.
    oldest: Timestamp,
    wanted: Vec<Seen>,
    others: Vec<Seen>,
}

pub(super) async fn run(global: &Global, args: &AssertArgs) -> Result<Exit> {
    let place = Place::of(global).await?;
    let session = Session::open(global).await?;
    let mut recent = Recent::of(place, &session, args.since).await?;
    let wanted = Wanted::new(args, &session, &recent)?;
    let conditions: Vec<_> = args.conditions.iter().map(ToString::to_string).collect();
    document(json!({"schema": "pipectl-events-assert/1", "conditions": conditions, "count": args.count, "came": null}));
    let mut signals = Signals::listen();
    tokio::select! {
        checked = check(&mut recent, &wanted) => checked.map(|()| Exit::Done),
        signal = signals.next() => Ok(signal.into()),
    }
}

impl<'a> Wanted<'a> {
    fn new(args: &'a AssertArgs, session: &Session, recent: &Recent<'_>) -> Result<Self> {
        if !recent.is_delivered() {
            return Ok(Self { args, within: args.within.unwrap_or(AT_ONCE), delay: None });
        }
        let buffer = session.pipeline.delivery.buffer.interval;
        let (within, delay) = (args.within.unwrap_or(buffer + BEHIND_IT), on_its_way(session));
        if within < buffer {
            let why = format!("on AWS an event is seen when it is delivered, within {delay} of its sending");
            // Nothing that is sent now could be seen, so that none would prove nothing.
            if args.count == 0 {
                return Err(Error::usage(
                    format!("{why}: that none comes within {} says nothing", shown(within)),
                    format!("`--within` of more than {delay}, or a shorter `delivery.buffer.interval`"),
                ));
            }
            say(format_args!("{why}: `--within {}` may end before that", shown(within)));
        }
        Ok(Self { args, within, delay: Some(delay) })
    }
}

async fn check(recent: &mut Recent<'_>, wanted: &Wanted<'_>) -> Result<()> {
    let args = wanted.args;
    let oldest = recent.now().await? - args.since;
    let (begun, mut tally) = (Instant::now(), Tally { oldest, wanted: vec![], others: vec![] });
    let mut enough = None;
    loop {
        tally.take(recent.next().await?, args);
        document_field("came", tally.wanted.len().into());
        let (came, passed) = (tally.wanted.len() as u64, begun.elapsed());
        if came > args.count {
            return Err(tally.too_many(args));
        }
        if came == args.count && args.count > 0 {
            let since: Instant = *enough.get_or_insert_with(Instant::now);
            // On AWS what comes half a second later is in another file, or in the same.
            if since.elapsed() >= SETTLE || wanted.delay.is_some() {
                return tally.shape(wanted);
            }
        } else if passed >= wanted.within {
            return match (came == args.count, &wanted.delay) {
                (true, _) => tally.shape(wanted),
                (false, Some(delay)) => Err(tally.missing(wanted, delay)),
                (false, None) => tally.late(recent, wanted, begun).await,
            };
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
    async fn late(
        &mut self,
        recent: &mut Recent<'_>,
        Wanted { args, within, .. }: &Wanted<'_>,
        begun: Instant,
    ) -> Result<()> {
        while begun.elapsed() < *within * 2 {
            self.take(recent.next().await?, args);
            document_field("came", self.wanted.len().into());
            if self.wanted.len() as u64 >= args.count {
                let message = format!(
                    "{} came late: after {:.1} s, not within {}",
                    wanted(args),
                    begun.elapsed().as_secs_f64(),
                    shown(*within)
                );
                return Err(Error::coded(Code::Assertion, message, "`--within` gives it more time"));
            }
        }
        Err(Error::coded(Code::Assertion, self.too_few(args, *within), self.instead(args)))
    }

    /// What is not delivered yet may be on its way.
    fn missing(&self, Wanted { args, within, .. }: &Wanted<'_>, delay: &str) -> Error {
        let hint = match self.others.is_empty() {
            true => format!("nothing was delivered at all; what is sent may be on its way for {delay}"),
            false => format!("{}; what is sent may be on its way for {delay}", self.instead(args)),
        };
        Error::coded(Code::Assertion, self.too_few(args, *within), hint)
    }

    fn too_few(&self, args: &AssertArgs, within: Duration) -> String {
        match self.wanted.len() {
            0 => format!("no event with {} came within {}", conditions(args), shown(within)),
            some => format!("{some} of {} events with {} came within {}", args.count, conditions(args), shown(within)),
        }
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
        Error::coded(Code::Assertion, message, hint)
    }

    /// Whether each fits the columns that there are for it.
    fn shape(&self, Wanted { args, delay, .. }: &Wanted<'_>) -> Result<()> {
        let Some(odd) = self.wanted.iter().find(|seen| !seen.misfits.is_empty()) else {
            let known = if delay.is_some() { ", as far as is delivered" } else { "" };
            data(format_args!("{} came{known}\n", wanted(args)));
            return Ok(());
        };
        let field = &odd.misfits[0];
        let value = odd.event.get(field).map_or(String::new(), |value| format!(": {value}"));
        Err(Error::coded(
            Code::Assertion,
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

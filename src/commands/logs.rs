//! `pipectl logs`: what the pipeline's parts have written to CloudWatch Logs.

use super::session::Session;
use crate::aws::{Aws, Expect as _, Pause, read};
use crate::commands::Global;
use crate::config::parse_duration;
use crate::error::{Exit, Result};
use crate::report::{data, line, log_line, log_line_to_json, nobody_reads, stream};
use crate::signal::{Signal, Signals};
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use std::collections::HashSet;
use std::time::Duration;

/// How often AWS is asked for more. FilterLogEvents is limited to 5 or 10 requests a second, by region.
const PAUSE: Duration = Duration::from_secs(2);
const LOCAL_PAUSE: Duration = Duration::from_millis(300);
/// Lines can come this much later than others that are younger: CloudWatch puts them in order as they arrive.
const LATE: i64 = 30_000;
/// The job's group is shared by all jobs of an account; these many of its last runs are looked at.
const RUNS: i32 = 10;

#[derive(Debug, Args)]
pub(crate) struct LogsArgs {
    /// Whose log.
    what: What,
    /// How far back.
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse_duration)]
    since: Duration,
    /// Only lines with this text.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Go on with what comes, until Ctrl+C.
    #[arg(long, short = 'F')]
    follow: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// The function that takes events in.
    Track,
    /// The function that moves files into partitions.
    Mover,
    /// Firehose, when it cannot write.
    Delivery,
    /// Both crawlers.
    Crawler,
    /// The job.
    Etl,
}

/// A log group, and which of its streams are ours.
#[derive(Debug)]
struct Source {
    group: String,
    streams: Streams,
}

#[derive(Debug)]
enum Streams {
    All,
    Named(String),
    /// Glue puts `-driver` and the like behind the id of a run.
    Beginning(String),
}

impl Streams {
    fn names(&self) -> Option<Vec<String>> {
        match self {
            Self::Named(name) => Some(vec![name.clone()]),
            _ => None,
        }
    }

    fn prefix(&self) -> Option<String> {
        match self {
            Self::Beginning(prefix) => Some(prefix.clone()),
            _ => None,
        }
    }
}

pub(crate) async fn run(global: &Global, args: &LogsArgs) -> Result<Exit> {
    stream("pipectl-logs/1");
    let session = Session::open_running(global).await?;
    let since = i64::try_from(args.since.as_millis()).unwrap_or(i64::MAX);
    let mut from = Timestamp::now().as_millisecond().saturating_sub(since).max(0);
    let (mut seen, mut signals) = (HashSet::new(), Signals::listen());
    let mut pause = Pause::steady(if session.local { LOCAL_PAUSE } else { PAUSE });
    loop {
        let newest = tokio::select! {
            newest = show(&session.aws, args, from, &mut seen) => newest?,
            signal = signals.next() => return Ok(after(signal, args)),
        };
        if !args.follow || nobody_reads() {
            break;
        }
        from = from.max(newest.saturating_sub(LATE));
        tokio::select! {
            () = pause.pass() => {}
            signal = signals.next() => return Ok(after(signal, args)),
        }
    }
    session.print_timings(global);
    Ok(Exit::Done)
}

/// Ctrl+C is how one ends what goes on by itself.
fn after(signal: Signal, args: &LogsArgs) -> Exit {
    if args.follow && signal == Signal::Interrupt { Exit::Done } else { signal.into() }
}

/// Prints what is new in the order of time, and gives the time of the newest line.
async fn show(aws: &Aws, args: &LogsArgs, from: i64, seen: &mut HashSet<String>) -> Result<i64> {
    let mut events = vec![];
    for source in sources(aws, args.what).await? {
        let lines = lines(aws, &source, from, args.filter.as_deref()).await?;
        events.extend(lines.into_iter().map(|line| (source.group.clone(), line)));
    }
    events.sort_by_key(|(_, event)| event.timestamp);
    let newest = events.iter().filter_map(|(_, event)| event.timestamp).max().unwrap_or(from);
    for (group, event) in events {
        if seen.insert(event.event_id.clone().unwrap_or_default()) {
            let (millis, message) = (event.timestamp.unwrap_or(0), event.message.unwrap_or_default());
            line("line", log_line_to_json(millis, (&group, event.log_stream_name.as_deref()), &message));
            data(log_line(millis, &message));
        }
    }
    Ok(newest)
}

async fn sources(aws: &Aws, what: What) -> Result<Vec<Source>> {
    let whole = |group: String| Source { group, streams: Streams::All };
    Ok(match what {
        What::Track => vec![whole(aws.names.function_logs("track"))],
        What::Mover => vec![whole(aws.names.function_logs("mover"))],
        What::Delivery => vec![whole(format!("/aws/kinesisfirehose/{}", aws.names.stream()))],
        What::Crawler => {
            let stream = |name| Streams::Named(aws.names.crawler(name));
            let group = || "/aws-glue/crawlers".to_owned();
            ["raw", "parquet"].map(|name| Source { group: group(), streams: stream(name) }).into()
        }
        What::Etl => {
            let job = aws.names.job();
            let runs = || aws.glue.get_job_runs().job_name(&job).max_results(RUNS).send();
            let runs = read("glue:GetJobRuns", runs).await.absent()?;
            let ids = runs.into_iter().flat_map(|found| found.job_runs.unwrap_or_default()).filter_map(|run| run.id);
            let of_run = |id: String| {
                // `logs-v2` is where continuous logging writes.
                ["output", "error", "logs-v2"].map(|name| Source {
                    group: format!("/aws-glue/jobs/{name}"),
                    streams: Streams::Beginning(id.clone()),
                })
            };
            ids.flat_map(of_run).collect()
        }
    })
}

/// A group or a stream that is not there has no lines: Glue makes both when it first writes.
async fn lines(aws: &Aws, source: &Source, from: i64, text: Option<&str>) -> Result<Vec<FilteredLogEvent>> {
    // In quotes a pattern is a text, whatever is in it.
    let pattern = text.map(|text| format!("\"{}\"", text.replace('"', "\\\"")));
    let (mut all, mut token) = (vec![], None);
    loop {
        let page = || {
            let request = aws.logs.filter_log_events().log_group_name(&source.group).start_time(from);
            let (names, prefix) = (source.streams.names(), source.streams.prefix());
            let request = request.set_log_stream_names(names).set_log_stream_name_prefix(prefix);
            request.set_filter_pattern(pattern.clone()).set_next_token(token.clone()).send()
        };
        let Some(page) = read("logs:FilterLogEvents", page).await.absent()? else { return Ok(all) };
        all.extend(page.events.unwrap_or_default());
        token = page.next_token;
        if token.is_none() {
            return Ok(all);
        }
    }
}

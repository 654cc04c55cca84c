//! `pipectl status`: whether the pipeline is healthy, how old the newest rows are, and what is still on its way.

mod counted;
mod differences;
mod endpoint;
mod faults;
mod look;
mod newest;
mod partitions;
mod spent;
mod watch;
mod work;

use super::session::Session;
use crate::commands::Global;
use crate::config::{Tables, parse_duration};
use crate::error::{Exit, Result};
use crate::report::{Health, Verdict, data, document, freshness_to_json, freshness_to_text, lead_time, say};
use crate::signal::Signals;
use clap::Args;
pub(crate) use look::look;
use std::time::Duration;
use work::now;

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Newest events that are older than this are a fault: `6h`. Without it nobody knows whether a quiet pipeline is
    /// broken or has no visitors, and it is only told.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    freshness: Option<Duration>,
    /// Look again and again until Ctrl+C, so many seconds apart. On a terminal the page is drawn anew, elsewhere there
    /// is a line for each fault that comes or ends. AWS bills a look with up to 14 metrics, at $0.01 a thousand.
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        default_missing_value = "60",
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    watch: Option<u64>,
}

pub(crate) async fn run(global: &Global, args: &StatusArgs) -> Result<Exit> {
    let session = Session::open_running(global).await?;
    if let Some(seconds) = args.watch {
        return watch::run(&session, args.freshness, Duration::from_secs(seconds)).await;
    }
    say(session.place());
    let mut signals = Signals::listen();
    let found = tokio::select! {
        found = look(&session, args.freshness) => found,
        signal = signals.next() => return Ok(signal.into()),
    };
    document(freshness_to_json(&found));
    data(freshness_to_text(&found));
    session.print_timings(global);
    Ok(exit(&found.health))
}

/// `0` says healthy, and nothing else does.
fn exit(health: &Health) -> Exit {
    if health.verdict() == Verdict::Healthy { Exit::Done } else { Exit::Failed }
}

/// When there will be a table that a query asks for in vain, for people. `None` where it is none of the pipeline's.
pub(super) async fn when_there(session: &Session, message: &str) -> Option<String> {
    let (pipeline, dates) = (&session.pipeline, crate::aws::Dates::default());
    let crawlers = &pipeline.catalog.crawlers;
    // `Table 'awsdatacatalog.clickstream_prod.analytics_data' does not exist`
    let named = |table: Option<String>| table.is_some_and(|table| message.contains(&format!(".{table}'")));
    let (which, schedule) = match (named(pipeline.raw_table()), named(pipeline.parquet_table())) {
        (true, _) => ("raw", &crawlers.raw.schedule),
        (false, true) => ("parquet", &crawlers.parquet.schedule),
        _ => return None,
    };
    if pipeline.catalog.tables == Tables::Declared {
        return Some("`pipectl apply` makes the table, which is declared".to_owned());
    }
    let work = work::crawler(&session.aws, which, schedule, &dates).await.ok()?;
    Some(lead_time(&work, now(&dates)))
}

//! `pipectl report`: every query of the file as a chart, in one page.

use super::query::{Execution, answered, asked, start, stop, wait};
use super::session::Session;
use crate::chart::choose;
use crate::commands::Global;
use crate::config::parse_duration;
use crate::cost::Query as Cost;
use crate::error::{Code, Error, Exit, Result};
use crate::report::{
    Drawn, Facts, Panel, Reported, Shown, alert, document, page_to_html, report_end, report_to_json, say,
};
use crate::signal::Signals;
use crate::whole_file::{self, Readers};
use clap::Args;
use futures::StreamExt as _;
use futures::stream;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Far below what AWS lets an account have at once (20 in the smallest regions, "Active DML queries").
const AT_ONCE: usize = 4;

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Where the page is written: all of it, or nothing.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// These queries of the file alone, in this order.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    named: Vec<String>,
    /// Stop a query that takes longer.
    #[arg(long, value_name = "TIME", default_value = "30min", value_parser = parse_duration)]
    timeout: Duration,
}

/// Ids of statements that are under way.
type UnderWay = Mutex<Vec<String>>;

pub(crate) async fn run(global: &Global, args: &ReportArgs) -> Result<Exit> {
    let session = Session::open_running(global).await?;
    let queries = queries(&session, args)?;
    whole_file::check(&args.out).map_err(Error::cannot_write(&args.out))?;
    let under_way = UnderWay::default();
    let mut signals = Signals::listen();
    let all = stream::iter(queries.iter().map(|(name, sql)| one(&session, name, sql, args.timeout, &under_way)));
    let ran = tokio::select! {
        ran = all.buffered(AT_ONCE).collect::<Vec<_>>() => ran,
        signal = signals.next() => {
            let left = std::mem::take(&mut *under_way.lock().unwrap_or_else(PoisonError::into_inner));
            futures::future::join_all(left.iter().map(|id| stop(&session.aws, id))).await;
            alert(format_args!("{}: the queries were stopped, and nothing was written", signal.word()));
            return Ok(signal.into());
        }
    };
    let charted: Vec<_> = queries.iter().zip(ran).map(|((name, sql), ran)| charted(&session, name, sql, ran)).collect();
    document(report_to_json(&args.out, &charted));
    let page = page(&session, &charted);
    whole_file::write(&args.out, &page, Readers::Owner).map_err(Error::cannot_write(&args.out))?;
    say(format_args!("{} in {}", report_end(&charted, session.local), args.out.display()));
    session.print_timings(global);
    ended(charted)
}

/// Names and statements.
fn queries<'a>(session: &'a Session, args: &ReportArgs) -> Result<Vec<(&'a str, &'a str)>> {
    let all = &session.pipeline.query.queries;
    if all.is_empty() {
        return Err(Error::usage("the file has no queries to report", "`query.queries` of the file names some"));
    }
    if args.named.is_empty() {
        return Ok(all.iter().map(|(name, sql)| (name.as_str(), sql.as_str())).collect());
    }
    let known = |name: &String| {
        all.get_key_value(name).map(|(name, sql)| (name.as_str(), sql.as_str())).ok_or_else(|| {
            let known: Vec<_> = all.keys().map(String::as_str).collect();
            Error::usage(format!("the file has no query `{name}`"), format!("there are: {}", known.join(", ")))
        })
    };
    args.named.iter().map(known).collect()
}

async fn one<'a>(
    session: &'a Session,
    name: &str,
    sql: &str,
    timeout: Duration,
    under_way: &UnderWay,
) -> Result<Execution<'a>> {
    let ran = statement(session, sql, timeout, under_way).await;
    match &ran {
        Ok(Execution { end, .. }) => say(format_args!("{name}: {end}")),
        Err(error) => alert(format_args!("{name}: {error}")),
    }
    ran
}

async fn statement<'a>(
    session: &'a Session,
    sql: &str,
    timeout: Duration,
    under_way: &UnderWay,
) -> Result<Execution<'a>> {
    let began = Instant::now();
    let id = start(session, sql).await?;
    under_way.lock().unwrap_or_else(PoisonError::into_inner).push(id.clone());
    let done = wait(session, &id, timeout).await;
    under_way.lock().unwrap_or_else(PoisonError::into_inner).retain(|other| *other != id);
    answered(session, &id, &done?, began).await
}

fn charted<'a>(session: &Session, name: &'a str, sql: &'a str, ran: Result<Execution<'_>>) -> Reported<'a> {
    let hint = session.pipeline.query.charts.get(name).cloned().unwrap_or_default();
    let answer = ran.map(|Execution { rows, end }| {
        let usd = match end.cost {
            Cost::Dollars(dollars) => Some(dollars),
            Cost::Missing => None,
        };
        let told = end.to_string();
        Drawn { chosen: choose(rows.answer(), &hint), rows, took: end.took, bytes: end.bytes, usd, told }
    });
    Reported { name, sql, answer }
}

fn page(session: &Session, charted: &[Reported<'_>]) -> String {
    let panels: Vec<_> = charted.iter().map(|one| Panel { name: one.name, sql: one.sql, shown: shown(one) }).collect();
    let title = format!("{}/{}", session.pipeline.name, session.pipeline.stage);
    page_to_html(&Facts { title, lines: vec![asked(session), report_end(charted, session.local)] }, &panels)
}

fn shown<'a>(one: &'a Reported<'_>) -> Shown<'a> {
    match &one.answer {
        Ok(answer) => Shown::Answered { chosen: &answer.chosen, rows: &answer.rows, end: answer.told.clone() },
        Err(error) => Shown::Failed { why: error.to_string(), hint: error.hint().unwrap_or_default() },
    }
}

/// Where something failed, the exit code says so; where everything did, the first reason is the reason.
fn ended(charted: Vec<Reported<'_>>) -> Result<Exit> {
    let count = charted.len();
    let mut failed: Vec<_> =
        charted.into_iter().filter_map(|one| one.answer.err().map(|error| (one.name.to_owned(), error))).collect();
    if failed.is_empty() {
        return Ok(Exit::Done);
    }
    if failed.len() == count {
        return Err(failed.remove(0).1);
    }
    let names: Vec<_> = failed.iter().map(|(name, _)| name.as_str()).collect();
    let what = format!("{} of {count} queries failed: {}", failed.len(), names.join(", "));
    Err(Error::coded(Code::QueryFailed, what, "the page has the others, and says why"))
}

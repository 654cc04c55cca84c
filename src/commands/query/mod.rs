//! `pipectl query`: SQL on the pipeline's tables, with what it scanned and what that costs.

mod execution;
mod on_page;

use super::session::Session;
use crate::chart::{Chosen, choose};
use crate::commands::Global;
use crate::config::{Pipeline, parse_duration};
use crate::error::{Error, Exit, Result};
use crate::report::{
    Facts, Panel, QueryEnd, Rows, Shown, alert, chart_to_text, columns, data, document, exact, is_unicode,
    page_to_html, query_to_json, rows_to_csv, rows_to_json, rows_to_table, rows_to_vertical, say, table_within,
};
use crate::signal::Signals;
use clap::Args;
pub(super) use execution::{Execution, answered, start, stop, wait};
pub(crate) use on_page::for_page;
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

/// How wide a chart is where nobody says how wide the terminal is.
const WIDTH: usize = 80;

#[derive(Debug, Args)]
pub(crate) struct QueryArgs {
    /// The statement. `${raw_table}`, `${parquet_table}` and `${database}` stand for the pipeline's.
    #[arg(required_unless_present = "named", conflicts_with = "named")]
    sql: Option<String>,
    /// Run one of the queries of the file, by its name.
    #[arg(long, value_name = "NAME")]
    named: Option<String>,
    /// How to print the rows: a table on a terminal that is wide enough, CSV elsewhere, unless this says.
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with = "json")]
    output: Option<Format>,
    /// Stop the query when it takes longer.
    #[arg(long, value_name = "TIME", default_value = "30min", value_parser = parse_duration)]
    timeout: Duration,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Table,
    /// Each row as lines of a name and a value: what a table turns into where the terminal is too narrow for it.
    Vertical,
    Csv,
    /// One array of objects, every value as text or null.
    Json,
    /// Lines over time, bars of names, in the terminal's characters: after the columns' types. Where there is nothing to
    /// draw, the table.
    Chart,
    /// A page with that chart and the rows, which needs nothing from elsewhere.
    Html,
}

pub(crate) async fn run(global: &Global, args: &QueryArgs) -> Result<Exit> {
    let session = Session::open_running(global).await?;
    let sql = sql(&session, args)?;
    let began = Instant::now();
    let id = start(&session, &sql).await?;
    let mut signals = Signals::listen();
    let done = tokio::select! {
        done = wait(&session, &id, args.timeout) => done?,
        signal = signals.next() => {
            stop(&session.aws, &id).await;
            alert(format_args!("{}: the query was stopped", signal.word()));
            return Ok(signal.into());
        }
    };
    let Execution { rows, end } = answered(&session, &id, &done, began).await?;
    document(query_to_json(&id, &rows, &end));
    print(&session, args, &sql, &rows, &end);
    say(end);
    session.print_timings(global);
    Ok(Exit::Done)
}

fn print(session: &Session, args: &QueryArgs, sql: &str, rows: &Rows, end: &QueryEnd<'_>) {
    let default = if std::io::stdout().is_terminal() { Format::Table } else { Format::Csv };
    let hint =
        args.named.as_ref().and_then(|name| session.pipeline.query.charts.get(name)).cloned().unwrap_or_default();
    let chosen = || choose(rows.answer(), &hint);
    match args.output.unwrap_or(default) {
        Format::Table => data(table(rows, args.output.is_some())),
        Format::Vertical => data(rows_to_vertical(rows)),
        Format::Csv => exact(rows_to_csv(rows)),
        Format::Json => exact(format_args!("{:#}\n", rows_to_json(rows))),
        Format::Chart => data(chart(&chosen(), rows)),
        Format::Html => exact(page(session, (args.named.as_deref(), sql), &chosen(), (rows, end))),
    }
}

fn chart(chosen: &Chosen, rows: &Rows) -> String {
    let drawn = chart_to_text(chosen, columns().unwrap_or(WIDTH), is_unicode());
    drawn.unwrap_or_else(|| {
        let notes = chosen.notes.iter().map(|note| format!("{note}\n"));
        table(rows, true) + &notes.collect::<String>()
    })
}

fn page(
    session: &Session,
    (name, sql): (Option<&str>, &str),
    chosen: &Chosen,
    (rows, end): (&Rows, &QueryEnd<'_>),
) -> String {
    let shown = Shown::Answered { chosen, rows, end: end.to_string() };
    let lines = vec![asked(session)];
    let facts = Facts { title: format!("{}/{}", session.pipeline.name, session.pipeline.stage), lines };
    page_to_html(&facts, &[Panel { name: name.unwrap_or("A query"), sql, shown }])
}

/// Where and when an answer is from.
pub(super) fn asked(session: &Session) -> String {
    let names = &session.aws.names;
    let place = if session.local { "Local AWS" } else { "AWS account" };
    let at = jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC");
    format!("{place} {}, {}, asked at {at}", names.account, names.region)
}

/// As there is room for it; somebody who asks for a table has one.
fn table(rows: &Rows, is_asked_for: bool) -> String {
    let within = columns().map(|width| table_within(rows, width));
    match within {
        Some(Some(table)) => table,
        Some(None) if !is_asked_for => rows_to_vertical(rows),
        _ => rows_to_table(rows),
    }
}

fn sql(session: &Session, args: &QueryArgs) -> Result<String> {
    let pipeline = &session.pipeline;
    let Some(name) = &args.named else {
        return Ok(pipeline.fill_tables(args.sql.as_deref().unwrap_or_default()));
    };
    named(pipeline, name)
}

fn named(pipeline: &Pipeline, name: &str) -> Result<String> {
    pipeline.query.queries.get(name).cloned().ok_or_else(|| {
        let known: Vec<_> = pipeline.query.queries.keys().map(String::as_str).collect();
        Error::usage(format!("the file has no query `{name}`"), format!("there are: {}", known.join(", ")))
    })
}

//! `pipectl query`: SQL on the pipeline's tables, with what it scanned and what that costs.

use super::session::Session;
use super::status::when_there;
use crate::aws::{Aws, Patience, Pause, call, read};
use crate::commands::Global;
use crate::config::parse_duration;
use crate::cost::query_cost;
use crate::error::{Code, Error, Exit, Result};
use crate::report::{
    QueryEnd, Rows, alert, columns, data, document, exact, query_to_json, rows_to_csv, rows_to_json, rows_to_table,
    rows_to_vertical, say, table_within,
};
use crate::signal::Signals;
use aws_sdk_athena::types::{QueryExecution, QueryExecutionContext, QueryExecutionState, Row};
use clap::Args;
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

/// How often AWS is asked whether the query is done: at first, and after a while.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

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
    let rows = results(&session.aws, &id, is_table(&done)).await?;
    let end = end(&session, &done, &rows, began.elapsed());
    document(query_to_json(&id, &rows, &end));
    let default = if std::io::stdout().is_terminal() { Format::Table } else { Format::Csv };
    match args.output.unwrap_or(default) {
        Format::Table => data(table(&rows, args.output.is_some())),
        Format::Vertical => data(rows_to_vertical(&rows)),
        Format::Csv => exact(rows_to_csv(&rows)),
        Format::Json => exact(format_args!("{:#}\n", rows_to_json(&rows))),
    }
    say(end);
    session.print_timings(global);
    Ok(Exit::Done)
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
    pipeline.query.queries.get(name).cloned().ok_or_else(|| {
        let known: Vec<_> = pipeline.query.queries.keys().map(String::as_str).collect();
        Error::usage(format!("the file has no query `{name}`"), format!("there are: {}", known.join(", ")))
    })
}

async fn start(session: &Session, sql: &str) -> Result<String> {
    let aws = &session.aws;
    // The SDK repeats a request whose answer was lost: the token keeps that from being a second query.
    let token = format!("pipectl-{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
    let context = QueryExecutionContext::builder().database(&session.pipeline.catalog.database).build();
    let started = call("athena:StartQueryExecution", Patience::USUAL, || {
        aws.athena
            .start_query_execution()
            .query_string(sql)
            .client_request_token(&token)
            .query_execution_context(context.clone())
            .work_group(aws.names.workgroup())
            .send()
    });
    let started = started.await.map_err(|error| match error.to_string().contains("is not found") {
        true => Error::coded(
            Code::NotDeployed,
            format!("there is no workgroup {}", aws.names.workgroup()),
            "`pipectl apply` makes it",
        ),
        false => error.into(),
    })?;
    Ok(started.query_execution_id().unwrap_or_default().to_owned())
}

async fn wait(session: &Session, id: &str, timeout: Duration) -> Result<QueryExecution> {
    let aws = &session.aws;
    let (began, mut pause) = (Instant::now(), Pause::growing(FIRST_PAUSE, LONGEST_PAUSE));
    loop {
        let look = || aws.athena.get_query_execution().query_execution_id(id).send();
        let execution = read("athena:GetQueryExecution", look).await?.query_execution;
        let status = execution.as_ref().and_then(|execution| execution.status());
        let reason = status.and_then(|status| status.state_change_reason()).unwrap_or("no reason is given").to_owned();
        match (status.and_then(|status| status.state().cloned()), execution) {
            (Some(QueryExecutionState::Succeeded), Some(execution)) => return Ok(execution),
            (Some(QueryExecutionState::Failed), _) => return Err(failed(session, reason).await),
            (Some(QueryExecutionState::Cancelled), _) => {
                let hint = "somebody has stopped it, or `query.scan_limit` of the file did";
                return Err(Error::coded(Code::QueryFailed, reason, hint));
            }
            _ if began.elapsed() > timeout => {
                stop(aws, id).await;
                let seconds = timeout.as_secs();
                return Err(Error::coded(
                    Code::QueryFailed,
                    format!("the query was stopped after {seconds} s"),
                    "see `--timeout`",
                ));
            }
            _ => {}
        }
        pause.pass().await;
    }
}

async fn failed(session: &Session, reason: String) -> Error {
    let there = if reason.contains("TABLE_NOT_FOUND") { when_there(session, &reason).await } else { None };
    let hint = there.unwrap_or_else(|| hint(&reason).to_owned());
    Error::coded(Code::QueryFailed, reason, hint)
}

/// What helps, for the failures that people meet first.
fn hint(reason: &str) -> &'static str {
    if reason.contains("TABLE_NOT_FOUND") {
        "the pipeline's tables are `${raw_table}` and `${parquet_table}`"
    } else if reason.contains("Bytes scanned limit") {
        "`query.scan_limit` of the file is the limit; name year, month and day in WHERE to scan less"
    } else if reason.contains("COLUMN_NOT_FOUND") {
        "`pipectl query \"DESCRIBE ${raw_table}\"` lists the columns"
    } else {
        ""
    }
}

async fn stop(aws: &Aws, id: &str) {
    // It is on its way to its end in any case: a failure to stop it sooner is not worth a word.
    let _ = aws.athena.stop_query_execution().query_execution_id(id).send().await;
}

/// Whether the first row of the results is the names of the columns.
fn is_table(execution: &QueryExecution) -> bool {
    execution.statement_type().is_some_and(|kind| kind.as_str() == "DML")
}

async fn results(aws: &Aws, id: &str, has_header: bool) -> Result<Rows> {
    let (mut rows, mut token) = (Rows::default(), None);
    loop {
        let page = || aws.athena.get_query_results().query_execution_id(id).set_next_token(token.clone()).send();
        let page = read("athena:GetQueryResults", page).await?;
        let set = page.result_set();
        if rows.columns.is_empty() {
            let columns =
                set.and_then(|set| set.result_set_metadata()).map(|all| all.column_info()).unwrap_or_default();
            rows.columns = columns.iter().map(|column| column.name().to_owned()).collect();
        }
        let all = set.map(|set| set.rows()).unwrap_or_default();
        let skip = usize::from(has_header && token.is_none());
        rows.rows.extend(all.iter().skip(skip).map(values));
        token = page.next_token().map(str::to_owned);
        if token.is_none() {
            return Ok(rows);
        }
    }
}

fn values(row: &Row) -> Vec<Option<String>> {
    row.data().iter().map(|datum| datum.var_char_value().map(str::to_owned)).collect()
}

fn end<'a>(session: &'a Session, execution: &QueryExecution, rows: &Rows, took: Duration) -> QueryEnd<'a> {
    let scanned = execution.statistics().and_then(|all| all.data_scanned_in_bytes()).unwrap_or(0);
    let (bytes, region) = (u64::try_from(scanned).unwrap_or(0), session.aws.names.region.as_str());
    QueryEnd { rows: rows.rows.len(), took, bytes, cost: query_cost(region, bytes), region, local: session.local }
}

//! A statement on Athena, from its start to its rows.

use crate::aws::{Aws, Patience, Pause, call, read};
use crate::commands::session::Session;
use crate::commands::status::when_there;
use crate::cost::query_cost;
use crate::error::{Code, Error, Result};
use crate::report::{QueryEnd, Rows};
use aws_sdk_athena::types::{QueryExecution, QueryExecutionContext, QueryExecutionState, Row};
use std::time::{Duration, Instant};

/// How often AWS is asked whether the query is done: at first, and after a while.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What a statement came to.
pub(in crate::commands) struct Execution<'a> {
    pub(in crate::commands) rows: Rows,
    pub(in crate::commands) end: QueryEnd<'a>,
}

/// The rows of one that has succeeded.
pub(in crate::commands) async fn answered<'a>(
    session: &'a Session,
    id: &str,
    done: &QueryExecution,
    began: Instant,
) -> Result<Execution<'a>> {
    answered_at_most(session, id, done, (began, usize::MAX)).await
}

/// The first of the rows, and a page of Athena's more at most.
pub(super) async fn answered_at_most<'a>(
    session: &'a Session,
    id: &str,
    done: &QueryExecution,
    (began, most): (Instant, usize),
) -> Result<Execution<'a>> {
    let rows = results(&session.aws, id, is_table(done), most).await?;
    let end = end(session, done, &rows, began.elapsed());
    Ok(Execution { rows, end })
}

/// Has a statement begun, and gives its id.
pub(in crate::commands) async fn start(session: &Session, sql: &str) -> Result<String> {
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

/// Until it has succeeded.
pub(in crate::commands) async fn wait(session: &Session, id: &str, timeout: Duration) -> Result<QueryExecution> {
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

pub(in crate::commands) async fn stop(aws: &Aws, id: &str) {
    // It is on its way to its end in any case: a failure to stop it sooner is not worth a word.
    let _ = aws.athena.stop_query_execution().query_execution_id(id).send().await;
}

/// Whether the first row of the results is the names of the columns.
fn is_table(execution: &QueryExecution) -> bool {
    execution.statement_type().is_some_and(|kind| kind.as_str() == "DML")
}

async fn results(aws: &Aws, id: &str, has_header: bool, most: usize) -> Result<Rows> {
    let (mut rows, mut token) = (Rows::default(), None);
    loop {
        let page = || aws.athena.get_query_results().query_execution_id(id).set_next_token(token.clone()).send();
        let page = read("athena:GetQueryResults", page).await?;
        let set = page.result_set();
        if rows.columns.is_empty() {
            let columns =
                set.and_then(|set| set.result_set_metadata()).map(|all| all.column_info()).unwrap_or_default();
            rows.columns = columns.iter().map(|column| column.name().to_owned()).collect();
            rows.types = columns.iter().map(|column| column.r#type().to_owned()).collect();
        }
        let all = set.map(|set| set.rows()).unwrap_or_default();
        let skip = usize::from(has_header && token.is_none());
        rows.rows.extend(all.iter().skip(skip).map(values));
        token = page.next_token().map(str::to_owned);
        if token.is_none() || rows.rows.len() >= most {
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

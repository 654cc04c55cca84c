//! The crawlers and the job: when they ran last, and when they run next.

use crate::aws::{Aws, Dates, Expect as _, Result, read};
use crate::commands::run::rows_of;
use crate::config::{Pipeline, Schedule, Tables};
use crate::report::{LastRun, Work};
use aws_smithy_types::DateTime;
use futures::future::{BoxFuture, try_join_all};
use jiff::Timestamp;

/// Those that the pipeline has, in the order in which they need one another.
///
/// # Errors
/// AWS's, if the caller may not look. What is not there yet has not run.
pub(super) async fn all(aws: &Aws, pipeline: &Pipeline, dates: &Dates) -> Result<Vec<Work>> {
    let crawlers = &pipeline.catalog.crawlers;
    let crawled = pipeline.catalog.tables == Tables::Crawled;
    let mut asked: Vec<BoxFuture<'_, Result<Work>>> = vec![];
    if crawled && pipeline.raw_prefix().is_some() {
        asked.push(Box::pin(crawler(aws, "raw", &crawlers.raw.schedule, dates)));
    }
    if let Some(etl) = &pipeline.etl {
        asked.push(Box::pin(job(aws, &etl.schedule, dates)));
    }
    if crawled && pipeline.parquet_prefix().is_some() {
        asked.push(Box::pin(crawler(aws, "parquet", &crawlers.parquet.schedule, dates)));
    }
    try_join_all(asked).await
}

pub(super) async fn crawler(aws: &Aws, which: &str, schedule: &Schedule, dates: &Dates) -> Result<Work> {
    let name = aws.names.crawler(which);
    let look = || aws.glue.get_crawler().name(&name).customize().interceptor(dates.clone()).send();
    let crawler = read("glue:GetCrawler", look).await.absent()?.and_then(|found| found.crawler);
    let last = crawler.as_ref().and_then(|crawler| crawler.last_crawl.as_ref()).map(|last| LastRun {
        state: last.status.as_ref().map_or("UNKNOWN", |status| status.as_str()).to_owned(),
        at: time(last.start_time),
        message: last.error_message.clone(),
        // The table has them.
        rows: None,
    });
    let state = crawler.and_then(|crawler| crawler.state);
    let runs = state.is_some_and(|state| state.as_str() != "READY");
    Ok(Work { name: format!("crawler {which}"), runs, last, next: schedule.next_after(now(dates)) })
}

async fn job(aws: &Aws, schedule: &Schedule, dates: &Dates) -> Result<Work> {
    let name = aws.names.job();
    let look = || aws.glue.get_job_runs().job_name(&name).max_results(2).customize().interceptor(dates.clone()).send();
    let runs = read("glue:GetJobRuns", look).await.absent()?.and_then(|found| found.job_runs).unwrap_or_default();
    // The newest come first.
    let (ended, under_way): (Vec<_>, Vec<_>) = runs.into_iter().partition(|run| run.completed_on.is_some());
    let last = match ended.into_iter().next() {
        Some(run) => Some(LastRun {
            rows: rows_of(aws, &run).await,
            state: run.job_run_state.as_ref().map_or("UNKNOWN", |state| state.as_str()).to_owned(),
            at: time(run.started_on),
            message: run.error_message,
        }),
        None => None,
    };
    Ok(Work { name: "job etl".to_owned(), runs: !under_way.is_empty(), last, next: schedule.next_after(now(dates)) })
}

/// By AWS's clock.
pub(super) fn now(dates: &Dates) -> Timestamp {
    Timestamp::try_from(dates.told()).unwrap_or_else(|_| Timestamp::now())
}

fn time(time: Option<DateTime>) -> Option<Timestamp> {
    Timestamp::from_second(time?.secs()).ok()
}

/// The crawler that a table comes from, if it has run and is not running.
pub(super) fn crawled<'a>(work: &'a [Work], which: &str) -> Option<&'a Work> {
    let name = format!("crawler {which}");
    work.iter().find(|work| work.name == name && !work.runs)
}

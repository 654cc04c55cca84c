//! One look at a pipeline: everything is asked for at once, and what may not be read hides nothing else.

use super::counted;
use super::differences::{Differences, differences};
use super::work::{self, now};
use super::{endpoint, faults, newest, partitions, spent};
use crate::aws::{Aws, Class, Dates, Result as AwsResult, pages};
use crate::commands::events::{newest as newest_events, undelivered};
use crate::commands::output::made_of;
use crate::commands::session::Session;
use crate::config::Pipeline;
use crate::report::{Answered, Freshness, Health, Spending, TableFreshness, Unread, say};
use aws_sdk_glue::types::Table;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Duration;

/// `None`, and a reason, where it may not be read.
fn told<T, E: Display>(unread: &mut Vec<Unread>, what: &'static str, found: Result<T, E>) -> Option<T> {
    found.map_err(|error| unread.push(Unread { what, why: error.to_string() })).ok()
}

pub(crate) async fn look(session: &Session, freshness: Option<Duration>) -> Freshness<'_> {
    let dates = Dates::default();
    let (pipeline, aws) = (&session.pipeline, &session.aws);
    let (tables, work, stranded, events, live) = futures::join!(
        tables(aws, pipeline, &dates),
        work::all(aws, pipeline, &dates),
        session.stranded(),
        newest_events(session),
        compared(session),
    );
    let mut unread = vec![];
    // Where there is no mover any more, it may have left something.
    let stranded = told(&mut unread, "files for the mover", stranded);
    let mut found = Freshness {
        pipeline,
        now: now(&dates),
        tables: told(&mut unread, "tables", tables).unwrap_or_default(),
        stranded: stranded.filter(|stranded| pipeline.has_mover() || !stranded.is_none()),
        work: told(&mut unread, "crawlers and the job", work).unwrap_or_default(),
        undelivered: None,
        events: told(&mut unread, "newest events", events).ok_or_else(|| "see below".to_owned()),
        health: Health::default(),
    };
    estimated(&mut found);
    let (differences, answered) = told(&mut unread, "resources", live).unzip();
    let (series, unlisted, given_up, spent) = futures::join!(
        counted::series(aws, pipeline, found.now),
        partitions::unlisted(aws, pipeline, &found.tables, &found.work),
        undelivered(session, found.now),
        spent::spent(aws, pipeline, differences.as_ref().is_some_and(|found| found.budget)),
    );
    found.undelivered = told(&mut unread, "records that Firehose gave up", given_up).flatten();
    let series = told(&mut unread, "metrics of CloudWatch", series);
    let unlisted = told(&mut unread, "partitions", unlisted).unwrap_or_default();
    let spent = told(&mut unread, "the budget", spent).unwrap_or(Spending::NotKnown);
    let mut health = Health { unread, answered: answered.unwrap_or_default(), spent, ..Health::default() };
    let (differences, series) = (differences.as_ref(), series.as_ref());
    faults::find(&mut health, &faults::Seen { found: &found, differences, series, unlisted: &unlisted, freshness });
    found.health = health;
    found
}

/// A crawler writes to its table how many records there are.
fn estimated(found: &mut Freshness<'_>) {
    let Freshness { pipeline, tables, work, .. } = found;
    for (which, name) in [("crawler raw", pipeline.raw_table()), ("crawler parquet", pipeline.parquet_table())] {
        let records = tables.iter().find(|table| Some(&table.name) == name.as_ref()).and_then(|table| table.records);
        let last = work.iter_mut().filter(|work| work.name == which).filter_map(|work| work.last.as_mut());
        last.for_each(|last| last.rows = records);
    }
}

/// How the file and AWS differ, and what the endpoints answer.
async fn compared(session: &Session) -> crate::error::Result<(Differences, Vec<Answered>)> {
    let graph = session.possible_graph().await?;
    session.left_out().iter().for_each(say);
    let live = session.observe(&graph).await?;
    let made = made_of(session, &live);
    Ok((differences(&graph, &live, session.own_code), endpoint::ask(session, &made).await))
}

async fn tables(aws: &Aws, pipeline: &Pipeline, dates: &Dates) -> AwsResult<Vec<TableFreshness>> {
    let bucket = &pipeline.bucket.name;
    let newest = |prefix: Option<&str>| {
        let prefix = prefix.map(str::to_owned);
        async move {
            match prefix {
                Some(prefix) => newest::newest(aws, bucket, &prefix, dates).await,
                None => Ok(None),
            }
        }
    };
    let (known, raw, parquet) =
        futures::try_join!(known(aws, pipeline), newest(pipeline.raw_prefix()), newest(pipeline.parquet_prefix()))?;
    let table = |name: Option<String>, newest| {
        let name = name?;
        let found = known.get(&name);
        Some(TableFreshness { there: found.is_some(), records: found.copied().flatten(), name, newest })
    };
    Ok([table(pipeline.raw_table(), raw), table(pipeline.parquet_table(), parquet)].into_iter().flatten().collect())
}

/// The database's tables, with the records that a crawler has counted; none where there is no database.
async fn known(aws: &Aws, pipeline: &Pipeline) -> AwsResult<BTreeMap<String, Option<u64>>> {
    let pages = pages(
        "glue:GetTables",
        |from| {
            let request = aws.glue.get_tables().database_name(&pipeline.catalog.database).max_results(100);
            request.set_next_token(from).send()
        },
        |page| page.next_token(),
    );
    match pages.await {
        Ok(pages) => Ok(pages.iter().flat_map(|page| page.table_list()).map(records).collect()),
        Err(error) if error.class() == Class::Absent => Ok(BTreeMap::new()),
        Err(error) => Err(error),
    }
}

fn records(table: &Table) -> (String, Option<u64>) {
    let count = table.parameters.as_ref().and_then(|all| all.get("recordCount")?.parse().ok());
    (table.name.clone(), count)
}

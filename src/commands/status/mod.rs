//! `pipectl status`: how old the newest rows are, and what is still on its way.

mod newest;
mod work;

use super::events::newest as newest_events;
use super::session::Session;
use crate::aws::{Aws, Class, Dates, Result as AwsResult, pages};
use crate::commands::Global;
use crate::config::{Pipeline, Tables};
use crate::error::{Exit, Result};
use crate::report::{Freshness, TableFreshness, data, exact, freshness_to_json, freshness_to_text, lead_time, say};
use clap::Args;
use std::collections::BTreeSet;
use work::now;

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Print JSON (schema pipectl-status/1).
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(global: &Global, args: &StatusArgs) -> Result<Exit> {
    let session = Session::open(global).await?;
    say(session.place());
    let dates = Dates::default();
    let (pipeline, aws) = (&session.pipeline, &session.aws);
    let looked = async { Ok(futures::try_join!(tables(aws, pipeline, &dates), work::all(aws, pipeline, &dates))?) };
    let events = async { Ok(newest_events(&session).await.map_err(|error| error.to_string())) };
    let ((tables, work), stranded, events) = futures::try_join!(looked, session.stranded(), events)?;
    // Where there is no mover any more, it may have left something.
    let stranded = Some(stranded).filter(|stranded| pipeline.has_mover() || !stranded.is_none());
    let found = Freshness { pipeline, now: now(&dates), tables, events, stranded, work };
    match args.json {
        true => exact(format_args!("{:#}\n", freshness_to_json(&found))),
        false => data(freshness_to_text(&found)),
    }
    session.print_timings(global);
    Ok(Exit::Done)
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
    let table =
        |name: Option<String>, newest| name.map(|name| TableFreshness { there: known.contains(&name), name, newest });
    Ok([table(pipeline.raw_table(), raw), table(pipeline.parquet_table(), parquet)].into_iter().flatten().collect())
}

/// The names of the database's tables; none where there is no database.
async fn known(aws: &Aws, pipeline: &Pipeline) -> AwsResult<BTreeSet<String>> {
    let pages = pages(
        "glue:GetTables",
        |from| {
            let request = aws.glue.get_tables().database_name(&pipeline.catalog.database).max_results(100);
            request.set_next_token(from).send()
        },
        |page| page.next_token(),
    );
    match pages.await {
        Ok(pages) => Ok(pages.iter().flat_map(|page| page.table_list()).map(|table| table.name.clone()).collect()),
        Err(error) if error.class() == Class::Absent => Ok(BTreeSet::new()),
        Err(error) => Err(error),
    }
}

/// When there will be a table that a query asks for in vain, for people. `None` where it is none of the pipeline's.
pub(super) async fn when_there(session: &Session, message: &str) -> Option<String> {
    let (pipeline, dates) = (&session.pipeline, Dates::default());
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

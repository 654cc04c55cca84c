//! What the page asks. Each answer reads the file anew, so that it is about the file as it is now.

use crate::aws::{Expect as _, read};
use crate::commands::session::{ConsentArgs, Session, compare, cost_of, load, plan_document};
use crate::commands::who_changed::{Sought, tell_who_changed};
use crate::commands::{Global, query, run, status};
use crate::config::Pipeline;
use crate::cost::{Billed, Book, Inputs, Money, estimate, priceable};
use crate::error::{Error, Result};
use crate::page::{Ask, Feed};
use crate::report::{cost_to_json, error_to_json, freshness_to_json};
use serde_json::{Value, json};
use std::time::Duration;

/// As far as one may hurry Local AWS at once: a day.
const LONGEST_TICK: u64 = 86_400;

pub(super) struct Answers<'a> {
    global: &'a Global,
    feed: &'a Feed,
}

impl<'a> Answers<'a> {
    pub(super) fn new(global: &'a Global, feed: &'a Feed) -> Self {
        Self { global, feed }
    }

    /// `{"answer": ...}`, or what went wrong and what helps, as `--json` has it.
    pub(super) async fn to(&self, ask: Ask) -> Value {
        match self.find(ask).await {
            Ok(answer) => json!({"answer": answer}),
            Err(error) => json!({"error": error_to_json(&error)}),
        }
    }

    async fn find(&self, ask: Ask) -> Result<Value> {
        match ask {
            // The estimate is the file's: nothing of it is asked of AWS.
            Ask::Cost { events } => self.cost(events),
            Ask::Health {} => Ok(freshness_to_json(&status::look(&self.session().await?, None).await)),
            Ask::Plan {} => plan(&self.session().await?).await,
            Ask::Files { prefix } => files(&self.session().await?, &prefix).await,
            Ask::Query { sql, named } => query::for_page(&self.session().await?, sql, named).await,
            Ask::Tick { seconds } => self.tick(Duration::from_secs(seconds.min(LONGEST_TICK))).await,
            Ask::Run { what } => self.run(&self.session().await?, &what).await,
        }
    }

    /// Of the file as it is now, which the page is told of.
    async fn session(&self) -> Result<Session> {
        let session = Session::open(self.global).await?;
        self.tell(&session);
        Ok(session)
    }

    /// What the page says of the pipeline itself.
    pub(super) fn tell(&self, session: &Session) {
        let (pipeline, names) = (&session.pipeline, &session.aws.names);
        let buffer = &pipeline.delivery.buffer;
        let queries = pipeline.query.queries.iter().map(|(name, sql)| json!({"name": name, "sql": sql}));
        let told = json!({
            "name": pipeline.name,
            "stage": pipeline.stage,
            "place": session.place(),
            "region": names.region,
            "local": session.local,
            "bucket": pipeline.bucket.name,
            "stream": names.stream(),
            "database": pipeline.catalog.database,
            "folders": folders(pipeline),
            "queries": queries.collect::<Vec<_>>(),
            "buffer": {"seconds": buffer.interval.as_secs(), "bytes": buffer.size.as_mib() << 20},
            "runs": run::there_are(session),
        });
        self.feed.is_now("pipeline", told);
    }

    fn cost(&self, events: Option<u64>) -> Result<Value> {
        let pipeline = load(self.global)?;
        let region = crate::commands::global::assumed_region(&pipeline);
        let region = pipeline.region.as_ref().unwrap_or(&region);
        priceable(Book::bundled(), region)
            .map_err(|why| Error::usage(format!("`{region}` {why}"), "check the name of the region"))?;
        let mut inputs = Inputs::of(&pipeline);
        if let Some(events) = events {
            inputs
                .set(&format!("events_per_month={events}"))
                .map_err(|message| Error::usage(message, "a number of events a month"))?;
        }
        let month = estimate(Book::bundled(), &Billed::of_file(&pipeline, region), region, inputs, false);
        Ok(cost_to_json(&month.paid_in(Money::default()), &pipeline.name, &pipeline.stage))
    }

    #[cfg(feature = "local")]
    async fn tick(&self, time: Duration) -> Result<Value> {
        let Some(directory) = &self.global.local else { return Err(read_only()) };
        Ok(json!({"now": crate::commands::local::let_pass(directory, time).await?}))
    }

    #[cfg(not(feature = "local"))]
    async fn tick(&self, _: Duration) -> Result<Value> {
        Err(read_only())
    }

    async fn run(&self, session: &Session, what: &str) -> Result<Value> {
        if !session.local {
            return Err(read_only());
        }
        run::for_page(session, what).await
    }
}

/// Where files come to lie, in the order of the data's way, and the tables over them.
fn folders(pipeline: &Pipeline) -> Value {
    let moved = pipeline.has_mover().then_some((&*pipeline.delivery.prefix, "waits for the mover", None));
    let raw = pipeline.raw_prefix().map(|prefix| (prefix, "JSON", pipeline.raw_table()));
    let parquet = pipeline.parquet_prefix().map(|prefix| (prefix, "Parquet", pipeline.parquet_table()));
    let errors = Some((&*pipeline.delivery.errors, "errors", None));
    let all = [moved, raw, parquet, errors].into_iter().flatten();
    all.map(|(prefix, what, table)| {
        let folder = prefix.split_inclusive('/').next().unwrap_or_default();
        json!({"folder": folder, "what": what, "table": table})
    })
    .collect()
}

fn read_only() -> Error {
    Error::usage("this page changes nothing on AWS".to_owned(), "`pipectl run` starts a part of the pipeline")
}

async fn plan(session: &Session) -> Result<Value> {
    let graph = session.possible_graph().await?;
    let (live, surroundings) = session.look(&graph).await?;
    let mut plan = compare(session, (&graph, &graph), (&live, &surroundings), &ConsentArgs::none())?;
    let cost = cost_of(session, &plan, &graph, &live);
    let unnamed = tell_who_changed(&session.aws, &mut plan, Sought::Changed).await;
    let mut document = plan_document(session, &plan, cost.as_ref());
    if let Some(unnamed) = unnamed {
        document["note"] = unnamed.into();
    }
    Ok(document)
}

/// What is in the folder of a prefix: the first thousand, as S3 tells them.
async fn files(session: &Session, prefix: &str) -> Result<Value> {
    let bucket = &session.pipeline.bucket.name;
    let look = || session.aws.s3.list_objects_v2().bucket(bucket).prefix(prefix).delimiter("/").send();
    let Some(page) = read("s3:ListBucket", look).await.absent()? else {
        return Ok(json!({"prefix": prefix, "folders": [], "files": [], "more": false}));
    };
    let folders = page.common_prefixes().iter().filter_map(|folder| folder.prefix());
    let files = page.contents().iter().map(|file| {
        json!({
            "key": file.key(),
            "bytes": file.size(),
            "written": file.last_modified().map(|time| time.secs()),
        })
    });
    Ok(json!({
        "prefix": prefix,
        "folders": folders.collect::<Vec<_>>(),
        "files": files.collect::<Vec<_>>(),
        "more": page.is_truncated().unwrap_or(false),
    }))
}

//! `pipectl run`: starts what otherwise waits for its schedule, and tells how it ended.

mod again;
mod crawl;
mod job;
mod page;
mod sweep;
mod told;

use super::session::Session;
use crate::aws::{Expect as _, Pause, read};
use crate::commands::Global;
use crate::config::{Pipeline, Tables};
use crate::error::{Code, Error, Exit, Result};
use crate::names::Names;
use crate::report::{Paint, RunEnd, Watch, alert, data, document, run_to_json, say};
use crate::signal::Signals;
use again::Days;
use clap::{Args, Subcommand, ValueEnum};
pub(crate) use job::rows_of;
pub(crate) use page::{for_page, there_are};
use serde_json::{Value, json};
use std::time::Duration;

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(subcommand)]
    what: What,
    /// Wait for the end, and fail if that is not a success.
    ///
    /// `all` waits in any case. So does `--local`, unless a `pipectl local` serves the directory.
    #[arg(long, global = true)]
    wait: bool,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum What {
    /// The function `mover`: it moves every file that Firehose wrote and that is not in its partition yet.
    Mover,
    /// The job: new JSON files become Parquet.
    Etl(Days),
    /// One of the two crawlers.
    Crawler {
        /// The one of the JSON files, or the one of the Parquet files.
        name: Which,
    },
    /// Those of the mover, the raw crawler, the job and the parquet crawler that there are, one after the other.
    All,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Which {
    Raw,
    Parquet,
}

/// One thing that AWS does when it is told to.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Mover,
    Crawler(Which),
    Job(Days),
}

impl What {
    fn stages(self) -> Vec<Stage> {
        match self {
            Self::Mover => vec![Stage::Mover],
            Self::Etl(days) => vec![Stage::Job(days)],
            Self::Crawler { name } => vec![Stage::Crawler(name)],
            Self::All => {
                vec![
                    Stage::Mover,
                    Stage::Crawler(Which::Raw),
                    Stage::Job(Days::default()),
                    Stage::Crawler(Which::Parquet),
                ]
            }
        }
    }
}

impl Stage {
    /// Why the pipeline has no such thing, if it has none, with what does its work.
    fn missing(self, pipeline: &Pipeline) -> Option<&'static str> {
        let crawled = pipeline.catalog.tables == Tables::Crawled;
        match self {
            Self::Mover if !pipeline.has_mover() => {
                Some("there is no mover: Firehose writes into the folders of days (`delivery.partition: firehose`)")
            }
            Self::Crawler(_) if !crawled => {
                Some("there are no crawlers: the tables are declared (`catalog.tables: declared`)")
            }
            Self::Crawler(Which::Parquet) if pipeline.parquet_prefix().is_none() => {
                Some("there is no Parquet to crawl: `etl` is `none`")
            }
            Self::Job(_) if pipeline.converts() => {
                Some("there is no job: Firehose writes the Parquet files (`delivery.format: parquet`)")
            }
            Self::Job(_) if pipeline.etl.is_none() => Some("there is no job: `etl` is `none`"),
            _ => None,
        }
    }

    async fn is_left_over(self, session: &Session) -> Result<bool> {
        let (aws, name) = (&session.aws, self.physical(&session.aws.names));
        let there = match self {
            Self::Mover => {
                let found = read("lambda:GetFunctionConfiguration", || {
                    aws.lambda.get_function_configuration().function_name(&name).send()
                });
                found.await.absent()?.is_some()
            }
            Self::Crawler(_) => false,
            Self::Job(_) => read("glue:GetJob", || aws.glue.get_job().job_name(&name).send()).await.absent()?.is_some(),
        };
        Ok(there)
    }

    /// The job stays for good, for its bookmark; its trigger stays until it has converted what it was there for.
    async fn has_work_left(self, session: &Session) -> Result<bool> {
        let aws = &session.aws;
        match self {
            Self::Job(_) => {
                let name = aws.names.trigger();
                let trigger = read("glue:GetTrigger", || aws.glue.get_trigger().name(&name).send()).await.absent()?;
                Ok(trigger.and_then(|found| found.trigger).is_some())
            }
            _ => self.is_left_over(session).await,
        }
    }

    /// Its name in the blueprint.
    fn name(self) -> &'static str {
        match self {
            Self::Mover => "mover",
            Self::Crawler(Which::Raw) => "raw",
            Self::Crawler(Which::Parquet) => "parquet",
            Self::Job(_) => "etl",
        }
    }

    /// What AWS calls it.
    fn physical(self, names: &Names) -> String {
        match self {
            Self::Mover => names.function(self.name()),
            Self::Crawler(_) => names.crawler(self.name()),
            Self::Job(_) => names.job(),
        }
    }

    fn address(self) -> String {
        match self {
            Self::Mover => format!("lambda.function.{}", self.name()),
            Self::Crawler(_) => format!("glue.crawler.{}", self.name()),
            Self::Job(_) => format!("glue.job.{}", self.name()),
        }
    }

    /// Starts it. Gives how it ended, or `None` where nobody waits for that.
    async fn go(self, session: &Session, wait: bool, watch: &mut Watch) -> Result<Option<RunEnd>> {
        let aws = &session.aws;
        let name = self.physical(&aws.names);
        let ended = match self {
            Self::Mover => sweep::run(aws, &name, &session.pipeline.bucket.name, watch).await.map(Some),
            Self::Crawler(_) => crawl::run(aws, &name, wait, watch).await,
            Self::Job(days) => job::run(aws, &name, days.arguments(), wait, watch).await,
        };
        Ok(ended?)
    }
}

pub(crate) async fn run(global: &Global, args: &RunArgs) -> Result<Exit> {
    if let What::Etl(days) = &args.what {
        days.check()?;
    }
    let session = Session::open_running(global).await?;
    let wait = args.wait || session.ends_with_us || matches!(args.what, What::All);
    say(session.place());
    if let What::Etl(days) = &args.what {
        days.refuse_another_script(&session, &session.aws.names.job()).await?;
    }
    let (mut stages, mut signals) = (args.what.stages(), Signals::listen());
    match args.what {
        What::All => stages = with_work(&session, stages).await?,
        _ => refuse_missing(&session, &stages).await?,
    }
    if stages.is_empty() {
        say("there is nothing to run: what is delivered can be queried at once");
    }
    let done = tokio::select! {
        done = go_through(&session, &stages, wait, global) => done,
        signal = signals.next() => {
            alert(format_args!("{}: {}", signal.word(), after_interrupt(session.ends_with_us)));
            return Ok(signal.into());
        }
    };
    session.print_timings(global);
    done.map(|()| Exit::Done)
}

/// What the file asks for, and what stays of another shape until its work is done.
async fn with_work(session: &Session, stages: Vec<Stage>) -> Result<Vec<Stage>> {
    let mut all = vec![];
    for stage in stages {
        if stage.missing(&session.pipeline).is_none() || stage.has_work_left(session).await? {
            all.push(stage);
        }
    }
    Ok(all)
}

/// What the file does not ask for any more may have work left, and be there still.
async fn refuse_missing(session: &Session, stages: &[Stage]) -> Result<()> {
    for stage in stages {
        if let Some(why) = stage.missing(&session.pipeline)
            && !stage.is_left_over(session).await?
        {
            return Err(Error::usage(why.to_owned(), "`pipectl run all` runs what there is"));
        }
    }
    Ok(())
}

/// Between two looks at what Glue is doing: soon at first, later every five seconds.
fn pause() -> Pause {
    Pause::growing(Duration::from_millis(100), Duration::from_secs(5))
}

/// What becomes of what was started.
fn after_interrupt(ends_with_us: bool) -> &'static str {
    match ends_with_us {
        true => "what was started goes on with the next `run`, or once `pipectl local` serves the directory",
        false => "what was started goes on; the same command with `--wait` waits for it",
    }
}

/// One after the other; each reads what the one before has written, so that none begins after a failure.
async fn go_through(session: &Session, stages: &[Stage], wait: bool, global: &Global) -> Result<()> {
    let paint = Paint::new(global.color, &std::io::stderr());
    let mut told = vec![];
    let tell = |runs: &[Value]| document(json!({"schema": "pipectl-run/1", "runs": runs}));
    tell(&told);
    for stage in stages {
        let address = stage.address();
        let mut watch = Watch::new(address.clone(), paint);
        let ended = stage.go(session, wait, &mut watch).await?;
        drop(watch);
        told.push(run_to_json(&address, ended.as_ref()));
        tell(&told);
        let Some(ended) = ended else { continue };
        data(format_args!("{address:<21} {ended}\n"));
        if !ended.well {
            return Err(failure(&address, &ended));
        }
    }
    Ok(())
}

fn failure(address: &str, ended: &RunEnd) -> Error {
    let why = ended.message.as_deref().unwrap_or("AWS does not say why");
    let (group, stream) = &ended.log;
    let hint = match group.is_empty() {
        true => "`pipectl logs mover` shows what it said of each file".to_owned(),
        false => format!("its log is the stream `{stream}` of the log group `{group}`"),
    };
    Error::coded(Code::RunFailed, format!("{address} ended as {}: {why}", ended.state), hint)
}

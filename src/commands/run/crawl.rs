//! A crawl, from its start to its end.

use super::pause;
use crate::aws::{Aws, Class, Error, Result, read, write};
use crate::report::{RunEnd, Watch};
use aws_sdk_glue::types::{Crawler, CrawlerState, LastCrawlInfo, LastCrawlStatus};
use aws_smithy_types::DateTime;
use std::time::{Duration, Instant};

/// For how long a crawler may be idle without telling of the crawl that was started: `GetCrawler` lags behind.
const TOLD_WITHIN: Duration = Duration::from_secs(60);

/// What tells one crawl from another: when it began, and what its log lines begin with.
type Which = Option<(Option<DateTime>, Option<String>)>;

/// # Errors
/// The crawler is missing, or AWS refuses something. A crawl that fails is no error here.
pub(super) async fn run(aws: &Aws, name: &str, wait: bool, watch: &mut Watch) -> Result<Option<RunEnd>> {
    let before = which(look(aws, name).await?.last_crawl.as_ref());
    match write("glue:StartCrawler", || aws.glue.start_crawler().name(name).send()).await {
        Ok(_) => watch.say("started"),
        Err(error) if error.class() == Class::Running => watch.say("was running already"),
        Err(error) => return Err(error),
    }
    if !wait {
        return Ok(None);
    }
    let last = end(aws, name, &before, watch).await?;
    Ok(Some(ended(aws, name, last).await))
}

async fn look(aws: &Aws, name: &str) -> Result<Crawler> {
    let missing = || Error::new("glue:GetCrawler", "EntityNotFoundException", &format!("there is no crawler `{name}`"));
    let found = read("glue:GetCrawler", || aws.glue.get_crawler().name(name).send()).await;
    let made = "`pipectl apply` makes it";
    found
        .and_then(|found| found.crawler.ok_or_else(missing))
        .map_err(|error| if error.class() == Class::Absent { error.with_hint(made) } else { error })
}

fn which(last: Option<&LastCrawlInfo>) -> Which {
    last.map(|last| (last.start_time, last.message_prefix.clone()))
}

/// Looks until the crawler is idle and its last crawl is not the one from `before`.
async fn end(aws: &Aws, name: &str, before: &Which, watch: &mut Watch) -> Result<LastCrawlInfo> {
    let (mut idle, mut pause) = (None::<Instant>, pause());
    loop {
        let crawler = look(aws, name).await?;
        let state = crawler.state.unwrap_or(CrawlerState::Ready);
        if state == CrawlerState::Ready {
            match crawler.last_crawl {
                Some(last) if which(Some(&last)) != *before => return Ok(last),
                _ if idle.get_or_insert_with(Instant::now).elapsed() > TOLD_WITHIN => {
                    let message = format!("the crawler `{name}` is READY, but nothing is told of the crawl");
                    return Err(Error::new("glue:GetCrawler", "StillWaiting", &message).waited(TOLD_WITHIN));
                }
                _ => {}
            }
        } else {
            idle = None;
            watch.show(state.as_str());
        }
        pause.pass().await;
    }
}

async fn ended(aws: &Aws, name: &str, last: LastCrawlInfo) -> RunEnd {
    // Only the history knows how long it took. A caller who may not read that is told all the same how it ended.
    let crawls = read("glue:ListCrawls", || aws.glue.list_crawls().crawler_name(name).max_results(20).send()).await;
    let crawls = crawls.ok().and_then(|answer| answer.crawls).unwrap_or_default();
    let crawl = crawls.into_iter().find(|crawl| {
        crawl.message_prefix.is_some() && crawl.message_prefix == last.message_prefix
            || crawl.start_time.is_some() && crawl.start_time == last.start_time
    });
    let seconds =
        crawl.as_ref().and_then(|crawl| Some(crawl.end_time?.as_secs_f64() - crawl.start_time?.as_secs_f64()));
    RunEnd {
        state: last.status.as_ref().map_or("UNKNOWN", LastCrawlStatus::as_str).to_owned(),
        well: last.status == Some(LastCrawlStatus::Succeeded),
        seconds,
        dpu_seconds: crawl.map(|crawl| crawl.dpu_hour * 3600.0),
        message: last.error_message,
        told: vec![],
        log: (last.log_group.unwrap_or_default(), last.log_stream.unwrap_or_default()),
    }
}

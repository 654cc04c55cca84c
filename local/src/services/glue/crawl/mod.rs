//! Crawls: a crawler looks at files and keeps the catalog's tables and partitions as they are found.

mod catalog;
mod files;
mod infer;

use super::crawlers::existing;
use super::{CRAWLERS, invalid, listed, metered};
use crate::api_error::{ApiError, Result};
use crate::context::{Context, new_uuid};
use crate::core::Core;
use crate::service::Input;
use crate::services::iam::{passed_role, role_assumable};
use crate::services::{logs, s3};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

/// Key: region, crawler, when it started.
const CRAWLS: &str = "glue.crawl";
const LOG_GROUP: &str = "/aws-glue/crawlers";

/// A crawl in work.
pub(super) struct Crawl {
    pub(super) name: String,
    /// The role's ARN.
    pub(super) role: String,
    pub(super) crawler: Value,
}

/// What a crawl has changed.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) tables_created: u64,
    pub(super) tables_updated: u64,
    pub(super) partitions_created: u64,
    pub(super) partitions_updated: u64,
    pub(super) deleted: u64,
    /// URIs of files that belong to no table.
    pub(super) strays: Vec<String>,
}

/// So many of them are named in the log.
const MOST_STRAYS: usize = 50;

pub(super) fn start(context: &Context<'_>, name: &str) -> Result<()> {
    let mut crawler = existing(context, name)?;
    if crawler["State"] != "READY" {
        return Err(ApiError::new("CrawlerRunningException", format!("Crawler with name {name} has already started")));
    }
    let (now, id) = (context.now.as_millisecond(), new_uuid());
    crawler["State"] = "RUNNING".into();
    crawler["started"] = now.into();
    crawler["crawl"] = id.as_str().into();
    let history = json!({
        "CrawlId": id,
        "State": "RUNNING",
        "StartTime": context.epoch(),
        "LogGroup": LOG_GROUP,
        "LogStream": name,
        "MessagePrefix": id,
    });
    context.put(CRAWLS, &format!("{name}/{now:015}-{id}"), &history)?;
    context.put(CRAWLERS, name, &crawler)
}

pub(super) fn start_crawler(context: &Context<'_>, input: &Value) -> Result<Value> {
    start(context, input.text("Name")?)?;
    Ok(json!({}))
}

pub(super) fn stop_crawler(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("Name")?;
    let mut crawler = existing(context, name)?;
    match crawler["State"].as_str() {
        Some("RUNNING") => {
            crawler["State"] = "STOPPING".into();
            context.put(CRAWLERS, name, &crawler)?;
            Ok(json!({}))
        }
        Some("STOPPING") => Err(ApiError::new("CrawlerStoppingException", format!("Crawler {name} is stopping"))),
        _ => Err(ApiError::new("CrawlerNotRunningException", format!("Crawler with name {name} isn't running"))),
    }
}

pub(super) fn list_crawls(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("CrawlerName")?;
    existing(context, name)?;
    let mut all: Vec<_> = context.list(CRAWLS, &format!("{name}/"))?.into_iter().map(|(_, crawl)| crawl).collect();
    all.reverse();
    listed(context, input, "Crawls", all)
}

pub(super) fn get_crawler_metrics(context: &Context<'_>, input: &Value) -> Result<Value> {
    let names = input.texts("CrawlerNameList");
    let mut all = vec![];
    for (name, crawler) in context.list(CRAWLERS, "")? {
        if names.is_empty() || names.contains(&name) {
            let last = &crawler["metrics"];
            all.push(json!({
                "CrawlerName": name,
                "TimeLeftSeconds": 0.0,
                "StillEstimating": crawler["State"] == "RUNNING",
                "LastRuntimeSeconds": last["seconds"].as_f64().unwrap_or(0.0),
                "MedianRuntimeSeconds": last["seconds"].as_f64().unwrap_or(0.0),
                "TablesCreated": last["created"].as_u64().unwrap_or(0),
                "TablesUpdated": last["updated"].as_u64().unwrap_or(0),
                "TablesDeleted": last["deleted"].as_u64().unwrap_or(0),
            }));
        }
    }
    listed(context, input, "CrawlerMetricsList", all)
}

/// Runs every crawler that was started, one after the other.
pub(super) async fn pass(core: &Arc<Core>) -> bool {
    let all = core.store.read_all(CRAWLERS, "").unwrap_or_default();
    let started: Vec<_> = all.into_iter().filter(|(_, crawler)| crawler["State"] != "READY").collect();
    let any = !started.is_empty();
    for (key, crawler) in started {
        let Some((region, name)) = key.split_once('/') else { continue };
        let ran = {
            let (core, region, name, crawler) = (Arc::clone(core), region.to_owned(), name.to_owned(), crawler.clone());
            tokio::task::spawn_blocking(move || run(&core, &region, name, crawler)).await
        };
        if let Err(error) = ran {
            // A panic is a failure of the crawl, and no reason to crawl for ever.
            let crawl = Crawl { name: name.to_owned(), role: String::new(), crawler };
            let failed = Err(ApiError::internal(error));
            let _ = core.run(region, |context| finish(context, &crawl, &failed, false, 0.0));
        }
    }
    any
}

fn run(core: &Core, region: &str, name: String, crawler: Value) {
    let began = std::time::Instant::now();
    let path = crawler["Role"].as_str().unwrap_or_default();
    let role = core.run(region, |context| passed_role(context, path)).unwrap_or_default();
    let stopped = crawler["State"] == "STOPPING";
    let crawl = Crawl { name, role, crawler };
    let result = if stopped { Ok(Changes::default()) } else { crawl_all(core, region, &crawl) };
    let _ = core.run(region, |context| finish(context, &crawl, &result, stopped, began.elapsed().as_secs_f64()));
}

fn crawl_all(core: &Core, region: &str, crawl: &Crawl) -> Result<Changes> {
    let assumable = core.run(region, |context| role_assumable(context, &crawl.role, "glue.amazonaws.com"))?;
    if !assumable {
        return Err(invalid("Service is unable to assume provided role. Please verify role's TrustPolicy"));
    }
    let mut changes = Changes::default();
    for target in crawl.crawler["Targets"]["S3Targets"].as_array().into_iter().flatten() {
        let known = core.run(region, |context| catalog::keys(context, crawl, target))?;
        let mut found = files::find(core, region, crawl, target, known)?;
        let inferred = infer::infer(core, region, crawl, &mut found)?;
        changes.strays.append(&mut found.strays);
        core.run(region, |context| catalog::keep(context, crawl, &found, inferred.as_ref(), &mut changes))?;
    }
    Ok(changes)
}

/// The role has to allow the call, on the catalog and on all in it that the call is about.
fn permit_glue(context: &Context<'_>, crawl: &Crawl, action: &str, table: Option<&str>) -> Result<()> {
    super::permit_catalog(context, &crawl.role, action, crawl.crawler.optional("DatabaseName"), table)
}

fn finish(context: &Context<'_>, crawl: &Crawl, result: &Result<Changes>, stopped: bool, seconds: f64) -> Result<()> {
    // It may have been deleted meanwhile, or changed.
    let Some(mut crawler) = context.get(CRAWLERS, &crawl.name)? else { return Ok(()) };
    let stopped = stopped || crawler["State"] == "STOPPING";
    let started = crawl.crawler["started"].as_i64().unwrap_or_default();
    let id = crawl.crawler["crawl"].as_str().unwrap_or_default();
    let status = if stopped {
        "CANCELLED"
    } else if result.is_ok() {
        "SUCCEEDED"
    } else {
        "FAILED"
    };
    let message = result.as_ref().err().map(|error| error.message.clone());
    let hours = metered::crawl(context, &crawl.name, seconds)?;
    crawler["State"] = "READY".into();
    crawler["LastCrawl"] = json!({
        "Status": status,
        "ErrorMessage": message,
        "LogGroup": LOG_GROUP,
        "LogStream": crawl.name,
        "MessagePrefix": id,
        "StartTime": started as f64 / 1000.0,
    });
    if let Ok(changes) = result {
        crawler["metrics"] = json!({
            "seconds": seconds, "created": changes.tables_created, "updated": changes.tables_updated,
            "deleted": changes.deleted,
        });
    }
    context.put(CRAWLERS, &crawl.name, &crawler)?;
    let state = match status {
        "SUCCEEDED" => "COMPLETED",
        "CANCELLED" => "STOPPED",
        other => other,
    };
    let history = json!({
        "CrawlId": id,
        "State": state,
        "StartTime": started as f64 / 1000.0,
        "EndTime": context.epoch(),
        "ErrorMessage": message,
        "LogGroup": LOG_GROUP,
        "LogStream": crawl.name,
        "MessagePrefix": id,
        "DPUHour": hours,
    });
    context.put(CRAWLS, &format!("{}/{started:015}-{id}", crawl.name), &history)?;
    log(context, crawl, id, started, result);
    Ok(())
}

/// A role that may not write logs leaves none.
fn log(context: &Context<'_>, crawl: &Crawl, id: &str, started: i64, result: &Result<Changes>) {
    let now = context.now.as_millisecond();
    let mut lines = vec![(started, format!("[{id}] BENCHMARK : Running Start Crawl for Crawler {}", crawl.name))];
    match result {
        Ok(changes) => {
            lines.push((
                now,
                format!(
                    "[{id}] INFO : Created {} and updated {} tables, created {} and updated {} partitions, removed {}",
                    changes.tables_created,
                    changes.tables_updated,
                    changes.partitions_created,
                    changes.partitions_updated,
                    changes.deleted
                ),
            ));
            let named = changes.strays.iter().take(MOST_STRAYS);
            lines
                .extend(named.map(|uri| (now, format!("[{id}] WARN : {uri} is no part of the table and is left out"))));
            lines.push((now, format!("[{id}] BENCHMARK : Crawler has finished running and is in state READY")));
        }
        Err(error) => lines.push((now, format!("[{id}] ERROR : {}", error.message))),
    }
    let _ = logs::write_under(context, &crawl.role, LOG_GROUP, &crawl.name, &lines);
}

/// `s3://bucket/prefix/` in its two parts; the prefix ends with a slash.
fn place(path: &str) -> Result<(String, String)> {
    let rest = path.strip_prefix("s3://").ok_or_else(|| invalid(format!("The path {path} is not one of S3")))?;
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let prefix = prefix.trim_end_matches('/');
    Ok((bucket.to_owned(), if prefix.is_empty() { String::new() } else { format!("{prefix}/") }))
}

/// The time as the catalog has it.
fn seconds(time: Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1000.0
}

/// S3's permissions, under the crawler's role. Glue names the operation that failed.
fn permit_s3(
    context: &Context<'_>,
    crawl: &Crawl,
    action: &str,
    place: (&str, &str),
    keys: &[(&str, &str)],
) -> Result<()> {
    s3::permit_role(context, &crawl.role, action, place, keys).map_err(|error| {
        let message = format!(
            "Insufficient Lake Formation or S3 permission(s): {} (Service: Amazon S3; Status Code: 403)",
            error.message
        );
        ApiError::new("AccessDeniedException", message)
    })
}

//! Glue: crawlers and the job by the DPU-hour, and what the Data Catalog holds.

use super::clock::{job_runs, runs};
use super::tables::{Lying, parquet, raw};
use super::{DAYS, Meter, Month};
use crate::resources::{Crawler, Job};

pub(super) fn all(month: &Month<'_>) -> Vec<Meter> {
    let crawlers = crawlers(month).map(|crawled| crawler(month, &crawled));
    let work = month.billed.job.iter().flat_map(|there| [job(month, there)].into_iter().chain(metrics(month, there)));
    crawlers.chain(work).chain(objects(month)).collect()
}

/// A crawler, and what it looks through.
struct Crawled<'a> {
    name: &'static str,
    item: &'static str,
    key: &'static str,
    crawler: &'a Crawler,
    lying: Option<Lying>,
}

fn crawlers<'a>(month: &'a Month<'_>) -> impl Iterator<Item = Crawled<'a>> {
    let json = month.billed.raw_crawler.as_ref().map(|crawler| {
        let (item, key) = ("Glue crawler raw", "catalog.crawlers.raw.schedule");
        Crawled { name: "raw", item, key, crawler, lying: raw(month) }
    });
    let converted = month.billed.parquet_crawler.as_ref().map(|crawler| {
        let (item, key) = ("Glue crawler parquet", "catalog.crawlers.parquet.schedule");
        Crawled { name: "parquet", item, key, crawler, lying: parquet(month) }
    });
    json.into_iter().chain(converted)
}

/// Of each crawler: its name, its crawls in a month, and the LISTs of one. Ours look at everything again.
pub(super) fn crawled<'a>(month: &'a Month<'_>) -> impl Iterator<Item = (&'static str, f64, f64)> + 'a {
    crawlers(month).map(|crawled| {
        let lists = crawled.lying.map_or(1.0, |lying| lying.lists());
        let lists = month.inputs.known("crawler_lists").unwrap_or(lists);
        (crawled.name, runs(&crawled.crawler.schedule.0), lists)
    })
}

/// Of all crawlers together.
pub(super) fn crawls(month: &Month<'_>) -> f64 {
    crawled(month).map(|(_, crawls, _)| crawls).sum()
}

/// However short a crawl is, ten minutes are billed.
fn crawler(month: &Month<'_>, crawled: &Crawled<'_>) -> Meter {
    let (runs, dpu) = (runs(&crawled.crawler.schedule.0), month.get("crawler_dpu"));
    let files = crawled.lying.map_or(0.0, |lying| lying.files());
    let (least, looked) = (month.get("crawler_minutes").max(10.0), files / month.get("crawler_files_per_minute"));
    let minutes = least.max(looked);
    let how = match looked > least {
        true => format!("{runs:.0} runs x {minutes:.1} min for {files:.0} files x {dpu} DPU"),
        false => format!("{runs:.0} runs x {minutes} min (10 at least) x {dpu} DPU"),
    };
    let kind = ("Crawler-DPU-Hour", "glue_crawler_dpu_hour");
    let line = Meter::new("transform", crawled.item, kind, runs * minutes / 60.0 * dpu, how);
    line.from(&[crawled.key, "crawler_minutes", "crawler_files_per_minute", "crawler_dpu", "month"])
}

fn job(month: &Month<'_>, job: &Job) -> Meter {
    // The versions from 6 on have prices of their own.
    let second = job.glue_version.parse::<f64>().is_ok_and(|version| version >= 6.0);
    let kind = match (second, job.execution_class.as_str()) {
        // Workers with more memory are counted for themselves, whatever the version.
        _ if job.worker_type.starts_with("R.") => ("ETL-MemOptimized-DPU-Hour", "glue_etl_memory_optimized_dpu_hour"),
        (false, "FLEX") => ("ETL-Flex-DPU-Hour", "glue_etl_flex_dpu_hour"),
        (false, _) => ("ETL-DPU-Hour", "glue_etl_dpu_hour"),
        (true, "FLEX") => ("ETL-Flex-DPU-Hour-Gen2", "glue6_etl_flex_dpu_hour"),
        (true, _) => ("ETL-DPU-Hour-Gen2", "glue6_etl_dpu_hour"),
    };
    const PRICE: &[&str] = &["etl.glue_version", "etl.execution", "etl.workers.type"];
    let line = |hours: f64, how: String| Meter::new("transform", "Glue job", kind, hours, how);
    if let Some(hours) = month.inputs.known("etl_dpu_hours") {
        return line(hours, "as given".to_owned()).from(&["etl_dpu_hours"]).from(PRICE);
    }
    let (runs, minutes) = (job_runs(month), month.get("etl_minutes").max(1.0));
    let dpu = f64::from(job.workers) * dpus(&job.worker_type);
    let how = format!("{runs:.0} runs x {minutes} min (1 at least) x {dpu} DPU");
    let from = &["etl.schedule", "etl_minutes", "etl.workers.type", "etl.workers.count"];
    line(runs * minutes / 60.0 * dpu, how).from(from).from(PRICE)
}

/// "For a Spark job that reports metrics": these of the driver alone, and these of the driver, of each executor and of all
/// together.
const OF_DRIVER: f64 = 12.0;
const OF_EACH: f64 = 5.0;

/// Each stands there under its run and under all runs, and CloudWatch bills the hours in which it is reported.
fn metrics(month: &Month<'_>, job: &Job) -> Option<Meter> {
    job.arguments.get("--enable-metrics").filter(|value| *value == "true")?;
    let (runs, hours) = (job_runs(month), (month.get("etl_minutes").max(1.0) / 60.0).ceil());
    // One worker is the driver.
    let metrics = 2.0 * (OF_DRIVER + OF_EACH * (f64::from(job.workers) + 1.0));
    let how = format!("{metrics} metrics x {runs:.0} runs x {hours} h of 720");
    let kind = ("CW:MetricMonitorUsage", "cw_custom_metric_month");
    let line = Meter::new("transform", "Glue job metrics", kind, metrics * runs * hours / (DAYS * 24.0), how);
    Some(line.from(&["etl.metrics", "etl.schedule", "etl.workers.count", "etl_minutes"]))
}

/// What a worker counts as: `G.2X` has two DPUs; `Standard`, which only old versions of Glue know, has one.
fn dpus(worker_type: &str) -> f64 {
    match worker_type.split_once('.').map(|(_, size)| size.trim_end_matches('X')) {
        // A quarter, for jobs that stream.
        Some("025") => 0.25,
        Some(size) => size.parse().unwrap_or(1.0),
        None => 1.0,
    }
}

/// A declared table is one object; a crawler makes a table and a partition a day. It keeps those whose files have
/// expired: it only notes what is gone.
fn objects(month: &Month<'_>) -> Option<Meter> {
    let billed = month.billed;
    billed.database.as_ref()?;
    let kind = ("Catalog-Storage", "glue_catalog_object_month");
    let line = |objects, how| Meter::new("transform", "Glue catalog objects", kind, objects, how);
    let declared = billed.raw_table.iter().chain(&billed.parquet_table).count() as f64;
    if declared > 0.0 {
        let how = format!("1 database + {declared} tables, whose partitions are no objects");
        return Some(line(1.0 + declared, how).from(&["catalog.tables"]));
    }
    let filled = month.flow.as_ref().is_some_and(|flow| flow.files > 0.0);
    let days = if filled { month.kept(None) * DAYS } else { 0.0 };
    let crawlers = billed.raw_crawler.iter().chain(&billed.parquet_crawler).count();
    let tables = if filled { crawlers as f64 } else { 0.0 };
    let how = format!("1 database + {tables} tables + {days} days x {tables} partitions");
    Some(line(1.0 + tables + days * tables, how).from(&["events_per_month", "month"]))
}

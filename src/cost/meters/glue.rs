//! Glue: crawlers and the job by the DPU-hour, and what the Data Catalog holds.

use super::{DAYS, Meter, Month};
use crate::config::Schedule;
use crate::resources::{Crawler, Job};

pub(super) fn all(month: &Month<'_>) -> Vec<Meter> {
    let billed = month.billed;
    let crawlers = [
        (&billed.raw_crawler, "Glue crawler raw", "catalog.crawlers.raw.schedule"),
        (&billed.parquet_crawler, "Glue crawler parquet", "catalog.crawlers.parquet.schedule"),
    ];
    let crawlers =
        crawlers.into_iter().filter_map(|(there, item, key)| Some(crawler(month, there.as_ref()?, item, key)));
    crawlers.chain(billed.job.as_ref().map(|there| job(month, there))).chain(objects(month)).collect()
}

/// How often a schedule of Glue's fires in a month; never where there is none, or where it is stopped.
fn runs(schedule: &str) -> f64 {
    Schedule::parse(schedule).map_or(0.0, |schedule| schedule.runs_a_day() * DAYS)
}

/// Of all crawlers together.
pub(super) fn crawls(month: &Month<'_>) -> f64 {
    let crawlers = month.billed.raw_crawler.iter().chain(&month.billed.parquet_crawler);
    crawlers.map(|crawler| runs(&crawler.schedule.0)).sum()
}

/// A job that no trigger starts does not run.
pub(super) fn job_runs(month: &Month<'_>) -> f64 {
    let (Some(_), Some(trigger)) = (&month.billed.job, &month.billed.trigger) else { return 0.0 };
    if trigger.enabled { runs(&trigger.schedule.0) } else { 0.0 }
}

/// However short a crawl is, ten minutes are billed.
fn crawler(month: &Month<'_>, crawler: &Crawler, item: &'static str, key: &'static str) -> Meter {
    let (runs, dpu) = (runs(&crawler.schedule.0), month.get("crawler_dpu"));
    let minutes = month.get("crawler_minutes").max(10.0);
    let how = format!("{runs:.0} runs x {minutes} min (10 at least) x {dpu} DPU");
    let kind = ("Crawler-DPU-Hour", "glue_crawler_dpu_hour");
    let line = Meter::new("transform", item, kind, runs * minutes / 60.0 * dpu, how);
    line.from(&[key, "crawler_minutes", "crawler_dpu"])
}

fn job(month: &Month<'_>, job: &Job) -> Meter {
    // The versions from 6 on have prices of their own.
    let second = job.glue_version.parse::<f64>().is_ok_and(|version| version >= 6.0);
    let kind = match (second, job.execution_class.as_str()) {
        (false, "FLEX") => ("ETL-Flex-DPU-Hour", "glue_etl_flex_dpu_hour"),
        (false, _) => ("ETL-DPU-Hour", "glue_etl_dpu_hour"),
        (true, "FLEX") => ("ETL-Flex-DPU-Hour-Gen2", "glue6_etl_flex_dpu_hour"),
        (true, _) => ("ETL-DPU-Hour-Gen2", "glue6_etl_dpu_hour"),
    };
    const PRICE: &[&str] = &["etl.glue_version", "etl.execution"];
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
    let days = if filled { month.get("month") * DAYS } else { 0.0 };
    let crawlers = billed.raw_crawler.iter().chain(&billed.parquet_crawler).count();
    let tables = if filled { crawlers as f64 } else { 0.0 };
    let how = format!("1 database + {tables} tables + {days} days x {tables} partitions");
    Some(line(1.0 + tables + days * tables, how).from(&["events_per_month", "month"]))
}

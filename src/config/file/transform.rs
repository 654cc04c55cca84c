//! `catalog` and `etl`: how files become tables.

use super::{Group, PLACE, prefix};
use crate::config::described::Form;
use crate::config::pipeline::{Catalog, Crawler, Crawlers, Etl, Workers};
use crate::config::schedule::Schedule;
use crate::config::shape::Parts;
use crate::config::values;
use crate::config::words::{Execution, GlueVersion, Tables, WorkerType};
use std::time::Duration;

/// Once a day, each after the one whose work it needs: when the last files of the day before are in their folder, the table
/// is made, then Parquet, then its table.
const RAW: (u8, u8) = (0, 30);
const JOB: (u8, u8) = (1, 0);
const PARQUET: (u8, u8) = (2, 0);

pub(super) fn catalog(at: Group<'_, '_, '_>, parts: &Parts, (name, stage): (&str, &str)) -> Catalog {
    let default = format!("{}_{stage}", name.replace('-', "_"));
    Catalog {
        database: at.value_with(
            "database",
            "The name of the Glue database.",
            Form::Text,
            default,
            PLACE,
            values::catalog_name,
        ),
        tables: at.value(
            "tables",
            "Crawlers find tables and partitions, or tables are declared from `schema` and need none.",
            Form::OneOf(|| Tables::ALL.iter().map(|one| one.as_str()).collect()),
            parts.tables,
            values::one_of(Tables::ALL),
        ),
        since: at.optional(
            "since",
            "The first year that queries over declared tables look for; without it, that of the first file.",
            Form::Quantity,
            values::year,
        ),
        crawlers: at.group("crawlers", "They find new partitions of crawled tables.", |at| Crawlers {
            raw: at.group("raw", "Of the JSON.", |at| Crawler { schedule: schedule(at, RAW) }),
            parquet: at.group("parquet", "Of the Parquet files.", |at| Crawler { schedule: schedule(at, PARQUET) }),
        }),
    }
}

fn schedule(at: Group<'_, '_, '_>, (hour, minute): (u8, u8)) -> Schedule {
    let default = Schedule::daily_at(hour, minute);
    at.value("schedule", "`hourly`, `daily` or `cron(...)`, in UTC.", Form::Text, default, Schedule::parse)
}

pub(super) fn etl(at: Group<'_, '_, '_>) -> Etl {
    let workers = || WorkerType::ALL.iter().map(|one| one.as_str()).collect();
    let versions = || GlueVersion::ALL.iter().map(|one| one.as_str()).collect();
    let executions = || Execution::ALL.iter().map(|one| one.as_str()).collect();
    Etl {
        schedule: schedule(at, JOB),
        output: prefix(at, "output", "Where Parquet files are written to.", "analytics_data/"),
        workers: at.group("workers", "What it runs on.", |at| Workers {
            worker_type: at.value(
                "type",
                "The size of one.",
                Form::OneOf(workers),
                WorkerType::G1X,
                values::one_of(WorkerType::ALL),
            ),
            count: at.value(
                "count",
                "How many; one of them leads the others.",
                Form::Quantity,
                2,
                values::count(2, 299),
            ),
        }),
        glue_version: at.value(
            "glue_version",
            "Decides the versions of Spark and Python.",
            Form::OneOf(versions),
            GlueVersion::V5,
            values::one_of(GlueVersion::ALL),
        ),
        timeout: at.time("timeout", "When a run is given up.", Duration::from_secs(3600), values::minutes(1, 10_080)),
        execution: at.value(
            "execution",
            "`flex` is cheaper and starts when there is capacity to spare.",
            Form::OneOf(executions),
            Execution::Standard,
            values::one_of(Execution::ALL),
        ),
        bookmark: at.value(
            "bookmark",
            "What the job's bookmark is kept under: that of a script which pipectl's takes the place of goes on.",
            Form::Text,
            "raw".to_owned(),
            bookmark,
        ),
        metrics: at.flag("metrics", "Figures of each run in CloudWatch, which bills them as custom metrics.", false),
    }
}

/// The `transformation_ctx` of a Glue script.
fn bookmark(text: &str) -> Result<String, String> {
    let good = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if !text.is_empty() && text.len() <= 255 && text.chars().all(good) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "`{text}` cannot be what a bookmark is kept under: write letters, digits and `_`, such as `datasource0`"
    ))
}

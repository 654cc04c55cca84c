//! `catalog` and `etl`: how files become tables.

use super::{Group, PLACE, prefix};
use crate::config::pipeline::{Catalog, Crawler, Crawlers, Etl, Workers};
use crate::config::reader::Form;
use crate::config::schedule::Schedule;
use crate::config::shape::Parts;
use crate::config::values;
use crate::config::words::{Execution, GlueVersion, Tables, WorkerType};
use std::time::Duration;

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
            raw: at.group("raw", "Of the JSON.", crawler),
            parquet: at.group("parquet", "Of the Parquet files.", crawler),
        }),
    }
}

fn crawler(at: Group<'_, '_, '_>) -> Crawler {
    Crawler { schedule: schedule(at) }
}

fn schedule(at: Group<'_, '_, '_>) -> Schedule {
    at.value("schedule", "`hourly`, `daily` or `cron(...)`, in UTC.", Form::Text, Schedule::daily(), Schedule::parse)
}

pub(super) fn etl(at: Group<'_, '_, '_>) -> Etl {
    let workers = || WorkerType::ALL.iter().map(|one| one.as_str()).collect();
    let versions = || GlueVersion::ALL.iter().map(|one| one.as_str()).collect();
    let executions = || Execution::ALL.iter().map(|one| one.as_str()).collect();
    Etl {
        schedule: schedule(at),
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
    }
}

//! Parts that do not go together.

use super::report;
use crate::config::pipeline::Pipeline;
use crate::config::reader::Reader;
use crate::config::units::ByteSize;
use crate::config::words::{Front, Partition, Tables};

/// Firehose takes no smaller buffer where it converts: "BufferingHints.SizeInMBs must be at least 64 when data format
/// conversion is enabled."
const LEAST_CONVERTED: ByteSize = ByteSize::mib(64);

pub(super) fn check(reader: &Reader<'_>, pipeline: &Pipeline) {
    if pipeline.converts() {
        converted(reader, pipeline);
    } else if !pipeline.delivery.keep_json {
        let message =
            "nothing would be kept: `delivery.format` is `json`, which `keep_json: false` leaves out".to_owned();
        report(
            reader,
            ("delivery.keep_json", &["delivery.format"]),
            message,
            "leave it out, or write `delivery.format: parquet`",
        );
    }
    front(reader, pipeline);
    queries(reader, pipeline);
}

/// What Firehose's conversion does not go with.
fn converted(reader: &Reader<'_>, pipeline: &Pipeline) {
    // What the file leaves to its shape stands nowhere: then the format is what does not go with it.
    let said = |key: &'static str| if reader.has(key) { key } else { "delivery.format" };
    let others = |key: &'static str| [key, "delivery.format"];
    if pipeline.etl.is_some() {
        let message =
            "`delivery.format: parquet` leaves the job nothing to do: Firehose writes the Parquet files".to_owned();
        report(reader, (said("etl"), &others("etl")), message, "write `etl: none`, or `delivery.format: json`");
    }
    if pipeline.delivery.partition == Partition::Mover {
        let message = "the function `mover` moves JSON, and `delivery.format` is `parquet`".to_owned();
        report(
            reader,
            (said("delivery.partition"), &others("delivery.partition")),
            message,
            "write `delivery.partition: firehose`, or `delivery.format: json`",
        );
    }
    if pipeline.catalog.tables == Tables::Crawled {
        let message = "Firehose converts by the columns of a declared table, which a crawler would rewrite".to_owned();
        let hint = "write `catalog.tables: declared`, or `delivery.format: json`";
        report(reader, (said("catalog.tables"), &others("catalog.tables")), message, hint);
    }
    if pipeline.delivery.buffer.size < LEAST_CONVERTED {
        let message = format!("Firehose converts with a buffer of {LEAST_CONVERTED} or more only");
        let hint = "write `size: 64 MB`: the interval writes smaller files, too";
        report(reader, ("delivery.buffer.size", &["delivery.format"]), message, hint);
    }
}

/// A limit that nobody keeps is worse than none.
fn front(reader: &Reader<'_>, pipeline: &Pipeline) {
    let fronts = &pipeline.ingest.front;
    for (index, front) in fronts.iter().enumerate() {
        if fronts[..index].contains(front) {
            report(reader, ("ingest.front", &[]), format!("`{front}` is there twice"), "");
        }
    }
    if pipeline.has_front(Front::RestApi) {
        return;
    }
    for key in ["ingest.throttle", "ingest.quota"] {
        if reader.has(key) {
            let message = format!("`{key}` is API Gateway's to keep, and a function URL has none");
            let hint = "leave it out and set `ingest.function.reserved_concurrency` (10 requests a second for each), or write `ingest.front: rest_api`";
            report(reader, (key, &["ingest.front"]), message, hint);
        }
    }
}

/// A query over a table that there is not.
fn queries(reader: &Reader<'_>, pipeline: &Pipeline) {
    let tables = [
        ("${raw_table}", pipeline.raw_table(), "`delivery.keep_json: false` keeps no JSON"),
        (
            "${parquet_table}",
            pipeline.parquet_table(),
            "neither `etl` nor `delivery.format: parquet` makes Parquet files",
        ),
    ];
    for (name, sql) in &pipeline.query.queries {
        for (placeholder, table, why) in &tables {
            if table.is_none() && sql.contains(placeholder) {
                let message = format!("the query `{name}` is over `{placeholder}`, and there is no such table: {why}");
                let (key, others) = (format!("query.queries.{name}"), ["delivery.format", "delivery.keep_json", "etl"]);
                report(reader, (&key, &others), message, "write the other table, or make this one");
            }
        }
    }
}

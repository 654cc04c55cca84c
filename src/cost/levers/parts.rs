//! Other parts for a piece of work, and another shape: all parts at once.

use super::Key;
use crate::config::{Format, Front, LogLevel, Partition, Pipeline, Shape, Tables};
use crate::cost::shapes::{convert, set_front, shaped};

const REPORTS: &str = "no START, END and REPORT any more of calls that went well";

pub(super) fn all(pipeline: &Pipeline) -> Vec<Key> {
    let front: Vec<_> = pipeline.ingest.front.iter().map(|front| front.as_str()).collect();
    let front = if front.len() == 1 { front.concat() } else { format!("[{}]", front.join(", ")) };
    let mut all = vec![
        Key {
            name: "shape",
            note: "with nothing that says otherwise; no quota, throttle or WAF, and columns are those of `schema` \
                   (`--shapes` compares)",
            before: pipeline.shape.to_string(),
            after: Shape::Lean.to_string(),
            set: |pipeline| *pipeline = shaped(pipeline, Shape::Lean),
        },
        Key {
            name: "ingest.front",
            note: "without `throttle` and `quota`, which a function URL does not have; refused requests are billed",
            before: front,
            after: Front::FunctionUrl.to_string(),
            set: |pipeline| set_front(pipeline, vec![Front::FunctionUrl]),
        },
        Key {
            name: "delivery.partition",
            note: "Firehose writes into the folders of the days, and nothing is copied",
            before: pipeline.delivery.partition.to_string(),
            after: Partition::Firehose.to_string(),
            set: |pipeline| pipeline.delivery.partition = Partition::Firehose,
        },
        Key {
            name: "delivery.format",
            note: "with `etl: none`, `delivery.partition: firehose` and `catalog.tables: declared`; buffers of 64 MB \
                   at least",
            before: pipeline.delivery.format.to_string(),
            after: Format::Parquet.to_string(),
            set: convert,
        },
        Key {
            name: "catalog.tables",
            note: "tables are as `schema` says, and new days are there at once",
            before: pipeline.catalog.tables.to_string(),
            after: Tables::Declared.to_string(),
            set: |pipeline| pipeline.catalog.tables = Tables::Declared,
        },
    ];
    all.extend(logs(pipeline));
    all
}

fn logs(pipeline: &Pipeline) -> [Key; 2] {
    let key = |name, level: LogLevel, set| Key {
        name,
        note: REPORTS,
        before: level.to_string(),
        after: LogLevel::Warn.to_string(),
        set,
    };
    [
        key("ingest.function.log_level", pipeline.ingest.function.log_level, |pipeline| {
            pipeline.ingest.function.log_level = LogLevel::Warn;
        }),
        key("mover.function.log_level", pipeline.mover.function.log_level, |pipeline| {
            pipeline.mover.function.log_level = LogLevel::Warn;
        }),
    ]
}

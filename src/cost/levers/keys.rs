//! The settings of parts that are there.

use super::Key;
use crate::config::{
    Architecture, ByteSize, Compression, Days, Etl, Execution, GlueVersion, Pipeline, Schedule, Tables,
};
use std::time::Duration;

/// The most that Firehose buffers.
const LARGEST_BUFFER: ByteSize = ByteSize::mib(128);
const LONGEST_BUFFER: Duration = Duration::from_secs(900);
/// What most people look back for in JSON files, once there is Parquet.
const KEEP: Days = Days(30);
const KEEP_LOGS: Days = Days(7);
/// Of a job: one of them leads.
const FEWEST_WORKERS: u32 = 2;

pub(super) fn all(pipeline: &Pipeline) -> impl Iterator<Item = Key> {
    let keys = functions(pipeline).into_iter().chain(delivery(pipeline));
    keys.chain(schedules(pipeline)).chain(kept(pipeline))
}

fn functions(pipeline: &Pipeline) -> Vec<Key> {
    const NOTE: &str = "both functions are built for either; a GB-second is cheaper on arm64";
    let arm = Architecture::Arm64.to_string();
    vec![
        Key {
            name: "ingest.function.architecture",
            note: NOTE,
            before: pipeline.ingest.function.architecture.to_string(),
            after: arm.clone(),
            set: |pipeline| pipeline.ingest.function.architecture = Architecture::Arm64,
        },
        Key {
            name: "mover.function.architecture",
            note: NOTE,
            before: pipeline.mover.function.architecture.to_string(),
            after: arm,
            set: |pipeline| pipeline.mover.function.architecture = Architecture::Arm64,
        },
    ]
}

fn delivery(pipeline: &Pipeline) -> Vec<Key> {
    let buffer = |size: ByteSize, interval: Duration| {
        format!("{{ size: {size}, interval: {} }}", crate::config::show_duration(interval))
    };
    let now = &pipeline.delivery.buffer;
    let plain = pipeline.delivery.compression == Compression::None;
    vec![
        Key {
            name: "delivery.buffer",
            note: "fewer, larger files; events arrive later in the tables",
            before: buffer(now.size, now.interval),
            after: buffer(now.size.max(LARGEST_BUFFER), now.interval.max(LONGEST_BUFFER)),
            set: |pipeline| {
                let buffer = &mut pipeline.delivery.buffer;
                buffer.size = buffer.size.max(LARGEST_BUFFER);
                buffer.interval = buffer.interval.max(LONGEST_BUFFER);
            },
        },
        Key {
            name: "delivery.compression",
            note: "a third of the bytes to keep and to scan",
            before: pipeline.delivery.compression.to_string(),
            after: if plain { Compression::Gzip } else { pipeline.delivery.compression }.to_string(),
            set: |pipeline| {
                if pipeline.delivery.compression == Compression::None {
                    pipeline.delivery.compression = Compression::Gzip;
                }
            },
        },
    ]
}

fn schedules(pipeline: &Pipeline) -> Vec<Key> {
    const CRAWLS: &str = "Glue bills ten minutes for each crawl, however short; new partitions show a day later";
    let crawlers = (pipeline.catalog.tables == Tables::Crawled).then_some(&pipeline.catalog.crawlers);
    let crawled = crawlers.map(|crawlers| {
        [
            schedule("catalog.crawlers.raw.schedule", CRAWLS, &crawlers.raw.schedule, |pipeline| {
                pipeline.catalog.crawlers.raw.schedule = Schedule::daily();
            }),
            schedule("catalog.crawlers.parquet.schedule", CRAWLS, &crawlers.parquet.schedule, |pipeline| {
                pipeline.catalog.crawlers.parquet.schedule = Schedule::daily();
            }),
        ]
    });
    crawled.into_iter().flatten().chain(pipeline.etl.iter().flat_map(job)).collect()
}

fn job(etl: &Etl) -> [Key; 5] {
    const RUNS: &str = "at the same minutes a run: a run that reads a day's files takes longer";
    // Flex is there from Glue 3.0 on, for the smaller workers.
    let flexible = etl.glue_version >= GlueVersion::V3;
    [
        schedule("etl.schedule", RUNS, &etl.schedule, |pipeline| {
            pipeline.etl.iter_mut().for_each(|etl| etl.schedule = Schedule::daily());
        }),
        Key {
            name: "etl.metrics",
            note: "CloudWatch bills each figure of a run; its log says the most of it",
            before: etl.metrics.to_string(),
            after: false.to_string(),
            set: |pipeline| pipeline.etl.iter_mut().for_each(|etl| etl.metrics = false),
        },
        Key {
            name: "etl.execution",
            note: "runs when there is spare capacity, and may be interrupted and begin again",
            before: etl.execution.to_string(),
            after: if flexible { Execution::Flex } else { etl.execution }.to_string(),
            set: |pipeline| pipeline.etl.iter_mut().for_each(|etl| etl.execution = Execution::Flex),
        },
        Key {
            name: "etl.workers.count",
            note: "at the same minutes a run: with much to read, fewer workers take longer",
            before: etl.workers.count.to_string(),
            after: etl.workers.count.min(FEWEST_WORKERS).to_string(),
            set: |pipeline| {
                pipeline.etl.iter_mut().for_each(|etl| etl.workers.count = etl.workers.count.min(FEWEST_WORKERS));
            },
        },
        Key {
            name: "etl.glue_version",
            note: "from 6.0 on, a DPU-hour is cheaper; at the same minutes a run",
            before: etl.glue_version.to_string(),
            after: etl.glue_version.max(GlueVersion::V6).to_string(),
            set: |pipeline| {
                pipeline.etl.iter_mut().for_each(|etl| etl.glue_version = etl.glue_version.max(GlueVersion::V6));
            },
        },
    ]
}

/// A schedule that fires once a day at most.
fn schedule(name: &'static str, note: &'static str, now: &Schedule, set: fn(&mut Pipeline)) -> Key {
    let seldom = if now.runs_a_day() > 1.0 { Schedule::daily() } else { now.clone() };
    Key { name, note, before: now.to_string(), after: seldom.to_string(), set }
}

fn kept(pipeline: &Pipeline) -> impl Iterator<Item = Key> {
    let show = |days: Option<Days>| days.map_or("for ever".to_owned(), |days| days.to_string());
    let less = |days: Option<Days>, most: Days| days.map_or(most, |days| days.min(most));
    let expire = pipeline.bucket.expire.partitioned;
    let logs = |name, kept: Option<Days>, set| Key {
        name,
        note: "the lines are gone after that",
        before: show(kept),
        after: show(Some(less(kept, KEEP_LOGS))),
        set,
    };
    let json = Key {
        name: "bucket.expire.partitioned",
        note: "the Parquet files have the same events, without what is no column",
        before: show(expire),
        after: show(Some(less(expire, KEEP))),
        set: |pipeline| pipeline.bucket.expire.partitioned = Some(KEEP),
    };
    // Where there is no Parquet, they are gone.
    let json = pipeline.parquet_prefix().map(|_| json);
    let logs = [logs("ingest.function.log_retention", pipeline.ingest.function.log_retention, |pipeline| {
        pipeline.ingest.function.log_retention = Some(KEEP_LOGS);
    })];
    json.into_iter().chain(logs)
}

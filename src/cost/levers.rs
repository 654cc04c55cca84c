//! What would make this pipeline cheaper, found by estimating it again with one key changed.

use super::{Estimate, FIREHOSE_STEP, Inputs};
use crate::config::{Architecture, ByteSize, Compression, Days, Etl, Execution, GlueVersion, Pipeline, Schedule};
use std::time::Duration;

/// The most that Firehose buffers.
const LARGEST_BUFFER: ByteSize = ByteSize::mib(128);
const LONGEST_BUFFER: Duration = Duration::from_secs(900);
/// What most people look back for in JSON files, once there is Parquet.
const KEEP: Days = Days(30);
const KEEP_LOGS: Days = Days(7);

/// One key with another value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lever {
    /// In pipeline.yaml.
    pub(crate) key: &'static str,
    pub(crate) before: String,
    pub(crate) after: String,
    /// What has to be known before.
    pub(crate) note: &'static str,
    /// Cents less a month, with nothing else changed.
    pub(crate) saves: i64,
}

/// A change that may help.
struct Idea {
    key: &'static str,
    before: String,
    after: String,
    note: &'static str,
    pipeline: Pipeline,
    inputs: Inputs,
}

/// What saves a cent or more, the most first.
///
/// Each amount is the difference of two estimates. They do not add up: a second lever pulls less when the first is
/// pulled.
pub(crate) fn levers(
    pipeline: &Pipeline,
    inputs: &Inputs,
    estimate: &dyn Fn(&Pipeline, &Inputs) -> Estimate,
) -> Vec<Lever> {
    let now = estimate(pipeline, inputs).total_cents();
    let ideas = [batches(pipeline, inputs)].into_iter().flatten().chain(changes(pipeline, inputs));
    let mut all: Vec<_> = ideas
        .map(|idea| {
            let saves = now - estimate(&idea.pipeline, &idea.inputs).total_cents();
            Lever { key: idea.key, before: idea.before, after: idea.after, note: idea.note, saves }
        })
        .filter(|lever| lever.saves > 0)
        .collect();
    all.sort_by_key(|lever| std::cmp::Reverse(lever.saves));
    all
}

/// As many events in a request as fill a record of Firehose.
fn batches(pipeline: &Pipeline, inputs: &Inputs) -> Option<Idea> {
    let (now, bytes) = (inputs.get("events_per_request"), inputs.get("event_bytes") + 1.0);
    let most = (FIREHOSE_STEP / bytes).floor();
    let mut changed = inputs.clone();
    changed.set(&format!("events_per_request={most}")).ok()?;
    (most > now).then(|| Idea {
        key: "usage.events_per_request",
        before: now.to_string(),
        after: most.to_string(),
        note: "the client sends its events in batches; a record of Firehose is counted in steps of 5 KB",
        pipeline: pipeline.clone(),
        inputs: changed,
    })
}

/// One key of the file with its value and the one to try, and how it is set.
struct Key {
    name: &'static str,
    note: &'static str,
    before: String,
    after: String,
    set: fn(&mut Pipeline),
}

fn changes<'a>(pipeline: &'a Pipeline, inputs: &'a Inputs) -> impl Iterator<Item = Idea> + 'a {
    let keys =
        functions(pipeline).into_iter().chain(delivery(pipeline)).chain(schedules(pipeline)).chain(kept(pipeline));
    keys.filter(|key| key.before != key.after).map(|key| {
        let mut changed = pipeline.clone();
        (key.set)(&mut changed);
        let Key { name, note, before, after, .. } = key;
        Idea { key: name, before, after, note, pipeline: changed, inputs: inputs.clone() }
    })
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
    let crawlers = &pipeline.catalog.crawlers;
    let crawled = [
        schedule("catalog.crawlers.raw.schedule", CRAWLS, &crawlers.raw.schedule, |pipeline| {
            pipeline.catalog.crawlers.raw.schedule = Schedule::daily();
        }),
        schedule("catalog.crawlers.parquet.schedule", CRAWLS, &crawlers.parquet.schedule, |pipeline| {
            pipeline.catalog.crawlers.parquet.schedule = Schedule::daily();
        }),
    ];
    crawled.into_iter().chain(pipeline.etl.iter().flat_map(job)).collect()
}

fn job(etl: &Etl) -> [Key; 2] {
    const RUNS: &str = "at the same minutes a run: a run that reads a day's files takes longer";
    // Flex is there from Glue 3.0 on, for the smaller workers.
    let flexible = etl.glue_version >= GlueVersion::V3;
    [
        schedule("etl.schedule", RUNS, &etl.schedule, |pipeline| {
            pipeline.etl.iter_mut().for_each(|etl| etl.schedule = Schedule::daily());
        }),
        Key {
            name: "etl.execution",
            note: "runs when there is spare capacity, and may be interrupted and begin again",
            before: etl.execution.to_string(),
            after: if flexible { Execution::Flex } else { etl.execution }.to_string(),
            set: |pipeline| pipeline.etl.iter_mut().for_each(|etl| etl.execution = Execution::Flex),
        },
    ]
}

/// A schedule that fires once a day at most.
fn schedule(name: &'static str, note: &'static str, now: &Schedule, set: fn(&mut Pipeline)) -> Key {
    let seldom = if now.runs_a_day() > 1.0 { Schedule::daily() } else { now.clone() };
    Key { name, note, before: now.to_string(), after: seldom.to_string(), set }
}

fn kept(pipeline: &Pipeline) -> Vec<Key> {
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
    vec![
        Key {
            name: "bucket.expire.partitioned",
            note: "the Parquet files have the same events",
            before: show(expire),
            after: show(Some(less(expire, KEEP))),
            set: |pipeline| pipeline.bucket.expire.partitioned = Some(KEEP),
        },
        logs("ingest.function.log_retention", pipeline.ingest.function.log_retention, |pipeline| {
            pipeline.ingest.function.log_retention = Some(KEEP_LOGS);
        }),
    ]
}

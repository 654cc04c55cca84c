//! The pipeline as AWS has it now, so far as it differs in cost: the file, with a plan's changes undone.

use super::Estimate;
use crate::config::{
    Architecture, ByteSize, Compression, Days, Execution, GlueVersion, Pipeline, Schedule, WorkerType,
};
use crate::engine::plan::Action;
use crate::engine::value::Value;
use crate::resources::{Plan, Step};
use std::time::Duration;

/// What has to be there for events to flow: kind and name.
const FLOW: [(&str, &str); 3] =
    [("apigateway.rest_api", "ingest"), ("lambda.function", "track"), ("firehose.stream", "delivery")];
/// What runs by itself, and the items of an estimate that it makes.
const RUNNERS: [(&str, &str, &str); 3] = [
    ("glue.crawler", "raw", "Glue crawler raw"),
    ("glue.crawler", "parquet", "Glue crawler parquet"),
    ("glue.job", "etl", "Glue job"),
];

/// The estimate of what AWS has before a plan is carried out; `None` where nothing of it costs anything by itself.
///
/// Usage is the file's, before and after: what is live does not tell how much it is used.
pub(crate) fn before(pipeline: &Pipeline, plan: &Plan, estimate: &dyn Fn(&Pipeline) -> Estimate) -> Option<Estimate> {
    let mut live = pipeline.clone();
    for step in &plan.steps {
        for change in &step.changes {
            undo(&mut live, step, change.attribute, &change.before);
        }
        // Of what is to go, the attributes are those that are live.
        for (attribute, value) in step.attributes.iter().filter(|_| step.action() == Action::Delete) {
            undo(&mut live, step, attribute, value);
        }
    }
    let is_there = |kind: &str, name: &str| {
        let mut steps = plan.steps.iter();
        steps.any(|step| step.action() != Action::Create && step.address.kind == kind && step.address.name == name)
    };
    let flows = FLOW.iter().all(|(kind, name)| is_there(kind, name));
    let mut before = estimate(&live);
    before.lines.retain(|line| match RUNNERS.iter().find(|(.., item)| *item == line.item) {
        Some((kind, name, _)) => is_there(kind, name),
        None => flows,
    });
    (!before.lines.is_empty()).then_some(before)
}

/// Sets what a change would change to what it is now. What has no bearing on cost is left alone.
fn undo(pipeline: &mut Pipeline, step: &Step, attribute: &str, before: &Value) {
    let name = step.address.name.as_str();
    match (step.address.kind.as_str(), name) {
        ("lambda.function" | "logs.log_group", "track" | "mover") => {
            let function = match name {
                "track" => &mut pipeline.ingest.function,
                _ => &mut pipeline.mover.function,
            };
            match attribute {
                "memory_mb" => put(&mut function.memory, mib(before)),
                "architecture" => put(&mut function.architecture, spelled(Architecture::ALL, before)),
                "retention_days" => function.log_retention = days(before),
                _ => {}
            }
        }
        ("firehose.stream", _) => delivery(pipeline, attribute, before),
        ("glue.crawler", "raw") if attribute == "schedule" => {
            put(&mut pipeline.catalog.crawlers.raw.schedule, schedule(before));
        }
        ("glue.crawler", "parquet") if attribute == "schedule" => {
            put(&mut pipeline.catalog.crawlers.parquet.schedule, schedule(before));
        }
        ("glue.trigger", _) if attribute == "schedule" => put(&mut pipeline.etl.schedule, schedule(before)),
        ("glue.job", _) => job(pipeline, attribute, before),
        ("s3.bucket", _) if attribute == "lifecycle" => lifecycle(pipeline, before),
        _ => {}
    }
}

fn delivery(pipeline: &mut Pipeline, attribute: &str, before: &Value) {
    let delivery = &mut pipeline.delivery;
    match (attribute, before) {
        ("buffer_mb", before) => put(&mut delivery.buffer.size, mib(before)),
        ("buffer_seconds", before) => put(&mut delivery.buffer.interval, number(before).map(Duration::from_secs)),
        // Firehose's word for none.
        ("compression", Value::Text(text)) if text == "UNCOMPRESSED" => delivery.compression = Compression::None,
        ("compression", before) => put(&mut delivery.compression, spelled(Compression::ALL, before)),
        _ => {}
    }
}

fn job(pipeline: &mut Pipeline, attribute: &str, before: &Value) {
    let etl = &mut pipeline.etl;
    match attribute {
        "workers" => put(&mut etl.workers.count, number(before).and_then(|count| u32::try_from(count).ok())),
        "worker_type" => put(&mut etl.workers.worker_type, spelled(WorkerType::ALL, before)),
        "glue_version" => put(&mut etl.glue_version, spelled(GlueVersion::ALL, before)),
        "execution_class" => put(&mut etl.execution, spelled(Execution::ALL, before)),
        _ => {}
    }
}

/// Rules of ours; a rule that somebody else has added is not among them.
fn lifecycle(pipeline: &mut Pipeline, before: &Value) {
    let rule = |name: &str| match before {
        Value::Map(rules) => match rules.get(name) {
            Some(Value::Map(rule)) => rule.get("expire").and_then(days),
            _ => None,
        },
        _ => None,
    };
    let expire = &mut pipeline.bucket.expire;
    (expire.partitioned, expire.parquet) = (rule("expire-partitioned"), rule("expire-parquet"));
}

fn put<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Int(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

fn mib(value: &Value) -> Option<ByteSize> {
    number(value).map(ByteSize::mib)
}

fn days(value: &Value) -> Option<Days> {
    number(value).and_then(|count| u32::try_from(count).ok()).map(Days)
}

fn schedule(value: &Value) -> Option<Schedule> {
    match value {
        Value::Text(text) => Schedule::parse(text).ok(),
        _ => None,
    }
}

/// Whatever the case: Glue writes `FLEX`, Firehose `GZIP`.
fn spelled<T: Copy + ToString>(all: &[T], value: &Value) -> Option<T> {
    let Value::Text(text) = value else { return None };
    all.iter().copied().find(|one| one.to_string().eq_ignore_ascii_case(text))
}

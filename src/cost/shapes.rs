//! The same pipeline with other parts: what each would cost, and what it cannot do.

use super::batch::best_batch;
use super::{Estimate, Inputs};
use crate::config::{
    ByteSize, Format, Front, GlueVersion, LogLevel, Partition, Pipeline, Schedule, Shape, Tables, usual,
};

/// Firehose converts with no smaller buffer.
const LEAST_CONVERTED: ByteSize = ByteSize::mib(64);
/// The workers of the article's job.
const ARTICLES_WORKERS: u32 = 10;

/// A pipeline beside the others.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    /// How a file says it.
    pub(crate) file: &'static str,
    /// What it cannot do, or what has to be known of it.
    pub(crate) limits: &'static [&'static str],
    /// One for each load.
    pub(crate) estimates: Vec<Estimate>,
}

/// A number of events a month and how many come in a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Load {
    pub(crate) events: f64,
    pub(crate) batch: f64,
}

/// What a month costs in each shape, without what queries scan.
pub(crate) struct Shapes {
    pub(crate) loads: Vec<Load>,
    pub(crate) columns: Vec<Column>,
}

const URL: &[&str] = &[
    "has no quota, and no throttle but `reserved_concurrency`: 10 requests a second for each",
    "is billed for requests that it refuses, a call of `track` for each (`refused_per_request`)",
    "has no WAF, and no domain of one's own without CloudFront; bodies have 6 MB at most",
    "has rows in its tables when a buffer is delivered; columns are those of `schema`, the rest is in the JSON",
];
const REST: &[&str] = &[
    "pays API Gateway for each request; bodies have 10 MB at most",
    "has rows in its tables when a buffer is delivered; columns are those of `schema`, the rest is in the JSON",
];
const DAILY: &[&str] = &[
    "pays API Gateway for each request; bodies have 10 MB at most",
    "has rows in its tables after a crawl and a run of the job, up to two days later",
    "pays for crawls and runs while no event comes",
];
const HOURLY: &[&str] = &[
    "pays API Gateway for each request; bodies have 10 MB at most",
    "has rows in its tables after a crawl and a run of the job, up to two hours later",
    "pays for crawls and runs while no event comes",
];

/// A name, how a file says it, what it cannot do, and this pipeline so.
type Shaped = (&'static str, &'static str, &'static [&'static str], Pipeline);

fn others(pipeline: &Pipeline) -> [Shaped; 4] {
    [
        ("lean", "shape: lean", URL, shaped(pipeline, Shape::Lean)),
        ("REST + lean rest", "shape: lean, ingest.front: rest_api", REST, with_rest_api(pipeline)),
        ("article", "shape: article", DAILY, shaped(pipeline, Shape::Article)),
        ("article, hourly", "shape: article, hourly schedules, 10 workers", HOURLY, hourly(pipeline)),
    ]
}

/// The pipelines that [`shapes`] compares with this one.
pub(crate) fn shaped_pipelines(pipeline: &Pipeline) -> impl Iterator<Item = Pipeline> {
    others(pipeline).into_iter().map(|(.., shaped)| shaped)
}

/// What each shape would cost with this pipeline's usage and settings.
///
/// # Errors
/// If a figure is none.
pub(crate) fn shapes(
    pipeline: &Pipeline,
    inputs: &Inputs,
    estimate: &dyn Fn(&Pipeline, &Inputs) -> Estimate,
) -> Result<Shapes, String> {
    let loads = loads(inputs, &|inputs| estimate(pipeline, inputs));
    let months = loads.iter().map(|load| usage(inputs, *load)).collect::<Result<Vec<_>, _>>()?;
    let this: Shaped = ("this file", "", &[], pipeline.clone());
    let all = others(pipeline).into_iter().chain([this]);
    let columns = all.map(|(name, file, limits, shaped)| {
        let estimates = months.iter().map(|inputs| estimate(&shaped, inputs)).collect();
        Column { name, file, limits, estimates }
    });
    Ok(Shapes { loads, columns: columns.collect() })
}

fn loads(inputs: &Inputs, estimate: &dyn Fn(&Inputs) -> Estimate) -> Vec<Load> {
    let (events, batch) = (inputs.get("events_per_month"), inputs.get("events_per_request"));
    let larger = if batch > 1.0 { batch } else { best_batch(inputs, estimate) };
    let all = [Load { events: 0.0, batch: 1.0 }, Load { events, batch: 1.0 }, Load { events, batch: larger }];
    let different = |(index, load): (usize, Load)| {
        let earlier =
            all[..index].iter().any(|other| other.events == load.events && load.events == 0.0 || *other == load);
        (!earlier).then_some(load)
    };
    all.into_iter().enumerate().filter_map(different).collect()
}

fn usage(inputs: &Inputs, Load { events, batch }: Load) -> Result<Inputs, String> {
    let mut changed = inputs.without_queries();
    let figures = [format!("events_per_month={events}"), format!("events_per_request={batch}")];
    figures.iter().try_for_each(|figure| changed.set(figure))?;
    Ok(changed)
}

/// The pipeline with the parts of a shape, and every other setting its own.
pub(super) fn shaped(pipeline: &Pipeline, shape: Shape) -> Pipeline {
    let parts = usual(shape);
    let mut changed = pipeline.clone();
    changed.shape = shape;
    set_front(&mut changed, parts.ingest.front);
    match shape {
        Shape::Lean => convert(&mut changed),
        Shape::Article => {
            changed.delivery.partition = parts.delivery.partition;
            changed.delivery.format = parts.delivery.format;
            changed.delivery.keep_json = parts.delivery.keep_json;
            changed.catalog.tables = parts.catalog.tables;
            changed.catalog.crawlers = parts.catalog.crawlers;
            changed.etl = parts.etl.map(|mut etl| {
                pipeline.parquet_prefix().into_iter().for_each(|prefix| prefix.clone_into(&mut etl.output));
                etl
            });
        }
    }
    changed.ingest.function.log_level = parts.ingest.function.log_level;
    changed.mover.function.log_level = parts.mover.function.log_level;
    changed
}

fn with_rest_api(pipeline: &Pipeline) -> Pipeline {
    let lean = shaped(pipeline, Shape::Lean);
    let mut ingest = pipeline.ingest.clone();
    ingest.front = vec![Front::RestApi];
    ingest.function.log_level = LogLevel::Warn;
    Pipeline { ingest, places: pipeline.places.clone(), ..lean }
}

/// As the article has it.
fn hourly(pipeline: &Pipeline) -> Pipeline {
    let mut changed = shaped(pipeline, Shape::Article);
    let crawlers = &mut changed.catalog.crawlers;
    for crawler in [&mut crawlers.raw, &mut crawlers.parquet] {
        crawler.schedule = Schedule::hourly();
    }
    if let Some(etl) = &mut changed.etl {
        etl.schedule = Schedule::hourly();
        etl.workers.count = ARTICLES_WORKERS;
        etl.glue_version = GlueVersion::V5;
    }
    changed
}

/// What takes requests; what only API Gateway keeps to goes with it.
pub(super) fn set_front(pipeline: &mut Pipeline, front: Vec<Front>) {
    pipeline.ingest.front = front;
    if !pipeline.has_front(Front::RestApi) {
        pipeline.ingest.quota = None;
        ["ingest.throttle", "ingest.quota"].iter().for_each(|key| pipeline.places.forget(key));
    }
}

/// Has Firehose write Parquet beside the JSON, and what that needs.
pub(super) fn convert(pipeline: &mut Pipeline) {
    let output = pipeline.parquet_prefix().map(str::to_owned);
    output.into_iter().for_each(|output| pipeline.delivery.parquet = output);
    let delivery = &mut pipeline.delivery;
    delivery.partition = Partition::Firehose;
    delivery.format = Format::Parquet;
    delivery.buffer.size = delivery.buffer.size.max(LEAST_CONVERTED);
    pipeline.catalog.tables = Tables::Declared;
    pipeline.etl = None;
}

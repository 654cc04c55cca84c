//! What AWS counts, from what the file says.

mod catalog;
mod quicksight;

use super::{Book, Inputs};
use crate::config::{Architecture, Compression, Days, Execution, GlueVersion, Pipeline, Schedule, WorkerType};

/// AWS's GB in storage, transfer and Firehose.
const GB: f64 = (1_u64 << 30) as f64;
/// Firehose rounds each record up to this (Firehose FAQ).
const FIREHOSE_STEP: f64 = 5120.0;
/// A month, for schedules and buffers.
const DAYS: f64 = 30.0;

/// A quantity of a month, before it is priced.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    pub(super) part: &'static str,
    pub(super) item: &'static str,
    pub(super) usage_type: &'static str,
    /// In the price book.
    pub(super) dimension: &'static str,
    /// In the book's units.
    pub(super) quantity: f64,
    /// What the free tier of an account takes.
    pub(super) free: f64,
    /// What is free for everybody, in the price list itself.
    pub(super) always_free: f64,
    pub(super) how: String,
    /// What it follows from: keys of the file and names of figures.
    pub(super) from: &'static [&'static str],
}

fn meter(
    part: &'static str,
    item: &'static str,
    (usage_type, dimension): (&'static str, &'static str),
    quantity: f64,
    how: String,
) -> Meter {
    Meter { part, item, usage_type, dimension, quantity, free: 0.0, always_free: 0.0, how, from: &[] }
}

/// What several meters are made of.
struct Volume {
    requests: f64,
    /// JSON of the month, each event with its newline.
    json_gb: f64,
    /// Files that Firehose writes.
    files: f64,
}

impl Volume {
    fn of(pipeline: &Pipeline, inputs: &Inputs) -> Self {
        let events = inputs.get("events_per_month");
        let requests = events / inputs.get("events_per_request");
        let json_gb = events * (inputs.get("event_bytes") + 1.0) / GB;
        let buffer = &pipeline.delivery.buffer;
        let interval = (buffer.interval.as_secs() as f64).max(1.0);
        let by_size = json_gb * GB / buffer.size.0 as f64;
        let by_time = DAYS * 86_400.0 / interval;
        // A file needs at least one record.
        Self { requests, json_gb, files: by_time.max(by_size).min(requests.max(by_size)) }
    }
}

pub(super) fn of(book: &Book, pipeline: &Pipeline, inputs: &Inputs) -> Vec<Meter> {
    let volume = Volume::of(pipeline, inputs);
    let mut all = ingest(book, pipeline, inputs, &volume);
    all.push(firehose(inputs, &volume));
    all.extend(store(pipeline, inputs, &volume));
    all.extend(transform(pipeline, inputs));
    all.push(catalog::objects(inputs));
    all.push(athena(inputs));
    all.extend(quicksight::all(inputs));
    all.extend(logs(book, pipeline, inputs, &volume));
    all
}

fn athena(inputs: &Inputs) -> Meter {
    let line = meter(
        "query",
        "Athena data scanned",
        ("DataScannedInTB", "athena_tb_scanned"),
        inputs.get("athena_tb"),
        "athena_tb".to_owned(),
    );
    Meter { from: &["athena_tb"], ..line }
}

fn ingest(book: &Book, pipeline: &Pipeline, inputs: &Inputs, volume: &Volume) -> Vec<Meter> {
    let preflights = volume.requests * inputs.get("preflights_per_request");
    let api = volume.requests + preflights;
    let how = format!("{:.0} requests + {preflights:.0} preflights", volume.requests);
    let line = meter("ingest", "API Gateway requests", ("ApiGatewayRequest", "apigw_rest_requests"), api, how);
    let mut all = vec![Meter { from: &["events_per_month", "events_per_request", "preflights_per_request"], ..line }];
    all.extend(lambda(book, pipeline, inputs, volume));
    all.push(transfer(book, inputs, api));
    all
}

fn transfer(book: &Book, inputs: &Inputs, answers: f64) -> Meter {
    const OUT: (&str, &str) = ("DataTransfer-Out-Bytes", "data_transfer_out_gb");
    let always_free = book.free("data_transfer_out");
    if let Some(gb) = inputs.known("transfer_out_gb") {
        let line = meter("ingest", "Data transfer out", OUT, gb, "as given".to_owned());
        return Meter { always_free, from: &["transfer_out_gb"], ..line };
    }
    let how = format!("{answers:.0} answers x {} B", inputs.get("response_bytes"));
    let line = meter("ingest", "Data transfer out", OUT, answers * inputs.get("response_bytes") / GB, how);
    let from = &["events_per_month", "events_per_request", "preflights_per_request", "response_bytes"];
    Meter { always_free, from, ..line }
}

/// Both functions on one processor are one line, as on the bill; so are the calls of both.
fn lambda(book: &Book, pipeline: &Pipeline, inputs: &Inputs, volume: &Volume) -> Vec<Meter> {
    let functions = [
        ("track", &pipeline.ingest.function, volume.requests, inputs.get("track_ms")),
        ("mover", &pipeline.mover.function, volume.files, inputs.get("mover_ms")),
    ];
    let mut all = vec![];
    // The free GB-seconds are the account's, whatever the processor.
    let mut free = book.free("lambda_gb_seconds");
    for (architecture, usage_type, dimension) in [
        (Architecture::X86_64, "Lambda-GB-Second", "lambda_gb_second_x86"),
        (Architecture::Arm64, "Lambda-GB-Second-ARM", "lambda_gb_second_arm64"),
    ] {
        let of_kind = functions.iter().filter(|(_, function, ..)| function.architecture == architecture);
        let (mut seconds, mut how) = (0.0, vec![]);
        for (name, function, calls, millis) in of_kind {
            let memory = function.memory.as_mib() as f64;
            seconds += calls * millis / 1000.0 * memory / 1024.0;
            how.push(format!("{name}: {calls:.0} x {millis} ms x {memory} MB"));
        }
        if !how.is_empty() {
            let line = meter("ingest", "Lambda compute", (usage_type, dimension), seconds, how.join(" + "));
            all.push(Meter { free, from: FUNCTIONS, ..line });
            free = (free - seconds).max(0.0);
        }
    }
    let calls = volume.requests + volume.files;
    let how = format!("{:.0} of track + {:.0} of mover", volume.requests, volume.files);
    let line = meter("ingest", "Lambda requests", ("Request", "lambda_requests"), calls, how);
    all.push(Meter { free: book.free("lambda_requests"), from: CALLS, ..line });
    all
}

/// What decides how often the functions are called.
const CALLS: &[&str] = &["events_per_month", "events_per_request", "delivery.buffer.size", "delivery.buffer.interval"];
const FUNCTIONS: &[&str] = &[
    "events_per_month",
    "events_per_request",
    "track_ms",
    "ingest.function.memory",
    "ingest.function.architecture",
    "delivery.buffer.size",
    "delivery.buffer.interval",
    "mover_ms",
    "mover.function.memory",
    "mover.function.architecture",
];

fn firehose(inputs: &Inputs, volume: &Volume) -> Meter {
    const INGEST: (&str, &str) = ("BilledBytes", "firehose_ingest_gb");
    if let Some(gb) = inputs.known("firehose_gb") {
        let line = meter("deliver", "Firehose ingestion", INGEST, gb, "as given".to_owned());
        return Meter { from: &["firehose_gb"], ..line };
    }
    // `track` packs the events of a request into one record.
    let bytes = inputs.get("events_per_request") * (inputs.get("event_bytes") + 1.0);
    let rounded = (bytes / FIREHOSE_STEP).ceil() * FIREHOSE_STEP;
    let how = format!("{:.0} records of {bytes:.0} B, each billed as {rounded:.0} B", volume.requests);
    let line = meter("deliver", "Firehose ingestion", INGEST, volume.requests * rounded / GB, how);
    Meter { from: &["events_per_month", "event_bytes", "events_per_request"], ..line }
}

/// Months of data that are there in the month that is shown.
fn kept(inputs: &Inputs, expire: Option<Days>) -> f64 {
    let month = inputs.get("month");
    expire.map_or(month, |days| month.min(f64::from(days.0) / DAYS))
}

fn store(pipeline: &Pipeline, inputs: &Inputs, volume: &Volume) -> Vec<Meter> {
    const STANDARD: (&str, &str) = ("TimedStorage-ByteHrs", "s3_standard_gb_month");
    let expire = &pipeline.bucket.expire;
    let ratio = match pipeline.delivery.compression {
        Compression::None => 1.0,
        Compression::Gzip | Compression::Zip => inputs.get("gzip_ratio"),
        Compression::Snappy => inputs.get("snappy_ratio"),
    };
    let (json, parquet) = (kept(inputs, expire.partitioned), kept(inputs, expire.parquet));
    let gb = volume.json_gb;
    let how = |months: f64, ratio: f64| format!("{gb:.2} GB of JSON a month x {months} months x {ratio}");
    let parquet_ratio = inputs.get("parquet_ratio");
    let raw = meter("store", "S3 partitioned JSON", STANDARD, gb * json * ratio, how(json, ratio));
    let columns = meter("store", "S3 Parquet", STANDARD, gb * parquet * parquet_ratio, how(parquet, parquet_ratio));
    let kept_json = &[
        "events_per_month",
        "event_bytes",
        "month",
        "bucket.expire.partitioned",
        "delivery.compression",
        "gzip_ratio",
        "snappy_ratio",
    ];
    let kept_parquet = &["events_per_month", "event_bytes", "month", "bucket.expire.parquet", "parquet_ratio"];
    let [puts, gets] = s3_requests(pipeline, inputs, volume);
    vec![Meter { from: kept_json, ..raw }, Meter { from: kept_parquet, ..columns }, puts, gets]
}

fn s3_requests(pipeline: &Pipeline, inputs: &Inputs, volume: &Volume) -> [Meter; 2] {
    let job = runs(&pipeline.etl.schedule);
    let crawls = runs(&pipeline.catalog.crawlers.raw.schedule) + runs(&pipeline.catalog.crawlers.parquet.schedule);
    // Firehose puts a file, the mover copies it; each run of the job writes at least one.
    let puts = 2.0 * volume.files + job + crawls * inputs.get("crawler_lists");
    let put_how = format!(
        "2 x {:.0} files + {job:.0} runs of the job + {crawls:.0} crawls x {} LIST",
        volume.files,
        inputs.get("crawler_lists")
    );
    let gets = 2.0 * volume.files;
    let get_how = format!("the mover's copy and the job's read of {:.0} files", volume.files);
    let put =
        meter("store", "S3 PUT, COPY and LIST", ("Requests-Tier1", "s3_put_copy_post_list_1k"), puts / 1000.0, put_how);
    let get = meter("store", "S3 GET", ("Requests-Tier2", "s3_get_select_1k"), gets / 1000.0, get_how);
    let from = &[
        "events_per_month",
        "events_per_request",
        "delivery.buffer.size",
        "delivery.buffer.interval",
        "etl.schedule",
        "catalog.crawlers.raw.schedule",
        "catalog.crawlers.parquet.schedule",
        "crawler_lists",
    ];
    [Meter { from, ..put }, Meter { from: CALLS, ..get }]
}

/// How often a schedule fires in a month of 30 days.
fn runs(schedule: &Schedule) -> f64 {
    schedule.runs_a_day() * DAYS
}

fn dpus(worker: WorkerType) -> f64 {
    worker.as_str()[2..].trim_end_matches('X').parse().unwrap_or(1.0)
}

fn transform(pipeline: &Pipeline, inputs: &Inputs) -> Vec<Meter> {
    let crawlers = &pipeline.catalog.crawlers;
    let crawler = |item, schedule: &Schedule, from| {
        let (runs, dpu) = (runs(schedule), inputs.get("crawler_dpu"));
        let minutes = inputs.get("crawler_minutes").max(10.0);
        let how = format!("{runs:.0} runs x {minutes} min (10 at least) x {dpu} DPU");
        let kind = ("Crawler-DPU-Hour", "glue_crawler_dpu_hour");
        Meter { from, ..meter("transform", item, kind, runs * minutes / 60.0 * dpu, how) }
    };
    vec![
        crawler(
            "Glue crawler raw",
            &crawlers.raw.schedule,
            &["catalog.crawlers.raw.schedule", "crawler_minutes", "crawler_dpu"],
        ),
        crawler(
            "Glue crawler parquet",
            &crawlers.parquet.schedule,
            &["catalog.crawlers.parquet.schedule", "crawler_minutes", "crawler_dpu"],
        ),
        job(pipeline, inputs),
    ]
}

fn job(pipeline: &Pipeline, inputs: &Inputs) -> Meter {
    let etl = &pipeline.etl;
    let kind = match (etl.glue_version >= GlueVersion::V6, etl.execution) {
        (false, Execution::Standard) => ("ETL-DPU-Hour", "glue_etl_dpu_hour"),
        (false, Execution::Flex) => ("ETL-Flex-DPU-Hour", "glue_etl_flex_dpu_hour"),
        (true, Execution::Standard) => ("ETL-DPU-Hour-Gen2", "glue6_etl_dpu_hour"),
        (true, Execution::Flex) => ("ETL-Flex-DPU-Hour-Gen2", "glue6_etl_flex_dpu_hour"),
    };
    if let Some(hours) = inputs.known("etl_dpu_hours") {
        let line = meter("transform", "Glue job", kind, hours, "as given".to_owned());
        return Meter { from: &["etl_dpu_hours", "etl.glue_version", "etl.execution"], ..line };
    }
    let (runs, minutes) = (runs(&etl.schedule), inputs.get("etl_minutes").max(1.0));
    let dpu = f64::from(etl.workers.count) * dpus(etl.workers.worker_type);
    let how = format!("{runs:.0} runs x {minutes} min (1 at least) x {dpu} DPU");
    let from =
        &["etl.schedule", "etl_minutes", "etl.workers.type", "etl.workers.count", "etl.glue_version", "etl.execution"];
    Meter { from, ..meter("transform", "Glue job", kind, runs * minutes / 60.0 * dpu, how) }
}

fn logs(book: &Book, pipeline: &Pipeline, inputs: &Inputs, volume: &Volume) -> [Meter; 2] {
    let (calls, bytes) = (volume.requests + volume.files, inputs.get("log_bytes"));
    let gb = calls * bytes / GB;
    let track = pipeline.ingest.function.log_retention;
    let months = kept(inputs, track);
    let how = format!("{calls:.0} calls x {bytes} B");
    let stored = format!("{gb:.2} GB a month x {months:.2} months");
    let ingest = meter("logs", "CloudWatch Logs ingestion", ("DataProcessing-Bytes", "cwlogs_ingest_gb"), gb, how);
    let storage = meter(
        "logs",
        "CloudWatch Logs storage",
        ("TimedStorage-ByteHrs", "cwlogs_storage_gb_month"),
        gb * months,
        stored,
    );
    let made = &["events_per_month", "events_per_request", "log_bytes"];
    let kept = &["events_per_month", "events_per_request", "log_bytes", "month", "ingest.function.log_retention"];
    [
        Meter { free: book.free("cwlogs_ingest"), from: made, ..ingest },
        Meter { free: book.free("cwlogs_storage"), from: kept, ..storage },
    ]
}

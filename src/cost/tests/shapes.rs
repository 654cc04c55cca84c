//! Meters of the parts that the article does not have.

use super::resources::{different, items};
use super::{EXAMPLE, pipeline as example};
use crate::config::Front;
use crate::cost::meters::{self, Meter};
use crate::cost::{Billed, Book, Inputs};
use crate::resources::{Logging, Word};
use aws_sdk_firehose::types::CompressionFormat;

fn lean() -> Billed {
    Billed::of_file(&example("examples/lean/pipeline.yaml"), "us-east-1")
}

fn meters(billed: &Billed, figures: &[&str]) -> Vec<Meter> {
    let mut inputs = Inputs::of(&example("examples/lean/pipeline.yaml")).without_queries();
    figures.iter().for_each(|figure| inputs.set(figure).unwrap());
    meters::of(Book::bundled(), billed, &inputs)
}

fn quantity(meters: &[Meter], item: &str) -> f64 {
    meters.iter().find(|meter| meter.item == item).map_or(0.0, |meter| meter.quantity)
}

const STORE: [&str; 3] = ["S3 partitioned JSON", "S3 Parquet", "S3 PUT, COPY and LIST"];
const LOGS: [&str; 2] = ["CloudWatch Logs ingestion", "CloudWatch Logs storage"];
const CALLS: [&str; 2] = ["Lambda compute", "Lambda requests"];
const DELIVER: [&str; 2] = ["Firehose ingestion", "Firehose conversion"];

/// Changes one resource.
type Touch = fn(&mut Billed);

#[test]
fn each_part_of_a_lean_pipeline_has_its_own_lines() {
    let before = meters(&lean(), &[]);
    let others = ["Data transfer out", "Glue catalog objects", "Athena data scanned"];
    let all: Vec<_> = [&CALLS[..], &DELIVER, &STORE, &LOGS, &others].concat();
    assert_eq!(items(&before), all.iter().copied().collect());
    let way: Vec<_> = [&CALLS[..], &DELIVER, &STORE, &LOGS, &others[..1]].concat();
    let cases: &[(&str, Touch, &[&str])] = &[
        ("no front", |billed| billed.url = None, &way),
        (
            "no conversion",
            |billed| billed.stream.as_mut().unwrap().conversion = None,
            &[DELIVER[1], STORE[0], STORE[1]],
        ),
        ("no backup", |billed| billed.stream.as_mut().unwrap().backup = None, &[STORE[0], STORE[2]]),
        ("reports", |billed| billed.track.as_mut().unwrap().logging = Logging::default(), &LOGS),
        ("no raw table", |billed| billed.raw_table = None, &["Glue catalog objects"]),
        ("no parquet table", |billed| billed.parquet_table = None, &["Glue catalog objects"]),
        ("files every minute", |billed| billed.stream.as_mut().unwrap().buffer_seconds = 60, &STORE[2..]),
        (
            "backups every minute",
            |billed| billed.stream.as_mut().unwrap().backup.as_mut().unwrap().buffer_seconds = 60,
            &STORE[2..],
        ),
        (
            "plain backups",
            |billed| {
                let backup = billed.stream.as_mut().unwrap().backup.as_mut().unwrap();
                backup.compression = Word(CompressionFormat::Uncompressed);
            },
            &STORE[..1],
        ),
    ];
    for (what, touch, lines) in cases {
        let mut after = lean();
        touch(&mut after);
        assert_eq!(different(&before, &meters(&after, &[])), lines.iter().copied().collect(), "{what}");
    }
}

/// API Gateway refuses a request without a key before anything is billed; a function URL calls the function.
#[test]
fn what_is_refused_is_a_call_behind_a_function_url_alone() {
    let refused = ["refused_per_request=0.5"];
    let both = example("examples/lean/pipeline.yaml");
    let fronts = |front: &[Front]| {
        let mut pipeline = both.clone();
        pipeline.ingest.front = front.to_vec();
        Billed::of_file(&pipeline, "us-east-1")
    };
    for (front, calls) in [
        (&[Front::FunctionUrl][..], 1.5),
        (&[Front::RestApi][..], 1.0),
        (&[Front::RestApi, Front::FunctionUrl][..], 1.0),
    ] {
        let (without, with) = (meters(&fronts(front), &[]), meters(&fronts(front), &refused));
        for item in CALLS {
            assert!((quantity(&with, item) / quantity(&without, item) - calls).abs() < 1e-9, "{front:?}: {item}");
        }
        assert_eq!(quantity(&with, "Firehose ingestion"), quantity(&without, "Firehose ingestion"));
    }
    let all = meters(&fronts(&[Front::RestApi, Front::FunctionUrl]), &[]);
    let api = all.iter().find(|meter| meter.item == "API Gateway requests").unwrap();
    assert_eq!(api.quantity, 8_000_000.0);
    assert!(api.how.contains("none of them by the function URL"), "{}", api.how);
}

/// Firehose's folders of days and tables that are declared, with the job of the article.
#[test]
fn a_job_reads_what_firehose_puts_into_the_folders_of_days() {
    let mut pipeline = example(EXAMPLE);
    pipeline.delivery.partition = crate::config::Partition::Firehose;
    pipeline.catalog.tables = crate::config::Tables::Declared;
    let all = meters(&Billed::of_file(&pipeline, "us-east-1"), &["job_lists=0"]);
    assert_eq!(quantity(&all, "S3 GET"), 2.88, "the job's read of 2880 files");
    assert_eq!(quantity(&all, "S3 PUT, COPY and LIST"), 3.6, "2880 files and 720 runs of the job");
    assert_eq!(quantity(&all, "Glue catalog objects"), 3.0);
    assert!(!items(&all).contains("Glue crawler raw") && items(&all).contains("Glue job"));
}

/// Only several origins need code to tell which of them asks.
#[test]
fn preflights_run_the_function_only_behind_an_api_with_several_origins() {
    let billed = |front: Front, origins: &[&str]| {
        let mut pipeline = example("examples/lean/pipeline.yaml");
        pipeline.ingest.front = vec![front];
        pipeline.ingest.cors.origins = origins.iter().map(|&origin| origin.to_owned()).collect();
        let all = meters(&Billed::of_file(&pipeline, "us-east-1"), &["preflights_per_request=0.5", "log_bytes=330"]);
        ["Lambda requests", "API Gateway requests"].map(|item| quantity(&all, item) / 8_000_000.0)
    };
    let (one, two) = (["https://a.example"], ["https://a.example", "https://b.example"]);
    assert_eq!(billed(Front::RestApi, &[]), [1.0, 1.0], "nobody is let in, so nobody asks");
    assert_eq!(billed(Front::RestApi, &["*"]), [1.0, 1.5]);
    assert_eq!(billed(Front::RestApi, &one), [1.0, 1.5]);
    assert_eq!(billed(Front::RestApi, &two), [1.5, 1.5]);
    assert_eq!(billed(Front::FunctionUrl, &two), [1.0, 0.0], "Lambda answers by itself");
}

/// What expires after 30 days is there as an old version for 30 more.
#[test]
fn old_versions_are_stored_until_the_lifecycle_takes_them() {
    let old = |versions: bool, mover: bool, month: &str| {
        let mut pipeline = example(if mover { EXAMPLE } else { "examples/lean/pipeline.yaml" });
        pipeline.bucket.versioning = versions;
        pipeline.bucket.expire.partitioned = Some(crate::config::Days(30));
        let all = meters(&Billed::of_file(&pipeline, "us-east-1"), &["gzip_ratio=1", month]);
        let stored = all.iter().find(|meter| meter.item == "S3 old versions")?;
        Some((stored.quantity / quantity(&all, "S3 partitioned JSON") * 100.0).round())
    };
    assert_eq!(old(false, false, "month=12"), None);
    assert_eq!(old(true, false, "month=1"), Some(0.0));
    assert_eq!(old(true, false, "month=2"), Some(50.0), "it begins to expire");
    assert_eq!(old(true, false, "month=12"), Some(100.0));
    assert_eq!(old(true, true, "month=12"), Some(200.0), "and what the mover has copied and deleted");
}

/// Data grows through a month, and what is there hour by hour is billed.
#[test]
fn storage_is_that_of_the_months_average() {
    let months = |month: &str| {
        let all = meters(&lean(), &["parquet_ratio=1", "gzip_ratio=1", month]);
        let monthly = 200e6 * 201.0 / (1_u64 << 30) as f64;
        [STORE[1], STORE[0]].map(|item| (quantity(&all, item) / monthly * 1e6).round() / 1e6)
    };
    assert_eq!(months("month=1"), [0.5, 0.5]);
    assert_eq!(months("month=12"), [11.5, 1.0], "the JSON is kept for 30 days");
}

#[test]
fn crawls_and_runs_list_what_is_there() {
    let mut pipeline = example(EXAMPLE);
    pipeline.etl = None;
    let all = |figures: &[&str]| meters(&Billed::of_file(&pipeline, "us-east-1"), figures);
    // 90 days are kept, of 96 files each.
    let lists =
        |figures: &[&str]| ((quantity(&all(figures), STORE[2]) * 1000.0 - 2.0 * 2880.0) * 100.0).round() / 100.0;
    assert_eq!(lists(&["month=12"]), 71020.8, "720 x (90 + 8640 / 1000)");
    assert_eq!(lists(&["month=1"]), 11836.8, "720 x (15 + 1440 / 1000)");
    assert_eq!(lists(&["month=12", "crawler_lists=7"]), 720.0 * 7.0);
    let crawl = |figures: &[&str]| quantity(&all(figures), "Glue crawler raw");
    assert_eq!(crawl(&["month=12"]), 240.0, "10 minutes, however short");
    assert_eq!(crawl(&["month=12", "crawler_files_per_minute=432"]), 480.0, "20 minutes for 8640 files");
}

#[test]
fn a_record_is_as_large_as_it_may_be() {
    let gb = |figures: &[&str]| {
        let all = meters(&lean(), &[figures, &["events_per_month=1M"]].concat());
        (quantity(&all, "Firehose ingestion") * (1_u64 << 30) as f64).round()
    };
    assert_eq!(gb(&["event_bytes=4999", "events_per_request=100"]), 1e4 * 98.0 * 5120.0, "500,000 B in 98 steps");
    // 204 events of 5000 B are the most: 1,020,000 B in 200 steps, and the other 296 in two records more.
    let two = 200.0 + (92.0_f64 * 5000.0 / 5120.0).ceil();
    assert_eq!(gb(&["event_bytes=4999", "events_per_request=500"]), 2000.0 * (200.0 + two) * 5120.0);
}

/// They are of the data: ten times the events, ten times the bytes, and S3 is asked for each file and folder.
#[test]
fn scans_follow_the_data() {
    let months = ["month=12", "parquet_ratio=0.5", "gzip_ratio=0.5"];
    let tb = |scans: &str, events: &str| {
        let all = meters(&lean(), &[&months[..], &[scans, events]].concat());
        let asked = quantity(&all, "S3 GET") * 1000.0;
        (quantity(&all, "Athena data scanned") * 1024.0, asked)
    };
    let monthly = 200e6 * 201.0 * 0.5 / (1_u64 << 30) as f64;
    let near = |(gb, files): (f64, f64), (wanted, read): (f64, f64)| {
        assert!((gb / wanted - 1.0).abs() < 1e-9 && (files - read).abs() < 1e-6, "{gb} of {wanted}, {files} of {read}");
    };
    near(tb("athena_scans_of_all=2", "events_per_month=200M"), (2.0 * 11.5 * monthly, 2.0 * 11.5 * 2880.0));
    // Ten times the bytes fill a few files more than one each 15 minutes.
    let full = 2e9 * 201.0 / f64::from(128 << 20);
    near(tb("athena_scans_of_all=2", "events_per_month=2B"), (20.0 * 11.5 * monthly, 2.0 * 11.5 * full));
    near(tb("athena_scans_of_a_month=30", "events_per_month=200M"), (30.0 * monthly, 30.0 * 2880.0));
    near(tb("athena_scans_of_a_column=3", "events_per_month=200M"), (11.5 * monthly, 3.0 * 11.5 * 2880.0));
    assert_eq!(tb("athena_scans_of_a_month=30", "events_per_month=0"), (30.0 * 10.0 / 1024.0, 0.0), "10 MB at least");
}

/// Whatever the size of an event: within a record, what fills the 5 KB steps.
#[test]
fn batches_pay_at_any_size_of_event() {
    use crate::cost::batch::{best_batch, with_batch};
    use crate::cost::estimate;
    let billed = lean();
    let price = |inputs: &Inputs| estimate(Book::bundled(), &billed, "us-east-1", inputs.clone(), false);
    for (bytes, most) in [(100, 100.0), (200, 100.0), (2600, 100.0), (3000, 100.0), (5120, 100.0), (100_000, 10.0)] {
        let mut inputs = Inputs::of(&example("examples/lean/pipeline.yaml")).without_queries();
        inputs.set(&format!("event_bytes={bytes}")).unwrap();
        let best = best_batch(&inputs, &price);
        let cents = |batch: f64| price(&with_batch(&inputs, batch).unwrap()).total().whole().unwrap();
        let all: Vec<_> = (1..=most as u32).map(|batch| cents(f64::from(batch))).collect();
        assert!(best <= most && cents(best) == *all.iter().min().unwrap(), "{bytes}: {best}");
        assert!(cents(best) < cents(1.0), "{bytes}: {best}");
    }
}

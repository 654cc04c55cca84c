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
    let mut inputs = Inputs::of(&example("examples/lean/pipeline.yaml"));
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
    let all = meters(&Billed::of_file(&pipeline, "us-east-1"), &[]);
    assert_eq!(quantity(&all, "S3 GET"), 2.88, "the job's read of 2880 files");
    assert_eq!(quantity(&all, "S3 PUT, COPY and LIST"), 3.6, "2880 files and 720 runs of the job");
    assert_eq!(quantity(&all, "Glue catalog objects"), 3.0);
    assert!(!items(&all).contains("Glue crawler raw") && items(&all).contains("Glue job"));
}

//! What is counted, by whom it is read.

use super::*;
use crate::core::{Core, Options};
use std::time::Duration;

fn core(directory: &std::path::Path) -> Core {
    Core::open(directory, Options { time_scale: 0.0, ..Options::default() }).unwrap()
}

fn sums(core: &Core, days: i64) -> BTreeMap<String, f64> {
    let from = day_of(core.clock.now()).checked_sub(days.days()).unwrap();
    let all = core.run("us-east-2", |context| context.metered(from, day_of(context.now).tomorrow().unwrap())).unwrap();
    let mut sums = BTreeMap::new();
    all.into_iter().for_each(|used| *sums.entry(used.usage_type).or_default() += used.quantity);
    sums
}

#[test]
fn what_is_counted_outlives_the_process_and_a_failed_request_counts_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (bucket, first) = ("arn:aws:s3:::b", core(directory.path()));
    first.run("us-east-2", |context| context.meter(&S3_TIER1, bucket, 3.0)).unwrap();
    let failed = first.run("us-east-2", |context| {
        context.meter(&S3_TIER1, bucket, 100.0)?;
        Err::<(), _>(ApiError::new("Nope", ""))
    });
    assert!(failed.is_err());
    drop(first);
    let again = core(directory.path());
    again.run("us-east-2", |context| context.meter(&S3_TIER1, bucket, 4.0)).unwrap();
    assert_eq!(sums(&again, 2), BTreeMap::from([("USE2-Requests-Tier1".to_owned(), 7.0)]));
}

/// 2 GB for a day, then 1 GB for two: 4 GB-days, of a month that has so many days.
#[test]
fn what_is_there_is_counted_by_the_hours_that_it_is_there() {
    let directory = tempfile::tempdir().unwrap();
    let (bucket, core) = ("arn:aws:s3:::b", core(directory.path()));
    // From the first of a month on, so that all is in one.
    let first = day_of(core.clock.now()).last_of_month().tomorrow().unwrap();
    let at = |hours: i64| first.to_zoned(TimeZone::UTC).unwrap().timestamp() + Duration::from_secs(hours as u64 * 3600);
    let change = |bytes: f64| core.run("us-east-2", |context| context.meter_level(&S3_STORED, bucket, bytes)).unwrap();
    core.clock.move_to(at(6));
    change(2.0 * GIB);
    core.clock.move_to(at(30));
    change(-GIB);
    core.clock.move_to(at(78));
    let expected = 4.0 / f64::from(first.days_in_month());
    let stored = |core: &Core| sums(core, 5)["USE2-TimedStorage-ByteHrs"];
    assert!((stored(&core) - expected).abs() < 1e-9, "{}", stored(&core));
    core.run("us-east-2", |context| context.meter_nothing(&S3_STORED, bucket)).unwrap();
    core.clock.move_to(at(100));
    assert!((stored(&core) - expected).abs() < 1e-9, "it goes on though nothing is there");
}

#[test]
fn usage_types_are_spelt_as_on_bills() {
    for (kind, region, expected) in [
        (&S3_TIER1, "us-east-1", "Requests-Tier1"),
        (&S3_TIER1, "us-east-2", "USE2-Requests-Tier1"),
        (&LAMBDA_COMPUTE_ARM, "us-east-1", "Lambda-GB-Second-ARM"),
        (&API_REQUEST, "us-east-1", "USE1-ApiGatewayRequest"),
        (&API_REQUEST, "eu-west-1", "EU-ApiGatewayRequest"),
        (&FIREHOSE_INGESTED, "eu-west-1", "EUW1-BilledBytes"),
        (&CRAWLED, "ap-south-1", "APS3-Crawler-DPU-Hour"),
        (job_run("5.0", "G.1X", "FLEX"), "us-east-1", "USE1-ETL-Flex-DPU-Hour"),
        (job_run("6.0", "G.1X", "STANDARD"), "us-east-1", "USE1-ETL-DPU-Hour-Gen2"),
    ] {
        assert_eq!(kind.usage_type(region), expected);
    }
}

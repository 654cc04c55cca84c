//! Each limit just below, at and above it.

use super::*;
use crate::limits::table::LIMITS;

/// Seconds of a month: with a peak of 1, so many events a month are one in a second.
const MONTH: u64 = 30 * 86_400;

struct Case {
    id: &'static str,
    rest: &'static str,
    region: &'static str,
    /// A figure and, of it, what is just below, what just fits, and what is above.
    figure: &'static str,
    values: [u64; 3],
    /// What is given beside it.
    others: &'static [&'static str],
}

const fn case(id: &'static str, rest: &'static str, region: &'static str, values: [u64; 3]) -> Case {
    Case { id, rest, region, figure: "events_per_month", values, others: &["peak_factor=1"] }
}

/// So many a second.
const fn each_second(limit: u64) -> [u64; 3] {
    [limit * MONTH - 1, limit * MONTH, limit * MONTH + limit * MONTH / 100_000]
}

/// Nothing that the file says ends before AWS's limits do.
const OPEN: &str = "ingest: { throttle: { rate: 10000/s, burst: 5000 }, api_keys: [web] }\n";
const URL: &str = "shape: lean\n";

const CASES: &[Case] = &[
    case("ingest.throttle", "ingest: { throttle: { rate: 20/s } }\n", "us-east-1", each_second(20)),
    case("ingest.quota", "ingest: { quota: { requests: 500, per: month } }\n", "us-east-1", [499, 500, 501]),
    case(
        "ingest.quota",
        "ingest: { api_keys: [a, b], quota: { requests: 500, per: day } }\n",
        "us-east-1",
        [29_999, 30_000, 30_001],
    ),
    case("ingest.quota", "ingest: { quota: { requests: 70, per: week } }\n", "us-east-1", [299, 300, 301]),
    case("apigw.rate", OPEN, "us-east-1", each_second(10_000)),
    case("apigw.rate", OPEN, "eu-south-1", each_second(2_500)),
    Case {
        others: &["peak_factor=1", "preflights_per_request=1"],
        ..case("apigw.rate", OPEN, "us-east-1", each_second(5_000))
    },
    Case {
        others: &["peak_factor=1", "track_ms=500"],
        ..case(
            "track.concurrency",
            "ingest: { function: { reserved_concurrency: 50 } }\n",
            "us-east-1",
            each_second(100),
        )
    },
    Case {
        others: &["peak_factor=1", "track_ms=500"],
        ..case("track.concurrency", URL, "us-east-1", each_second(2_000))
    },
    case("track.rate", "ingest: { function: { reserved_concurrency: 50 } }\n", "us-east-1", each_second(500)),
    case("track.rate", URL, "us-east-1", each_second(10_000)),
    Case {
        others: &["peak_factor=1", "refused_per_request=1"],
        ..case("track.rate", URL, "us-east-1", each_second(5_000))
    },
    Case {
        others: &["peak_factor=1", "preflights_per_request=1"],
        ..case(
            "track.rate",
            "ingest: { cors: { origins: [\"https://a.example\", \"https://b.example\"] } }\n",
            "us-east-1",
            each_second(5_000),
        )
    },
    case("firehose.requests", URL, "us-east-1", each_second(2_000)),
    case("firehose.requests", URL, "eu-central-1", each_second(1_000)),
    case("firehose.records", URL, "us-west-2", each_second(500_000)),
    case("firehose.records", URL, "sa-east-1", each_second(100_000)),
    // 1 MiB/s of events of 1 KiB, each with its newline.
    Case {
        others: &["peak_factor=1", "event_bytes=1023"],
        ..case("firehose.bytes", URL, "eu-central-1", each_second(1024))
    },
    Case {
        others: &["peak_factor=1", "event_bytes=1023"],
        ..case("firehose.bytes", URL, "eu-west-1", each_second(5 * 1024))
    },
    // A MB is full every second, and moving it takes two.
    Case {
        others: &["peak_factor=1", "event_bytes=1023", "mover_ms=2000"],
        ..case(
            "mover.concurrency",
            "delivery: { buffer: { size: 1 MB } }\nmover: { function: { reserved_concurrency: 4 } }\n",
            "us-east-1",
            each_second(2 * 1024),
        )
    },
    Case {
        others: &["peak_factor=1", "event_bytes=1023"],
        ..case("s3.put", "delivery: { buffer: { size: 1 MB } }\n", "us-east-1", each_second(3_500 * 1024))
    },
    // Twelve months of a KiB each, a third of which is left as Parquet.
    Case {
        others: &["event_bytes=1023", "month=12", "parquet_ratio=0.25"],
        ..case(
            "query.scan_limit",
            "query: { scan_limit: 3 GB }\n",
            "us-east-1",
            [(1 << 20) - 1, 1 << 20, (1 << 20) + 1],
        )
    },
    Case {
        others: &["event_bytes=1023", "month=1", "parquet_ratio=1", "athena_gb_per_second=0.5"],
        ..case("athena.timeout", URL, "us-east-1", [900 * (1 << 20) - 1, 900 * (1 << 20), 900 * (1 << 20) + 9])
    },
    Case {
        figure: "events_per_request",
        others: &["event_bytes=1023"],
        ..case("apigw.payload", "", "us-east-1", [10 * 1024 - 1, 10 * 1024, 10 * 1024 + 1])
    },
    Case {
        figure: "events_per_request",
        others: &["event_bytes=1023"],
        ..case("lambda.payload", URL, "us-east-1", [6 * 1024 - 1, 6 * 1024, 6 * 1024 + 1])
    },
    Case { figure: "event_bytes", ..case("firehose.record", URL, "us-east-1", [1_023_998, 1_023_999, 1_024_000]) },
    Case { figure: "track_ms", ..case("track.timeout", "", "us-east-1", [4_999, 5_000, 5_001]) },
    Case { figure: "mover_ms", ..case("mover.timeout", "", "us-east-1", [29_999, 30_000, 30_001]) },
    Case { figure: "etl_minutes", ..case("etl.timeout", "etl: { timeout: 20 min }\n", "us-east-1", [19, 20, 21]) },
    Case { figure: "etl_minutes", ..case("etl.schedule", "etl: { schedule: hourly }\n", "us-east-1", [59, 60, 61]) },
    Case {
        figure: "crawler_minutes",
        ..case(
            "crawler.raw.schedule",
            "catalog: { crawlers: { raw: { schedule: hourly } } }\n",
            "us-east-1",
            [59, 60, 61],
        )
    },
    Case {
        figure: "crawler_minutes",
        ..case(
            "crawler.parquet.schedule",
            "catalog: { crawlers: { parquet: { schedule: hourly } } }\n",
            "us-east-1",
            [59, 60, 61],
        )
    },
];

#[test]
fn a_limit_is_passed_above_it_and_not_at_it() {
    let mut wrong = vec![];
    for Case { id, rest, region, figure, values, others } in CASES {
        let pipeline = file(rest);
        for (value, over) in values.iter().zip([false, false, true]) {
            let figure = format!("{figure}={value}");
            let figures = [&[figure.as_str()], *others].concat();
            if found(&pipeline, region, &figures).contains(id) != over {
                wrong.push(format!("{id} in {region} with {figures:?} of {rest}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a file says of itself: below, at, and above.
#[test]
fn a_file_is_held_against_itself() {
    let throttle = |rate: &str, burst: u32| format!("ingest: {{ throttle: {{ rate: {rate}, burst: {burst} }} }}\n");
    let track = |rate: &str, reserved: u32| {
        format!("ingest: {{ throttle: {{ rate: {rate} }}, function: {{ reserved_concurrency: {reserved} }} }}\n")
    };
    let reserved = |track: u32, mover: u32| {
        let function = |count: u32| format!("{{ function: {{ reserved_concurrency: {count} }} }}");
        format!("ingest: {}\nmover: {}\n", function(track), function(mover))
    };
    for (id, region, fits, above) in [
        ("throttle.burst", "us-east-1", throttle("20/s", 20), throttle("21/s", 20)),
        ("throttle.account", "us-east-1", throttle("10000/s", 5000), throttle("10001/s", 5000)),
        ("throttle.account", "mx-central-1", throttle("2500/s", 1250), throttle("2501/s", 1250)),
        ("apigw.burst", "us-east-1", throttle("10/s", 5000), throttle("10/s", 5001)),
        ("apigw.burst", "af-south-1", throttle("10/s", 1250), throttle("10/s", 1251)),
        ("throttle.track", "us-east-1", track("1000/s", 100), track("1000/s", 99)),
        ("lambda.unreserved", "us-east-1", reserved(800, 100), reserved(800, 101)),
    ] {
        assert!(!found(&file(&fits), region, &[]).contains(&id), "{id} of {fits}");
        assert!(found(&file(&above), region, &[]).contains(&id), "{id} of {above}");
    }
}

/// The time of a call counts where it is longer than a tenth of a second.
#[test]
fn what_track_can_take_follows_from_its_time() {
    let pipeline = file("ingest: { throttle: { rate: 101/s }, function: { reserved_concurrency: 50 } }\n");
    assert!(!found(&pipeline, "us-east-1", &["track_ms=495"]).contains(&"throttle.track"));
    assert!(found(&pipeline, "us-east-1", &["track_ms=500"]).contains(&"throttle.track"));
}

/// A limit that nothing is held against proves nothing.
#[test]
fn every_limit_is_held_against_something() {
    let tables =
        [include_str!("../rules.rs"), include_str!("../contradictions.rs"), include_str!("../load.rs")].concat();
    for Limit { id, .. } in LIMITS {
        assert!(tables.contains(&format!("\"{id}\"")), "{id}");
        assert_eq!(LIMITS.iter().filter(|other| other.id == *id).count(), 1, "{id}");
    }
}

/// What an account has goes before what AWS gives at first.
#[test]
fn an_account_has_limits_of_its_own() {
    let pipeline = file("");
    let load = load(&pipeline, &["events_per_month=26B", "peak_factor=1"]);
    let ids = |account: &Account| {
        let subject = Subject { pipeline: &pipeline, region: "us-east-1", account };
        check(&subject, &load).iter().map(|finding| finding.id).collect::<Vec<_>>()
    };
    let account = Account::default();
    assert!(ids(&account).contains(&"apigw.rate") && ids(&account).contains(&"track.rate"));
    let account = Account::with([("apigw.rate", Some(20_000.0))], Some(5_000.0));
    assert!(!ids(&account).contains(&"apigw.rate") && !ids(&account).contains(&"track.rate"));
    // A new account has ten executions in all, and none can be reserved.
    let account = Account::with([("lambda.concurrency", Some(10.0)), ("apigw.rate", None)], Some(10.0));
    let reserved = file("ingest: { function: { reserved_concurrency: 1 } }\n");
    let subject = Subject { pipeline: &reserved, region: "us-east-1", account: &account };
    assert!(check(&subject, &load).iter().any(|finding| finding.id == "lambda.unreserved"));
}

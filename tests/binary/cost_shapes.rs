//! What the shapes cost, and which changes `cost-estimate` proposes.

use crate::support::{Place, judge, root, sampled};
use serde_json::Value;

fn estimate(place: &Place, arguments: &[&str]) -> Value {
    let ran = place.run(&[&["cost-estimate", "--json", "--free-tier"], arguments].concat()).exits(0);
    serde_json::from_str(&ran.stdout).unwrap()
}

/// Another program, in another language, with decimal numbers, comes to the same cents from the same book.
fn recomputed(place: &Place, usage: &str) -> Value {
    let found = estimate(place, &["--usage", usage]);
    let (book, file) = (root().join("templates/prices/book.yaml"), place.path().join("pipeline.yaml"));
    let told = judge("recompute.py", &[book.to_str().unwrap(), &found.to_string(), file.to_str().unwrap()]);
    assert!(told.starts_with("agreed: "), "{usage}: {told}");
    found
}

fn cents(estimate: &Value, name: &str) -> i64 {
    estimate[name].as_i64().unwrap()
}

/// Of the total, all but what queries scan.
fn but_for_queries(estimate: &Value) -> i64 {
    let lines = estimate["lines"].as_array().unwrap();
    let queries = lines.iter().find(|line| line["item"] == "Athena data scanned").unwrap();
    cents(estimate, "total_cents") - cents(queries, "cost_cents")
}

const IDLE: &str = "events_per_month=0,athena_tb=0,athena_scans_of_all=0,athena_scans_of_a_month=0";
const SINGLE: &str = "events_per_month=200M,events_per_request=1";
const BATCHES: &str = "events_per_month=200M,events_per_request=25";
/// What pays best for events of 200 bytes.
const FULL: &str = "events_per_month=200M,events_per_request=100";
const LOADS: [&str; 6] = [
    IDLE,
    "events_per_month=1M,events_per_request=1",
    SINGLE,
    BATCHES,
    "events_per_month=10B,events_per_request=25,month=30",
    "events_per_month=3M,events_per_request=7,event_bytes=3000,refused_per_request=0.5,preflights_per_request=1",
];

/// And the same with API Gateway's keys, throttle and quota in front of it.
#[test]
fn what_init_writes_costs_nothing_idle_and_a_few_dollars_busy() {
    let place = Place::new("");
    std::fs::remove_file(place.path().join("pipeline.yaml")).unwrap();
    place.run(&["init"]).exits(0);
    assert!(cents(&recomputed(&place, IDLE), "total_cents") <= 100);
    assert!(but_for_queries(&recomputed(&place, BATCHES)) <= 700);
    assert!(but_for_queries(&recomputed(&place, SINGLE)) <= 9_000);
    place.edit(&[("# front: rest_api", "front: rest_api")]);
    assert!(cents(&recomputed(&place, IDLE), "total_cents") <= 100);
    assert!(but_for_queries(&recomputed(&place, BATCHES)) <= 3_500);
}

#[test]
fn every_combination_of_parts_is_calculated_anew() {
    let front = |front| ("front: function_url", front);
    let cases: &[(&str, &[(&str, &str)])] = &[
        ("lean", &[]),
        ("lean", &[front("front: rest_api")]),
        ("lean", &[front("front: [rest_api, function_url]"), ("keep_json: true", "keep_json: false")]),
        ("lean", &[("log_level: warn", "log_level: all"), ("partitioned: 30 days", "partitioned: 400 days")]),
        (
            "lean",
            &[("format: parquet", "format: json"), ("etl: none", "etl: { schedule: hourly }"), ("declared", "crawled")],
        ),
        ("clickstream", &[("partition: mover", "partition: firehose"), ("tables: crawled", "tables: declared")]),
        ("clickstream", &[("raw: { schedule: hourly }", "raw: { schedule: daily }"), ("count: 10", "count: 4")]),
        ("minimal", &[]),
        ("minimal", &[("name: minimal", "name: minimal\nshape: lean")]),
    ];
    for (example, changes) in sampled(cases, 2) {
        let place = Place::example(example);
        place.edit(changes);
        for usage in sampled(LOADS, 2) {
            recomputed(&place, usage);
        }
    }
}

/// Pipelines that nobody wrote, in five regions: `bill.py` has AWS's rules, and nothing of the program's code.
#[test]
fn generated_pipelines_cost_what_awss_rules_say() {
    let (program, book) = (env!("CARGO_BIN_EXE_pipectl"), root().join("templates/prices/book.yaml"));
    let told = judge("generated_bills.py", &[program, book.to_str().unwrap(), "30"]);
    assert!(told.starts_with("agreed: 30 pipelines"), "{told}");
}

/// The table, from the command.
fn shapes(place: &Place, arguments: &[&str]) -> Vec<(String, Vec<i64>)> {
    let told = estimate(place, &[&["--shapes"], arguments].concat());
    let months = |shape: &Value| {
        let months = shape["months"].as_array().unwrap().iter();
        months.map(|month| cents(month, "total_cents")).collect()
    };
    let all = told["shapes"].as_array().unwrap().iter();
    all.map(|shape| (shape["name"].as_str().unwrap().to_owned(), months(shape))).collect()
}

#[test]
fn shapes_are_compared_as_files_that_say_them() {
    let place = Place::example("minimal");
    let yaml = place.yaml();
    let table = shapes(&place, &["--usage", "events_per_month=200M"]);
    let names: Vec<_> = table.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["lean", "REST + lean rest", "article", "article, hourly", "this file"]);
    let said = [
        "shape: lean",
        "shape: lean\ningest: { front: rest_api }",
        "shape: article",
        "shape: article\ncatalog: { crawlers: { raw: { schedule: hourly }, parquet: { schedule: hourly } } }\n\
         etl: { schedule: hourly, workers: { count: 10 } }",
        "",
    ];
    for ((name, months), said) in table.iter().zip(said) {
        place.write(&format!("{yaml}\n{said}\n"));
        const SILENT: &str = "athena_scans_of_all=0,athena_scans_of_a_month=0";
        let load = |usage| but_for_queries(&estimate(&place, &["--usage", usage, "--usage", SILENT]));
        let loads = [IDLE, SINGLE, FULL].map(load);
        assert_eq!(months[..], loads, "{name}");
    }
    place.write(&yaml);
    let text = place.run(&["cost-estimate", "--shapes"]).exits(0);
    text.says("reserved_concurrency")
        .says("has no quota")
        .says("up to two hours later")
        .says("not verified in us-east-1");
    place.run(&["cost-estimate", "--shapes", "--markdown"]).exits(0).says("| A month | lean | REST + lean rest |");
    place
        .run(&["cost-estimate", "--shapes", "--region", "eu-west-1"])
        .exits(0)
        .says("lean: no verified price in eu-west-1: ");
    place.run(&["cost-estimate", "--shapes", "--months", "3"]).exits(3);
}

fn lever<'a>(estimate: &'a Value, key: &str) -> Option<&'a Value> {
    estimate["levers"].as_array().unwrap().iter().find(|lever| lever["key"] == key)
}

/// Each amount is what the estimate of the changed file says; no key but those that the lever names was changed.
#[test]
fn levers_propose_parts_with_what_the_changed_file_saves() {
    let place = Place::example("clickstream");
    let (yaml, now) = (place.yaml(), estimate(&place, &[]));
    let quota = ("  quota: { requests: 200M, per: month }   # of each key\n", "");
    let throttle = ("  throttle: { rate: 1000/s, burst: 2000 }\n", "");
    let front = ("front: rest_api", "front: function_url");
    let from = yaml.find("etl:  ").unwrap();
    let job = &yaml[from..from + yaml[from..].find("\nquery:").unwrap()];
    let (declared, by_day) = (("tables: crawled", "tables: declared"), ("partition: mover", "partition: firehose"));
    let parquet = [by_day, declared, ("format: json", "format: parquet"), (job, "etl: none\n")];
    let level = ("log_level: all", "log_level: warn");
    let shape =
        [&parquet[..], &[quota, throttle, front, level, ("    log_level: all", "    log_level: warn")]].concat();
    let cases: &[(&str, &[(&str, &str)])] = &[
        ("ingest.front", &[front, quota, throttle]),
        ("delivery.partition", &[by_day]),
        ("delivery.format", &parquet),
        ("catalog.tables", &[declared]),
        ("ingest.function.log_level", &[level]),
        ("etl.workers.count", &[("count: 10", "count: 2")]),
        ("etl.glue_version", &[("glue_version: \"5.0\"", "glue_version: \"6.0\"")]),
        ("shape", &shape),
    ];
    for (key, changes) in cases {
        place.write(&yaml);
        place.edit(changes);
        let saved = cents(&now, "total_cents") - cents(&estimate(&place, &[]), "total_cents");
        let lever = lever(&now, key).unwrap_or_else(|| panic!("no lever {key}: {}", now["levers"]));
        assert_eq!(lever["saves_cents"], saved, "{key}");
    }
}

#[test]
fn what_a_file_could_not_say_is_no_lever_and_neither_is_what_has_no_price() {
    let place = Place::example("clickstream");
    assert!(lever(&estimate(&place, &[]), "etl.execution").is_some());
    // Nobody knows what `flex` costs in Ohio, so that it would seem to save all that the job costs.
    assert_eq!(lever(&estimate(&place, &["--region", "us-east-2"]), "etl.execution"), None);
    place.edit(&[("type: G.1X", "type: R.1X")]);
    assert_eq!(lever(&estimate(&place, &[]), "etl.execution"), None, "`flex` runs on G.1X and G.2X");
    let place = Place::example("lean");
    let lean = estimate(&place, &["--usage", SINGLE]);
    for key in ["shape", "ingest.front", "delivery.format", "catalog.tables", "etl.schedule"] {
        assert_eq!(lever(&lean, key), None, "{key}");
    }
}

/// Requests are divided by a batch whatever an event's size, and what Firehose counts is filled.
#[test]
fn batches_help_events_of_any_size() {
    let place = Place::example("clickstream");
    for bytes in sampled([20, 200, 205, 1000, 3000, 5119, 5120, 20_000, 400_000], 3) {
        let single = estimate(&place, &["--usage", &format!("event_bytes={bytes}")]);
        let lever =
            lever(&single, "usage.events_per_request").unwrap_or_else(|| panic!("{bytes}: {}", single["levers"]));
        let batch: f64 = lever["after"].as_str().unwrap().parse().unwrap();
        assert!(batch * f64::from(bytes + 1) <= 5e6, "{bytes}: {batch}");
        let usage = format!("event_bytes={bytes},events_per_request={batch}");
        let batches = estimate(&place, &["--usage", &usage]);
        assert_eq!(lever["saves_cents"], cents(&single, "total_cents") - cents(&batches, "total_cents"), "{bytes}");
        assert!(self::lever(&batches, "usage.events_per_request").is_none(), "{bytes}: {batch} is the best");
    }
}

#[test]
fn what_costs_with_no_event_stands_beside_what_events_cost() {
    let place = Place::example("clickstream");
    let (month, idle) = (estimate(&place, &[]), estimate(&place, &["--usage", IDLE]));
    assert_eq!(month["fixed_cents"], idle["total_cents"]);
    assert_eq!(cents(&month, "fixed_cents") + cents(&month, "usage_cents"), cents(&month, "total_cents"));
    assert_eq!((&idle["fixed_cents"], &idle["usage_cents"]), (&idle["total_cents"], &Value::from(0)));
    // What a bill said is a bill of events, too.
    let given = estimate(&place, &["--usage", "firehose_gb=100,transfer_out_gb=200"]);
    assert_eq!(given["fixed_cents"], idle["total_cents"]);
    let text = place.run(&["cost-estimate"]).exits(0).stdout;
    let fixed = text.lines().find(|line| line.starts_with("  fixed, with no event ")).unwrap();
    assert!(fixed.contains(" $317.18 "), "{fixed}");
    place.run(&["cost-estimate", "--markdown"]).exits(0).says("fixed $317.18 (with no event, ");
    place.run(&["cost-estimate", "--html"]).exits(0).says("<dt>fixed, with no event</dt><dd>$317.18<");
}

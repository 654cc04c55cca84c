//! More load never takes a finding away, and a wall is where it is said to be.

use super::*;
use proptest::prelude::*;

fn files() -> impl Strategy<Value = String> {
    let api =
        (1..20_000u32, 1..9_000u32, proptest::option::of(0..1_000u32), 1..30u32, proptest::option::of(1..1_000_000u32));
    let api = api.prop_map(|(rate, burst, reserved, timeout, quota)| {
        let reserved = reserved.map_or_else(String::new, |count| format!(", reserved_concurrency: {count}"));
        let quota = quota.map_or_else(String::new, |count| format!("  quota: {{ requests: {count}, per: week }}\n"));
        format!(
            "ingest:\n  throttle: {{ rate: {rate}/s, burst: {burst} }}\n{quota}  function: {{ timeout: {timeout} s{reserved} }}\n"
        )
    });
    let buffer = (1..=128u32, 60..900u32).prop_map(|(size, interval)| {
        format!("delivery: {{ buffer: {{ size: {size} MB, interval: {interval} s }} }}\n")
    });
    let article = (api, buffer).prop_map(|(api, buffer)| api + &buffer);
    prop_oneof![article, Just("shape: lean\n".to_owned()), Just(String::new())]
}

fn usage() -> impl Strategy<Value = (f64, f64, f64, f64, f64)> {
    (0.0..12.0f64, 1.0..100.0f64, 0.0..6.5f64, 0.0..3.0f64, 0.0..4.0f64).prop_map(
        |(events, peak, size, batch, millis)| {
            let power = |exponent: f64| 10_f64.powf(exponent).round();
            (power(events), peak, power(size), power(batch), power(millis))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn more_load_takes_no_finding_away(
        rest in files(),
        (events, peak, size, batch, millis) in usage(),
        more in (1.0..1000.0f64, 1.0..10.0f64, 1.0..100.0f64, 1.0..10.0f64),
        region in prop_oneof![Just("us-east-1"), Just("eu-central-1"), Just("eu-south-2")],
    ) {
        let pipeline = file(&rest);
        let figures = |events: f64, peak: f64, size: f64, millis: f64| {
            [
                format!("events_per_month={events}"),
                format!("peak_factor={peak}"),
                format!("event_bytes={size}"),
                format!("events_per_request={batch}"),
                format!("track_ms={millis}"),
            ]
        };
        let ids = |figures: [String; 5]| found(&pipeline, region, &figures.each_ref().map(String::as_str));
        let (less, more) = (
            ids(figures(events, peak, size, millis)),
            ids(figures(events * more.0, peak * more.1, size * more.2, millis * more.3)),
        );
        for id in &less {
            prop_assert!(more.contains(id), "{id} is gone: {less:?}, then {more:?}");
        }
    }

    #[test]
    fn a_wall_is_where_it_is_said_to_be(rest in files(), (_, peak, size, batch, millis) in usage()) {
        let pipeline = file(&rest);
        let account = Account::default();
        let subject = Subject { pipeline: &pipeline, region: "us-east-1", account: &account };
        let figures = [
            format!("peak_factor={peak}"),
            format!("event_bytes={size}"),
            format!("events_per_request={batch}"),
            format!("track_ms={millis}"),
        ];
        let load = load(&pipeline, &figures.each_ref().map(String::as_str));
        let all = walls(&subject, &load);
        prop_assert!(all.is_sorted_by(|one, other| one.at <= other.at));
        for wall in all.iter().filter(|wall| wall.at.is_finite()) {
            let hit = |events: f64| {
                walls(&subject, &load.at(events)).iter().any(|other| other.id == wall.id && other.is_hit())
            };
            prop_assert!(!hit(wall.at * 0.999) && hit(wall.at * 1.001 + 1e-9), "{wall:?}");
        }
    }
}

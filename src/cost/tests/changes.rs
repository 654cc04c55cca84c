//! Differences and levers, as properties over many pipelines.

use super::{EXAMPLE, pipeline as example};
use crate::config::{Architecture, Compression, Days, Pipeline, Schedule, Shape, may_be};
use crate::cost::shapes::shaped;
use crate::cost::*;
use crate::names::Names;
use crate::resources::Graph;
use proptest::prelude::*;

fn price(pipeline: &Pipeline, inputs: &Inputs) -> Estimate {
    priced(&Billed::of_file(pipeline, "us-east-1"), "us-east-1", inputs)
}

fn priced(billed: &Billed, region: &str, inputs: &Inputs) -> Estimate {
    estimate(Book::bundled(), billed, region, inputs.clone(), false)
}

fn cents(estimate: &Estimate) -> i64 {
    estimate.total().whole().unwrap()
}

/// Of a pipeline that is not there.
fn nothing(inputs: &Inputs) -> Estimate {
    let names = Names::without_account("nothing", "test", "us-east-1");
    priced(&Billed::wanted(&Graph::new(&names)), "us-east-1", inputs)
}

/// A pipeline with some of what decides its cost changed.
fn pipelines() -> impl Strategy<Value = (Pipeline, Inputs)> {
    let switches = (any::<(bool, bool, bool, bool)>(), prop::option::of(any::<bool>()));
    (switches, 1_u64..2_000_000_000, 1_u64..5000, 1_u64..60, proptest::option::of(1_u32..400)).prop_map(
        |(((arm, plain, seldom, flex), shape), events, bytes, batch, days)| {
            let mut pipeline = match shape {
                None => example(EXAMPLE),
                Some(lean) => shaped(&example(EXAMPLE), if lean { Shape::Lean } else { Shape::Article }),
            };
            pipeline.ingest.function.architecture = if arm { Architecture::Arm64 } else { Architecture::X86_64 };
            pipeline.delivery.compression = if plain { Compression::None } else { Compression::Gzip };
            let schedule = if seldom { Schedule::daily() } else { Schedule::hourly() };
            pipeline.catalog.crawlers.raw.schedule = schedule.clone();
            pipeline.etl.iter_mut().for_each(|etl| etl.schedule = schedule.clone());
            pipeline.bucket.expire.partitioned = days.map(Days);
            if flex {
                pipeline.etl.iter_mut().for_each(|etl| etl.execution = crate::config::Execution::Flex);
            }
            let mut inputs = Inputs::of(&pipeline);
            for figure in [
                format!("events_per_month={events}"),
                format!("event_bytes={bytes}"),
                format!("events_per_request={batch}"),
            ] {
                inputs.set(&figure).unwrap();
            }
            (pipeline, inputs)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_difference_is_after_less_before_to_the_cent((one, these) in pipelines(), (other, those) in pipelines()) {
        let (before, after) = (price(&one, &these), price(&other, &those));
        let difference = Difference::between(&before, &after);
        let change = difference.change().whole();
        prop_assert_eq!(change, Some(cents(&after) - cents(&before)));
        prop_assert_eq!(difference.rows.iter().map(|row| row.change.cents()).sum::<Option<i64>>(), change);
        let parts = PARTS.iter().map(|part| difference.part_change(part).whole());
        prop_assert_eq!(parts.sum::<Option<i64>>(), change);
        prop_assert_eq!(Difference::between(&before, &before).changed().count(), 0);
        let made = Difference::between(&nothing(&those), &after);
        prop_assert_eq!((made.before.whole(), made.change().whole()), (Some(0), after.total().whole()));
    }

    #[test]
    fn a_lever_saves_what_it_says((pipeline, inputs) in pipelines()) {
        let found = levers(&pipeline, &inputs, &price);
        prop_assert_eq!(found.not_estimated, vec![]);
        let found = found.found;
        let saves = |lever: &Lever| lever.saves.whole().unwrap();
        prop_assert!(found.iter().all(|lever| saves(lever) > 0 && lever.before != lever.after));
        prop_assert!(found.windows(2).all(|pair| saves(&pair[0]) >= saves(&pair[1])));
        if let Some(lever) = found.iter().find(|lever| lever.key == "usage.events_per_request") {
            let mut batched = inputs.clone();
            batched.set(&format!("events_per_request={}", lever.after)).unwrap();
            let saved = cents(&price(&pipeline, &inputs)) - cents(&price(&pipeline, &batched));
            prop_assert_eq!(saves(lever), saved);
        }
    }

    #[test]
    fn more_events_never_cost_less((pipeline, inputs) in pipelines(), more in 1_u64..1_000_000_000) {
        let (mut larger, events) = (inputs.clone(), inputs.get("events_per_month") as u64 + more);
        larger.set(&format!("events_per_month={events}")).unwrap();
        let (before, after) = (price(&pipeline, &inputs), price(&pipeline, &larger));
        prop_assert!(before.lines.iter().all(|line| line.cents().is_some_and(|cents| cents >= 0)));
        prop_assert!(cents(&before) <= cents(&after));
        prop_assert_eq!(before.fixed(), after.fixed());
        prop_assert_eq!(before.fixed().plus(&before.usage()), before.total());
        prop_assert!(may_be(&pipeline));
        prop_assert_eq!(before.lines.iter().map(Line::cents).sum::<Option<i64>>(), before.total().whole());
    }
}

#[test]
fn a_line_without_a_price_changes_by_nobody_knows_what() {
    let pipeline = example(EXAMPLE);
    let inputs = Inputs::of(&pipeline);
    let here = price(&pipeline, &inputs);
    // Where Firehose's price is not in the book.
    let there = priced(&Billed::of_file(&pipeline, "eu-west-1"), "eu-west-1", &inputs);
    let difference = Difference::between(&here, &there);
    let (_, unknown) = difference.change().compared();
    assert!(unknown.contains(&"Firehose ingestion"), "{unknown:?}");
}

/// As many units of one price cost the same, whatever it is; fewer do not cost more.
#[test]
fn a_price_that_nobody_knows_bounds_what_is_saved() {
    let pipeline = example(EXAMPLE);
    let there =
        |pipeline: &Pipeline, inputs: &Inputs| priced(&Billed::of_file(pipeline, "eu-west-1"), "eu-west-1", inputs);
    let found = levers(&pipeline, &Inputs::of(&pipeline), &there);
    let lever = |key: &str| found.found.iter().find(|lever| lever.key == key).unwrap();
    // Firehose takes in as much as before.
    assert!(lever("ingest.front").saves.whole().is_some());
    // It takes in less.
    let batch = lever("usage.events_per_request");
    assert_eq!((batch.saves.whole(), batch.saves.missing()), (None, &["Firehose ingestion"][..]));
    // Flex has a price of its own, which the book does not have there.
    let unknown = found.not_estimated.iter().find(|lever| lever.key == "etl.execution").unwrap();
    assert_eq!(unknown.missing, ["Glue job"]);
    // The other crawler begins in another tier then.
    let crawls = found.not_estimated.iter().find(|lever| lever.key == "catalog.crawlers.raw.schedule").unwrap();
    assert!(crawls.missing.contains(&"Glue crawler raw"));
    assert!(found.found.iter().all(|lever| lever.key != "etl.execution"));
}

#[test]
fn what_is_best_already_is_no_lever() {
    let mut pipeline = example(EXAMPLE);
    let all = |pipeline: &Pipeline| {
        let found = levers(pipeline, &Inputs::of(pipeline), &price);
        found.found.into_iter().map(|lever| lever.key).collect::<Vec<_>>()
    };
    assert!(all(&pipeline).contains(&"catalog.crawlers.raw.schedule"));
    pipeline.catalog.crawlers.raw.schedule = Schedule::daily();
    let left = all(&pipeline);
    assert!(!left.contains(&"catalog.crawlers.raw.schedule") && left.contains(&"etl.execution"), "{left:?}");
}

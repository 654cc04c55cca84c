//! `cost-estimate --compare posthog`: what others take by their list prices, and from when on which is cheaper.

use crate::support::{Place, judge, sampled};
use serde_json::Value;

/// Python has the prices from the same pages, by its own formulas, and asks on both sides of every turn.
#[test]
fn others_prices_and_every_turn_are_calculated_anew() {
    let asked: [(&str, &[&str]); 3] = [
        ("clickstream", &[]),
        ("lean", &["--usage", "events_per_request=1", "--month", "3"]),
        ("lean", &["--currency", "EUR", "--rate", "0.92", "--discount", "30%"]),
    ];
    let mut turns = 0;
    for (example, more) in sampled(asked, 3) {
        let place = Place::example(example);
        let file = place.path().join("pipeline.yaml");
        let told = judge("competitors.py", &[&[env!("CARGO_BIN_EXE_pipectl"), file.to_str().unwrap()], more].concat());
        let count = told.trim().strip_prefix("agreed: 10 products, ").unwrap_or_else(|| panic!("{told}"));
        turns += count.split(' ').nth(4).unwrap().parse::<usize>().unwrap();
    }
    assert!(turns >= 1, "{turns}");
}

#[test]
fn each_is_told_with_its_source_and_what_it_is() {
    let place = Place::example("clickstream");
    let run = |more: &[&str]| place.run(&[&["cost-estimate", "--compare"], more].concat()).exits(0);
    let text =
        run(&["posthog,cloudflare,amplitude"]).says("$4,118.40").says("$113.50").says("products are not the same");
    let text = text.says("posthog.com/pricing").says("2026-05-04, confidence medium").says("cheaper from").stdout;
    assert!(text.contains("never cheaper below 100B events a month") && !text.contains("mixpanel"), "{text}");
    assert!(text.contains("amplitude") && text.contains("no public price for an event"), "{text}");
    let above = run(&["mixpanel"]).says("above 20,000,000 events a month there is no list price").stdout;
    assert!(above.contains("cheaper from"), "{above}");
    run(&["all", "--html"]).says("<h2>Beside other products</h2>").says("$30,000.00").says("2018, confidence low");
    run(&["saas-2018", "--markdown"]).says("| the SaaS of the article | $30,000.00 |");
    run(&["posthog", "--explain", "--currency", "EUR", "--rate", "0.5", "--discount", "50%"]).says("EUR 2,059.20");
}

#[test]
fn beside_an_incomplete_total_nothing_is_cheaper() {
    let place = Place::example("clickstream");
    let ask = ["cost-estimate", "--region", "eu-west-1", "--compare", "all"];
    let text =
        place.run(&ask).exits(0).says("$4,118.40").says("which is cheaper is not known: a price of this is missing");
    assert!(!text.stdout.contains("cheaper from") && !text.stdout.contains("times this"), "{}", text.stdout);
    let json = place.run(&[&ask[..], &["--json"]].concat()).exits(0).stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    for one in json["competitors"].as_array().unwrap() {
        assert_eq!((&one["times"], &one["turns"]), (&Value::Null, &Value::Null), "{one}");
    }
}

#[test]
fn a_name_is_a_product_or_a_file_and_nothing_else() {
    let place = Place::example("clickstream");
    let run = |name: &str| place.run(&["cost-estimate", "--compare", name]);
    run("posthgo")
        .exits(3)
        .says("`posthgo` is no file, and no product")
        .says("posthog, mixpanel, cloudflare,")
        .says("`all`");
    run("posthog,nobody").exits(3).says("`nobody` is no file");
    run("missing.yaml").exits(3).says("missing.yaml");
    std::fs::write(place.path().join("posthog"), place.yaml()).unwrap();
    run("./posthog").exits(0).says("before: ./posthog");
    run("posthog").exits(0).says("$4,118.40");
    std::fs::write(place.path().join("before"), place.yaml()).unwrap();
    run("before").exits(0).says("before: before");
    place.run(&["cost-estimate", "--compare", "before", "--html"]).exits(3).says("is no page");
    place.run(&["cost-estimate", "--compare", "all", "--shapes"]).exits(3);
    place.run(&["cost-estimate", "--compare", "all", "--months"]).exits(3);
}

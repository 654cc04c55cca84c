//! Amounts that are not what they seem, and say so: at another region's prices, and above the tiers that are known.

use crate::cost_regions::{ask, book, place, regions};
use crate::support::{Place, sampled};
use serde_json::{Value, json};

const ASSUME: [&str; 2] = ["--assume-region-prices", "us-east-1"];

fn read(place: &Place, region: &str, question: &[&str]) -> Value {
    serde_json::from_str(&ask(place, region, None, &[question, &["--json"]].concat())).unwrap()
}

fn lines(estimate: &Value) -> &Vec<Value> {
    estimate["lines"].as_array().unwrap()
}

/// Of a total that is not whole, a line is no part.
fn but_for_its_share(line: &Value) -> Value {
    let mut line = line.clone();
    line["share"] = Value::Null;
    line
}

/// With another region's prices no line lacks one, and what had one stays as it was to the last word.
#[test]
fn what_lacks_a_price_takes_the_named_regions_and_nothing_else_changes() {
    let place = place();
    let there = read(&place, "us-east-1", &[]);
    for region in sampled(regions(&book()), 4) {
        let (own, assumed) = (read(&place, &region, &[]), read(&place, &region, &ASSUME));
        assert_eq!((&assumed["missing"], &assumed["complete"]), (&json!([]), &json!(true)), "{region}");
        assert_eq!(assumed["assumed"], own["missing"], "{region}");
        let from = if own["missing"] == json!([]) { Value::Null } else { json!("us-east-1") };
        assert_eq!(assumed["assumed_from"], from, "{region}");
        assert_eq!(lines(&own).len(), lines(&assumed).len());
        for ((was, is), other) in lines(&own).iter().zip(lines(&assumed)).zip(lines(&there)) {
            let place = format!("{region}: {was}");
            assert!(is["cost_cents"].is_i64() && is["price"].is_string(), "{place}");
            if was["price"].is_string() {
                assert_eq!(but_for_its_share(was), but_for_its_share(is), "{place}");
            } else {
                assert_eq!(is["assumed_from"], "us-east-1", "{place}");
                assert_eq!((&is["price"], &is["price_source"]), (&other["price"], &other["price_source"]), "{place}");
            }
        }
        let sum: i64 = lines(&assumed).iter().map(|line| line["cost_cents"].as_i64().unwrap()).sum();
        assert_eq!(assumed["total_cents"], sum, "{region}");
    }
}

#[test]
fn what_is_assumed_is_told_in_every_output() {
    let place = place();
    let there = ["cost-estimate", "--region", "eu-west-1"];
    let run = |more: &[&str]| place.run(&[&there[..], &ASSUME, more].concat()).exits(0);
    let text = run(&[]).says("(with 3 prices assumed from us-east-1)");
    let line = text.stdout.lines().find(|line| line.contains("Firehose ingestion")).unwrap();
    assert!(line.ends_with("; assumed from us-east-1"), "{line}");
    assert!(text.stdout.contains("per million events") && text.stdout.contains("% of a SaaS at $150 (assumed)"));
    assert!(text.stdout.contains("prices assumed from us-east-1: Firehose ingestion, Glue crawler raw"));
    let part = text.stdout.lines().find(|line| line.starts_with("deliver")).unwrap();
    assert!(part.contains("(assumed)") && part.ends_with('%'), "{part}");
    run(&["--explain"]).says(" in us-east-1, from ");
    let products = run(&["--compare", "posthog"]);
    let ratio = products.stdout.lines().find(|line| line.trim_start().starts_with("posthog ")).unwrap();
    assert!(ratio.contains(" (assumed)"), "{ratio}");
    let markdown = run(&["--markdown"]).says("(with 3 prices assumed from us-east-1) a month**");
    let row = markdown.stdout.lines().find(|line| line.contains("| Firehose ingestion |")).unwrap();
    assert!(row.contains("; assumed from us-east-1 |"), "{row}");
    let page =
        run(&["--html"]).says("In the amounts and the charts, prices assumed from us-east-1: Firehose ingestion");
    assert!(page.stdout.contains("; assumed from us-east-1</small></td>") && page.stdout.contains(" (assumed)</b>"));
    run(&["--shapes"]).says(" (assumed)").says("lean: prices assumed from us-east-1: Firehose ingestion");
    run(&["--months", "2"]).says(" (assumed)").says("prices assumed from us-east-1: Firehose ingestion");
    run(&["--scale", "1M,1B", "--svg", "scale.svg"]).says(" (assumed)");
    let svg = std::fs::read_to_string(place.path().join("scale.svg")).unwrap();
    assert!(svg.contains(">prices assumed from us-east-1: Firehose ingestion") && !svg.contains("at least"), "{svg}");
    // A budget is met by the sum, which tells what is in it.
    let refused = place.run(&[&there[..], &ASSUME, &["--budget", "100"]].concat()).exits(4);
    refused.says("a month costs $").says("with 3 prices assumed from us-east-1");
}

#[test]
fn comparisons_and_levers_mark_what_is_assumed() {
    let place = place();
    let run = |more: &[&str]| {
        let all = ["cost-estimate", "--region", "eu-west-1", "--compare", "there.yaml"];
        place.run(&[&all[..], &ASSUME, more].concat()).exits(0)
    };
    let text = run(&[]).says("prices assumed from us-east-1: Firehose ingestion");
    let line = text.stdout.lines().find(|line| line.contains("  Firehose ingestion")).unwrap();
    assert!(line.ends_with("; assumed from us-east-1"), "{line}");
    let total = text.stdout.lines().find(|line| line.starts_with("a month: ")).unwrap();
    assert!(total.contains("(with 3 prices assumed from us-east-1)") && !total.contains("at least"), "{total}");
    run(&["--markdown"]).says("(with 3 prices assumed from us-east-1)");
    let json: Value = serde_json::from_str(&run(&["--json"]).stdout).unwrap();
    assert_eq!((&json["missing"], &json["assumed_from"]), (&json!([]), &json!("us-east-1")));
    assert!(json["assumed"].as_array().unwrap().contains(&json!("Firehose ingestion")));
    let assumed = |item: &str| lines(&json).iter().find(|line| line["item"] == item).unwrap()["assumed_from"].clone();
    assert_eq!((assumed("Firehose ingestion"), assumed("API Gateway requests")), (json!("us-east-1"), Value::Null));
    // The price of `flex` is that region's, too.
    let month = read(&place, "eu-west-1", &ASSUME);
    let lever = |key: &str| month["levers"].as_array().unwrap().iter().find(|lever| lever["key"] == key).unwrap();
    assert!(lever("etl.execution")["saves_cents"].is_i64(), "{}", lever("etl.execution"));
    assert_ne!(lever("etl.execution")["assumed"], json!([]));
    assert_eq!(month["levers_not_estimated"], json!([]));
    let text = place.run(&["cost-estimate", "--region", "eu-west-1", ASSUME[0], ASSUME[1]]).exits(0);
    text.says("(assumed)  etl.execution: standard -> flex");
}

#[test]
fn prices_can_be_assumed_only_from_a_region_that_has_some() {
    let place = place();
    let from = |region: &str| {
        place.run(&["cost-estimate", "--region", "eu-west-1", "--assume-region-prices", region]).exits(3)
    };
    from("us-esat-1").says("has no prices of `us-esat-1`").says("did you mean `us-east-1`?");
    from("ca-west-1").says("has no prices of `ca-west-1`").says("it has those of ");
    from("cn-north-1").says("has no prices of `cn-north-1`");
    // Nothing in US dollars can be said of China, whoever's prices are at hand.
    let china = place.run(&["cost-estimate", "--region", "cn-north-1", ASSUME[0], ASSUME[1]]).exits(3);
    china.says("billed in CNY");
}

/// The book has the first tier of London's REST API, which ends at 333 million requests.
#[test]
fn more_than_the_tiers_that_are_known_are_for_is_told_in_every_output() {
    let place = place();
    let there = ["cost-estimate", "--region", "eu-west-2", "--usage", "events_per_month=1B"];
    let run = |more: &[&str]| place.run(&[&there[..], more].concat()).exits(0);
    let text = run(&[]).says("1 price too high above the tiers that are known");
    let line = text.stdout.lines().find(|line| line.contains("API Gateway requests")).unwrap();
    assert!(line.ends_with("; too high: its upper tiers are not known"), "{line}");
    assert!(text.stdout.contains("too high, since only the lower tiers of the price are known: API Gateway requests"));
    run(&["--markdown"]).says("; too high: its upper tiers are not known |");
    run(&["--html"]).says("; too high: its upper tiers are not known</small></td>").says(" (too high)</b>");
    run(&["--shapes"]).says("(too high)").says("this file: too high, since only the lower tiers");
    run(&["--months", "2"]).says("(too high)");
    run(&["--scale", "1M,1B", "--svg", "scale.svg"]).says("(too high)");
    let svg = std::fs::read_to_string(place.path().join("scale.svg")).unwrap();
    assert!(
        svg.contains(">too high, since only the lower tiers of the price are known: API Gateway requests"),
        "{svg}"
    );
    let json: Value = serde_json::from_str(&run(&["--json"]).stdout).unwrap();
    assert_eq!(json["incomplete_tiers"], json!(["API Gateway requests"]));
    let compared = run(&["--compare", "other.yaml"]).says("; too high: its upper tiers are not known");
    assert!(
        compared.stdout.contains("(2 prices missing, 1 price too high") || compared.stdout.contains("1 price too high")
    );
    // With as much as the first tier is for, there is nothing to say.
    let few = place.run(&["cost-estimate", "--region", "eu-west-2", "--usage", "events_per_month=300M"]).exits(0);
    assert!(!few.stdout.contains("too high"), "{}", few.stdout);
}

/// Storage grows from month to month, so an amount without its month says little.
#[test]
fn every_output_names_its_month_and_where_prices_are_from() {
    let place = place();
    let fifth = ["cost-estimate", "--region", "us-east-1", "--month", "5"];
    let run = |more: &[&str]| place.run(&[&fifth[..], more].concat()).exits(0);
    for form in [&[][..], &["--markdown"], &["--html"], &["--shapes"], &["--scale", "1M"], &["--compare", "other.yaml"]]
    {
        let text = run(form).stdout;
        assert!(text.contains("month 5") || text.contains("month:  5"), "{form:?}: {text}");
    }
    run(&["--compare", "other.yaml", "--markdown"]).says(", in month 5");
    run(&["--scale", "1M,2M", "--svg", "scale.svg"]);
    assert!(std::fs::read_to_string(place.path().join("scale.svg")).unwrap().contains(">in month 5</text>"));
    let read = |more: &[&str]| -> Value { serde_json::from_str(&run(&[more, &["--json"]].concat()).stdout).unwrap() };
    let (month, compared) = (read(&[]), read(&["--compare", "other.yaml"]));
    assert_eq!((&month["month"], &read(&["--shapes"])["month"]), (&json!(5.0), &json!(5.0)));
    assert_eq!((&compared["month_before"], &compared["month_after"]), (&json!(5.0), &json!(5.0)));
    assert_eq!(read(&["--scale", "1M"])["points"][0]["month"], json!(5.0));
    let urls = lines(&month).iter().map(|line| line["price_source_url"].as_str().unwrap());
    assert!(urls.clone().all(|url| url.starts_with("https://")) && urls.count() > 10);
    let keys = ["DENTAKU", "CATCHME"];
    let told = [run(&["--explain"]).stdout, run(&["--html"]).stdout, month.to_string()];
    assert!(told.iter().all(|text| text.contains("https://github.com/miruky/aws-dentaku")));
    assert!(told.iter().all(|text| keys.iter().all(|key| !text.contains(&format!("from {key}")))));
}

/// A key is a header that no page may send unasked. Who knows how often browsers ask says so, and 0 is an answer.
#[test]
fn preflights_that_nobody_counts_are_told_where_browsers_ask_first() {
    let place = Place::example("clickstream");
    let words = "no preflight is counted";
    let month = |more: &[&str]| place.run(&[&["cost-estimate"], more].concat()).exits(0);
    for form in [&[][..], &["--markdown"], &["--html"], &["--json"]] {
        month(form).says(words);
        let told = month(&[form, &["--usage", "preflights_per_request=0"]].concat());
        assert!(!told.stdout.contains(words), "{form:?}: {}", told.stdout);
    }
    for (key, other) in
        [("api_keys: [web, mobile]", "api_keys: []"), ("cors: { origins: [\"*\"] }", "cors: { origins: [] }")]
    {
        let yaml = place.yaml();
        assert!(yaml.contains(key), "{yaml}");
        // A quota is of a key.
        let without_quota = |line: &&str| other != "api_keys: []" || !line.trim_start().starts_with("quota:");
        let changed = yaml.replace(key, other);
        place.write(&changed.lines().filter(without_quota).collect::<Vec<_>>().join("\n"));
        let told = month(&[]);
        assert!(!told.stdout.contains(words), "{other}: {}", told.stdout);
        place.write(&yaml);
    }
    let lean = Place::example("lean").run(&["cost-estimate"]).exits(0);
    assert!(!lean.stdout.contains(words), "Lambda answers those of a function URL: {}", lean.stdout);
}

#[test]
fn what_has_no_price_anywhere_says_why() {
    let place = Place::example("clickstream");
    let yaml = place.yaml();
    assert!(yaml.contains("type: G.1X"));
    place.write(&yaml.replace("type: G.1X", "type: R.1X"));
    let why = "R workers are billed in memory-optimized DPU-hours";
    for form in [&[][..], &["--markdown"], &["--html"], &["--json"]] {
        place.run(&[&["cost-estimate"], form].concat()).exits(0).says(why);
    }
}

//! What is said of regions of which prices are missing: in none of them does a missing price count as nothing.

use crate::support::{Place, root, sampled};
use serde_json::{Map, Value, json};

/// Of the book, of the partition without a price in it, and of another one that is billed in US dollars.
pub(crate) fn regions(book: &Value) -> Vec<String> {
    let of_book = book["regions"].as_object().unwrap().keys().cloned();
    of_book.chain(["me-central-1", "ca-west-1", "us-gov-west-1"].map(str::to_owned)).collect()
}

/// The book with everything that is missing anywhere at this price. No region lacks anything then.
fn filled(book: &Value, price: f64) -> Value {
    let mut filled = book.clone();
    let mut every = Map::new();
    for place in book["regions"].as_object().unwrap().values().chain([&book["global"]]) {
        for (name, figure) in place.as_object().unwrap() {
            let made = json!({"value": price, "unit": figure["unit"], "source": "made up", "as_of": "2026-01-01"});
            every.entry(name.clone()).or_insert(made);
        }
    }
    for region in regions(book) {
        let mut prices = every.clone();
        if !region.starts_with("us-gov-") {
            prices.extend(book["global"].as_object().unwrap().clone());
        }
        prices.extend(book["regions"].get(&region).and_then(Value::as_object).cloned().unwrap_or_default());
        filled["regions"][&region] = Value::Object(prices);
    }
    filled
}

/// What holds an element of a list together in two documents: its names, or its place.
fn same<'a>(list: &'a [Value], index: usize, one: &Value) -> Option<&'a Value> {
    let names = ["item", "part", "key", "before", "after", "name"];
    if names.iter().any(|name| one[*name].is_string()) {
        return list
            .iter()
            .find(|other| names.iter().all(|name| !one[*name].is_string() || one[*name] == other[*name]));
    }
    list.get(index)
}

/// Every amount that is told as whole is in the other document as well, and what is told as the least is not more than it.
fn hold(told: &Value, filled: &Value, path: &str, whole: &mut usize) {
    match told {
        Value::Object(map) => {
            for (name, value) in map {
                let path = format!("{path}/{name}");
                let amount = name.ends_with("_cents") && value.is_number()
                    || ["per_million", "share_of_saas"].contains(&&**name);
                if let Some(least) = name.strip_suffix("_at_least_cents") {
                    let all = filled[format!("{least}_cents")].as_i64().unwrap_or_else(|| panic!("{path}: {filled:#}"));
                    assert!(value.as_i64().unwrap() <= all, "{path}: {value} is more than {all}");
                } else if name == "compared_change_cents" || name.starts_with("levers_not") || name == "missing" {
                    // Of some of the lines, and says so.
                } else if amount && !value.is_null() {
                    assert_eq!(value, &filled[name], "{path} follows from a missing price");
                    *whole += 1;
                } else {
                    hold(value, &filled[name], &path, whole);
                }
            }
        }
        Value::Array(list) => {
            let others = filled.as_array().map_or(&[][..], Vec::as_slice);
            for (index, one) in list.iter().enumerate() {
                let path = format!("{path}/{index}");
                match same(others, index, one) {
                    Some(other) => hold(one, other, &path, whole),
                    // Which batch is best follows from prices; what it saves is told as a part where one is missing.
                    None if one["saves_at_least_cents"].is_number() && one["saves_cents"].is_null() => {}
                    None => panic!("{path}: {one} is not in {filled:#}"),
                }
            }
        }
        _ => {}
    }
}

/// Lines of a text with amounts that are not said to be a part; blanks are how wide a column is.
fn whole_lines(text: &str) -> impl Iterator<Item = String> {
    let part = ["at least", "can be compared", "no price"];
    let whole = text.lines().filter(move |line| line.contains('$') && !part.iter().any(|words| line.contains(words)));
    whole.map(|line| {
        // Of a total that is not known nothing is a part.
        line.split_whitespace().filter(|word| !word.ends_with('%')).collect::<Vec<_>>().join(" ")
    })
}

/// What is asked of each region.
const QUESTIONS: [&[&str]; 5] = [
    &["--compare-price-per-million", "100"],
    &["--shapes"],
    &["--scale", "0,1M,2B"],
    &["--months", "3"],
    &["--compare", "other.yaml", "--usage", "events_per_month=3M"],
];

/// A clickstream, and a lean pipeline in another region beside it.
pub(crate) fn place() -> Place {
    let place = Place::example("clickstream");
    let lean = std::fs::read_to_string(root().join("examples/lean/pipeline.yaml")).unwrap();
    std::fs::write(place.path().join("other.yaml"), lean).unwrap();
    std::fs::write(place.path().join("there.yaml"), format!("{}\nregion: us-east-1\n", place.yaml())).unwrap();
    place
}

pub(crate) fn ask(place: &Place, region: &str, prices: Option<&str>, question: &[&str]) -> String {
    let prices = prices.map(|file| ["--prices", file]);
    let fixed = [&["cost-estimate", "--region", region][..], question].concat();
    place.run(&[&fixed[..], prices.as_ref().map_or(&[][..], |prices| &prices[..])].concat()).exits(0).stdout
}

fn written(place: &Place, name: &str, book: &Value) {
    std::fs::write(place.path().join(name), book.to_string()).unwrap();
}

pub(crate) fn book() -> Value {
    let text = std::fs::read_to_string(root().join("templates/prices/book.yaml")).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

/// With every missing price at nothing and at a thousand dollars, nothing that was whole changes.
#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn nothing_that_is_told_as_whole_follows_from_a_missing_price() {
    let (place, book) = (place(), book());
    written(&place, "free.yaml", &filled(&book, 0.0));
    written(&place, "dear.yaml", &filled(&book, 1000.0));
    let all = regions(&book);
    assert!(all.len() >= 26);
    let half = |regions: &[String]| {
        for (index, region) in regions.iter().enumerate() {
            // A month and a difference are asked of each region, tables of some.
            let asked = [0, 1 + index % 3, 4].map(|question| QUESTIONS[question]);
            asked.into_iter().for_each(|question| documents_hold(&place, region, question));
            texts_hold(&place, region, QUESTIONS[if index % 2 == 0 { 0 } else { 4 }]);
        }
    };
    let all = sampled(all, 4);
    let (one, two) = all.split_at(all.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| half(one));
        half(two);
    });
}

fn documents_hold(place: &Place, region: &str, question: &[&str]) {
    let json = [question, &["--json"]].concat();
    let read = |prices| -> Value { serde_json::from_str(&ask(place, region, prices, &json)).unwrap() };
    let told = read(None);
    let lacks = told.to_string().contains("\"missing\":[\"");
    assert!(
        lacks || region == "us-east-1" || told["complete"] == true || told["missing"] == json!([]),
        "{region} {question:?}"
    );
    for file in ["free.yaml", "dear.yaml"] {
        let mut whole = 0;
        hold(&told, &read(Some(file)), &format!("{region} {question:?}"), &mut whole);
        assert!(region != "us-east-1" || whole > 5, "{question:?}: {whole}");
    }
}

fn texts_hold(place: &Place, region: &str, question: &[&str]) {
    let text = ask(place, region, None, question);
    for file in ["free.yaml", "dear.yaml"] {
        let filled: Vec<_> = whole_lines(&ask(place, region, Some(file), question)).collect();
        for line in whole_lines(&text).filter(|line| !line.starts_with("list prices")) {
            assert!(filled.contains(&line), "{region} {question:?}: `{line}` follows from a missing price");
        }
    }
}

/// A region that has fewer prices is not a cheaper one.
#[test]
fn regions_are_compared_over_what_has_a_price_in_both() {
    let place = place();
    std::fs::write(place.path().join("pipeline.yaml"), format!("{}\nregion: sa-east-1\n", place.yaml())).unwrap();
    let compare = ["cost-estimate", "--compare", "there.yaml"];
    let ran = place.run(&[&compare[..], &["--markdown"]].concat()).exits(0);
    let headline = ran.stdout.lines().find(|line| line.starts_with("**A month")).unwrap();
    assert!(
        headline.contains("at least $") && headline.contains("missing") && headline.contains("of what can be compared"),
        "{headline}"
    );
    let text = place.run(&compare).exits(0).says("left out, without a verified price: ").says("Firehose ingestion");
    assert!(
        text.stdout.lines().any(|line| line.starts_with("deliver") && line.ends_with("unknown")),
        "{}",
        text.stdout
    );
    let json: Value = serde_json::from_str(&place.run(&[&compare[..], &["--json"]].concat()).exits(0).stdout).unwrap();
    assert_eq!(
        (&json["change_cents"], &json["after_cents"], &json["complete"]),
        (&Value::Null, &Value::Null, &json!(false))
    );
    assert!(json["missing"].as_array().unwrap().contains(&json!("Firehose ingestion")));
}

#[test]
fn what_is_missing_is_told_in_every_output() {
    let place = place();
    let there = ["cost-estimate", "--region", "eu-west-1"];
    let run = |more: &[&str]| place.run(&[&there[..], more].concat()).exits(0);
    let text = run(&[]).says("(3 prices missing)").says("no verified price in eu-west-1: Firehose ingestion");
    assert!(!text.stdout.contains("per million events") && !text.stdout.contains("of a SaaS"), "{}", text.stdout);
    run(&["--markdown"]).says("**at least $").says("(3 prices missing) a month**");
    run(&["--html"]).says("<p class=\"sum\">at least $").says("Not in the amounts and the chart");
    run(&["--shapes"]).says("at least $").says("lean: no verified price in eu-west-1");
    run(&["--months", "2"]).says("at least $").says("no verified price in eu-west-1");
    run(&["--scale", "1M,1B", "--svg", "scale.svg"]).says("at least $");
    let svg = std::fs::read_to_string(place.path().join("scale.svg")).unwrap();
    assert!(svg.contains("in all, at least") && svg.contains("stroke-dasharray"), "{svg}");
    let json: Value = serde_json::from_str(&run(&["--json"]).stdout).unwrap();
    for name in ["total_cents", "fixed_cents", "usage_cents", "per_million", "share_of_saas"] {
        assert_eq!(json[name], Value::Null, "{name}");
    }
    assert_eq!(json["missing"], json!(["Firehose ingestion", "Glue crawler raw", "Glue crawler parquet"]));
    assert_eq!(json["parts_cents"]["deliver"], Value::Null);
    assert!(json["parts_cents"]["ingest"].is_i64() && json["total_at_least_cents"].is_i64());
    // What is certain is more than the budget already.
    place.run(&[&there[..], &["--budget", "100"]].concat()).exits(4).says("a month costs at least $");
    place.run(&[&there[..], &["--budget", "100000"]].concat()).exits(4).says("is not known: no price for");
    let plan = place.run(&["plan", "--local", "--region", "eu-west-1"]).exits(0);
    plan.says("A month: $0.00 -> at least $").says("(3 prices missing)").says("left out, without a verified price");
}

/// The price of `flex` is missing in most regions; the whole job seemed to be saved.
#[test]
fn a_lever_without_its_price_is_named_and_has_no_amount() {
    let place = place();
    for region in ["us-east-2", "eu-west-1", "sa-east-1"] {
        let json: Value = serde_json::from_str(&ask(&place, region, None, &["--json"])).unwrap();
        let has = |list: &str| json[list].as_array().unwrap().iter().any(|lever| lever["key"] == "etl.execution");
        assert!(!has("levers") && has("levers_not_estimated"), "{region}: {}", json["levers"]);
        for form in [&[][..], &["--markdown"], &["--html"]] {
            let text = ask(&place, region, None, form);
            assert!(
                text.to_lowercase().contains("not estimated") && text.contains("etl.execution"),
                "{region} {form:?}: {text}"
            );
        }
    }
}

#[test]
fn what_is_no_region_or_is_billed_in_another_currency_has_no_estimate() {
    let place = place();
    let at = |region: &str| place.run(&["cost-estimate", "--region", region]).exits(3);
    at("mars-north-1").says("`mars-north-1` is no region of AWS");
    at("eu-wset-1").says("did you mean `eu-west-1`?");
    let china = at("cn-northwest-1").says("billed in CNY");
    assert!(!china.stdout.contains('$') && !china.stderr.contains('$'));
    let government = place.run(&["cost-estimate", "--region", "us-gov-west-1"]).exits(0).says("not known (");
    assert!(!government.stdout.contains("$0.00 "), "{}", government.stdout);
    assert!(government.stdout.lines().filter(|line| line.contains('$')).count() == 0, "{}", government.stdout);
    // A file that is compared with has a region, too.
    std::fs::write(place.path().join("there.yaml"), format!("{}\nregion: mars-north-1\n", place.yaml())).unwrap();
    place.run(&["cost-estimate", "--compare", "there.yaml"]).exits(3).says("mars-north-1");
    // Somebody's own book may have a region that nobody else knows.
    let mut own = book();
    own["regions"]["mars-north-1"] = own["regions"]["us-east-1"].clone();
    written(&place, "own.yaml", &own);
    place.run(&["cost-estimate", "--region", "mars-north-1", "--prices", "own.yaml"]).exits(0).says("a month");
}

#[test]
fn a_plan_in_china_says_that_its_costs_are_not_estimated() {
    let place = place();
    let plan = place.run(&["plan", "--local", "--region", "cn-north-1"]).exits(0);
    let plan = plan.says("costs are not estimated: `cn-north-1` is of AWS China").says("CNY");
    assert!(!plan.stdout.contains("A month"), "{}", plan.stdout);
    let json = place.run(&["plan", "--local", "--region", "cn-north-1", "--json"]).exits(0).stdout;
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["cost"], Value::Null);
}

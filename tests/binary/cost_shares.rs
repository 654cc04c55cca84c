//! What part of a month each line is, what an event costs, and what a year does.

use crate::support::Place;
use serde_json::Value;

fn document(place: &Place, arguments: &[&str]) -> Value {
    let ran = place.run(&[&["cost-estimate", "--json"], arguments].concat()).exits(0);
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn shares_are_of_the_total_and_add_up() {
    let place = Place::example("clickstream");
    let json = document(&place, &[]);
    let total = json["total_cents"].as_f64().unwrap();
    let mut sum = 0.0;
    for line in json["lines"].as_array().unwrap() {
        let (share, cents) = (line["share"].as_f64().unwrap(), line["cost_cents"].as_f64().unwrap());
        assert!((share * total - cents).abs() < 1e-6, "{line}");
        sum += share;
    }
    assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    let halves = ["fixed", "usage"].map(|name| {
        let (share, cents) = (&json[format!("{name}_share")], &json[format!("{name}_cents")]);
        assert!((share.as_f64().unwrap() * total - cents.as_f64().unwrap()).abs() < 1e-6, "{name}");
        cents.as_f64().unwrap()
    });
    assert_eq!(halves[0] + halves[1], total);
    let (million, event) = (json["per_million"].as_f64().unwrap(), json["per_event"].as_f64().unwrap());
    assert!((million / 1e6 - event).abs() < 1e-15 && (event * 200e6 * 100.0 - total).abs() < 1.0, "{event}");
    let shown = format!("{:.1}%", json["lines"][0]["share"].as_f64().unwrap() * 100.0);
    let item = json["lines"][0]["item"].as_str().unwrap();
    place.run(&["cost-estimate", "--markdown"]).exits(0).says(&shown).says("the first year, months 1 to 12");
    let text = place.run(&["cost-estimate"]).exits(0).says("for each").stdout;
    let line = text.lines().find(|line| line.contains(item)).unwrap();
    assert!(line.contains(&shown), "{line}");
}

#[test]
fn the_first_year_is_the_sum_of_its_months_whichever_is_shown() {
    let place = Place::example("clickstream");
    let months = document(&place, &["--months"]);
    for month in ["1", "6", "40"] {
        let json = document(&place, &["--month", month]);
        assert_eq!(json["first_year_cents"], months["points"][11]["so_far_cents"], "{month}");
    }
    let [first, last] = [0, 11].map(|index: usize| months["points"][index]["total_cents"].as_i64().unwrap());
    assert!(last > first, "storage grows: {first} {last}");
}

#[test]
fn an_incomplete_total_has_no_share_and_no_price_for_an_event() {
    let place = Place::example("clickstream");
    let json = document(&place, &["--region", "eu-west-1"]);
    for key in ["per_million", "per_event", "fixed_share", "usage_share", "first_year_cents", "share_of_saas"] {
        assert_eq!(json[key], Value::Null, "{key}");
    }
    assert!(json["lines"].as_array().unwrap().iter().all(|line| line["share"] == Value::Null));
    assert!(json["first_year_at_least_cents"].as_i64().unwrap() > 0);
    for form in [&[][..], &["--markdown"], &["--html"]] {
        let text = place.run(&[&["cost-estimate", "--region", "eu-west-1"], form].concat()).exits(0).stdout;
        let shares = text.split_whitespace().filter(|word| {
            word.trim_matches(|c| "()|;<>/".contains(c))
                .strip_suffix('%')
                .is_some_and(|share| share.parse::<f64>().is_ok())
        });
        assert_eq!(shares.count(), 0, "{form:?}: {text}");
    }
}

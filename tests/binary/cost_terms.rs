//! `cost-estimate` in another currency and after a discount: in every amount, and told with each.
//! That they scale to the cent is counted anew by `generated_bills.py`, with decimal numbers.

use crate::support::Place;
use serde_json::{Value, json};

const TERMS: [&str; 6] = ["--currency", "EUR", "--rate", "0.5", "--discount", "20%"];

fn document(place: &Place, arguments: &[&str]) -> Value {
    let ran = place.run(&[&["cost-estimate", "--json"], arguments].concat()).exits(0);
    serde_json::from_str(&ran.stdout).unwrap()
}

fn place() -> Place {
    let place = Place::example("clickstream");
    std::fs::write(place.path().join("other.yaml"), place.yaml().replace("hourly", "daily")).unwrap();
    place
}

#[test]
fn every_output_is_in_the_currency_and_tells_the_list_price() {
    let place = place();
    let asked: [&[&str]; 9] = [
        &[],
        &["--explain"],
        &["--markdown"],
        &["--html"],
        &["--shapes"],
        &["--shapes", "--markdown"],
        &["--months", "2"],
        &["--compare", "other.yaml"],
        &["--scale", "1M,1B", "--svg", "scale.svg"],
    ];
    for question in asked {
        let ran = place.run(&[&["cost-estimate"], &TERMS[..], question].concat()).exits(0);
        let text =
            ran.says("mounts are in EUR at 0.5 for a US dollar, after a discount of 20%").says("EUR 0.4 here").stdout;
        let (told, other): (Vec<_>, Vec<_>) =
            text.lines().partition(|line| line.contains("at list prices in US dollars"));
        assert!(told.len() == 1 && told[0].contains('$') && text.contains("EUR "), "{question:?}: {text}");
        // Nothing else is in dollars but prices of units, which are the price list's.
        let dollars: Vec<_> = other.iter().filter(|line| line.contains('$') && !line.contains(" per ")).collect();
        assert!(dollars.is_empty(), "{question:?}: {dollars:?}");
    }
    let svg = std::fs::read_to_string(place.path().join("scale.svg")).unwrap();
    assert!(svg.contains("EUR a month") && svg.contains("amounts are in EUR"), "{svg}");
    assert_eq!(svg.matches('$').count(), 2, "{svg}");
}

#[test]
fn documents_say_in_what_they_are_and_scale() {
    let place = place();
    let asked: [&[&str]; 5] =
        [&[], &["--shapes"], &["--months", "2"], &["--scale", "1M,1B"], &["--compare", "other.yaml"]];
    for question in asked {
        let [plain, told] = [&[][..], &TERMS].map(|terms| document(&place, &[question, terms].concat()));
        assert_eq!(
            (&plain["currency"], &plain["rate"], &plain["discount_percent"]),
            (&json!("USD"), &json!(1.0), &json!(0.0))
        );
        assert_eq!(
            (&told["currency"], &told["rate"], &told["discount_percent"]),
            (&json!("EUR"), &json!(0.5), &json!(20.0))
        );
        let mut counted = 0;
        scales(&plain, &told, "", &mut counted);
        assert!(counted > 15, "{question:?}: {counted}");
    }
}

/// Every number of cents is 0.4 of what it was, but for what rounding each line moves; list prices are as they were.
fn scales(plain: &Value, told: &Value, name: &str, counted: &mut usize) {
    match (plain, told) {
        (Value::Object(one), Value::Object(other)) => {
            for (key, value) in one {
                // The amounts of parts have the parts' names.
                let named = if name == "parts_cents" { "part_cents" } else { key };
                other.get(key).into_iter().for_each(|other| scales(value, other, named, counted));
            }
        }
        (Value::Array(one), Value::Array(other)) => {
            assert_eq!(one.len(), other.len(), "{name}");
            one.iter().zip(other).for_each(|(one, other)| scales(one, other, name, counted));
        }
        _ if name.starts_with("list_") => assert_eq!(plain, told, "{name}"),
        _ if name.ends_with("_cents") => {
            let (Some(one), Some(other)) = (plain.as_f64(), told.as_f64()) else {
                return assert_eq!(plain, told, "{name}");
            };
            assert!((one * 0.4 - other).abs() <= 15.0, "{name}: {one} {other}");
            *counted += 1;
        }
        _ => {}
    }
}

#[test]
fn a_saas_is_exchanged_and_gives_no_discount() {
    let place = place();
    let [plain, told] = [&[][..], &TERMS].map(|terms| document(&place, terms)["share_of_saas"].as_f64().unwrap());
    assert!((plain * 0.8 - told).abs() < 1e-4, "{plain} {told}");
    place.run(&[&["cost-estimate"], &TERMS[..]].concat()).exits(0).says("of a SaaS at EUR 75.00");
}

#[test]
fn a_budget_is_in_the_currency() {
    let place = place();
    let total = document(&place, &[])["total_cents"].as_f64().unwrap() / 100.0;
    let budget = (total * 0.4 + 1.0).to_string();
    place.run(&[&["cost-estimate", "--budget", &budget], &TERMS[..]].concat()).exits(0);
    place.run(&["cost-estimate", "--budget", &budget]).exits(4);
    let less = [&["cost-estimate", "--budget", "10"], &TERMS[..]].concat();
    place.run(&less).exits(4).says("more than the budget of EUR 10");
}

#[test]
fn what_is_no_currency_no_rate_and_no_discount_is_refused() {
    let place = Place::example("clickstream");
    let refused =
        |arguments: &[&str], why: &str| drop(place.run(&[&["cost-estimate"], arguments].concat()).exits(3).says(why));
    for bad in ["nan", "inf", "-1", "0", "1e300", "x", ""] {
        refused(&["--currency", "EUR", &format!("--rate={bad}")], "a rate is a number");
    }
    for bad in ["nan%", "-1%", "101%", "10", "inf%", "%"] {
        refused(&[&format!("--discount={bad}")], "a discount is 0% to 100%");
    }
    for bad in ["EUX", "eur", "XXX", "€"] {
        refused(&["--currency", bad, "--rate", "1"], "no currency of ISO 4217");
    }
    refused(&["--currency", "EUR"], "needs its rate");
    refused(&["--currency", "USD", "--rate", "2"], "a US dollar is one US dollar");
    refused(&["--rate", "2"], "--currency");
    place.run(&["cost-estimate", "--currency", "USD"]).exits(0);
    // AWS China's list is in CNY and not here: no rate makes one of it.
    refused(&["--region", "cn-north-1", "--currency", "CNY", "--rate", "7.1"], "CNY");
    place.run(&["cost-estimate", "--currency", "JPY", "--rate", "155.37"]).exits(0).says("JPY ");
}

//! The page of `cost-estimate --html`, and its chart.

use crate::support::{Place, judge};

fn page(place: &Place, arguments: &[&str]) -> String {
    place.run(&[&["cost-estimate", "--html"], arguments].concat()).exits(0).stdout
}

#[test]
fn the_page_tells_the_volume_the_month_and_where_the_money_goes() {
    let place = Place::example("clickstream");
    let page = page(&place, &["--month", "5"]);
    for words in [
        "<h1>clickstream/prod: 200,000,000 events a month</h1>",
        "<p>in month 5; storage",
        "<dt>fixed, with no event</dt><dd>$",
        "<dt>the first year, months 1 to 12</dt><dd>$",
        "% of a SaaS at $150",
        "<h2>Month by month</h2>",
        "<h2>Levers</h2>",
        "<code>--shapes</code>",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    for part in ["ingest", "deliver", "store", "transform", "query", "logs"] {
        assert!(page.contains(&format!("<li><i class=\"{part}\"></i>{part} <b>$")), "{part}");
    }
    assert_eq!(page.matches("<title>month 12, ").count(), 6, "every part in the last column");
    assert!(!page.contains("Beside other products"));
}

#[test]
fn what_is_not_known_is_no_amount_of_nothing() {
    let place = Place::example("lean");
    // AWS has this region, and the book not one price of it.
    let nothing = page(&place, &["--region", "us-gov-west-1"]);
    assert!(nothing.contains("<p class=\"sum\">not known ("), "{nothing}");
    assert!(!nothing.contains("Month by month") && !nothing.contains("%</small>"), "{nothing}");
    let some = page(&place, &["--region", "eu-west-1"]);
    assert!(some.contains("<p class=\"sum\">at least $") && some.contains("from at least $"), "{some}");
}

/// Chromium lays it out in a frame as wide as a phone: nothing is wider, in dollars and in the longest amounts.
#[test]
#[ignore = "needs Chromium"]
fn the_page_fits_a_phone() {
    let place = Place::example("clickstream");
    let long = ["--compare", "all", "--currency", "IRR", "--rate", "42000"];
    let shapes: [&[&str]; 4] = [
        &["--region", "eu-west-2", "--assume-region-prices", "us-east-1", "--usage", "events_per_month=1B"],
        &["--compare", "all"],
        &long,
        &["--region", "eu-west-1", "--compare", "all"],
    ];
    for more in shapes {
        std::fs::write(place.path().join("page.html"), page(&place, more)).unwrap();
        let told = judge("page_width.py", &[place.path().join("page.html").to_str().unwrap(), "400", "360"]);
        assert_eq!(told.trim(), "fits: 400, 360", "{more:?}");
    }
}

#[test]
fn a_chart_of_one_number_of_events_is_refused() {
    let place = Place::example("clickstream");
    for scale in ["1M", "1M,1M", "0,1M", "0"] {
        place.run(&["cost-estimate", "--scale", scale, "--svg", "one.svg"]).exits(3).says("has no line");
        assert!(!place.path().join("one.svg").exists(), "{scale}");
        place.run(&["cost-estimate", "--scale", scale]).exits(0);
    }
    place.run(&["cost-estimate", "--scale", "1M,2M", "--svg", "two.svg"]).exits(0);
}

//! Days, and lines beside lines.

use super::asked::Charge;
use super::measured::Calls;
use super::*;
use crate::config::{Shape, usual};
use crate::cost::{Billed, Inputs};

#[test]
fn a_bill_has_the_whole_days_of_a_month() {
    let date = |text: &str| text.parse::<Date>().unwrap();
    let days = |month: &str, today: &str| Days::of_month(date(month), date(today)).map(|days| days.to_string());
    assert_eq!(days("2026-11-01", "2026-11-26").as_deref(), Some("2026-11-01 to 2026-11-25"));
    assert_eq!(days("2026-11-17", "2027-02-01").as_deref(), Some("2026-11-01 to 2026-11-30"));
    assert_eq!(days("2026-11-01", "2026-11-01"), None);
    assert_eq!(days("2027-01-01", "2026-11-01"), None);
    let february = Days::of_month(date("2028-02-01"), date("2028-03-01")).unwrap();
    assert_eq!((february.count(), february.of_all()), (29.0, 29.0));
    assert!(february.has(1_835_481_599) && !february.has(1_835_481_600), "{:?}", february.seconds());
}

/// Cold starts are on the bill, and in no metric.
#[test]
fn what_a_call_is_billed_has_the_starts_in_it_however_late_the_bill_is() {
    let pipeline = usual(Shape::Lean);
    let billed = Billed::of_file(&pipeline, "us-east-1");
    let memory = f64::from(billed.track_memory_mb().unwrap());
    let days = Days::of_month("2026-11-01".parse().unwrap(), "2026-11-03".parse().unwrap()).unwrap();
    let learned = |starts_ms: f64, of_all: f64| {
        let measured = Measured { track: Some(Calls { count: 192.0, millis: 192.0 * 22.0 }), ..Measured::default() };
        let seconds = (192.0 * 22.5 + starts_ms) / 1000.0;
        let mut charges = Charges::default();
        for (usage, quantity) in [("USE1-Lambda-GB-Second-ARM", seconds * memory / 1024.0), ("USE1-Request-ARM", 192.0)]
        {
            let charge = Charge { quantity: quantity * of_all, ..Charge::default() };
            charges.all.insert(("AWS Lambda".to_owned(), usage.to_owned()), charge);
        }
        let all = learn(&measured, &charges, (&billed, &Inputs::of(&pipeline)), days);
        let one = all.into_iter().find(|one| one.name == "track_ms").unwrap();
        (one.text, one.source.contains("starts"))
    };
    assert_eq!(learned(1500.0, 1.0), ("30.3125".to_owned(), true));
    assert_eq!(learned(1500.0, 0.5), ("30.3125".to_owned(), true));
    assert_eq!(learned(0.0, 1.0), ("22.5".to_owned(), false));
    // Nothing of Lambda is on the bill yet.
    assert_eq!(learned(1500.0, 0.0), ("22.5".to_owned(), false));
}

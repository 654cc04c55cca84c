//! Days, and lines beside lines.

use super::*;

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

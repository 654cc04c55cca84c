//! How long ago something was.

use jiff::Timestamp;

/// How long ago it was, in the unit that people would take.
pub(crate) fn age(now: Timestamp, then: Timestamp) -> String {
    let seconds = now.as_second().saturating_sub(then.as_second()).max(0);
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        format!("2026-11-26T{time}Z").parse().unwrap()
    }

    #[test]
    fn ages_are_in_the_unit_that_people_would_take() {
        for (time, shown) in
            [("00:00:00", "0 s"), ("00:01:59", "119 s"), ("00:02:00", "2 min"), ("01:59:59", "119 min")]
        {
            assert_eq!(age(at(time), at("00:00:00")), shown);
        }
        assert_eq!(age(at("02:00:00"), at("00:00:00")), "2 h");
        assert_eq!(age(at("12:00:00"), "2026-11-20T12:00:00Z".parse().unwrap()), "6 days");
        // S3 tells times to the second, and AWS's clocks are several.
        assert_eq!(age(at("12:00:00"), at("12:00:01")), "0 s");
    }
}

//! When rate expressions fire: "Rate expressions reference" (EventBridge).

use jiff::{SignedDuration, Timestamp};

/// The first time after `after` at which an expression fires; `None` where it is none.
pub(super) fn next(expression: &str, after: Timestamp) -> Option<Timestamp> {
    let body = expression.strip_prefix("rate(")?.strip_suffix(')')?;
    let (value, unit) = body.split_once(' ')?;
    let value: i64 = value.parse().ok().filter(|value| *value > 0)?;
    // AWS wants the singular for one, and the plural for more.
    let (unit, many) = unit.strip_suffix('s').map_or((unit, false), |unit| (unit, true));
    let minutes = match unit {
        "minute" => 1,
        "hour" => 60,
        "day" => 24 * 60,
        _ => return None,
    };
    let length = SignedDuration::from_mins(value.checked_mul(minutes)?);
    (many == (value > 1)).then(|| after.checked_add(length).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_time_is_so_much_after_the_last() {
        let last: Timestamp = "2026-11-24T01:30:00Z".parse().unwrap();
        for (expression, at) in [
            ("rate(1 minute)", "2026-11-24T01:31:00Z"),
            ("rate(1 hour)", "2026-11-24T02:30:00Z"),
            ("rate(5 minutes)", "2026-11-24T01:35:00Z"),
            ("rate(2 days)", "2026-11-26T01:30:00Z"),
        ] {
            assert_eq!(next(expression, last), Some(at.parse().unwrap()), "{expression}");
        }
        for none in
            ["rate(1 hours)", "rate(2 hour)", "rate(0 minutes)", "rate(1 week)", "rate(hour)", "cron(0 * * * ? *)"]
        {
            assert_eq!(next(none, last), None, "{none}");
        }
    }
}

//! Differences of times beside intervals: whole days are days, however they came about.

use super::{Aws, PLENTY};

const HOURS: [i64; 7] = [-24, 0, 1, 24, 25, 48, 72];
/// Intervals, in hours.
const INTERVALS: [(&str, i64); 6] = [
    ("INTERVAL '1' HOUR", 1),
    ("INTERVAL '24' HOUR", 24),
    ("INTERVAL '1' DAY", 24),
    ("INTERVAL '1 1' DAY TO HOUR", 25),
    ("2 * INTERVAL '1' DAY", 48),
    ("INTERVAL '0' DAY", 0),
];

fn told(hours: i64, other: i64) -> String {
    [hours > other, hours <= other, hours == other, (other..=48).contains(&hours), hours == other || hours == 72]
        .map(|is| is.to_string())
        .join(",")
}

#[test]
fn differences_of_times_compare_with_intervals() {
    let aws = Aws::new(PLENTY);
    let kinds = [
        ("TIMESTAMP '2026-11-10 00:00:00'", 1),
        ("TIMESTAMP '2026-11-10 00:00:00 Europe/Berlin'", 1),
        ("DATE '2026-11-10'", 24),
    ];
    for (time, unit) in kinds {
        let hours: Vec<_> = HOURS.into_iter().filter(|hours| hours % unit == 0).collect();
        let step = if unit == 24 { "DAY" } else { "HOUR" };
        let rows: Vec<_> =
            hours.iter().map(|hours| format!("({hours}, {time} + {} * INTERVAL '1' {step})", hours / unit)).collect();
        for (interval, other) in INTERVALS {
            let gap = format!("(t - {time})");
            let sql = format!(
                "SELECT {gap} > {interval}, {gap} <= {interval}, {gap} = {interval}, {gap} BETWEEN {interval} AND INTERVAL \
                 '2' DAY, {gap} IN ({interval}, INTERVAL '3' DAY) FROM (VALUES {}) v(n, t) ORDER BY n",
                rows.join(", ")
            );
            let expected = hours.iter().map(|hours| told(*hours, other)).collect();
            assert_eq!(aws.query(&sql), Ok(expected), "{sql}");
        }
        let sql = format!(
            "SELECT sum(g), avg(g), max(g), count(DISTINCT g) FROM (SELECT t - {time} AS g FROM (VALUES {}) v(n, t))",
            rows.join(", ")
        );
        let (sum, count) = (hours.iter().sum::<i64>(), hours.len());
        let span = |millis: i64| {
            format!(
                "{} {:02}:{:02}:{:02}.{:03}",
                millis / 86_400_000,
                millis / 3_600_000 % 24,
                millis / 60_000 % 60,
                millis / 1000 % 60,
                millis % 1000
            )
        };
        // Half a millisecond goes up.
        let mean = (sum * 3_600_000 * 2 / count as i64 + 1) / 2;
        let expected = format!("{},{},3 00:00:00.000,{count}", span(sum * 3_600_000), span(mean));
        assert_eq!(aws.query(&sql), Ok(vec![expected]), "{sql}");
    }
}

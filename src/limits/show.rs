//! Amounts as people read them.

use super::table::{Limit, Raised, Unit};

impl Unit {
    /// Without a number, as a table has it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::RequestsPerSecond => "requests/s",
            Self::Requests => "requests",
            Self::RecordsPerSecond => "records/s",
            Self::BytesPerSecond => "bytes/s",
            Self::Executions => "executions at once",
            Self::Bytes => "bytes",
            Self::Seconds => "s",
            Self::Minutes => "min",
        }
    }
}

/// `231 requests/s`, `1.5 MiB/s`.
pub(crate) fn amount(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Bytes => bytes(value),
        Unit::BytesPerSecond => format!("{}/s", bytes(value)),
        Unit::Requests => format!("{} {}", volume(value), unit.word()),
        _ => format!("{} {}", count(value), unit.word()),
    }
}

/// At most three digits behind which nothing is lost that matters: `1.04 GiB`.
fn bytes(value: f64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let fits = |power: usize| value < 1024_f64.powi(power as i32 + 1);
    let power = (0..UNITS.len()).find(|power| fits(*power)).unwrap_or(UNITS.len() - 1);
    // Firehose's page says 1,000 KiB, and MiB would hide that.
    let power = if value == 1_024_000.0 { 1 } else { power };
    format!("{} {}", count(value / 1024_f64.powi(power as i32)), UNITS[power])
}

/// With commas between thousands, and a fraction where there is not much else.
pub(crate) fn count(value: f64) -> String {
    if value < 100.0 && value.fract().abs() > 1e-9 {
        let shown = format!("{value:.2}");
        return shown.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let digits = format!("{:.0}", value.min(1e18));
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// Of events: `1.5B`, `200M`.
pub(crate) fn volume(events: f64) -> String {
    let units = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")];
    // Half a unit of the third digit rounds to the next one.
    match units.iter().find(|(size, _)| events >= size * 0.9995) {
        Some((size, unit)) => {
            let places = if events / size < 9.995 { 2 } else { usize::from(events / size < 99.95) };
            let shown = format!("{:.places$}", events / size);
            let shown = if shown.contains('.') { shown.trim_end_matches('0').trim_end_matches('.') } else { &shown };
            format!("{shown}{unit}")
        }
        None => count(events.floor()),
    }
}

impl Limit {
    /// Whether AWS gives more, and by which way.
    pub(crate) fn how_raised(&self) -> String {
        let code = self.code.map(|(_, code)| format!(", {code}")).unwrap_or_default();
        match self.raised {
            Raised::Quota => format!("ask for `{}` of {} in Service Quotas{code}", self.name, self.service),
            Raised::By(way) => format!("raised by {way}{code}"),
            Raised::Never => "AWS does not raise it".to_owned(),
        }
    }

    /// Whether an account can have more.
    pub(crate) fn is_adjustable(&self) -> bool {
        self.raised != Raised::Never
    }
}

//! `docs/limits.md` says what the table says.

use super::*;
use crate::limits::table::LIMITS;

fn table() -> String {
    let row = |limit: &Limit| {
        let (usual, elsewhere) = limit.values();
        let usual = amount(usual, limit.unit);
        let value = elsewhere.map_or_else(
            || usual.clone(),
            |(regions, value)| format!("{usual}; {} in {}", amount(value, limit.unit), regions.join(", ")),
        );
        let raised = limit.how_raised();
        format!(
            "| {} | {} | {value} | {raised} | [{}]({}) |\n",
            limit.service, limit.name, limit.source.title, limit.source.url
        )
    };
    let head = "| Service | Limit | An account has at first | More | Source |\n|---|---|---|---|---|\n";
    LIMITS.iter().map(row).fold(head.to_owned(), |table, row| table + &row)
}

#[test]
fn the_page_has_the_table() {
    let page = include_str!("../../../docs/limits.md");
    assert!(page.contains(&table()), "docs/limits.md should have:\n{}", table());
}

#[test]
fn amounts_are_read_at_a_glance() {
    for (shown, expected) in [
        (amount(3858.02, Unit::RequestsPerSecond), "3,858 requests/s"),
        (amount(0.05, Unit::RequestsPerSecond), "0.05 requests/s"),
        (amount(1_024_000.0, Unit::Bytes), "1,000 KiB"),
        (amount(5.0 * 1_048_576.0, Unit::BytesPerSecond), "5 MiB/s"),
        (amount(1.5e9, Unit::Requests), "1.5B requests"),
        (volume(999_600.0), "1M"),
        (volume(129_600_000.0), "130M"),
        (volume(1_370_000_000.0), "1.37B"),
        (volume(12.0), "12"),
        (volume(0.0), "0"),
        (count(12_345_678.0), "12,345,678"),
        (count(100.0), "100"),
        (count(99.999), "100"),
    ] {
        assert_eq!(shown, expected);
    }
}

//! `docs/reliability.md`, as the whole matrix writes it.

use super::FAULTS;
use super::trial::{Cell, Verdict};
use crate::support::root;
use std::collections::BTreeSet;
use std::path::PathBuf;

const HEAD: &str = "\
# What a bad answer does

`cargo test --workspace --test binary -- --ignored matrix::every_operation_survives_every_fault` tries each operation that
the commands send, in the first of them that sends it, with each way in which its answer can go wrong: once, and for ever. It
writes this page, and fails where a run hangs, says that it is done while a look at the state says otherwise, does not tell
the operation, AWS's code or the host and a hint, or where the next run does not end the work. CI tries each operation with
one of the faults each day.

- **500**, **503**, **429**: AWS's errors. **dropped**: the connection ends before the work is done; **lost**: after it.
- **truncated**: the second half of the answer is missing. **web page**, **empty**: status 200 with what is not AWS's.
- **silent**: the connection stands, and nothing comes.

In a cell, what one such answer comes to / what it comes to if every answer is so:
`+` survived; `!` ended within its limits with operation, code or host, and a hint, and the next run went on.

";

fn page() -> PathBuf {
    root().join("docs/reliability.md")
}

/// Which part of the matrix is to be tried, of how many: `SHARD=2/4`.
pub(super) fn shard() -> (usize, usize) {
    let asked = std::env::var("SHARD").unwrap_or_else(|_| "1/1".to_owned());
    let (shard, shards) = asked.split_once('/').unwrap();
    (shard.parse().unwrap(), shards.parse().unwrap())
}

/// The operations that the page has.
pub(super) fn operations() -> BTreeSet<String> {
    let text = std::fs::read_to_string(page()).unwrap();
    text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(str::to_owned)).collect()
}

fn file(operation: &str) -> PathBuf {
    root().join("target/reliability").join(operation.replace(':', "-"))
}

/// The row of an operation that was tried before.
pub(super) fn kept(operation: &str) -> Option<String> {
    std::fs::read_to_string(file(operation)).ok()
}

/// Keeps the rows of operations of which nothing is wrong.
pub(super) fn keep(cells: &[Cell<'_>], verdicts: &[(Cell<'_>, Verdict)]) {
    std::fs::create_dir_all(root().join("target/reliability")).unwrap();
    let tried = cells.chunks(2 * FAULTS.len()).zip(rows(cells, verdicts));
    for (cells, row) in tried.filter(|(_, row)| !row.contains('?')) {
        std::fs::write(file(cells[0].operation), row).unwrap();
    }
}

/// Writes the page, if there is a row of each operation.
pub(super) fn write<'a>(operations: impl Iterator<Item = &'a str>) {
    if let Some(rows) = operations.map(kept).collect::<Option<Vec<_>>>() {
        let text = whole(&rows);
        println!("{text}");
        std::fs::write(page(), text).unwrap();
    }
}

/// A row for each operation.
fn rows(cells: &[Cell<'_>], verdicts: &[(Cell<'_>, Verdict)]) -> Vec<String> {
    cells.chunks(2 * FAULTS.len()).map(|cells| row(cells, verdicts)).collect()
}

/// Of one operation. What was not tried is wrong.
fn row(cells: &[Cell<'_>], verdicts: &[(Cell<'_>, Verdict)]) -> String {
    let sign = |cell: &Cell<'_>| {
        let is_it = |(other, _): &&(Cell<'_>, Verdict)| {
            (other.operation, other.fault, other.ever) == (cell.operation, cell.fault, cell.ever)
        };
        match verdicts.iter().find(is_it) {
            Some((_, Verdict::Survived)) => '+',
            Some((_, Verdict::Told)) => '!',
            Some((_, Verdict::Wrong(_))) | None => '?',
        }
    };
    let shown: Vec<_> = cells.chunks(2).map(|pair| format!("{} / {}", sign(&pair[0]), sign(&pair[1]))).collect();
    format!("| `{}` | {} | {} |", cells[0].operation, cells[0].scene.name, shown.join(" | "))
}

fn whole(rows: &[String]) -> String {
    let names: Vec<_> = FAULTS.iter().map(|(name, _)| *name).collect();
    let columns = format!("| Operation | In | {} |\n|---|---|{}", names.join(" | "), "---|".repeat(names.len()));
    let (rows, operations) = (rows.join("\n"), rows.len());
    let count = |sign: &str| rows.split_whitespace().filter(|word| *word == sign).count();
    let (survived, told, cells) = (count("+"), count("!"), operations * 2 * FAULTS.len());
    format!(
        "{HEAD}{columns}\n{rows}\n\n{operations} operations, {cells} cells: {survived} survived, {told} ended and told.\n"
    )
}

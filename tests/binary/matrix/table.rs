//! `docs/reliability.md`, as the whole matrix writes it.

use super::FAULTS;
use super::cell::{Cell, Verdict};
use crate::support::root;
use std::fmt::Write as _;

const HEAD: &str = "\
# What a bad answer does

`cargo test --workspace --test binary -- --ignored matrix::` tries each operation that `plan`, `apply` and `destroy` send in
the first of the commands that sends it, with each way in which its answer can go wrong: once, and for ever. It writes this
page, and fails where a run hangs, says that it is done while a look at the state says otherwise, does not tell the
operation, AWS's code or the host and a hint, or where the next run does not end the work. CI tries a sample with every change.

- **500**, **503**, **429**: AWS's errors. **dropped**: the connection ends before the work is done; **lost**: after it.
- **truncated**: the second half of the answer is missing. **web page**, **empty**: status 200 with what is not AWS's.
- **silent**: the connection stands, and nothing comes.

In a cell, what one such answer comes to / what it comes to if every answer is so:
`+` survived; `!` ended within its limits with operation, code or host, and a hint, and the next run went on.

";

pub(super) fn write(cells: &[Cell<'_>], verdicts: &[Verdict]) {
    let names: Vec<_> = FAULTS.iter().map(|(name, _)| *name).collect();
    let mut text = HEAD.to_owned();
    let _ = writeln!(text, "| Operation | In | {} |", names.join(" | "));
    let _ = writeln!(text, "|---|---|{}", "---|".repeat(names.len()));
    let sign = |verdict: &Verdict| match verdict {
        Verdict::Survived => '+',
        Verdict::Told => '!',
        Verdict::Wrong(_) => '?',
    };
    let per_operation = 2 * FAULTS.len();
    let rows = cells.chunks(per_operation).zip(verdicts.chunks(per_operation));
    let mut rows: Vec<_> = rows
        .map(|(cells, verdicts)| {
            let shown = verdicts.chunks(2).map(|pair| format!("{} / {}", sign(&pair[0]), sign(&pair[1])));
            let shown: Vec<_> = shown.collect();
            format!("| `{}` | {} | {} |", cells[0].operation, cells[0].scene.name, shown.join(" | "))
        })
        .collect();
    rows.sort();
    let _ = writeln!(text, "{}", rows.join("\n"));
    let count = |wanted: char| verdicts.iter().filter(|verdict| sign(verdict) == wanted).count();
    let (survived, told, operations) = (count('+'), count('!'), rows.len());
    let _ =
        writeln!(text, "\n{operations} operations, {} cells: {survived} survived, {told} ended and told.", cells.len());
    std::fs::write(root().join("docs/reliability.md"), text).unwrap();
}

//! Tells a history that breaks a promise: in words, as it happened, and as code for a test.

use crate::history::History;
use crate::judge::Broken;
use crate::planted::Planted;
use crate::play::play;
use std::fmt::Write as _;

pub(crate) fn story(seed: Option<u64>, history: &History, broken: &Broken, planted: Option<Planted>) -> String {
    let mut text = format!("\n{:?} is broken: {}\n\n", broken.promise, broken.words);
    for (moment, words) in play(history, planted, true).log {
        let _ = writeln!(text, "  {:>9.3} s  {words}", moment as f64 / 1000.0);
    }
    let _ = writeln!(text, "\nAs a test of `found.rs`:\n\n    {}\n", code(history));
    if let Some(seed) = seed {
        let command = "cargo test -p pipectl-engine --test simulation -- --ignored --nocapture replay";
        let _ = writeln!(text, "Again, from the whole history of its seed:\n\n    SEED={seed} {command}\n");
    }
    text
}

/// What `Debug` prints is Rust, but for its lists.
pub(crate) fn code(history: &History) -> String {
    format!("{history:?}").replace('[', "vec![")
}

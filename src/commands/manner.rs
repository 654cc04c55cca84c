//! How AWS is talked to, as the command line has it.

use super::waiting::show_waiting;
use crate::aws::{Manner, Recorder, Timeouts, Timings, wait_at_most};
use crate::commands::Global;
use crate::report::alert;

/// With each request on stderr as it ends, if that was asked for.
pub(super) fn manner(global: &Global) -> Manner {
    show_waiting();
    let timings = Timings::new(global.verbose.then_some(|line| alert(line)));
    if let Some(limit) = global.longest_wait {
        wait_at_most(limit);
    }
    let recorder = Recorder::of_environment().unwrap_or_else(|error| {
        alert(format_args!("nothing is recorded: the file of `PIPECTL_RECORD` cannot be written: {error}"));
        Recorder::default()
    });
    Manner { timeouts: Timeouts::of(global.request_timeout), timings, recorder }
}

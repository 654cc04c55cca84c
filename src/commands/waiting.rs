//! Says on a terminal what is waited for, where nothing else is told for a second.

use crate::aws::{Pause, waited_for};
use crate::report::{Bar, silent_for};
use std::sync::Once;
use std::time::Duration;

/// For how long nobody wonders.
const SILENCE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(200);

/// From now on, once however many connections there are.
pub(super) fn show_waiting() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| drop(tokio::spawn(watch())));
}

async fn watch() {
    let (mut shown, mut pause): (Option<Bar>, _) = (None, Pause::steady(PAUSE));
    loop {
        pause.pass().await;
        let waited = waited_for().filter(|(_, since)| since.elapsed() >= SILENCE && silent_for() >= SILENCE);
        let Some((words, since)) = waited else {
            shown = None;
            continue;
        };
        shown.get_or_insert_with(|| Bar::turning_for(since.elapsed())).show(&words);
    }
}

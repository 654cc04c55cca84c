//! Looks at what goes on in Local AWS while it serves, and shows it.

use super::request;
use crate::aws::Pause;
use crate::report::{Bar, Status, say};
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(500);

/// Shows it for as long as there is somebody to see it; never ends.
pub(super) async fn watch(url: &str, token: &str) {
    let url = format!("{url}/_local/status");
    let bar = Bar::new(None, "\n{msg}");
    let (mut before, mut pause, mut took) = (None, Pause::steady(PAUSE), Duration::ZERO);
    loop {
        pause.pass_after(took).await;
        let began = Instant::now();
        let read =
            request::get(&url, token).await.ok().and_then(|status| serde_json::from_value::<Status>(status).ok());
        took = began.elapsed();
        let Some(status) = read else { continue };
        if bar.is_shown() {
            bar.show_lines(&status.screen().join("\n"));
            continue;
        }
        let line = status.line();
        if before.as_ref().is_some_and(|before| *before != line) {
            say(format_args!("{}  {line}", status.time()));
        }
        before = Some(line);
    }
}

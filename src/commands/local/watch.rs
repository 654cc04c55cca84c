//! Looks at what goes on in Local AWS while it serves, and shows it.

use super::request;
use crate::aws::Pause;
use crate::report::Status;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(500);

/// Shows it for as long as there is somebody to see it; never ends.
pub(super) async fn watch(url: &str) {
    let url = format!("{url}/_local/status");
    let bar = std::io::stderr().is_terminal().then(screen);
    let (mut before, mut pause) = (None, Pause::steady(PAUSE));
    loop {
        pause.pass().await;
        let read = request::get(&url).await.ok().and_then(|status| serde_json::from_value::<Status>(status).ok());
        let Some(status) = read else { continue };
        match &bar {
            Some(bar) => bar.set_message(status.screen().join("\n")),
            None => {
                let line = status.line();
                let is_news = before.as_ref().is_some_and(|before| *before != line);
                // Nobody reads any more: it serves all the same.
                if is_news && writeln!(std::io::stderr(), "{}  {line}", status.time()).is_err() {
                    return std::future::pending().await;
                }
                before = Some(line);
            }
        }
    }
}

fn screen() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("\n{msg}");
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

//! What is said while Glue works, and of how it ended.

use crate::aws::Pause;
use crate::report::{Paint, say};
use indicatif::{ProgressBar, ProgressStyle};
use std::fmt;
use std::io::IsTerminal as _;
use std::time::Duration;

/// How a crawl or a run of the job ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// In AWS's word.
    pub(super) state: String,
    pub(super) well: bool,
    /// As AWS measured it.
    pub(super) seconds: Option<f64>,
    /// What AWS bills.
    pub(super) dpu_seconds: Option<f64>,
    /// AWS's words for a failure.
    pub(super) message: Option<String>,
    /// Log group and log stream.
    pub(super) log: (String, String),
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.state)?;
        if let Some(seconds) = self.seconds {
            write!(f, "  {} s", short(seconds))?;
        }
        if let Some(seconds) = self.dpu_seconds {
            write!(f, "  {} DPU-seconds", short(seconds))?;
        }
        Ok(())
    }
}

/// Whole numbers without a point, others with one digit behind it.
fn short(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A spinner on a terminal, a line per state elsewhere; on stderr.
#[derive(Debug)]
pub(super) struct Watch {
    address: String,
    paint: Paint,
    bar: Option<ProgressBar>,
    state: String,
    pause: Pause,
}

impl Watch {
    pub(super) fn new(address: String, paint: Paint) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
            let bar = ProgressBar::new_spinner().with_style(style);
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Self {
            address,
            paint,
            bar,
            state: String::new(),
            pause: Pause::growing(Duration::from_millis(100), Duration::from_secs(5)),
        }
    }

    /// A line of its own.
    pub(super) fn say(&self, words: &str) {
        let line = format!("{} {words}", self.paint.strong(&self.address));
        match &self.bar {
            Some(bar) => bar.suspend(|| say(line)),
            None => say(line),
        }
    }

    /// What AWS says it is doing.
    pub(super) fn show(&mut self, state: &str) {
        if self.state == state {
            return;
        }
        self.state = state.to_owned();
        match &self.bar {
            Some(bar) => bar.set_message(format!("{} {state}", self.address)),
            None => self.say(state),
        }
    }

    /// Until it is time to look again: soon at first, later every five seconds.
    pub(super) async fn pause(&mut self) {
        self.pause.pass().await;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_with_what_aws_measured() {
        let mut ended = Ended {
            state: "SUCCEEDED".into(),
            well: true,
            seconds: Some(72.0),
            dpu_seconds: Some(432.25),
            message: None,
            log: (String::new(), String::new()),
        };
        assert_eq!(ended.to_string(), "SUCCEEDED  72 s  432.2 DPU-seconds");
        (ended.seconds, ended.dpu_seconds) = (None, None);
        assert_eq!(ended.to_string(), "SUCCEEDED");
    }
}

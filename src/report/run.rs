//! What is said while Glue works, and of how it ended.

use super::foreign::one_line;
use super::paint::Paint;
use super::print::{Bar, say};
use serde_json::{Value, json};
use std::fmt;
use std::time::Duration;

/// How a crawl or a run of the job ended.
#[derive(Debug)]
pub(crate) struct RunEnd {
    /// In AWS's word.
    pub(crate) state: String,
    pub(crate) well: bool,
    /// As AWS measured it, where it does.
    pub(crate) seconds: Option<f64>,
    /// What AWS bills.
    pub(crate) dpu_seconds: Option<f64>,
    /// AWS's words for a failure.
    pub(crate) message: Option<String>,
    /// What it says of the rows that it wrote, and of what is in none of them.
    pub(crate) told: Vec<String>,
    /// Log group and log stream.
    pub(crate) log: (String, String),
}

impl RunEnd {
    /// Of what nobody but pipectl has measured.
    pub(crate) fn well(took: Duration) -> Self {
        let seconds = Some(took.as_secs_f64());
        Self {
            state: "SUCCEEDED".to_owned(),
            well: true,
            seconds,
            dpu_seconds: None,
            message: None,
            told: vec![],
            log: Default::default(),
        }
    }

    /// The same of what has failed, and why.
    pub(crate) fn badly(took: Duration, why: String) -> Self {
        Self { state: "FAILED".to_owned(), well: false, message: Some(why), ..Self::well(took) }
    }
}

/// For programs. `None` of what was started, and nobody waits for.
pub(crate) fn run_to_json(address: &str, ended: Option<&RunEnd>) -> Value {
    let log = ended.filter(|ended| !ended.log.0.is_empty());
    json!({
        "address": address,
        "state": ended.map(|ended| &ended.state),
        "succeeded": ended.map(|ended| ended.well),
        "seconds": ended.and_then(|ended| ended.seconds),
        "dpu_seconds": ended.and_then(|ended| ended.dpu_seconds),
        "message": ended.and_then(|ended| ended.message.as_ref()),
        "told": ended.map(|ended| &ended.told[..]).unwrap_or_default(),
        "log_group": log.map(|ended| &ended.log.0),
        "log_stream": log.map(|ended| &ended.log.1),
    })
}

impl fmt::Display for RunEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(&self.state))?;
        if let Some(seconds) = self.seconds {
            write!(f, "  {} s", short(seconds))?;
        }
        if let Some(seconds) = self.dpu_seconds {
            write!(f, "  {} DPU-seconds", short(seconds))?;
        }
        self.told.iter().try_for_each(|line| write!(f, "\n  {}", one_line(line)))
    }
}

/// Whole numbers without a point, others with one digit behind it.
fn short(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A spinner on a terminal, a line per state elsewhere; on stderr.
#[derive(Debug)]
pub(crate) struct Watch {
    address: String,
    paint: Paint,
    bar: Bar,
    state: String,
}

impl Watch {
    pub(crate) fn new(address: String, paint: Paint) -> Self {
        Self { address, paint, bar: Bar::spinner(), state: String::new() }
    }

    /// A line of its own.
    pub(crate) fn say(&self, words: &str) {
        say(format_args!("{} {}", self.paint.strong(&self.address), one_line(words)));
    }

    /// What AWS says it is doing.
    pub(crate) fn show(&mut self, state: &str) {
        if self.state == state {
            return;
        }
        self.state = state.to_owned();
        match self.bar.is_shown() {
            true => self.bar.show(&format!("{} {}", self.address, one_line(state))),
            false => self.say(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_with_what_aws_measured() {
        let mut ended = RunEnd {
            state: "SUCCEEDED".into(),
            well: true,
            seconds: Some(72.0),
            dpu_seconds: Some(432.25),
            message: None,
            told: vec!["5 rows written".into(), "not in the schema: values of field plan: 2".into()],
            log: (String::new(), String::new()),
        };
        let told = "\n  5 rows written\n  not in the schema: values of field plan: 2";
        assert_eq!(ended.to_string(), format!("SUCCEEDED  72 s  432.2 DPU-seconds{told}"));
        (ended.seconds, ended.dpu_seconds, ended.told) = (None, None, vec![]);
        assert_eq!(ended.to_string(), "SUCCEEDED");
    }
}

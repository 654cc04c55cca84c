//! What a process prints, on its way to CloudWatch Logs.

use super::Function;
use super::logging::{self, Level, Logging};
use crate::core::Core;
use crate::services::logs;
use jiff::Timestamp;
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};

/// Of a line that is longer, the rest is left out: CloudWatch Logs takes events of up to 1 MB.
const LONGEST_LINE: usize = 256 << 10;

/// "The last 4 KB of the execution log."
const LONGEST_TAIL: usize = 4 << 10;

/// When each was said, where that is known, and what.
type Lines = Arc<Mutex<Vec<(Option<i64>, String)>>>;

/// The log stream of one process.
#[derive(Debug)]
pub(crate) struct Journal {
    /// `2026/11/23/[$LATEST]0123456789abcdef`
    pub(super) stream: String,
    /// How long the start took, until it was reported.
    pub(super) init: Option<Duration>,
    region: String,
    role: String,
    group: String,
    logging: Logging,
    lines: Lines,
}

impl Journal {
    pub(super) fn new(function: &Function, now: Timestamp) -> Self {
        let id = hex::encode(rand::random::<[u8; 16]>());
        Self {
            stream: format!("{}/[{}]{id}", now.strftime("%Y/%m/%d"), function.version),
            init: None,
            region: function.region.clone(),
            role: function.role.clone(),
            group: function.log_group.clone(),
            logging: function.logging.clone(),
            lines: Arc::default(),
        }
    }

    /// Takes every line that the process prints there.
    pub(super) fn listen(&self, output: Option<impl AsyncRead + Unpin + Send + 'static>) {
        let Some(output) = output else { return };
        let lines = Arc::clone(&self.lines);
        tokio::spawn(async move {
            let mut reader = BufReader::new(output);
            let mut bytes = vec![];
            while reader.read_until(b'\n', &mut bytes).await.is_ok_and(|count| count > 0) {
                bytes.truncate(LONGEST_LINE);
                let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
                if !line.is_empty() {
                    lines.lock().unwrap_or_else(PoisonError::into_inner).push((None, line));
                }
                bytes.clear();
            }
        });
    }

    /// A line of Lambda itself about an error.
    pub(super) fn say(&self, core: &Core, line: String) {
        let line = if self.logging.is_json() { logging::error(core.clock.now(), &line) } else { line };
        self.push(core, line);
    }

    /// A line of Lambda itself about an invocation: as text, where it has one, or as an event of a level.
    pub(super) fn tell(&self, core: &Core, text: Option<String>, level: Level, (kind, record): (&str, Value)) {
        if !self.logging.is_json() {
            text.into_iter().for_each(|text| self.push(core, text));
        } else if self.logging.keeps(level) {
            self.push(core, logging::event(core.clock.now(), kind, &record));
        }
    }

    fn push(&self, core: &Core, line: String) {
        let now = core.clock.now().as_millisecond();
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push((Some(now), line));
    }

    /// The end of what was not written yet, as `LogType=Tail` gives it: of whole characters.
    pub(super) fn tail(&self) -> String {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let all: String = lines.iter().map(|(_, line)| format!("{line}\n")).collect();
        let start = all.len().saturating_sub(LONGEST_TAIL);
        let start = (start..=all.len()).find(|at| all.is_char_boundary(*at)).unwrap_or(start);
        all[start..].to_owned()
    }

    /// Writes what there is to CloudWatch Logs, under the function's role. A role that may not write leaves no
    /// logs, and nobody is told: as on AWS.
    pub(super) fn flush(&self, core: &Core) {
        let lines = std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner));
        if lines.is_empty() {
            return;
        }
        let now = core.clock.now();
        let mut events = vec![];
        // What the process said was there before the line of Lambda's that follows.
        let mut time = now.as_millisecond();
        for (said, line) in lines.into_iter().rev() {
            time = said.unwrap_or(time);
            let kept = if said.is_some() { Some(line) } else { self.logging.application(line, now) };
            events.extend(kept.map(|line| (time, line)));
        }
        events.reverse();
        if events.is_empty() {
            return;
        }
        let _ = core
            .run(&self.region, |context| logs::write_under(context, &self.role, &self.group, &self.stream, &events));
    }
}

//! What an apply is doing: spinners on a terminal, plain lines elsewhere. All of it goes to stderr.

use super::paint::Paint;
use super::print::say;
use crate::engine::plan::Action;
use crate::resources::{Event, Step};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::Duration;

#[derive(Debug)]
pub(crate) struct Progress {
    paint: Paint,
    terminal: Option<Spinners>,
}

#[derive(Debug)]
struct Spinners {
    bars: MultiProgress,
    running: BTreeMap<String, ProgressBar>,
}

impl Progress {
    pub(crate) fn new(paint: Paint) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let spinners = terminal.then(|| Spinners { bars: MultiProgress::new(), running: BTreeMap::new() });
        Self { paint, terminal: spinners }
    }

    /// A line above the spinners.
    pub(crate) fn say(&self, line: &str) {
        match &self.terminal {
            Some(spinners) if spinners.bars.println(line).is_ok() => {}
            _ => say(line),
        }
    }

    pub(crate) fn show(&mut self, event: &Event<'_>) {
        let paint = self.paint;
        match event {
            Event::Started(step) => self.started(step),
            Event::Finished(step, took) => {
                self.stopped(step);
                self.say(&format!("{} {} {}", paint.good(done(step.action())), step.address, seconds(*took)));
            }
            Event::Failed(step, error) => {
                self.stopped(step);
                let hint = error.hint().map_or_else(String::new, |hint| format!("\n  hint: {hint}"));
                self.say(&format!("{} {}: {error}{hint}", paint.bad("failed"), step.address));
            }
            Event::Skipped(step) => self.say(&format!("{} {}", paint.careful("not started"), step.address)),
        }
    }

    fn started(&mut self, step: &Step) {
        let words = format!("{} {}", doing(step.action()), step.address);
        let Some(spinners) = &mut self.terminal else {
            say(words);
            return;
        };
        let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = spinners.bars.add(ProgressBar::new_spinner().with_style(style).with_message(words));
        bar.enable_steady_tick(Duration::from_millis(100));
        spinners.running.insert(step.address.to_string(), bar);
    }

    fn stopped(&mut self, step: &Step) {
        let running = self.terminal.as_mut().and_then(|spinners| spinners.running.remove(&step.address.to_string()));
        if let Some(bar) = running {
            bar.finish_and_clear();
        }
    }
}

fn doing(action: Action) -> &'static str {
    match action {
        Action::NoOp => "reading",
        Action::Create => "creating",
        Action::Update => "updating",
        Action::Replace => "replacing",
        Action::Delete => "deleting",
    }
}

fn done(action: Action) -> &'static str {
    match action {
        Action::NoOp => "read",
        Action::Create => "created",
        Action::Update => "updated",
        Action::Replace => "replaced",
        Action::Delete => "deleted",
    }
}

fn seconds(took: Duration) -> String {
    format!("({:.1} s)", took.as_secs_f64())
}

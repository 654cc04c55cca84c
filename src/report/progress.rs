//! What an apply is doing: spinners on a terminal, plain lines elsewhere, on stderr; and lines for programs.

use super::error::failed_step;
use super::foreign::{below, one_line};
use super::machine::line;
use super::paint::Paint;
use super::print::{Bar, alert, is_quiet, say};
use crate::engine::plan::{Action, Order};
use crate::resources::{Event, Step};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How many of the steps under way have a line of their own: terminals have 24.
const ROWS: usize = 8;

#[derive(Debug)]
pub(crate) struct Progress {
    paint: Paint,
    /// Steps that there are to do.
    total: usize,
    ended: usize,
    /// `12 of 25`
    bar: Option<Bar>,
    /// In the order in which they began.
    running: Vec<Running>,
}

#[derive(Debug)]
struct Running {
    address: String,
    words: String,
    began: Instant,
    /// `None`: it has no room.
    bar: Option<Bar>,
}

impl Progress {
    pub(crate) fn new(paint: Paint) -> Self {
        Self { paint, total: 0, ended: 0, bar: None, running: vec![] }
    }

    /// So much is to be done.
    pub(crate) fn planned(&mut self, total: usize) {
        self.total = total;
    }

    pub(crate) fn show(&mut self, event: &Event<'_>) {
        let (kind, value) = to_json(event);
        line(kind, value);
        let paint = self.paint;
        match event {
            Event::Started(step) => self.started(step),
            Event::Finished(step, took) => {
                self.stopped(step);
                say(format_args!("{} {} {}", paint.good(done(step)), address(step), seconds(*took)));
            }
            Event::Failed(step, error) => {
                self.stopped(step);
                let (error, hint) = (below(&error.to_string(), 2), error.hint());
                let hint = hint.filter(|_| !is_quiet());
                let hint = hint.map_or_else(String::new, |hint| format!("\n  hint: {}", below(&hint, 2)));
                alert(format_args!("{} {}: {error}{hint}", paint.bad("failed"), address(step)));
            }
            Event::Skipped(step) => alert(format_args!("{} {}", paint.careful("not started"), address(step))),
            Event::Spared(step) => {
                self.stopped(step);
                let why = "what takes its place has been deleted meanwhile";
                alert(format_args!("{} {}: {why}", paint.careful("kept"), address(step)));
            }
        }
        self.draw();
    }

    fn started(&mut self, step: &Step) {
        let (address, words) = (step.address.to_string(), format!("{} {}", doing(step), address(step)));
        let bar = self.bar.get_or_insert_with(Bar::spinner);
        if !bar.is_shown() {
            say(&words);
        }
        self.running.push(Running { address, words, began: Instant::now(), bar: None });
    }

    fn stopped(&mut self, step: &Step) {
        let address = step.address.to_string();
        self.ended += 1;
        self.running.retain(|running| running.address != address);
    }

    /// What is under way, the oldest first, below how far all of it is.
    fn draw(&mut self) {
        if self.running.is_empty() {
            self.bar = None;
        }
        let Some(bar) = self.bar.as_ref().filter(|bar| bar.is_shown()) else { return };
        // What is replaced takes two steps.
        let total = self.total.max(self.ended + self.running.len());
        bar.show(&format!("{} of {total} done, {} under way", self.ended, self.running.len()));
        for running in self.running.iter_mut().take(ROWS) {
            let bar = running.bar.get_or_insert_with(|| Bar::turning_for(running.began.elapsed()));
            bar.show(&running.words);
        }
    }
}

/// What [`line`] tells of it.
fn to_json(event: &Event<'_>) -> (&'static str, Value) {
    let about = |step: &Step| json!({"address": step.address.to_string(), "action": step.action().name()});
    match event {
        Event::Started(step) => ("step_started", about(step)),
        Event::Finished(step, took) => {
            let mut value = about(step);
            value["seconds"] = json!(took.as_secs_f64());
            ("step_done", value)
        }
        Event::Failed(step, error) => {
            let mut value = about(step);
            value["error"] = failed_step(&step.address.to_string(), error);
            ("step_failed", value)
        }
        Event::Skipped(step) => ("step_skipped", about(step)),
        Event::Spared(step) => ("step_kept", about(step)),
    }
}

fn address(step: &Step) -> String {
    one_line(&step.address.to_string()).into_owned()
}

fn doing(step: &Step) -> &'static str {
    match step.action() {
        // The old one is deleted by a step of its own.
        Action::Replace if step.order() == Some(Order::CreateFirst) => "creating",
        Action::NoOp => "reading",
        Action::Create => "creating",
        Action::Update => "updating",
        Action::Replace => "replacing",
        Action::Delete => "deleting",
    }
}

fn done(step: &Step) -> &'static str {
    match step.action() {
        Action::Replace if step.order() == Some(Order::CreateFirst) => "created",
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

//! What an apply is doing: spinners on a terminal, plain lines elsewhere, on stderr; and lines for programs.

use super::error::failed_step;
use super::foreign::{below, one_line};
use super::machine::line;
use super::paint::Paint;
use super::print::{Bar, alert, is_quiet, say};
use crate::engine::plan::{Action, Order};
use crate::resources::{Event, Step};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Debug)]
pub(crate) struct Progress {
    paint: Paint,
    running: BTreeMap<String, Bar>,
}

impl Progress {
    pub(crate) fn new(paint: Paint) -> Self {
        Self { paint, running: BTreeMap::new() }
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
                let hint = hint
                    .filter(|_| !is_quiet())
                    .map_or_else(String::new, |hint| format!("\n  hint: {}", below(&hint, 2)));
                alert(format_args!("{} {}: {error}{hint}", paint.bad("failed"), address(step)));
            }
            Event::Skipped(step) => alert(format_args!("{} {}", paint.careful("not started"), address(step))),
            Event::Spared(step) => {
                self.stopped(step);
                let why = "what takes its place has been deleted meanwhile";
                alert(format_args!("{} {}: {why}", paint.careful("kept"), address(step)));
            }
        }
    }

    fn started(&mut self, step: &Step) {
        let words = format!("{} {}", doing(step), address(step));
        let bar = Bar::spinner();
        match bar.is_shown() {
            true => bar.show(&words),
            false => say(words),
        }
        self.running.insert(step.address.to_string(), bar);
    }

    fn stopped(&mut self, step: &Step) {
        self.running.remove(&step.address.to_string());
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

//! What is started by the time: which schedules there are is for services to say, how far each has come stands here.

mod cron;
mod rate;

use crate::api_error::Result;
use crate::context::Context;
use crate::core::Core;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Something that a schedule starts.
pub(crate) struct Scheduled {
    pub(crate) region: String,
    /// What it is called in an overview: `trigger`.
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    /// `cron(0 * * * ? *)`, `rate(1 hour)`.
    pub(crate) expression: String,
}

impl Scheduled {
    fn key(&self) -> String {
        format!("{}/{}/{}", self.region, self.kind, self.name)
    }
}

/// The schedules of one service, and the collection in which it keeps how far they have come: by region, kind and
/// name, the expression and when it fired last.
pub(crate) struct Timetable {
    pub(crate) fired: &'static str,
    pub(crate) all: Vec<Scheduled>,
}

/// The first time after `after` at which an expression fires; `None` where it never does, or is none.
pub(crate) fn next(expression: &str, after: Timestamp) -> Option<Timestamp> {
    cron::next(expression, after).or_else(|| rate::next(expression, after))
}

impl Timetable {
    /// When one fires next. One that nobody has looked at begins to count then.
    fn next(&self, core: &Core, one: &Scheduled) -> Option<Timestamp> {
        let fired = core.store.read(self.fired, &one.key()).ok().flatten()?;
        let last = fired["at"].as_i64().filter(|_| fired["expression"] == one.expression.as_str())?;
        next(&one.expression, Timestamp::from_millisecond(last).ok()?)
    }

    pub(crate) fn due(&self, core: &Core) -> Option<Timestamp> {
        self.all.iter().filter_map(|one| self.next(core, one)).min()
    }

    /// Starts what is due, each once, however long nobody was there to see it. Tells whether anything was.
    pub(crate) fn fire(&self, core: &Core, start: impl Fn(&Context<'_>, &Scheduled) -> Result<()>) -> bool {
        let (now, mut any) = (core.clock.now(), false);
        for one in &self.all {
            let known = core.store.read(self.fired, &one.key()).ok().flatten();
            let counts = known.is_some_and(|fired| fired["expression"] == one.expression.as_str());
            let is_due = counts && self.next(core, one).is_some_and(|next| next <= now);
            if counts && !is_due {
                continue;
            }
            any |= is_due;
            let _ = core.run(&one.region, |context| {
                let fired = json!({"expression": one.expression, "at": now.as_millisecond()});
                context.documents.put(self.fired, &one.key(), &fired)?;
                if is_due { start(context, one) } else { Ok(()) }
            });
        }
        any
    }

    /// What fires when.
    pub(crate) fn overview(&self, core: &Core) -> Vec<Value> {
        let one = |one: &Scheduled| {
            let next = self.next(core, one)?;
            Some(json!({"kind": one.kind, "name": one.name, "next": next.to_string()}))
        };
        self.all.iter().filter_map(one).collect()
    }
}

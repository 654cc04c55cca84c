//! Plays a history and says which promise breaks first.

use crate::client::{Client, Trouble};
use crate::cloud::Cloud;
use crate::file::{Part, sound};
use crate::history::{Act, Aim, History, Meddle, Runner};
use crate::judge::{Broken, Promise};
use crate::meddle::clear_the_way;
use crate::planted::Planted;
use crate::random::Random;
use crate::run::{Applied, Ended, run, warrant};
use crate::time::{Moment, Shared, Task};
use crate::verify::differs;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

/// Applies in which nothing goes wrong until the plan has to be empty.
const ENOUGH: usize = 3;

/// What came of a history.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) broken: Option<Broken>,
    pub(crate) log: Vec<(Moment, String)>,
    pub(crate) runs: usize,
    /// Runs that ended with success, were refused, failed in part, and were killed.
    pub(crate) ends: [usize; 4],
}

struct Play {
    shared: Shared,
    file: Vec<Part>,
    runs: usize,
    ends: [usize; 4],
    planted: Option<Planted>,
}

pub(crate) fn play(history: &History, planted: Option<Planted>, recording: bool) -> Played {
    let mut cloud = Cloud::new(Random::new(history.noise));
    cloud.conscience.recording = recording;
    cloud.forgets_tags = planted == Some(Planted::TagForgotten);
    let mut play = Play { shared: Shared::new(cloud), file: vec![], runs: 0, ends: [0; 4], planted };
    for act in &history.acts {
        play.act(act);
        if play.is_broken() {
            break;
        }
    }
    if !play.is_broken() {
        play.settle(Aim::File);
    }
    if history.destroyed && !play.is_broken() {
        play.settle(Aim::Nothing);
    }
    let conscience = std::mem::take(&mut play.shared.lock().cloud.conscience);
    Played { broken: conscience.broken.into_iter().next(), log: conscience.log, runs: play.runs, ends: play.ends }
}

impl Play {
    fn is_broken(&self) -> bool {
        !self.shared.lock().cloud.conscience.broken.is_empty()
    }

    fn breaks(&self, promise: Promise, words: String) {
        self.shared.lock().cloud.conscience.breaks(promise, words);
    }

    fn tell(&self, words: impl FnOnce() -> String) {
        let mut universe = self.shared.lock();
        let now = universe.cloud.now;
        universe.cloud.conscience.tell(now, words);
    }

    fn act(&mut self, act: &Act) {
        match act {
            Act::File(parts) => {
                self.file = sound(parts);
                let words: Vec<_> = self.file.iter().map(ToString::to_string).collect();
                self.tell(|| format!("the file is now: {}", words.join(", ")));
            }
            Act::Wait(seconds) => self.shared.pass(seconds * 1_000),
            Act::Meddle(meddle) => {
                self.tell(|| format!("somebody: {meddle:?}"));
                meddle.happen(&mut self.shared.lock().cloud);
            }
            Act::Run(runners, meddles) => drop(self.run(runners, meddles)),
        }
    }

    /// Runs them at once, and checks what each says of how it ended.
    fn run(&mut self, runners: &[Runner], meddles: &[(Moment, Meddle)]) -> Vec<Ended> {
        let now = self.shared.now();
        for (delay, meddle) in meddles.iter().copied() {
            self.shared.lock().at(now + delay, move |universe| {
                let at = universe.cloud.now;
                universe.cloud.conscience.tell(at, || format!("somebody: {meddle:?}"));
                meddle.happen(&mut universe.cloud);
            });
        }
        self.shared.lock().cloud.conscience.acted.clear();
        let clients: Vec<_> = runners.iter().map(|runner| self.client(runner, now)).collect();
        let stops: Vec<_> = runners.iter().map(|_| AtomicBool::new(false)).collect();
        let ends: Vec<_> = runners.iter().map(|_| Mutex::new(Ended::default())).collect();
        let mut tasks = vec![];
        for (index, runner) in runners.iter().enumerate() {
            let work = run(&clients[index], runner, &self.file, &stops[index], &ends[index]);
            tasks.push(Task::new(Box::pin(work), runner.end, &stops[index]));
        }
        if !crate::time::run(&self.shared, &mut tasks) {
            self.breaks(Promise::NeverStuck, "a run waits for what never comes".to_owned());
        }
        drop(tasks);
        let ends: Vec<_> = ends.into_iter().map(|end| end.into_inner().expect("nothing panicked")).collect();
        for end in &ends {
            self.count(end);
        }
        ends
    }

    fn client(&mut self, runner: &Runner, now: Moment) -> Client {
        let number = self.runs;
        self.runs += 1;
        self.tell(|| format!("run {number} begins: {runner}"));
        self.shared.lock().cloud.conscience.warrants.push(warrant(runner, &self.file, now));
        let troubles: Vec<Trouble> = runner.troubles.clone();
        Client::new(self.shared.clone(), number, troubles, self.planted)
    }

    fn count(&mut self, end: &Ended) {
        let index = match end {
            Ended::Applied(applied) if applied.is_success() => 0,
            Ended::Refused(_) => 1,
            Ended::Applied(_) | Ended::Stopped(_) => 2,
            Ended::Unfinished | Ended::Looked => 3,
        };
        self.ends[index] += 1;
    }

    /// Time passes, what is in the way is cleared, and nothing goes wrong any more: now it has to converge.
    fn settle(&mut self, aim: Aim) {
        self.tell(|| "now nothing goes wrong any more".to_owned());
        self.shared.pass(900_000);
        let mut last = Ended::default();
        for _ in 0..=ENOUGH {
            clear_the_way(&mut self.shared.lock().cloud, &self.file);
            last = self.run(&[Runner::calm(aim)], &[]).pop().unwrap_or_default();
            if self.is_broken() {
                return;
            }
            if matches!(&last, Ended::Applied(Applied { empty: true, .. })) {
                return self.as_desired(aim);
            }
            self.shared.pass(120_000);
        }
        self.breaks(Promise::Converges, format!("after {ENOUGH} applies the plan is not empty: {last}"));
    }

    fn as_desired(&self, aim: Aim) {
        let desired = if aim == Aim::Nothing { &[] } else { self.file.as_slice() };
        let wrong = differs(&self.shared.lock().cloud, desired);
        if !wrong.is_empty() {
            self.breaks(Promise::NothingDoubled, format!("the plan is empty, but {}", wrong.join("; ")));
        }
    }
}

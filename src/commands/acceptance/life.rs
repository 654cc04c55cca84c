//! One pipeline's life, at the target and beside it, until it is taken down.

use super::Trial;
use crate::acceptance::{
    DESTROY, Edit, GONE, Normal, QUERY, Ran, Recorded, Report, Shape, Side, Step, Told, Verdict, Work, drift,
    leftovers, walk,
};
use crate::aws::{Aws, Manner, Pause, Recorder, Target, Timeouts, Timings, connect};
use crate::commands::local::reach;
use crate::error::{Error, Exit, Result};
use crate::report::say;
use crate::signal::{Signals, remember, remembered};
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};

/// Between two looks for rows, first and at most; and between two destroys.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_secs(15);

/// How often a destroy that fails is tried: what it cannot take down now may be done with what it is at.
const DESTROYS: usize = 3;

/// For how long the Tagging API may still name what is gone.
const FORGETTING: Duration = Duration::from_secs(120);

/// How one side did a step.
struct Done {
    verdict: Verdict,
    detail: String,
}

impl Done {
    fn passed() -> Self {
        Self { verdict: Verdict::Passed, detail: String::new() }
    }

    fn skipped(why: &str) -> Self {
        Self { verdict: Verdict::Skipped, detail: why.to_owned() }
    }

    fn failed(why: impl Into<String>) -> Self {
        Self { verdict: Verdict::Failed, detail: why.into() }
    }

    /// A command's end, where these were wanted.
    fn of(ran: &Ran, wanted: &[i32]) -> Self {
        match ran.exit {
            Some(exit) if wanted.contains(&exit) => Self::passed(),
            Some(exit) => Self::failed(format!("exit code {exit}: {}", ran.errors())),
            None => Self::failed(format!("no exit code: {}", ran.errors())),
        }
    }
}

pub(super) struct Lives<'a> {
    trial: &'a Trial<'a>,
    target: Side,
    local: Side,
    signals: Signals,
    there: Vec<Recorded>,
    here: Vec<Recorded>,
}

impl<'a> Lives<'a> {
    pub(super) fn new(trial: &'a Trial<'a>, target: Side, local: Side) -> Self {
        Self { trial, target, local, signals: Signals::listen(), there: vec![], here: vec![] }
    }

    /// What was asked of the target, and of Local AWS.
    pub(super) fn recorded(&self) -> (&[Recorded], &[Recorded]) {
        (&self.there, &self.here)
    }

    pub(super) async fn live(&mut self, shape: Shape, report: &mut Report) -> Result<()> {
        self.write(shape, Edit::Nothing)?;
        let walked = match self.trial.args.clean_up {
            Some(_) => Ok(()),
            None => self.walk(shape, report).await,
        };
        self.take_down(shape, report).await;
        walked
    }

    async fn walk(&mut self, shape: Shape, report: &mut Report) -> Result<()> {
        for step in &walk() {
            if remembered().is_some() {
                break;
            }
            self.write(shape, step.edit)?;
            let failed = self.step(shape, step, report).await == Verdict::Failed;
            if failed && step.name == "apply" {
                say("without it there is nothing to go on with");
                break;
            }
        }
        Ok(())
    }

    fn write(&self, shape: Shape, edit: Edit) -> Result<()> {
        let Trial { name, region, glue, .. } = self.trial;
        for side in [&self.target, &self.local] {
            side.write(&shape.file(name, region, edit, *glue))?;
        }
        Ok(())
    }

    /// No error ends it all: what is there has to be taken down.
    async fn step(&mut self, shape: Shape, step: &Step, report: &mut Report) -> Verdict {
        let (name, began) = (format!("{} {}", shape.word(), step.name), Instant::now());
        let (trial, target, local) = (self.trial, self.target.clone(), self.local.clone());
        let clock = async {
            let done = at_target(trial, &target, shape, &name, &step.work).await;
            (done, began.elapsed())
        };
        let both = async { tokio::join!(clock, at_local(trial, &local, shape, &name, &step.work)) };
        let ((there, took), here) = self.through_signals(both).await;
        let there = recorded(&self.target, &name, there, &mut self.there);
        let here = recorded(&self.local, &name, here, &mut self.here);
        let told = Told {
            shape: shape.word(),
            step: step.name.clone(),
            verdict: there.verdict,
            seconds: took.as_secs_f64(),
            detail: self.masked(&there.detail),
            local: here.verdict,
        };
        self.tell(&told);
        if here.verdict == Verdict::Failed {
            say(format_args!("  on Local AWS: {}", here.detail));
        }
        report.steps.push(told);
        there.verdict
    }

    fn tell(&self, told: &Told) {
        let Told { shape, step, verdict, seconds, detail, .. } = told;
        let verdict = match verdict {
            Verdict::Passed => "passed",
            Verdict::Failed => "FAILED",
            Verdict::Skipped => "skipped",
        };
        say(format_args!("{shape:<7}  {step:<32}  {verdict:<7}  {seconds:>6.1} s  {detail}"));
    }

    /// Without whose account it is.
    fn masked(&self, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        Normal::of(&self.trial.name, self.there.iter().map(|one| &one.exchange)).masked(text)
    }

    /// The first signal lets what runs come to its end, which is then taken down; the second one ends the program.
    async fn through_signals<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                signal = self.signals.next() => {
                    if remembered().is_some() {
                        let name = &self.trial.name;
                        say(format_args!("not taken down: `pipectl aws-acceptance --clean-up {name}` does it"));
                        std::process::exit(Exit::from(signal) as i32);
                    }
                    remember(signal);
                    say(format_args!("{}: when this step is done, all is taken down (again to stop at once)", signal.word()));
                }
            }
        }
    }

    /// Whatever came before.
    async fn take_down(&mut self, shape: Shape, report: &mut Report) {
        let destroy = Step { name: "destroy".to_owned(), edit: Edit::Nothing, work: Work::Run(DESTROY, &[0]) };
        for attempt in 1..=DESTROYS {
            let verdict = self.step(shape, &destroy, report).await;
            if verdict == Verdict::Passed {
                break;
            }
            if attempt < DESTROYS {
                say("trying that again");
                // Of several attempts the last one counts.
                report.steps.pop();
                self.through_signals(Pause::steady(PAUSE).pass()).await;
            }
        }
        let gone =
            Step { name: "nothing left to destroy".to_owned(), edit: Edit::Nothing, work: Work::Run(GONE, &[0]) };
        self.step(shape, &gone, report).await;
        let trial = self.trial;
        let looked = self.through_signals(async { looked_for(trial, shape).await }).await;
        match looked {
            Ok(left) => report.left.extend(left.iter().map(|line| self.masked(line))),
            Err(error) => report.left.push(self.masked(&format!("{}: it is not known: {error}", shape.word()))),
        }
    }
}

/// Adds to `all` what a step has asked. A step of which nothing was written down is none that could be compared, and would
/// pass for one without a difference.
fn recorded(side: &Side, name: &str, done: Result<Done>, all: &mut Vec<Recorded>) -> Done {
    let exchanges = side.recorded(name);
    let done = match done {
        Ok(done) if done.verdict == Verdict::Passed && exchanges.is_empty() => {
            Done::failed("nothing of it was recorded: is there room in the directory for temporary files?")
        }
        Ok(done) => done,
        Err(error) => Done::failed(error.to_string()),
    };
    all.extend(exchanges);
    done
}

async fn at_target(trial: &Trial<'_>, side: &Side, shape: Shape, name: &str, work: &Work) -> Result<Done> {
    match work {
        Work::Run(arguments, wanted) => Ok(Done::of(&side.run(name, arguments).await?, wanted)),
        Work::Drift => Ok(drifted(drift(&target(trial, shape, &side.record(name)).await?).await)),
        Work::Rows if trial.global.is_local() => locally(side, shape, name).await,
        Work::Rows if shape == Shape::Article && !trial.glue => {
            Ok(Done::skipped("crawlers and job were not started: `--with-glue` does, for some minutes and cents more"))
        }
        Work::Rows => waiting(trial, side, shape, name).await,
    }
}

async fn at_local(trial: &Trial<'_>, side: &Side, shape: Shape, name: &str, work: &Work) -> Result<Done> {
    match work {
        Work::Run(arguments, wanted) => Ok(Done::of(&side.run(name, arguments).await?, wanted)),
        Work::Drift => {
            let local = Target::Local(reach(&side.place.join("local")).await?);
            Ok(drifted(drift(&reached(trial, shape, local, &side.record(name)).await?).await))
        }
        Work::Rows => locally(side, shape, name).await,
    }
}

fn drifted(changed: crate::aws::Result<()>) -> Done {
    changed.map_or_else(|error| Done::failed(error.to_string()), |()| Done::passed())
}

/// Where time passes when it is told to.
async fn locally(side: &Side, shape: Shape, name: &str) -> Result<Done> {
    let steps: &[&[&str]] = match shape {
        Shape::Article => &[&["local", "tick", "15min"], &["run", "all"], QUERY],
        Shape::Lean => &[&["local", "tick", "15min"], QUERY],
    };
    for arguments in steps {
        let ran = side.run(name, arguments).await?;
        let done = Done::of(&ran, &[0]);
        if done.verdict == Verdict::Failed {
            return Ok(done);
        }
        if *arguments == QUERY && rows(&ran.stdout) == 0 {
            return Ok(Done::failed("the query sees no event"));
        }
    }
    Ok(Done::passed())
}

/// Where it passes by itself: Firehose delivers after a minute, and then some.
async fn waiting(trial: &Trial<'_>, side: &Side, shape: Shape, name: &str) -> Result<Done> {
    let (began, mut last) = (Instant::now(), "no event is seen".to_owned());
    let (mut is_run, mut pause) = (shape == Shape::Lean, Pause::growing(FIRST_PAUSE, PAUSE));
    while remembered().is_none() && began.elapsed() < trial.args.wait {
        if !is_run && began.elapsed() >= Duration::from_secs(120) {
            let ran = Done::of(&side.run(name, &["run", "all"]).await?, &[0]);
            (is_run, last) = (ran.verdict == Verdict::Passed, ran.detail);
        }
        let ran = side.run(name, QUERY).await?;
        match rows(&ran.stdout) {
            0 if ran.exit == Some(0) => {}
            0 => last = ran.errors(),
            _ => return Ok(Done::passed()),
        }
        pause.pass().await;
    }
    Ok(Done::failed(format!("no row after {} s: {last}", began.elapsed().as_secs())))
}

/// What the query counted.
fn rows(json: &str) -> u64 {
    let answer: Value = serde_json::from_str(json).unwrap_or_default();
    answer["rows"][0]["events"].as_str().and_then(|count| count.parse().ok()).unwrap_or_default()
}

/// What there is under its name, by other ways than a destroy's.
async fn looked_for(trial: &Trial<'_>, shape: Shape) -> Result<Vec<String>> {
    let aws = target(trial, shape, Path::new("")).await?;
    let began = Instant::now();
    loop {
        let left = leftovers(&aws).await?;
        if left.is_empty() || trial.global.is_local() || began.elapsed() > FORGETTING {
            return Ok(left);
        }
        Pause::steady(PAUSE).pass().await;
    }
}

async fn target(trial: &Trial<'_>, shape: Shape, record: &Path) -> Result<Aws> {
    let target = super::target_of_no_file(trial.global).await?;
    reached(trial, shape, target, record).await
}

/// As whoever changes something by hand; nothing is recorded without a file.
async fn reached(trial: &Trial<'_>, shape: Shape, target: Target, record: &Path) -> Result<Aws> {
    let recorder = if record.as_os_str().is_empty() {
        Recorder::default()
    } else {
        Recorder::into(record).map_err(Error::cannot_write(record))?
    };
    let timeouts = Timeouts::of(trial.global.request_timeout);
    let manner = Manner { timeouts, timings: Timings::new(None), recorder };
    Ok(connect(target, Some(trial.region.clone()), &trial.name, shape.word(), manner).await?)
}

//! `pipectl apply` and `pipectl destroy`: the same steps towards two different aims.

use super::confirm::confirm;
use super::lock::{held_by, held_by_to_json, locks, new_id};
use super::output::Made;
use super::prepare::prepare;
use super::saved::Saved;
use super::session::{Aim, ConsentArgs, Session, ShownArgs, cost_of, plan_document, print_plan, refuse};
use crate::aws::{self, Aws};
use crate::blueprint::{API, BUCKET, URL};
use crate::commands::Global;
use crate::config::parse_duration;
use crate::engine::converge::{Operator, Run};
use crate::engine::graph::Outputs;
use crate::engine::lock::{Lease, Registers};
use crate::engine::look::Look;
use crate::engine::plan::Action;
use crate::engine::resource::{Address, Resource as _};
use crate::error::{Ended, Error, Exit, Result};
use crate::report::{Paint, Progress, alert, document, document_field, finish, line, say, stream};
use crate::resources::{
    ApiKey, Bucket, BucketLocks, Converged, Event, FunctionUrl, Graph, Inventory, Plan, RestApi, Surroundings, holder,
};
use crate::signal::{Signals, remember, remembered};
use clap::Args;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;

/// The version of the lines.
const SCHEMA: &str = "pipectl-apply/1";

#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    consent: ConsentArgs,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
    /// Apply only if the plan is still the one saved in FILE; implies --yes.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    #[command(flatten)]
    shown: ShownArgs,
    #[command(flatten)]
    lock: LockArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DestroyArgs {
    #[command(flatten)]
    consent: ConsentArgs,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
    /// Destroy only if the plan is still the one that `plan --destroy --out FILE` saved; implies --yes.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    #[command(flatten)]
    shown: ShownArgs,
    #[command(flatten)]
    lock: LockArgs,
}

#[derive(Debug, Args)]
struct LockArgs {
    /// For how long to wait where somebody else is at work on this pipeline.
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = parse_lock_timeout)]
    lock_timeout: Duration,
}

fn parse_lock_timeout(text: &str) -> Result<Duration, String> {
    if text.trim_end_matches('s').trim() == "0" { Ok(Duration::ZERO) } else { parse_duration(text) }
}

pub(crate) async fn run(global: &Global, args: &ApplyArgs) -> Result<Exit> {
    let yes = args.yes || args.plan.is_some();
    begin(Aim::Pipeline);
    let saved = args.plan.as_deref().map(Saved::read).transpose()?;
    let (session, seen) = Session::open_looking(global, async |session| look(session, Aim::Pipeline).await).await?;
    let (saved, lock_timeout) = (saved.as_ref(), args.lock.lock_timeout);
    let asked = Asked { aim: Aim::Pipeline, consent: &args.consent, shown: &args.shown, yes, saved, lock_timeout };
    let made = converge(&session, seen, global, asked).await?;
    super::output::print(global, &session, &made);
    session.print_timings(global);
    Ok(Exit::Done)
}

pub(crate) async fn destroy(global: &Global, args: &DestroyArgs) -> Result<Exit> {
    begin(Aim::Nothing);
    let saved = args.plan.as_deref().map(Saved::read).transpose()?;
    let (session, seen) = Session::open_looking(global, async |session| look(session, Aim::Nothing).await).await?;
    let (consent, shown, lock_timeout) = (&args.consent, &args.shown, args.lock.lock_timeout);
    let (saved, yes) = (saved.as_ref(), args.yes || args.plan.is_some());
    converge(&session, seen, global, Asked { aim: Aim::Nothing, consent, shown, yes, saved, lock_timeout }).await?;
    session.print_timings(global);
    Ok(Exit::Done)
}

/// From now on there are lines for programs, whatever comes of it.
fn begin(aim: Aim) {
    stream(SCHEMA);
    let nothing = json!({"done": 0, "failed": 0, "skipped": 0, "lock_lost": false, "lock_unreleased": null});
    document(nothing);
    document_field("command", aim.operation().into());
    document_field("output", Value::Null);
}

/// What is there and the lock, as one look saw them, and what may be in the way of an apply.
type Seen = (Look<Aws, <BucketLocks<'static> as Registers>::Version>, Option<Surroundings>);

/// What the file asks for, whether that is aimed at or its end.
async fn wanted(session: &Session, aim: Aim) -> Result<Graph<'_>> {
    match aim {
        Aim::Pipeline => session.possible_graph().await,
        Aim::Nothing => Ok(session.graph()),
    }
}

/// What the lock lies in.
fn home() -> Address {
    Address::new(Bucket::KIND, BUCKET)
}

async fn look(session: &Session, aim: Aim) -> Result<Seen> {
    let wanted = wanted(session, aim).await?;
    let locks = locks(session, &wanted);
    let around = RefCell::default();
    let look = async || observe(session, &wanted, &around).await;
    let look = Look::around(&locks, (&home(), locks.place()), &look).await?;
    Ok((look, around.into_inner()))
}

/// Looks, and puts down what may be in the way.
async fn observe(
    session: &Session,
    wanted: &Graph<'_>,
    around: &RefCell<Option<Surroundings>>,
) -> aws::Result<Inventory> {
    let (live, found) = Surroundings::observe(&session.aws, wanted).await?;
    around.replace(Some(found));
    Ok(live)
}

/// Plans from what was seen, asks, executes.
async fn converge(session: &Session, (first, found): Seen, global: &Global, asked: Asked<'_>) -> Result<Made> {
    let wanted = wanted(session, asked.aim).await?;
    session.left_out().iter().for_each(say);
    let nothing = session.nothing();
    let graph = if asked.aim == Aim::Pipeline { &wanted } else { &nothing };
    let locks = locks(session, &wanted);
    let run = Run {
        world: &session.aws,
        registers: &locks,
        home: home(),
        place: locks.place().to_owned(),
        id: new_id(),
        holder: holder(asked.aim.operation()),
        patience: asked.lock_timeout,
        consent: asked.consent.given(),
        parallelism: global.parallelism,
        stop: &STOP,
    };
    let progress = Progress::new(Paint::new(global.color, &std::io::stderr()));
    let aim = asked.aim;
    let around = RefCell::new(found);
    let look = async || observe(session, &wanted, &around).await;
    let wanted = &wanted;
    let mut user = User { session, global, wanted, graph, asked, around: &around, progress, watching: None };
    let converged = run.converge(graph, (Some(first), look), &mut user).await;
    if let Some(watching) = user.watching {
        watching.abort();
    }
    let converged = converged?;
    if aim == Aim::Nothing && converged.is_empty() {
        session.refuse_to_miss().await?;
    }
    let outputs = ended(converged)?;
    let key = |name: &String| graph.outputs::<ApiKey>(name, &outputs).cloned();
    Ok(Made {
        api: graph.outputs::<RestApi>(API, &outputs).cloned(),
        url: graph.outputs::<FunctionUrl>(URL, &outputs).cloned(),
        keys: session.pipeline.ingest.api_keys.iter().filter_map(key).collect(),
    })
}

/// What a command was asked for.
struct Asked<'a> {
    aim: Aim,
    consent: &'a ConsentArgs,
    shown: &'a ShownArgs,
    yes: bool,
    saved: Option<&'a Saved>,
    lock_timeout: Duration,
}

/// Who typed the command: sees the plan, and answers.
struct User<'a> {
    session: &'a Session,
    global: &'a Global,
    wanted: &'a Graph<'a>,
    graph: &'a Graph<'a>,
    asked: Asked<'a>,
    /// What may be in the way of an apply, as it was at the last look.
    around: &'a RefCell<Option<Surroundings>>,
    progress: Progress,
    watching: Option<JoinHandle<()>>,
}

impl Operator<Aws> for User<'_> {
    type Error = Error;

    fn amend(&self, plan: &mut Plan<'_>) {
        if let Some(around) = self.around.borrow().as_ref() {
            around.hold(plan, &self.asked.consent.given());
        }
    }

    fn agree(&mut self, plan: &mut Plan<'_>, live: &Inventory, again: bool) -> Result<()> {
        let Self { session, global, wanted, graph, asked, around, .. } = self;
        asked.consent.check(wanted, live)?;
        if let Some(around) = around.borrow().as_ref() {
            around.refuse(plan, graph, live, (&session.aws.names, &asked.consent.given()));
        }
        if let Some(saved) = asked.saved {
            saved.check(session, asked.aim, plan)?;
        }
        if again {
            alert("AWS has changed since: this is the plan now");
        }
        let cost = cost_of(session, plan, graph, live);
        line("planned", json!({"again": again, "plan": plan_document(session, plan, cost.as_ref())}));
        print_plan(session, plan, cost.as_ref(), (global, asked.shown));
        refuse(plan)?;
        if !plan.is_empty() {
            let question = match asked.aim {
                Aim::Pipeline => "Apply these changes?",
                Aim::Nothing => "Take all of this down?",
            };
            confirm(asked.yes, question)?;
            prepare(plan, graph)?;
        }
        self.progress.planned(plan.steps.iter().filter(|step| step.action() != Action::NoOp).count());
        self.watching.get_or_insert_with(|| tokio::spawn(watch_signals(Signals::listen())));
        Ok(())
    }

    fn waits_for(&mut self, lease: &Lease) {
        line("waiting", json!({"holder": held_by_to_json(lease)}));
        say(format_args!("waiting for {}", held_by(lease)));
    }

    fn told(&mut self, event: &Event<'_>) {
        self.progress.show(event);
    }
}

/// That something did.
static STOP: AtomicBool = AtomicBool::new(false);

/// The first signal lets the calls in flight finish, the second one ends the program.
async fn watch_signals(mut signals: Signals) {
    let first = signals.next().await;
    remember(first);
    STOP.store(true, Ordering::Relaxed);
    line("stopping", json!({"by": first.word()}));
    alert(format_args!("{}: finishing the calls in flight (again to stop at once)", first.word()));
    let exit = Exit::from(signals.next().await);
    // What is still in flight has no end that could be told.
    let _ = finish(&Ok(exit), false);
    std::process::exit(exit as i32);
}

/// Tells how a run ended.
fn ended(converged: Converged) -> Result<Outputs> {
    let Converged { outcome, steps, done, skipped, lost, unreleased, .. } = converged;
    let unreleased = unreleased.map(|error| error.to_string());
    let counted = [("done", done.into()), ("failed", outcome.failed.len().into()), ("skipped", skipped.into())];
    let told = [("lock_lost", lost.into()), ("lock_unreleased", unreleased.clone().into())];
    counted.into_iter().chain(told).for_each(|(name, value)| document_field(name, value));
    if let Some(error) = unreleased {
        alert(format_args!("the lock could not be given back, and ends by itself within a minute: {error}"));
    }
    if lost {
        alert("the lock was lost to somebody else, or could not be kept: nothing more was begun");
    }
    if outcome.failed.len() + skipped > 0 {
        let signal = outcome.interrupted.then(remembered).flatten();
        let address = |index: usize| steps.get(index).map_or_else(String::new, |(address, _)| address.to_string());
        let failed = outcome.failed.into_iter().map(|(index, error)| (address(index), error)).collect();
        return Err(Error::Failed(Ended { done, failed, skipped, signal }));
    }
    if done > 0 {
        say(format_args!("{done} done"));
    }
    Ok(outcome.outputs)
}

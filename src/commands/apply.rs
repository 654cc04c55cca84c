//! `pipectl apply` and `pipectl destroy`: the same steps towards two different aims.

use super::output::Made;
use super::session::{Aim, ConsentArgs, Session, compare, cost_of, print_plan, refuse};
use crate::blueprint::API;
use crate::commands::Global;
use crate::engine::apply::{Execution, apply};
use crate::engine::graph::Outputs;
use crate::engine::plan::Action;
use crate::error::{Ended, Error, Exit, Result};
use crate::report::{Paint, Progress, ask, say};
use crate::resources::{ApiKey, Outcome, Plan, RestApi};
use crate::signal::{Signal, Signals};
use clap::Args;
use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

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
}

#[derive(Debug, Args)]
pub(crate) struct DestroyArgs {
    #[command(flatten)]
    consent: ConsentArgs,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

pub(crate) async fn run(global: &Global, args: &ApplyArgs) -> Result<Exit> {
    let yes = args.yes || args.plan.is_some();
    let session = Session::open(global).await?;
    let made = converge(&session, global, Aim::Pipeline, &args.consent, yes, args.plan.as_deref()).await?;
    super::output::print(&session, &made);
    session.print_timings(global);
    Ok(Exit::Done)
}

pub(crate) async fn destroy(global: &Global, args: &DestroyArgs) -> Result<Exit> {
    let session = Session::open(global).await?;
    converge(&session, global, Aim::Nothing, &args.consent, args.yes, None).await?;
    session.print_timings(global);
    Ok(Exit::Done)
}

/// Observes, plans, asks, executes.
async fn converge(
    session: &Session,
    global: &Global,
    aim: Aim,
    consent: &ConsentArgs,
    yes: bool,
    saved: Option<&Path>,
) -> Result<Made> {
    let wanted = session.graph();
    let (live, surroundings) = session.look(&wanted).await?;
    let nothing = session.nothing();
    let graph = match aim {
        Aim::Pipeline => &wanted,
        Aim::Nothing => &nothing,
    };
    let plan = compare(session, (&wanted, graph), (&live, &surroundings), consent)?;
    if let Some(path) = saved {
        check_saved(path, &plan)?;
    }
    print_plan(session, &plan, cost_of(session, &plan, graph, &live).as_ref(), global);
    refuse(&plan)?;
    if !plan.is_empty() {
        confirm(yes, aim)?;
    } else if aim == Aim::Nothing {
        session.refuse_to_miss().await?;
    }
    let outputs = execute(session, &plan, global).await?;
    let key = |name: &String| graph.outputs::<ApiKey>(name, &outputs).cloned();
    Ok(Made {
        api: graph.outputs::<RestApi>(API, &outputs).cloned(),
        keys: session.pipeline.ingest.api_keys.iter().filter_map(key).collect(),
    })
}

/// Refuses when AWS or the file has moved since the plan was saved.
fn check_saved(path: &Path, plan: &Plan) -> Result<()> {
    let file = |source| Error::File { path: path.to_owned(), source };
    let text = std::fs::read_to_string(path).map_err(file)?;
    let saved: serde_json::Value = serde_json::from_str(&text).map_err(|error| file(error.into()))?;
    if saved["fingerprint"].as_str() == Some(&plan.fingerprint()) {
        return Ok(());
    }
    Err(Error::refused(
        format!("the plan saved in `{}` is stale: the file or AWS has changed since", path.display()),
        "make and review a new one with `pipectl plan --out FILE`",
    ))
}

/// Asks on a terminal; elsewhere nobody can answer, so `--yes` has to.
fn confirm(yes: bool, aim: Aim) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Err(Error::refused("nothing was changed: there is no terminal to ask on", "pass `--yes`"));
    }
    let question = match aim {
        Aim::Pipeline => "Apply these changes?",
        Aim::Nothing => "Take all of this down?",
    };
    ask(format_args!("\n{question} Only `yes` is taken for a yes: "));
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() == "yes" {
        return Ok(());
    }
    Err(Error::refused("nothing was changed: the answer was not `yes`", ""))
}

/// What asked the apply to end.
static SIGNAL: OnceLock<Signal> = OnceLock::new();
/// That something did.
static STOP: AtomicBool = AtomicBool::new(false);

/// The first signal lets the calls in flight finish, the second one ends the program.
async fn watch_signals(mut signals: Signals) {
    let first = signals.next().await;
    let _ = SIGNAL.set(first);
    STOP.store(true, Ordering::Relaxed);
    say(format_args!("{}: finishing the calls in flight (again to stop at once)", first.word()));
    let second = signals.next().await;
    std::process::exit(Exit::from(second) as i32);
}

async fn execute(session: &Session, plan: &Plan<'_>, global: &Global) -> Result<Outputs> {
    let watching = tokio::spawn(watch_signals(Signals::listen()));
    let paint = Paint::new(global.color, &std::io::stderr());
    let mut progress = Progress::new(paint);
    let execution = Execution { parallelism: global.parallelism, stop: &STOP };
    let outcome = apply(plan, &session.aws, execution, |event| progress.show(&event)).await;
    watching.abort();
    let ended = count(plan, &outcome);
    if ended.failed + ended.skipped > 0 {
        return Err(Error::Failed(ended));
    }
    if ended.done > 0 {
        say(format_args!("{} done", ended.done));
    }
    Ok(outcome.outputs)
}

/// Counts the steps that were to do something.
fn count(plan: &Plan, outcome: &Outcome) -> Ended {
    let works = |index: &usize| plan.steps[*index].action() != Action::NoOp;
    Ended {
        done: outcome.done.iter().filter(|index| works(index)).count(),
        failed: outcome.failed.len(),
        skipped: outcome.skipped.iter().filter(|index| works(index)).count(),
        signal: outcome.interrupted.then(|| SIGNAL.get().copied()).flatten(),
    }
}

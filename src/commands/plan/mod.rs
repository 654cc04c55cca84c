//! `pipectl plan`

mod costs;
mod drift;

use super::check::warn;
use super::renamed;
use super::session::{ConsentArgs, Session, ShownArgs, compare, cost_of, plan_document, print_plan};
use super::who_changed::{Sought, tell_who_changed};
use crate::commands::Global;
use crate::config::Pipeline;
use crate::cost::{Difference, Inputs};
use crate::engine::plan::Action;
use crate::error::{Error, Exit, Result};
use crate::limits::Finding;
use crate::report::{
    data, difference_to_markdown, document, findings_to_json, markdown_words, plan_heading, plan_to_markdown,
    say_stranded, stranded_to_json,
};
use crate::resources::{Graph, Inventory, Plan, Stranded};
use clap::Args;
use costs::CostLimits;
use drift::Drift;
use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    consent: ConsentArgs,
    /// Exit with 2 when there are changes.
    #[arg(long)]
    detailed_exitcode: bool,
    /// Show what somebody else has changed, and nothing of what the file asks for; exit with 2 when there is some.
    #[arg(long, conflicts_with_all = ["destroy", "out", "budget", "max_increase"])]
    drift_only: bool,
    /// Plan to take everything down.
    #[arg(long)]
    destroy: bool,
    #[command(flatten)]
    costs: CostLimits,
    #[command(flatten)]
    shown: ShownArgs,
    /// Print Markdown for a pull-request comment.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Save the plan, so that `apply --plan FILE` does exactly this or nothing.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) async fn run(global: &Global, args: &PlanArgs) -> Result<Exit> {
    let look = async |session: &Session| {
        let wanted = wanted(session, args).await?;
        // Both fail of a bucket that is somebody else's or elsewhere, and the look explains it.
        let (looked, stranded) = futures::join!(session.look(&wanted), session.stranded());
        Ok((looked?, stranded?))
    };
    let (session, ((live, surroundings), stranded)) = Session::open_looking(global, look).await?;
    let wanted = wanted(&session, args).await?;
    let nothing = session.nothing();
    let graph = if args.destroy { &nothing } else { &wanted };
    let mut plan = compare(&session, (&wanted, graph), (&live, &surroundings), &args.consent)?;
    let is_made = plan.steps.iter().any(|step| step.action() != Action::Create);
    let drift = args.drift_only.then(|| Drift::of(&mut plan));
    let sought = if args.drift_only && is_made { Sought::ChangedOrMissing } else { Sought::Changed };
    let unnamed = tell_who_changed(&session.aws, &mut plan, sought).await;
    let cost = if drift.is_some() { None } else { cost_of(&session, &plan, graph, &live) };
    let quiet = args.destroy || args.drift_only;
    let limits = if quiet { vec![] } else { warn(&session.pipeline, &Inputs::of(&session.pipeline)) };
    let note = if quiet { session.left_out() } else { note(&session, graph, &live, global).await? };
    let above = if quiet { None } else { costs::above_budget(&session, graph) };
    let note = joined(note.into_iter().chain(unnamed).chain(above));
    let told = Told { drift, stranded: &stranded, limits: &limits, note: note.as_deref(), destroy: args.destroy };
    let json = told.with(plan_document(&session, &plan, cost.as_ref()), &session.pipeline);
    let held = args.costs.hold(&session, graph, cost.as_ref());
    // What is refused is not there to be applied.
    if let Some(path) = args.out.as_ref().filter(|_| held.is_ok()) {
        save(path, &format!("{json:#}\n")).map_err(Error::cannot_write(path))?;
    }
    document(json);
    show(&session, &plan, (cost.as_ref(), drift), (global, args));
    say_stranded(&stranded, &session.pipeline.delivery.prefix);
    if let Some(note) = note {
        data(format_args!("\n{note}\n"));
    }
    session.print_timings(global);
    if let Some(error) = held.as_ref().err().filter(|_| args.markdown) {
        // Who reads the comment reads no log.
        data(format_args!("\n**Refused**: {}\n", markdown_words(&error.to_string())));
    }
    held?;
    let pending = drift.map_or(args.detailed_exitcode && !plan.is_empty(), |drift| !drift.is_none());
    Ok(if pending { Exit::Changes } else { Exit::Done })
}

/// What the file asks for.
async fn wanted<'a>(session: &'a Session, args: &PlanArgs) -> Result<Graph<'a>> {
    if args.destroy { Ok(session.graph()) } else { session.possible_graph().await }
}

/// What whoever reads the plan has to know beside it.
async fn note(session: &Session, graph: &Graph<'_>, live: &Inventory, global: &Global) -> Result<Option<String>> {
    let renamed = renamed::note(session, graph, live, global).await?;
    Ok(joined(renamed.into_iter().chain(session.left_out())))
}

fn joined(notes: impl Iterator<Item = String>) -> Option<String> {
    let all: Vec<_> = notes.collect();
    (!all.is_empty()).then(|| all.join("\n\n"))
}

/// What a plan's document has beside the plan.
struct Told<'a> {
    drift: Option<Drift>,
    stranded: &'a Stranded,
    limits: &'a [Finding],
    note: Option<&'a str>,
    destroy: bool,
}

impl Told<'_> {
    fn with(&self, mut json: Value, pipeline: &Pipeline) -> Value {
        let Self { drift, stranded, limits, note, destroy } = *self;
        let told = [
            ("drift", drift.map(Drift::to_json)),
            ("stranded", (!stranded.is_none()).then(|| stranded_to_json(stranded, &pipeline.delivery.prefix))),
            ("limits", (!limits.is_empty()).then(|| findings_to_json(limits, pipeline))),
            ("note", note.map(Value::from)),
            ("destroy", Some(destroy.into())),
        ];
        for (name, value) in told.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            json[name] = value;
        }
        json
    }
}

/// For people.
fn show(
    session: &Session,
    plan: &Plan<'_>,
    (cost, drift): (Option<&Difference>, Option<Drift>),
    (global, args): (&Global, &PlanArgs),
) {
    let names = &session.aws.names;
    match (args.markdown, drift) {
        // That there are no changes would be said of more than what was looked for.
        (true, Some(_)) if plan.steps.is_empty() => data(plan_heading(names, &session.place())),
        (false, Some(_)) if plan.steps.is_empty() => data(format_args!("{}\n\n", session.place())),
        (true, _) => data(plan_to_markdown(plan, names, &session.place())),
        (false, _) => print_plan(session, plan, cost, (global, &args.shown)),
    }
    if let Some(cost) = cost.filter(|_| args.markdown) {
        data(format_args!("\n{}", difference_to_markdown(cost)));
    }
    if let Some(drift) = drift {
        data(format_args!("{}{drift}\n", if plan.steps.is_empty() { "" } else { "\n" }));
    }
}

/// For its owner only: a plan tells names, addresses and policies of an account. What is there already and is no file,
/// such as a terminal, stays as it is.
fn save(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    #[cfg(unix)]
    if file.metadata()?.is_file() {
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    }
    file.write_all(text.as_bytes())
}

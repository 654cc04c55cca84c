//! `pipectl plan`

use super::check::warn;
use super::renamed;
use super::session::{ConsentArgs, Session, compare, cost_of, print_plan};
use crate::commands::Global;
use crate::cost::Inputs;
use crate::error::{Error, Exit, Result};
use crate::report::{
    data, difference_to_json, difference_to_markdown, exact, findings_to_json, plan_to_json, plan_to_markdown,
    say_stranded, stranded_to_json,
};
use clap::Args;
use std::io::Write as _;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    consent: ConsentArgs,
    /// Exit with 2 when there are changes.
    #[arg(long)]
    detailed_exitcode: bool,
    /// Plan to take everything down.
    #[arg(long)]
    destroy: bool,
    /// Print JSON (schema pipectl-plan/1).
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print Markdown for a pull-request comment.
    #[arg(long)]
    markdown: bool,
    /// Save the plan, so that `apply --plan FILE` does exactly this or nothing.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) async fn run(global: &Global, args: &PlanArgs) -> Result<Exit> {
    let session = Session::open(global).await?;
    let wanted = session.graph();
    // Both fail of a bucket that is somebody else's or elsewhere, and the look explains it.
    let (looked, stranded) = futures::join!(session.look(&wanted), session.stranded());
    let ((live, surroundings), stranded) = (looked?, stranded?);
    let nothing = session.nothing();
    let graph = if args.destroy { &nothing } else { &wanted };
    let plan = compare(&session, (&wanted, graph), (&live, &surroundings), &args.consent)?;
    let cost = cost_of(&session, &plan, graph, &live);
    let limits = if args.destroy { vec![] } else { warn(&session.pipeline, &Inputs::of(&session.pipeline)) };
    let note = match args.destroy {
        true => None,
        false => renamed::note(&session, graph, &live, global).await?,
    };
    let mut json = plan_to_json(&plan, &session.aws.names, &session.aws.caller);
    if let Some(cost) = &cost {
        json["cost"] = difference_to_json(cost);
    }
    if !stranded.is_none() {
        json["stranded"] = stranded_to_json(&stranded, &session.pipeline.delivery.prefix);
    }
    if !limits.is_empty() {
        json["limits"] = findings_to_json(&limits, &session.pipeline);
    }
    if let Some(note) = &note {
        json["note"] = note.as_str().into();
    }
    if let Some(path) = &args.out {
        let text = format!("{json:#}\n");
        save(path, &text).map_err(|source| Error::File { path: path.clone(), source })?;
    }
    if args.json {
        exact(format_args!("{json:#}\n"));
    } else if args.markdown {
        data(plan_to_markdown(&plan, &session.aws.names, &session.place()));
        if let Some(cost) = &cost {
            data(format_args!("\n{}", difference_to_markdown(cost)));
        }
    } else {
        print_plan(&session, &plan, cost.as_ref(), global);
    }
    say_stranded(&stranded, &session.pipeline.delivery.prefix);
    if let Some(note) = note.filter(|_| !args.json) {
        data(format_args!("\n{note}\n"));
    }
    session.print_timings(global);
    let pending = !plan.is_empty();
    Ok(if args.detailed_exitcode && pending { Exit::Changes } else { Exit::Done })
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

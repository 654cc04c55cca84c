//! `pipectl adopt`: the file for what somebody made by following the article. It changes nothing.

use super::manner::manner;
use super::session::{Session, target_of_no_file};
use crate::adopt::{Chain, Draft, Region, Which};
use crate::aws::{Aws, connect};
use crate::commands::Global;
use crate::config::load_text;
use crate::engine::plan::{Action, Consent, Refusal};
use crate::engine::resource::Address;
use crate::error::{Code, Error, Exit, Result};
use crate::report::{
    Detail, Paint, adopt_to_json, adopt_to_text, alert, data, document, exact, plan_to_json, plan_to_text,
};
use clap::Args;
use serde_json::Value;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct AdoptArgs {
    /// The Firehose stream to begin with, where several could be meant.
    #[arg(long, value_name = "NAME")]
    stream: Option<String>,
    /// The bucket that it delivers to; of what is half made, one that has no stream yet.
    #[arg(long, value_name = "NAME")]
    bucket: Option<String>,
    /// Where to write the file, in place of `--file`; `-` prints it, and nothing else.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What an apply of the draft would do.
struct Planned {
    consent: Vec<Address>,
    /// Addresses that cannot be taken over in place, and why.
    replaced: Vec<(Address, String)>,
    /// Addresses at which AWS has nothing.
    missing: Vec<Address>,
    text: String,
    json: Value,
}

pub(crate) async fn run(global: &Global, args: &AdoptArgs) -> Result<Exit> {
    let path = args.output.as_deref().unwrap_or(&global.file);
    refuse_to_overwrite(path)?;
    let aws = connect(target_of_no_file(global).await?, global.region.clone(), "", "", manner(global)).await?;
    let which = Which { stream: args.stream.clone(), bucket: args.bucket.clone() };
    let region = Region::look(&aws).await?;
    let chain = Chain::follow(&aws, &region, &which).await?;
    let overrides = global.overrides(&|_| None);
    let named = (overrides.name.as_deref(), overrides.stage.as_deref());
    let mut draft = Draft::of(&chain, &aws, named);
    let (aws, planned) = settle(global, aws, path, &mut draft).await?;
    if let Some(bucket) = draft.absent(&planned.missing) {
        let hint = "`--bucket` begins with one that is there; `pipectl init` begins with none";
        return Err(Error::coded(Code::NotFound, format!("there is no bucket `{bucket}`"), hint));
    }
    let consent: Vec<_> = planned.consent.iter().map(ToString::to_string).collect();
    document(adopt_to_json(&draft, &path.display().to_string(), &consent, &planned.json));
    if path == Path::new("-") {
        exact(draft.text());
        return Ok(Exit::Done);
    }
    write(path, &draft.text())?;
    data(adopt_to_text(&draft));
    data(format_args!("\nWhat an apply would do, with what it hardens:\n\n{}", planned.text));
    data(format_args!("\nwrote {}\n", path.display()));
    data(format_args!("next, when all of this is meant: `{}`\n", command(path, &consent)));
    if global.timings {
        alert(&aws.timings);
    }
    Ok(Exit::Done)
}

/// Plans until nothing is replaced: what AWS does not change in place is made beside.
async fn settle(global: &Global, mut aws: Aws, path: &Path, draft: &mut Draft) -> Result<(Aws, Planned)> {
    loop {
        let overrides = global.overrides(&|_| None);
        let pipeline = load_text(path, &draft.text(), &overrides)?;
        let session = Session::around(global, aws, pipeline)?;
        let planned = plan(global, &session).await?;
        aws = session.aws;
        let mut left = false;
        for (address, reason) in &planned.replaced {
            left |= draft.leave(&address.to_string(), reason.clone());
        }
        if !left {
            return Ok((aws, planned));
        }
    }
}

async fn plan(global: &Global, session: &Session) -> Result<Planned> {
    let graph = session.possible_graph().await?;
    let (live, surroundings) = session.look(&graph).await?;
    let found = session.planned(&graph, (&live, &surroundings), &Consent::default());
    let unowned = found.refused().filter(|(_, why)| **why == Refusal::Unowned).map(|(step, _)| step.address.clone());
    let consent: Vec<_> = unowned.collect();
    let agreed = Consent { adopt: consent.iter().cloned().collect(), ..Consent::default() };
    let plan = session.planned(&graph, (&live, &surroundings), &agreed);
    let replaced = plan.steps.iter().filter(|step| step.action() == Action::Replace);
    let replaced = replaced.map(|step| {
        let fixed = step.changes.iter().filter(|change| change.forces_replacement);
        let fixed: Vec<_> = fixed.map(|change| change.attribute.to_string()).collect();
        (
            step.address.clone(),
            format!("AWS does not change {} in place: a new one is made beside it", fixed.join(", ")),
        )
    });
    Ok(Planned {
        replaced: replaced.collect(),
        missing: plan
            .steps
            .iter()
            .filter(|step| step.action() == Action::Create)
            .map(|step| step.address.clone())
            .collect(),
        text: plan_to_text(&plan, Detail::Brief, Paint::new(global.color, &std::io::stdout())),
        json: plan_to_json(&plan, &session.aws.names, &session.aws.caller),
        consent,
    })
}

fn command(path: &Path, consent: &[String]) -> String {
    let file = if path == Path::new("pipeline.yaml") { String::new() } else { format!(" -f {}", path.display()) };
    let adopt = if consent.is_empty() { String::new() } else { format!(" --adopt {}", consent.join(",")) };
    format!("pipectl apply{file}{adopt}")
}

fn refuse_to_overwrite(path: &Path) -> Result<()> {
    if path != Path::new("-") && path.exists() {
        let hint = "`-o FILE` writes elsewhere; what is written is for you to compare";
        return Err(Error::coded(Code::Exists, format!("`{}` is there already", path.display()), hint));
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return refuse_to_overwrite(path),
        opened => opened.map_err(Error::cannot_write(path))?,
    };
    file.write_all(text.as_bytes()).map_err(Error::cannot_write(path))
}

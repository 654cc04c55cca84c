//! What plan, apply, destroy and output have in common: the file, the connection, the comparison.

use super::dashboard::Possible;
use super::manner::manner;
use crate::artifact::Artifacts;
#[cfg(feature = "local")]
use crate::aws::LocalTarget;
use crate::aws::{Aws, Role, Target, connect};
use crate::blueprint::{self, Functions, Part};
use crate::commands::Global;
use crate::config::{self, Pipeline};
use crate::cost::{Billed, Book, Difference, Inputs, estimate, priceable};
use crate::engine::plan::{Consent, Revert};
use crate::engine::resource::Address;
use crate::error::{Code, Error, Result};
use crate::names::Names;
use crate::report::{
    Detail, Paint, alert, data, difference_below_plan, difference_to_json, place, plan_to_json, plan_to_text,
    refused_step, say,
};
use crate::resources::{Graph, Inventory, Plan, Stranded, Surroundings, observe};
use crate::upgrades;
use clap::Args;
use serde_json::Value;

/// A pipeline and the AWS it is for.
pub(crate) struct Session {
    pub(crate) pipeline: Pipeline,
    pub(crate) aws: Aws,
    pub(crate) local: bool,
    /// Local AWS runs in this process, and what it has begun stops with it.
    pub(crate) ends_with_us: bool,
    /// Neither the file nor the command line says where: whatever the shell's configuration gives.
    by_chance: bool,
    possible: Possible,
    functions: Functions,
    /// The functions are the program's own.
    pub(super) own_code: bool,
}

/// An AWS that answers.
struct Reached {
    target: Target,
    local: bool,
    ends_with_us: bool,
}

/// What is to be: all that the file says, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    Pipeline,
    Nothing,
}

impl Aim {
    /// The command.
    pub(super) fn operation(self) -> &'static str {
        match self {
            Self::Pipeline => "apply",
            Self::Nothing => "destroy",
        }
    }
}

/// What a run may do that it otherwise refuses.
#[derive(Debug, Args)]
pub(crate) struct ConsentArgs {
    /// Take over a resource that was not made by pipectl.
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    adopt: Vec<Address>,
    /// Delete, replace or change a resource although data is lost by that, or cannot be read any more.
    #[arg(long, value_name = "ADDRESS")]
    allow_data_loss: Vec<Address>,
    /// Take away what is live beside what the file speaks of (`also has:` in a plan): of ADDRESS, or everywhere.
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1)]
    revert_extras: Option<Vec<Address>>,
}

/// How a plan is shown.
#[derive(Debug, Args)]
pub(crate) struct ShownArgs {
    /// Show all of the policies and other long documents that are created; changes are always shown in full.
    #[arg(long)]
    full: bool,
}

impl ConsentArgs {
    /// Whoever only looks agrees to nothing.
    pub(crate) fn none() -> Self {
        Self { adopt: vec![], allow_data_loss: vec![], revert_extras: None }
    }

    fn revert(&self) -> Revert {
        match self.revert_extras.as_deref() {
            None => Revert::Nothing,
            Some([]) => Revert::Everything,
            Some(addresses) => Revert::Of(addresses.iter().cloned().collect()),
        }
    }
}

impl Session {
    /// Reads the file and connects.
    pub(crate) async fn open(global: &Global) -> Result<Self> {
        let pipeline = load(global)?;
        let (target, local) = target(global, &pipeline).await?;
        Self::with(global, pipeline, Reached { target, local, ends_with_us: false }).await
    }

    /// The same, on a Local AWS in which time passes and what was started goes on.
    pub(crate) async fn open_running(global: &Global) -> Result<Self> {
        let pipeline = load(global)?;
        let reached = running_target(global, &pipeline).await?;
        Self::with(global, pipeline, reached).await
    }

    async fn with(global: &Global, pipeline: Pipeline, reached: Reached) -> Result<Self> {
        let Reached { target, local, ends_with_us } = reached;
        let aws = connect(target, pipeline.region.clone(), &pipeline.name, &pipeline.stage, manner(global)).await?;
        Self::of(global, aws, pipeline, (local, ends_with_us))
    }

    /// For a pipeline that a file is written of, over the connection by which it was found.
    pub(super) fn around(global: &Global, mut aws: Aws, pipeline: Pipeline) -> Result<Self> {
        (aws.names.pipeline, aws.names.stage) = (pipeline.name.clone(), pipeline.stage.clone());
        Self::of(global, aws, pipeline, (global.is_local(), false))
    }

    pub(super) fn of(
        global: &Global,
        mut aws: Aws,
        pipeline: Pipeline,
        (local, ends_with_us): (bool, bool),
    ) -> Result<Self> {
        let artifacts = Artifacts::new(global.lambda_dir.as_deref(), local)?;
        let functions = Functions::new(&artifacts, &pipeline)?;
        let by_chance = pipeline.region.is_none();
        aws.names.ignored = pipeline.ignored.clone();
        aws.names.role_path = pipeline.role_path.clone();
        aws.names.given = pipeline.names.clone();
        aws.has_dashboard = pipeline.dashboard.is_some();
        guard(&pipeline, &aws, local)?;
        let pipeline = pipeline.resolve(&aws.names.account, &aws.names.region);
        let own_code = global.lambda_dir.is_none();
        let possible = Possible::default();
        Ok(Self { pipeline, aws, local, ends_with_us, by_chance, possible, functions, own_code })
    }

    /// The resources that the file asks for.
    pub(crate) fn graph(&self) -> Graph<'_> {
        blueprint::graph(&self.pipeline, &self.aws.names, &self.functions)
    }

    /// The same, of what the account can have: for whoever compares them with AWS.
    pub(crate) async fn possible_graph(&self) -> Result<Graph<'_>> {
        Ok(self.possible_graph_in_parts().await?.0)
    }

    /// What of the file is not in [`Session::possible_graph`], in a line.
    pub(crate) fn left_out(&self) -> Option<String> {
        self.possible.left_out()
    }

    /// The same, and which part each is of.
    pub(crate) async fn possible_graph_in_parts(&self) -> Result<(Graph<'_>, Vec<Part>)> {
        let pipeline = self.possible.of(&self.aws, &self.pipeline).await?;
        Ok(blueprint::graph_in_parts(pipeline, &self.aws.names, &self.functions))
    }

    /// What is live, and what may be in the way of an apply.
    pub(crate) async fn look(&self, graph: &Graph<'_>) -> Result<(Inventory, Surroundings)> {
        Ok(Surroundings::observe(&self.aws, graph).await?)
    }

    pub(crate) async fn observe(&self, graph: &Graph<'_>) -> Result<Inventory> {
        Ok(observe(&self.aws, graph).await?)
    }

    /// Files that the mover should have moved.
    pub(crate) async fn stranded(&self) -> Result<Stranded> {
        let Pipeline { bucket, delivery, mover, .. } = &self.pipeline;
        Ok(Stranded::find(&self.aws, &bucket.name, &delivery.prefix, &mover.prefix).await?)
    }

    /// An empty graph of the same names: what a destroy plans.
    pub(crate) fn nothing(&self) -> Graph<'_> {
        Graph::new(&self.aws.names)
    }

    /// Refuses to have nothing to destroy where that may be the wrong region: nobody said which one, and the pipeline
    /// is in another.
    pub(crate) async fn refuse_to_miss(&self) -> Result<()> {
        let elsewhere = self.aws.elsewhere().await?;
        let Some(region) = elsewhere.first().filter(|_| self.by_chance) else { return Ok(()) };
        let Names { pipeline, stage, region: here, .. } = &self.aws.names;
        let regions = elsewhere.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        Err(Error::coded(
            Code::Elsewhere,
            format!("nothing of {pipeline}/{stage} is in {here}; it is in {regions}"),
            format!("if that is meant: `pipectl destroy --region {region}`"),
        ))
    }

    /// Compares, with what was agreed to.
    pub(super) fn planned<'a>(
        &self,
        graph: &'a Graph<'_>,
        (live, surroundings): (&'a Inventory, &Surroundings),
        consent: &Consent,
    ) -> Plan<'a> {
        let mut plan = upgrades::plan(graph, live, consent, self.own_code);
        surroundings.hold(&mut plan, consent);
        surroundings.refuse(&mut plan, graph, live, (&self.aws.names, consent));
        plan
    }

    pub(crate) fn place(&self) -> String {
        place(&self.aws.names, &self.aws.caller, self.local)
    }

    /// Prints requests and round trips if they were asked for.
    pub(crate) fn print_timings(&self, global: &Global) {
        if global.timings {
            alert(&self.aws.timings);
        }
    }
}

/// Refuses credentials of another account than the file's, before anything of the pipeline is asked for.
///
/// The accounts are AWS's: Local AWS has one, and nobody's things are in it.
fn guard(pipeline: &Pipeline, aws: &Aws, local: bool) -> Result<()> {
    let Some(account) = &pipeline.account else { return Ok(()) };
    let Names { account: actual, stage, .. } = &aws.names;
    if local {
        say(format_args!("`account` ({account}) is for AWS: Local AWS has the account {actual} alone"));
        return Ok(());
    }
    if account == actual {
        return Ok(());
    }
    Err(Error::coded(
        Code::WrongAccount,
        format!(
            "nothing was changed: the stage {stage} belongs into account {account} (`account` of the file), and the \
             credentials are of account {actual}, as {}",
            aws.caller
        ),
        format!("use credentials of account {account}: `--profile NAME`, or `role_arn` in the file"),
    ))
}

/// The user's account, as the role that the file names for this stage.
fn account(global: &Global, pipeline: &Pipeline) -> Target {
    let role = pipeline.role.as_ref().map(|role| Role {
        arn: role.arn.clone(),
        external_id: role.external_id.clone(),
        session: format!("pipectl-{}-{}", pipeline.name, pipeline.stage),
    });
    Target::Account { profile: global.profile.clone(), role }
}

/// Reads the file, with what the command line says beside it.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn load(global: &Global) -> Result<Pipeline> {
    let env = |name: &str| std::env::var(name).ok();
    let overrides = global.overrides(&env);
    Ok(config::load(&global.file, &overrides)?)
}

/// For commands that read no file.
#[cfg(feature = "local")]
pub(super) async fn target_of_no_file(global: &Global) -> Result<Target> {
    match &global.local {
        Some(directory) => Ok(Target::Local(super::local::reach(directory).await?)),
        None => Ok(Target::Account { profile: global.profile.clone(), role: None }),
    }
}

#[cfg(not(feature = "local"))]
pub(super) async fn target_of_no_file(global: &Global) -> Result<Target> {
    Ok(Target::Account { profile: global.profile.clone(), role: None })
}

#[cfg(feature = "local")]
pub(super) async fn target(global: &Global, pipeline: &Pipeline) -> Result<(Target, bool)> {
    match &global.local {
        Some(directory) => Ok((Target::Local(super::local::reach(directory).await?), true)),
        None => Ok((account(global, pipeline), false)),
    }
}

#[cfg(feature = "local")]
async fn running_target(global: &Global, pipeline: &Pipeline) -> Result<Reached> {
    let (target, local) = target(global, pipeline).await?;
    match target {
        Target::Local(LocalTarget::Embedded(aws)) => {
            let url = super::local::serve_here(*aws).await?;
            Ok(Reached { target: Target::Local(LocalTarget::Served(url)), local, ends_with_us: true })
        }
        target => Ok(Reached { target, local, ends_with_us: false }),
    }
}

#[cfg(not(feature = "local"))]
async fn running_target(global: &Global, pipeline: &Pipeline) -> Result<Reached> {
    let (target, local) = target(global, pipeline).await?;
    Ok(Reached { target, local, ends_with_us: false })
}

#[cfg(not(feature = "local"))]
pub(super) async fn target(global: &Global, pipeline: &Pipeline) -> Result<(Target, bool)> {
    Ok((account(global, pipeline), false))
}

/// Compares, after checking the addresses that the user names. `file` is what the file asks for.
pub(crate) fn compare<'a>(
    session: &Session,
    (file, graph): (&Graph<'_>, &'a Graph<'_>),
    (live, surroundings): (&'a Inventory, &Surroundings),
    consent: &ConsentArgs,
) -> Result<Plan<'a>> {
    consent.check(file, live)?;
    Ok(session.planned(graph, (live, surroundings), &consent.given()))
}

impl ConsentArgs {
    /// Every address that the user names is one that there can be: one of `file`, or of what is there. Consent for what
    /// is gone already is no mistake: a job that gives it always may run twice.
    pub(super) fn check(&self, file: &Graph<'_>, live: &Inventory) -> Result<()> {
        for address in self.adopt.iter().chain(&self.allow_data_loss).chain(self.revert_extras.iter().flatten()) {
            if !(file.contains(address) || live.get(address).is_some()) {
                return Err(Error::usage(
                    format!("there is no resource `{address}`"),
                    "`pipectl plan` lists the addresses",
                ));
            }
        }
        Ok(())
    }

    pub(super) fn given(&self) -> Consent {
        Consent {
            adopt: self.adopt.iter().cloned().collect(),
            lose_data: self.allow_data_loss.iter().cloned().collect(),
            revert: self.revert(),
        }
    }
}

/// Refuses a plan of which any step is refused: half of it is not what was asked for.
pub(crate) fn refuse(plan: &Plan) -> Result<()> {
    let steps: Vec<_> = plan.refused().map(|(step, found)| refused_step(step, found)).collect();
    let Some(first) = steps.first() else { return Ok(()) };
    let whys: Vec<_> = steps.iter().map(|step| step.message.as_str()).collect();
    let (code, message, hint) = (first.code, format!("nothing was changed: {}", whys.join("; ")), first.hint.clone());
    Err(Error::Coded { code, message, hint, steps })
}

/// The plan for programs, and what it makes of a month's costs.
pub(crate) fn plan_document(session: &Session, plan: &Plan, cost: Option<&Difference>) -> Value {
    let mut json = plan_to_json(plan, &session.aws.names, &session.aws.caller);
    if let Some(cost) = cost {
        json["cost"] = difference_to_json(cost);
    }
    json
}

/// The plan for people, on stdout, and what it makes of a month's costs.
pub(crate) fn print_plan(
    session: &Session,
    plan: &Plan,
    cost: Option<&Difference>,
    (global, shown): (&Global, &ShownArgs),
) {
    let detail = if shown.full { Detail::Full } else { Detail::Brief };
    let paint = Paint::new(global.color, &std::io::stdout());
    data(format_args!("{}\n\n", session.place()));
    data(plan_to_text(plan, detail, paint));
    if let Some(cost) = cost {
        data(format_args!("\n{}", difference_below_plan(cost, paint)));
    }
}

/// What a month costs before and after a plan, at list prices; `None` where the plan changes nothing, and where nothing
/// can be said in US dollars, which it tells on stderr.
///
/// Usage is the file's, before and after: what is live does not tell how much it is used.
pub(crate) fn cost_of(session: &Session, plan: &Plan, graph: &Graph<'_>, live: &Inventory) -> Option<Difference> {
    let region = &session.aws.names.region;
    let month = |billed: Billed| estimate(Book::bundled(), &billed, region, Inputs::of(&session.pipeline), false);
    if plan.is_empty() {
        return None;
    }
    if let Err(why) = priceable(Book::bundled(), region) {
        say(format_args!("costs are not estimated: `{region}` {why}"));
        return None;
    }
    let (before, after) = (Billed::live(live, graph), Billed::wanted(graph));
    Some(Difference::between(&month(before), &month(after)))
}

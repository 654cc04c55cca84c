//! Another part takes over a piece of work while events come in: the one before stays until nothing is left for it to do.
//!
//! - The mover stays while Firehose delivers for it, or may still do so, and while files wait for it.
//! - The trigger of the job stays until a run has converted what came before Firehose did that itself.
//! - The job stays for good, and its role and script with it: its bookmark is the only one who knows which files are
//!   Parquet already, and AWS deletes it with the job. One that came back would write their rows a second time.
//! - An API or a URL that clients still post to is refused to go.

use super::bucket::Stranded;
use super::{
    Bucket, EventRule, Function, FunctionUrl, Graph, Inventory, Job, LogGroup, Notification, Object, Permission, Plan,
    RestApi, Role, Step, Stream, Trigger, UsagePlan,
};
use crate::aws::{Aws, Dates, Expect as _, Result, pages, read};
use crate::engine::plan::{Action, Cause, Consent, Refusal};
use crate::engine::resource::{Address, Resource};
use crate::engine::value::Pending;
use aws_sdk_glue::types::{JobRun, JobRunState};
use std::time::{Duration, SystemTime};

/// Until Firehose delivers nothing any more as it did before an update: the longest buffer, 900 s, and "within a few
/// minutes" for the update itself.
const SETTLED: Duration = Duration::from_secs(20 * 60);

/// The parts of the blueprint that are left over together: their kinds and names. A key or a query may have the same name.
const MOVER: &[(&str, &str)] = &[
    (Function::KIND, "mover"),
    (Role::KIND, "mover"),
    (LogGroup::KIND, "mover"),
    (Permission::KIND, "mover"),
    (Notification::KIND, "mover"),
    (Permission::KIND, "sweep"),
    (EventRule::KIND, "sweep"),
];
const JOB: &str = "etl";

/// What is still needed of what a graph does not ask for, in words.
#[derive(Debug, Default)]
pub(super) struct Handover {
    mover: Option<String>,
    trigger: Option<String>,
    /// Requests of the API, or that nobody knows.
    api: Option<String>,
    url: Option<String>,
}

impl Handover {
    /// Asks only where something is left over.
    ///
    /// # Errors
    /// AWS's: what may still be needed is not taken down on a guess.
    pub(super) async fn look(aws: &Aws, graph: &Graph<'_>, live: &Inventory) -> Result<Self> {
        if graph.nodes().is_empty() {
            return Ok(Self::default());
        }
        let left = |kind: &str, name: &str| {
            let address = Address::new(kind, name);
            !graph.contains(&address) && live.get(&address).is_some()
        };
        let (moves, runs) = (left(Function::KIND, "mover"), left(Trigger::KIND, JOB));
        let changed = if moves || runs { Changed::look(aws, live).await? } else { None };
        let mover = async { if moves { waiting(aws, graph, live, changed.as_ref()).await } else { Ok(None) } };
        let (mover, api) = futures::try_join!(mover, async {
            if left(RestApi::KIND, "ingest") { requests(aws, live).await } else { Ok(None) }
        })?;
        let trigger = match runs {
            true => unconverted(aws, live, mover.is_some() || begins_to_convert(graph, live), changed.as_ref()).await?,
            false => None,
        };
        let url = left(FunctionUrl::KIND, "track").then(|| "how many, only CloudWatch knows".to_owned());
        Ok(Self { mover, trigger, api, url })
    }

    /// Leaves in a plan what is still needed, and refuses what would turn clients away.
    pub(super) fn hold(&self, plan: &mut Plan, consent: &Consent) {
        let of = |plan: &Plan, wanted: &dyn Fn(&Address) -> bool| -> Vec<Address> {
            let deleted = plan.steps.iter().filter(|step| step.action() == Action::Delete);
            let deleted = deleted.map(|step| step.address.clone());
            deleted.filter(|address| wanted(address) && !consent.lose_data.contains(address)).collect()
        };
        if let Some(why) = &self.mover {
            let all = of(plan, &|address| MOVER.contains(&(&*address.kind, &*address.name)));
            plan.hold(&all, why);
        }
        if let Some(why) = &self.trigger {
            plan.hold(&of(plan, &|address| address.kind == Trigger::KIND && address.name == JOB), why);
        }
        let job = Address::new(Job::KIND, JOB);
        // Where all is taken down, nothing is left over.
        let orphan = |step: &Step| step.action() == Action::Delete && step.cause == Some(Cause::Orphan);
        if plan.steps.iter().any(|step| step.address == job && orphan(step)) && !consent.lose_data.contains(&job) {
            let role = Address::new(Role::KIND, JOB);
            let all = of(plan, &|address| *address == job || *address == role || address.kind == Object::KIND);
            plan.hold(
                &all,
                "the job's bookmark knows which files are Parquet already, should it run again; it costs nothing",
            );
        }
        for (kind, name, requests) in [(RestApi::KIND, "ingest", &self.api), (FunctionUrl::KIND, "track", &self.url)] {
            let address = Address::new(kind, name);
            let Some(requests) = requests.as_ref().filter(|_| !consent.lose_data.contains(&address)) else { continue };
            for step in plan.steps.iter_mut().filter(|step| step.address == address) {
                step.refusal = Some(Refusal::InService(requests.clone()));
            }
        }
    }
}

/// When a stream got the settings that it has.
struct Changed {
    at: SystemTime,
    /// By AWS's clock.
    now: SystemTime,
}

impl Changed {
    async fn look(aws: &Aws, live: &Inventory) -> Result<Option<Self>> {
        let Some(stream) = live.live::<Stream>("delivery") else { return Ok(None) };
        let (name, dates) = (&stream.resource.name, Dates::default());
        let found = read("firehose:DescribeDeliveryStream", || {
            aws.firehose
                .describe_delivery_stream()
                .delivery_stream_name(name)
                .customize()
                .interceptor(dates.clone())
                .send()
        });
        let Some(found) = found.await.absent()?.and_then(|found| found.delivery_stream_description) else {
            return Ok(None);
        };
        let at = found.last_update_timestamp.or(found.create_timestamp);
        let at = at.and_then(|at| SystemTime::try_from(at).ok()).unwrap_or(SystemTime::UNIX_EPOCH);
        Ok(Some(Self { at, now: dates.told() }))
    }

    fn is_settled(&self) -> bool {
        self.now.duration_since(self.at).unwrap_or_default() >= SETTLED
    }
}

/// Why the mover is still needed.
async fn waiting(aws: &Aws, graph: &Graph<'_>, live: &Inventory, changed: Option<&Changed>) -> Result<Option<String>> {
    let prefix = live.live::<Function>("mover").and_then(|live| match live.resource.environment.get("RAW_PREFIX") {
        Some(Pending::Known(prefix)) => Some(prefix.0.clone()),
        _ => None,
    });
    let (Some(prefix), Some(bucket)) = (prefix, graph.desired::<Bucket>("data")) else { return Ok(None) };
    let stream = live.live::<Stream>("delivery");
    if stream.is_some_and(|stream| stream.resource.prefix.starts_with(&prefix)) {
        return Ok(Some(format!("Firehose delivers below `{prefix}` until this apply; the next one takes it down")));
    }
    if changed.is_some_and(|changed| !changed.is_settled()) {
        return Ok(Some(format!("for 20 minutes after its change, Firehose may still deliver below `{prefix}`")));
    }
    let left = Stranded::all(aws, &bucket.bucket, &prefix).await?;
    Ok((!left.is_none()).then(|| format!("below `{prefix}` wait {left}; `pipectl run mover` moves them now")))
}

/// Firehose delivers JSON until this apply.
fn begins_to_convert(graph: &Graph<'_>, live: &Inventory) -> bool {
    let converts = |stream: &Stream| stream.conversion.is_some();
    let wanted = graph.desired::<Stream>("delivery");
    let there = live.live::<Stream>("delivery");
    wanted.as_ref().is_some_and(converts) && there.is_some_and(|live| !converts(&live.resource))
}

/// Why the trigger of a job is still needed: files come that are not converted, or no run has begun after the last of them.
async fn unconverted(aws: &Aws, live: &Inventory, comes: bool, changed: Option<&Changed>) -> Result<Option<String>> {
    let why = "until a run of the job has converted what came before Firehose did; `pipectl run etl` does it now";
    let (Some(job), Some(changed)) = (live.live::<Job>(JOB), changed) else { return Ok(None) };
    if comes || !changed.is_settled() {
        return Ok(Some(why.to_owned()));
    }
    let name = &job.resource.name;
    let all = pages(
        "glue:GetJobRuns",
        |from| aws.glue.get_job_runs().job_name(name).set_next_token(from).send(),
        |page| page.next_token(),
    );
    let after = |run: &JobRun| {
        let started = run.started_on.and_then(|at| SystemTime::try_from(at).ok());
        run.job_run_state == Some(JobRunState::Succeeded)
            && started.is_some_and(|started| started >= changed.at + SETTLED)
    };
    let done = all.await.absent()?.unwrap_or_default().iter().flat_map(|page| page.job_runs()).any(after);
    Ok((!done).then(|| why.to_owned()))
}

/// What clients have asked of the API since yesterday. `None`: nothing, as far as its keys tell.
async fn requests(aws: &Aws, live: &Inventory) -> Result<Option<String>> {
    let unknown = || Some("how many, only CloudWatch knows".to_owned());
    let Some(plan) = live.live::<UsagePlan>("ingest").map(|plan| plan.outputs.id.clone()) else {
        return Ok(unknown());
    };
    let Pending::Known(plan) = plan else { return Ok(unknown()) };
    let day = |at: jiff::Timestamp| at.strftime("%Y-%m-%d").to_string();
    let now = jiff::Timestamp::now();
    let (from, to) = (day(now - jiff::SignedDuration::from_hours(24)), day(now));
    let pages = pages(
        "apigateway:GetUsage",
        |position| {
            let request = aws.apigateway.get_usage().usage_plan_id(&plan).start_date(&from).end_date(&to);
            request.set_position(position).send()
        },
        |page| page.position(),
    );
    let Some(pages) = pages.await.absent()? else { return Ok(unknown()) };
    // By key, for each day: how many were made, and how many are left.
    let days = pages.iter().filter_map(|page| page.items()).flat_map(|items| items.values()).flatten();
    let made: i64 = days.filter_map(|day| day.first()).sum();
    Ok((made > 0).then(|| format!("{made} with its keys since yesterday")))
}

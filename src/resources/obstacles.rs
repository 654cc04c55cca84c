//! What would stop an apply midway, found before its first change: somebody else's notification, an account's quota, a
//! tool that is missing.

use super::handover::Handover;
use super::notification::{clash, entry_id, of_bucket};
use super::schema::Edited;
use super::{Function, Graph, Inventory, Notification, Plan, Step, observe};
use crate::artifact::Code;
use crate::aws::{Aws, Error, Result, read};
use crate::engine::plan::{Action, Consent, Refusal};
use crate::engine::resource::{Address, Resource};
use crate::names::Names;
use aws_sdk_s3::types::NotificationConfiguration;
use futures::future::join_all;
use std::collections::BTreeMap;

/// So many calls at once Lambda keeps for functions that reserve none; in an account that has fewer, all of them.
const KEPT: i32 = 100;

/// What is looked at beside the resources. What cannot be asked for is not in the way: AWS tells it at the apply.
#[derive(Debug, Default)]
pub(crate) struct Surroundings {
    /// The calls at once that functions may still reserve.
    spare: Option<i32>,
    /// Of the buckets whose notifications the graph asks for.
    notifications: BTreeMap<String, NotificationConfiguration>,
    /// Functions whose code cannot be had.
    without_code: BTreeMap<String, Error>,
    schema: Option<Edited>,
    handover: Handover,
}

impl Surroundings {
    /// What is live, and what is beside it. Asks all at once; only a schema that may be another one and parts that are
    /// left over take another look.
    ///
    /// # Errors
    /// Of the look at what is live, and of that at the schema.
    pub(crate) async fn observe(aws: &Aws, graph: &Graph<'_>) -> Result<(Inventory, Self)> {
        let (live, beside) = futures::join!(observe(aws, graph), Self::look(aws, graph));
        let live = live?;
        let (schema, handover) =
            futures::try_join!(Edited::look(aws, graph, &live), Handover::look(aws, graph, &live))?;
        Ok((live, Self { schema, handover, ..beside }))
    }

    async fn look(aws: &Aws, graph: &Graph<'_>) -> Self {
        let functions = wanted::<Function>(graph);
        let reserves = functions.iter().any(|(_, function)| function.reserved_concurrency.is_some());
        let spare = async { if reserves { spare(aws).await } else { None } };
        let buckets = wanted::<Notification>(graph).into_iter().map(|(_, notification)| notification.bucket);
        let notifications = join_all(buckets.map(|bucket| async { Some((of_bucket(aws, &bucket).await?, bucket)) }));
        let code = join_all(
            functions.iter().map(|(name, function)| async { Some((name.clone(), function.code.obstacle().await?)) }),
        );
        let (spare, notifications, code) = futures::join!(spare, notifications, code);
        let notifications = notifications.into_iter().flatten().map(|(all, bucket)| (bucket, all)).collect();
        Self { spare, notifications, without_code: code.into_iter().flatten().collect(), ..Self::default() }
    }

    /// Leaves in a plan what is still needed of what the file does not ask for any more.
    pub(crate) fn hold(&self, plan: &mut Plan, consent: &Consent) {
        self.handover.hold(plan, consent);
    }

    /// Refuses the steps of a plan that would fail, and those that would make data unreadable without consent.
    pub(crate) fn refuse(
        &self,
        plan: &mut Plan,
        graph: &Graph<'_>,
        live: &Inventory,
        (names, consent): (&Names, &Consent),
    ) {
        if let Some(edited) = &self.schema {
            plan.steps.iter_mut().filter(|step| works(step)).for_each(|step| edited.refuse(step, consent));
        }
        let asked = self.reserved(plan, graph, live);
        for step in plan.steps.iter_mut().filter(|step| works(step) && step.refusal.is_none()) {
            let name = step.address.name.as_str();
            step.refusal = match step.address.kind.as_str() {
                Notification::KIND => graph.desired(name).and_then(|desired| self.overlap(&desired, name, names)),
                Function::KIND => self.code(step).or_else(|| self.concurrency(name, &asked)),
                _ => None,
            };
        }
    }

    fn overlap(&self, desired: &Notification, name: &str, names: &Names) -> Option<Refusal> {
        let all = self.notifications.get(&desired.bucket)?;
        clash(desired, &entry_id(names, name), all).as_ref().map(fails)
    }

    fn code(&self, step: &Step) -> Option<Refusal> {
        self.without_code.get(&step.address.name).filter(|_| sends_code(step)).map(fails)
    }

    /// How many more calls at once each function is to reserve.
    fn reserved(&self, plan: &Plan, graph: &Graph<'_>, live: &Inventory) -> BTreeMap<String, i32> {
        let steps = plan.steps.iter().filter(|step| works(step) && step.address.kind == Function::KIND);
        let more = steps.filter_map(|step| {
            let name = step.address.name.as_str();
            let before = live.live::<Function>(name).and_then(|live| live.resource.reserved_concurrency).unwrap_or(0);
            Some((name.to_owned(), graph.desired::<Function>(name)?.reserved_concurrency.unwrap_or(0) - before))
        });
        more.collect()
    }

    fn concurrency(&self, name: &str, asked: &BTreeMap<String, i32>) -> Option<Refusal> {
        let (spare, total) = (self.spare?, asked.values().sum::<i32>());
        let more = asked.get(name).filter(|more| **more > 0)?;
        (total > spare).then(|| Refusal::Fails {
            why: format!("it is to reserve {more} more calls at once, and of the account's {spare} are left for that"),
            way: Function::CONCURRENCY_HINT.to_owned(),
        })
    }
}

/// The code that a plan sends, by the function's address.
pub(crate) fn sent_code(plan: &Plan<'_>, graph: &Graph<'_>) -> Vec<(Address, Code)> {
    let steps = plan.steps.iter().filter(|step| works(step) && step.address.kind == Function::KIND && sends_code(step));
    steps.filter_map(|step| Some((step.address.clone(), graph.desired::<Function>(&step.address.name)?.code))).collect()
}

fn sends_code(step: &Step) -> bool {
    step.action() != Action::Update
        || step.changes.iter().any(|change| matches!(&*change.attribute, "code" | "architecture"))
}

/// The account's calls at once that no function reserves, without those that stay so.
async fn spare(aws: &Aws) -> Option<i32> {
    let settings = read("lambda:GetAccountSettings", || aws.lambda.get_account_settings().send()).await.ok()?;
    let limit = settings.account_limit?;
    Some(limit.unreserved_concurrent_executions? - limit.concurrent_executions.min(KEPT))
}

fn fails(error: &Error) -> Refusal {
    Refusal::Fails { why: error.message().to_owned(), way: error.hint().unwrap_or_default() }
}

fn works(step: &Step) -> bool {
    !matches!(step.action(), Action::NoOp | Action::Delete)
}

fn wanted<R: Resource<World = Aws>>(graph: &Graph<'_>) -> Vec<(String, R)> {
    let all = graph.wanted(R::KIND).into_iter();
    all.filter_map(|wanted| Some((wanted.name.clone(), graph.desired(&wanted.name)?))).collect()
}

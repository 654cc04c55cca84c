//! Carries out a plan: each step as soon as what it needs is done, deletions last.
//!
//! No rollback: whatever a failed or interrupted apply leaves behind is what the next plan starts from.

use super::graph::{Graph, Outputs, Slot};
use super::inventory::Inventory;
use super::plan::{Action, Plan, Step};
use crate::aws::{Aws, Error, Result};
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Something worth telling the user while an apply runs.
#[derive(Debug)]
pub(crate) enum Event<'a> {
    Started(&'a Step),
    Finished(&'a Step, Duration),
    Failed(&'a Step, &'a Error),
    /// A dependency failed, or the run was interrupted.
    Skipped(&'a Step),
}

/// How an apply ended. Steps are named by their position in the plan.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) done: BTreeSet<usize>,
    pub(crate) failed: Vec<(usize, Error)>,
    pub(crate) skipped: BTreeSet<usize>,
    pub(crate) interrupted: bool,
    /// Of every desired resource that is there.
    pub(crate) outputs: Outputs,
}

/// How an apply is run.
#[derive(Debug)]
pub(crate) struct Execution<'a> {
    /// Steps in flight at most.
    pub(crate) parallelism: usize,
    /// Set once to let the calls in flight finish and start nothing more.
    pub(crate) stop: &'a AtomicBool,
}

type Running<'a> = FuturesUnordered<BoxFuture<'a, (usize, Instant, Result<Option<Slot>>)>>;

struct Executor<'a, R> {
    plan: &'a Plan,
    graph: &'a Graph<'a>,
    live: &'a Inventory,
    aws: &'a Aws,
    execution: Execution<'a>,
    report: R,
    outcome: Outcome,
    running: Running<'a>,
}

/// Runs the plan that was made from `graph` and `live`.
pub(crate) async fn apply<'a>(
    plan: &'a Plan,
    graph: &'a Graph<'a>,
    live: &'a Inventory,
    aws: &'a Aws,
    execution: Execution<'a>,
    report: impl FnMut(Event<'_>),
) -> Outcome {
    let mut executor = Executor {
        plan,
        graph,
        live,
        aws,
        execution,
        report,
        outcome: Outcome::default(),
        running: FuturesUnordered::new(),
    };
    let wanted = graph.nodes().len();
    executor.drain((0..wanted).collect()).await;
    executor.drain((wanted..plan.steps.len()).collect()).await;
    executor.outcome
}

/// Whether a step that waits may start.
enum Ready {
    Now,
    Later,
    Never,
}

impl<R: FnMut(Event<'_>)> Executor<'_, R> {
    /// Runs these steps until each is done, failed or skipped.
    async fn drain(&mut self, mut waiting: Vec<usize>) {
        loop {
            waiting = self.start(waiting);
            let Some((index, began, result)) = self.running.next().await else { break };
            self.finish(index, began, result);
        }
        for index in waiting {
            self.skip(index);
        }
    }

    /// Starts what can start and gives back what has to wait. A skipped step may decide the fate of
    /// an earlier one in the list (deletions), hence the loop until nothing moves.
    fn start(&mut self, mut waiting: Vec<usize>) -> Vec<usize> {
        loop {
            let before = waiting.len();
            waiting.retain(|&index| match self.readiness(index) {
                Ready::Later => true,
                Ready::Never => {
                    self.skip(index);
                    false
                }
                Ready::Now => {
                    self.launch(index);
                    false
                }
            });
            if waiting.len() == before {
                return waiting;
            }
        }
    }

    fn readiness(&mut self, index: usize) -> Ready {
        if self.execution.stop.load(Ordering::Relaxed) {
            self.outcome.interrupted = true;
            return Ready::Never;
        }
        let needs = self.needs(index);
        if self.broke(&needs) {
            Ready::Never
        } else if needs.is_subset(&self.outcome.done) && self.running.len() < self.execution.parallelism {
            Ready::Now
        } else {
            Ready::Later
        }
    }

    /// The steps that have to be done first: for a desired resource those it takes outputs from, for
    /// a deletion all of the kinds that use it. So a role outlives a function that could not be moved
    /// to another one.
    fn needs(&self, index: usize) -> BTreeSet<usize> {
        if let Some(node) = self.graph.nodes().get(index) {
            return node.dependencies().clone();
        }
        let used_by = self.live.get(&self.plan.steps[index].address).map_or(&[][..], |live| live.used_by());
        let users =
            self.plan.steps.iter().enumerate().filter(|(_, step)| used_by.contains(&step.address.kind.as_str()));
        users.map(|(user, _)| user).collect()
    }

    fn broke(&self, needs: &BTreeSet<usize>) -> bool {
        !needs.is_disjoint(&self.outcome.skipped) || self.outcome.failed.iter().any(|(index, _)| needs.contains(index))
    }

    fn launch(&mut self, index: usize) {
        let step = &self.plan.steps[index];
        if step.action != Action::NoOp {
            (self.report)(Event::Started(step));
        }
        let work = self.work(index, step);
        let began = Instant::now();
        self.running.push(Box::pin(async move { (index, began, work.await) }));
    }

    fn finish(&mut self, index: usize, began: Instant, result: Result<Option<Slot>>) {
        let step = &self.plan.steps[index];
        match result {
            Ok(outputs) => {
                if let Some(outputs) = outputs {
                    self.outcome.outputs.insert(index, outputs);
                }
                self.outcome.done.insert(index);
                if step.action != Action::NoOp {
                    (self.report)(Event::Finished(step, began.elapsed()));
                }
            }
            Err(error) => {
                (self.report)(Event::Failed(step, &error));
                self.outcome.failed.push((index, error));
            }
        }
    }

    fn skip(&mut self, index: usize) {
        let step = &self.plan.steps[index];
        self.outcome.skipped.insert(index);
        if step.action != Action::NoOp {
            (self.report)(Event::Skipped(step));
        }
    }
}

impl<'a, R> Executor<'a, R> {
    fn work(&self, index: usize, step: &'a Step) -> BoxFuture<'a, Result<Option<Slot>>> {
        let (live, aws) = (self.live.get(&step.address), self.aws);
        let Some(node) = self.graph.nodes().get(index) else {
            let orphan = live.expect("a plan is made from its inventory");
            return Box::pin(async move { orphan.delete(aws).await.map(|()| None) });
        };
        if step.action == Action::NoOp {
            let outputs = live.expect("a no-op step is about a live resource").outputs();
            return Box::pin(std::future::ready(Ok(Some(outputs))));
        }
        let replace = step.action == Action::Replace;
        let work = node.converge(live, replace, &self.outcome.outputs, self.graph, aws);
        Box::pin(async move { work.await.map(Some) })
    }
}

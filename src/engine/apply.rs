//! Carries out a plan: each step as soon as what it needs is there to be used, deletions last.
//!
//! No rollback: whatever a failed or interrupted apply leaves behind is what the next plan starts from.

use super::graph::Outputs;
use super::live::Slot;
use super::plan::{Action, Order, Plan, Step, Work};
use super::resource::{Tried, World};
use futures::future::{BoxFuture, FutureExt, TryFutureExt};
use futures::stream::{FuturesUnordered, StreamExt};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Something worth telling the user while an apply runs.
#[derive(Debug)]
pub enum Event<'a, W: World> {
    Started(&'a Step<'a, W>),
    Finished(&'a Step<'a, W>, Duration),
    Failed(&'a Step<'a, W>, &'a W::Error),
    /// A dependency failed, or the run was interrupted.
    Skipped(&'a Step<'a, W>),
    /// It was not deleted, since what takes its place is gone.
    Spared(&'a Step<'a, W>),
}

/// How an apply ended. Steps are named by their position in the plan.
#[derive(Debug)]
pub struct Outcome<W: World> {
    pub done: BTreeSet<usize>,
    pub failed: Vec<(usize, W::Error)>,
    pub skipped: BTreeSet<usize>,
    pub interrupted: bool,
    /// Of every desired resource that is there.
    pub outputs: Outputs,
}

/// How an apply is run.
#[derive(Debug)]
pub struct Execution<'a> {
    /// Steps in flight at most.
    pub parallelism: usize,
    /// Set once to let the calls in flight finish and start nothing more.
    pub stop: &'a AtomicBool,
}

/// What a step came to.
enum Did {
    /// What there is has these outputs.
    Keep(Slot),
    /// It is there, with these outputs, and has to be finished yet.
    Create(Slot),
    Finish,
    Delete,
    Spare,
}

/// A step at work: its position, since when, and what becomes of it.
type Running<'a, W> = FuturesUnordered<BoxFuture<'a, (usize, Instant, Tried<W, Did>)>>;

struct Executor<'a, W: World, R> {
    plan: &'a Plan<'a, W>,
    world: &'a W,
    execution: Execution<'a>,
    report: R,
    outcome: Outcome<W>,
    /// What is done, and what others may use before it is.
    usable: BTreeSet<usize>,
    running: Running<'a, W>,
}

/// Carries out a plan.
pub async fn apply<'a, W: World>(
    plan: &'a Plan<'a, W>,
    world: &'a W,
    execution: Execution<'a>,
    report: impl FnMut(Event<'_, W>),
) -> Outcome<W> {
    let (done, failed, skipped) = Default::default();
    let outcome = Outcome { done, failed, skipped, interrupted: false, outputs: Outputs::default() };
    let (usable, running) = Default::default();
    let mut executor = Executor { plan, world, execution, report, outcome, usable, running };
    let deletes = |index: &usize| plan.steps[*index].action() == Action::Delete;
    let (deletions, others) = (0..plan.steps.len()).partition(deletes);
    executor.drain(others).await;
    executor.drain(deletions).await;
    executor.outcome
}

/// Whether a step that waits may start.
enum Ready {
    Now,
    Later,
    Never,
}

impl<'a, W: World, R: FnMut(Event<'_, W>)> Executor<'a, W, R> {
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
        let needs = &self.plan.steps[index].needs;
        if self.broke(needs) {
            Ready::Never
        } else if needs.is_subset(&self.usable) && self.running.len() < self.execution.parallelism {
            Ready::Now
        } else {
            Ready::Later
        }
    }

    fn broke(&self, needs: &BTreeSet<usize>) -> bool {
        !needs.is_disjoint(&self.outcome.skipped) || self.outcome.failed.iter().any(|(index, _)| needs.contains(index))
    }

    fn launch(&mut self, index: usize) {
        let step = &self.plan.steps[index];
        if step.action() != Action::NoOp {
            (self.report)(Event::Started(step));
        }
        let work = self.work(step);
        let began = Instant::now();
        self.running.push(Box::pin(async move { (index, began, work.await) }));
    }

    fn finish(&mut self, index: usize, began: Instant, result: Tried<W, Did>) {
        let step = &self.plan.steps[index];
        match result {
            Ok(Did::Spare) => {
                self.outcome.skipped.insert(index);
                (self.report)(Event::Spared(step));
            }
            Ok(Did::Create(outputs)) => {
                self.outcome.outputs.insert(index, outputs);
                self.usable.insert(index);
                let mut rest = self.rest(step);
                match (&mut rest).now_or_never() {
                    Some(nothing_left) => self.finish(index, began, nothing_left),
                    None => self.running.push(Box::pin(async move { (index, began, rest.await) })),
                }
            }
            Ok(did) => {
                if let Did::Keep(outputs) = did {
                    self.outcome.outputs.insert(index, outputs);
                }
                self.usable.insert(index);
                self.outcome.done.insert(index);
                if step.action() != Action::NoOp {
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
        if step.action() != Action::NoOp {
            (self.report)(Event::Skipped(step));
        }
    }
}

impl<'a, W: World, R> Executor<'a, W, R> {
    fn work(&self, step: &'a Step<'a, W>) -> BoxFuture<'a, Tried<W, Did>> {
        let (outputs, world) = (&self.outcome.outputs, self.world);
        match step.work {
            Work::Keep(live) => Box::pin(std::future::ready(Ok(Did::Keep(live.outputs())))),
            // The old one has a step of its own, among the deletions.
            Work::Create(node) | Work::Replace(node, _, Order::CreateFirst) => {
                Box::pin(node.create(outputs, world).map_ok(Did::Create))
            }
            Work::Update(node, live) => Box::pin(node.update(live, &step.put_back, outputs, world).map_ok(Did::Keep)),
            Work::Replace(node, live, Order::DeleteFirst) => {
                let create = node.create(outputs, world);
                Box::pin(async move {
                    live.delete(world).await?;
                    create.await.map(Did::Create)
                })
            }
            Work::Delete(live) => Box::pin(async move {
                // Data goes when what takes its place is there still, whoever was at work meanwhile.
                if let Some(successor) = step.successor.filter(|_| !live.data().is_empty())
                    && !successor.is_there(world).await?
                {
                    return Ok(Did::Spare);
                }
                live.delete(world).await.map(|()| Did::Delete)
            }),
        }
    }

    /// What is left to do for what was made, while those that take from it begin.
    fn rest(&self, step: &'a Step<'a, W>) -> BoxFuture<'a, Tried<W, Did>> {
        match step.work {
            Work::Create(node) | Work::Replace(node, ..) => {
                Box::pin(node.finish(&self.outcome.outputs, self.world).map_ok(|()| Did::Finish))
            }
            Work::Keep(_) | Work::Update(..) | Work::Delete(_) => Box::pin(std::future::ready(Ok(Did::Finish))),
        }
    }
}

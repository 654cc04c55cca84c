//! Everything live that the pipeline has to do with.

use super::graph::Graph;
use super::live::{AnyLive, typed};
use super::resource::{Address, Live, Owner, Resource, World};

/// Live resources, in the order in which kinds are registered.
pub struct Inventory<W: World>(Vec<Box<dyn AnyLive<W>>>);

impl<W: World> Default for Inventory<W> {
    fn default() -> Self {
        Self(vec![])
    }
}

impl<W: World> Inventory<W> {
    pub fn extend(&mut self, found: Vec<Box<dyn AnyLive<W>>>) {
        self.0.extend(found);
    }

    pub fn get(&self, address: &Address) -> Option<&dyn AnyLive<W>> {
        self.iter().find(|live| live.address() == *address)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &dyn AnyLive<W>> {
        self.0.iter().map(|live| &**live)
    }

    /// A live resource of a kind and name, for what reads resources rather than compares them.
    pub fn live<R: Resource<World = W>>(&self, name: &str) -> Option<&Live<R>> {
        self.get(&Address::new(R::KIND, name)).map(typed::<R>)
    }

    /// What is live and ours, but no longer wanted; the last registered kinds first.
    pub fn orphans<'a>(&'a self, graph: &'a Graph<'_, W>) -> impl Iterator<Item = &'a dyn AnyLive<W>> {
        self.iter().rev().filter(|live| *live.owner() == Owner::Us && !graph.contains(&live.address()))
    }
}

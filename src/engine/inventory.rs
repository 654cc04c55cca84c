//! Everything live that the pipeline has to do with.

use super::diff::Attributes;
use super::graph::{Graph, Slot};
use super::resource::{Address, Live, Owner, Resource, Tried, World};
use futures::future::BoxFuture;
use std::any::Any;
use std::sync::Arc;

/// A live resource, its type erased.
pub trait AnyLive<W: World>: Send + Sync {
    fn address(&self) -> Address;
    fn attributes(&self) -> Attributes;
    fn outputs(&self) -> Slot;
    fn owner(&self) -> &Owner;
    /// [`Live::applied`].
    fn applied(&self) -> Option<&str>;
    /// [`Live::data`].
    fn data(&self) -> &str;
    /// [`Resource::USES`].
    fn uses(&self) -> &'static [&'static str];
    fn delete<'a>(&'a self, world: &'a W) -> BoxFuture<'a, Tried<W, ()>>;
    fn as_any(&self) -> &dyn Any;
}

impl<R: Resource> AnyLive<R::World> for Live<R> {
    fn address(&self) -> Address {
        Address::new(R::KIND, &self.name)
    }
    fn attributes(&self) -> Attributes {
        self.resource.attributes()
    }
    fn outputs(&self) -> Slot {
        Arc::new(self.outputs.clone())
    }
    fn owner(&self) -> &Owner {
        &self.owner
    }
    fn applied(&self) -> Option<&str> {
        self.applied.as_deref()
    }
    fn data(&self) -> &str {
        &self.data
    }
    fn uses(&self) -> &'static [&'static str] {
        R::USES
    }
    fn delete<'a>(&'a self, world: &'a R::World) -> BoxFuture<'a, Tried<R::World, ()>> {
        Box::pin(R::delete(self, world))
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The live resource with its type back.
pub(super) fn typed<R: Resource>(live: &dyn AnyLive<R::World>) -> &Live<R> {
    live.as_any().downcast_ref().expect("an address is typed by its kind")
}

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

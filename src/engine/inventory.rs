//! Everything live that the pipeline has to do with.

use super::diff::Attributes;
use super::graph::{Graph, Slot};
use super::resource::{Address, Live, Owner, Resource};
use crate::aws::{Aws, Result};
use futures::future::BoxFuture;
use std::any::Any;
use std::sync::Arc;

/// A live resource, its type erased.
pub(crate) trait AnyLive: Send + Sync {
    fn address(&self) -> Address;
    fn attributes(&self) -> Attributes;
    fn outputs(&self) -> Slot;
    fn owner(&self) -> &Owner;
    fn applied(&self) -> Option<&str>;
    fn data(&self) -> &str;
    fn used_by(&self) -> &'static [&'static str];
    fn delete<'a>(&'a self, aws: &'a Aws) -> BoxFuture<'a, Result<()>>;
    fn as_any(&self) -> &dyn Any;
}

impl<R: Resource> AnyLive for Live<R> {
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
    fn used_by(&self) -> &'static [&'static str] {
        R::USED_BY
    }
    fn delete<'a>(&'a self, aws: &'a Aws) -> BoxFuture<'a, Result<()>> {
        Box::pin(R::delete(self, aws))
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The live resource with its type back.
pub(super) fn typed<R: Resource>(live: &dyn AnyLive) -> &Live<R> {
    live.as_any().downcast_ref().expect("an address is typed by its kind")
}

/// Live resources, in the order in which kinds are registered.
#[derive(Default)]
pub(crate) struct Inventory(Vec<Box<dyn AnyLive>>);

impl Inventory {
    pub(crate) fn extend(&mut self, found: Vec<Box<dyn AnyLive>>) {
        self.0.extend(found);
    }

    pub(crate) fn get(&self, address: &Address) -> Option<&dyn AnyLive> {
        self.iter().find(|live| live.address() == *address)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &dyn AnyLive> {
        self.0.iter().map(|live| &**live)
    }

    /// Outputs of a live resource, for commands that look things up (`pipectl output`).
    pub(crate) fn outputs<R: Resource>(&self, name: &str) -> Option<&R::Outputs> {
        self.get(&Address::new(R::KIND, name)).map(|live| &typed::<R>(live).outputs)
    }

    /// What is live and ours, but no longer wanted; the last registered kinds first.
    pub(crate) fn orphans<'a>(&'a self, graph: &'a Graph) -> impl Iterator<Item = &'a dyn AnyLive> {
        self.iter().rev().filter(|live| *live.owner() == Owner::Us && !graph.contains(&live.address()))
    }
}

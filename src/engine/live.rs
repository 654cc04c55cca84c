//! What lives, whatever its kind.

use super::diff::Attributes;
use super::extra::Extra;
use super::mark::Mark;
use super::resource::{Address, Live, Owner, Resource, Tried, World};
use futures::future::BoxFuture;
use std::any::Any;
use std::sync::Arc;

/// The outputs of one resource, its type erased.
pub type Slot = Arc<dyn Any + Send + Sync>;

/// A live resource, its type erased.
pub trait AnyLive<W: World>: Send + Sync {
    fn address(&self) -> Address;
    /// Gives it another name in the blueprint.
    fn rename(&mut self, name: String);
    /// [`Resource::id`].
    fn id(&self) -> String;
    /// [`Resource::live_id`].
    fn live_id(&self) -> String;
    fn attributes(&self) -> Attributes;
    fn outputs(&self) -> Slot;
    fn owner(&self) -> &Owner;
    /// [`Live::applied`].
    fn applied(&self) -> Option<&Mark>;
    /// [`Live::data`].
    fn data(&self) -> &str;
    /// [`Live::extras`].
    fn extras(&self) -> &[Extra];
    /// [`Resource::USES`].
    fn uses(&self) -> &'static [&'static str];
    fn delete<'a>(&'a self, world: &'a W) -> BoxFuture<'a, Tried<W, ()>>;
    fn as_any(&self) -> &dyn Any;
}

impl<R: Resource> AnyLive<R::World> for Live<R> {
    fn address(&self) -> Address {
        Address::new(R::KIND, &self.name)
    }
    fn rename(&mut self, name: String) {
        self.name = name;
    }
    fn id(&self) -> String {
        self.resource.id()
    }
    fn live_id(&self) -> String {
        R::live_id(self)
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
    fn applied(&self) -> Option<&Mark> {
        self.applied.as_ref()
    }
    fn data(&self) -> &str {
        &self.data
    }
    fn extras(&self) -> &[Extra] {
        &self.extras
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

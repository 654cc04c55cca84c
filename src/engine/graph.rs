//! The desired resources and what each takes from the others.
//!
//! A resource is added as a closure over the outputs of those added before it. Reading an output is
//! what records the edge, so there is no dangling reference, no cycle and no sorting.

use super::diff::{Attributes, Change, diff};
use super::extra::Extra;
use super::live::{AnyLive, Slot, typed};
use super::resource::{Address, Resource, Tried, Wanted, World};
use futures::future::BoxFuture;
use std::any::Any;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Index;
use std::sync::Arc;

/// A resource already in the graph. Holding one is the only way to refer to its outputs.
pub struct Handle<R> {
    index: usize,
    kind: PhantomData<fn() -> R>,
}

impl<R> Copy for Handle<R> {}
impl<R> Clone for Handle<R> {
    fn clone(&self) -> Self {
        *self
    }
}

/// Outputs known so far, by position in the graph.
#[derive(Clone, Default)]
pub struct Outputs(BTreeMap<usize, Slot>);

impl fmt::Debug for Outputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Outputs {
    pub fn insert(&mut self, index: usize, value: Slot) {
        self.0.insert(index, value);
    }

    fn get<R: Resource>(&self, handle: Handle<R>) -> &R::Outputs {
        self.0[&handle.index].downcast_ref().expect("a handle is typed by its resource")
    }
}

/// The view of outputs that a resource is built from. It notes what is read.
pub struct Scope<'a> {
    outputs: &'a Outputs,
    predicted: &'a Outputs,
    read: RefCell<BTreeSet<usize>>,
    foreseen: RefCell<BTreeSet<usize>>,
}

impl<'a> Scope<'a> {
    fn new(outputs: &'a Outputs, predicted: &'a Outputs) -> Self {
        Self { outputs, predicted, read: RefCell::default(), foreseen: RefCell::default() }
    }

    /// What an output will be, without waiting for the resource it comes from, unless that is replaced: what is said
    /// of the new one would not be true of the old one, should the new one never be.
    ///
    /// Only for what is derived from names and is not checked by AWS when it is written: an API
    /// Gateway integration takes any function's ARN, so the API need not wait for the function.
    pub fn predicted<R: Resource>(&self, handle: Handle<R>) -> &R::Outputs {
        self.foreseen.borrow_mut().insert(handle.index);
        self.predicted.get(handle)
    }
}

impl<R: Resource> Index<Handle<R>> for Scope<'_> {
    type Output = R::Outputs;

    fn index(&self, handle: Handle<R>) -> &R::Outputs {
        self.read.borrow_mut().insert(handle.index);
        self.outputs.get(handle)
    }
}

/// What comparing a desired resource with the live one gives.
pub struct Compared {
    pub attributes: Attributes,
    pub changes: Vec<Change>,
    pub outputs: Slot,
}

/// A desired resource, its type erased. It is built anew for each call, from the outputs known by then.
pub trait Node<W: World>: Send + Sync {
    fn address(&self) -> &Address;
    /// [`Resource::id`].
    fn id(&self) -> &str;
    /// Positions of what it takes outputs from.
    fn dependencies(&self) -> &BTreeSet<usize>;
    /// Positions of what it takes outputs from that are known before: [`Scope::predicted`].
    fn foreseen(&self) -> &BTreeSet<usize>;
    /// [`Resource::USES`].
    fn uses(&self) -> &'static [&'static str];
    /// [`Resource::HOLDS_DATA`].
    fn holds_data(&self) -> bool;
    fn compare(&self, live: Option<&dyn AnyLive<W>>, outputs: &Outputs) -> Compared;
    /// Looks whether one of that id is there.
    fn is_there<'a>(&'a self, world: &'a W) -> BoxFuture<'a, Tried<W, bool>>;
    fn create<'a>(&'a self, outputs: &Outputs, world: &'a W) -> BoxFuture<'a, Tried<W, Slot>>;
    /// [`Resource::finish`].
    fn finish<'a>(&'a self, outputs: &Outputs, world: &'a W) -> BoxFuture<'a, Tried<W, ()>>;
    /// `put_back`: extras that are to go.
    fn update<'a>(
        &'a self,
        live: &'a dyn AnyLive<W>,
        put_back: &'a [Extra],
        outputs: &Outputs,
        world: &'a W,
    ) -> BoxFuture<'a, Tried<W, Slot>>;
    /// The resource, as far as it is known before an apply.
    fn predicted(&self) -> Box<dyn Any>;
}

struct Typed<'a, R: Resource, F> {
    address: Address,
    id: String,
    dependencies: BTreeSet<usize>,
    foreseen: BTreeSet<usize>,
    build: F,
    place: &'a <R::World as World>::Place,
    /// What the outputs of everything before it will be.
    before: Outputs,
    kind: PhantomData<fn() -> R>,
}

impl<R: Resource, F: Fn(&Scope) -> R> Typed<'_, R, F> {
    fn desired(&self, outputs: &Outputs) -> R {
        (self.build)(&Scope::new(outputs, &self.before))
    }
}

impl<R: Resource, F: Fn(&Scope) -> R + Send + Sync> Node<R::World> for Typed<'_, R, F> {
    fn address(&self) -> &Address {
        &self.address
    }

    fn id(&self) -> &str {
        &self.id
    }

    fn dependencies(&self) -> &BTreeSet<usize> {
        &self.dependencies
    }

    fn foreseen(&self) -> &BTreeSet<usize> {
        &self.foreseen
    }

    fn uses(&self) -> &'static [&'static str] {
        R::USES
    }

    fn holds_data(&self) -> bool {
        R::HOLDS_DATA
    }

    fn compare(&self, live: Option<&dyn AnyLive<R::World>>, outputs: &Outputs) -> Compared {
        let desired = self.desired(outputs);
        let attributes = desired.attributes();
        let predicted = || Arc::new(desired.predict(self.place, &self.address.name)) as Slot;
        let Some(live) = live.map(typed::<R>) else {
            return Compared { attributes, changes: vec![], outputs: predicted() };
        };
        let changes = diff(&live.resource.attributes(), &attributes);
        let replaced = changes.iter().any(|change| change.forces_replacement);
        let outputs = if replaced { predicted() } else { Arc::new(live.outputs.clone()) };
        Compared { attributes, changes, outputs }
    }

    fn is_there<'a>(&'a self, world: &'a R::World) -> BoxFuture<'a, Tried<R::World, bool>> {
        let wanted = [Wanted { name: self.address.name.clone(), id: self.id.clone() }];
        Box::pin(async move {
            let found = R::observe(world, &wanted).await?;
            Ok(found.iter().any(|live| live.resource.id() == self.id))
        })
    }

    fn create<'a>(&'a self, outputs: &Outputs, world: &'a R::World) -> BoxFuture<'a, Tried<R::World, Slot>> {
        let desired = self.desired(outputs);
        Box::pin(async move { Ok(Arc::new(desired.create(world, &self.address.name).await?) as Slot) })
    }

    fn finish<'a>(&'a self, outputs: &Outputs, world: &'a R::World) -> BoxFuture<'a, Tried<R::World, ()>> {
        let desired = self.desired(outputs);
        Box::pin(async move { desired.finish(world, &self.address.name).await })
    }

    fn update<'a>(
        &'a self,
        live: &'a dyn AnyLive<R::World>,
        put_back: &'a [Extra],
        outputs: &Outputs,
        world: &'a R::World,
    ) -> BoxFuture<'a, Tried<R::World, Slot>> {
        let (desired, live) = (self.desired(outputs), typed::<R>(live));
        Box::pin(async move {
            let mut changes = diff(&live.resource.attributes(), &desired.attributes());
            changes.extend(put_back.iter().map(Extra::change));
            Ok(Arc::new(desired.update(world, live, &changes).await?) as Slot)
        })
    }

    fn predicted(&self) -> Box<dyn Any> {
        Box::new(self.desired(&self.before))
    }
}

/// Desired resources, each after everything it depends on.
pub struct Graph<'a, W: World> {
    place: &'a W::Place,
    nodes: Vec<Box<dyn Node<W> + 'a>>,
    predicted: Outputs,
}

impl<'a, W: World> Graph<'a, W> {
    pub fn new(place: &'a W::Place) -> Self {
        Self { place, nodes: vec![], predicted: Outputs::default() }
    }

    /// Adds a resource built from the outputs of resources added before it.
    pub fn add<R: Resource<World = W>>(
        &mut self,
        name: &str,
        build: impl Fn(&Scope) -> R + Send + Sync + 'a,
    ) -> Handle<R> {
        let address = Address::new(R::KIND, name);
        let before = self.predicted.clone();
        let scope = Scope::new(&before, &before);
        let desired = build(&scope);
        let (id, outputs) = (desired.id(), desired.predict(self.place, name));
        let (dependencies, foreseen) = (scope.read.into_inner(), scope.foreseen.into_inner());
        let index = self.nodes.len();
        self.predicted.insert(index, Arc::new(outputs));
        let place = self.place;
        self.nodes.push(Box::new(Typed {
            address,
            id,
            dependencies,
            foreseen,
            build,
            place,
            before,
            kind: PhantomData,
        }));
        Handle { index, kind: PhantomData }
    }

    pub fn nodes(&self) -> &[Box<dyn Node<W> + 'a>] {
        &self.nodes
    }

    /// The outputs of a desired resource, for commands that show them.
    pub fn outputs<'o, R: Resource<World = W>>(&self, name: &str, outputs: &'o Outputs) -> Option<&'o R::Outputs> {
        outputs.0.get(&self.position::<R>(name)?)?.downcast_ref()
    }

    /// A desired resource as far as it is known before an apply, for what reads resources rather than compares them.
    pub fn desired<R: Resource<World = W>>(&self, name: &str) -> Option<R> {
        let node = &self.nodes[self.position::<R>(name)?];
        node.predicted().downcast().ok().map(|resource| *resource)
    }

    fn position<R: Resource>(&self, name: &str) -> Option<usize> {
        let address = Address::new(R::KIND, name);
        self.nodes.iter().position(|node| *node.address() == address)
    }

    pub fn contains(&self, address: &Address) -> bool {
        self.node(address).is_some()
    }

    pub fn node(&self, address: &Address) -> Option<&dyn Node<W>> {
        self.nodes.iter().map(|node| &**node as &dyn Node<W>).find(|node| node.address() == address)
    }

    /// The desired resources of one kind, which is where `observe` looks first.
    pub fn wanted(&self, kind: &str) -> Vec<Wanted> {
        let of_kind = self.nodes.iter().filter(|node| node.address().kind == kind);
        of_kind.map(|node| Wanted { name: node.address().name.clone(), id: node.id().to_owned() }).collect()
    }
}

impl<W: World> fmt::Debug for Graph<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.nodes.iter().map(|node| (node.address(), node.dependencies()))).finish()
    }
}

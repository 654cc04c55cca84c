//! The desired resources and what each takes from the others.
//!
//! A resource is added as a closure over the outputs of those added before it. Reading an output is
//! what records the edge, so there is no dangling reference, no cycle and no sorting.

use super::diff::{Attributes, Change, diff};
use super::inventory::{AnyLive, typed};
use super::resource::{Address, Resource, Wanted};
use crate::aws::{Aws, Result};
use crate::names::Names;
use futures::future::BoxFuture;
use std::any::Any;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Index;
use std::sync::Arc;

/// A resource already in the graph. Holding one is the only way to refer to its outputs.
pub(crate) struct Handle<R> {
    index: usize,
    kind: PhantomData<fn() -> R>,
}

impl<R> Copy for Handle<R> {}
impl<R> Clone for Handle<R> {
    fn clone(&self) -> Self {
        *self
    }
}

/// The outputs of one resource, its type erased.
pub(crate) type Slot = Arc<dyn Any + Send + Sync>;

/// Outputs known so far, by position in the graph.
#[derive(Clone, Default)]
pub(crate) struct Outputs(BTreeMap<usize, Slot>);

impl fmt::Debug for Outputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Outputs {
    pub(crate) fn insert(&mut self, index: usize, value: Slot) {
        self.0.insert(index, value);
    }

    fn get<R: Resource>(&self, handle: Handle<R>) -> &R::Outputs {
        self.0[&handle.index].downcast_ref().expect("a handle is typed by its resource")
    }
}

/// The view of outputs that a resource is built from. It notes what is read.
pub(crate) struct Scope<'a> {
    outputs: &'a Outputs,
    predicted: &'a Outputs,
    read: RefCell<BTreeSet<usize>>,
}

impl Scope<'_> {
    /// What an output will be, without waiting for the resource it comes from.
    ///
    /// Only for what is derived from names and is not checked by AWS when it is written: an API
    /// Gateway integration takes any function's ARN, so the API need not wait for the function.
    pub(crate) fn predicted<R: Resource>(&self, handle: Handle<R>) -> &R::Outputs {
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
pub(crate) struct Compared {
    pub(crate) attributes: Attributes,
    pub(crate) changes: Vec<Change>,
    pub(crate) outputs: Slot,
}

/// A desired resource, its type erased.
pub(crate) trait Node: Send + Sync {
    fn address(&self) -> &Address;
    fn id(&self) -> &str;
    fn dependencies(&self) -> &BTreeSet<usize>;
    fn holds_data(&self) -> bool;
    fn compare(&self, live: Option<&dyn AnyLive>, outputs: &Outputs, graph: &Graph) -> Compared;
    /// Makes the live resource what is desired, replacing it if told so.
    fn converge<'a>(
        &'a self,
        live: Option<&'a dyn AnyLive>,
        replace: bool,
        outputs: &Outputs,
        graph: &Graph,
        aws: &'a Aws,
    ) -> BoxFuture<'a, Result<Slot>>;
}

struct Typed<R, F> {
    address: Address,
    id: String,
    dependencies: BTreeSet<usize>,
    build: F,
    kind: PhantomData<fn() -> R>,
}

impl<R: Resource, F: Fn(&Scope) -> R + Send + Sync> Typed<R, F> {
    fn desired(&self, outputs: &Outputs, graph: &Graph) -> R {
        (self.build)(&Scope { outputs, predicted: &graph.predicted, read: RefCell::default() })
    }
}

impl<R: Resource, F: Fn(&Scope) -> R + Send + Sync> Node for Typed<R, F> {
    fn address(&self) -> &Address {
        &self.address
    }

    fn id(&self) -> &str {
        &self.id
    }

    fn dependencies(&self) -> &BTreeSet<usize> {
        &self.dependencies
    }

    fn holds_data(&self) -> bool {
        R::HOLDS_DATA
    }

    fn compare(&self, live: Option<&dyn AnyLive>, outputs: &Outputs, graph: &Graph) -> Compared {
        let desired = self.desired(outputs, graph);
        let attributes = desired.attributes();
        let predicted = || Arc::new(desired.predict(graph.names, &self.address.name)) as Slot;
        let Some(live) = live.map(typed::<R>) else {
            return Compared { attributes, changes: vec![], outputs: predicted() };
        };
        let changes = diff(&live.resource.attributes(), &attributes);
        let replaced = changes.iter().any(|change| change.forces_replacement);
        let outputs = if replaced { predicted() } else { Arc::new(live.outputs.clone()) };
        Compared { attributes, changes, outputs }
    }

    fn converge<'a>(
        &'a self,
        live: Option<&'a dyn AnyLive>,
        replace: bool,
        outputs: &Outputs,
        graph: &Graph,
        aws: &'a Aws,
    ) -> BoxFuture<'a, Result<Slot>> {
        let desired = self.desired(outputs, graph);
        Box::pin(async move {
            let outputs = match live.map(typed::<R>) {
                None => desired.create(aws, &self.address.name).await?,
                Some(live) if replace => {
                    R::delete(live, aws).await?;
                    desired.create(aws, &self.address.name).await?
                }
                Some(live) => {
                    let changes = diff(&live.resource.attributes(), &desired.attributes());
                    desired.update(aws, live, &changes).await?
                }
            };
            Ok(Arc::new(outputs) as Slot)
        })
    }
}

/// Desired resources, each after everything it depends on.
pub(crate) struct Graph<'a> {
    names: &'a Names,
    nodes: Vec<Box<dyn Node + 'a>>,
    predicted: Outputs,
}

impl<'a> Graph<'a> {
    pub(crate) fn new(names: &'a Names) -> Self {
        Self { names, nodes: vec![], predicted: Outputs::default() }
    }

    /// Adds a resource built from the outputs of resources added before it.
    pub(crate) fn add<R: Resource>(&mut self, name: &str, build: impl Fn(&Scope) -> R + Send + Sync + 'a) -> Handle<R> {
        let address = Address::new(R::KIND, name);
        let scope = Scope { outputs: &self.predicted, predicted: &self.predicted, read: RefCell::default() };
        let desired = build(&scope);
        let (id, outputs) = (desired.id(), desired.predict(self.names, name));
        let dependencies = scope.read.into_inner();
        let index = self.nodes.len();
        self.predicted.insert(index, Arc::new(outputs));
        self.nodes.push(Box::new(Typed { address, id, dependencies, build, kind: PhantomData }));
        Handle { index, kind: PhantomData }
    }

    pub(crate) fn nodes(&self) -> &[Box<dyn Node + 'a>] {
        &self.nodes
    }

    /// The outputs of a desired resource, for commands that show them.
    pub(crate) fn outputs<'o, R: Resource>(&self, name: &str, outputs: &'o Outputs) -> Option<&'o R::Outputs> {
        let address = Address::new(R::KIND, name);
        let index = self.nodes.iter().position(|node| *node.address() == address)?;
        outputs.0.get(&index)?.downcast_ref()
    }

    pub(crate) fn contains(&self, address: &Address) -> bool {
        self.nodes.iter().any(|node| node.address() == address)
    }

    /// The desired resources of one kind, which is where `observe` looks first.
    pub(crate) fn wanted(&self, kind: &str) -> Vec<Wanted> {
        let of_kind = self.nodes.iter().filter(|node| node.address().kind == kind);
        of_kind.map(|node| Wanted { name: node.address().name.clone(), id: node.id().to_owned() }).collect()
    }
}

impl fmt::Debug for Graph<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.nodes.iter().map(|node| (node.address(), node.dependencies()))).finish()
    }
}

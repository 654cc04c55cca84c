//! AWS as the world of the engine, and the engine's types in it.

use crate::aws::{Aws, Error};
use crate::engine::resource::World;
use crate::engine::{apply, converge, graph, inventory, plan};
use crate::names::Names;

impl World for Aws {
    type Place = Names;
    type Error = Error;
}

pub(crate) type Event<'a> = apply::Event<'a, Aws>;
pub(crate) type Graph<'a> = graph::Graph<'a, Aws>;
pub(crate) type Scope<'a> = graph::Scope<'a>;
pub(crate) type Inventory = inventory::Inventory<Aws>;
pub(crate) type Converged = converge::Converged<Aws>;
pub(crate) type Plan<'a> = plan::Plan<'a, Aws>;
pub(crate) type Step<'a> = plan::Step<'a, Aws>;

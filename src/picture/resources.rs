//! What depends on what, as the graph has it.

use super::{Arrow, Node, Picture};
use crate::blueprint::Part;
use crate::resources::Graph;

/// An arrow leads from a resource to what it takes from: solid where it waits for that, dotted where names are enough.
pub(crate) fn of_resources(graph: &Graph<'_>, parts: &[Part]) -> Picture {
    let nodes = graph.nodes().iter().zip(parts);
    let nodes = nodes.map(|(node, part)| Node::of_resource(node.address(), node.id(), *part)).collect();
    let arrow = |from, to: &usize, dotted| Arrow { from, to: *to, label: String::new(), dotted };
    let arrows = graph.nodes().iter().enumerate().flat_map(|(from, node)| {
        let waits = node.dependencies().iter().map(move |to| arrow(from, to, false));
        let foreseen = node.foreseen().difference(node.dependencies());
        waits.chain(foreseen.map(move |to| arrow(from, to, true)))
    });
    Picture { nodes, arrows: arrows.collect(), costs: Default::default() }
}

//! `pipectl explain`: what a resource is, why each of its attributes is there, and what a month of it costs. Asks no AWS.

use super::global::assumed_region;
use super::session::load;
use crate::artifact::Artifacts;
use crate::blueprint::{Functions, Part, graph_in_parts};
use crate::commands::Global;
use crate::config::Pipeline;
use crate::cost::{Billed, Book, Inputs, Total, estimate, payers, priceable};
use crate::engine::plan::{Consent, plan};
use crate::engine::resource::Address;
use crate::error::{Error, Exit, Result};
use crate::names::Names;
use crate::report::{Attribute, Explained, data, document, explained_to_json, explained_to_text};
use crate::resources::{Graph, Inventory, KINDS};
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Which resource, such as `lambda.function.track`.
    #[arg(value_name = "ADDRESS")]
    address: Address,
    /// Show all of policies and other long documents.
    #[arg(long)]
    full: bool,
}

pub(crate) fn run(global: &Global, args: &ExplainArgs) -> Result<Exit> {
    let pipeline = load(global)?;
    let region = assumed_region(&pipeline);
    let names = Names::without_account(&pipeline.name, &pipeline.stage, &region);
    let pipeline = pipeline.resolve(&names.account, &region);
    let artifacts = Artifacts::new(global.lambda_dir.as_deref(), global.is_local())?;
    let functions = Functions::new(&artifacts, &pipeline)?;
    let (graph, parts) = graph_in_parts(&pipeline, &names, &functions);
    let explained = explained(&args.address, (&graph, &parts), (&pipeline, &names))?;
    document(explained_to_json(&explained));
    data(explained_to_text(&explained, args.full));
    Ok(Exit::Done)
}

fn explained(
    address: &Address,
    (graph, parts): (&Graph<'_>, &[Part]),
    (pipeline, names): (&Pipeline, &Names),
) -> Result<Explained> {
    let nodes = graph.nodes();
    let Some(at) = nodes.iter().position(|node| node.address() == address) else { return Err(unknown(address, graph)) };
    let kind = KINDS.iter().find(|kind| kind.name == address.kind).expect("what a graph has is of a kind");
    let nothing = Inventory::new(vec![], graph);
    let planned = plan(graph, &nothing, &Consent::default());
    let values = &planned.steps[at].attributes;
    let explanations = (kind.explain)();
    let attributes = values.iter().filter_map(|(name, value)| {
        let explanation = explanations.iter().find(|explanation| explanation.attribute == name)?;
        Some(Attribute { explanation: explanation.clone(), value: value.clone() })
    });
    let addresses = |of: &mut dyn Iterator<Item = usize>| of.map(|index| nodes[index].address().to_string()).collect();
    let takes = |index: usize| nodes[index].dependencies().union(nodes[index].foreseen());
    Ok(Explained {
        address: address.clone(),
        about: kind.about,
        part: parts[at].word(),
        id: nodes[at].id().to_owned(),
        takes_from: addresses(&mut takes(at).copied()),
        taken_by: addresses(&mut (0..nodes.len()).filter(|index| takes(*index).any(|taken| *taken == at))),
        month: month(address, graph, pipeline, names),
        attributes: attributes.collect(),
    })
}

/// At list prices; `None` where AWS bills nothing for it, or the region has no prices.
fn month(address: &Address, graph: &Graph<'_>, pipeline: &Pipeline, names: &Names) -> Option<Total> {
    priceable(Book::bundled(), &names.region).ok()?;
    let month = estimate(Book::bundled(), &Billed::wanted(graph), &names.region, Inputs::of(pipeline), false);
    let all: Vec<_> = graph.nodes().iter().map(|node| node.address().clone()).collect();
    let own = month.lines.iter().filter(|line| payers(line.item, &all).first() == Some(address));
    let own: Vec<_> = own.collect();
    (!own.is_empty()).then(|| Total::of(own))
}

/// Names what comes nearest.
fn unknown(address: &Address, graph: &Graph<'_>) -> Error {
    let wanted = address.to_string();
    let likeness = |address: &String| strsim::jaro_winkler(address, &wanted);
    let all = graph.nodes().iter().map(|node| node.address().to_string());
    let alike = all.filter(|address| likeness(address) > 0.8);
    let nearest = alike.max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
    let hint = nearest.map_or_else(String::new, |nearest| format!("did you mean `{nearest}`? "));
    Error::usage(
        format!("there is no resource `{wanted}`"),
        format!("{hint}`pipectl graph --resources` shows all addresses"),
    )
}

//! Whatever is in a graph is in its pictures.

use super::{Form, Picture, of_resources, of_the_way};
use crate::blueprint::{Functions, graph_in_parts};
use crate::config::{Overrides, Pipeline, load};
use crate::cost::{Billed, Book, Inputs, Total, estimate};
use crate::names::Names;
use std::collections::BTreeMap;
use std::path::Path;

const EXAMPLES: [&str; 5] = ["article-2018", "clickstream", "lean", "minimal", "web"];

/// Each way of an example that draws another graph.
fn pipelines() -> Vec<(String, Pipeline)> {
    let overrides = Overrides { name: None, stage: None, said_by: "--stage", region: None, env: &|_| None };
    let mut all = vec![];
    for example in EXAMPLES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/{example}/pipeline.yaml"));
        let written = std::fs::read_to_string(&path).unwrap();
        for more in ["", "\nsecurity: strict\n", "\nalarms: { email: a@example.org }\n"] {
            let text = match more.split(':').next().map(str::trim).filter(|key| !key.is_empty()) {
                Some(key) if written.lines().any(|line| line.starts_with(&format!("{key}:"))) => continue,
                _ => format!("{written}{more}"),
            };
            let pipeline = crate::config::load_text(&path, &text, &overrides);
            let Ok(pipeline) = pipeline else { panic!("{example} with {more}") };
            all.push((format!("{example}{more}"), pipeline.resolve("123456789012", "us-east-1")));
        }
        assert!(load(&path, &overrides).is_ok());
    }
    all
}

fn pictures(pipeline: &Pipeline) -> (Vec<String>, [Picture; 2]) {
    let names = Names::without_account(&pipeline.name, &pipeline.stage, "us-east-1");
    let functions = Functions::without_code();
    let (graph, parts) = graph_in_parts(pipeline, &names, &functions);
    let all = graph.nodes().iter().map(|node| node.address().to_string()).collect();
    let month = estimate(Book::bundled(), &Billed::wanted(&graph), "us-east-1", Inputs::of(pipeline), false);
    let way = of_the_way(&graph, &parts, pipeline).with_costs(&month);
    (all, [way, of_resources(&graph, &parts)])
}

#[test]
fn each_resource_is_in_both_pictures_once() {
    for (name, pipeline) in pipelines() {
        let (mut wanted, pictures) = pictures(&pipeline);
        wanted.sort();
        for picture in pictures {
            let held = picture.nodes.iter().flat_map(|node| &node.resources);
            let mut drawn: Vec<_> = held.map(|held| held.address.to_string()).collect();
            drawn.sort();
            assert_eq!(drawn, wanted, "{name}");
        }
    }
}

/// From those who send events every box is reached, but for what starts something by the clock.
#[test]
fn the_way_leads_from_clients_to_results() {
    for (name, pipeline) in pipelines() {
        let (_, [way, _]) = pictures(&pipeline);
        let mut reached: Vec<_> =
            (0..way.nodes.len()).filter(|at| way.nodes[*at].title == super::way::CLIENTS).collect();
        assert_eq!(reached.len(), 1, "{name}");
        while let Some(next) =
            way.arrows.iter().find(|arrow| reached.contains(&arrow.from) && !reached.contains(&arrow.to))
        {
            reached.push(next.to);
        }
        let missed: Vec<_> =
            (0..way.nodes.len()).filter(|at| !reached.contains(at)).map(|at| way.nodes[at].title.clone()).collect();
        let by_itself = ["events.rule.", "glue.trigger.", "s3.bucket.", "kms.key."];
        assert!(missed.iter().all(|title| by_itself.iter().any(|kind| title.starts_with(kind))), "{name}: {missed:?}");
        let results = way.nodes.iter().position(|node| node.title == pipeline.query.results.prefix).unwrap();
        assert!(reached.contains(&results) && way.nodes[results].form == Form::Files, "{name}");
    }
}

#[test]
fn every_cent_of_the_month_is_at_a_box_and_at_its_part() {
    for (name, pipeline) in pipelines() {
        let (_, [way, _]) = pictures(&pipeline);
        let of_nodes: i64 = way.nodes.iter().filter_map(|node| node.cost.as_ref().and_then(Total::whole)).sum();
        let of_parts: i64 = way.costs.values().filter_map(Total::whole).sum();
        assert_eq!(of_nodes, of_parts, "{name}: no resource is known to pay for some line");
    }
}

#[test]
fn parts_are_drawn_in_the_order_of_the_way() {
    for (name, pipeline) in pipelines() {
        let (_, [way, _]) = pictures(&pipeline);
        let in_parts: usize = way.parts().map(|part| way.of_part(part).len()).sum();
        assert_eq!(in_parts, way.nodes.len(), "{name}");
        let order: BTreeMap<_, _> =
            way.of_part("ingest").into_iter().enumerate().map(|(at, index)| (index, at)).collect();
        let inside = way.arrows.iter().filter_map(|arrow| Some((order.get(&arrow.from)?, order.get(&arrow.to)?)));
        assert!(inside.clone().count() > 0 && inside.clone().all(|(from, to)| from < to), "{name}");
    }
}

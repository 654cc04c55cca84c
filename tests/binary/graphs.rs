//! `pipectl graph`: whatever a plan would make is drawn, in forms that those who read them take.

use crate::support::{Place, Ran, environment, judge, judge_with, root, sampled};
use serde_json::Value;
use std::collections::BTreeSet;

const EXAMPLES: [&str; 5] = ["article-2018", "clickstream", "lean", "minimal", "web"];
const VIEWS: [&[&str]; 3] = [&[], &["--resources"], &["--costs"]];

/// What the file asks for, by a plan of it.
fn planned(place: &Place) -> BTreeSet<String> {
    let plan: Value = serde_json::from_str(&place.run(&["plan", "--local", "--json"]).exits(0).stdout).unwrap();
    plan["steps"].as_array().unwrap().iter().map(|step| step["address"].as_str().unwrap().to_owned()).collect()
}

fn drawn(place: &Place, format: &str, view: &[&str]) -> String {
    place.run(&[&["graph", "--format", format], view].concat()).exits(0).stdout
}

fn json(place: &Place, view: &[&str]) -> Value {
    serde_json::from_str(&place.run(&[&["graph", "--json"], view].concat()).exits(0).stdout).unwrap()
}

/// The state of each resource of a picture.
fn states(picture: &Value) -> Vec<(String, String)> {
    let nodes = picture["nodes"].as_array().unwrap().iter();
    let held = nodes.flat_map(|node| node["resources"].as_array().unwrap());
    let word = |held: &Value, name: &str| held[name].as_str().unwrap_or_default().to_owned();
    held.map(|held| (word(held, "address"), word(held, "state"))).collect()
}

#[test]
fn every_resource_of_a_plan_is_in_every_form_of_both_pictures() {
    for example in sampled(EXAMPLES, 5) {
        let place = Place::example(example);
        let planned = planned(&place);
        assert!(planned.len() > 10);
        for view in VIEWS {
            for format in ["mermaid", "dot", "svg", "json"] {
                let text = drawn(&place, format, view);
                let missed: Vec<_> = planned.iter().filter(|address| !text.contains(*address)).collect();
                assert!(missed.is_empty(), "{example} {format} {view:?}: {missed:?}");
            }
            let told: Vec<_> = states(&json(&place, view)).into_iter().map(|(address, _)| address).collect();
            assert_eq!(told.len(), planned.len(), "{example} {view:?}: each once");
            assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), planned, "{example} {view:?}");
        }
    }
}

/// pydot reads DOT's grammar; what it has read is held against the JSON.
#[test]
fn dot_is_read_by_others_as_it_is_meant() {
    let python = environment("dot", "requirements-dot.txt");
    for example in sampled(EXAMPLES, 5) {
        let place = Place::example(example);
        for view in VIEWS {
            let file = place.path().join("picture.dot");
            std::fs::write(&file, drawn(&place, "dot", view)).unwrap();
            let read: Value = serde_json::from_str(&judge_with(&python, "dot.py", &[file.to_str().unwrap()])).unwrap();
            let picture = json(&place, view);
            let nodes = picture["nodes"].as_array().unwrap();
            assert_eq!(read["nodes"].as_object().unwrap().len(), nodes.len(), "{example} {view:?}");
            for node in nodes {
                let label = read["nodes"][node["id"].as_str().unwrap()].as_str().unwrap();
                assert_eq!(label.lines().next(), node["title"].as_str(), "{example} {view:?}");
            }
            let arrows = picture["arrows"].as_array().unwrap().iter();
            let mut arrows: Vec<_> = arrows.map(|arrow| vec![arrow["from"].clone(), arrow["to"].clone()]).collect();
            let mut edges: Vec<Vec<Value>> = serde_json::from_value(read["edges"].clone()).unwrap();
            arrows.sort_by_key(|arrow| format!("{arrow:?}"));
            edges.sort_by_key(|edge| format!("{edge:?}"));
            assert_eq!(edges, arrows, "{example} {view:?}");
        }
    }
}

/// Needs Node, and npm to fetch Mermaid.
#[test]
#[ignore = "needs Node and npm"]
fn mermaid_is_taken_by_its_own_parser() {
    let home = root().join("target/mermaid");
    std::fs::create_dir_all(&home).unwrap();
    let mut npm = std::process::Command::new("npm");
    npm.args(["install", "--silent", "--no-audit", "--no-fund", "mermaid@11.17.2", "jsdom@29.1.1"]).current_dir(&home);
    assert!(npm.status().unwrap().success());
    let parse = |files: &[std::path::PathBuf]| {
        let mut node = std::process::Command::new("node");
        node.arg(root().join("tests/judges/parse_mermaid.mjs")).arg(&home).args(files);
        Ran::new(&node.output().unwrap()).exits(0).stdout
    };
    let places = EXAMPLES.map(Place::example);
    let mut files = vec![];
    for (place, more) in places.iter().flat_map(|place| VIEWS.map(|view| (place, view))) {
        let file = place.path().join(format!("{}.mmd", files.len()));
        std::fs::write(&file, drawn(place, "mermaid", more)).unwrap();
        files.push(file);
    }
    // Names that Mermaid has words of its own for, and marks that could end a label.
    let odd = Place::new(
        "name: end-graph\nshape: article\nschema: { event: string }\ningest: { path: /click, api_keys: [end, class] }\n\
         query: { queries: { end: SELECT 1, subgraph: SELECT 2, click: SELECT 3 } }\nalarms: { email: \"end+#1@example.org\" }\n",
    );
    let file = odd.path().join("odd.mmd");
    std::fs::write(&file, drawn(&odd, "mermaid", &[])).unwrap();
    files.push(file);
    assert_eq!(parse(&files), "flowchart-v2\n".repeat(files.len()));
    let wrong = places[0].path().join("wrong.mmd");
    std::fs::write(&wrong, "flowchart TD\n  n0[a --> b\"\n").unwrap();
    assert!(parse(&[wrong]).starts_with("wrong: Parse error"));
}

#[test]
fn with_live_each_resource_says_how_it_stands() {
    let place = Place::example("clickstream");
    let live = || states(&json(&place, &["--live", "--local"]));
    assert!(live().iter().all(|(_, state)| state == "create"));
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert!(live().iter().all(|(_, state)| state == "in-sync"), "{:?}", live());
    place.edit(&[
        ("workers: { type: G.1X, count: 10 }", "workers: { type: G.1X, count: 4 }"),
        ("[web, mobile]", "[web]"),
    ]);
    let server = place.serve();
    judge("drift.py", &[&server.url]);
    let of = |wanted: &str| {
        live().into_iter().filter(|(_, state)| state == wanted).map(|(address, _)| address).collect::<Vec<_>>()
    };
    assert_eq!(of("update"), ["apigateway.usage_plan.ingest", "glue.job.etl"]);
    assert_eq!(of("orphan"), ["apigateway.api_key.mobile"]);
    assert_eq!(of("drifted").len(), 3, "{:?}", live());
    for format in ["mermaid", "dot", "svg"] {
        let text = drawn(&place, format, &["--live", "--local"]);
        for words in ["to be updated", "orphan", "drifted", "left over"] {
            assert!(text.contains(words), "{format} says nothing of {words}: {text}");
        }
    }
}

/// Boxes and parts, to the cent: what an estimate says.
#[test]
fn costs_are_those_of_the_estimate() {
    for example in EXAMPLES {
        let place = Place::example(example);
        let estimate = place.run(&["cost-estimate", "--json"]).exits(0).stdout;
        let estimate: Value = serde_json::from_str(&estimate).unwrap();
        let picture = json(&place, &["--costs"]);
        let sum = |of: &str| -> i64 {
            picture[of].as_array().unwrap().iter().filter_map(|one| one["month"]["cents"].as_i64()).sum()
        };
        assert_eq!(Some(sum("parts")), estimate["total_at_least_cents"].as_i64(), "{example}");
        assert_eq!(sum("nodes"), sum("parts"), "{example}");
    }
}

#[test]
fn a_picture_goes_into_a_file_and_mistakes_are_told() {
    let place = Place::example("lean");
    place.run(&["graph", "--format", "svg", "-o", "way.svg"]).exits(0).says("wrote way.svg");
    let svg = std::fs::read_to_string(place.path().join("way.svg")).unwrap();
    assert_eq!(svg, drawn(&place, "svg", &[]));
    place.run(&["graph", "--format", "png"]).exits(3).says("possible values: mermaid, dot, svg, json");
    place.run(&["graph", "-o", "none/way.svg"]).exits(1).says("none/way.svg");
    place.run(&["graph", "-f", "none.yaml"]).exits(3).says("none.yaml");
}

/// The drawing in a page is what the program prints of the example.
#[test]
fn the_page_shows_what_is_printed() {
    let page = std::fs::read_to_string(root().join("docs/graph.md")).unwrap();
    let shown = page.split("```mermaid\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert_eq!(shown, drawn(&Place::example("lean"), "mermaid", &[]), "docs/graph.md");
    let picture = std::fs::read_to_string(root().join("docs/images/way.svg")).unwrap();
    assert_eq!(picture, drawn(&Place::example("clickstream"), "svg", &["--costs"]), "docs/images/way.svg");
}

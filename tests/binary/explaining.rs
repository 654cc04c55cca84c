//! `pipectl explain`: of every resource of both shapes, each on its day, without an account.

use crate::support::{Place, root, sampled};
use serde_json::Value;

#[test]
fn every_resource_is_explained_with_its_values_and_its_part_of_the_month() {
    for example in ["clickstream", "lean"] {
        let place = Place::example(example);
        let drawn: Value =
            serde_json::from_str(&place.run(&["graph", "--resources", "--costs", "--json"]).exits(0).stdout).unwrap();
        let nodes = drawn["nodes"].as_array().unwrap();
        assert!(nodes.len() > 10);
        for node in sampled(nodes, 5) {
            let address = node["resources"][0]["address"].as_str().unwrap();
            let json = place.run(&["explain", address, "--json"]).exits(0).stdout;
            let told: Value = serde_json::from_str(&json).unwrap();
            assert_eq!(told["month"], node["month"], "{address}");
            assert_eq!(told["part"], node["part"], "{address}");
            let planned = told["attributes"].as_array().unwrap();
            assert!(!planned.is_empty(), "{address}");
        }
    }
}

/// Attributes and values are those of a plan.
#[test]
fn what_is_explained_is_what_a_plan_makes() {
    let place = Place::example("clickstream");
    let plan = place.plan(&["--local"]);
    for step in sampled(plan["steps"].as_array().unwrap(), 5) {
        let address = step["address"].as_str().unwrap();
        let json = place.run(&["explain", address, "--local", "--json"]).exits(0).stdout;
        let told: Value = serde_json::from_str(&json).unwrap();
        let told = told["attributes"].as_array().unwrap().iter();
        let told: serde_json::Map<_, _> =
            told.map(|one| (one["attribute"].as_str().unwrap().to_owned(), one["value"].clone())).collect();
        assert_eq!(Value::Object(told), step["attributes"], "{address}");
    }
}

#[test]
fn the_page_shows_what_is_printed() {
    let page = std::fs::read_to_string(root().join("docs/graph.md")).unwrap();
    let shown = page.split("$ pipectl explain logs.log_group.track\n").nth(1).unwrap().split("```").next().unwrap();
    let place = Place::example("clickstream");
    assert_eq!(place.run(&["explain", "logs.log_group.track"]).exits(0).stdout, shown);
}

#[test]
fn an_address_that_is_not_there_is_a_mistake_of_whoever_asks() {
    let place = Place::example("minimal");
    place.run(&["explain", "s3.bukcet.data"]).exits(3).says("did you mean `s3.bucket.data`?");
    place.run(&["explain", "x.y.z"]).exits(3).says("there is no resource `x.y.z`").says("pipectl graph --resources");
    place.run(&["explain", "data"]).exits(3).says("is not an address");
}

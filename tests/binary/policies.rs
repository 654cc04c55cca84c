//! The examples of policies over a plan's JSON, by an interpreter of their language that nobody here wrote.

use crate::support::{Place, environment, judge_with, root};

/// What is denied of what the file plans now.
fn denied(place: &Place, options: &[&str]) -> Vec<String> {
    let plan = place.run(&[&["plan", "--local", "--json"], options].concat()).stdout;
    let path = place.path().join("plan.json");
    std::fs::write(&path, plan).unwrap();
    let policies = ["data.rego", "costs.rego", "tags.rego"].map(|name| root().join("examples/policies").join(name));
    let arguments: Vec<_> = [&path].into_iter().chain(&policies).map(|path| path.to_str().unwrap()).collect();
    let python = environment("rego", "requirements-rego.txt");
    judge_with(&python, "rego.py", &arguments).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

const TAGGED: &str = "name: shop\nshape: lean\nschema: { event: string }\ntags: { team: web, cost-center: \"42\" }\n\
                      usage: { events_per_month: 1M }\n";

#[test]
fn a_plan_that_keeps_them_is_let_through_from_its_first_day_to_its_edits() {
    let place = Place::new(TAGGED);
    assert_eq!(denied(&place, &[]), [""; 0]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(denied(&place, &[]), [""; 0], "a plan without changes has no costs to speak of");
    place.edit(&[("cost-center: \"42\"", "cost-center: \"43\"")]);
    assert_eq!(denied(&place, &[]), [""; 0]);
}

#[test]
fn what_takes_data_away_costs_much_or_is_nobodys_is_denied() {
    let untagged = Place::new("name: shop\nshape: lean\nschema: { event: string }\ntags: { team: web }\n");
    let told = denied(&untagged, &[]);
    assert!(told.contains(&"lambda.function.track has no tag `cost-center`".to_owned()), "{told:?}");
    assert!(told.len() > 5 && told.iter().all(|line| line.ends_with("has no tag `cost-center`")), "{told:?}");

    let dear = Place::new(&TAGGED.replace("1M", "2B").replace("shape: lean\n", ""));
    let told = denied(&dear, &[]);
    assert!(told.len() == 1 && told[0].ends_with("more, and may cost $100 more"), "{told:?}");

    let place = Place::new(TAGGED);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let told = denied(&place, &["--destroy", "--allow-data-loss", "s3.bucket.data"]);
    let gone = |address: &str| format!("{address}: delete is for somebody with a terminal");
    assert_eq!(told, [gone("firehose.stream.delivery"), gone("s3.bucket.data")]);
}

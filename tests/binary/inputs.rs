//! Where the file and the stage come from, and files that are odd.

use crate::support::{Place, Ran};

#[test]
fn where_the_file_and_the_stage_come_from() {
    let place = Place::example("minimal");
    let stage = |value: &str| {
        let mut command = place.command();
        Ran::new(&command.arg("validate").env("PIPECTL_STAGE", value).output().unwrap())
    };
    stage("").exits(0).says("minimal/dev");
    stage("prod").exits(0).says("minimal/prod");
    stage("Not A Stage").exits(3).says("PIPECTL_STAGE: ");
    place.run(&["validate", "--stage", ""]).exits(3).says("--stage: ");
    place.run(&["plan", "--local", "L"]).exits(3).says("hint: `--local` takes its directory with `=`: `--local=L`");
    let mut piped = place.command();
    piped.args(["validate", "-f", "-"]).stdin(std::fs::File::open(place.path().join("pipeline.yaml")).unwrap());
    Ran::new(&piped.output().unwrap()).exits(0).says("minimal/dev");
    std::fs::rename(place.path().join("pipeline.yaml"), place.path().join("pipeline.yml")).unwrap();
    place.run(&["validate"]).exits(0).says("pipeline.yml is valid");
    let said = ["validate", "-f", "pipeline.yaml"];
    place.run(&said).exits(3).says("there is `pipeline.yml`: rename it, or write `--file pipeline.yml`");
}

#[test]
fn foreign_tags_of_yaml_are_refused_and_long_values_are_cut() {
    for yaml in
        ["name: !Sub clicks\n", "name: clicks\ntags: { a: b, c: !Ref d }\n", "name: clicks\ntags:\n  a: !Join [x]\n"]
    {
        let place = Place::new(&format!("{yaml}schema: {{ event: string }}\n"));
        place.run(&["validate"]).exits(3).says("the tag `!").says("means nothing here");
    }
    let queries = "query: { queries: { a: \"!Sub x\", b: SELECT wow!, c: !!str 5 } }";
    let fine = format!("name: clicks\n{queries}\nschema: {{ event: string }} # not !important\n");
    Place::new(&fine).run(&["validate"]).exits(0);
    let long = format!("name: clicks\nschema: {{ event: string }}\ntags: {{ a: '{}' }}\n", "x".repeat(3_000_000));
    let ran = Place::new(&long).run(&["validate"]).exits(3);
    assert!(ran.stderr.len() < 2_000, "{} bytes", ran.stderr.len());
}

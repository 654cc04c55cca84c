//! What programs read: documents, lines and errors.

mod documents;
mod errors;
mod lines;

use crate::support::{Place, environment, judge_with};
use serde_json::Value;
use std::collections::BTreeSet;

/// Holds documents against their published schemas, by a validator that nobody here wrote; gives the schemas that they have.
#[track_caller]
pub(crate) fn valid(documents: &[(String, String)]) -> BTreeSet<String> {
    let place = Place::example("minimal");
    let [schemas, told] = ["schemas", "documents"].map(|name| place.path().join(name));
    [&schemas, &told].into_iter().for_each(|directory| std::fs::create_dir(directory).unwrap());
    for name in published() {
        std::fs::write(schemas.join(format!("{name}.json")), place.run(&["schema", &name]).exits(0).stdout).unwrap();
    }
    for (index, (line, text)) in documents.iter().enumerate() {
        let name: String = line.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(60).collect();
        std::fs::write(told.join(format!("{index:02}-{name}")), text).unwrap();
    }
    let python = environment("documents", "requirements-documents.txt");
    let said = judge_with(&python, "documents.py", &[&place.path().display().to_string()]);
    let wrong: Vec<_> = said.lines().filter(|line| line.starts_with("wrong")).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    said.lines().filter_map(|line| line.strip_prefix("used ")).map(str::to_owned).collect()
}

/// The names that `pipectl schema` takes.
fn published() -> Vec<String> {
    let all = Place::example("minimal").run(&["schema", "--list", "--json"]).exits(0).stdout;
    let all: Value = serde_json::from_str(&all).unwrap();
    all["schemas"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

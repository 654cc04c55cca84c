//! What the pages about the sources name.

use std::path::Path;

/// What stands between backticks and looks like a path of the project.
fn paths(page: &str) -> Vec<&str> {
    let first = |path: &str| path.split('/').next().unwrap_or_default().to_owned();
    let rooms = ["src", "local", "lambdas", "tests", "templates", "examples", "bench", ".ci", ".github"];
    let code = page.split('`').skip(1).step_by(2);
    code.filter(|text| rooms.contains(&first(text).as_str()) && !text.contains([' ', '*', '<', '\n'])).collect()
}

/// The paths that a page names and that are not there.
pub(crate) fn missing(root: &Path, page: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root.join(page)).unwrap();
    let missing = paths(&text).into_iter().filter(|path| !root.join(path).exists());
    missing.map(|path| format!("{page} names `{path}`, which is not there")).collect()
}

#[test]
fn paths_are_told_from_other_code() {
    let page = "In `src/aws` and `.ci/run`, not `cargo run`, `glue.crawler`, `tests` of `src/<kind>.rs` or `s3://src`.";
    assert_eq!(paths(page), ["src/aws", ".ci/run", "tests"]);
}

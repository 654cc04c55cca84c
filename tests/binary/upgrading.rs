//! Over what earlier releases have left: a plan says what is this release's doing, and an apply loses nothing.

use crate::support::{Place, Ran, judge, root};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

const NOW: &str = env!("CARGO_PKG_VERSION");

/// What was left (`tests/releases/leave.sh`), by release.
fn releases() -> Vec<PathBuf> {
    let files = std::fs::read_dir(root().join("tests/releases")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some_and(|end| end == "gz")).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// One of its pipelines, with the file as it was then.
fn left(release: &PathBuf, pipeline: &str) -> Place {
    let place = Place::new("");
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(release).arg("-C").arg(place.path()).args(["--strip-components", "1", pipeline]);
    assert!(tar.status().unwrap().success());
    place
}

/// The steps that do something, and why.
fn causes(plan: &Value) -> Vec<(String, String)> {
    let steps = plan["steps"].as_array().unwrap().iter().filter(|step| step["action"] != "no-op");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    steps.map(|step| (text(&step["address"]), text(&step["cause"]))).collect()
}

fn count(place: &Place) -> String {
    let sql = "SELECT count(*) AS n FROM ${parquet_table}";
    place.run(&["query", "--local", "--output", "csv", sql]).exits(0).stdout
}

#[test]
fn what_an_earlier_release_has_left_becomes_this_releases_and_the_plan_says_why() {
    for release in releases() {
        for pipeline in ["clickstream", "lean"] {
            let place = left(&release, pipeline);
            let what = format!("{pipeline} of {}", release.display());
            let plan = place.plan(&["--local"]);
            let unannounced: Vec<_> = causes(&plan).into_iter().filter(|(_, cause)| cause != "upgrade").collect();
            assert_eq!(unannounced, [], "{what}: announce it in src/upgrades.rs");
            // The handlers of Local AWS are this executable's.
            let told = format!("upgrade: pipectl {NOW} does otherwise than ");
            place.run(&["plan", "--local"]).exits(0).says(&told).says("code: the functions of this release");
            place.run(&["plan", "--local", "--markdown"]).exits(0).says(&told);
            place
                .run(&["plan", "--local", "--drift-only"])
                .exits(0)
                .says("Drift: 0 changed by somebody else, 0 missing");
            // Its handlers are those of an executable that is not here any more: it is not healthy, and says why.
            place.run(&["status", "--local"]).says("this release of pipectl makes");
            let before = count(&place);
            place.run(&["apply", "--local", "--yes"]).exits(0);
            assert_eq!(
                place.plan(&["--local"])["releases"],
                serde_json::json!({"newer": null, "upgrades": []}),
                "{what}"
            );
            assert_eq!((causes(&place.plan(&["--local"])), count(&place)), (vec![], before), "{what}");
            place.run(&["send", "--local", "--events", "10"]).exits(0);
        }
    }
}

/// Functions that somebody gives are the file's, so to say: no release has changed them.
#[test]
fn functions_of_the_users_own_are_no_upgrade() {
    let place = left(releases().last().unwrap(), "lean");
    place.write_zips();
    let plan = place.plan(&["--local", "--lambda-dir", "."]);
    assert_eq!(causes(&plan), [("lambda.function.track".to_owned(), "edit".to_owned())]);
}

#[test]
fn an_older_program_says_whose_work_it_takes_back() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    judge("mark_function.py", &[&server.url, "minimal-dev-track", "99.0.0"]);
    let warns = |ran: Ran| ran.says(&format!("was here, and this is {NOW}: what "));
    assert_eq!(place.plan(&["--local"])["releases"]["newer"], "99.0.0");
    place.edit(&[("name: minimal\n", "name: minimal\ningest: { function: { memory: 256 MB } }\n")]);
    warns(place.run(&["plan", "--local"]).exits(0));
    warns(place.run(&["plan", "--local", "--markdown"]).exits(0));
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(place.plan(&["--local"])["releases"]["newer"], Value::Null);
}

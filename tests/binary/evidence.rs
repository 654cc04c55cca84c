//! Evidence, which reads the Parquet files by its own source of DuckDB.

use crate::support::{Place, environment, judge_with, root};
use std::process::Command;

/// From npm, by the versions that the judge was written after.
const PACKAGES: [&str; 2] = ["@evidence-dev/duckdb@2.0.1", "yaml@2.8.1"];

/// It says nothing of an `initialize.sql` that fails: whether its statements were run is seen in what comes after them.
#[test]
#[ignore = "needs Node and npm"]
fn its_source_of_duckdb_counts_the_events_that_athena_counts() {
    let place = Place::example("clickstream");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let _server = place.serve();
    place.run(&["send", "--local", "--events", "300", "--seed", "7"]).exits(0);
    place.run(&["local", "tick", "4h"]).exits(0);
    let source = place.path().join("sources/clicks");
    std::fs::create_dir_all(&source).unwrap();
    for (tool, file) in [("evidence", "connection.yaml"), ("duckdb", "initialize.sql")] {
        std::fs::write(source.join(file), place.run(&["connect", tool, "--local"]).exits(0).stdout).unwrap();
    }
    let sql = "SELECT count(*) AS n, count(DISTINCT event) AS names FROM";
    std::fs::write(source.join("events.sql"), format!("{sql} analytics_data\n")).unwrap();
    let query = ["query", "--local", "--output", "csv", &format!("{sql} ${{parquet_table}}")];
    let counted = place.run(&query).exits(0).stdout;
    let (n, names) = counted.lines().last().unwrap().split_once(',').unwrap();
    assert_eq!(n, "300");
    let python = environment("evidence", "requirements-evidence.txt");
    let modules = root().join("target/evidence-npm");
    std::fs::create_dir_all(&modules).unwrap();
    let mut npm = Command::new("npm");
    npm.args(["install", "--silent", "--no-audit", "--no-fund"]).args(PACKAGES).current_dir(&modules);
    assert!(npm.status().unwrap().success());
    let told = judge_with(&python, "connect_evidence.py", &[modules.to_str().unwrap(), source.to_str().unwrap()]);
    let rows = format!(r#"[{{"n":300,"names":{names}}}]"#);
    assert_eq!(told, format!("clickstream_prod true\nevents.sql {rows}\nevents.sql n number, names number\n"));
}

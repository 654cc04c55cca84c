//! What other tools are told, and whether they reach the tables with it.

use crate::iam_policy::caller::Caller;
use crate::support::{Place, Ran, environment, judge_with, root};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;

const TOOLS: [&str; 6] = ["grafana", "metabase", "superset", "evidence", "jdbc", "duckdb"];

/// Without an account, a network or a credential: none is in the environment of a test.
#[test]
fn each_tool_is_told_of_the_pipeline_alone_and_of_no_secret() {
    let place = Place::example("clickstream");
    let of = |arguments: &[&str]| {
        let whose = ["--account", "111122223333", "--region", "eu-west-2"];
        place.run(&[&["connect"], arguments, &whose].concat()).exits(0)
    };
    for tool in TOOLS {
        let ran = of(&[tool]);
        assert!(!ran.stdout.is_empty() && !ran.stdout.contains("key"), "{}", ran.stdout);
        assert!(ran.stderr.contains(&format!("pipectl connect {tool} --policy")), "{}", ran.stderr);
        let policy: Value = serde_json::from_str(&of(&[tool, "--policy"]).stdout).unwrap();
        let statements = policy["Statement"].as_array().unwrap();
        let everything = |one: &&Value| one["Resource"].to_string().contains("\"*\"");
        for one in statements.iter().filter(everything) {
            assert_eq!(one["Action"].to_string(), r#"["athena:ListDataCatalogs","athena:ListWorkGroups"]"#, "{tool}");
        }
        assert!(policy.to_string().contains("111122223333"), "{policy}");
    }
    let grafana = of(&["grafana"]).stdout;
    assert!(grafana.contains("defaultRegion: \"eu-west-2\"") && grafana.contains("workgroup: \"clickstream-prod\""));
    let json: Value = serde_json::from_str(&of(&["jdbc", "--json"]).stdout).unwrap();
    assert_eq!(json["text"], of(&["jdbc"]).stdout.as_str());
    // Nothing to read.
    place.write("name: clicks\nschema: { event: string }\netl: none\nquery: { queries: {} }\n");
    place.run(&["connect", "duckdb", "--account", "111122223333", "--region", "eu-west-2"]).exits(3).says("makes none");
}

/// Superset's address, as it is.
#[test]
#[ignore = "long: installs PyAthena and SQLAlchemy"]
fn sqlalchemy_asks_local_aws_at_what_is_printed() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let _server = place.serve();
    let address = place.run(&["connect", "superset", "--local"]).exits(0).stdout;
    let python = environment("data-clients", "requirements-data-clients.txt");
    let mut command = Command::new(python);
    command
        .arg(root().join("tests/judges/connect_superset.py"))
        .args([address.as_str(), "SELECT 'a' AS event, 3 AS n"]);
    command.env("AWS_ACCESS_KEY_ID", "local").env("AWS_SECRET_ACCESS_KEY", "local");
    assert_eq!(Ran::new(&command.output().unwrap()).exits(0).stdout, "[('a', 3)]\n");
}

/// Of the events that `query` counts, DuckDB sees as many by the files alone.
#[test]
#[ignore = "long: installs DuckDB with its extension httpfs"]
fn duckdb_reads_the_parquet_files_of_local_aws_by_what_is_printed() {
    let place = Place::example("clickstream");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let _server = place.serve();
    place.run(&["send", "--local", "--events", "300", "--seed", "7"]).exits(0);
    place.run(&["local", "tick", "4h"]).exits(0);
    let sql = "SELECT count(*), count(DISTINCT event), count(DISTINCT year || month) FROM ${parquet_table}";
    let counted = place.run(&["query", "--local", "--output", "csv", sql]).exits(0).stdout;
    let counted = counted.lines().last().unwrap().replace(',', ", ");
    assert!(counted.starts_with("300, "), "{counted}");
    let statements = place.path().join("initialize.sql");
    std::fs::write(&statements, place.run(&["connect", "duckdb", "--local"]).exits(0).stdout).unwrap();
    let python = environment("connect", "requirements-connect.txt");
    let told = judge_with(&python, "connect_duckdb.py", &[statements.to_str().unwrap(), "analytics_data"]);
    let columns = "{'event': 'VARCHAR', 'day': 'VARCHAR', 'month': 'VARCHAR', 'year': 'VARCHAR'}";
    assert_eq!(told, format!("({counted})\n{columns}\n"));
}

/// Of tables with files and with partitions in the catalog, which the scenes of `query` have (`iam_policy`); two of them are
/// what Athena itself may ask for such a table
/// (<https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html>).
const OF_FILES: [&str; 4] = ["glue:BatchGetPartition", "glue:GetPartition", "glue:GetPartitions", "s3:ListBucket"];

/// Whoever may do just that, asks what the tool asks: nothing is denied, and all that is allowed is asked for by one of them.
#[test]
#[ignore = "long: installs PyAthena and SQLAlchemy"]
fn what_a_tool_asks_is_what_its_policy_allows() {
    let mut allowed = BTreeSet::new();
    let mut asked = BTreeSet::new();
    for tool in ["grafana", "metabase", "superset", "jdbc"] {
        let place = Place::example("lean");
        place.run(&["apply", "--local", "--yes"]).exits(0);
        let caller = Caller::at(place);
        let policy: Value =
            serde_json::from_str(&caller.place.run(&["connect", tool, "--local", "--policy"]).exits(0).stdout).unwrap();
        allowed.extend(actions(&policy));
        caller.may(&[policy]);
        caller.server.admin().forget_decisions();
        let address = caller.place.run(&["connect", "superset", "--local"]).exits(0).stdout;
        let mut command = Command::new(environment("data-clients", "requirements-data-clients.txt"));
        command.arg(root().join("tests/judges/connect_rights.py"));
        command.args([tool, address.trim(), "clickstream_lean", "clickstream-lean", "analytics_data"]);
        command.envs(caller.environment()).env("AWS_DEFAULT_REGION", "us-east-1");
        let told = Ran::new(&command.output().unwrap()).exits(0).stdout;
        assert!(!told.is_empty() && told.lines().all(|line| line == "0"), "{tool}: {told}");
        let (yes, no): (Vec<_>, Vec<_>) = caller.asked().into_iter().partition(|(_, _, is_allowed)| *is_allowed);
        assert!(no.is_empty(), "{tool} was denied {no:?}");
        asked.extend(yes.into_iter().map(|(action, _, _)| action));
    }
    let unasked: Vec<_> = allowed.difference(&asked).collect();
    assert_eq!(unasked, OF_FILES);
}

fn actions(policy: &Value) -> Vec<String> {
    let statements = policy["Statement"].as_array().unwrap();
    let actions = statements.iter().flat_map(|statement| statement["Action"].as_array().unwrap());
    actions.map(|action| action.as_str().unwrap().to_owned()).collect()
}

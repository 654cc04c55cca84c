//! The clients with which people query Athena, from PyPI, against Local AWS.

use crate::support::{Place, Server, environment, judge_with, root};
use std::process::Command;

const REQUIREMENTS: &str = "requirements-data-clients.txt";

#[test]
#[ignore = "long: installs PyAthena, SQLAlchemy and awswrangler"]
fn pyathena_sqlalchemy_and_awswrangler_see_tables_and_make_them() {
    let place = Place::example("minimal");
    let server = place.serve();
    let python = environment("data-clients", REQUIREMENTS);
    let told = judge_with(&python, "data_clients.py", &[&server.url]);
    assert_eq!(told, include_str!("../golden/data_clients.txt"));
}

/// A run of dbt in a copy of the project.
fn dbt(place: &Place, server: &Server, arguments: &[&str]) -> String {
    let program = environment("data-clients", REQUIREMENTS).with_file_name("dbt");
    let mut command = Command::new(program);
    command.args(arguments).args(["--no-use-colors", "--no-version-check"]).current_dir(place.path().join("dbt"));
    command.env("AWS_ENDPOINT_URL", &server.url).env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    command.env("AWS_DEFAULT_REGION", "us-east-1").env("DBT_PROFILES_DIR", ".");
    let ran = command.output().unwrap();
    let told = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success(), "{told}\n{}", String::from_utf8_lossy(&ran.stderr));
    told
}

/// The second build is what incremental models are for.
#[test]
#[ignore = "long: installs dbt"]
fn a_project_of_dbt_is_built_twice_and_documented() {
    let place = Place::example("minimal");
    let server = place.serve();
    let copied = Command::new("cp").arg("-r").arg(root().join("tests/judges/dbt")).arg(place.path()).status();
    assert!(copied.unwrap().success());
    crate::support::boto3(&server, "client('s3').create_bucket(Bucket='dbt')");
    for _ in 0..2 {
        let told = dbt(&place, &server, &["build"]);
        assert!(told.contains("PASS=10 WARN=0 ERROR=0 SKIP=0"), "{told}");
    }
    let told = dbt(&place, &server, &["docs", "generate"]);
    assert!(told.contains("Catalog written to"), "{told}");
    let lines =
        "for t in client('glue').get_tables(DatabaseName='shop_dbt')['TableList']: print(t['Name'], t['TableType'])";
    assert_eq!(
        crate::support::boto3(&server, lines),
        "appended EXTERNAL_TABLE\nby_day EXTERNAL_TABLE\ncheap VIRTUAL_VIEW\nitems EXTERNAL_TABLE\npriced EXTERNAL_TABLE\n"
    );
}

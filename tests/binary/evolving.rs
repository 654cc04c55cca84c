//! The schema changes while there is data: what a plan says of it, what is refused, and what Athena reads afterwards.

use crate::support::{Place, Server, boto3, root};
use serde_json::{Value, json};

const WIDE: &str = "\
name: wide
schema:
  event: string
  referrer: string
  n: int
  ratio: float
  ctx: struct<os:struct<name:string,version:int>>
";

/// A pipeline with rows in Parquet.
fn with_rows(yaml: &str, events: &str) -> Place {
    let place = Place::new(yaml).hourly();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    arrive(&place, events);
    place
}

/// Events on their way to the end of it.
fn arrive(place: &Place, events: &str) {
    std::fs::write(place.path().join("events.ndjson"), events).unwrap();
    place.run(&["send", "--local", "--input", "events.ndjson"]).exits(0);
    place.run(&["local", "tick", "3h"]).exits(0);
}

fn query(place: &Place, sql: &str) -> Vec<String> {
    let ran = place.run(&["query", "--local", sql]).exits(0);
    ran.stdout.lines().skip(1).map(str::to_owned).collect()
}

/// The lines of a plan that are about columns.
fn columns(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.trim().strip_prefix("schema: ")).collect()
}

#[test]
fn a_plan_says_which_columns_come_go_and_change() {
    let place = with_rows(WIDE, r#"{"event":"a","n":1}"#);
    place.edit(&[
        ("  referrer: string\n", ""),
        ("n: int", "n: bigint"),
        ("ratio: float", "ratio: double"),
        ("version:int>", "version:bigint,arch:string>"),
        ("  event: string\n", "  event: string\n  plan: decimal(5,2)\n"),
    ]);
    let told = place.run(&["plan", "--local"]).exits(0).stdout;
    assert_eq!(
        columns(&told),
        [
            "+ plan decimal(5,2)  (null in files of before, until `pipectl run etl --from DATE` converts them again)",
            "+ ctx.os.arch string  (null in files of before, until `pipectl run etl --from DATE` converts them again)",
            "~ ctx.os.version int -> bigint  (Athena reads files of before as that, too)",
            "~ n int -> bigint  (Athena reads files of before as that, too)",
            "~ ratio float -> double  (Athena reads files of before as that, too)",
            "- referrer string  (files of before keep it, and all rows stay)",
        ]
    );
    let plan = place.plan(&["--local"]);
    let job = plan["steps"].as_array().unwrap().iter().find(|step| step["address"] == "glue.job.etl").unwrap().clone();
    let change = job["changes"].as_array().unwrap().iter().find(|change| change["attribute"] == "schema").unwrap();
    assert_eq!((&change["before"]["n"], &change["after"]["n"]), (&json!("int"), &json!("bigint")));
    let n = json!({"path": "n", "change": "retyped", "before": "int", "after": "bigint", "readable": true, "renamed_from": null});
    assert!(change["columns"].as_array().unwrap().contains(&n), "{change:#}");
    let markdown = place.run(&["plan", "--local", "--markdown"]).exits(0).stdout;
    assert!(markdown.contains("`- referrer string` (files of before keep it, and all rows stay)"), "{markdown}");
    // What is asked is what was planned; a saved plan, too.
    place.run(&["plan", "--local", "--out", "saved"]).exits(0);
    let applied = place.run(&["apply", "--local", "--plan", "saved"]).exits(0);
    assert_eq!(columns(&applied.stdout), columns(&told));
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    arrive(&place, r#"{"event":"b","n":3000000000,"ratio":0.5,"plan":"1.5","ctx":{"os":{"arch":"x","version":7}}}"#);
    let rows =
        query(&place, "SELECT event, n, ratio, plan, ctx.os.version, ctx.os.arch FROM ${parquet_table} ORDER BY event");
    assert_eq!(rows, ["a,1,,,,", "b,3000000000,0.5,1.50,7,x"]);
}

/// The lines of docs/data.md.
#[test]
fn the_documentation_shows_what_a_plan_says() {
    let place = Place::new("name: told\nschema: { referrer: string, n: int, ctx: 'struct<os:struct<name:string>>' }\n");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let after = "{ n: bigint, ctx: 'struct<os:struct<name:string,arch:string>>', plan: string }";
    place.write(&format!("name: told\nschema: {after}\n"));
    let told = place.run(&["plan", "--local"]).exits(0).stdout;
    let document = std::fs::read_to_string(root().join("docs/data.md")).unwrap();
    let section = document.split("## When the schema changes").nth(1).unwrap();
    let block = section.split("```").nth(1).unwrap();
    assert_eq!(columns(block), columns(&told));
}

#[test]
fn the_order_of_columns_is_no_change() {
    let place = Place::new("name: ordered\nschema: { a: int, b: 'struct<x:int,y:int>' }\n");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.write("name: ordered\nschema: { b: 'struct<y:int,x:int>', a: int }\n");
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0).says("No changes");
}

#[test]
fn a_column_that_takes_the_place_of_one_may_be_a_rename() {
    let place = Place::new("name: renamed\nschema: { event: string, plan: string }\n");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.edit(&[("plan: string", "tier: string")]);
    let told = place.run(&["plan", "--local"]).exits(0).stdout;
    let lines = columns(&told);
    assert!(lines[0].starts_with("+ tier string  (perhaps plan under a new name; null in files of before"), "{told}");
    assert!(lines[1].starts_with("- plan string"), "{told}");
}

#[test]
fn a_type_that_athena_does_not_read_is_refused_where_there_is_data() {
    let place = Place::new("name: retyped\nschema: { event: string, n: int }\n").hourly();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    // Nothing was written yet: no file can be unreadable.
    place.edit(&[("n: int", "n: boolean")]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.edit(&[("n: boolean", "n: int")]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    arrive(&place, r#"{"event":"a","n":1}"#);
    place.edit(&[("n: int", "n: string")]);
    let told = place.run(&["plan", "--local"]).exits(0).stdout;
    assert_eq!(columns(&told), ["~ n int -> string  (Athena does not read files of before as that: HIVE_BAD_DATA)"]);
    assert!(told.contains("refused: `glue.job.etl` would hide data"), "{told}");
    let refused = place.run(&["apply", "--local", "--yes"]).exits(4);
    let refused =
        refused.says("`glue.job.etl` would hide data").says("the Parquet files that are there have `n` as int");
    refused.says("--allow-data-loss glue.job.etl").says("pipectl run etl --from DATE");
    let markdown = place.run(&["plan", "--local", "--markdown"]).exits(0).stdout;
    assert!(markdown.contains("**refused**"), "{markdown}");
    place.run(&["apply", "--local", "--yes", "--allow-data-loss", "glue.job.etl"]).exits(0);
    arrive(&place, r#"{"event":"b","n":"A-17"}"#);
    // Athena's own words, and only for queries that read the column.
    let failed = place.run(&["query", "--local", "SELECT event, n FROM ${parquet_table}"]).exits(1);
    let words = failed.says("HIVE_BAD_DATA: Field n's type INT32 in parquet file s3://retyped-dev-");
    words.says("is incompatible with type varchar defined in table schema");
    assert_eq!(query(&place, "SELECT event FROM ${parquet_table} ORDER BY 1"), ["a", "b"]);
    // What helps.
    assert_eq!(again(&place, &["--from", "2020-01-01"]), (2, 2));
    place.run(&["run", "crawler", "parquet", "--local"]).exits(0);
    assert_eq!(query(&place, "SELECT event, n FROM ${parquet_table} ORDER BY event"), ["a,1", "b,A-17"]);
}

/// What a run that converts days again tells of them, without the dates.
fn told(place: &Place, arguments: &[&str]) -> Vec<String> {
    let ran = place.run(&[&["run", "etl", "--local"], arguments].concat()).exits(0);
    let told = format!("{}\n{}", ran.stdout, ran.stderr);
    let days = told.lines().filter_map(|line| line.trim().split_once(": ")).filter(|(day, _)| day.starts_with("20"));
    days.map(|(_, words)| words.to_owned()).collect()
}

/// The rows of all days together: after, and before.
fn again(place: &Place, arguments: &[&str]) -> (u32, u32) {
    let days = told(place, arguments);
    let rows = days.iter().map(|day| {
        let (after, before) = day.split_once(" rows, in place of ").unwrap_or_else(|| panic!("{day}"));
        (after.parse::<u32>().unwrap(), before.parse::<u32>().unwrap())
    });
    rows.fold((0, 0), |all, day| (all.0 + day.0, all.1 + day.1))
}

/// A field that got its column later, as old as the pipeline.
#[test]
fn a_new_column_is_filled_for_old_events_by_converting_them_again() {
    let place = with_rows(
        "name: newfield\nschema: { event: string }\n",
        "{\"event\":\"a\",\"plan\":\"pro\"}\n{\"event\":\"b\",\"plan\":\"free\"}",
    );
    place.edit(&[("event: string", "event: string, plan: string")]);
    // With the schema of before, it would be of no use.
    place.run(&["run", "etl", "--local", "--from", "2020-01-01"]).exits(4).says("`pipectl apply` first");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    arrive(&place, "{\"event\":\"c\",\"plan\":\"pro\"}");
    let all = "SELECT event, plan FROM ${parquet_table} ORDER BY event";
    assert_eq!(query(&place, all), ["a,", "b,", "c,pro"]);
    assert_eq!(again(&place, &["--from", "2020-01-01"]), (3, 3));
    assert_eq!(query(&place, all), ["a,pro", "b,free", "c,pro"]);
    // Nothing of it is new to an ordinary run, and a second time changes nothing.
    place.run(&["run", "all", "--local"]).exits(0);
    assert_eq!(again(&place, &["--from", "2020-01-01"]), (3, 3));
    assert_eq!(query(&place, all), ["a,pro", "b,free", "c,pro"]);
    assert_eq!(told(&place, &["--from", "2020-01-01", "--to", "2020-02-01"]), [""; 0]);
    place.run(&["run", "etl", "--local", "--from", "2020-02-01", "--to", "2020-01-01"]).exits(3).says("no day from");
}

/// What no run has read yet is left to an ordinary one.
#[test]
fn converting_again_leaves_what_is_new_to_an_ordinary_run() {
    let place = with_rows("name: fresh\nschema: { event: string }\n", r#"{"event":"a"}"#);
    // Or the job would run by itself at the full hour.
    place.edit(&[("etl: { schedule: hourly }", "etl: { schedule: cron(0 0 1 1 ? 2099) }")]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    std::fs::write(place.path().join("events.ndjson"), r#"{"event":"b"}"#).unwrap();
    place.run(&["send", "--local", "--input", "events.ndjson"]).exits(0);
    place.run(&["local", "tick", "16min"]).exits(0);
    place.run(&["run", "mover", "--local"]).exits(0);
    assert_eq!(again(&place, &["--from", "2020-01-01"]), (1, 1));
    let all = "SELECT event FROM ${parquet_table} ORDER BY event";
    place.run(&["run", "all", "--local"]).exits(0);
    assert_eq!(query(&place, all), ["a", "b"]);
}

/// Where the files of JSON are gone, Parquet is all that is left of them.
#[test]
fn converting_again_never_makes_rows_fewer() {
    let place = with_rows("name: kept\nschema: { event: string }\n", r#"{"event":"a"}"#);
    let server = place.serve();
    boto3(
        &server,
        "\
s3 = client('s3')
bucket = s3.list_buckets()['Buckets'][0]['Name']
found = s3.list_objects_v2(Bucket=bucket, Prefix='partitioned_analytics_raw/')['Contents']
[s3.delete_object(Bucket=bucket, Key=one['Key']) for one in found]",
    );
    let told = told(&place, &["--from", "2020-01-01", "--wait"]);
    assert_eq!(told, ["left as it is: its files of JSON have 0 rows, and its files of Parquet 1"]);
    assert_eq!(query(&place, "SELECT event FROM ${parquet_table}"), ["a"]);
}

/// Glue's API: to the end of a run, so that what later ones have read is new again.
#[test]
fn a_bookmark_is_wound_back_to_a_run() {
    let place = with_rows("name: rewound\nschema: { event: string }\n", r#"{"event":"a"}"#);
    let newest = "print(client('glue').get_job_runs(JobName='rewound-dev-etl')['JobRuns'][0]['Id'])";
    let run = boto3(&place.serve(), newest);
    arrive(&place, r#"{"event":"b"}"#);
    let reset = |server: &Server, run: &str| {
        boto3(server, &format!("client('glue').reset_job_bookmark(JobName='rewound-dev-etl'{run})"))
    };
    reset(&place.serve(), &format!(", RunId='{}'", run.trim()));
    place.run(&["run", "all", "--local"]).exits(0);
    let all = "SELECT event FROM ${parquet_table} ORDER BY event";
    assert_eq!(query(&place, all), ["a", "b", "b"]);
    reset(&place.serve(), "");
    place.run(&["run", "all", "--local"]).exits(0);
    assert_eq!(query(&place, all), ["a", "a", "b", "b", "b"]);
}

/// A plan without a change of the schema asks for no script.
#[test]
fn a_plan_that_changes_no_schema_takes_no_other_look() {
    let place = with_rows("name: quiet\nschema: { event: string }\n", r#"{"event":"a"}"#);
    let asked = |place: &Place| {
        let ran = place.run(&["plan", "--local", "--verbose"]).exits(0);
        ran.stderr.lines().filter(|line| line.contains("_pipectl/etl/") || line.contains("GetObject")).count()
    };
    let before = asked(&place);
    place.edit(&[("event: string", "event: string, plan: string")]);
    assert!(asked(&place) > before);
    let _: Value = place.plan(&["--local"]);
}

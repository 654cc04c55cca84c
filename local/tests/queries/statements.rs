//! Statements with the answers that Athena gives, over two tables with a column of every type.
//!
//! `statements/*.json` has them: `id`, `sql`, and one of `rows` (every value as text or null, in order; with `columns` the
//! names too), `error` (one of these is in the message), `succeeds` (any rows). Each file begins with fresh tables. `source`
//! says where a result stands: of `documented` in Trino's or AWS's documentation, of `tested` in Trino's own tests, at a
//! commit; those of the newest Trino that Athena's engine version 3 has not are left out.
//! `statements/not-yet.txt` names those that do not hold; what holds is no longer named there. `PIPECTL_GOLDEN=write`
//! writes it anew, `STATEMENTS=part-of-an-id` runs some and prints them.

use super::{Aws, PLENTY};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;

const DATABASE: &str = "queries_dev";
const TABLES: [(&str, &str); 2] =
    [("${parquet_table}", "analytics_data"), ("${raw_table}", "partitioned_analytics_raw")];
const COLUMNS: [(&str, &str); 21] = [
    ("event", "string"),
    ("userid", "string"),
    ("at", "timestamp"),
    ("on_day", "date"),
    ("amount", "decimal(10,2)"),
    ("n", "int"),
    ("big", "bigint"),
    ("ratio", "double"),
    ("flag", "boolean"),
    ("tags", "array<string>"),
    ("props", "map<string,string>"),
    ("items", "array<struct<sku:string,qty:int>>"),
    ("geo", "struct<country:string,lat:double>"),
    ("payload", "string"),
    ("timestamp", "timestamp"),
    ("date", "date"),
    ("user", "string"),
    ("order", "int"),
    ("group", "string"),
    ("end", "string"),
    ("value", "double"),
];
const PARTITION: [(&str, &str); 3] = [("year", "2026"), ("month", "11"), ("day", "27")];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/queries/statements")
}

fn glue(aws: &Aws, operation: &str, input: &Value) {
    let (status, answer) = aws.send("glue", "POST /", &format!("AWSGlue.{operation}"), &input.to_string());
    assert_eq!(status, 200, "{operation}: {answer}");
}

/// Both tables with their rows.
pub(crate) fn aws() -> Aws {
    let aws = Aws { database: Some(DATABASE), ..Aws::new(PLENTY) };
    assert_eq!(aws.send("s3", "PUT /data", "", "").0, 200);
    glue(&aws, "CreateDatabase", &json!({"DatabaseInput": {"Name": DATABASE}}));
    let rows = std::fs::read_to_string(folder().join("rows.ndjson")).unwrap();
    for (_, table) in TABLES {
        let columns: Vec<_> = COLUMNS.iter().map(|(name, kind)| json!({"Name": name, "Type": kind})).collect();
        let keys: Vec<_> = PARTITION.iter().map(|(name, _)| json!({"Name": name, "Type": "string"})).collect();
        let storage = |location: String| {
            json!({
                "Columns": columns, "Location": location,
                "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
                "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
            })
        };
        let input = json!({
            "Name": table, "TableType": "EXTERNAL_TABLE", "PartitionKeys": keys,
            "StorageDescriptor": storage(format!("s3://data/{table}/")),
        });
        glue(&aws, "CreateTable", &json!({"DatabaseName": DATABASE, "TableInput": input}));
        let place = PARTITION.map(|(name, value)| format!("{name}={value}/")).concat();
        let partition = json!({
            "Values": PARTITION.map(|(_, value)| value),
            "StorageDescriptor": storage(format!("s3://data/{table}/{place}")),
        });
        let input = json!({"DatabaseName": DATABASE, "TableName": table, "PartitionInput": partition});
        glue(&aws, "CreatePartition", &input);
        assert_eq!(aws.send("s3", &format!("PUT /data/{table}/{place}rows.json"), "", &rows).0, 200);
    }
    aws
}

/// The rows of a statement, the first are the names of its columns; or the reason of its failure.
fn run(aws: &Aws, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
    let id = aws.start(sql);
    aws.end(&id)?;
    let rows = aws.athena("GetQueryResults", &id)["ResultSet"]["Rows"].clone();
    let cell = |cell: &Value| cell["VarCharValue"].as_str().map(str::to_owned);
    let row = |row: &Value| row["Data"].as_array().unwrap().iter().map(cell).collect();
    Ok(rows.as_array().unwrap().iter().map(row).collect())
}

/// What is wrong with the answer to a case.
fn wrong(aws: &Aws, case: &Value) -> Option<String> {
    let sql = TABLES.iter().fold(case["sql"].as_str().unwrap().to_owned(), |sql, (mark, name)| sql.replace(mark, name));
    let sql = sql.replace("${database}", DATABASE);
    let utility = ["SHOW", "DESC"].iter().any(|word| sql.starts_with(word));
    match (run(aws, &sql), &case["error"], &case["rows"]) {
        (Ok(rows), Value::Array(_), _) => Some(format!("no error: {rows:?}")),
        (Err(why), Value::Array(known), _) => {
            let said = known.iter().any(|known| why.contains(known.as_str().unwrap()));
            (!said).then_some(format!("another error: {why}"))
        }
        (Err(why), ..) => Some(why),
        (Ok(rows), _, Value::Array(expected)) => {
            let names = json!(rows.first().filter(|_| !utility));
            let got = json!(rows.iter().skip(usize::from(!utility)).collect::<Vec<_>>());
            if case["columns"].is_array() && case["columns"] != names {
                return Some(format!("columns {names}"));
            }
            (got != json!(expected)).then(|| format!("{got}"))
        }
        _ => None,
    }
}

#[test]
fn statements_answer_as_athenas_do() {
    let only = std::env::var("STATEMENTS").ok();
    let named = std::fs::read_to_string(folder().join("not-yet.txt")).unwrap();
    let named: BTreeSet<_> = named.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let (mut all, mut not_yet, mut said) = (BTreeSet::new(), BTreeSet::new(), vec![]);
    let mut files: Vec<_> = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|kind| kind == "json"));
    files.sort();
    for file in files {
        let aws = aws();
        let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        for case in cases {
            let id = format!("{name}/{}", case["id"].as_str().unwrap());
            if only.as_ref().is_some_and(|only| !id.contains(only)) {
                continue;
            }
            let wrong = wrong(&aws, &case);
            if only.is_some() || wrong.is_some() {
                said.push(format!("{id}: {}\n    {}", case["sql"], wrong.clone().unwrap_or("well".to_owned())));
            }
            assert!(all.insert(id.clone()), "{id} is there twice");
            not_yet.extend(wrong.map(|_| id));
        }
    }
    println!("{}\n{} of {} hold", said.join("\n"), all.len() - not_yet.len(), all.len());
    if std::env::var("PIPECTL_GOLDEN").is_ok_and(|what| what == "write") && only.is_none() {
        let lines: Vec<_> = not_yet.iter().map(|id| format!("{id}\n")).collect();
        std::fs::write(folder().join("not-yet.txt"), lines.concat()).unwrap();
        return;
    }
    let unnamed: Vec<_> = not_yet.difference(&named).collect();
    let holding: Vec<_> = named.iter().filter(|id| all.contains(*id) && !not_yet.contains(*id)).collect();
    assert!(unnamed.is_empty(), "not as Athena answers: {unnamed:?}\n{}", said.join("\n"));
    assert!(holding.is_empty(), "holds now, take it out of not-yet.txt: {holding:?}");
    let gone: Vec<_> = named.iter().filter(|id| only.is_none() && !all.contains(*id)).collect();
    assert!(gone.is_empty(), "no such statement: {gone:?}");
}

//! What is asked of Athena beside the statement: parameters, prepared statements, results of before.

use super::{Aws, statements};
use serde_json::{Value, json};

fn start(aws: &Aws, sql: &str, more: &Value) -> Value {
    let mut input = json!({
        "QueryString": sql,
        "ResultConfiguration": {"OutputLocation": "s3://results/some/"},
        "QueryExecutionContext": {"Database": "queries_dev"},
    });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"QueryExecutionId": aws.athena("StartQueryExecution", &input)["QueryExecutionId"]})
}

fn execution(aws: &Aws, id: &Value) -> Value {
    aws.athena("GetQueryExecution", id)["QueryExecution"].clone()
}

#[test]
fn parameters_and_prepared_statements_are_run() {
    let aws = statements::aws();
    let values = |values: &[&str]| json!({"ExecutionParameters": values});
    let of_event = "SELECT count(*) AS n FROM analytics_data WHERE event = ? AND n >= ?";
    let id = start(&aws, of_event, &values(&["'buy'", "-1"]));
    assert_eq!(aws.end(&id), Ok(vec!["1".to_owned()]));
    assert_eq!(execution(&aws, &id)["ExecutionParameters"], json!(["'buy'", "-1"]));
    assert_eq!(execution(&aws, &id)["Query"], of_event);
    let quoted = json!({"QueryExecutionContext": {"Database": "`queries_dev`"}});
    aws.end(&start(&aws, "DESCRIBE `analytics_data`", &quoted)).unwrap();
    let wrong = aws.end(&start(&aws, of_event, &values(&["'buy'"]))).unwrap_err();
    assert!(wrong.contains("expected 2 but found 1"), "{wrong}");
    let wrong = aws.end(&start(&aws, of_event, &json!({}))).unwrap_err();
    assert!(wrong.contains("expected 2 but found 0"), "{wrong}");

    let mut kept = json!({"StatementName": "of_event", "WorkGroup": "primary", "QueryStatement": "SELECT ? AS a"});
    aws.athena("CreatePreparedStatement", &kept);
    assert_eq!(aws.send("athena", "POST /", "AmazonAthena.CreatePreparedStatement", &kept.to_string()).0, 400);
    kept["QueryStatement"] = of_event.into();
    aws.athena("UpdatePreparedStatement", &kept);
    let id = start(&aws, "EXECUTE of_event", &values(&["'buy'", "0"]));
    assert_eq!(aws.end(&id), Ok(vec!["1".to_owned()]));
    let name = json!({"StatementName": "of_event", "WorkGroup": "primary"});
    assert_eq!(aws.athena("GetPreparedStatement", &name)["PreparedStatement"]["QueryStatement"], of_event);
    let all = aws.athena("ListPreparedStatements", &json!({"WorkGroup": "primary"}));
    assert_eq!(all["PreparedStatements"][0]["StatementName"], "of_event");
    let names = json!({"PreparedStatementNames": ["of_event", "none"], "WorkGroup": "primary"});
    let some = aws.athena("BatchGetPreparedStatement", &names);
    assert_eq!(some["UnprocessedPreparedStatementNames"][0]["ErrorCode"], "STATEMENT_NOT_FOUND");
    aws.athena("DeletePreparedStatement", &name);
    let (status, gone) = aws.send("athena", "POST /", "AmazonAthena.GetPreparedStatement", &name.to_string());
    assert_eq!((status, gone["__type"].as_str()), (400, Some("ResourceNotFoundException")), "{gone}");
}

#[test]
fn a_statement_tells_its_kind_and_where_its_result_is() {
    let aws = statements::aws();
    for (sql, statement, substatement, end) in [
        ("SELECT 1 AS a", "DML", "SELECT", ".csv"),
        ("-- all\nSHOW TABLES", "UTILITY", "SHOW_TABLES", ".txt"),
        ("DROP TABLE IF EXISTS x", "DDL", "DROP_TABLE", ".txt"),
    ] {
        let id = start(&aws, sql, &json!({}));
        aws.end(&id).unwrap();
        let execution = execution(&aws, &id);
        assert_eq!(
            (&execution["StatementType"], &execution["SubstatementType"]),
            (&json!(statement), &json!(substatement))
        );
        let output = execution["ResultConfiguration"]["OutputLocation"].as_str().unwrap();
        assert!(output.starts_with("s3://results/some/") && output.ends_with(end), "{output}");
        let figures = aws.athena("GetQueryRuntimeStatistics", &id)["QueryRuntimeStatistics"].clone();
        assert!(figures["Timeline"]["TotalExecutionTimeInMillis"].is_u64(), "{figures}");
    }
}

#[test]
fn what_is_written_is_told_and_stays_where_it_is_until_it_is_done() {
    let aws = statements::aws();
    let written = |sql: &str| {
        let id = start(&aws, sql, &json!({}));
        aws.end(&id).unwrap();
        let results = aws.athena("GetQueryResults", &id);
        assert_eq!(results["ResultSet"]["Rows"], json!([]));
        (execution(&aws, &id), results["UpdateCount"].clone())
    };
    let (execution, rows) = written("CREATE TABLE buys AS SELECT event, n FROM analytics_data WHERE event = 'buy'");
    assert_eq!(
        (&execution["StatementType"], &execution["SubstatementType"]),
        (&json!("DDL"), &json!("CREATE_TABLE_AS_SELECT"))
    );
    assert_eq!(rows, 2);
    let output = execution["ResultConfiguration"]["OutputLocation"].as_str().unwrap();
    assert!(output.starts_with("s3://results/some/tables/"), "{output}");
    let manifest = format!("{output}-manifest.csv");
    assert_eq!(execution["Statistics"]["DataManifestLocation"], manifest);
    let lines = aws.text(manifest.trim_start_matches("s3:/"));
    assert!(lines.trim().starts_with(output) && lines.lines().count() == 1, "{lines}");

    let (execution, rows) = written("INSERT INTO buys VALUES ('x', 1), ('y', 2), ('z', 3)");
    assert_eq!((&execution["StatementType"], &execution["SubstatementType"]), (&json!("DML"), &json!("INSERT")));
    assert_eq!(rows, 3);
    let unload = "UNLOAD (SELECT event, n FROM buys) TO 's3://results/out/' WITH (format = 'TEXTFILE', field_delimiter = '|', compression = 'NONE')";
    let (execution, rows) = written(unload);
    assert_eq!(rows, 5);
    let manifest = execution["Statistics"]["DataManifestLocation"].as_str().unwrap();
    let files = aws.text(manifest.trim_start_matches("s3:/"));
    let text: String = files.lines().map(|file| aws.text(file.trim_start_matches("s3:/"))).collect();
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines[2..], ["x|1", "y|2", "z|3"], "{text}");

    // What fails on its way leaves nothing.
    let id = start(&aws, "CREATE TABLE half AS SELECT n / 0 AS a FROM analytics_data", &json!({}));
    aws.end(&id).unwrap_err();
    let id = start(&aws, "SHOW TABLES LIKE 'half'", &json!({}));
    assert_eq!(aws.end(&id), Ok(vec![]));
}

#[test]
fn a_result_is_used_again_where_that_is_asked_for() {
    let aws = statements::aws();
    let sql = "SELECT count(*) AS n FROM analytics_data";
    let reuse =
        json!({"ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": true, "MaxAgeInMinutes": 5}}});
    let run = |sql: &str, more: &Value| {
        let id = start(&aws, sql, more);
        assert_eq!(aws.end(&id), Ok(vec!["4".to_owned()]));
        let execution = execution(&aws, &id);
        let reused = execution["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"].as_bool().unwrap();
        (reused, execution["ResultConfiguration"]["OutputLocation"].clone())
    };
    let (reused, first) = run(sql, &reuse);
    assert!(!reused);
    assert_eq!(run(sql, &reuse), (true, first.clone()));
    assert!(!run(sql, &json!({})).0);
    assert!(!run(&format!("{sql} WHERE true"), &reuse).0);
}

//! Queries: those that people write run, the others end in an error of their own, and Local AWS lives on.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod crashes;
mod floats;
mod memory;
mod names;
mod refused;
mod requests;
mod rights;
mod spans;
mod statements;
mod subqueries;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use pipectl_local::{LocalAws, Options};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// No query takes longer, on a machine that is busy and without optimisation.
const PATIENCE: Duration = Duration::from_secs(240);

pub(crate) struct Aws {
    aws: LocalAws,
    _directory: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
    /// The one that queries are in.
    database: Option<&'static str>,
}

/// How a query ended: its rows without the names of the columns, or the reason.
pub(crate) type Ended = Result<Vec<String>, String>;

impl Aws {
    pub(crate) fn new(memory: u64) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = Options { query_memory: memory, ..Options::default() };
        let aws = LocalAws::open(directory.path(), options).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let served = aws.clone();
        runtime.spawn(async move { served.serve(listener).await });
        let all = Self { aws, _directory: directory, runtime, database: None };
        assert_eq!(all.send("s3", "PUT /results", "", "").0, 200);
        all
    }

    fn send(&self, service: &str, line: &str, target: &str, body: &str) -> (u16, Value) {
        let (method, path) = line.split_once(' ').unwrap();
        let signed = format!("AWS4-HMAC-SHA256 Credential=A/20261123/us-east-1/{service}/aws4_request, Signature=0");
        let request =
            Request::builder().method(method).uri(path).header("host", "localhost").header("authorization", signed);
        let request = request.header("x-amz-target", target);
        let request = request.body(Full::new(Bytes::from(body.to_owned()))).unwrap();
        self.runtime.block_on(async {
            let answer = self.aws.respond(request).await;
            let status = answer.status().as_u16();
            (
                status,
                serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap_or_default(),
            )
        })
    }

    /// What is in an object.
    pub(crate) fn text(&self, path: &str) -> String {
        let signed = "AWS4-HMAC-SHA256 Credential=A/20261123/us-east-1/s3/aws4_request, Signature=0";
        let request = Request::builder().uri(path).header("host", "localhost").header("authorization", signed);
        let request = request.body(Full::new(Bytes::new())).unwrap();
        self.runtime.block_on(async {
            let answer = self.aws.respond(request).await;
            assert_eq!(answer.status().as_u16(), 200, "{path}");
            String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
        })
    }

    pub(crate) fn athena(&self, operation: &str, input: &Value) -> Value {
        let (status, answer) = self.send("athena", "POST /", &format!("AmazonAthena.{operation}"), &input.to_string());
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }

    pub(crate) fn start(&self, sql: &str) -> Value {
        let mut input = json!({"QueryString": sql, "ResultConfiguration": {"OutputLocation": "s3://results/"}});
        if let Some(database) = &self.database {
            input["QueryExecutionContext"] = json!({"Database": database});
        }
        let id = self.athena("StartQueryExecution", &input)["QueryExecutionId"].clone();
        json!({"QueryExecutionId": id})
    }

    pub(crate) fn status(&self, id: &Value) -> (String, String) {
        let status = self.athena("GetQueryExecution", id)["QueryExecution"]["Status"].clone();
        let text = |name: &str| status[name].as_str().unwrap_or_default().to_owned();
        (text("State"), text("StateChangeReason"))
    }

    pub(crate) fn end(&self, id: &Value) -> Ended {
        let began = Instant::now();
        loop {
            match self.status(id) {
                (state, _) if state == "SUCCEEDED" => break,
                (state, reason) if ["FAILED", "CANCELLED"].contains(&state.as_str()) => return Err(reason),
                (state, _) => assert!(began.elapsed() < PATIENCE, "{state} after {:?}", began.elapsed()),
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let rows = self.athena("GetQueryResults", id)["ResultSet"]["Rows"].clone();
        let cell = |cell: &Value| cell["VarCharValue"].as_str().unwrap_or("NULL").to_owned();
        let row = |row: &Value| row["Data"].as_array().unwrap().iter().map(cell).collect::<Vec<_>>().join(",");
        Ok(rows.as_array().unwrap().iter().skip(1).map(row).collect())
    }

    pub(crate) fn query(&self, sql: &str) -> Ended {
        self.end(&self.start(sql))
    }
}

const PLENTY: u64 = 1 << 30;
/// "Query string length: 262,144 bytes."
pub(crate) const LONGEST: usize = 262_144;

fn times(first: &str, more: &str, count: usize) -> String {
    format!("{first}{}", more.repeat(count))
}

#[test]
fn what_people_write_in_long_chains_runs() {
    let aws = Aws::new(PLENTY);
    let wide: Vec<_> = (0..5000).map(|index| format!("{index} AS c{index}")).collect();
    let names: Vec<_> = (0..20_000).map(|index| index.to_string()).collect();
    let ors: Vec<_> = (0..1000).map(|index| format!("a = {index}")).collect();
    let whens: Vec<_> = (0..1000).map(|index| format!("WHEN a = {index} THEN 'x{index}'")).collect();
    let ands: Vec<_> = (0..1000).map(|index| format!("a <> {}", index + 5000)).collect();
    let most = |term: &dyn Fn(usize) -> String, word: &str| {
        let count = LONGEST / (word.len() + term(99_999).len()) - 10;
        (0..count).map(term).collect::<Vec<_>>().join(word)
    };
    let one = "SELECT count(*) FROM (VALUES (7), (5000)) AS t(a) WHERE ";
    let queries = [
        (format!("{one}{}", ors.join(" OR ")), "1"),
        (format!("{one}NOT ({})", ors.join(" OR ")), "1"),
        (format!("{one}{}", ands.join(" AND ")), "1"),
        // As many as 256 KB hold.
        (format!("{one}{}", most(&|n| format!("a = {n}"), " OR ")), "2"),
        (format!("{one}{}", most(&|n| format!("a <> {}", n + 5001), " AND ")), "2"),
        (format!("{one}a IN ({})", names.join(", ")), "2"),
        (format!("SELECT count(*) FROM ({})", times("SELECT 1", " UNION ALL SELECT 1", 1000)), "1001"),
        (format!("SELECT count(*) FROM ({})", times("SELECT 1", " UNION SELECT 1", 300)), "1"),
        (times("SELECT 1", "+1", 700), "701"),
        (format!("SELECT length({})", times("'a'", " || 'b'", 1000)), "1001"),
        (format!("SELECT max(CASE {} END) FROM (VALUES (7)) AS t(a)", whens.join(" ")), "x7"),
        (format!("SELECT c7 FROM (SELECT {})", wide.join(", ")), "7"),
        (format!("SELECT length('{}')", "x".repeat(LONGEST - 100)), "262044"),
        (format!("SELECT {}1{}", "(".repeat(100), ")".repeat(100)), "1"),
    ];
    for (sql, expected) in queries {
        assert!(sql.len() <= LONGEST);
        let began = Instant::now();
        assert_eq!(aws.query(&sql), Ok(vec![expected.to_owned()]), "{}...", &sql[..60]);
        assert!(began.elapsed() < Duration::from_secs(100), "{:?}: {}...", began.elapsed(), &sql[..60]);
    }
}

#[test]
fn only_statements_of_athena_run_and_they_see_nothing_of_the_machine() {
    let aws = Aws::new(PLENTY);
    let directory = tempfile::tempdir().unwrap();
    let (target, secret) = (directory.path().join("target.csv"), directory.path().join("secret.csv"));
    std::fs::write(&target, "mine\n").unwrap();
    std::fs::write(&secret, "secret\nof the host\n").unwrap();
    let (to, from) = (target.display(), secret.display());
    let comments = ["", "/* a */ ", "-- a\n", "("];
    let statements = [
        format!("COPY (SELECT 1) TO '{to}'"),
        format!("COPY (SELECT 1) TO '{to}' STORED AS CSV"),
        format!("EXPLAIN COPY (SELECT 1) TO '{to}' STORED AS CSV"),
        format!("EXPLAIN ANALYZE COPY (SELECT 1) TO '{to}' STORED AS CSV"),
        format!("CREATE EXTERNAL TABLE t (a varchar) STORED AS CSV LOCATION '{from}'"),
        format!("CREATE OR REPLACE EXTERNAL TABLE t STORED AS CSV LOCATION 'file://{from}'"),
        "CREATE TABLE t AS SELECT 1".to_owned(),
        "CREATE VIEW v AS SELECT 1".to_owned(),
        "INSERT INTO t VALUES (1)".to_owned(),
        "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a".to_owned(),
        "DELETE FROM t".to_owned(),
        "UPDATE t SET a = 1".to_owned(),
        "DROP TABLE t".to_owned(),
        "SET datafusion.execution.batch_size = 1".to_owned(),
        "RESET datafusion.execution.batch_size".to_owned(),
        "PREPARE p AS SELECT 1".to_owned(),
        "EXECUTE p".to_owned(),
        "BEGIN".to_owned(),
        "CREATE FUNCTION f() RETURNS INT RETURN 1".to_owned(),
        format!("SELECT * FROM '{from}'"),
        format!("SELECT * FROM \"{from}\""),
        format!("SELECT * FROM read_csv('{from}')"),
        format!("SELECT * FROM parquet_metadata('{from}')"),
        "SHOW ALL".to_owned(),
        "SELECT 1; SELECT 2".to_owned(),
    ];
    for statement in &statements {
        for comment in comments {
            let ended = aws.query(&format!("{comment}{statement}"));
            assert!(ended.is_err(), "{comment}{statement}: {ended:?}");
        }
    }
    assert_eq!(std::fs::read_to_string(target).unwrap(), "mine\n");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2);
    for read in
        ["SELECT 1", "WITH a AS (SELECT 1 AS x) SELECT x FROM a", "(SELECT 1)", "/* a */ SELECT 1", "VALUES (1)"]
    {
        assert_eq!(aws.query(read), Ok(vec!["1".to_owned()]), "{read}");
    }
    assert!(aws.query("EXPLAIN SELECT 1").is_ok());
}

/// A hundred million rows.
const SERIES: &str = "FROM (SELECT x * 10000 + y AS x FROM UNNEST(sequence(1, 10000)) AS a(x) \
     CROSS JOIN UNNEST(sequence(1, 10000)) AS b(y)) AS s";
/// Of which nobody sees the end.
const ENDLESS: &str = "SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a(x) \
     CROSS JOIN UNNEST(sequence(1, 10000)) AS b(y) CROSS JOIN UNNEST(sequence(1, 10000)) AS c(z)";

#[test]
fn aggregates_of_many_groups_are_those_of_each() {
    let aws = Aws::new(PLENTY);
    // In group x are x * 10 + 0, ... and x * 10 + 9, and each is in some batch of its own.
    let rows =
        "SELECT x, x * 10 + y AS v FROM UNNEST(sequence(0, 9)) AS b(y) CROSS JOIN UNNEST(sequence(1, 9000)) AS a(x)";
    let all = [
        ("max_by(v, -v)", "x * 10"),
        ("min_by(CAST(v AS varchar), -v)", "CAST(x * 10 + 9 AS varchar)"),
        ("max_by(v, CAST(v + 1000000 AS varchar))", "x * 10 + 9"),
        ("any_value(x)", "x"),
        ("count_if(v % 2 = 0)", "5"),
        ("count_if(v % 2 = 0) FILTER (WHERE v % 10 < 4)", "2"),
        ("count_if(DISTINCT v % 2 = 0)", "1"),
        ("avg(CAST(v AS decimal(18, 2)))", "CAST(x * 10 + 4.5 AS decimal(18, 2))"),
        ("bitwise_or_agg(v % 10)", "15"),
        ("skewness(v)", "0e0"),
        ("approx_percentile(v, 0.5e0)", "x * 10 + 5"),
        ("max(v, 2)", "ARRAY[x * 10 + 9, x * 10 + 8]"),
        ("cardinality(map_agg(v, x))", "10"),
        ("element_at(histogram(v / 10), x)", "10"),
    ];
    for (made, expected) in all {
        let sql = format!("SELECT x, {made} AS made FROM ({rows}) GROUP BY x");
        let sql = format!("SELECT count(*), count_if(made = {expected}) FROM ({sql})");
        assert_eq!(aws.query(&sql), Ok(vec!["9000,9000".to_owned()]), "{made}");
    }
}

#[test]
fn queries_that_are_stopped_leave_their_place() {
    let aws = Aws::new(PLENTY);
    let ids: Vec<_> = (0..12).map(|_| aws.start(ENDLESS)).collect();
    let began = Instant::now();
    while ids.iter().filter(|id| aws.status(id).0 == "RUNNING").count() < 2 {
        assert!(began.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(100));
    }
    for id in &ids {
        aws.athena("StopQueryExecution", id);
    }
    let began = Instant::now();
    assert_eq!(aws.query("SELECT 1"), Ok(vec!["1".to_owned()]));
    assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
    for id in &ids {
        assert_eq!(aws.status(id).0, "CANCELLED");
    }
}

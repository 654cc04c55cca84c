//! Statements change what those may change who ask for them, and nothing else.

use super::{Aws, statements};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use serde_json::{Value, json};
use std::time::Duration;

/// Somebody with keys of a role.
struct Caller<'a> {
    aws: &'a Aws,
    key: String,
    token: String,
}

fn ask(aws: &Aws, service: &str, keys: (&str, &str), target: &str, body: &str) -> (u16, String) {
    let (key, token) = keys;
    let signed = format!("AWS4-HMAC-SHA256 Credential={key}/20261123/us-east-1/{service}/aws4_request, Signature=0");
    let request = Request::builder().method("POST").uri("/").header("host", "localhost");
    let request = request.header("authorization", signed).header("x-amz-target", target);
    let kind = if target.is_empty() { "application/x-www-form-urlencoded" } else { "application/x-amz-json-1.1" };
    let request = request.header("content-type", kind).header("x-amz-security-token", token);
    let request = request.body(Full::new(Bytes::from(body.to_owned()))).unwrap();
    aws.runtime.block_on(async {
        let answer = aws.aws.respond(request).await;
        let status = answer.status().as_u16();
        (status, String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap())
    })
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

impl<'a> Caller<'a> {
    /// Under a role that may do these: action and resource.
    fn new(aws: &'a Aws, name: &str, may: &Value) -> Self {
        let user = ("A", "");
        let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": "arn:aws:iam::000000000000:root"}}]})
        .to_string();
        let made = form(&[
            ("Action", "CreateRole"),
            ("Version", "2010-05-08"),
            ("RoleName", name),
            ("AssumeRolePolicyDocument", &trust),
        ]);
        let (status, answer) = ask(aws, "iam", user, "", &made);
        assert_eq!(status, 200, "{answer}");
        let policy = json!({"Version": "2012-10-17", "Statement": may}).to_string();
        let put = form(&[
            ("Action", "PutRolePolicy"),
            ("Version", "2010-05-08"),
            ("RoleName", name),
            ("PolicyName", "p"),
            ("PolicyDocument", &policy),
        ]);
        let (status, answer) = ask(aws, "iam", user, "", &put);
        assert_eq!(status, 200, "{answer}");
        let arn = format!("arn:aws:iam::000000000000:role/{name}");
        let assume = form(&[
            ("Action", "AssumeRole"),
            ("Version", "2011-06-15"),
            ("RoleArn", &arn),
            ("RoleSessionName", "session"),
        ]);
        let (status, answer) = ask(aws, "sts", user, "", &assume);
        assert_eq!(status, 200, "{answer}");
        let inside = |name: &str| {
            let from = answer.split_once(&format!("<{name}>")).unwrap().1;
            from.split_once("</").unwrap().0.to_owned()
        };
        Self { aws, key: inside("AccessKeyId"), token: inside("SessionToken") }
    }

    fn athena(&self, operation: &str, input: &Value) -> Value {
        let target = format!("AmazonAthena.{operation}");
        let (status, answer) = ask(self.aws, "athena", (&self.key, &self.token), &target, &input.to_string());
        assert_eq!(status, 200, "{operation}: {answer}");
        serde_json::from_str(&answer).unwrap()
    }

    /// The reason of a failure.
    fn run(&self, sql: &str) -> Result<(), String> {
        let input = json!({
            "QueryString": sql,
            "ResultConfiguration": {"OutputLocation": "s3://results/"},
            "QueryExecutionContext": {"Database": "queries_dev"},
        });
        let id = json!({"QueryExecutionId": self.athena("StartQueryExecution", &input)["QueryExecutionId"]});
        loop {
            let status = self.athena("GetQueryExecution", &id)["QueryExecution"]["Status"].clone();
            match status["State"].as_str() {
                Some("SUCCEEDED") => return Ok(()),
                Some("FAILED") => return Err(status["StateChangeReason"].as_str().unwrap().to_owned()),
                _ => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }
}

fn may(actions: &[&str], resources: &[&str]) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resources})
}

/// What the catalog and the bucket have.
fn all(aws: &Aws) -> Value {
    let mut all = vec![];
    for sql in ["SHOW DATABASES", "SHOW TABLES", "SHOW PARTITIONS analytics_data", "SHOW COLUMNS IN analytics_data"] {
        let id = aws.start(sql);
        aws.end(&id).unwrap();
        all.push(aws.athena("GetQueryResults", &id)["ResultSet"]["Rows"].clone());
    }
    let listed = aws.text("/data?list-type=2");
    json!([all, listed.matches("<Key>").count()])
}

#[test]
fn who_may_only_read_changes_nothing_by_any_statement() {
    let aws = statements::aws();
    let looks = [
        may(&["athena:*", "glue:Get*"], &["*"]),
        may(&["s3:ListBucket", "s3:GetObject", "s3:GetBucketLocation"], &["*"]),
        may(&["s3:PutObject"], &["arn:aws:s3:::results/*"]),
    ];
    let reader = Caller::new(&aws, "reader", &json!(looks));
    assert_eq!(reader.run("SELECT count(*) AS n FROM analytics_data"), Ok(()));
    assert_eq!(reader.run("SHOW TABLES"), Ok(()));
    assert_eq!(reader.run("DESCRIBE analytics_data"), Ok(()));
    let before = all(&aws);
    let statements = [
        "CREATE DATABASE other",
        "ALTER DATABASE queries_dev SET DBPROPERTIES ('a'='b')",
        "DROP DATABASE queries_dev CASCADE",
        "CREATE EXTERNAL TABLE x (a int) LOCATION 's3://data/x/'",
        "DROP TABLE analytics_data",
        "ALTER TABLE analytics_data ADD PARTITION (year='1', month='1', day='1')",
        "ALTER TABLE analytics_data DROP PARTITION (year='2026')",
        "ALTER TABLE analytics_data ADD COLUMNS (z int)",
        "ALTER TABLE analytics_data SET LOCATION 's3://data/x/'",
        "CREATE VIEW v AS SELECT 1 AS a",
        "CREATE TABLE t AS SELECT 1 AS a",
        "CREATE TABLE t WITH (external_location = 's3://data/t/') AS SELECT 1 AS a",
        "INSERT INTO analytics_data (event, year, month, day) VALUES ('x', '2026', '11', '27')",
        "UNLOAD (SELECT 1 AS a) TO 's3://data/u/' WITH (format = 'JSON')",
    ];
    for sql in statements {
        let why = reader.run(sql).expect_err(sql);
        assert!(why.contains("not authorized to perform"), "{sql}: {why}");
    }
    assert_eq!(all(&aws), before);
    // The place of the result is asked about first.
    let results = [may(&["athena:*", "glue:*", "s3:ListBucket", "s3:GetObject", "s3:GetBucketLocation"], &["*"])];
    let why = Caller::new(&aws, "placeless", &json!(results)).run("DROP TABLE analytics_data").unwrap_err();
    assert!(why.contains("s3:PutObject"), "{why}");
    assert_eq!(all(&aws), before);
    let writes = [may(&["athena:*", "glue:*", "s3:*"], &["*"])];
    let writer = Caller::new(&aws, "writer", &json!(writes));
    // Databases and tables come before what is taken away.
    for sql in [
        "CREATE TABLE t AS SELECT 1 AS a",
        "INSERT INTO t VALUES (2)",
        "CREATE VIEW v AS SELECT a FROM t",
        "DROP TABLE t",
    ] {
        assert_eq!(writer.run(sql), Ok(()), "{sql}");
    }
}

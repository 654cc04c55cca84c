//! A Deny stops whoever it is about: API Gateway's front, S3's notifications, services and functions under a role.

use crate::access::Credentials;
use crate::background;
use crate::core::Options;
use crate::local::LocalAws;
use crate::services::{glue, iam, lambda};
use axum::body::Body;
use base64::Engine as _;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use serde_json::{Value, json};
use std::io::Write as _;
use std::time::Duration;

const ACCOUNT: &str = "000000000000";

struct Aws {
    aws: LocalAws,
    _directory: tempfile::TempDir,
}

async fn text(response: Response<Body>) -> (StatusCode, String) {
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

impl Aws {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = Options { settle: Duration::ZERO, ..Options::default() };
        Self { aws: LocalAws::open(directory.path(), options).unwrap(), _directory: directory }
    }

    async fn send(&self, key: &str, service: &str, line: &str, body: impl Into<Bytes>) -> (StatusCode, String) {
        let (method, rest) = line.split_once(' ').unwrap();
        let (path, target) = rest.split_once(' ').unwrap_or((rest, ""));
        let (key, token) = key.split_once(' ').unwrap_or((key, ""));
        let signed = format!("AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/{service}/aws4_request");
        let request = Request::builder().method(method).uri(path).header("authorization", signed);
        let request =
            request.header("x-amz-security-token", token).header("x-amz-target", target).header("host", "localhost");
        text(self.aws.respond(request.body(Full::new(body.into())).unwrap()).await).await
    }

    /// A request of the account's user that has to succeed.
    async fn done(&self, service: &str, line: &str, body: impl Into<Bytes>) -> Value {
        let (status, answer) = self.send("AKID", service, line, body).await;
        assert!(status.is_success(), "{line}: {status} {answer}");
        serde_json::from_str(&answer).unwrap_or_default()
    }

    /// A role that a service may assume, with the statements of its policy.
    async fn role(&self, service: &str, statements: Value) -> String {
        let name = service.to_owned();
        let trust = json!({"Statement": [{
            "Effect": "Allow", "Principal": {"Service": format!("{service}.amazonaws.com")}, "Action": "sts:AssumeRole",
        }]});
        let policy = json!({"Statement": statements});
        let form =
            |fields: &[(&str, &str)]| form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let (trust, policy) = (trust.to_string(), policy.to_string());
        let create = [("Action", "CreateRole"), ("RoleName", &name), ("AssumeRolePolicyDocument", &trust)];
        self.done("iam", "POST /", form(&create)).await;
        let put = [("Action", "PutRolePolicy"), ("RoleName", &name), ("PolicyName", "p"), ("PolicyDocument", &policy)];
        self.done("iam", "POST /", form(&put)).await;
        format!("arn:aws:iam::{ACCOUNT}:role/{name}")
    }

    /// Of a session of the role: key and token, as `send` takes them.
    fn credentials(&self, role: &str) -> String {
        let Credentials { access_key_id, session_token, .. } = self.aws.core.sessions.open(role, "local");
        format!("{access_key_id} {session_token}")
    }

    /// The function `f`, which S3 and API Gateway may call.
    async fn function(&self) -> String {
        let role = self.role("lambda", json!({"Effect": "Allow", "Action": "logs:*", "Resource": "*"})).await;
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
        zip.start_file("bootstrap", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(b"#!/bin/sh\n").unwrap();
        let zip = base64::engine::general_purpose::STANDARD.encode(zip.finish().unwrap().into_inner());
        let function = json!({
            "FunctionName": "f", "Role": role, "Runtime": "provided.al2023", "Handler": "bootstrap", "Code": {"ZipFile": zip},
        });
        let made = self.done("lambda", "POST /2015-03-31/functions", function.to_string()).await;
        for service in ["s3", "apigateway"] {
            let permission = json!({
                "StatementId": service, "Action": "lambda:InvokeFunction", "Principal": format!("{service}.amazonaws.com"),
            });
            self.done("lambda", "POST /2015-03-31/functions/f/policy", permission.to_string()).await;
        }
        made["FunctionArn"].as_str().unwrap().to_owned()
    }

    /// A Deny in the function's policy. `AddPermission` has no word for one.
    async fn deny_function(&self, principal: Value) {
        let statement =
            json!({"Sid": "no", "Effect": "Deny", "Principal": principal, "Action": "lambda:*", "Resource": "*"});
        self.aws.core.run("us-east-1", |context| lambda::add_statement(context, "f", statement)).unwrap();
        // Any operation of Lambda lets API Gateway look again.
        self.done("lambda", "GET /2015-03-31/functions/f/policy", "").await;
    }

    async fn bucket_policy(&self, statements: Value) {
        self.done("s3", "PUT /bucket?policy", json!({"Statement": statements}).to_string()).await;
    }
}

#[tokio::test]
async fn a_deny_in_a_functions_policy_stops_api_gateway() {
    let aws = Aws::new();
    let function = aws.function().await;
    let api = aws.done("apigateway", "POST /restapis", json!({"name": "clicks"}).to_string()).await;
    let (api, root) = (api["id"].as_str().unwrap(), api["rootResourceId"].as_str().unwrap());
    let method = format!("PUT /restapis/{api}/resources/{root}/methods/POST");
    aws.done("apigateway", &method, json!({"authorizationType": "NONE"}).to_string()).await;
    let uri = format!("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations");
    let integration = json!({"type": "AWS_PROXY", "httpMethod": "POST", "uri": uri});
    aws.done("apigateway", &format!("{method}/integration"), integration.to_string()).await;
    let deployment = json!({"stageName": "prod"}).to_string();
    aws.done("apigateway", &format!("POST /restapis/{api}/deployments"), deployment).await;
    let call = format!("POST /restapis/{api}/prod/_user_request_/");
    // It is called, and cannot start where Local AWS is not served; that is not the permission's fault.
    assert_eq!(aws.send("", "", &call, "{}").await.0, StatusCode::BAD_GATEWAY);
    aws.deny_function(json!({"Service": "s3.amazonaws.com"})).await;
    assert_eq!(aws.send("", "", &call, "{}").await.0, StatusCode::BAD_GATEWAY);
    aws.deny_function(json!({"Service": "apigateway.amazonaws.com"})).await;
    assert_eq!(aws.send("", "", &call, "{}").await.0, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn a_deny_in_a_functions_policy_stops_notifications() {
    let aws = Aws::new();
    let function = aws.function().await;
    aws.done("s3", "PUT /bucket", "").await;
    let notification = format!(
        "<NotificationConfiguration><CloudFunctionConfiguration><CloudFunction>{function}</CloudFunction>\
         <Event>s3:ObjectCreated:*</Event></CloudFunctionConfiguration></NotificationConfiguration>"
    );
    aws.done("s3", "PUT /bucket?notification", notification.clone()).await;
    aws.done("s3", "PUT /bucket/one", "1").await;
    assert_eq!(lambda::waiting_events(&aws.aws.core), 1);
    aws.deny_function(json!({"Service": "s3.amazonaws.com"})).await;
    aws.done("s3", "PUT /bucket/two", "2").await;
    assert_eq!(lambda::waiting_events(&aws.aws.core), 1, "the function was told in spite of the Deny");
    let (status, answer) = aws.send("AKID", "s3", "PUT /bucket?notification", notification).await;
    assert!(status == StatusCode::BAD_REQUEST && answer.contains("Unable to validate"), "{status} {answer}");
}

#[tokio::test]
async fn a_deny_in_a_buckets_policy_stops_a_role_and_an_allow_lets_it_in() {
    let aws = Aws::new();
    aws.done("s3", "PUT /bucket", "").await;
    for key in ["raw/1", "secret/1", "shown/1"] {
        aws.done("s3", &format!("PUT /bucket/{key}"), "x").await;
    }
    let own = json!([
        {"Effect": "Allow", "Action": ["s3:*Object"], "Resource": ["arn:aws:s3:::bucket/raw/*", "arn:aws:s3:::bucket/secret/*"]},
        {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::bucket/raw/1"},
    ]);
    let role = aws.role("lambda", own).await;
    aws.bucket_policy(json!([
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::bucket/*",
         "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Effect": "Deny", "Principal": {"AWS": role}, "Action": "s3:*", "Resource": "arn:aws:s3:::bucket/secret/*"},
        {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/shown/*"},
    ]))
    .await;
    let key = aws.credentials(&role);
    let get = async |path: &str| aws.send(&key, "s3", &format!("GET /bucket/{path}"), "").await;
    assert_eq!(get("raw/1").await.0, StatusCode::OK);
    assert_eq!(get("shown/1").await.0, StatusCode::OK, "the bucket's policy lets it in");
    let (status, answer) = get("secret/1").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(answer.contains("with an explicit deny in a resource-based policy"), "{answer}");
    let (status, answer) = aws.send(&key, "s3", "DELETE /bucket/raw/1", "").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(answer.contains("with an explicit deny in an identity-based policy"), "{answer}");
    // Of many keys, each is for itself.
    let keys = ["raw/1", "raw/2", "secret/1"].map(|key| format!("<Object><Key>{key}</Key></Object>")).concat();
    let (status, answer) = aws.send(&key, "s3", "POST /bucket?delete", format!("<Delete>{keys}</Delete>")).await;
    assert_eq!((status, answer.matches("<Code>AccessDenied</Code>").count()), (StatusCode::OK, 2), "{answer}");
    assert_eq!(answer.matches("<Deleted>").count(), 1, "{answer}");
}

#[tokio::test]
async fn a_deny_stops_the_accounts_user_who_can_take_it_away() {
    let aws = Aws::new();
    aws.done("s3", "PUT /bucket", "").await;
    aws.bucket_policy(json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]})).await;
    assert_eq!(aws.send("AKID", "s3", "PUT /bucket/key", "x").await.0, StatusCode::FORBIDDEN);
    aws.done("s3", "DELETE /bucket?policy", "").await;
    aws.done("s3", "PUT /bucket/key", "x").await;
}

#[tokio::test]
async fn a_deny_in_a_buckets_policy_stops_a_service_under_its_role() {
    let aws = Aws::new();
    aws.done("s3", "PUT /bucket", "").await;
    let role = aws.role("firehose", json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})).await;
    let stream = json!({"DeliveryStreamName": "events", "ExtendedS3DestinationConfiguration": {
        "RoleARN": role, "BucketARN": "arn:aws:s3:::bucket", "Prefix": "raw/", "BufferingHints": {"IntervalInSeconds": 60, "SizeInMBs": 1},
    }});
    let firehose = |operation: &str| format!("POST / Firehose_20150804.{operation}");
    aws.done("firehose", &firehose("CreateDeliveryStream"), stream.to_string()).await;
    let delivered = async || {
        let record = json!({"DeliveryStreamName": "events", "Record": {"Data": "e30K"}});
        aws.done("firehose", &firehose("PutRecord"), record.to_string()).await;
        background::step(&aws.aws.core, Duration::from_secs(61)).await;
        aws.send("AKID", "s3", "GET /bucket?list-type=2", "").await.1.matches("<Key>").count()
    };
    assert_eq!(delivered().await, 1);
    aws.bucket_policy(
        json!({"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket/raw/*"}),
    )
    .await;
    assert_eq!(delivered().await, 1, "Firehose wrote in spite of the Deny");
}

#[tokio::test]
async fn a_deny_in_a_trust_policy_keeps_the_role_from_the_service() {
    let aws = Aws::new();
    let role = aws.role("glue", json!({"Effect": "Allow", "Action": "glue:*", "Resource": "*"})).await;
    let assumable =
        |service| aws.aws.core.run("us-east-1", |context| iam::role_assumable(context, &role, service)).unwrap();
    assert!(assumable("glue.amazonaws.com") && !assumable("lambda.amazonaws.com"));
    let trust = |extra: Value| {
        let allow = json!({"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": "arn:aws:glue:*:*:job/x"}}});
        json!({"Statement": [allow, extra]}).to_string()
    };
    let update = async |trust: String| {
        let fields = [("Action", "UpdateAssumeRolePolicy"), ("RoleName", "glue"), ("PolicyDocument", &*trust)];
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        aws.done("iam", "POST /", form).await;
    };
    let other = json!({"Effect": "Deny", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:*"});
    update(trust(other)).await;
    assert!(assumable("glue.amazonaws.com"));
    update(trust(json!({"Effect": "Deny", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:*"}))).await;
    assert!(!assumable("glue.amazonaws.com"));
}

/// AWS skips the times that come while a crawl runs: the crawl after it begins at the next one.
#[tokio::test]
async fn a_crawl_under_way_lets_the_times_of_its_schedule_pass() {
    let aws = Aws::new();
    let role = aws.role("glue", json!({"Effect": "Allow", "Action": "*", "Resource": "*"})).await;
    aws.done("s3", "PUT /bucket", "").await;
    let ask = async |operation: &str, input: Value| {
        aws.send("AKID", "glue", &format!("POST / AWSGlue.{operation}"), input.to_string()).await
    };
    let crawler = json!({"Name": "c", "Role": role, "DatabaseName": "d", "Schedule": "cron(0/5 * * * ? *)",
        "Targets": {"S3Targets": [{"Path": "s3://bucket/raw/"}]}});
    assert_eq!(ask("CreateCrawler", crawler).await.0, StatusCode::OK);
    let (core, crawls) = (&aws.aws.core, async || ask("ListCrawls", json!({"CrawlerName": "c"})).await.1);
    let minutes = |count: i64| core.clock.move_to(core.clock.now() + jiff::SignedDuration::from_mins(count));
    (glue::SCHEDULES.pass)(core).await;
    ask("StartCrawler", json!({"Name": "c"})).await;
    for _ in 0..3 {
        minutes(6);
        (glue::SCHEDULES.pass)(core).await;
    }
    let (status, refused) = ask("StartCrawler", json!({"Name": "c"})).await;
    assert!(status == StatusCode::BAD_REQUEST && refused.contains("CrawlerRunningException"), "{refused}");
    (glue::WORKER.pass)(core).await;
    assert!(!(glue::SCHEDULES.pass)(core).await, "a time that had passed was made up for");
    assert_eq!(crawls().await.matches("CrawlId").count(), 1);
    minutes(5);
    (glue::SCHEDULES.pass)(core).await;
    assert_eq!(crawls().await.matches("CrawlId").count(), 2);
}

//! Whatever reads by calling itself has a limit: every protocol, and every text that an input may hold, as deep as a
//! request may be. What goes too deep would end the process, and this test.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use pipectl_local::{LocalAws, Options};
use serde_json::{Value, json};

const DEPTHS: [usize; 4] = [50, 127, 20_000, 300_000];

/// As other services say it, `X-Amz-Target` names these.
const JSON: [(&str, &str); 6] = [
    ("athena", "AmazonAthena.CreateWorkGroup"),
    ("events", "AWSEvents.PutRule"),
    ("firehose", "Firehose_20150804.CreateDeliveryStream"),
    ("glue", "AWSGlue.CreateTable"),
    ("logs", "Logs_20140328.CreateLogGroup"),
    ("tagging", "ResourceGroupsTaggingAPI_20170126.GetResources"),
];

const REST: [(&str, &str); 6] = [
    ("apigateway", "POST /restapis"),
    ("apigateway", "PATCH /restapis/abc"),
    ("lambda", "POST /2015-03-31/functions"),
    ("lambda", "POST /2015-03-31/functions/f/policy"),
    ("lambda", "POST /2015-03-31/functions/f/invocations"),
    ("s3", "PUT /deep?policy"),
];

const XML: [(&str, &str); 11] = [
    ("PUT /deep", "CreateBucketConfiguration"),
    ("PUT /deep?lifecycle", "LifecycleConfiguration"),
    ("PUT /deep?cors", "CORSConfiguration"),
    ("PUT /deep?tagging", "Tagging"),
    ("PUT /deep?notification", "NotificationConfiguration"),
    ("PUT /deep?encryption", "ServerSideEncryptionConfiguration"),
    ("PUT /deep?versioning", "VersioningConfiguration"),
    ("PUT /deep?publicAccessBlock", "PublicAccessBlockConfiguration"),
    ("PUT /deep?ownershipControls", "OwnershipControls"),
    ("POST /deep?delete", "Delete"),
    ("POST /deep/key?uploadId=a", "CompleteMultipartUpload"),
];

struct Aws {
    aws: LocalAws,
    _directory: tempfile::TempDir,
}

impl Aws {
    async fn send(&self, service: &str, line: &str, target: &str, body: String) -> u16 {
        let (method, path) = line.split_once(' ').unwrap();
        let signed = format!("AWS4-HMAC-SHA256 Credential=A/20261123/us-east-1/{service}/aws4_request, Signature=0");
        let request =
            Request::builder().method(method).uri(path).header("host", "localhost").header("authorization", signed);
        let request = request.header("x-amz-target", target).body(Full::new(Bytes::from(body))).unwrap();
        self.aws.respond(request).await.status().as_u16()
    }
}

fn nested(open: &str, middle: &str, close: &str, depth: usize) -> String {
    format!("{}{middle}{}", open.repeat(depth), close.repeat(depth))
}

/// Shapes of JSON, as text: some of them are cut off.
fn shapes(depth: usize) -> Vec<String> {
    let open = |text: &str| text.repeat(depth);
    vec![
        nested("[", "", "]", depth),
        nested("{\"a\":", "1", "}", depth),
        nested("{\"Tags\":[", "", "]}", depth),
        nested("{\"TableInput\":", "1", "}", depth),
        nested("{\"Statement\":[{\"Condition\":{\"a\":", "1", "}}]}", depth / 2),
        open("["),
        open("{\"a\":"),
    ]
}

/// Texts that are read for what they say, and what is sent with one in it.
fn texts(depth: usize) -> Vec<(&'static str, &'static str, &'static str, String)> {
    let mut all = vec![];
    for text in shapes(depth) {
        let form: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let role = format!("Action=CreateRole&RoleName=r&AssumeRolePolicyDocument={form}");
        all.push(("iam", "POST /", "", role));
        all.push(("iam", "POST /", "", format!("Action=PutRolePolicy&RoleName=r&PolicyName=p&PolicyDocument={form}")));
        let rule = json!({"Name": "r", "EventPattern": text, "ScheduleExpression": text});
        all.push(("events", "POST /", "AWSEvents.PutRule", rule.to_string()));
    }
    let patterns = ["*a", "?", "[", "(", "{", "\\", "%{", "!{", "$.", "${"];
    for pattern in patterns {
        let text = pattern.repeat(depth.min(60_000));
        let filter = json!({"logGroupName": "g", "filterPattern": text});
        all.push(("logs", "POST /", "Logs_20140328.FilterLogEvents", filter.to_string()));
        let crawler = json!({"Name": "c", "Role": "r", "DatabaseName": "d",
            "Targets": {"S3Targets": [{"Path": "s3://deep/", "Exclusions": [text]}]}});
        all.push(("glue", "POST /", "AWSGlue.CreateCrawler", crawler.to_string()));
        let trigger = json!({"Name": "t", "Type": "SCHEDULED", "Schedule": format!("cron({text})"), "Actions": []});
        all.push(("glue", "POST /", "AWSGlue.CreateTrigger", trigger.to_string()));
    }
    for (open, middle, close) in
        [("array<", "int", ">"), ("struct<a:", "int", ">"), ("map<int,", "int", ">"), ("decimal(", "1", ")")]
    {
        let kind = nested(open, middle, close, depth.min(120_000 / (open.len() + 1)));
        let storage = json!({"Columns": [{"Name": "a", "Type": kind}], "Location": "s3://deep/",
            "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"}});
        let table = json!({"DatabaseName": "d", "TableInput": {"Name": format!("t{}", open.len()), "StorageDescriptor": storage}});
        all.push(("glue", "POST /", "AWSGlue.CreateTable", table.to_string()));
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_reader_has_a_limit() {
    let directory = tempfile::tempdir().unwrap();
    let aws = Aws { aws: LocalAws::open(directory.path(), Options::default()).unwrap(), _directory: directory };
    aws.send("s3", "PUT /deep", "", String::new()).await;
    let database = json!({"DatabaseInput": {"Name": "d"}}).to_string();
    assert_eq!(aws.send("glue", "POST /", "AWSGlue.CreateDatabase", database).await, 200);
    let mut requests: Vec<(&str, String, &str, String)> = vec![];
    for depth in DEPTHS {
        for body in shapes(depth) {
            requests
                .extend(JSON.iter().map(|(service, target)| (*service, "POST /".to_owned(), *target, body.clone())));
            requests.extend(REST.iter().map(|(service, line)| (*service, (*line).to_owned(), "", body.clone())));
        }
        for part in ["a.", "Tags.member.1.", "member.1.", "."] {
            let field = format!("Action=CreateRole&{}=1", part.repeat(depth));
            requests.extend(["iam", "sts"].map(|service| (service, "POST /".to_owned(), "", field.clone())));
        }
        for (line, root) in XML {
            for inner in ["a", root, "Rule", "Filter", "And"] {
                let (open, close) = (format!("<{inner}>"), format!("</{inner}>"));
                let body = format!("<{root}>{}</{root}>", nested(&open, "", &close, depth.min(60_000)));
                requests.push(("s3", line.to_owned(), "", body));
                requests.push(("s3", line.to_owned(), "", format!("<{root}>{}", open.repeat(depth))));
            }
        }
        let path = "a/".repeat(depth.min(30_000));
        requests
            .extend(["apigateway", "lambda", "s3"].map(|service| (service, format!("GET /{path}"), "", String::new())));
        let texts = texts(depth).into_iter();
        requests.extend(texts.map(|(service, line, target, body)| (service, line.to_owned(), target, body)));
    }
    for (service, line, target, body) in requests {
        let shown: String = body.chars().take(60).collect();
        let status = aws.send(service, &line, target, body).await;
        assert!(
            status < 500 || status == 501,
            "{service} {}: {shown}: {status}",
            line.chars().take(60).collect::<String>()
        );
    }
    // What was kept is read again.
    for (service, target) in JSON.iter().filter(|(service, _)| *service == "glue") {
        assert_eq!(
            aws.send(
                service,
                "POST /",
                &target.replace("CreateTable", "GetTables"),
                json!({"DatabaseName": "d"}).to_string()
            )
            .await,
            200
        );
    }
    let roles: Value = json!("Action=ListRoles");
    assert_eq!(aws.send("iam", "POST /", "", roles.as_str().unwrap().to_owned()).await, 200);
}

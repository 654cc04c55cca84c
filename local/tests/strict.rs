//! Where an account has borders: regions, tags that are AWS's own, keys and plans, endpoints that are shut.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use pipectl_local::{LocalAws, Options};
use serde_json::{Value, json};

const HERE: &str = "us-east-1";
const THERE: &str = "eu-west-1";

struct Aws {
    aws: LocalAws,
    _directory: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Self { status: parts.status, headers: parts.headers, text }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    fn region(&self) -> Option<&str> {
        self.headers.get("x-amz-bucket-region").map(|region| region.to_str().unwrap())
    }

    #[track_caller]
    fn done(self) -> Self {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        self
    }

    /// The code of S3's and IAM's errors.
    fn xml_code(&self) -> &str {
        self.text.split("<Code>").nth(1).and_then(|rest| rest.split("</Code>").next()).unwrap_or_default()
    }
}

impl Aws {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { aws: LocalAws::open(directory.path(), Options::default()).unwrap(), _directory: directory }
    }

    async fn ask(&self, region: &str, service: &str, line: &str, target: &str, body: impl Into<Bytes>) -> Answer {
        let (method, path) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost:4566");
        if !region.is_empty() {
            let signed = format!("AWS4-HMAC-SHA256 Credential=k/20260101/{region}/{service}/aws4_request");
            request = request.header("authorization", signed);
        }
        let request = request.header("x-amz-target", target).body(Full::new(body.into())).unwrap();
        Answer::of(self.aws.respond(request).await).await
    }

    async fn s3(&self, region: &str, line: &str, body: &str) -> Answer {
        self.ask(region, "s3", line, "", body.to_owned()).await
    }

    async fn gateway(&self, line: &str, body: Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.ask(HERE, "apigateway", line, "", body).await
    }

    async fn tagging(&self, region: &str, operation: &str, body: Value) -> Value {
        let target = format!("ResourceGroupsTaggingAPI_20170126.{operation}");
        self.ask(region, "tagging", "POST /", &target, body.to_string()).await.done().json()
    }

    /// An API with a mock at `POST /track`, deployed as `prod`: its id.
    async fn api(&self) -> String {
        let api = self.gateway("POST /restapis", json!({"name": "clicks"})).await.done().json();
        let id = api["id"].as_str().unwrap().to_owned();
        let parent = format!("POST /restapis/{id}/resources/{}", api["rootResourceId"].as_str().unwrap());
        let track = self.gateway(&parent, json!({"pathPart": "track"})).await.done().json();
        let method = format!("/restapis/{id}/resources/{}/methods/POST", track["id"].as_str().unwrap());
        self.gateway(&format!("PUT {method}"), json!({"authorizationType": "NONE"})).await.done();
        let mock = json!({"type": "MOCK", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}});
        self.gateway(&format!("PUT {method}/integration"), mock).await.done();
        self.gateway(&format!("PUT {method}/responses/200"), json!({})).await.done();
        self.gateway(&format!("PUT {method}/integration/responses/200"), json!({})).await.done();
        self.deploy(&id).await;
        id
    }

    async fn deploy(&self, api: &str) {
        self.gateway(&format!("POST /restapis/{api}/deployments"), json!({"stageName": "prod"})).await.done();
    }

    async fn track(&self, api: &str) -> Answer {
        self.ask("", "", &format!("POST /restapis/{api}/prod/_user_request_/track"), "", "{}").await
    }
}

fn constraint(region: &str) -> String {
    format!("<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>")
}

#[tokio::test]
async fn a_bucket_answers_in_its_own_region_only() {
    let aws = Aws::new();
    aws.s3(THERE, "PUT /data", &constraint(THERE)).await.done();
    aws.s3(THERE, "PUT /data/key", "x").await.done();
    for line in ["GET /data/key", "GET /data?tagging", "GET /data?list-type=2", "DELETE /data", "PUT /data/other"] {
        let answer = aws.s3(HERE, line, "").await;
        assert_eq!((answer.status.as_u16(), answer.xml_code()), (301, "PermanentRedirect"), "{line}");
        assert_eq!(answer.region(), Some(THERE), "{line}");
    }
    let head = aws.s3(HERE, "HEAD /data", "").await;
    assert_eq!((head.status.as_u16(), head.region(), head.text.as_str()), (301, Some(THERE), ""));
    assert_eq!(aws.s3(THERE, "HEAD /data", "").await.done().region(), Some(THERE));
    let presigned = |region: &str| {
        format!(
            "GET /data/key?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=k%2F20260101%2F{region}%2Fs3%2Faws4_request&X-Amz-Date=20991123T000000Z&X-Amz-Expires=60"
        )
    };
    assert_eq!(aws.s3("", &presigned(HERE), "").await.status, 301);
    assert_eq!(aws.s3("", &presigned(THERE), "").await.done().text, "x");
    // Where it is, and that it is there, is told everywhere.
    assert!(aws.s3(HERE, "GET /data?location", "").await.done().text.contains(THERE));
    assert!(aws.s3(HERE, "GET /", "").await.done().text.contains("<Name>data</Name>"));
    aws.s3(THERE, "DELETE /data/key", "").await.done();
    aws.s3(THERE, "DELETE /data", "").await.done();
}

#[tokio::test]
async fn a_new_bucket_is_where_its_constraint_says_or_nowhere() {
    const ILLEGAL: &str = "IllegalLocationConstraintException";
    const INVALID: &str = "InvalidLocationConstraint";
    let cases = [
        (HERE, None, Ok(HERE)),
        (HERE, Some(THERE), Ok(THERE)),
        (HERE, Some("EU"), Ok(THERE)),
        (THERE, Some(THERE), Ok(THERE)),
        (THERE, Some("EU"), Ok(THERE)),
        (HERE, Some(HERE), Err(INVALID)),
        (HERE, Some("mars"), Err(INVALID)),
        (THERE, None, Err(ILLEGAL)),
        (THERE, Some("eu-central-1"), Err(ILLEGAL)),
        (THERE, Some(HERE), Err(INVALID)),
    ];
    for (number, (asked_in, named, expected)) in cases.into_iter().enumerate() {
        let aws = Aws::new();
        let (bucket, body) = (format!("bucket-{number}"), named.map(constraint).unwrap_or_default());
        let answer = aws.s3(asked_in, &format!("PUT /{bucket}"), &body).await;
        match expected {
            Ok(region) => {
                let head = aws.s3(region, &format!("HEAD /{bucket}"), "").await;
                assert_eq!((answer.status.as_u16(), head.region()), (200, Some(region)), "{asked_in} {named:?}");
            }
            Err(code) => assert_eq!((answer.status.as_u16(), answer.xml_code()), (400, code), "{asked_in} {named:?}"),
        }
    }
}

#[tokio::test]
async fn tagged_resources_are_those_of_the_region() {
    let aws = Aws::new();
    let set = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
    aws.s3(THERE, "PUT /there", &constraint(THERE)).await.done();
    aws.s3(THERE, "PUT /there?tagging", set).await.done();
    for region in [HERE, THERE] {
        let group = json!({"logGroupName": "g", "tags": {"a": "1"}}).to_string();
        aws.ask(region, "logs", "POST /", "Logs_20140328.CreateLogGroup", group).await.done();
    }
    let arns = |found: &Value| -> Vec<String> {
        let all = found["ResourceTagMappingList"].as_array().unwrap();
        all.iter().map(|one| one["ResourceARN"].as_str().unwrap().to_owned()).collect()
    };
    let here = aws.tagging(HERE, "GetResources", json!({})).await;
    assert_eq!(arns(&here), ["arn:aws:logs:us-east-1:000000000000:log-group:g"]);
    let there = aws.tagging(THERE, "GetResources", json!({})).await;
    assert_eq!(arns(&there), ["arn:aws:logs:eu-west-1:000000000000:log-group:g", "arn:aws:s3:::there"]);

    let bucket = json!({"ResourceARNList": ["arn:aws:s3:::there"], "TagKeys": ["a"]});
    let failed = aws.tagging(HERE, "UntagResources", bucket.clone()).await;
    assert_eq!(failed["FailedResourcesMap"]["arn:aws:s3:::there"]["ErrorCode"], "InvalidParameterException");
    aws.tagging(THERE, "UntagResources", bucket).await;
    assert_eq!(aws.s3(THERE, "GET /there?tagging", "").await.xml_code(), "NoSuchTagSet");
}

#[tokio::test]
async fn tags_of_aws_itself_can_neither_be_set_nor_removed() {
    let aws = Aws::new();
    let bucket_tags = |tags: &[(&str, &str)]| {
        let tags = tags.iter().map(|(key, value)| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>"));
        format!("<Tagging><TagSet>{}</TagSet></Tagging>", tags.collect::<String>())
    };
    let stack = ("aws:cloudformation:stack-name", "s");
    aws.s3(HERE, "PUT /data", "").await.done();
    let put = |tags: &[(&str, &str)]| {
        let (aws, body) = (&aws, bucket_tags(tags));
        async move { aws.s3(HERE, "PUT /data?tagging", &body).await }
    };
    let refused = put(&[stack]).await;
    assert_eq!((refused.status.as_u16(), refused.xml_code()), (400, "InvalidTag"));
    assert!(refused.text.contains("System tags cannot be added/updated by requester"), "{}", refused.text);

    let made = json!({"arn": "arn:aws:s3:::data", "tags": {"aws:cloudformation:stack-name": "s"}}).to_string();
    aws.ask("", "", "POST /_local/tags", "", made).await.done();
    let refused = put(&[("team", "growth")]).await;
    assert!(refused.text.contains("System tags cannot be removed by requester"), "{}", refused.text);
    assert_eq!(aws.s3(HERE, "DELETE /data?tagging", "").await.xml_code(), "InvalidTag");
    put(&[("team", "growth"), stack]).await.done();

    let group = json!({"logGroupName": "g"}).to_string();
    aws.ask(HERE, "logs", "POST /", "Logs_20140328.CreateLogGroup", group).await.done();
    let arn = "arn:aws:logs:us-east-1:000000000000:log-group:g";
    for (operation, body) in [
        ("TagResource", json!({"resourceArn": arn, "tags": {"aws:x": "1"}})),
        ("UntagResource", json!({"resourceArn": arn, "tagKeys": ["aws:x"]})),
    ] {
        let answer = aws.ask(HERE, "logs", "POST /", &format!("Logs_20140328.{operation}"), body.to_string()).await;
        assert_eq!(answer.status, 400, "{operation}");
    }
    let form = "Action=UntagRole&RoleName=r&TagKeys.member.1=aws%3Ax&Version=2010-05-08";
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole",
    }]});
    let create = [("Action", "CreateRole"), ("RoleName", "r"), ("AssumeRolePolicyDocument", &trust.to_string())];
    let create = form_urlencoded::Serializer::new(String::new()).extend_pairs(create).finish();
    aws.ask(HERE, "iam", "POST /", "", create).await.done();
    assert_eq!(aws.ask(HERE, "iam", "POST /", "", form).await.status, 400);
}

#[tokio::test]
async fn a_key_is_in_one_plan_of_a_stage() {
    let aws = Aws::new();
    let (one, other) = (aws.api().await, aws.api().await);
    let key = aws.gateway("POST /apikeys", json!({"name": "k", "enabled": true})).await.done().json();
    let key = key["id"].as_str().unwrap().to_owned();
    let plan = |stages: Value| {
        let aws = &aws;
        async move {
            let plan = aws.gateway("POST /usageplans", json!({"name": "p", "apiStages": stages})).await.done().json();
            plan["id"].as_str().unwrap().to_owned()
        }
    };
    let stage = |api: &str| json!([{"apiId": api, "stage": "prod"}]);
    let (first, second) = (plan(stage(&one)).await, plan(stage(&one)).await);
    let join = json!({"keyId": key, "keyType": "API_KEY"});
    aws.gateway(&format!("POST /usageplans/{first}/keys"), join.clone()).await.done();
    let refused = aws.gateway(&format!("POST /usageplans/{second}/keys"), join.clone()).await;
    assert_eq!(refused.status, 409);
    assert_eq!(
        refused.json()["message"],
        format!(
            "Usage Plan {second} cannot be added because API Key {key} cannot reference multiple Usage Plans with the same API stage: {one}:prod"
        )
    );
    // In a plan of another stage it may be, until that plan gets this stage as well.
    let third = plan(stage(&other)).await;
    aws.gateway(&format!("POST /usageplans/{third}/keys"), join).await.done();
    let add = json!({"patchOperations": [{"op": "add", "path": "/apiStages", "value": format!("{one}:prod")}]});
    assert_eq!(aws.gateway(&format!("PATCH /usageplans/{third}"), add).await.status, 409);
}

#[tokio::test]
async fn a_disabled_endpoint_lets_nobody_in() {
    let aws = Aws::new();
    let api = aws.api().await;
    aws.track(&api).await.done();
    let turn = |value: &str| json!({"patchOperations": [{"op": "replace", "path": "/disableExecuteApiEndpoint", "value": value}]});
    aws.gateway(&format!("PATCH /restapis/{api}"), turn("true")).await.done();
    let refused = aws.track(&api).await;
    assert_eq!((refused.status.as_u16(), refused.json()), (403, json!({"message": "Forbidden"})));
    aws.gateway(&format!("PATCH /restapis/{api}"), turn("false")).await.done();
    aws.track(&api).await.done();
}

#[tokio::test]
async fn the_throttle_of_a_method_goes_before_that_of_its_stage() {
    let aws = Aws::new();
    let api = aws.api().await;
    let stage = format!("PATCH /restapis/{api}/stages/prod");
    let set = |path: &str, value: &str| json!({"patchOperations": [{"op": "replace", "path": path, "value": value}]});
    for (path, value) in [
        ("/*/*/throttling/rateLimit", "1000"),
        ("/*/*/throttling/burstLimit", "1000"),
        ("/~1track/POST/throttling/rateLimit", "0.001"),
        ("/~1track/POST/throttling/burstLimit", "1"),
    ] {
        aws.gateway(&stage, set(path, value)).await.done();
    }
    aws.track(&api).await.done();
    let refused = aws.track(&api).await;
    assert_eq!((refused.status.as_u16(), refused.json()), (429, json!({"message": "Too Many Requests"})));
}

#[tokio::test]
async fn a_role_of_another_account_is_passed_to_no_service() {
    let aws = Aws::new();
    let trust = |service: &str| {
        json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole",
        }]})
    };
    for service in ["glue", "lambda", "firehose"] {
        let trust = trust(&format!("{service}.amazonaws.com")).to_string();
        let form = [("Action", "CreateRole"), ("RoleName", service), ("AssumeRolePolicyDocument", &*trust)];
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        aws.ask(HERE, "iam", "POST /", "", form).await.done();
    }
    for (account, refused) in [("000000000000", false), ("999999999999", true)] {
        let role = |name: &str| format!("arn:aws:iam::{account}:role/{name}");
        let targets = json!({"S3Targets": [{"Path": "s3://b/x"}]});
        let stream = json!({"DeliveryStreamName": account, "ExtendedS3DestinationConfiguration": {
            "RoleARN": role("firehose"), "BucketARN": "arn:aws:s3:::b"}});
        let command = json!({"Name": "glueetl", "ScriptLocation": "s3://b/s"});
        let asked = [
            ("glue", "AWSGlue.CreateJob", json!({"Name": account, "Role": role("glue"), "Command": command})),
            ("glue", "AWSGlue.CreateCrawler", json!({"Name": account, "Role": role("glue"), "Targets": targets})),
            ("firehose", "Firehose_20150804.CreateDeliveryStream", stream),
        ];
        for (service, target, body) in asked {
            let answer = aws.ask(HERE, service, "POST /", target, body.to_string()).await;
            assert_eq!(
                answer.text.contains("Cross-account pass role is not allowed."),
                refused,
                "{target}: {}",
                answer.text
            );
            assert_eq!(answer.status.is_success(), !refused, "{target}: {}", answer.text);
        }
    }
}

//! API Gateway and Athena, as their clients see them: requests over HTTP's own words, in one process.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use pipectl_local::{LocalAws, Options};
use serde_json::{Value, json};

struct Aws {
    aws: LocalAws,
    _directory: tempfile::TempDir,
}

impl Aws {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { aws: LocalAws::open(directory.path(), Options::default()).unwrap(), _directory: directory }
    }

    /// The status, the error's code (empty where it went well) and the answer.
    async fn send(&self, service: &str, line: &str, target: &str, body: &Value) -> (StatusCode, String, Value) {
        let (method, path) = line.split_once(' ').unwrap();
        let signed = format!("AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/{service}/aws4_request");
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let request = Request::builder().method(method).uri(path).header("authorization", signed);
        let request = request.header("x-amz-target", target).body(Full::new(body)).unwrap();
        let answer = self.aws.respond(request).await;
        let code = answer.headers().get("x-amzn-errortype").map(|code| code.to_str().unwrap().to_owned());
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, code.unwrap_or_default(), serde_json::from_slice(&bytes).unwrap_or_default())
    }

    async fn gateway(&self, line: &str, body: Value) -> (StatusCode, String, Value) {
        self.send("apigateway", line, "", &body).await
    }

    /// A request that has to succeed.
    async fn done(&self, line: &str, body: Value) -> Value {
        let (status, code, answer) = self.gateway(line, body).await;
        assert!(status.is_success(), "{line}: {status} {code} {answer}");
        answer
    }

    /// A request that has to be refused: its status, code and message.
    async fn refused(&self, line: &str, body: Value) -> (u16, String, String) {
        let (status, code, answer) = self.gateway(line, body).await;
        (status.as_u16(), code, answer["message"].as_str().unwrap_or_default().to_owned())
    }

    async fn athena(&self, operation: &str, body: Value) -> (StatusCode, Value) {
        let (status, _, answer) = self.send("athena", "POST /", &format!("AmazonAthena.{operation}"), &body).await;
        (status, answer)
    }

    /// An API with `POST /track`, and the path of that method.
    async fn api_with_method(&self) -> (String, String) {
        let api = self.done("POST /restapis", json!({"name": "clicks"})).await;
        let base = format!("/restapis/{}", api["id"].as_str().unwrap());
        let parent = format!("POST {base}/resources/{}", api["rootResourceId"].as_str().unwrap());
        let track = self.done(&parent, json!({"pathPart": "track"})).await;
        let method = format!("{base}/resources/{}/methods/POST", track["id"].as_str().unwrap());
        self.done(&format!("PUT {method}"), json!({"authorizationType": "NONE"})).await;
        (base, method)
    }
}

fn patch(op: &str, path: &str, value: &str) -> Value {
    json!({"patchOperations": [{"op": op, "path": path, "value": value}]})
}

#[tokio::test]
async fn an_api_is_deployed_only_once_every_method_has_an_integration() {
    let aws = Aws::new();
    let (base, method) = aws.api_with_method().await;
    let deploy = format!("POST {base}/deployments");
    let (status, code, message) = aws.refused(&deploy, json!({"stageName": "prod"})).await;
    assert_eq!((status, code.as_str()), (400, "BadRequestException"));
    assert_eq!(message, "No integration defined for method");

    let made = aws.done(&format!("PUT {method}/integration"), json!({"type": "MOCK"})).await;
    assert_eq!((&made["timeoutInMillis"], &made["passthroughBehavior"]), (&json!(29000), &json!("WHEN_NO_MATCH")));
    let changed = patch("replace", "/timeoutInMillis", "5000");
    aws.done(&format!("PATCH {method}/integration"), changed).await;
    assert_eq!(aws.done(&format!("GET {method}/integration"), Value::Null).await["timeoutInMillis"], 5000);

    let deployment = aws.done(&deploy, json!({"stageName": "prod"})).await;
    let delete = format!("DELETE {base}/deployments/{}", deployment["id"].as_str().unwrap());
    let (_, _, message) = aws.refused(&delete, Value::Null).await;
    assert_eq!(message, "Active stages pointing to this deployment must be moved or deleted");
    aws.done(&format!("DELETE {base}/stages/prod"), Value::Null).await;
    aws.done(&delete, Value::Null).await;
}

#[tokio::test]
async fn a_stage_keeps_the_limits_of_one_method_beside_those_of_all() {
    let aws = Aws::new();
    let (base, method) = aws.api_with_method().await;
    aws.done(&format!("PUT {method}/integration"), json!({"type": "MOCK"})).await;
    aws.done(&format!("POST {base}/deployments"), json!({"stageName": "prod"})).await;
    let stage = format!("{base}/stages/prod");
    aws.done(&format!("PATCH {stage}"), patch("replace", "/*/*/throttling/rateLimit", "5")).await;
    aws.done(&format!("PATCH {stage}"), patch("replace", "/~1track/POST/throttling/burstLimit", "7")).await;
    let settings = aws.done(&format!("GET {stage}"), Value::Null).await["methodSettings"].clone();
    assert_eq!(settings["*/*"]["throttlingRateLimit"], 5.0);
    assert_eq!(settings["track/POST"]["throttlingBurstLimit"], 7);
    aws.done(&format!("PATCH {stage}"), json!({"patchOperations": [{"op": "remove", "path": "/*/*"}]})).await;
    let settings = aws.done(&format!("GET {stage}"), Value::Null).await["methodSettings"].clone();
    assert_eq!(settings.as_object().unwrap().keys().collect::<Vec<_>>(), ["track/POST"]);
}

#[tokio::test]
async fn a_gateway_response_that_is_changed_is_the_default_no_more() {
    let aws = Aws::new();
    let (base, _) = aws.api_with_method().await;
    let response = format!("{base}/gatewayresponses/DEFAULT_4XX");
    assert_eq!(aws.done(&format!("GET {response}"), Value::Null).await["defaultResponse"], true);
    let header = "gatewayresponse.header.X";
    aws.done(&format!("PATCH {response}"), patch("add", &format!("/responseParameters/{header}"), "'*'")).await;
    let own = aws.done(&format!("GET {response}"), Value::Null).await;
    assert_eq!((&own["defaultResponse"], &own["responseParameters"][header]), (&json!(false), &json!("'*'")));
    aws.done(&format!("DELETE {response}"), Value::Null).await;
    assert_eq!(aws.done(&format!("GET {response}"), Value::Null).await["defaultResponse"], true);
}

#[tokio::test]
async fn athena_takes_no_unknown_state_and_shows_the_tags_of_primary() {
    let aws = Aws::new();
    assert_eq!(aws.athena("CreateWorkGroup", json!({"Name": "w"})).await.0, 200);
    assert_eq!(aws.athena("UpdateWorkGroup", json!({"WorkGroup": "w", "State": "SIDEWAYS"})).await.0, 400);
    assert_eq!(aws.athena("GetWorkGroup", json!({"WorkGroup": "w"})).await.1["WorkGroup"]["State"], "ENABLED");
    let arn = |name: &str| json!({"ResourceARN": format!("arn:aws:athena:us-east-1:000000000000:workgroup/{name}")});
    assert_eq!(aws.athena("ListTagsForResource", arn("primary")).await, (StatusCode::OK, json!({"Tags": []})));
    assert_eq!(aws.athena("ListTagsForResource", arn("absent")).await.0, 400);
    let catalog = aws.athena("GetDataCatalog", json!({"Name": "AwsDataCatalog"})).await;
    assert_eq!(catalog.1["DataCatalog"]["Type"], "GLUE");
    assert_eq!(aws.athena("GetDataCatalog", json!({"Name": "absent"})).await.0, 400);
}

#[tokio::test]
async fn a_workgroup_with_queries_goes_only_with_them() {
    let aws = Aws::new();
    aws.athena("CreateWorkGroup", json!({"Name": "w"})).await;
    let token = "t".repeat(32);
    let query = json!({"Name": "n", "Database": "d", "QueryString": "select 1", "WorkGroup": "w",
        "ClientRequestToken": token});
    let first = aws.athena("CreateNamedQuery", query.clone()).await;
    assert_eq!(aws.athena("CreateNamedQuery", query).await, first);
    let (status, answer) = aws.athena("DeleteWorkGroup", json!({"WorkGroup": "w"})).await;
    assert_eq!((status.as_u16(), &answer["Message"]), (400, &json!("WorkGroup w is not empty")));
    let all = json!({"WorkGroup": "w", "RecursiveDeleteOption": true});
    assert_eq!(aws.athena("DeleteWorkGroup", all).await.0, 200);
    let (_, answer) = aws.athena("GetWorkGroup", json!({"WorkGroup": "w"})).await;
    assert_eq!(answer["Message"], "WorkGroup w is not found.");
}

#[tokio::test]
async fn a_usage_plan_with_stages_and_the_workgroup_primary_are_refused_in_awss_words() {
    let aws = Aws::new();
    let (base, method) = aws.api_with_method().await;
    aws.done(&format!("PUT {method}/integration"), json!({"type": "MOCK"})).await;
    aws.done(&format!("POST {base}/deployments"), json!({"stageName": "prod"})).await;
    let stage = format!("{}:prod", base.trim_start_matches("/restapis/"));
    let stages = json!([{"apiId": base.trim_start_matches("/restapis/"), "stage": "prod"}]);
    let plan = aws.done("POST /usageplans", json!({"name": "p", "apiStages": stages})).await;
    let plan = format!("/usageplans/{}", plan["id"].as_str().unwrap());
    let (status, _, message) = aws.refused(&format!("DELETE {plan}"), Value::Null).await;
    assert_eq!(status, 400);
    assert!(message.ends_with(&format!("there are API Stages associated with it, including {stage}")), "{message}");
    aws.done(&format!("PATCH {plan}"), patch("remove", "/apiStages", &stage)).await;
    aws.done(&format!("DELETE {plan}"), Value::Null).await;

    let (status, answer) = aws.athena("CreateWorkGroup", json!({"Name": "primary"})).await;
    assert_eq!((status.as_u16(), &answer["Message"]), (400, &json!("primary workGroup could not be created")));
}

/// Once, a wrongly typed API was stored, and broke whatever read the list of them.
#[tokio::test]
async fn a_wrongly_typed_api_is_refused_and_leaves_nothing_behind() {
    let aws = Aws::new();
    for body in [
        json!({"name": 5}),
        json!({"name": "clicks", "tags": [{"Key": "a"}]}),
        json!({"name": "clicks", "binaryMediaTypes": "image/png"}),
        json!({"name": "clicks", "endpointConfiguration": {"types": "REGIONAL"}}),
        json!(["clicks"]),
    ] {
        let (status, code, _) = aws.refused("POST /restapis", body.clone()).await;
        assert_eq!((status, code.as_str()), (400, "SerializationException"), "{body}");
    }
    let types = json!({"name": "clicks", "endpointConfiguration": {"types": ["GLOBAL"]}});
    let (status, code, message) = aws.refused("POST /restapis", types).await;
    assert_eq!((status, code.as_str()), (400, "ValidationException"));
    assert_eq!(
        message,
        "1 validation error detected: Value '[GLOBAL]' at 'createRestApiInput.endpointConfiguration.types' failed to \
         satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [REGIONAL, EDGE, \
         PRIVATE], Member must not be null]"
    );
    assert_eq!(aws.done("GET /restapis", Value::Null).await["item"], json!([]));
}

//! S3, as its clients see it: requests over HTTP's own words, in one process.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod lists;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use pipectl_local::{LocalAws, Options};
use std::path::Path;

const SIGNED: &str =
    "AWS4-HMAC-SHA256 Credential=AKID/20261123/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00";

struct Aws {
    aws: LocalAws,
    directory: tempfile::TempDir,
}

#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Aws {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { aws: open(directory.path()), directory }
    }

    /// Sends `GET /bucket/key?query`, with headers of one `name: value` each.
    async fn send(&self, line: &str, headers: &[&str], body: impl Into<Bytes>) -> Answer {
        let (method, target) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method.parse::<Method>().unwrap()).uri(target);
        request = request.header("host", "localhost:4566").header("authorization", SIGNED);
        for header in headers {
            let (name, value) = header.split_once(": ").unwrap();
            request = request.header(name, value);
        }
        answer(self.aws.respond(request.body(Full::new(body.into())).unwrap()).await).await
    }

    async fn get(&self, target: &str) -> Answer {
        self.send(&format!("GET {target}"), &[], "").await
    }

    async fn put(&self, target: &str, body: &'static str) -> Answer {
        self.send(&format!("PUT {target}"), &[], body).await
    }

    fn files(&self) -> usize {
        std::fs::read_dir(self.directory.path().join("blobs")).unwrap().count()
    }
}

fn open(directory: &Path) -> LocalAws {
    LocalAws::open(directory, Options::default()).unwrap()
}

async fn answer(response: http::Response<Body>) -> Answer {
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

impl Answer {
    fn ok(self) -> Self {
        assert!(self.status.is_success(), "{self:?}");
        self
    }

    fn fails(&self, status: u16, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert!(self.body.contains(&format!("<Code>{code}</Code>")), "{self:?}");
    }

    /// The texts of an element, in their order.
    fn all(&self, element: &str) -> Vec<&str> {
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        self.body.split(&open).skip(1).map(|rest| rest.split(&close).next().unwrap()).collect()
    }

    fn one(&self, element: &str) -> &str {
        self.all(element).first().copied().unwrap_or_else(|| panic!("no {element}: {}", self.body))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

#[tokio::test]
async fn a_bucket_has_the_rules_and_the_defaults_of_aws() {
    let aws = Aws::new();
    aws.get("/bucket?location").await.fails(404, "NoSuchBucket");
    aws.put("/bucket", "").await.ok();
    // Again in us-east-1: not an error.
    aws.put("/bucket", "").await.ok();
    for name in ["Upper", "ab", "a..b", "10.0.0.1", "xn--a", "a-s3alias"] {
        aws.put(&format!("/{name}"), "").await.fails(400, "InvalidBucketName");
    }
    let elsewhere =
        "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>";
    aws.put("/elsewhere", elsewhere).await.ok();
    aws.put("/elsewhere", elsewhere).await.fails(409, "BucketAlreadyOwnedByYou");
    let head = aws.send("HEAD /elsewhere", &[], "").await;
    assert_eq!(head.status, 301, "another region answers");
    assert_eq!(head.header("x-amz-bucket-region"), Some("eu-west-1"));
    assert!(head.header("x-amz-request-id").is_some());
    assert_eq!(aws.send("HEAD /nowhere", &[], "").await.body, "");
    assert_eq!(aws.get("/").await.all("Name"), ["bucket", "elsewhere"]);
    assert_eq!(aws.get("/bucket?encryption").await.one("SSEAlgorithm"), "AES256");
    assert_eq!(aws.get("/bucket?ownershipControls").await.one("ObjectOwnership"), "BucketOwnerEnforced");
    assert_eq!(aws.get("/bucket?publicAccessBlock").await.one("RestrictPublicBuckets"), "true");
    for (what, code) in [
        ("policy", "NoSuchBucketPolicy"),
        ("lifecycle", "NoSuchLifecycleConfiguration"),
        ("tagging", "NoSuchTagSet"),
        ("cors", "NoSuchCORSConfiguration"),
        ("website", "NoSuchWebsiteConfiguration"),
        ("replication", "ReplicationConfigurationNotFoundError"),
        ("policyStatus", "NoSuchBucketPolicy"),
    ] {
        aws.get(&format!("/bucket?{what}")).await.fails(404, code);
    }
    for what in ["logging", "accelerate", "requestPayment", "acl", "versioning", "notification"] {
        aws.get(&format!("/bucket?{what}")).await.ok();
    }
}

#[tokio::test]
async fn a_lifecycle_is_checked_and_read_back_whole_by_the_next_process() {
    let aws = Aws::new();
    aws.put("/bucket", "").await.ok();
    let rules = "<Rule><Expiration><Days>30</Days></Expiration><Filter><And><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan>\
                 <Prefix>raw/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><ID>raw</ID><Status>Enabled</Status></Rule>";
    let put = |rules: String| {
        let body = format!("<LifecycleConfiguration>{rules}</LifecycleConfiguration>");
        aws.send("PUT /bucket?lifecycle", &[], body)
    };
    put(rules.to_owned()).await.ok();
    put(rules.repeat(2)).await.fails(400, "InvalidArgument");
    put(rules.replace("30", "0")).await.fails(400, "InvalidArgument");
    put(String::new()).await.fails(400, "MalformedXML");
    let Aws { aws, directory } = aws;
    drop(aws);
    let aws = Aws { aws: open(directory.path()), directory };
    let read = aws.get("/bucket?lifecycle").await.ok();
    for (element, text) in
        [("Days", "30"), ("Prefix", "raw/"), ("ObjectSizeGreaterThan", "5"), ("ID", "raw"), ("Value", "v")]
    {
        assert_eq!(read.one(element), text);
    }
    assert_eq!(read.header("x-amz-transition-default-minimum-object-size"), Some("all_storage_classes_128K"));
}

#[tokio::test]
async fn a_policy_that_lets_everybody_in_needs_the_block_to_be_lifted() {
    let aws = Aws::new();
    aws.put("/bucket", "").await.ok();
    let public = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/*"}]}"#;
    aws.put("/bucket?policy", public).await.fails(403, "AccessDenied");
    aws.put("/bucket?policy", "{}").await.fails(400, "MalformedPolicy");
    aws.send("DELETE /bucket?publicAccessBlock", &[], "").await.ok();
    aws.get("/bucket?publicAccessBlock").await.fails(404, "NoSuchPublicAccessBlockConfiguration");
    aws.put("/bucket?policy", public).await.ok();
    assert_eq!(aws.get("/bucket?policy").await.body, public);
    assert_eq!(aws.get("/bucket?policyStatus").await.one("IsPublic"), "true");
}

#[tokio::test]
async fn an_object_comes_back_with_all_that_was_put_with_it() {
    let aws = Aws::new();
    aws.put("/bucket", "").await.ok();
    let headers =
        ["content-type: text/plain", "cache-control: no-cache", "x-amz-meta-color: red", "x-amz-tagging: a=1&b=2"];
    let put = aws.send("PUT /bucket/dir/a%20b.txt", &headers, "hello world").await.ok();
    assert_eq!(put.header("etag"), Some("\"5eb63bbbe01eeed093cb22bb8f5acdc3\""));
    let get = aws.send("GET /bucket/dir/a%20b.txt", &["x-amz-checksum-mode: ENABLED"], "").await.ok();
    assert_eq!(get.body, "hello world");
    for (name, value) in [
        ("content-type", "text/plain"),
        ("cache-control", "no-cache"),
        ("x-amz-meta-color", "red"),
        ("x-amz-tagging-count", "2"),
        ("x-amz-checksum-type", "FULL_OBJECT"),
    ] {
        assert_eq!(get.header(name), Some(value), "{name}");
    }
    assert!(get.header("x-amz-checksum-crc64nvme").is_some());
    assert_eq!(get.header("x-amz-version-id"), None);
    let part = aws.send("GET /bucket/dir/a%20b.txt", &["range: bytes=-5"], "").await;
    assert_eq!((part.status.as_u16(), part.body.as_str()), (206, "world"));
    assert_eq!(part.header("content-range"), Some("bytes 6-10/11"));
    aws.send("GET /bucket/dir/a%20b.txt", &["range: bytes=11-"], "").await.fails(416, "InvalidRange");
    aws.send("HEAD /bucket/none", &[], "").await;
    aws.get("/bucket/none").await.fails(404, "NoSuchKey");
}

#[tokio::test]
async fn conditions_hold_or_the_request_does_nothing() {
    let aws = Aws::new();
    aws.put("/bucket", "").await.ok();
    let etag = aws.put("/bucket/k", "one").await.ok().header("etag").unwrap().to_owned();
    let cached = aws.send("GET /bucket/k", &[&format!("if-none-match: {etag}")], "").await;
    assert_eq!((cached.status.as_u16(), cached.body.as_str()), (304, ""));
    aws.send("GET /bucket/k", &["if-match: \"other\""], "").await.fails(412, "PreconditionFailed");
    aws.send("PUT /bucket/k", &["if-none-match: *"], "two").await.fails(412, "PreconditionFailed");
    aws.send("PUT /bucket/k", &["if-match: \"other\""], "two").await.fails(412, "PreconditionFailed");
    aws.send("PUT /bucket/none", &["if-match: \"other\""], "two").await.fails(404, "NoSuchKey");
    aws.send("PUT /bucket/k", &["x-amz-checksum-crc32: AAAAAA=="], "two").await.fails(400, "BadDigest");
    let copy = ["x-amz-copy-source: /bucket/k", "x-amz-copy-source-if-none-match: *"];
    aws.send("PUT /bucket/copy", &copy, "").await.fails(412, "PreconditionFailed");
    aws.send("DELETE /bucket/k", &["if-match: \"other\""], "").await.fails(412, "PreconditionFailed");
    aws.send("DELETE /bucket/none", &["if-match: *"], "").await.fails(404, "NoSuchKey");
    let named = |key: &str, etag: &str| format!("<Object><Key>{key}</Key><ETag>{etag}</ETag></Object>");
    let both = format!("<Delete>{}{}</Delete>", named("k", "&quot;other&quot;"), named("none", &etag));
    let refused = aws.send("POST /bucket?delete", &[], both).await.ok().body;
    assert!(refused.contains("PreconditionFailed") && refused.contains("NoSuchKey"), "{refused}");
    assert_eq!(aws.get("/bucket/k").await.body, "one");
    // What was refused has left no file behind.
    assert_eq!(aws.files(), 1);
    let right = format!("<Delete>{}</Delete>", named("k", &etag));
    let removed = aws.send("POST /bucket?delete", &[], right).await.ok().body;
    assert!(removed.contains("<Deleted>") && !removed.contains("<Error>"), "{removed}");
}

#[tokio::test]
async fn a_body_in_chunks_is_put_together_and_checked_by_what_stands_behind_it() {
    let aws = Aws::new();
    aws.put("/bucket", "").await.ok();
    let headers = [
        "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "content-encoding: aws-chunked",
        "x-amz-decoded-content-length: 9",
        "x-amz-trailer: x-amz-checksum-crc32",
    ];
    let body = "4\r\n1234\r\n5\r\n56789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n";
    let put = aws.send("PUT /bucket/k", &headers, body).await.ok();
    assert_eq!(put.header("x-amz-checksum-crc32"), Some("y/Q5Jg=="));
    let get = aws.get("/bucket/k").await.ok();
    assert_eq!((get.body.as_str(), get.header("content-encoding")), ("123456789", None));
    aws.send("PUT /bucket/k", &headers, body.replace("y/Q5", "AAAA")).await.fails(400, "BadDigest");
}

#[tokio::test]
async fn a_presigned_url_and_a_bucket_in_the_host_are_other_ways_to_the_same_object() {
    let aws = Aws::new();
    aws.put("/bucket", "").await.ok();
    aws.put("/bucket/k", "here").await.ok();
    let v4 = "/bucket/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20261123%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=0&X-Amz-Date=20991123T000000Z&X-Amz-Expires=60";
    for target in [v4, "/bucket/k?AWSAccessKeyId=a&Signature=b&Expires=4085000000"] {
        let request = Request::get(target).header("host", "localhost").body(Full::new(Bytes::new())).unwrap();
        assert_eq!(answer(aws.aws.respond(request).await).await.body, "here", "{target}");
    }
    let request = Request::get("/k").header("host", "bucket.localhost:4566").header("authorization", SIGNED);
    let request = request.body(Full::new(Bytes::new())).unwrap();
    assert_eq!(answer(aws.aws.respond(request).await).await.body, "here");
}

#[tokio::test]
async fn lists_have_pages_prefixes_and_keys_that_xml_cannot_hold() {
    let aws = Aws::new();
    aws.put("/bucket", "").await.ok();
    for key in ["year=2026/a+b", "year=2026/c%20d", "year=2027/%2541", "zz"] {
        aws.put(&format!("/bucket/{}", key.replace('+', "%2B")), "1").await.ok();
    }
    let all = aws.get("/bucket?list-type=2&encoding-type=url").await.ok();
    assert_eq!(all.all("Key"), ["year%3D2026/a%2Bb", "year%3D2026/c+d", "year%3D2027/%2541", "zz"]);
    let (mut token, mut seen) = (String::new(), vec![]);
    loop {
        let after = if token.is_empty() { String::new() } else { format!("&continuation-token={token}") };
        let page = aws.get(&format!("/bucket?list-type=2&max-keys=1&delimiter=/{after}")).await.ok();
        seen.extend(page.all("Key").into_iter().map(str::to_owned));
        let prefixes = page.all("CommonPrefixes").into_iter();
        seen.extend(prefixes.map(|one| one.replace("<Prefix>", "").replace("</Prefix>", "")));
        match page.one("IsTruncated") {
            "true" => token = page.one("NextContinuationToken").to_owned(),
            _ => break,
        }
    }
    assert_eq!(seen, ["year=2026/", "year=2027/", "zz"]);
    assert_eq!(aws.get("/bucket?list-type=2&max-keys=0").await.one("IsTruncated"), "false");
    aws.get("/bucket?list-type=2&continuation-token=zz").await.fails(400, "InvalidArgument");
}

#[tokio::test]
async fn versions_stay_until_they_are_deleted_and_then_free_their_space() {
    let aws = Aws::new();
    aws.put("/bucket", "").await.ok();
    aws.put("/bucket/k", "0").await.ok();
    let enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    aws.put("/bucket?versioning", enabled).await.ok();
    let first = aws.put("/bucket/k", "1").await.ok().header("x-amz-version-id").unwrap().to_owned();
    let marker = aws.send("DELETE /bucket/k", &[], "").await.ok();
    assert_eq!(marker.header("x-amz-delete-marker"), Some("true"));
    let gone = aws.get("/bucket/k").await;
    gone.fails(404, "NoSuchKey");
    assert_eq!(gone.header("x-amz-delete-marker"), Some("true"));
    assert_eq!(aws.get(&format!("/bucket/k?versionId={first}")).await.body, "1");
    assert_eq!(aws.get("/bucket/k?versionId=null").await.body, "0");
    aws.send("DELETE /bucket", &[], "").await.fails(409, "BucketNotEmpty");
    let listed = aws.get("/bucket?versions").await.ok();
    let objects: Vec<_> = listed
        .all("VersionId")
        .into_iter()
        .map(|id| format!("<Object><Key>k</Key><VersionId>{id}</VersionId></Object>"))
        .collect();
    assert_eq!(objects.len(), 3);
    let body = format!("<Delete>{}</Delete>", objects.concat());
    aws.send("POST /bucket?delete", &[], body).await.ok();
    assert_eq!(aws.files(), 0);
    aws.send("DELETE /bucket", &[], "").await.ok();
}

#[tokio::test]
async fn an_upload_in_parts_becomes_one_object_and_leaves_nothing_behind() {
    let aws = Aws::new();
    aws.put("/bucket", "").await.ok();
    let begun = aws.send("POST /bucket/big?uploads", &["content-type: x/y"], "").await.ok();
    let id = begun.one("UploadId").to_owned();
    aws.send("DELETE /bucket", &[], "").await.fails(409, "BucketNotEmpty");
    let piece = "a".repeat(5 << 20);
    let one = aws.send(&format!("PUT /bucket/big?partNumber=1&uploadId={id}"), &[], piece).await.ok();
    let two = aws.send(&format!("PUT /bucket/big?partNumber=2&uploadId={id}"), &[], "end").await.ok();
    let part = |number: u8, answer: &Answer| {
        format!("<Part><PartNumber>{number}</PartNumber><ETag>{}</ETag></Part>", answer.header("etag").unwrap())
    };
    let line = format!("POST /bucket/big?uploadId={id}");
    let complete = |parts: String| {
        let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        aws.send(&line, &[], body)
    };
    complete(part(2, &two) + &part(1, &one)).await.fails(400, "InvalidPartOrder");
    complete(part(1, &two)).await.fails(400, "InvalidPart");
    let done = complete(part(1, &one) + &part(2, &two)).await.ok();
    assert!(done.one("ETag").contains("-2"), "{done:?}");
    let last = aws.get("/bucket/big?partNumber=2").await;
    assert_eq!((last.status.as_u16(), last.body.as_str()), (206, "end"));
    assert_eq!((last.header("content-type"), last.header("x-amz-mp-parts-count")), (Some("x/y"), Some("2")));
    assert_eq!(aws.files(), 1);
    // A copy is of one piece.
    let copy = aws.send("PUT /bucket/copy", &["x-amz-copy-source: bucket/big"], "").await.ok();
    assert!(!copy.one("ETag").contains('-'), "{copy:?}");
}

#[tokio::test]
async fn a_fault_is_answered_in_the_words_of_s3_and_may_come_after_the_work() {
    let aws = Aws::new();
    aws.put("/bucket", "").await.ok();
    let slow = r#"{"operation": "s3:PutObject", "status": 503, "code": "SlowDown", "message": "Please reduce your request rate."}"#;
    let lost = r#"{"operation": "s3:PutObject", "status": 500, "code": "InternalError", "done": true}"#;
    aws.send("POST /_local/faults", &[], slow).await.ok();
    aws.put("/bucket/k", "1").await.fails(503, "SlowDown");
    aws.get("/bucket/k").await.fails(404, "NoSuchKey");
    aws.send("POST /_local/faults", &[], lost).await.ok();
    aws.put("/bucket/k", "1").await.fails(500, "InternalError");
    assert_eq!(aws.get("/bucket/k").await.body, "1");
}

#[tokio::test]
async fn a_notification_needs_a_function_that_may_be_called() {
    let aws = Aws::new();
    aws.put("/bucket", "").await.ok();
    let entry = |prefix: &str, event: &str| {
        format!(
            "<CloudFunctionConfiguration><CloudFunction>arn:aws:lambda:us-east-1:000000000000:function:mover</CloudFunction>\
             <Event>{event}</Event><Filter><S3Key><FilterRule><Name>prefix</Name><Value>{prefix}</Value></FilterRule></S3Key></Filter>\
             </CloudFunctionConfiguration>"
        )
    };
    let put = |entries: String, headers: &'static [&'static str]| {
        let body = format!("<NotificationConfiguration>{entries}</NotificationConfiguration>");
        aws.send("PUT /bucket?notification", headers, body)
    };
    let created = "s3:ObjectCreated:*";
    put(entry("raw/", created), &[]).await.fails(400, "InvalidArgument");
    const UNCHECKED: &[&str] = &["x-amz-skip-destination-validation: true"];
    put(entry("raw/", created), UNCHECKED).await.ok();
    let read = aws.get("/bucket?notification").await.ok();
    assert_eq!((read.one("Name"), read.one("Value"), read.one("Event")), ("Prefix", "raw/", created));
    assert!(!read.one("Id").is_empty());
    put(entry("raw/", created) + &entry("raw/a", "s3:ObjectCreated:Put"), UNCHECKED)
        .await
        .fails(400, "InvalidArgument");
    put(entry("raw/", "s3:Nothing"), UNCHECKED).await.fails(400, "InvalidArgument");
    assert_eq!(aws.get("/bucket?notification").await.all("Value"), ["raw/"]);
}

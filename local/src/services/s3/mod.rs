//! Amazon S3. The crate `s3s` carries the protocol; what is here is the buckets and what is in them.
//!
//! A bucket's configurations are kept as the XML in which they were put, so that they are given back whole.
//! Objects are files of their own, one per version, that never change.

mod buckets;
mod checksums;
mod chunked;
mod conditions;
mod configurations;
mod creation;
mod events;
mod lifecycle;
pub(crate) mod lists;
mod metered;
mod multipart;
mod notifications;
pub(crate) mod objects;
mod operations;
mod packages;
mod permissions;
mod policy;
mod presigned;
pub(crate) mod versions;
pub(crate) mod writing;

pub(crate) use buckets::{give_away, region_of_ours};
pub(crate) use metered::{count, lists as lists_of};
pub(crate) use packages::with_code;
pub(crate) use permissions::permit_role;

use crate::access::Scope;
use crate::api_error::ApiError;
use crate::core::Core;
use crate::faults::{Answer, Strike};
use crate::model;
use crate::response::{dropped, halved, page, plain};
use crate::service::{Protocol, Service, Whole, anything};
use crate::services::cloudtrail::{self, Seen, Who};
use axum::body::Body;
use bytes::Bytes;
use futures::FutureExt as _;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::dto::{Tag, Timestamp};
use s3s::path::S3Path;
use s3s::service::S3ServiceBuilder;
use s3s::{S3Error, S3ErrorCode, S3Result};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

pub(crate) static SERVICE: Service = Service {
    scope: "s3",
    prefix: "s3",
    // REST with XML, of which `s3s` knows the routes.
    protocol: Protocol::Rest { message: "Message" },
    model: &model::S3,
    operations: &[],
    needs: anything,
    whole: Some(Whole {
        takes: |_| true,
        operations: operations::names,
        respond: |core, scope, request| respond(core, scope, request).boxed(),
    }),
};

/// Says in which region a bucket is, also to those who ask in another one.
const REGION: HeaderName = HeaderName::from_static("x-amz-bucket-region");

/// Whose the bucket has to be for the request to be carried out.
const EXPECTED_OWNER: HeaderName = HeaderName::from_static("x-amz-expected-bucket-owner");

/// The operations, for one request.
struct Front {
    core: Arc<Core>,
    region: String,
    /// Of who asks.
    scope: Scope,
    /// The tags in a CreateBucketConfiguration, which `s3s` passes over.
    tags: Vec<Tag>,
}

async fn respond(core: &Arc<Core>, scope: &Scope, request: Request<Bytes>) -> Response<Body> {
    let operation = Operation::default();
    let is_head = request.method() == http::Method::HEAD;
    if let Err(error) = presigned::check(request.uri(), jiff::Timestamp::now()) {
        let refused = from_api(error).to_http_response().map(|answer| finish(answer, is_head));
        return logged(core, ("s3:?", "", &scope.region), refused.unwrap_or_default());
    }
    let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let (agent, tags) = (agent.to_owned(), creation::tags(request.body()));
    let request = match prepare(request, &operation) {
        Ok(request) => request,
        Err(error) => return plain(400, &error),
    };
    let tagged = !tags.is_empty();
    let front = Front { core: Arc::clone(core), region: scope.region.clone(), scope: scope.clone(), tags };
    let mut builder = S3ServiceBuilder::new(front);
    builder.set_access(Gate { core: Arc::clone(core), scope: scope.clone(), tagged });
    builder.set_auth(Nobody);
    let answer = builder.build().call(request).await;
    let Noted { name, about, strike } = operation.noted();
    let named = (name.as_str(), about.as_str(), scope.region.as_str());
    let answer = match strike {
        None => answer.ok(),
        Some(mut strike) => {
            strike.wait().await;
            match (strike.answer, strike.error) {
                (Some(Answer::Page), _) => return logged(core, named, page()),
                (Some(Answer::Empty), _) => return logged(core, named, Response::default()),
                (Some(Answer::Truncated), _) => {
                    let whole = answer.ok().map(|answer| finish(answer, is_head)).unwrap_or_default();
                    return logged(core, named, halved(whole).await);
                }
                (None, Some(error)) => from_api(error).to_http_response().ok(),
                (None, None) => {
                    core.log(&name, &about, &scope.region, 0);
                    return dropped();
                }
            }
        }
    };
    let Some(answer) = answer else {
        core.log(&name, &about, &scope.region, 500);
        return plain(500, "Local AWS could not answer");
    };
    metered::request(core, &scope.region, (&name, &about), answer.status());
    record(core, scope, (&name, &about), (&agent, answer.status()));
    core.ring();
    logged(core, named, finish(answer, is_head))
}

/// What CloudTrail keeps of a request that has worked. The work is done, whether that can be kept or not.
fn record(core: &Core, scope: &Scope, (name, about): (&str, &str), (agent, status): (&str, StatusCode)) {
    let who = Who { access_key: &scope.access_key_id, agent };
    let input = serde_json::json!({"Bucket": about});
    let operation = name.trim_start_matches("s3:");
    let seen = Seen { service: "s3", operation, input: &input, who, error: None };
    if !(status.is_success() && seen.is_kept()) {
        return;
    }
    if let Ok(caller) = permissions::caller(core, scope) {
        let _ = core.run_for(&caller, &scope.region, |context| cloudtrail::record(context, &seen));
    }
}

fn logged(core: &Core, (name, about, region): (&str, &str, &str), answer: Response<Body>) -> Response<Body> {
    core.log(name, about, region, answer.status().as_u16());
    answer
}

/// Names the answer, and takes away the words of an error where HTTP has no place for them.
fn finish(answer: http::Response<s3s::Body>, is_head: bool) -> Response<Body> {
    let mut answer = answer.map(|body| Body::new(body.map_err(axum::Error::new)));
    let status = answer.status();
    if status == StatusCode::NOT_MODIFIED || (is_head && !status.is_success()) {
        *answer.body_mut() = Body::empty();
        answer.headers_mut().remove(header::CONTENT_LENGTH);
        answer.headers_mut().remove(header::CONTENT_TYPE);
    }
    if let Ok(id) = HeaderValue::try_from(crate::context::new_id(16).to_uppercase()) {
        answer.headers_mut().insert("x-amz-request-id", id);
    }
    answer
}

/// Any credentials do, so that a request goes on without its signature, and its body without the signatures
/// in it.
fn prepare(request: Request<Bytes>, operation: &Operation) -> Result<Request<s3s::Body>, String> {
    let (mut parts, mut body) = request.into_parts();
    if chunked::is(&parts.headers) {
        body = chunked::decode(&mut parts.headers, &body)?;
    }
    parts.headers.remove(header::AUTHORIZATION);
    parts.headers.remove("x-amz-content-sha256");
    parts.headers.remove("x-amz-security-token");
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let uri = presigned::without_signature(&parts.uri)?;
    parts.uri = with_bucket_in_path(&parts.headers, uri)?;
    parts.extensions.insert(operation.clone());
    Ok(Request::from_parts(parts, s3s::Body::from(body)))
}

/// `bucket.localhost/key` is `localhost/bucket/key`.
fn with_bucket_in_path(headers: &http::HeaderMap, uri: http::Uri) -> Result<http::Uri, String> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let bucket = host.strip_suffix(".localhost").or_else(|| host.strip_suffix(".s3.amazonaws.com"));
    let Some(bucket) = bucket.map(|bucket| bucket.trim_end_matches(".s3")) else { return Ok(uri) };
    let rest = uri.path_and_query().map_or("/", |rest| rest.as_str());
    format!("/{bucket}{rest}").parse().map_err(|error| format!("{error}"))
}

/// What is learnt of a request on its way.
#[derive(Clone, Debug)]
struct Noted {
    name: String,
    /// Bucket and key.
    about: String,
    /// What is to go wrong with it.
    strike: Option<Strike>,
}

#[derive(Clone, Debug, Default)]
struct Operation(Arc<Mutex<Option<Noted>>>);

impl Operation {
    fn note(&self, noted: Noted) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(noted);
    }

    fn noted(&self) -> Noted {
        let noted = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        noted.unwrap_or_else(|| Noted { name: "s3:?".to_owned(), about: String::new(), strike: None })
    }
}

/// Lets in who may, notes the operation, and is where faults strike.
struct Gate {
    core: Arc<Core>,
    scope: Scope,
    /// Whether a bucket is to be made with tags.
    tagged: bool,
}

impl Gate {
    /// A bucket answers at the endpoint of its own region. Here that is the region which a request is signed for;
    /// one that is not signed could be sent to any.
    fn check_region(&self, context: &S3AccessContext<'_>) -> S3Result<()> {
        let bucket = match context.s3_path() {
            S3Path::Root => return Ok(()),
            S3Path::Bucket { bucket } | S3Path::Object { bucket, .. } => &**bucket,
        };
        let here = &self.scope.region;
        let anywhere = match context.s3_op().name() {
            "CreateBucket" => true,
            // The oldest endpoint tells of all buckets where they are.
            "GetBucketLocation" => here == "us-east-1",
            _ => !self.scope.is_regional,
        };
        let region = self.core.run(here, |context| buckets::region_of(context, bucket)).map_err(from_api)?;
        match region.filter(|region| region != here && !anywhere) {
            Some(region) => Err(redirect(&region)),
            None => Ok(()),
        }
    }

    /// "If the account ID that you provide does not match the actual owner of the bucket, the request fails with HTTP
    /// 403 Forbidden (access denied)."
    fn check_owner(&self, context: &S3AccessContext<'_>) -> S3Result<()> {
        let (S3Path::Bucket { bucket } | S3Path::Object { bucket, .. }) = context.s3_path() else { return Ok(()) };
        let Some(expected) = context.headers().get(EXPECTED_OWNER) else { return Ok(()) };
        let region = &self.scope.region;
        let owner = self.core.run(region, |context| {
            Ok(buckets::owner_elsewhere(context, bucket)?.unwrap_or_else(|| context.account.to_owned()))
        });
        match expected.as_bytes() == owner.map_err(from_api)?.as_bytes() {
            true => Ok(()),
            false => Err(error("AccessDenied", 403, "Access Denied")),
        }
    }

    fn check_caller(&self, context: &S3AccessContext<'_>, operation: &str) -> S3Result<()> {
        let caller = permissions::caller(&self.core, &self.scope).map_err(from_api)?;
        let (bucket, key) = match context.s3_path() {
            S3Path::Root => ("", ""),
            S3Path::Bucket { bucket } => (&**bucket, ""),
            S3Path::Object { bucket, key } => (&**bucket, &**key),
        };
        let (headers, query) = (context.headers(), context.uri().query().unwrap_or_default());
        let asked = permissions::Asked { operation, bucket, key, headers, query, tagged: self.tagged };
        self.core.run(&self.scope.region, |context| permissions::check(context, &caller, &asked)).map_err(from_api)
    }
}

#[async_trait::async_trait]
impl S3Access for Gate {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let name = format!("s3:{}", context.s3_op().name());
        let about = match context.s3_path() {
            S3Path::Root => String::new(),
            S3Path::Bucket { bucket } => bucket.to_string(),
            S3Path::Object { bucket, key } => format!("{bucket}/{key}"),
        };
        let strike = self.core.faults.strike(&name, &about);
        // The answer is replaced by the fault's in any case; here the work is kept from being done.
        let stops = strike.as_ref().is_some_and(Strike::stops);
        if let Some(operation) = context.extensions_mut().get::<Operation>() {
            operation.note(Noted { name, about, strike });
        }
        match stops {
            true => Err(error("InternalError", 500, "a fault on demand")),
            false => {
                self.check_region(context)?;
                self.check_owner(context)?;
                self.check_caller(context, context.s3_op().name())
            }
        }
    }
}

/// No request is signed any more when it comes here.
struct Nobody;

#[async_trait::async_trait]
impl S3Auth for Nobody {
    async fn get_secret_key(&self, _: &str) -> S3Result<SecretKey> {
        Err(error("InvalidAccessKeyId", 403, "Local AWS checks no signatures"))
    }
}

/// An error as S3 answers it.
fn error(code: &str, status: u16, message: impl Into<String>) -> S3Error {
    let known = S3ErrorCode::from_bytes(code.as_bytes()).unwrap_or(S3ErrorCode::InternalError);
    let mut error = S3Error::with_message(known, message.into());
    error.set_status_code(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    error
}

/// How S3 sends away who asks in the wrong region.
fn redirect(region: &str) -> S3Error {
    let message = "The bucket you are attempting to access must be addressed using the specified endpoint. \
                   Please send all future requests to this endpoint.";
    let mut redirect = error("PermanentRedirect", 301, message);
    if let Ok(region) = HeaderValue::try_from(region) {
        redirect.set_headers([(REGION, region)].into_iter().collect());
    }
    redirect
}

fn from_api(failed: ApiError) -> S3Error {
    error(&failed.code, failed.status, failed.message)
}

/// Inside a transaction, S3's errors travel as everybody's.
fn refuse(code: &str, status: u16, message: impl Into<String>) -> ApiError {
    ApiError::new(code, message).with_status(status)
}

const MALFORMED: &str = "The XML you provided was not well-formed or did not validate against our published schema";

fn precondition_failed() -> ApiError {
    refuse("PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold")
}

fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from(UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or_default()))
}

//! Amazon S3. The crate `s3s` carries the protocol; what is here is the buckets and what is in them.
//!
//! A bucket's configurations are kept as the XML in which they were put, so that they are given back whole.
//! Objects are files of their own, one per version, that never change.

mod buckets;
mod chunked;
mod configurations;
mod front;
mod multipart;
mod notifications;
mod objects;
mod versions;

use crate::api_error::ApiError;
use crate::core::Core;
use crate::router::plain;
use axum::body::Body;
use bytes::Bytes;
use front::Front;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::service::S3ServiceBuilder;
use s3s::{S3Error, S3ErrorCode, S3Result};
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) async fn respond(core: &Arc<Core>, region: &str, request: Request<Bytes>) -> Response<Body> {
    let operation = Operation::default();
    let request = match prepare(request, &operation) {
        Ok(request) => request,
        Err(error) => return plain(400, &error),
    };
    let front = Front { core: Arc::clone(core), region: region.to_owned() };
    let mut builder = S3ServiceBuilder::new(front);
    builder.set_access(Gate { core: Arc::clone(core) });
    builder.set_auth(Nobody);
    let answer = builder.build().call(request).await;
    let name = operation.name();
    let Ok(answer) = answer else {
        core.log(&name, 0);
        return plain(500, "Local AWS could not answer");
    };
    core.log(&name, answer.status().as_u16());
    let mut answer = answer.map(|body| Body::new(body.map_err(axum::Error::new)));
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
    let uri = without_signature(&parts.uri)?;
    parts.uri = with_bucket_in_path(&parts.headers, uri)?;
    parts.extensions.insert(operation.clone());
    Ok(Request::from_parts(parts, s3s::Body::from(body)))
}

/// A presigned URL without what presigned it.
fn without_signature(uri: &http::Uri) -> Result<http::Uri, String> {
    let Some(query) = uri.query().filter(|query| query.contains("X-Amz-")) else { return Ok(uri.clone()) };
    let kept: Vec<_> = query.split('&').filter(|pair| !pair.starts_with("X-Amz-")).collect();
    let path = if kept.is_empty() { uri.path().to_owned() } else { format!("{}?{}", uri.path(), kept.join("&")) };
    path.parse().map_err(|error| format!("{error}"))
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

/// Which operation a request turns out to be.
#[derive(Clone, Debug, Default)]
struct Operation(Arc<Mutex<String>>);

impl Operation {
    fn name(&self) -> String {
        let name = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if name.is_empty() { "s3:?".to_owned() } else { name }
    }
}

/// Lets everybody in, notes the operation, and is where faults strike.
struct Gate {
    core: Arc<Core>,
}

#[async_trait::async_trait]
impl S3Access for Gate {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let name = format!("s3:{}", context.s3_op().name());
        if let Some(operation) = context.extensions_mut().get::<Operation>() {
            *operation.0.lock().unwrap_or_else(PoisonError::into_inner) = name.clone();
        }
        match self.core.faults.strike(&name) {
            Some(strike) => {
                Err(strike.error.map_or_else(|| error("InternalError", 500, "dropped on demand"), from_api))
            }
            None => Ok(()),
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

fn from_api(failed: ApiError) -> S3Error {
    error(&failed.code, failed.status, failed.message)
}

/// Inside a transaction, S3's errors travel as everybody's.
fn refuse(code: &str, status: u16, message: impl Into<String>) -> ApiError {
    ApiError::new(code, message).with_status(status)
}

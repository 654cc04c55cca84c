//! From a request to the service it is for, and its operation.

use crate::access::Caller;
use crate::api_error::ApiError;
use crate::core::Core;
use crate::faults::Strike;
use crate::protocol::{self, Call};
use crate::services::{self, Service};
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use serde_json::Value;
use std::sync::Arc;

/// Where the credential scope names no region, as with the anonymous requests that S3 takes.
const DEFAULT_REGION: &str = "us-east-1";

/// The service and region a request is signed for. The signature itself is not checked: there is
/// nothing to protect, and any credentials do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) service: String,
    pub(crate) region: String,
    /// Empty where nobody signed.
    pub(crate) access_key_id: String,
}

impl Scope {
    /// Reads `Credential=AKID/20261123/us-east-1/glue/aws4_request` from the header, or from the query of a
    /// presigned URL.
    pub(crate) fn of<B>(request: &Request<B>) -> Option<Self> {
        let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let credential = match header {
            Some(header) => header.split("Credential=").nth(1)?.split(',').next()?.to_owned(),
            None => {
                let query = request.uri().query().unwrap_or_default();
                let mut pairs = form_urlencoded::parse(query.as_bytes());
                pairs.find(|(name, _)| name == "X-Amz-Credential")?.1.into_owned()
            }
        };
        let mut parts = credential.trim().rsplit('/');
        let (_request, service, region) = (parts.next()?, parts.next()?, parts.next()?);
        let access_key_id = parts.next_back().unwrap_or_default();
        Some(Self { service: service.to_owned(), region: region.to_owned(), access_key_id: access_key_id.to_owned() })
    }
}

pub(crate) async fn respond(core: &Arc<Core>, request: Request<Bytes>) -> Response<Body> {
    let scope = Scope::of(&request);
    let scope = scope.unwrap_or_else(|| Scope {
        service: "s3".to_owned(),
        region: DEFAULT_REGION.to_owned(),
        access_key_id: String::new(),
    });
    if scope.service == "s3" {
        return services::s3::respond(core, &scope, request).await;
    }
    let Some(service) = services::ALL.iter().find(|service| service.scope == scope.service) else {
        return plain(501, &format!("Local AWS does not have the service `{}`", scope.service));
    };
    if services::lambda::is_invocation(service, &request) {
        return finish(services::lambda::respond(core, &scope, request).await);
    }
    let call = core.sessions.caller(&scope.access_key_id).and_then(|caller| {
        let call = protocol::read(service, &request)?;
        Ok((caller, call))
    });
    match call {
        Ok((caller, call)) => {
            let response = operate(core, service, &scope.region, &caller, &call);
            // A stage shows what API Gateway's documents say, and whom a function's policy lets in.
            if ["apigateway", "lambda"].contains(&service.scope) {
                core.front.changed();
            }
            core.bell.ring();
            response
        }
        Err(error) => {
            core.log(&format!("{}:?", service.prefix), error.status);
            finish(protocol::write_error(service, &error))
        }
    }
}

fn operate(core: &Core, service: &Service, region: &str, caller: &Caller, call: &Call) -> Response<Body> {
    let operation = format!("{}:{}", service.prefix, call.operation);
    let strike = core.faults.strike(&operation);
    if let Some(Strike { error, done: false }) = strike {
        return struck(core, service, &operation, error);
    }
    let result = core.run(region, |context| {
        if *caller != Caller::User {
            caller.permit(context, &operation, &(service.resource)(context, &call.input), &[])?;
        }
        (call.run)(context, &call.input)
    });
    if let Some(Strike { error, done: true }) = strike {
        return struck(core, service, &operation, error);
    }
    let response = match &result {
        Ok(output) => protocol::write(service, call, output),
        Err(error) => protocol::write_error(service, error),
    };
    core.log(&operation, response.status().as_u16());
    finish(response)
}

fn struck(core: &Core, service: &Service, operation: &str, error: Option<ApiError>) -> Response<Body> {
    let Some(error) = error else {
        core.log(operation, 0);
        return dropped();
    };
    core.log(operation, error.status);
    finish(protocol::write_error(service, &error))
}

/// An answer whose body breaks off: what a client sees when the connection is lost.
pub(crate) fn dropped() -> Response<Body> {
    let lost = futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("connection dropped on demand")) });
    Response::new(Body::from_stream(lost))
}

fn finish(mut response: Response<Body>) -> Response<Body> {
    let id = HeaderValue::try_from(crate::context::new_uuid()).expect("a UUID is a header value");
    response.headers_mut().insert("x-amzn-requestid", id);
    response
}

/// An answer that no AWS service gives.
pub(crate) fn plain(status: u16, words: &str) -> Response<Body> {
    body(status, "text/plain", words.to_owned())
}

pub(crate) fn json(status: u16, value: &Value) -> Response<Body> {
    body(status, "application/json", value.to_string())
}

pub(crate) fn body(status: u16, content_type: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_is_in_the_header_or_in_the_query() {
        let signed =
            "AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-west-1/glue/aws4_request, SignedHeaders=host, Signature=00";
        let request = Request::builder().header("authorization", signed).body(()).unwrap();
        let scope = Scope { service: "glue".into(), region: "eu-west-1".into(), access_key_id: "AKID".into() };
        assert_eq!(Scope::of(&request), Some(scope));
        let presigned = "/bucket/key?X-Amz-Credential=AKID%2F20261123%2Fus-west-2%2Fs3%2Faws4_request";
        let request = Request::builder().uri(presigned).body(()).unwrap();
        assert_eq!(
            Scope::of(&request),
            Some(Scope { service: "s3".into(), region: "us-west-2".into(), access_key_id: "AKID".into() })
        );
        assert_eq!(Scope::of(&Request::builder().uri("/").body(()).unwrap()), None);
    }
}

//! `Invoke`: the one operation whose input and output are whatever the function takes and gives.

use super::queue::enqueue;
use super::{Function, Invoked, invoke_telling};
use crate::access::Scope;
use crate::api_error::Result;
use crate::core::Core;
use crate::protocol;
use crate::response::{dropped, identified};
use crate::service::{Input as _, Whole};
use crate::services::iam::permit;
use crate::services::lambda::reference::Reference;
use crate::services::lambda::{SERVICE, policy};
use axum::body::Body;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use futures::FutureExt as _;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use std::sync::Arc;

const OPERATION: &str = "lambda:Invoke";

fn function_of(path: &str) -> Option<&str> {
    path.strip_prefix("/2015-03-31/functions/")?.strip_suffix("/invocations")
}

pub(in super::super) const INVOKE: Whole = Whole {
    takes: |request| request.method() == Method::POST && function_of(request.uri().path()).is_some(),
    operations: || vec!["Invoke"],
    respond: |core, scope, request| respond(core, scope, request).boxed(),
};

async fn respond(core: &Arc<Core>, scope: &Scope, request: Request<Bytes>) -> Response<Body> {
    let function = function_of(request.uri().path()).unwrap_or_default().to_owned();
    let answer = match core.faults.strike(OPERATION, &function) {
        Some(mut strike) => {
            if !strike.stops() {
                let _ = run(core, scope, request).await;
            }
            strike.wait().await;
            let Some(error) = strike.error else { return identified(dropped()) };
            Err(error)
        }
        None => run(core, scope, request).await,
    };
    let response = answer.unwrap_or_else(|error| protocol::write_error(&SERVICE, &error));
    core.log(OPERATION, &function, &scope.region, response.status().as_u16());
    identified(response)
}

async fn run(core: &Arc<Core>, scope: &Scope, request: Request<Bytes>) -> Result<Response<Body>> {
    let caller = core.caller(scope)?;
    let input = protocol::read_head(&SERVICE, &request)?;
    let reference = Reference::read(&input)?;
    let name = reference.text();
    core.run(&scope.region, |context| {
        permit(context, &caller, "lambda:InvokeFunction", &policy::resource(context, &reference)?, &[])?;
        Function::read(context, &name).map(|_| ())
    })?;
    match input.optional("InvocationType").unwrap_or("RequestResponse") {
        "DryRun" => Ok(empty(StatusCode::NO_CONTENT)),
        "Event" => {
            let payload = String::from_utf8_lossy(request.body()).into_owned();
            core.run(&scope.region, |context| enqueue(context, &name, &payload))?;
            core.ring();
            Ok(empty(StatusCode::ACCEPTED))
        }
        _ => {
            let told = input.optional("LogType") == Some("Tail");
            Ok(answer(invoke_telling(core, &scope.region, &name, request.into_body(), told).await?))
        }
    }
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn answer(invoked: Invoked) -> Response<Body> {
    let mut response = Response::new(Body::from(invoked.payload));
    let headers =
        [("x-amz-executed-version", invoked.version), ("x-amz-log-result", BASE64_STANDARD.encode(invoked.log))];
    for (name, value) in headers {
        if let (false, Ok(value)) = (value.is_empty(), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    if invoked.failed {
        response.headers_mut().insert("x-amz-function-error", HeaderValue::from_static("Unhandled"));
    }
    response
}

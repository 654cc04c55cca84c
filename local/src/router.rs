//! From a request to the service it is for, and its operation.

use crate::access::Scope;
use crate::api_error::Result;
use crate::caller::Caller;
use crate::core::Core;
use crate::faults::{self, Answer, Strike};
use crate::protocol::{self, Call};
use crate::registry;
use crate::response::{dropped, halved, identified, page, plain};
use crate::service::Service;
use crate::services::cloudtrail::{self, Seen, Who};
use crate::services::iam::permit_all;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response, header};
use serde_json::Value;
use std::sync::Arc;

pub(crate) async fn respond(core: &Arc<Core>, request: Request<Bytes>) -> Response<Body> {
    let scope = match Scope::of(&request) {
        Ok(scope) => scope,
        Err(error) => return plain(error.status, &error.message),
    };
    let scope = scope.unwrap_or_else(Scope::anonymous);
    let Some(service) = registry::ALL.iter().find(|service| service.scope == scope.service) else {
        return plain(501, &format!("Local AWS does not have the service `{}`", scope.service));
    };
    if let Some(whole) = service.whole.as_ref().filter(|whole| (whole.takes)(&request)) {
        return (whole.respond)(core, &scope, request).await;
    }
    let call = core.caller(&scope).and_then(|caller| {
        let call = protocol::read(service, &request)?;
        Ok((caller, call))
    });
    match call {
        Ok((caller, call)) => {
            let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
            let who = Who { access_key: &scope.access_key_id, agent: agent.unwrap_or_default() };
            let response = operate(core, service, &scope.region, (&caller, who), &call).await;
            core.carried_out(service.scope);
            core.ring();
            response
        }
        Err(error) => {
            core.log(&format!("{}:?", service.prefix), "", &scope.region, error.status);
            identified(protocol::write_error(service, &error))
        }
    }
}

async fn operate(
    core: &Core,
    service: &Service,
    region: &str,
    (caller, who): (&Caller, Who<'_>),
    call: &Call,
) -> Response<Body> {
    let (operation, about) = (format!("{}:{}", service.prefix, call.operation), faults::about(&call.input));
    let seen = Seen { service: service.scope, operation: call.operation, input: &call.input, who, error: None };
    let work = || {
        protocol::check(service, call)?;
        let done = core.run_for(caller, region, |context| {
            permit_all(context, caller, (service.needs)(context, &operation, &call.input)?, &call.input)?;
            let looked_up = registry::looked_up(context, &operation, &call.input)?;
            let output = (call.run)(context, looked_up.as_ref().unwrap_or(&call.input))?;
            cloudtrail::record(context, &seen)?;
            protocol::check_answer(service, call, &output).map(|()| output)
        });
        if let Some(error) = done.as_ref().err().filter(|_| seen.is_kept()) {
            // Nothing was kept of the request but this; where that cannot be kept either, the error is told all the same.
            let failed = Seen { error: Some(error), ..seen };
            let _ = core.run_for(caller, region, |context| cloudtrail::record(context, &failed));
        }
        done
    };
    if let Some(strike) = core.faults.strike(&operation, &about) {
        // Only the answer is lost, be it a good or a bad one.
        let lost = (!strike.stops()).then(|| written(service, call, work()));
        return struck(core, (service, call), (&operation, &about, region), strike, lost).await;
    }
    let response = written(service, call, work());
    core.log(&operation, &about, region, response.status().as_u16());
    identified(response)
}

fn written(service: &Service, call: &Call, result: Result<Value>) -> Response<Body> {
    match &result {
        Ok(output) => protocol::write(service, call, output),
        Err(error) => protocol::write_failure(service, call, error),
    }
}

/// `lost` is the answer that would have been given, if the work was done.
async fn struck(
    core: &Core,
    (service, call): (&Service, &Call),
    (operation, about, region): (&str, &str, &str),
    mut strike: Strike,
    lost: Option<Response<Body>>,
) -> Response<Body> {
    strike.wait().await;
    let answer = match (strike.answer, lost) {
        (Some(Answer::Page), _) => Some(page()),
        (Some(Answer::Empty), _) => Some(Response::default()),
        (Some(Answer::Truncated), Some(lost)) => Some(identified(halved(lost).await)),
        _ => None,
    };
    if let Some(answer) = answer {
        core.log(operation, about, region, answer.status().as_u16());
        return answer;
    }
    let Some(error) = strike.error else {
        core.log(operation, about, region, 0);
        return dropped();
    };
    core.log(operation, about, region, error.status);
    identified(protocol::write_failure(service, call, &error))
}

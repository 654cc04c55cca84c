//! What callers of an API meet: its stages at `/restapis/{id}/{stage}/_user_request_/...`.
//!
//! ```text
//! request -> Exposed (what is deployed) -> key -> limits -> mock, or proxy event -> function -> answer
//! ```

mod answer;
mod event;
mod exposed;
mod inflate;
mod limits;
mod metered;
mod mock;
mod refusal;

use crate::api_error::ApiError;
use crate::context::{new_id, new_uuid};
use crate::core::Core;
use crate::services::apigateway::SERVICE;
use crate::services::lambda;
use crate::slots::Slot;
use axum::body::Body;
use bytes::Bytes;
use exposed::{Exposed, Found, Integration};
use http::{HeaderMap, HeaderValue, Request, Response};
use refusal::Refusal;
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub(crate) use limits::{WORKER, made};

/// "Payload size: 10 MB", which cannot be raised.
const LARGEST_BODY: usize = 10 << 20;

/// What is deployed, ready to answer, and who has called how often.
#[derive(Debug, Default)]
pub(crate) struct Front {
    exposed: Mutex<HashMap<Place, Read>>,
    limits: limits::Limits,
    answered: AtomicU64,
    refused: AtomicU64,
}

/// An API and a stage.
type Place = (String, String);
/// At which revision it was read, and what it was.
type Read = (u64, Arc<Exposed>);

impl Slot for Front {
    fn open(_: &Path) -> Self {
        Self::default()
    }
}

/// Requests since it was started: those that were answered well, and the others.
pub(crate) fn counts(core: &Core) -> (u64, u64) {
    let front = core.slot::<Front>();
    (front.answered.load(Ordering::Relaxed), front.refused.load(Ordering::Relaxed))
}

impl Front {
    fn exposed(&self, core: &Core, call: &Call) -> Result<Option<Arc<Exposed>>, ApiError> {
        // A stage shows what API Gateway's documents say, and whom a function's policy lets in.
        let revision = core.revision(SERVICE.scope) + core.revision(lambda::SERVICE.scope);
        let key = (call.api.clone(), call.stage.clone());
        let mut all = self.exposed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((read, exposed)) = all.get(&key)
            && *read == revision
        {
            return Ok(Some(Arc::clone(exposed)));
        }
        let Some(exposed) = Exposed::read(core, &call.api, &call.stage)? else { return Ok(None) };
        let exposed = Arc::new(exposed);
        all.insert(key, (revision, Arc::clone(&exposed)));
        Ok(Some(exposed))
    }
}

/// A request to an API, as its URL says.
#[derive(Debug)]
pub(crate) struct Call {
    pub(super) api: String,
    pub(super) stage: String,
    /// Below the stage, with its slash.
    pub(super) path: String,
}

/// Reads `/restapis/{id}/{stage}/_user_request_/path`, or `{id}.execute-api.localhost/{stage}/path`.
pub(crate) fn user_request<B>(request: &Request<B>) -> Option<Call> {
    let path = request.uri().path();
    if let Some(rest) = path.strip_prefix("/restapis/") {
        let mut parts = rest.splitn(4, '/');
        let (api, stage, mark, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next());
        let path = format!("/{}", rest.unwrap_or_default());
        return (mark == "_user_request_").then(|| Call { api: api.to_owned(), stage: stage.to_owned(), path });
    }
    let host = request.headers().get(http::header::HOST)?.to_str().ok()?;
    let api = host.split(':').next()?.strip_suffix(".execute-api.localhost")?;
    let (stage, rest) = path.trim_start_matches('/').split_once('/').unwrap_or((path.trim_start_matches('/'), ""));
    Some(Call { api: api.to_owned(), stage: stage.to_owned(), path: format!("/{rest}") })
}

/// One request on its way through.
pub(super) struct Asked {
    pub(super) call: Call,
    pub(super) request: Request<Bytes>,
    pub(super) request_id: String,
    pub(super) extended_id: String,
    pub(super) trace_id: String,
    pub(super) millis: i64,
}

impl Asked {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.request.headers().get(name).and_then(|value| value.to_str().ok())
    }
}

pub(crate) async fn respond(core: &Arc<Core>, call: Call, request: Request<Bytes>) -> Response<Body> {
    let millis = core.clock.now().as_millisecond();
    let mut asked = Asked {
        call,
        request,
        request_id: new_uuid(),
        extended_id: format!("{}=", new_id(15)),
        trace_id: format!("Root=1-{:08x}-{}", millis / 1000, hex::encode(rand::random::<[u8; 12]>())),
        millis,
    };
    let front = core.slot::<Front>();
    let exposed = match front.exposed(core, &asked.call) {
        Ok(Some(exposed)) => exposed,
        // No such host would be found by DNS; a stage that is not there is forbidden.
        Ok(None) => return identify(answer::plain(&Refusal::FORBIDDEN), &asked),
        Err(error) => return crate::response::plain(500, &error.message),
    };
    let answered = match inflate::inflated(asked.request.headers(), asked.request.body()) {
        Ok(body) => {
            *asked.request.body_mut() = body;
            run(core, &front, &exposed, &asked).await
        }
        Err(refusal) => Err(refusal),
    };
    let refused = answered.as_ref().err().copied();
    let response = answered.unwrap_or_else(|refusal| answer::refuse(&exposed, &asked, &refusal));
    core.log("execute-api:Invoke", "", &exposed.region, response.status().as_u16());
    let count = if response.status().is_success() { &front.answered } else { &front.refused };
    count.fetch_add(1, Ordering::Relaxed);
    let response = identify(response, &asked);
    metered::count(core, &exposed, refused, &response);
    response
}

async fn run(core: &Arc<Core>, front: &Front, exposed: &Exposed, asked: &Asked) -> Result<Response<Body>, Refusal> {
    if exposed.disabled {
        return Err(Refusal::FORBIDDEN);
    }
    let method = asked.request.method().as_str();
    let found = exposed.find(method, &asked.call.path).ok_or(Refusal::MISSING_TOKEN)?;
    if asked.request.body().len() > LARGEST_BODY {
        return Err(Refusal::TOO_LARGE);
    }
    let key = match found.method.key_required {
        true => Some(exposed.key(asked.header("x-api-key")).ok_or(Refusal::INVALID_KEY)?),
        false => None,
    };
    front.limits.admit(core, exposed, &found, key, asked.millis)?;
    match &found.method.integration {
        Integration::Mock(mock) => mock.answer(),
        Integration::Function { name, timeout, permitted: true } => {
            invoke(core, exposed, &found, key, asked, (name, *timeout)).await
        }
        // Its resource policy does not let API Gateway in.
        Integration::Function { permitted: false, .. } | Integration::Other => Err(Refusal::CONFIGURATION),
    }
}

async fn invoke(
    core: &Arc<Core>,
    exposed: &Exposed,
    found: &Found<'_>,
    key: Option<&exposed::Key>,
    asked: &Asked,
    (name, timeout): (&str, Duration),
) -> Result<Response<Body>, Refusal> {
    if !lambda::admits(core, &exposed.region, name) {
        return Err(Refusal::CONFIGURATION);
    }
    let event = event::proxy(exposed, found, key, asked);
    let answer = lambda::invoke(core, &exposed.region, name, event);
    let invoked = match tokio::time::timeout(timeout, answer).await {
        Err(_) => return Err(Refusal::TIMEOUT),
        // Lambda takes 6 MB, of which the proxy event is a part, API Gateway 10 MB.
        Ok(Err(error)) if error.code == "RequestTooLargeException" => return Err(Refusal::TOO_LARGE),
        // The execution log says "Execution failed due to configuration error: Rate Exceeded.", the client a 500.
        Ok(Err(_)) => return Err(Refusal::CONFIGURATION),
        Ok(Ok(invoked)) => invoked,
    };
    if invoked.failed {
        return Err(Refusal::MALFORMED);
    }
    answer::read(&invoked.payload).ok_or(Refusal::MALFORMED)
}

fn identify(mut response: Response<Body>, asked: &Asked) -> Response<Body> {
    let ids = [("x-amzn-requestid", &asked.request_id), ("x-amz-apigw-id", &asked.extended_id)];
    for (name, id) in ids {
        insert(response.headers_mut(), name, id);
    }
    response
}

fn insert(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_is_named_by_path_or_by_host() {
        let at = |uri: &str, host: &str| {
            let request = Request::builder().uri(uri).header("host", host).body(()).unwrap();
            user_request(&request).map(|call| (call.api, call.stage, call.path))
        };
        let found = Some(("abc".to_owned(), "prod".to_owned(), "/track/x".to_owned()));
        assert_eq!(at("/restapis/abc/prod/_user_request_/track/x", "127.0.0.1:4566"), found);
        assert_eq!(at("/prod/track/x", "abc.execute-api.localhost:4566"), found);
        assert_eq!(at("/restapis/abc/stages/prod/x", "127.0.0.1:4566"), None);
        assert_eq!(at("/prod/track/x", "localhost:4566"), None);
    }
}

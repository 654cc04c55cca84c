//! Requests to URLs: `/lambda-urls/{id}/_user_request_/path`, or `{id}.lambda-url.{region}.localhost/path`.
//!
//! ```text
//! request -> CORS -> who may -> how often -> event -> function -> answer
//! ```

use super::answer::{self, Refusal};
use super::configuration::{Url, by_id};
use super::cors;
use super::event::{Asked, event};
use crate::access::Scope;
use crate::api_error::{ApiError, Result as ApiResult};
use crate::caller::Caller;
use crate::context::{Context, new_uuid};
use crate::core::Core;
use crate::metering::URL_TRANSFER;
use crate::response::sent;
use crate::services::iam::{permit, policy_lets_everybody};
use crate::services::lambda::execution::{Function, invoke, metered};
use crate::services::lambda::policy;
use crate::services::lambda::rates::{CONCURRENCY, PER_SEAT};
use crate::slots::Slot;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

const PATH: &str = "/lambda-urls/";
/// "The maximum request rate per second of a function URL is equivalent to 10 times the configured reserved concurrency."
const LARGEST_BODY: usize = 6 << 20;

/// A request to a URL.
#[derive(Debug)]
pub(crate) struct Call {
    id: String,
    path: String,
}

/// What a request is for, if it is for a URL.
pub(crate) fn url_request<B>(request: &Request<B>) -> Option<Call> {
    let path = request.uri().path();
    if let Some(rest) = path.strip_prefix(PATH) {
        let mut parts = rest.splitn(3, '/');
        let (id, mark, rest) = (parts.next()?, parts.next()?, parts.next());
        let path = format!("/{}", rest.unwrap_or_default());
        return (mark == "_user_request_").then(|| Call { id: id.to_owned(), path });
    }
    let host = request.headers().get(http::header::HOST)?.to_str().ok()?;
    let (id, rest) = host.split(':').next()?.split_once(".lambda-url.")?;
    rest.ends_with(".localhost").then(|| Call { id: id.to_owned(), path: path.to_owned() })
}

/// How many requests each URL has had in the second that is.
#[derive(Debug, Default)]
pub(crate) struct Rates(Mutex<HashMap<String, (i64, usize)>>);

impl Slot for Rates {
    fn open(_: &Path) -> Self {
        Self::default()
    }
}

impl Rates {
    fn admits(&self, id: &str, second: i64, most: usize) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, count) = all.entry(id.to_owned()).or_default();
        if *since != second {
            (*since, *count) = (second, 0);
        }
        *count += 1;
        *count <= most
    }
}

pub(crate) async fn respond(core: &Arc<Core>, call: Call, request: Request<Bytes>) -> Response<Body> {
    let request_id = new_uuid();
    let (response, region, function) = match by_id(core, &call.id) {
        Ok(Some(url)) => (answered(core, &url, &call, &request, &request_id).await, url.region, url.function.name),
        Ok(None) => (Refusal::forbidden().response(), String::new(), String::new()),
        Err(error) => (crate::response::plain(500, &error.message), String::new(), String::new()),
    };
    core.log("lambda:InvokeFunctionUrl", "", &region, response.status().as_u16());
    let mut response = response;
    if let Ok(id) = HeaderValue::try_from(request_id) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    if !region.is_empty() {
        let _ = core.run(&region, |context| {
            metered::asked(context, &function, response.status().as_u16())?;
            context.meter(&URL_TRANSFER, "", sent(&response))
        });
    }
    response
}

async fn answered(core: &Arc<Core>, url: &Url, call: &Call, request: &Request<Bytes>, id: &str) -> Response<Body> {
    if is_iam(url) && comes_from_a_page(request) {
        // Signatures are not checked here: whatever a page can send would be let in.
        return crate::response::plain(403, crate::door::Refusal::Page.words());
    }
    let cors = &url.document["Cors"];
    if let Some(answer) = cors::preflight(cors, request) {
        return answer;
    }
    match run(core, url, call, request, id).await {
        Ok(mut response) => {
            cors::add(cors, request, response.headers_mut());
            response
        }
        Err(refusal) => refusal.response(),
    }
}

fn is_iam(url: &Url) -> bool {
    url.document["AuthType"] == "AWS_IAM"
}

fn comes_from_a_page(request: &Request<Bytes>) -> bool {
    let headers = request.headers();
    headers.contains_key("origin") || headers.get_all("sec-fetch-site").iter().any(|site| site != "none")
}

async fn run(
    core: &Arc<Core>,
    url: &Url,
    call: &Call,
    request: &Request<Bytes>,
    request_id: &str,
) -> Result<Response<Body>, Refusal> {
    let caller = if is_iam(url) { Some(caller(core, request).map_err(|_| Refusal::forbidden())?) } else { None };
    let signed = core.run(&url.region, |context| admitted(context, url, caller.as_ref()));
    let signed = signed.map_err(|_| Refusal::forbidden())?;
    let now = core.clock.now();
    let function = core.run(&url.region, |context| Function::read(context, &url.function.text()));
    let function = function.map_err(|_| Refusal::failed())?;
    let seats = function.reserved.unwrap_or(CONCURRENCY);
    if !core.slot::<Rates>().admits(&call.id, now.as_second(), seats * PER_SEAT) {
        metered::throttled(core, &function);
        return Err(Refusal::throttled());
    }
    if request.body().len() > LARGEST_BODY {
        return Err(Refusal::too_large());
    }
    let millis = now.as_millisecond();
    let trace_id = format!("Root=1-{:08x}-{}", millis / 1000, hex::encode(rand::random::<[u8; 12]>()));
    let asked = Asked {
        id: &call.id,
        region: &url.region,
        account: core.account.as_str(),
        signed,
        path: &call.path,
        request_id,
        trace_id: &trace_id,
        millis,
    };
    let event = Bytes::from(event(&asked, request).to_string());
    match invoke(core, &url.region, &url.function.text(), event).await {
        Ok(invoked) if !invoked.failed => answer::read(&invoked.payload).ok_or_else(Refusal::failed),
        Ok(_) => Err(Refusal::failed()),
        Err(error) if error.status == 429 => Err(Refusal::throttled()),
        Err(error) if error.status == 413 => Err(Refusal::too_large()),
        Err(_) => Err(Refusal::failed()),
    }
}

/// Who has signed, with which key.
///
/// # Errors
/// Nobody has, or with a key that is over.
fn caller(core: &Core, request: &Request<Bytes>) -> ApiResult<(String, Caller)> {
    let scope = Scope::of(request)?.filter(|scope| scope.service == "lambda" && !scope.access_key_id.is_empty());
    let scope = scope.ok_or_else(|| ApiError::new("AccessDeniedException", "not signed"))?;
    let caller = core.caller(&scope)?;
    Ok((scope.access_key_id, caller))
}

/// Both permissions are needed: to use the URL, and to invoke the function by way of it. Gives who has signed, where
/// somebody has to.
///
/// # Errors
/// A caller that is not let in.
fn admitted(context: &Context<'_>, url: &Url, signed: Option<&(String, Caller)>) -> ApiResult<Option<Value>> {
    let resource = policy::resource(context, &url.function)?;
    let auth = if is_iam(url) { "AWS_IAM" } else { "NONE" };
    let asked = [
        ("lambda:InvokeFunctionUrl", [("lambda:FunctionUrlAuthType", auth)]),
        ("lambda:InvokeFunction", [("lambda:InvokedViaFunctionUrl", "true")]),
    ];
    let Some((key, caller)) = signed else {
        for (action, keys) in asked {
            policy_lets_everybody(action, &resource, &keys)?;
        }
        return Ok(None);
    };
    for (action, keys) in asked {
        permit(context, caller, action, &resource, &keys)?;
    }
    let arn = match caller {
        Caller::Role(assumed) => assumed.role.clone(),
        _ => context.global_arn("iam", "user/local"),
    };
    Ok(Some(json!({
        "accessKey": key,
        "accountId": context.account,
        "callerId": key,
        "cognitoIdentity": null,
        "principalOrgId": null,
        "userArn": arn,
        "userId": key,
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_named_by_path_or_by_host() {
        let at = |uri: &str, host: &str| {
            let request = Request::builder().uri(uri).header("host", host).body(()).unwrap();
            url_request(&request).map(|call| (call.id, call.path))
        };
        let found = |path: &str| Some(("abc".to_owned(), path.to_owned()));
        assert_eq!(at("/lambda-urls/abc/_user_request_/track/x", "127.0.0.1:4566"), found("/track/x"));
        assert_eq!(at("/lambda-urls/abc/_user_request_", "127.0.0.1:4566"), found("/"));
        assert_eq!(at("/track?a=1", "abc.lambda-url.us-east-1.localhost:4566"), found("/track"));
        assert_eq!(at("/lambda-urls/abc/key", "localhost"), None);
        assert_eq!(at("/", "abc.lambda-url.us-east-1.on.aws"), None);
    }

    #[test]
    fn a_second_has_so_many_requests() {
        let rates = Rates::default();
        assert_eq!([1, 2, 3].map(|_| rates.admits("a", 7, 2)), [true, true, false]);
        assert!(rates.admits("b", 7, 2) && rates.admits("a", 8, 2) && !rates.admits("c", 8, 0));
    }
}

//! Lambda function URL: the address at which clients call a function without API Gateway.
//!
//! It answers nobody before two statements of the function's policy let everybody in ([`Grant`]). It
//! has no tags: a URL of a function of ours is ours. Whoever deletes it and makes it anew gets another address.
//!
//! [`Grant`]: super::Grant

use super::fields::GET_FUNCTION_URL_CONFIG;
use super::managed::{Managed, Word};
use crate::aws::{Aws, Class, Error, Expect as _, Patience, Result, call, whole};
use crate::engine::diff::{Attributes, Change};
use crate::engine::resource::{Live, Resource, Wanted};
use crate::engine::value::{Canonical, Pending, Value};
use crate::names::Names;
use aws_sdk_lambda::types::{self as sdk, FunctionUrlAuthType, InvokeMode};
use futures::future::try_join_all;
use std::collections::BTreeSet;

/// For how long a browser keeps the answer to a preflight, in seconds.
const PREFLIGHT_KEPT: i32 = 7200;

/// A way into a function over HTTPS without an API: clients post to it.
#[derive(Clone, Debug, Managed)]
pub(crate) struct FunctionUrl {
    /// The function's name.
    #[fixed]
    pub(crate) function: String,
    /// `NONE`: callers sign nothing.
    #[sent]
    pub(crate) auth_type: Word<FunctionUrlAuthType>,
    /// `BUFFERED`: an answer is sent when it is whole.
    #[sent]
    pub(crate) invoke_mode: Word<InvokeMode>,
    /// `None`: browsers let no other page read an answer.
    #[sent]
    pub(crate) cors: Option<UrlCors>,
}

/// Which pages may call, as Lambda tells browsers: it answers their preflights itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UrlCors {
    pub(crate) origins: BTreeSet<String>,
    /// Without `OPTIONS`, of which Lambda takes care; AWS's model lets it not be named.
    pub(crate) methods: BTreeSet<String>,
    /// In lower case.
    pub(crate) headers: BTreeSet<String>,
    /// Headers of an answer that a page may read, in lower case.
    pub(crate) exposed: BTreeSet<String>,
    /// Seconds.
    pub(crate) max_age: i32,
    pub(crate) credentials: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct FunctionUrlOutputs {
    /// As AWS gives it: `https://ID.lambda-url.REGION.on.aws/`.
    pub(crate) url: Pending<String>,
}

impl FunctionUrlOutputs {
    /// Where events are posted to; emulators on one port have a path for each URL.
    pub(crate) fn client_url(&self, aws: &Aws, path: &str) -> Option<String> {
        let Pending::Known(url) = &self.url else { return None };
        Some(client_url(url, aws.endpoint.as_deref(), path))
    }
}

fn client_url(url: &str, endpoint: Option<&str>, path: &str) -> String {
    let Some(endpoint) = endpoint else { return format!("{}{path}", url.trim_end_matches('/')) };
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let id = host.split(['.', '/']).next().unwrap_or_default();
    format!("{}/lambda-urls/{id}/_user_request_{path}", endpoint.trim_end_matches('/'))
}

fn words(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|word| (*word).to_owned()).collect()
}

fn lower(all: Option<Vec<String>>) -> BTreeSet<String> {
    all.unwrap_or_default().into_iter().map(|header| header.to_ascii_lowercase()).collect()
}

impl UrlCors {
    /// For pages of these origins that send events; none for no page.
    pub(crate) fn of_pages(origins: &[String]) -> Option<Self> {
        let everybody = origins.iter().any(|origin| origin == "*");
        (!origins.is_empty()).then(|| Self {
            origins: origins.iter().cloned().collect(),
            methods: words(&["POST"]),
            headers: words(&["content-type", "content-encoding", "x-api-key"]),
            exposed: words(&["retry-after"]),
            max_age: PREFLIGHT_KEPT,
            // `sendBeacon` sends a JSON Blob with credentials, which browsers allow to named origins only.
            credentials: !everybody,
        })
    }

    /// One without a member that is set is none at all, however AWS writes it.
    fn read(live: sdk::Cors) -> Option<Self> {
        let none = Self {
            origins: BTreeSet::new(),
            methods: BTreeSet::new(),
            headers: BTreeSet::new(),
            exposed: BTreeSet::new(),
            max_age: 0,
            credentials: false,
        };
        let found = Self {
            origins: live.allow_origins.unwrap_or_default().into_iter().collect(),
            methods: live.allow_methods.unwrap_or_default().into_iter().collect(),
            headers: lower(live.allow_headers),
            exposed: lower(live.expose_headers),
            max_age: live.max_age.unwrap_or_default(),
            credentials: live.allow_credentials.unwrap_or_default(),
        };
        (found != none).then_some(found)
    }

    fn said(&self) -> sdk::Cors {
        let list = |all: &BTreeSet<String>| Some(all.iter().cloned().collect());
        sdk::Cors::builder()
            .set_allow_origins(list(&self.origins))
            .set_allow_methods(list(&self.methods))
            .set_allow_headers(list(&self.headers))
            .set_expose_headers(list(&self.exposed))
            .max_age(self.max_age)
            .allow_credentials(self.credentials)
            .build()
    }
}

impl Canonical for UrlCors {
    fn canonical(&self) -> Value {
        let Self { origins, methods, headers, exposed, max_age, credentials } = self;
        let members = [
            ("origins", origins.canonical()),
            ("methods", methods.canonical()),
            ("headers", headers.canonical()),
            ("exposed", exposed.canonical()),
            ("max_age", max_age.canonical()),
            ("credentials", credentials.canonical()),
        ];
        Value::Map(members.map(|(name, value)| (name.to_owned(), value)).into())
    }
}

impl FunctionUrl {
    /// One that everybody may call, with answers as a whole.
    pub(crate) fn new(function: String, cors: Option<UrlCors>) -> Self {
        let (auth_type, invoke_mode) = (Word(FunctionUrlAuthType::None), Word(InvokeMode::Buffered));
        Self { function, auth_type, invoke_mode, cors }
    }

    async fn make(&self, aws: &Aws) -> Result<String> {
        let made = call("lambda:CreateFunctionUrlConfig", Patience::LAMBDA, || {
            aws.lambda
                .create_function_url_config()
                .function_name(&self.function)
                .auth_type(self.auth_type.0.clone())
                .invoke_mode(self.invoke_mode.0.clone())
                .set_cors(self.cors.as_ref().map(UrlCors::said))
                .send()
        });
        Ok(made.await?.function_url)
    }

    /// Sends all of it. An empty `Cors` takes away what was there.
    async fn put(&self, aws: &Aws) -> Result<String> {
        let cors = self.cors.as_ref().map_or_else(|| sdk::Cors::builder().build(), UrlCors::said);
        let put = call("lambda:UpdateFunctionUrlConfig", Patience::LAMBDA, || {
            aws.lambda
                .update_function_url_config()
                .function_name(&self.function)
                .auth_type(self.auth_type.0.clone())
                .invoke_mode(self.invoke_mode.0.clone())
                .cors(cors.clone())
                .send()
        });
        Ok(put.await?.function_url)
    }
}

impl Resource for FunctionUrl {
    type World = Aws;
    type Outputs = FunctionUrlOutputs;
    const KIND: &'static str = "lambda.function_url";
    const USES: &'static [&'static str] = &["lambda.function"];

    fn id(&self) -> String {
        self.function.clone()
    }

    fn attributes(&self) -> Attributes {
        self.describe(Attributes::new())
    }

    fn predict(&self, _: &Names, _: &str) -> FunctionUrlOutputs {
        FunctionUrlOutputs { url: Pending::AfterApply }
    }

    async fn observe(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        let prefix = aws.names.arn("lambda", "function:");
        let expected = try_join_all(wanted.iter().map(|wanted| of_function(aws, &wanted.id, &wanted.name)));
        let (expected, tagged) = futures::try_join!(expected, aws.tagged(&prefix))?;
        let others = tagged.iter().filter(|function| wanted.iter().all(|wanted| wanted.id != **function));
        let others = others.map(|function| of_function(aws, function, short(&aws.names, function)));
        let others = try_join_all(others).await?;
        Ok(expected.into_iter().chain(others).flatten().collect())
    }

    async fn create(&self, aws: &Aws, _: &str) -> Result<FunctionUrlOutputs> {
        let url = match self.make(aws).await {
            // An earlier try whose answer was lost, or somebody made one since the plan.
            Err(error) if error.class() == Class::Exists => self.put(aws).await?,
            made => made?,
        };
        Ok(FunctionUrlOutputs { url: Pending::Known(url) })
    }

    async fn update(&self, aws: &Aws, _: &Live<Self>, _: &[Change]) -> Result<FunctionUrlOutputs> {
        Ok(FunctionUrlOutputs { url: Pending::Known(self.put(aws).await?) })
    }

    /// A function that has gone took it along.
    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        let function = &live.resource.function;
        call("lambda:DeleteFunctionUrlConfig", Patience::LAMBDA, || {
            aws.lambda.delete_function_url_config().function_name(function).send()
        })
        .await
        .gone()
    }
}

/// What a function is called in the blueprint.
fn short<'a>(names: &Names, function: &'a str) -> &'a str {
    let given = ["track", "mover"].into_iter().find(|name| names.function(name) == function);
    given.or_else(|| function.strip_prefix(&names.physical(""))).unwrap_or(function)
}

async fn of_function(aws: &Aws, function: &str, name: &str) -> Result<Option<Live<FunctionUrl>>> {
    let found = whole("lambda:GetFunctionUrlConfig", |keep| {
        aws.lambda.get_function_url_config().function_name(function).customize().interceptor(keep).send()
    });
    let Some((found, raw)) = found.await.absent()? else { return Ok(None) };
    if found.function_url.is_empty() {
        return Err(Error::incomplete("lambda:GetFunctionUrlConfig", "the answer names no URL"));
    }
    let resource = FunctionUrl {
        function: function.to_owned(),
        auth_type: Word(found.auth_type),
        // Not told of URLs from before there were two modes.
        invoke_mode: Word(found.invoke_mode.unwrap_or(InvokeMode::Buffered)),
        cors: found.cors.and_then(UrlCors::read),
    };
    let outputs = FunctionUrlOutputs { url: Pending::Known(found.function_url) };
    let extras = GET_FUNCTION_URL_CONFIG.extras(&raw);
    Ok(Some(Live { extras, ..Live::contained(name, resource, outputs) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emulator_has_its_urls_below_a_path() {
        let url = "https://abc.lambda-url.us-east-1.on.aws/";
        assert_eq!(client_url(url, None, "/track"), "https://abc.lambda-url.us-east-1.on.aws/track");
        let local = client_url(url, Some("http://127.0.0.1:4566/"), "/track");
        assert_eq!(local, "http://127.0.0.1:4566/lambda-urls/abc/_user_request_/track");
    }

    #[test]
    fn what_was_sent_reads_back_however_aws_writes_it() {
        let sent = UrlCors::of_pages(&["https://b.example".to_owned(), "https://a.example".to_owned()]).unwrap();
        assert!(sent.credentials);
        let loud = sent.said().allow_headers.unwrap().iter().map(|header| header.to_uppercase()).collect();
        let mut back = sent.said();
        back.allow_headers = Some(loud);
        assert_eq!(UrlCors::read(back), Some(sent));
    }

    #[test]
    fn empty_members_are_no_cors() {
        let empty = sdk::Cors::builder().set_allow_origins(Some(vec![])).max_age(0).allow_credentials(false).build();
        assert_eq!(UrlCors::read(empty), None);
        assert_eq!(UrlCors::of_pages(&[]), None);
    }

    #[test]
    fn everybody_s_pages_send_no_credentials() {
        assert!(!UrlCors::of_pages(&["*".to_owned()]).unwrap().credentials);
    }
}

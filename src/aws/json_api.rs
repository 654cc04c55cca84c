//! Services that are asked in the JSON that they speak, without an SDK for each: its crate costs a minute of a build, and
//! what is asked of them is a document or two. The SDK's own runtime carries the requests: signed, repeated, timed and
//! recorded as those of the other services.

use super::retries::QuotaIsFinal;
use super::{Patience, Result, call};
use crate::names::Names;
use aws_config::SdkConfig;
use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_smithy_runtime::client::orchestrator::operation::{Operation, OperationBuilder};
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::identity::SharedIdentityResolver;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::{Order, StaticRuntimePlugin};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use aws_types::region::SigningRegion;
use aws_types::service_config::ServiceConfigKey;
use aws_types::{SigningName, region::Region};
use serde_json::{Value as Json, json};
use std::fmt;

const JSON_1_1: &str = "application/x-amz-json-1.1";

/// How a service is called.
#[derive(Debug)]
pub(super) struct Api {
    /// In the host, in signatures, and behind `AWS_ENDPOINT_URL_`.
    pub(super) host: &'static str,
    /// For whoever reads which requests were made.
    pub(super) name: &'static str,
}

/// A service of one account in one region.
#[derive(Clone)]
pub(super) struct JsonApi {
    api: &'static Api,
    config: SdkConfig,
    /// Without a `/` at its end.
    endpoint: String,
    seen_by: Vec<SharedInterceptor>,
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Asked<'a> {
    /// As IAM names the action.
    pub(crate) operation: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'a str,
    /// What names the operation where the path does not: `X-Amz-Target`, of services that speak JSON 1.1.
    pub(crate) target: Option<&'static str>,
    /// `Null` for none.
    pub(crate) body: Json,
}

/// What AWS answers when it does not do what was asked.
#[derive(Debug)]
pub(crate) struct Refused(ErrorMetadata);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Refused {}

impl ProvideErrorMetadata for Refused {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

impl fmt::Debug for JsonApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(self.api.name).field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl JsonApi {
    pub(super) fn new(api: &'static Api, config: &SdkConfig, names: &Names, seen_by: Vec<SharedInterceptor>) -> Self {
        let endpoint = endpoint(api, config, names).trim_end_matches('/').to_owned();
        Self { api, config: config.clone(), endpoint, seen_by }
    }

    /// Of the same account in another region.
    pub(super) fn elsewhere(&self, names: &Names, region: &str) -> Self {
        let config = self.config.to_builder().region(Region::new(region.to_owned())).build();
        let names = Names { region: region.to_owned(), ..names.clone() };
        Self::new(self.api, &config, &names, self.seen_by.clone())
    }

    /// Repeated for what a patience is for.
    pub(super) async fn call(&self, patience: Patience, asked: &Asked<'_>) -> Result<Json> {
        call(asked.operation, patience, || self.send(asked)).await
    }

    async fn send(&self, asked: &Asked<'_>) -> std::result::Result<Json, SdkError<Refused, HttpResponse>> {
        let operation = asked.operation.split_once(':').map_or(asked.operation, |(_, name)| name);
        let (method, path, target) = (asked.method, asked.path.to_owned(), asked.target);
        let builder = self.configured(Operation::builder().service_name(self.api.name).operation_name(operation));
        let operation = builder.serializer(move |body: Json| request(method, &path, target, &body));
        operation.deserializer(read_answer).build().invoke(asked.body.clone()).await
    }

    /// With all that an SDK's client has.
    fn configured(&self, builder: OperationBuilder) -> OperationBuilder {
        let mut builder = builder.endpoint_url(&self.endpoint).with_connection_poisoning();
        builder = builder.runtime_plugin(self.signing());
        for interceptor in &self.seen_by {
            builder = builder.interceptor(interceptor.clone());
        }
        if let Some(client) = self.config.http_client() {
            builder = builder.http_client(client);
        }
        if let Some(retries) = self.config.retry_config() {
            builder = builder.standard_retry(retries);
        }
        if let Some(timeouts) = self.config.timeout_config() {
            builder = builder.timeout_config(timeouts.clone());
        }
        builder
            .retry_classifier(HttpStatusCodeClassifier::default())
            .retry_classifier(TransientErrorClassifier::<Refused>::new())
            .retry_classifier(AwsErrorCodeClassifier::<Refused>::new())
            .retry_classifier(QuotaIsFinal)
    }

    fn signing(&self) -> StaticRuntimePlugin {
        let mut config = Layer::new("signing");
        if let Some(region) = self.config.region() {
            config.store_put(SigningRegion::from(region.clone()));
        }
        config.store_put(SigningName::from_static(self.api.host));
        config.store_put(AuthSchemeOptionResolverParams::new(()));
        let mut signed = SigV4OperationSigningConfig::default();
        (signed.signing_options.double_uri_encode, signed.signing_options.normalize_uri_path) = (true, true);
        config.store_put(signed);
        let mut components = RuntimeComponentsBuilder::new("signing")
            .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
            .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(
                StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]),
            )))
            .with_identity_cache(self.config.identity_cache());
        if let Some(credentials) = self.config.credentials_provider() {
            components.set_identity_resolver(SCHEME_ID, SharedIdentityResolver::new(credentials));
        }
        StaticRuntimePlugin::new()
            .with_order(Order::Overrides)
            .with_config(config.freeze())
            .with_runtime_components(components)
    }
}

impl<'a> Asked<'a> {
    pub(crate) const fn of(operation: &'static str, method: &'static str, path: &'a str, body: Json) -> Self {
        Self { operation, method, path, target: None, body }
    }

    pub(crate) const fn get(operation: &'static str, path: &'a str) -> Self {
        Self::of(operation, "GET", path, Json::Null)
    }

    pub(crate) const fn delete(operation: &'static str, path: &'a str) -> Self {
        Self::of(operation, "DELETE", path, Json::Null)
    }

    pub(crate) const fn post(operation: &'static str, path: &'a str, body: Json) -> Self {
        Self::of(operation, "POST", path, body)
    }

    pub(crate) const fn put(operation: &'static str, path: &'a str, body: Json) -> Self {
        Self::of(operation, "PUT", path, body)
    }

    /// In JSON 1.1, where everything is a POST of `/`.
    pub(super) const fn targeted(operation: &'static str, target: &'static str, body: Json) -> Self {
        Self { operation, method: "POST", path: "/", target: Some(target), body }
    }
}

/// As the SDKs find it: for all services, for this one, or AWS's own.
fn endpoint(api: &Api, config: &SdkConfig, names: &Names) -> String {
    let key = ServiceConfigKey::builder().service_id(api.host).env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let of_service = || config.service_config()?.load_config(key.ok()?);
    let given = of_service().or_else(|| config.endpoint_url().map(str::to_owned));
    let fips = if config.use_fips() == Some(true) { "-fips" } else { "" };
    given.unwrap_or_else(|| format!("https://{}{fips}.{}.{}", api.host, names.region, names.dns_suffix()))
}

/// A segment of a path, or a value behind `?`: all but what RFC 3986 leaves as it is.
pub(crate) fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

fn request(
    method: &str,
    path: &str,
    target: Option<&'static str>,
    body: &Json,
) -> std::result::Result<HttpRequest, aws_smithy_runtime_api::box_error::BoxError> {
    let mut request = HttpRequest::new(SdkBody::empty());
    request.set_method(method)?;
    request.set_uri(path)?;
    if let Some(target) = target {
        request.headers_mut().insert("x-amz-target", target);
    }
    if !body.is_null() {
        let text = body.to_string();
        request.headers_mut().insert("content-type", target.map_or("application/json", |_| JSON_1_1));
        request.headers_mut().insert("content-length", text.len().to_string());
        *request.body_mut() = SdkBody::from(text);
    }
    Ok(request)
}

fn read_answer(answer: &HttpResponse) -> std::result::Result<Json, OrchestratorError<Refused>> {
    let bytes = answer.body().bytes().unwrap_or_default();
    let body = serde_json::from_slice::<Json>(bytes).unwrap_or_else(|_| json!({}));
    if answer.status().is_success() {
        return Ok(body);
    }
    let said = |keys: [&str; 3]| keys.iter().find_map(|key| body[*key].as_str()).map(str::to_owned);
    let code = answer.headers().get("x-amzn-errortype").map(str::to_owned);
    let mut meta = ErrorMetadata::builder();
    // `ResourceNotFoundException:http://internal.amazon.com/...`, and what is before `#` is the name of the model.
    let code = code.or_else(|| said(["__type", "code", "Code"]));
    if let Some(code) = &code {
        let code = code.split(':').next().unwrap_or(code);
        meta = meta.code(code.rsplit('#').next().unwrap_or(code));
    }
    if let Some(message) = said(["Message", "message", "errorMessage"]) {
        meta = meta.message(message);
    }
    if let Some(id) = answer.headers().get("x-amzn-requestid") {
        meta = meta.custom("aws_request_id", id);
    }
    Err(OrchestratorError::operation(Refused(meta.build())))
}

//! The SDK's HTTP client for an AWS that runs inside this process: no socket, no port.

use super::transport::checked;
use aws_config::{ConfigLoader, Region};
use aws_sdk_sts::config::Credentials;
use aws_smithy_http_client::Builder;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt as _;
use pipectl_local::LocalAws;
use std::sync::Arc;

/// The region of a Local AWS that no file and no flag names.
const DEFAULT_REGION: &str = "us-east-1";
/// The account of whoever comes to Local AWS with the credentials below.
pub(super) const ACCOUNT: &str = "000000000000";

/// How Local AWS is reached.
#[derive(Debug)]
pub(crate) enum LocalTarget {
    /// Inside this process.
    Embedded(Box<LocalAws>),
    /// In another process, at this URL.
    Served(String),
}

/// Points the SDK at Local AWS. Credentials are fixed, and proxies are not asked: nothing of the user's reaches it.
pub(super) fn configure(loader: ConfigLoader, local: LocalTarget, has_region: bool) -> ConfigLoader {
    let credentials = Credentials::new("local", "local", None, None, "pipectl-local");
    let loader = loader.credentials_provider(credentials);
    let loader = match local {
        LocalTarget::Served(url) => loader.endpoint_url(url).http_client(checked(Builder::new().build_http())),
        LocalTarget::Embedded(aws) => {
            loader.endpoint_url("http://localhost:4566").http_client(checked(Embedded { aws: Arc::from(aws) }))
        }
    };
    if has_region { loader } else { loader.region(Region::new(DEFAULT_REGION)) }
}

#[derive(Clone, Debug)]
struct Embedded {
    aws: Arc<LocalAws>,
}

impl HttpClient for Embedded {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Embedded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let aws = Arc::clone(&self.aws);
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let (parts, body) = aws.respond(request).await.into_parts();
            // The SDK wants a body that threads may share, and Local AWS's is not one. What pipectl reads
            // through it is small: descriptions and lists.
            let body = body.collect().await.map_err(|error| ConnectorError::other(error.into(), None))?;
            let response = http::Response::from_parts(parts, SdkBody::from(body.to_bytes()));
            HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Runs a test of what is made in a Local AWS inside this process, as `clicks/prod`. What the SDK and Local AWS call there,
/// one inside the other, is too much for the stack of a test's thread.
#[cfg(test)]
pub(crate) fn locally(test: impl AsyncFnOnce(super::Aws) + Send + 'static) {
    const STACK: usize = 32 << 20;
    let run = move || {
        let directory = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let local = LocalAws::open(directory.path(), Default::default()).unwrap();
            let target = super::Target::Local(LocalTarget::Embedded(Box::new(local)));
            let timeouts = super::Timeouts::of(std::time::Duration::from_secs(60));
            let manner = super::Manner { timeouts, timings: super::Timings::new(None), recorder: Default::default() };
            test(super::connect(target, None, "clicks", "prod", manner).await.unwrap()).await;
        });
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap();
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

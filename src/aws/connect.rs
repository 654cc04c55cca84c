//! Making the connection: credentials, region, endpoint, and the caller's identity.

#[cfg(feature = "local")]
use super::embedded::LocalTarget;
use super::timings::Timings;
use super::{Aws, Error, Result};
use crate::names::Names;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::{Builder, tls};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority, SharedRetryClassifier,
};
use aws_smithy_types::retry::RetryConfig;
use tokio::sync::OnceCell;

/// Which AWS to talk to.
#[derive(Debug)]
pub(crate) enum Target {
    /// The user's account, or the emulator that `AWS_ENDPOINT_URL` names.
    Account { profile: Option<String> },
    /// The AWS embedded in this program, or a `pipectl local` that serves the same directory.
    #[cfg(feature = "local")]
    Local(LocalTarget),
}

/// Connects and asks who the caller is.
///
/// # Errors
/// `Class::Credentials` where there are none or they have expired, `Class::Network` without an answer.
pub(crate) async fn connect(
    target: Target,
    region: Option<String>,
    pipeline: &str,
    stage: &str,
    timings: Timings,
) -> Result<Aws> {
    let config = sdk_config(target, region).await;
    let Some(region) = config.region().map(ToString::to_string) else {
        return Err(Error::new("sts:GetCallerIdentity", "NoRegion", "no region is configured")
            .with_hint("write `region:` into pipeline.yaml, pass `--region`, or set `AWS_REGION`"));
    };
    let (partition, account) = identity(&config, &timings).await?;
    let names = Names { partition, account, region, pipeline: pipeline.to_owned(), stage: stage.to_owned() };
    Ok(clients(&config, names, timings))
}

/// Credentials, region and endpoint as every AWS client finds them: `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_PRICING`.
pub(super) async fn sdk_config(target: Target, region: Option<String>) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .retry_config(RetryConfig::standard().with_max_attempts(5))
        .http_client(https());
    #[cfg(feature = "local")]
    let has_region = region.is_some();
    if let Some(region) = region {
        loader = loader.region(Region::new(region));
    }
    match target {
        Target::Account { profile } => {
            if let Some(profile) = profile {
                loader = loader.profile_name(profile);
            }
        }
        #[cfg(feature = "local")]
        Target::Local(local) => loader = super::embedded::configure(loader, local, has_region),
    }
    loader.load().await
}

fn https() -> SharedHttpClient {
    Builder::new().tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring)).build_https()
}

/// The partition and account of the caller, read from its ARN so that `aws-cn` and `aws-us-gov` come
/// out right without a list of regions.
async fn identity(config: &SdkConfig, timings: &Timings) -> Result<(String, String)> {
    let builder = aws_sdk_sts::config::Builder::from(config).interceptor(timings.clone());
    let client = aws_sdk_sts::Client::from_conf(builder.build());
    let caller = super::read("sts:GetCallerIdentity", || client.get_caller_identity().send()).await?;
    let arn = caller.arn().unwrap_or_default();
    let partition = arn.split(':').nth(1).filter(|part| !part.is_empty()).unwrap_or("aws");
    Ok((partition.to_owned(), caller.account().unwrap_or_default().to_owned()))
}

fn clients(config: &SdkConfig, names: Names, timings: Timings) -> Aws {
    macro_rules! client {
        ($sdk:ident) => {{
            let builder = $sdk::config::Builder::from(config)
                .interceptor(timings.clone())
                .retry_classifier(SharedRetryClassifier::new(QuotaIsFinal));
            $sdk::Client::from_conf(builder.build())
        }};
    }
    let endpoint = config.endpoint_url().map(str::to_owned);
    // Bucket names as host names need DNS, which emulators on an IP address do not have.
    let s3 = aws_sdk_s3::config::Builder::from(config)
        .interceptor(timings.clone())
        .force_path_style(endpoint.is_some())
        .build();
    Aws {
        names,
        apigateway: client!(aws_sdk_apigateway),
        athena: client!(aws_sdk_athena),
        firehose: client!(aws_sdk_firehose),
        glue: client!(aws_sdk_glue),
        iam: client!(aws_sdk_iam),
        lambda: client!(aws_sdk_lambda),
        logs: client!(aws_sdk_cloudwatchlogs),
        s3: aws_sdk_s3::Client::from_conf(s3),
        tagging: client!(aws_sdk_resourcegroupstagging),
        timings,
        endpoint,
        tagged: OnceCell::new(),
        lanes: Default::default(),
    }
}

/// Keeps the SDK from repeating what an account's quota refuses: it takes every
/// `LimitExceededException` for throttling (terraform-provider-aws#37605).
#[derive(Debug)]
struct QuotaIsFinal;

impl ClassifyRetry for QuotaIsFinal {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(response) = context.response() else { return RetryAction::NoActionIndicated };
        let body = response.body().bytes().unwrap_or_default();
        let header = response.headers().get("x-amzn-errortype").unwrap_or_default();
        let text = String::from_utf8_lossy(body);
        let limit = header.contains("LimitExceeded") || text.contains("LimitExceeded");
        if limit && !text.to_lowercase().contains("rate exceeded") {
            RetryAction::RetryForbidden
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "QuotaIsFinal"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

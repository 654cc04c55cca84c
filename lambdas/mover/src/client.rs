//! The S3 client, from what Lambda sets in the environment.
//!
//! The default configuration chain (profiles, STS, instance metadata) is left out: a function has its role's credentials in its
//! environment, and what is not there need not be downloaded, loaded and started before the first event.

use crate::settings::{SettingsError, required};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{BehaviorVersion, Config, Credentials, Region};
use aws_smithy_http_client::{Builder, tls};
use std::time::Duration;

/// A client with the function's credentials and region. `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL` send it elsewhere, as in every AWS
/// SDK, with the bucket in the path: an emulator's address has no host names for buckets. It tries three times; what fails after that,
/// Lambda tries again minutes later.
///
/// # Errors
/// An environment variable that Lambda always sets is not set.
pub fn s3_client(env: impl Fn(&str) -> Option<String>) -> Result<Client, SettingsError> {
    let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(Builder::new().tls_provider(provider).build_https())
        .region(Region::new(required(&env, "AWS_REGION")?))
        .credentials_provider(credentials(&env)?)
        .retry_config(RetryConfig::standard())
        .timeout_config(limits());
    if let Some(url) = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].into_iter().find_map(&env) {
        config = config.endpoint_url(url).force_path_style(true);
    }
    Ok(Client::from_conf(config.build()))
}

/// The SDK waits for ever for a server that takes a connection and says nothing. S3 begins the answer to a long copy before it is
/// done, so that a large file takes its time and silence does not; how long all of it may take, the invocation's deadline says.
fn limits() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(Duration::from_secs(3)).read_timeout(Duration::from_secs(20)).build()
}

fn credentials(env: impl Fn(&str) -> Option<String>) -> Result<Credentials, SettingsError> {
    let (id, secret) = (required(&env, "AWS_ACCESS_KEY_ID")?, required(&env, "AWS_SECRET_ACCESS_KEY")?);
    Ok(Credentials::new(id, secret, env("AWS_SESSION_TOKEN"), None, "LambdaEnvironment"))
}

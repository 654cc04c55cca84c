//! Copying and deleting, and the client that does it.

use crate::settings::{SettingsError, required};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata};
use aws_smithy_http_client::{Builder, tls};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What has become of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    Now,
    /// It was no longer there.
    Before,
}

/// Where the files are.
pub trait Files {
    /// Copies within a bucket.
    fn copy(&self, bucket: &str, from: &str, to: &str) -> impl Future<Output = Result<Moved, String>>;
    /// Deletes; what is not there is deleted.
    fn delete(&self, bucket: &str, key: &str) -> impl Future<Output = Result<(), String>>;
}

/// The real files.
#[derive(Debug)]
pub struct S3(Client);

impl S3 {
    pub fn new(client: Client) -> Self {
        Self(client)
    }
}

/// In `x-amz-copy-source`, everything but what an URL's path may hold is encoded.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

impl Files for S3 {
    /// On the server's side: no byte comes through the function. S3 copies up to 5 GB so; Firehose's files
    /// have at most 128 MB of what it received.
    async fn copy(&self, bucket: &str, from: &str, to: &str) -> Result<Moved, String> {
        let source = format!("{bucket}/{}", utf8_percent_encode(from, PATH));
        match self.0.copy_object().bucket(bucket).key(to).copy_source(source).send().await {
            Ok(_) => Ok(Moved::Now),
            Err(error) if matches!(error.code(), Some("NoSuchKey" | "NotFound")) => Ok(Moved::Before),
            Err(error) => Err(DisplayErrorContext(error).to_string()),
        }
    }

    async fn delete(&self, bucket: &str, key: &str) -> Result<(), String> {
        let deleted = self.0.delete_object().bucket(bucket).key(key).send().await;
        deleted.map(|_| ()).map_err(|error| DisplayErrorContext(error).to_string())
    }
}

/// A client with the function's credentials and region, without the default configuration chain, as in `track`.
/// `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL` send it elsewhere, with the bucket in the path: an emulator's
/// address has no host names for buckets.
///
/// # Errors
/// An environment variable that Lambda always sets is not set.
pub fn s3_client(env: impl Fn(&str) -> Option<String>) -> Result<Client, SettingsError> {
    let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
    let (id, secret) = (required(&env, "AWS_ACCESS_KEY_ID")?, required(&env, "AWS_SECRET_ACCESS_KEY")?);
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(Builder::new().tls_provider(provider).build_https())
        .region(Region::new(required(&env, "AWS_REGION")?))
        .credentials_provider(Credentials::new(id, secret, env("AWS_SESSION_TOKEN"), None, "LambdaEnvironment"))
        .retry_config(RetryConfig::standard());
    if let Some(url) = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].into_iter().find_map(&env) {
        config = config.endpoint_url(url).force_path_style(true);
    }
    Ok(Client::from_conf(config.build()))
}

//! The Firehose client, from what Lambda sets in the environment.
//!
//! It knows one operation. Of what the AWS SDK does for each request, a function needs little: its role's credentials are in its
//! environment, its endpoint never changes, and what is worth retrying, and for how long, depends on its deadline. The rest would
//! be most of the CPU time of an invocation (`bench/track`).

use crate::connection::{Broken, Connection};
use crate::endpoint::Endpoint;
use crate::settings::{SettingsError, required};
use crate::sign::{self, CONTENT_TYPE, Credentials, Signature, Signer};
use http::header::{AUTHORIZATION, CONTENT_TYPE as CONTENT_TYPE_HEADER, HOST, HeaderValue, USER_AGENT};
use http::{Method, Request, Response, Uri};
use http_body_util::Full;
use hyper::body::Bytes;
use jiff::Timestamp;
use std::fmt;

const PUT_RECORD_BATCH: &str = "Firehose_20150804.PutRecordBatch";
const NAME: &str = concat!("pipectl-track/", env!("CARGO_PKG_VERSION"));

/// Sends `PutRecordBatch` requests, one at a time. It does not retry.
pub struct Client {
    endpoint: Endpoint,
    path: Uri,
    host: HeaderValue,
    token: Option<HeaderValue>,
    signer: Signer,
    connection: Connection,
}

/// A client with the function's credentials and region; `AWS_ENDPOINT_URL_FIREHOSE` or `AWS_ENDPOINT_URL` send it elsewhere, as in
/// every AWS SDK.
///
/// # Errors
/// An environment variable that Lambda always sets is not set, or one of them cannot be used.
pub fn firehose_client(env: impl Fn(&str) -> Option<String>) -> Result<Client, SettingsError> {
    let region = required(&env, "AWS_REGION")?;
    let credentials = Credentials {
        id: required(&env, "AWS_ACCESS_KEY_ID")?,
        secret: required(&env, "AWS_SECRET_ACCESS_KEY")?,
        token: env("AWS_SESSION_TOKEN").filter(|token| !token.is_empty()),
    };
    let endpoint = endpoint(&env, &region)?;
    let token = credentials.token.as_deref().map(|token| sensitive(token, "AWS_SESSION_TOKEN")).transpose()?;
    Ok(Client {
        path: endpoint.path.parse().map_err(|_| SettingsError::Unusable("AWS_ENDPOINT_URL"))?,
        host: HeaderValue::try_from(&endpoint.authority).map_err(|_| SettingsError::Unusable("AWS_REGION"))?,
        connection: Connection::new(endpoint.clone()),
        signer: Signer::new(credentials, region),
        endpoint,
        token,
    })
}

fn endpoint(env: impl Fn(&str) -> Option<String>, region: &str) -> Result<Endpoint, SettingsError> {
    for name in ["AWS_ENDPOINT_URL_FIREHOSE", "AWS_ENDPOINT_URL"] {
        if let Some(url) = env(name).filter(|url| !url.is_empty()) {
            return Endpoint::parse(&url).ok_or(SettingsError::Unusable(name));
        }
    }
    Ok(Endpoint::regional(region))
}

fn sensitive(value: &str, name: &'static str) -> Result<HeaderValue, SettingsError> {
    let mut value = HeaderValue::try_from(value).map_err(|_| SettingsError::Unusable(name))?;
    value.set_sensitive(true);
    Ok(value)
}

impl Client {
    /// Connects before the first request. Lambda gives a function a whole core until it asks for its first event, and then, with
    /// 128 MB, a fourteenth: a TLS handshake is cheaper now.
    pub async fn connect(&self) {
        self.connection.open().await;
    }

    /// Sends the JSON of a `PutRecordBatch` request; gives status, headers and JSON of the answer.
    pub(crate) async fn put_record_batch(&self, body: Vec<u8>) -> Result<Response<Bytes>, Broken> {
        self.connection.exchange(self.request(body)).await
    }

    fn request(&self, body: Vec<u8>) -> Request<Full<Bytes>> {
        let Endpoint { authority, path, .. } = &self.endpoint;
        let signed = sign::Request { host: authority, path, target: PUT_RECORD_BATCH, body: &body };
        let Signature { date, authorization } = self.signer.sign(&signed, Timestamp::now());
        let ascii = |value: String| HeaderValue::try_from(value).expect("what signs is visible ASCII");
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.path.clone();
        let headers = request.headers_mut();
        headers.insert(HOST, self.host.clone());
        headers.insert(CONTENT_TYPE_HEADER, HeaderValue::from_static(CONTENT_TYPE));
        headers.insert("x-amz-target", HeaderValue::from_static(PUT_RECORD_BATCH));
        headers.insert("x-amz-date", ascii(date));
        headers.insert(AUTHORIZATION, ascii(authorization));
        headers.insert(USER_AGENT, HeaderValue::from_static(NAME));
        if let Some(token) = &self.token {
            headers.insert("x-amz-security-token", token.clone());
        }
        request
    }
}

/// Without credentials.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}
